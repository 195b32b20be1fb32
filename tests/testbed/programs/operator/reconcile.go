// The controller: compares a RayCluster with what there is, and creates or deletes what makes the difference.
package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

// Reconciler is the controller of RayClusters.
type Reconciler struct {
	client.Client
	fresh  client.Reader // not the cache, which may not know the pods made a moment ago
	events events.EventRecorder
}

// failure is an error that shows up in the condition ReplicaFailure, under its reason.
type failure struct {
	reason string
	err    error
}

func (f failure) Error() string { return f.reason + "\n" + f.err.Error() }
func (f failure) Unwrap() error { return f.err }

func (r *Reconciler) watch(manager ctrl.Manager) error {
	changed := predicate.Or(predicate.GenerationChangedPredicate{}, predicate.LabelChangedPredicate{}, predicate.AnnotationChangedPredicate{})
	return ctrl.NewControllerManagedBy(manager).Named("raycluster").
		For(newObject(), builder.WithPredicates(changed)).
		Owns(&corev1.Pod{}).Owns(&corev1.Service{}).Owns(&corev1.Secret{}).
		Complete(r)
}

// Reconcile brings one RayCluster nearer to what it asks for, and writes down how far it is.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	object := newObject()
	if err := r.Get(ctx, request.NamespacedName, object); err != nil || object.GetDeletionTimestamp() != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err) // what it owns, Kubernetes deletes
	}
	cluster, err := read(object)
	if err != nil {
		return ctrl.Result{}, err
	}
	if wrong := refuse(cluster); wrong != nil {
		r.events.Eventf(object, nil, corev1.EventTypeWarning, wrong.reason, "Validate", "%s", wrong.message)
		return ctrl.Result{}, nil
	}
	made := r.make(ctx, object, cluster)
	if err := errors.Join(made, r.report(ctx, object, cluster, made)); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: 5 * time.Minute}, nil
}

