// The head's Service and the Secret of its token.
package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// headService is headless, unless the RayCluster asks for something that reaches further.
func headService(cluster *Cluster) *corev1.Service {
	labels := selector(cluster, head)
	if name, said := cluster.Spec.Head.Template.Labels["app.kubernetes.io/name"]; said {
		labels["app.kubernetes.io/name"] = name
	}
	service := &corev1.Service{}
	if custom := cluster.Spec.Head.Service; custom != nil {
		service = custom.DeepCopy()
	} else if kind := cluster.Spec.Head.ServiceType; kind == "" || kind == corev1.ServiceTypeClusterIP {
		service.Spec.ClusterIP = corev1.ClusterIPNone
		service.Spec.PublishNotReadyAddresses = true
	}
	all := maps.Clone(service.Labels)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, labels)
	annotations := maps.Clone(service.Annotations)
	if annotations == nil {
		annotations = map[string]string{}
	}
	maps.Copy(annotations, cluster.Spec.ServiceAnnotations)
	service.ObjectMeta = cluster.metadata(cluster.headServiceName(), all)
	service.Annotations = annotations
	service.Spec.Selector = labels
	service.Spec.Ports = append(service.Spec.Ports, headPorts(cluster)...)
	if service.Spec.Type == "" {
		service.Spec.Type = cluster.Spec.Head.ServiceType
	}
	return service
}

// headPorts are those that the head's container names, or Ray's own; metrics are always among them.
func headPorts(cluster *Cluster) []corev1.ServicePort {
	numbers := map[string]int32{}
	for _, port := range cluster.Spec.Head.Template.Spec.Containers[0].Ports {
		if port.Name == "" {
			port.Name = fmt.Sprintf("%d-port", port.ContainerPort)
		}
		numbers[port.Name] = port.ContainerPort
	}
	if len(numbers) == 0 {
		numbers = map[string]int32{"client": 10001, "gcs-server": 6379, "dashboard": 8265, "serve": 8000}
	}
	if _, said := numbers["metrics"]; !said {
		numbers["metrics"] = metricsPort
	}
	protocol := "tcp"
	ports := []corev1.ServicePort{}
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		ports = append(ports, corev1.ServicePort{Name: name, Port: numbers[name], AppProtocol: &protocol})
	}
	return ports
}

// newToken is the Secret of a cluster that asks for a token and names no Secret.
func newToken(cluster *Cluster) *corev1.Secret {
	token := make([]byte, 32)
	_, _ = rand.Read(token) // never fails, says crypto/rand
	return &corev1.Secret{
		ObjectMeta: cluster.metadata(cluster.Metadata.Name, map[string]string{"ray.io/cluster": cluster.Metadata.Name}),
		StringData: map[string]string{"auth_token": base64.StdEncoding.EncodeToString(token)},
	}
}
