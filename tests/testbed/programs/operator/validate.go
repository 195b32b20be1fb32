// RayClusters that KubeRay refuses. It says so in an event and does nothing: no pod, no status.
package main

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/version"
)

// refusal is the reason and the text of the event.
type refusal struct{ reason, message string }

// refuse says what is wrong with a RayCluster, nil if nothing is.
func refuse(cluster *Cluster) *refusal {
	if err := validName(cluster.Metadata.Name); err != nil {
		return &refusal{"InvalidRayClusterMetadata", fmt.Sprintf("The RayCluster metadata is invalid %s/%s: %v", cluster.Metadata.Namespace, cluster.Metadata.Name, err)}
	}
	for _, check := range []func(Spec) error{validHead, validWorkers, validAutoscaler, validAuth, supported} {
		if err := check(cluster.Spec); err != nil {
			return &refusal{"InvalidRayClusterSpec", fmt.Sprintf("The RayCluster spec is invalid %s/%s: %v", cluster.Metadata.Namespace, cluster.Metadata.Name, err)}
		}
	}
	return nil
}

func validName(name string) error {
	if len(name) > 53 {
		return fmt.Errorf("RayCluster name should be no more than 53 characters")
	}
	if wrong := validation.IsDNS1035Label(name); len(wrong) > 0 {
		return fmt.Errorf("RayCluster name should be a valid DNS1035 label: %v", wrong)
	}
	return nil
}

func validHead(spec Spec) error {
	if len(spec.Head.Template.Spec.Containers) == 0 {
		return fmt.Errorf("headGroupSpec should have at least one container")
	}
	return nil
}

func validWorkers(spec Spec) error {
	for _, group := range spec.Workers {
		switch {
		case len(group.Template.Spec.Containers) == 0:
			return fmt.Errorf("workerGroupSpec should have at least one container")
		case !spec.autoscales() && (group.Min == nil || group.Max == nil):
			return fmt.Errorf("worker group %s must set both minReplicas and maxReplicas when autoscaling is disabled", group.Name)
		case group.least() < 0:
			return fmt.Errorf("worker group %s has negative minReplicas %d", group.Name, group.least())
		case group.most() < 0:
			return fmt.Errorf("worker group %s has negative maxReplicas %d", group.Name, group.most())
		case group.least() > group.most():
			return fmt.Errorf("worker group %s has minReplicas %d greater than maxReplicas %d", group.Name, group.least(), group.most())
		}
	}
	return nil
}

func validAutoscaler(spec Spec) error {
	if !spec.autoscales() || spec.scalerVersion() != "v2" {
		return nil
	}
	if restarts(spec.Head.Template) {
		return fmt.Errorf("restartPolicy for head Pod should be Never or unset when using autoscaler V2")
	}
	for _, group := range spec.Workers {
		if restarts(group.Template) {
			return fmt.Errorf("restartPolicy for worker group %s should be Never or unset when using autoscaler V2", group.Name)
		}
	}
	return nil
}

func restarts(template corev1.PodTemplateSpec) bool {
	return template.Spec.RestartPolicy != "" && template.Spec.RestartPolicy != corev1.RestartPolicyNever
}

func validAuth(spec Spec) error {
	if !spec.asksToken() {
		return nil
	}
	if spec.RayVersion == "" {
		return fmt.Errorf("authOptions.mode is 'token' but RayVersion was not specified. Ray version 2.52.0 or later is required")
	}
	if !atLeast(spec.RayVersion, "2.52.0") {
		return fmt.Errorf("authOptions.mode is 'token' but minimum Ray version is 2.52.0, got %s", spec.RayVersion)
	}
	return nil
}

// supported refuses what only the real operator does, rather than to look as if it had been done.
func supported(spec Spec) error {
	several := false
	for _, group := range spec.Workers {
		several = several || group.Hosts > 1
	}
	if several || spec.FaultTolerance != nil || spec.TLS != nil || (spec.Suspend != nil && *spec.Suspend) {
		return fmt.Errorf("the stand-in operator knows no worker groups of several hosts, fault tolerance, TLS or suspension")
	}
	return nil
}

// atLeast compares versions; one that cannot be read is never new enough.
func atLeast(have, want string) bool {
	parsed, err := version.ParseGeneric(have)
	return err == nil && parsed.AtLeast(version.MustParseGeneric(want))
}
