// Pods of a RayCluster: a group's template with everything that makes Ray run in it.
package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	head      = "head"
	worker    = "worker"
	overwrite = "ray.io/overwrite-container-cmd"
	formKey   = "ray.io/upgrade-strategy-recreate-hash"
)

// shell is how every container of a Ray pod is started.
var shell = []string{"/bin/bash", "-c", "--"}

// headPod is the head of a cluster, ready to be created.
func headPod(cluster *Cluster) *corev1.Pod {
	pod := newPod(cluster, cluster.Spec.Head.Template, head, "headgroup")
	pod.GenerateName = podPrefix(cluster.Metadata.Name, head)
	pod.Annotations["ray.io/ft-enabled"] = "false"
	pod.Annotations["ray.io/kuberay-version"] = "v1.7.0"
	pod.Annotations[formKey] = cluster.Form
	defaults := map[string]string{"dashboard-host": "0.0.0.0"}
	if cluster.Spec.autoscales() {
		defaults["no-monitor"] = "true"
		addAutoscaler(cluster, pod)
	}
	ray := &pod.Spec.Containers[0] // not before the sidecar is there: that moves the containers
	params := startParams(cluster.Spec.Head.StartParams, defaults, ray.Resources)
	addToken(cluster, ray)
	addRay(cluster, pod, head, params)
	return pod
}

// workerPod is worker number `index` of a group.
func workerPod(cluster *Cluster, group WorkerGroup, index int) *corev1.Pod {
	pod := newPod(cluster, group.Template, worker, group.Name)
	pod.GenerateName = podPrefix(cluster.Metadata.Name+"-"+group.Name, worker)
	pod.Labels["ray.io/worker-group-replica-index"] = strconv.Itoa(index)
	if cluster.Spec.autoscales() && cluster.Spec.scalerVersion() == "v2" {
		pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	}
	pod.Spec.InitContainers = append(pod.Spec.InitContainers, waitForHead(cluster, pod.Spec.Containers[0]))
	for i := range pod.Spec.InitContainers {
		setEnv(&pod.Spec.InitContainers[i], headEnv(cluster)...)
	}
	address := map[string]string{"address": cluster.headAddress() + ":" + cluster.gcsPort()}
	params := startParams(group.StartParams, address, pod.Spec.Containers[0].Resources)
	addToken(cluster, &pod.Spec.Containers[0])
	addRay(cluster, pod, worker, params)
	return pod
}

// newPod is a template in the cluster's namespace, with the operator's labels and an owner.
func newPod(cluster *Cluster, template corev1.PodTemplateSpec, node, group string) *corev1.Pod {
	template = *template.DeepCopy()
	pod := &corev1.Pod{ObjectMeta: template.ObjectMeta, Spec: template.Spec}
	pod.Name, pod.Namespace = "", cluster.Metadata.Namespace
	pod.OwnerReferences = []metav1.OwnerReference{cluster.owner()}
	labels := selector(cluster, node)
	labels["ray.io/is-ray-node"] = "yes"
	maps.Copy(labels, pod.Labels)
	labels["ray.io/cluster"], labels["ray.io/node-type"], labels["ray.io/group"] = cluster.Metadata.Name, node, group
	pod.Labels = labels
	if pod.Annotations == nil {
		pod.Annotations = map[string]string{}
	}
	if strings.EqualFold(cluster.Metadata.Annotations[overwrite], "true") {
		pod.Annotations[overwrite] = "true"
	}
	return pod
}

// selector is by what the head's Service, and everybody else, finds pods of one kind.
func selector(cluster *Cluster, node string) map[string]string {
	return map[string]string{
		"ray.io/cluster":               cluster.Metadata.Name,
		"ray.io/node-type":             node,
		"ray.io/identifier":            cluster.Metadata.Name + "-" + node,
		"app.kubernetes.io/name":       "kuberay",
		"app.kubernetes.io/created-by": "kuberay-operator",
	}
}

// podPrefix leaves room for what Kubernetes appends to it.
func podPrefix(name, node string) string {
	return strings.ToLower(name[:min(len(name), 50)] + "-" + node + "-")
}

func (c *Cluster) owner() metav1.OwnerReference {
	yes := true
	return metav1.OwnerReference{APIVersion: rayCluster.GroupVersion().String(), Kind: rayCluster.Kind, Name: c.Metadata.Name, UID: c.Metadata.UID, Controller: &yes, BlockOwnerDeletion: &yes}
}

// addRay turns the first container into a Ray node: command, environment, shared memory, metrics port, probes.
func addRay(cluster *Cluster, pod *corev1.Pod, node string, params map[string]string) {
	container := &pod.Spec.Containers[0]
	start := startCommand(node, params)
	own := strings.Join(append(slices.Clone(container.Command), container.Args...), " ")
	if pod.Annotations[overwrite] != "true" && !strings.Contains(own, "ray start") {
		container.Args = []string{shellCommand(*container, start)}
		container.Command = slices.Clone(shell)
	}
	if !slices.ContainsFunc(container.Ports, func(port corev1.ContainerPort) bool { return port.Name == "metrics" }) {
		container.Ports = append(container.Ports, corev1.ContainerPort{Name: "metrics", ContainerPort: metricsPort})
	}
	if _, said := params["plasma-directory"]; !said {
		addVolume(pod, container, "shared-mem", "/dev/shm", sharedMemory(*container))
	}
	setEnv(container, nodeEnv(cluster, node, start)...)
	addProbes(container, node, params, cluster.Spec.RayVersion)
}

