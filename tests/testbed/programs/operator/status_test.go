package main

import (
	"errors"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func runningPod(node string, ready corev1.ConditionStatus) corev1.Pod {
	return corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: node + "-x", Labels: map[string]string{"ray.io/node-type": node}},
		Status: corev1.PodStatus{
			Phase:      corev1.PodRunning,
			PodIP:      "10.0.0.9",
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}},
		},
	}
}

func TestReadyOnlyWithEveryPod(t *testing.T) {
	of := cluster(t, func(c *Cluster) { one := int32(1); c.Spec.Workers[0].Replicas = &one })
	status := nextStatus(of, []corev1.Pod{runningPod(head, corev1.ConditionTrue)}, &corev1.Service{}, nil)
	if status.State != "" || status.DesiredWorkers != 1 || status.AvailableWorkers != 0 || status.ObservedGeneration != 3 {
		t.Errorf("%+v", status)
	}
	both := []corev1.Pod{runningPod(head, corev1.ConditionTrue), runningPod(worker, corev1.ConditionTrue)}
	status = nextStatus(of, both, &corev1.Service{}, nil)
	if status.State != "ready" || status.ReadyWorkers != 1 || !meta.IsStatusConditionTrue(status.Conditions, "HeadPodReady") {
		t.Errorf("%+v", status)
	}
	if status.DesiredCPU.String() != "1500m" || status.DesiredGPU.String() != "2" || status.MaxWorkers != 5 {
		t.Errorf("%+v", status)
	}
}

func TestProvisionedStays(t *testing.T) {
	of := cluster(t)
	of.Status = nextStatus(of, []corev1.Pod{runningPod(head, corev1.ConditionTrue)}, &corev1.Service{}, nil)
	status := nextStatus(of, nil, &corev1.Service{}, nil)
	if !meta.IsStatusConditionTrue(status.Conditions, "RayClusterProvisioned") || meta.IsStatusConditionTrue(status.Conditions, "HeadPodReady") {
		t.Errorf("%+v", status.Conditions)
	}
}

func TestReplicaFailureComesAndGoes(t *testing.T) {
	of := cluster(t)
	of.Status = nextStatus(of, nil, &corev1.Service{}, failure{"FailedCreateHeadPod", errors.New("exceeded quota")})
	failed := meta.FindStatusCondition(of.Status.Conditions, "ReplicaFailure")
	if failed == nil || failed.Reason != "FailedCreateHeadPod" || failed.Message != "FailedCreateHeadPod\nexceeded quota" {
		t.Errorf("%+v", of.Status.Conditions)
	}
	if status := nextStatus(of, nil, &corev1.Service{}, nil); meta.FindStatusCondition(status.Conditions, "ReplicaFailure") != nil {
		t.Errorf("%+v", status.Conditions)
	}
}

func TestEndpointsAndHeadAddress(t *testing.T) {
	service := headService(cluster(t))
	for i := range service.Spec.Ports {
		service.Spec.Ports[i].TargetPort.IntVal = service.Spec.Ports[i].Port
	}
	status := nextStatus(cluster(t), []corev1.Pod{runningPod(head, corev1.ConditionTrue)}, service, nil)
	if status.Endpoints["client"] != "10001" || status.Head.ServiceIP != "10.0.0.9" || status.Head.ServiceName != "ray-cluster-head-svc" {
		t.Errorf("%+v", status)
	}
}

func TestHeadOfALostNodeHasAReason(t *testing.T) {
	pods := []corev1.Pod{runningPod(head, corev1.ConditionFalse)}
	if is, reason, _ := headReady(pods); is != metav1.ConditionFalse || reason != "Unknown" {
		t.Errorf("%s %q", is, reason)
	}
}
