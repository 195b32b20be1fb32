// Ray's own autoscaler: a sidecar of the head that changes the RayCluster's replicas, and the rights it needs.
package main

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const autoscale = "ray kuberay-autoscaler --cluster-name $(RAY_CLUSTER_NAME) --cluster-namespace $(RAY_CLUSTER_NAMESPACE)"

// addAutoscaler puts the sidecar into the head; both write logs where the other can read them.
func addAutoscaler(cluster *Cluster, pod *corev1.Pod) {
	ray := &pod.Spec.Containers[0]
	if version := cluster.Spec.scalerVersion(); version != "" {
		setEnv(ray, corev1.EnvVar{Name: "RAY_enable_autoscaler_v2", Value: map[bool]string{true: "true", false: "false"}[version == "v2"]})
	}
	if cluster.Spec.scalerVersion() == "v2" {
		pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	}
	pod.Spec.ServiceAccountName = scalerAccount(cluster)
	sidecar := autoscalerContainer(*ray)
	addToken(cluster, &sidecar)
	override(&sidecar, cluster.Spec.Autoscaler)
	addVolume(pod, ray, "ray-logs", "/tmp/ray", corev1.EmptyDirVolumeSource{})
	addVolume(pod, &sidecar, "ray-logs", "/tmp/ray", corev1.EmptyDirVolumeSource{})
	pod.Spec.Containers = append(pod.Spec.Containers, sidecar)
}

func autoscalerContainer(ray corev1.Container) corev1.Container {
	amount := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("500m"), corev1.ResourceMemory: resource.MustParse("512Mi")}
	return corev1.Container{
		Name:            "autoscaler",
		Image:           ray.Image,
		ImagePullPolicy: corev1.PullIfNotPresent,
		Command:         slices.Clone(shell),
		Args:            []string{autoscale},
		Resources:       corev1.ResourceRequirements{Limits: amount, Requests: amount},
		Env: []corev1.EnvVar{
			fromField("RAY_CLUSTER_NAME", "metadata.labels['ray.io/cluster']"),
			fromField("RAY_CLUSTER_NAMESPACE", "metadata.namespace"),
			fromField("RAY_HEAD_POD_NAME", "metadata.name"),
			{Name: "KUBERAY_CRD_VER", Value: "v1"},
			{Name: "KUBERAY_GEN_AUTOSCALER_START_CMD", Value: autoscale},
		},
	}
}

// override applies the RayCluster's own wishes for the sidecar.
func override(container *corev1.Container, options *AutoscalerOptions) {
	if options == nil {
		return
	}
	if options.Image != "" {
		container.Image = options.Image
	}
	if options.ImagePullPolicy != "" {
		container.ImagePullPolicy = options.ImagePullPolicy
	}
	if options.Resources != nil {
		container.Resources = *options.Resources
	}
	if options.SecurityContext != nil {
		container.SecurityContext = options.SecurityContext
	}
	if len(options.Command) > 0 {
		container.Command = options.Command
	}
	if len(options.Args) > 0 {
		container.Args = options.Args
	}
	container.Env = append(container.Env, options.Env...)
	container.EnvFrom = append(container.EnvFrom, options.EnvFrom...)
	container.VolumeMounts = append(container.VolumeMounts, options.VolumeMounts...)
}

func scalerAccount(cluster *Cluster) string {
	if own := cluster.Spec.Head.Template.Spec.ServiceAccountName; own != "" {
		return own
	}
	return cluster.Metadata.Name
}

// scalerRights are the objects that let the autoscaler see pods and change its RayCluster; a service account that the
// user chose must exist already.
func scalerRights(cluster *Cluster) []client.Object {
	metadata := cluster.metadata(cluster.Metadata.Name, map[string]string{
		"ray.io/cluster":               cluster.Metadata.Name,
		"app.kubernetes.io/name":       "kuberay",
		"app.kubernetes.io/created-by": "kuberay-operator",
	})
	rules := []rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"get", "list", "watch", "patch"}},
		{APIGroups: []string{""}, Resources: []string{"pods/resize"}, Verbs: []string{"patch"}},
		{APIGroups: []string{"ray.io"}, Resources: []string{"rayclusters"}, Verbs: []string{"get", "patch"}},
	}
	objects := []client.Object{
		&rbacv1.Role{ObjectMeta: metadata, Rules: rules},
		&rbacv1.RoleBinding{
			ObjectMeta: metadata,
			Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Name: scalerAccount(cluster), Namespace: cluster.Metadata.Namespace}},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: metadata.Name},
		},
	}
	if cluster.Spec.Head.Template.Spec.ServiceAccountName == "" {
		objects = append([]client.Object{&corev1.ServiceAccount{ObjectMeta: metadata}}, objects...)
	}
	return objects
}

// metadata of an object that belongs to the cluster.
func (c *Cluster) metadata(name string, labels map[string]string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: c.Metadata.Namespace, Labels: labels, OwnerReferences: []metav1.OwnerReference{c.owner()}}
}