// make creates what is missing, in the order in which the parts need each other.
func (r *Reconciler) make(ctx context.Context, object *unstructured.Unstructured, cluster *Cluster) error {
	parts := []client.Object{}
	if cluster.Spec.autoscales() {
		parts = append(parts, scalerRights(cluster)...)
	}
	if cluster.Spec.asksToken() && cluster.Spec.Auth.SecretName == "" {
		parts = append(parts, newToken(cluster))
	}
	for _, part := range append(parts, headService(cluster)) {
		if err := r.Create(ctx, part); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	if err := r.makeHead(ctx, object, cluster); err != nil {
		return err
	}
	for _, group := range cluster.Spec.Workers {
		if err := r.makeWorkers(ctx, object, cluster, group); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reconciler) makeHead(ctx context.Context, object *unstructured.Unstructured, cluster *Cluster) error {
	heads, err := r.pods(ctx, cluster, client.MatchingLabels{"ray.io/node-type": head})
	if err != nil {
		return err
	}
	if len(heads) == 0 {
		return r.create(ctx, object, headPod(cluster), "HeadPod")
	}
	if isOutdated(cluster, heads[0]) {
		return r.replaceAll(ctx, object, cluster)
	}
	if !isDead(heads[0]) {
		return nil
	}
	if err := r.delete(ctx, object, heads[0].Name, "HeadPod"); err != nil {
		return err
	}
	return fmt.Errorf("the head pod %s has ended; another one comes next", heads[0].Name)
}

// isOutdated says that a head is of an older form of its cluster, which asks for new pods then.
func isOutdated(cluster *Cluster, head corev1.Pod) bool {
	known := head.Annotations[formKey]
	return cluster.Spec.Upgrade.Type == "Recreate" && known != "" && known != cluster.Form
}

// replaceAll deletes every pod; new ones come once these are on their way out.
func (r *Reconciler) replaceAll(ctx context.Context, object *unstructured.Unstructured, cluster *Cluster) error {
	pods, err := r.pods(ctx, cluster, client.MatchingLabels{})
	if err != nil {
		return err
	}
	for _, pod := range pods {
		kind := map[string]string{head: "HeadPod", worker: "WorkerPod"}[pod.Labels["ray.io/node-type"]]
		if err := r.delete(ctx, object, pod.Name, kind); err != nil {
			return err
		}
	}
	return errors.New("the pods are of an older form; others come next")
}

// makeWorkers brings a group to its number of workers. Dead ones go first; with an autoscaler, only it chooses who goes.
func (r *Reconciler) makeWorkers(ctx context.Context, object *unstructured.Unstructured, cluster *Cluster, group WorkerGroup) error {
	pods, err := r.pods(ctx, cluster, client.MatchingLabels{"ray.io/node-type": worker, "ray.io/group": group.Name})
	if err != nil {
		return err
	}
	doomed := slices.Clone(group.Scale.Delete)
	for _, pod := range pods {
		if isDead(pod) {
			doomed = append(doomed, pod.Name)
		}
	}
	pods = slices.DeleteFunc(pods, func(pod corev1.Pod) bool { return slices.Contains(doomed, pod.Name) })
	if surplus := len(pods) - int(group.wanted()); surplus > 0 && !cluster.Spec.autoscales() {
		for _, pod := range pods[:surplus] {
			doomed = append(doomed, pod.Name)
		}
	}
	for _, name := range doomed {
		if err := r.delete(ctx, object, name, "WorkerPod"); err != nil {
			return err
		}
	}
	for _, index := range freeIndices(pods, int(group.wanted())-len(pods)) {
		if err := r.create(ctx, object, workerPod(cluster, group, index), "WorkerPod"); err != nil {
			return err
		}
	}
	return nil
}

// freeIndices are the first `count` numbers that no worker of the group carries.
func freeIndices(pods []corev1.Pod, count int) []int {
	taken := map[string]bool{}
	for _, pod := range pods {
		taken[pod.Labels["ray.io/worker-group-replica-index"]] = true
	}
	free := []int{}
	for index := 0; len(free) < count; index++ {
		if !taken[strconv.Itoa(index)] {
			free = append(free, index)
		}
	}
	return free
}

// isDead says that a pod will never run Ray again.
func isDead(pod corev1.Pod) bool {
	if pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded {
		return true
	}
	if pod.Status.Phase != corev1.PodRunning || pod.Spec.RestartPolicy != corev1.RestartPolicyNever {
		return false
	}
	return slices.ContainsFunc(pod.Status.ContainerStatuses, func(status corev1.ContainerStatus) bool {
		return status.Name == pod.Spec.Containers[0].Name && status.State.Terminated != nil
	})
}

// pods of the cluster that are not on their way out, oldest first.
func (r *Reconciler) pods(ctx context.Context, cluster *Cluster, labels client.MatchingLabels) ([]corev1.Pod, error) {
	list := corev1.PodList{}
	mine := client.MatchingLabels{"ray.io/cluster": cluster.Metadata.Name}
	if err := r.fresh.List(ctx, &list, client.InNamespace(cluster.Metadata.Namespace), mine, labels); err != nil {
		return nil, err
	}
	pods := slices.DeleteFunc(list.Items, func(pod corev1.Pod) bool { return pod.DeletionTimestamp != nil })
	slices.SortFunc(pods, func(a, b corev1.Pod) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	return pods, nil
}

// create makes a pod and tells of it; `kind` is HeadPod or WorkerPod.
func (r *Reconciler) create(ctx context.Context, object *unstructured.Unstructured, pod *corev1.Pod, kind string) error {
	if err := r.Create(ctx, pod); err != nil {
		r.events.Eventf(object, nil, corev1.EventTypeWarning, "FailedToCreate"+kind, "Create", "Failed to create %s for the cluster %s/%s, %v", spoken[kind], object.GetNamespace(), object.GetName(), err)
		return failure{"FailedCreate" + kind, err}
	}
	r.events.Eventf(object, nil, corev1.EventTypeNormal, "Created"+kind, "Create", "Created %s %s/%s", spoken[kind], pod.Namespace, pod.Name)
	return nil
}

// delete ends a pod and tells of it; one that is gone already is no error.
func (r *Reconciler) delete(ctx context.Context, object *unstructured.Unstructured, name, kind string) error {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: object.GetNamespace()}}
	if err := r.Delete(ctx, pod); apierrors.IsNotFound(err) {
		return nil
	} else if err != nil {
		r.events.Eventf(object, nil, corev1.EventTypeWarning, "FailedToDelete"+kind, "Delete", "Failed deleting %s %s/%s, %v", spoken[kind], pod.Namespace, name, err)
		return failure{"FailedDelete" + kind, err}
	}
	r.events.Eventf(object, nil, corev1.EventTypeNormal, "Deleted"+kind, "Delete", "Deleted %s %s/%s", spoken[kind], pod.Namespace, name)
	return nil
}

var spoken = map[string]string{"HeadPod": "head Pod", "WorkerPod": "worker Pod"}