// nodeEnv is what Ray, its dashboard and its autoscaler read.
func nodeEnv(cluster *Cluster, node, start string) []corev1.EnvVar {
	env := []corev1.EnvVar{
		fromField("RAY_CLUSTER_NAME", "metadata.labels['ray.io/cluster']"),
		fromField("RAY_CLUSTER_NAMESPACE", "metadata.namespace"),
		fromField("RAY_CLOUD_INSTANCE_ID", "metadata.name"),
		fromField("RAY_NODE_TYPE_NAME", "metadata.labels['ray.io/group']"),
		{Name: "KUBERAY_GEN_RAY_START_CMD", Value: start},
		{Name: "RAY_PORT", Value: cluster.gcsPort()},
		{Name: "RAY_USAGE_STATS_KUBERAY_IN_USE", Value: "1"},
		{Name: "RAY_DASHBOARD_ENABLE_K8S_DISK_USAGE", Value: "1"},
	}
	if node == head {
		return append(env,
			corev1.EnvVar{Name: "RAY_ADDRESS", Value: "127.0.0.1:" + cluster.gcsPort()},
			corev1.EnvVar{Name: "RAY_USAGE_STATS_EXTRA_TAGS", Value: "kuberay_version=v1.7.0;kuberay_crd=RayCluster"})
	}
	return append(append(headEnv(cluster), env...),
		corev1.EnvVar{Name: "RAY_ADDRESS", Value: cluster.headAddress() + ":" + cluster.gcsPort()})
}

func headEnv(cluster *Cluster) []corev1.EnvVar {
	return []corev1.EnvVar{{Name: "FQ_RAY_IP", Value: cluster.headAddress()}, {Name: "RAY_IP", Value: cluster.headServiceName()}}
}

// addToken makes a container ask for, and show, the cluster's token.
func addToken(cluster *Cluster, container *corev1.Container) {
	if !cluster.Spec.asksToken() {
		return
	}
	secret := corev1.LocalObjectReference{Name: cluster.tokenSecret()}
	setEnv(container,
		corev1.EnvVar{Name: "RAY_AUTH_MODE", Value: "token"},
		corev1.EnvVar{Name: "RAY_AUTH_TOKEN", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: secret, Key: "auth_token"}}})
}

// waitForHead keeps a worker from starting before the head answers, with the worker's own image and environment.
func waitForHead(cluster *Cluster, of corev1.Container) corev1.Container {
	few := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("200m"), corev1.ResourceMemory: resource.MustParse("256Mi")}
	container := corev1.Container{
		Name:            "wait-gcs-ready",
		Image:           of.Image,
		ImagePullPolicy: of.ImagePullPolicy,
		Command:         slices.Clone(shell),
		Args: []string{fmt.Sprintf(`until ray health-check --address %s:%s; do echo "$SECONDS seconds elapsed: Waiting for GCS to be ready."; sleep 5; done
echo "GCS is ready."`, cluster.headAddress(), cluster.gcsPort())},
		Env:             slices.Clone(of.Env),
		VolumeMounts:    slices.Clone(of.VolumeMounts),
		SecurityContext: of.SecurityContext.DeepCopy(),
		Resources:       corev1.ResourceRequirements{Limits: few, Requests: few},
	}
	addToken(cluster, &container)
	return container
}

// setEnv adds variables, except those that the user has set.
func setEnv(container *corev1.Container, env ...corev1.EnvVar) {
	for _, variable := range env {
		if !slices.ContainsFunc(container.Env, func(known corev1.EnvVar) bool { return known.Name == variable.Name }) {
			container.Env = append(container.Env, variable)
		}
	}
}

func fromField(name, path string) corev1.EnvVar {
	return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: path}}}
}

// sharedMemory is Ray's object store: memory, as large as the container.
func sharedMemory(container corev1.Container) corev1.EmptyDirVolumeSource {
	source := corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory}
	for _, list := range []corev1.ResourceList{container.Resources.Limits, container.Resources.Requests} {
		if memory, said := list[corev1.ResourceMemory]; said {
			source.SizeLimit = &memory
			break
		}
	}
	return source
}

// addVolume mounts an emptyDir, unless something is mounted there already.
func addVolume(pod *corev1.Pod, container *corev1.Container, name, path string, source corev1.EmptyDirVolumeSource) {
	if slices.ContainsFunc(container.VolumeMounts, func(mount corev1.VolumeMount) bool { return mount.MountPath == path }) {
		return
	}
	if !slices.ContainsFunc(pod.Spec.Volumes, func(volume corev1.Volume) bool { return volume.Name == name }) {
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{EmptyDir: &source}})
	}
	container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{Name: name, MountPath: path})
}
