// The status of a RayCluster: counts, resources, conditions and where the head is.
package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// report writes the status, if anything in it has changed; `made` is what went wrong on the way.
func (r *Reconciler) report(ctx context.Context, object *unstructured.Unstructured, cluster *Cluster, made error) error {
	list := corev1.PodList{}
	mine := client.MatchingLabels{"ray.io/cluster": cluster.Metadata.Name}
	if err := r.fresh.List(ctx, &list, client.InNamespace(cluster.Metadata.Namespace), mine); err != nil {
		return err
	}
	service := &corev1.Service{}
	key := client.ObjectKey{Namespace: cluster.Metadata.Namespace, Name: cluster.headServiceName()}
	if err := client.IgnoreNotFound(r.fresh.Get(ctx, key, service)); err != nil {
		return err
	}
	status := nextStatus(cluster, list.Items, service, made)
	status.LastUpdate = cluster.Status.LastUpdate
	if reflect.DeepEqual(normalized(status), normalized(cluster.Status)) {
		return nil
	}
	now := metav1.Now()
	status.LastUpdate = &now
	if status.State != cluster.Status.State {
		times := map[string]*metav1.Time{status.State: &now}
		for state, time := range cluster.Status.Transitions {
			if state != status.State {
				times[state] = time
			}
		}
		status.Transitions = times
	}
	if err := status.write(object); err != nil {
		return err
	}
	return r.Status().Update(ctx, object)
}

// normalized makes two statuses comparable: quantities and times have more than one form in memory.
func normalized(status Status) map[string]any {
	object := &unstructured.Unstructured{Object: map[string]any{}}
	_ = status.write(object) // of a struct that is plain data
	return object.Object
}

// nextStatus is a pure function of what there is.
func nextStatus(cluster *Cluster, pods []corev1.Pod, service *corev1.Service, made error) Status {
	status := cluster.Status
	status.Conditions = append([]metav1.Condition{}, status.Conditions...)
	status.ObservedGeneration = cluster.Metadata.Generation
	count(cluster, pods, &status)
	resources(cluster, &status)
	if made == nil && len(pods) == int(status.DesiredWorkers)+1 && allReady(pods) {
		status.State, status.Reason = "ready", ""
	}
	conditions(pods, made, &status)
	whereabouts(pods, service, &status)
	return status
}

func count(cluster *Cluster, pods []corev1.Pod, status *Status) {
	status.DesiredWorkers, status.MinWorkers, status.AvailableWorkers, status.ReadyWorkers = 0, 0, 0, 0
	most := int64(0)
	for _, group := range cluster.Spec.Workers {
		status.DesiredWorkers += group.wanted()
		status.MinWorkers += group.least()
		most += int64(group.most())
	}
	status.MaxWorkers = int32(min(most, math.MaxInt32))
	for _, pod := range pods {
		if pod.Labels["ray.io/node-type"] != worker || pod.Status.Phase != corev1.PodRunning {
			continue
		}
		status.AvailableWorkers++
		if ready := readiness(pod); ready != nil && ready.Status == corev1.ConditionTrue {
			status.ReadyWorkers++
		}
	}
}

// resources adds up what the head and the workers ask for.
func resources(cluster *Cluster, status *Status) {
	total := corev1.ResourceList{}
	add(total, cluster.Spec.Head.Template.Spec, 1)
	for _, group := range cluster.Spec.Workers {
		add(total, group.Template.Spec, int64(said(group.Replicas, 0)))
	}
	status.DesiredCPU, status.DesiredMemory = total[corev1.ResourceCPU], total[corev1.ResourceMemory]
	status.DesiredGPU, status.DesiredTPU = resource.Quantity{}, total["google.com/tpu"]
	for name, amount := range total {
		if isGPU(string(name)) {
			status.DesiredGPU.Add(amount)
		}
	}
}

func add(total corev1.ResourceList, pod corev1.PodSpec, times int64) {
	for _, container := range pod.Containers {
		asked := container.Resources.Requests.DeepCopy()
		if asked == nil {
			asked = corev1.ResourceList{}
		}
		for name, amount := range container.Resources.Limits {
			if _, said := asked[name]; !said {
				asked[name] = amount
			}
		}
		for name, amount := range asked {
			amount.Mul(times)
			sum := total[name]
			sum.Add(amount)
			total[name] = sum
		}
	}
}

