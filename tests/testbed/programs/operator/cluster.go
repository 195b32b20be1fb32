// What this operator reads and writes of a RayCluster. The object itself stays untyped, so that nothing it does not
// know is ever lost.
package main

import (
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"math"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var rayCluster = schema.GroupVersionKind{Group: "ray.io", Version: "v1", Kind: "RayCluster"}

// Cluster is one RayCluster.
type Cluster struct {
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     Spec              `json:"spec"`
	Status   Status            `json:"status"`
	Form     string            `json:"-"`
}

// Spec is what was asked for.
type Spec struct {
	RayVersion         string             `json:"rayVersion"`
	Autoscaling        *bool              `json:"enableInTreeAutoscaling"`
	Autoscaler         *AutoscalerOptions `json:"autoscalerOptions"`
	Auth               *AuthOptions       `json:"authOptions"`
	Head               HeadGroup          `json:"headGroupSpec"`
	Workers            []WorkerGroup      `json:"workerGroupSpecs"`
	ServiceAnnotations map[string]string  `json:"headServiceAnnotations"`
	Suspend            *bool              `json:"suspend"`
	FaultTolerance     json.RawMessage    `json:"gcsFaultToleranceOptions"`
	TLS                json.RawMessage    `json:"tlsOptions"`
	Upgrade            struct {
		Type string `json:"type"`
	} `json:"upgradeStrategy"`
}

// AutoscalerOptions change the sidecar that Ray's own autoscaler runs in.
type AutoscalerOptions struct {
	Version         string                       `json:"version"`
	Image           string                       `json:"image"`
	ImagePullPolicy corev1.PullPolicy            `json:"imagePullPolicy"`
	Resources       *corev1.ResourceRequirements `json:"resources"`
	SecurityContext *corev1.SecurityContext      `json:"securityContext"`
	Env             []corev1.EnvVar              `json:"env"`
	EnvFrom         []corev1.EnvFromSource       `json:"envFrom"`
	VolumeMounts    []corev1.VolumeMount         `json:"volumeMounts"`
	Command         []string                     `json:"command"`
	Args            []string                     `json:"args"`
}

// AuthOptions ask for a token: one that the operator makes up, or that of a Secret.
type AuthOptions struct {
	Mode       string `json:"mode"`
	SecretName string `json:"secretName"`
}

// HeadGroup is the one head pod and its Service.
type HeadGroup struct {
	Service     *corev1.Service        `json:"headService"`
	ServiceType corev1.ServiceType     `json:"serviceType"`
	StartParams map[string]string      `json:"rayStartParams"`
	Template    corev1.PodTemplateSpec `json:"template"`
}

// WorkerGroup is a number of equal worker pods.
type WorkerGroup struct {
	Name        string                 `json:"groupName"`
	Replicas    *int32                 `json:"replicas"`
	Min         *int32                 `json:"minReplicas"`
	Max         *int32                 `json:"maxReplicas"`
	Hosts       int32                  `json:"numOfHosts"`
	StartParams map[string]string      `json:"rayStartParams"`
	Template    corev1.PodTemplateSpec `json:"template"`
	Scale       struct {
		Delete []string `json:"workersToDelete"`
	} `json:"scaleStrategy"`
}

// Status is what has become of it.
type Status struct {
	State              string                  `json:"state,omitempty"`
	Reason             string                  `json:"reason,omitempty"`
	Conditions         []metav1.Condition      `json:"conditions,omitempty"`
	DesiredWorkers     int32                   `json:"desiredWorkerReplicas,omitempty"`
	AvailableWorkers   int32                   `json:"availableWorkerReplicas,omitempty"`
	ReadyWorkers       int32                   `json:"readyWorkerReplicas,omitempty"`
	MinWorkers         int32                   `json:"minWorkerReplicas,omitempty"`
	MaxWorkers         int32                   `json:"maxWorkerReplicas,omitempty"`
	DesiredCPU         resource.Quantity       `json:"desiredCPU"`
	DesiredMemory      resource.Quantity       `json:"desiredMemory"`
	DesiredGPU         resource.Quantity       `json:"desiredGPU"`
	DesiredTPU         resource.Quantity       `json:"desiredTPU"`
	Head               HeadInfo                `json:"head"`
	Endpoints          map[string]string       `json:"endpoints,omitempty"`
	ObservedGeneration int64                   `json:"observedGeneration,omitempty"`
	LastUpdate         *metav1.Time            `json:"lastUpdateTime,omitempty"`
	Transitions        map[string]*metav1.Time `json:"stateTransitionTimes,omitempty"`
}

// HeadInfo is where the head is.
type HeadInfo struct {
	PodIP       string `json:"podIP,omitempty"`
	PodName     string `json:"podName,omitempty"`
	ServiceIP   string `json:"serviceIP,omitempty"`
	ServiceName string `json:"serviceName,omitempty"`
}

// read decodes a RayCluster and fills in what may be absent.
func read(object *unstructured.Unstructured) (*Cluster, error) {
	raw, err := object.MarshalJSON()
	if err != nil {
		return nil, err
	}
	cluster := &Cluster{}
	if err := json.Unmarshal(raw, cluster); err != nil {
		return nil, err
	}
	cluster.Form = form(object)
	if cluster.Spec.Head.StartParams == nil {
		cluster.Spec.Head.StartParams = map[string]string{}
	}
	for i := range cluster.Spec.Workers {
		if cluster.Spec.Workers[i].StartParams == nil {
			cluster.Spec.Workers[i].StartParams = map[string]string{}
		}
	}
	return cluster, nil
}

// write puts a status into the object.
func (s Status) write(object *unstructured.Unstructured) error {
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	status := map[string]any{}
	if err := json.Unmarshal(raw, &status); err != nil {
		return err
	}
	object.Object["status"] = status
	return nil
}

// form is a digest of everything whose change needs new pods: not the numbers of workers, nor where pods may run.
func form(object *unstructured.Unstructured) string {
	spec, _, _ := unstructured.NestedMap(object.Object, "spec") // a deep copy
	delete(spec, "upgradeStrategy")
	unstructured.RemoveNestedField(spec, "headGroupSpec", "template", "spec", "tolerations")
	groups, _, _ := unstructured.NestedSlice(spec, "workerGroupSpecs")
	for _, group := range groups {
		if group, ok := group.(map[string]any); ok {
			for _, field := range []string{"replicas", "minReplicas", "maxReplicas"} {
				delete(group, field)
			}
			unstructured.RemoveNestedField(group, "scaleStrategy", "workersToDelete")
			unstructured.RemoveNestedField(group, "template", "spec", "tolerations")
		}
	}
	spec["workerGroupSpecs"] = groups
	raw, _ := json.Marshal(spec) // of what was JSON before
	return fmt.Sprintf("%x", sha1.Sum(raw))
}

func (s Spec) autoscales() bool { return s.Autoscaling != nil && *s.Autoscaling }
func (s Spec) scalerVersion() string {
	if s.Autoscaler == nil {
		return ""
	}
	return s.Autoscaler.Version
}
func (s Spec) asksToken() bool { return s.Auth != nil && s.Auth.Mode == "token" }

func (c *Cluster) headServiceName() string {
	if custom := c.Spec.Head.Service; custom != nil && custom.Name != "" {
		return custom.Name
	}
	return c.Metadata.Name + "-head-svc"
}

// headAddress is the head's name for everybody in the Kubernetes cluster.
func (c *Cluster) headAddress() string {
	return fmt.Sprintf("%s.%s.svc.cluster.local", c.headServiceName(), c.Metadata.Namespace)
}

func (c *Cluster) gcsPort() string {
	if port, said := c.Spec.Head.StartParams["port"]; said {
		return port
	}
	return "6379"
}

func (c *Cluster) tokenSecret() string {
	if c.Spec.Auth != nil && c.Spec.Auth.SecretName != "" {
		return c.Spec.Auth.SecretName
	}
	return c.Metadata.Name
}

func (g WorkerGroup) least() int32 { return said(g.Min, 0) }
func (g WorkerGroup) most() int32  { return said(g.Max, math.MaxInt32) }

// wanted is how many workers there should be: never outside of the bounds.
func (g WorkerGroup) wanted() int32 { return min(max(said(g.Replicas, 0), g.least()), g.most()) }

func said(value *int32, otherwise int32) int32 {
	if value == nil {
		return otherwise
	}
	return *value
}