func conditions(pods []corev1.Pod, made error, status *Status) {
	set := func(kind string, is metav1.ConditionStatus, reason, message string) {
		meta.SetStatusCondition(&status.Conditions, metav1.Condition{Type: kind, Status: is, Reason: reason, Message: message})
	}
	if failed := (failure{}); errors.As(made, &failed) {
		set("ReplicaFailure", metav1.ConditionTrue, failed.reason, failed.Error())
	} else if made == nil {
		meta.RemoveStatusCondition(&status.Conditions, "ReplicaFailure")
	}
	is, reason, message := headReady(pods)
	set("HeadPodReady", is, reason, message)
	if !meta.IsStatusConditionTrue(status.Conditions, "RayClusterProvisioned") { // once true, it stays
		if allReady(pods) {
			set("RayClusterProvisioned", metav1.ConditionTrue, "AllPodRunningAndReadyFirstTime", "All Ray Pods are ready for the first time")
		} else {
			set("RayClusterProvisioned", metav1.ConditionFalse, "RayClusterPodsProvisioning", "RayCluster Pods are being provisioned for first time")
		}
	}
	for _, kind := range []string{"RayClusterSuspended", "RayClusterSuspending"} {
		set(kind, metav1.ConditionFalse, kind, "")
	}
}

// headReady repeats the head pod's own condition, with the first container that is not ready named in it.
func headReady(pods []corev1.Pod) (metav1.ConditionStatus, string, string) {
	for _, pod := range pods {
		if pod.Labels["ray.io/node-type"] != head {
			continue
		}
		ready := readiness(pod)
		switch {
		case ready == nil:
			return metav1.ConditionFalse, "Unknown", ""
		case ready.Reason == "ContainersNotReady":
			reason, message := notReady(pod)
			return metav1.ConditionStatus(ready.Status), reason, ready.Message + message
		case ready.Reason != "":
			return metav1.ConditionStatus(ready.Status), ready.Reason, ready.Message
		case ready.Status == corev1.ConditionTrue:
			return metav1.ConditionTrue, "HeadPodRunningAndReady", ready.Message
		default: // the node is gone: the API server wants a reason all the same
			return metav1.ConditionStatus(ready.Status), "Unknown", ready.Message
		}
	}
	return metav1.ConditionFalse, "HeadPodNotFound", "Head Pod not found"
}

func notReady(pod corev1.Pod) (reason, message string) {
	for _, status := range pod.Status.ContainerStatuses {
		if waiting := status.State.Waiting; waiting != nil {
			return waiting.Reason, fmt.Sprintf("; %s: %s", status.Name, waiting.Message)
		}
		if ended := status.State.Terminated; ended != nil {
			return ended.Reason, fmt.Sprintf("; %s: %s", status.Name, ended.Message)
		}
	}
	return "ContainersNotReady", ""
}

func readiness(pod corev1.Pod) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		if pod.Status.Conditions[i].Type == corev1.PodReady {
			return &pod.Status.Conditions[i]
		}
	}
	return nil
}

func allReady(pods []corev1.Pod) bool {
	for _, pod := range pods {
		if ready := readiness(pod); pod.Status.Phase != corev1.PodRunning || (ready != nil && ready.Status != corev1.ConditionTrue) {
			return false
		}
	}
	return len(pods) > 0
}

// whereabouts of the head: its pod, its Service, and the Service's ports by name.
func whereabouts(pods []corev1.Pod, service *corev1.Service, status *Status) {
	status.Head = HeadInfo{ServiceName: service.Name, ServiceIP: service.Spec.ClusterIP}
	for _, pod := range pods {
		if pod.Labels["ray.io/node-type"] == head {
			status.Head.PodName, status.Head.PodIP = pod.Name, pod.Status.PodIP
		}
	}
	if service.Spec.ClusterIP == corev1.ClusterIPNone {
		status.Head.ServiceIP = status.Head.PodIP
	}
	status.Endpoints = map[string]string{}
	for _, port := range service.Spec.Ports {
		number := port.TargetPort.String()
		if port.NodePort != 0 {
			number = fmt.Sprint(port.NodePort)
		}
		status.Endpoints[port.Name] = number
	}
}
