package main

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// A RayCluster as the ray-cluster chart makes it.
const small = `
metadata: {name: ray-cluster, namespace: hub, uid: u-1, generation: 3}
spec:
  rayVersion: 2.60.0
  headGroupSpec:
    template:
      metadata: {labels: {helm.sh/chart: ray-cluster-1.7.0, ray.io/group: mine}}
      spec:
        containers:
        - name: ray-head
          image: rayproject/ray:2.60.0
          env: [{name: RAY_PORT, value: "7000"}]
          resources: {limits: {cpu: "1", memory: 2G}}
          volumeMounts: [{mountPath: /tmp/ray, name: log-volume}]
        volumes: [{name: log-volume, emptyDir: {}}]
  workerGroupSpecs:
  - groupName: GPU
    replicas: 7
    minReplicas: 1
    maxReplicas: 5
    rayStartParams: {num-cpus: "3"}
    template:
      spec:
        containers:
        - name: ray-worker
          image: rayproject/ray:2.60.0
          resources: {limits: {cpu: 500m, nvidia.com/gpu: "2", nvidia.com/gpu.shared: "4"}}
`

func cluster(t *testing.T, changes ...func(*Cluster)) *Cluster {
	t.Helper()
	parsed := &Cluster{}
	if err := yaml.Unmarshal([]byte(small), parsed); err != nil {
		t.Fatal(err)
	}
	for _, change := range changes {
		change(parsed)
	}
	return parsed
}

func variable(container corev1.Container, name string) string {
	for _, env := range container.Env {
		if env.Name == name && env.ValueFrom != nil && env.ValueFrom.SecretKeyRef != nil {
			return "secret " + env.ValueFrom.SecretKeyRef.Name + "/" + env.ValueFrom.SecretKeyRef.Key
		}
		if env.Name == name {
			return env.Value
		}
	}
	return ""
}

func TestHeadPod(t *testing.T) {
	pod := headPod(cluster(t))
	ray := pod.Spec.Containers[0]
	if pod.GenerateName != "ray-cluster-head-" || pod.Labels["ray.io/group"] != "headgroup" || pod.Labels["helm.sh/chart"] == "" {
		t.Errorf("%s %v", pod.GenerateName, pod.Labels)
	}
	want := "ulimit -n ${RAY_START_ULIMIT_OPEN_FILES:-65536}; ray start --head --block --dashboard-agent-listen-port=52365 " +
		"--dashboard-host=0.0.0.0 --memory=2000000000 --metrics-export-port=8080 --num-cpus=1"
	if ray.Args[0] != want {
		t.Errorf("\n%s\n%s", ray.Args[0], want)
	}
	if variable(ray, "RAY_PORT") != "7000" || variable(ray, "RAY_ADDRESS") != "127.0.0.1:6379" {
		t.Errorf("the user's variable must win and the others be there: %v", ray.Env)
	}
	if ray.ReadinessProbe.HTTPGet == nil || ray.ReadinessProbe.HTTPGet.Path != "/api/healthz" {
		t.Errorf("Ray 2.53 and later answers over HTTP: %v", ray.ReadinessProbe)
	}
	if len(pod.Spec.Volumes) != 2 || pod.Spec.Volumes[1].EmptyDir.SizeLimit.String() != "2G" {
		t.Errorf("/dev/shm should be as large as the container: %v", pod.Spec.Volumes)
	}
}

func TestWorkerPod(t *testing.T) {
	of := cluster(t)
	pod := workerPod(of, of.Spec.Workers[0], 2)
	ray, wait := pod.Spec.Containers[0], pod.Spec.InitContainers[0]
	if pod.GenerateName != "ray-cluster-gpu-worker-" || pod.Labels["ray.io/group"] != "GPU" || pod.Labels["ray.io/worker-group-replica-index"] != "2" {
		t.Errorf("%s %v", pod.GenerateName, pod.Labels)
	}
	for _, word := range []string{"--num-cpus=3", "--num-gpus=2", "--address=ray-cluster-head-svc.hub.svc.cluster.local:6379"} {
		if !strings.Contains(ray.Args[0], word) {
			t.Errorf("no %s in %s", word, ray.Args[0])
		}
	}
	if wait.Name != "wait-gcs-ready" || wait.Image != ray.Image || !strings.Contains(wait.Args[0], "ray health-check") {
		t.Errorf("%v", wait)
	}
	if pod.OwnerReferences[0].UID != "u-1" || !*pod.OwnerReferences[0].Controller {
		t.Errorf("%v", pod.OwnerReferences)
	}
}

func TestOldRayIsProbedWithWget(t *testing.T) {
	pod := headPod(cluster(t, func(c *Cluster) { c.Spec.RayVersion = "2.52.0" }))
	probe := pod.Spec.Containers[0].LivenessProbe
	if probe.Exec == nil || !strings.Contains(probe.Exec.Command[2], "api/gcs_healthz") {
		t.Errorf("%v", probe)
	}
}

func TestTokenReachesEveryContainer(t *testing.T) {
	of := cluster(t, func(c *Cluster) {
		yes := true
		c.Spec.Auth, c.Spec.Autoscaling = &AuthOptions{Mode: "token"}, &yes
	})
	pods := []*corev1.Pod{headPod(of), workerPod(of, of.Spec.Workers[0], 0)}
	for _, container := range slices.Concat(pods[0].Spec.Containers, pods[1].Spec.Containers, pods[1].Spec.InitContainers) {
		if variable(container, "RAY_AUTH_TOKEN") != "secret ray-cluster/auth_token" || variable(container, "RAY_AUTH_MODE") != "token" {
			t.Errorf("%s: %v", container.Name, container.Env)
		}
	}
}

func TestAutoscalerIsASidecar(t *testing.T) {
	of := cluster(t, func(c *Cluster) {
		yes := true
		c.Spec.Autoscaling, c.Spec.Autoscaler = &yes, &AutoscalerOptions{Version: "v2", Image: "other"}
	})
	pod := headPod(of)
	sidecar := pod.Spec.Containers[1]
	if sidecar.Name != "autoscaler" || sidecar.Image != "other" || pod.Spec.ServiceAccountName != "ray-cluster" || pod.Spec.RestartPolicy != corev1.RestartPolicyNever {
		t.Errorf("%v", pod.Spec)
	}
	if !strings.Contains(pod.Spec.Containers[0].Args[0], "--no-monitor") || variable(pod.Spec.Containers[0], "RAY_enable_autoscaler_v2") != "true" {
		t.Errorf("%v", pod.Spec.Containers[0])
	}
	if len(scalerRights(of)) != 3 {
		t.Errorf("%v", scalerRights(of))
	}
}

func TestHeadService(t *testing.T) {
	service := headService(cluster(t))
	names := []string{}
	for _, port := range service.Spec.Ports {
		names = append(names, port.Name)
	}
	if service.Name != "ray-cluster-head-svc" || service.Spec.ClusterIP != "None" || strings.Join(names, " ") != "client dashboard gcs-server metrics serve" {
		t.Errorf("%v", service)
	}
	service = headService(cluster(t, func(c *Cluster) {
		c.Spec.Head.ServiceType = corev1.ServiceTypeLoadBalancer
		c.Spec.Head.Template.Spec.Containers[0].Ports = []corev1.ContainerPort{{Name: "client", ContainerPort: 10001}}
	}))
	if service.Spec.ClusterIP != "" || len(service.Spec.Ports) != 2 {
		t.Errorf("%v", service.Spec)
	}
}

func TestWorkersStayWithinBounds(t *testing.T) {
	group := cluster(t).Spec.Workers[0]
	if group.wanted() != 5 {
		t.Errorf("%d", group.wanted())
	}
	few := int32(0)
	group.Replicas = &few
	if group.wanted() != 1 {
		t.Errorf("%d", group.wanted())
	}
}

func TestFreeIndicesFillHoles(t *testing.T) {
	taken := []corev1.Pod{{}, {}}
	taken[0].Labels = map[string]string{"ray.io/worker-group-replica-index": "0"}
	taken[1].Labels = map[string]string{"ray.io/worker-group-replica-index": "2"}
	if got := freeIndices(taken, 2); got[0] != 1 || got[1] != 3 {
		t.Errorf("%v", got)
	}
	if got := freeIndices(taken, -1); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestGPUNames(t *testing.T) {
	for name, want := range map[string]bool{"nvidia.com/gpu": true, "nvidia.com/mig-1g.10gb": true, "nvidia.com/mig-1g.10gb.me": false, "nvidia.com/gpu.shared": false} {
		if isGPU(name) != want {
			t.Errorf("%s", name)
		}
	}
}

func TestRefusals(t *testing.T) {
	five, one := int32(5), int32(1)
	for message, change := range map[string]func(*Cluster){
		"greater than maxReplicas":      func(c *Cluster) { c.Spec.Workers[0].Min, c.Spec.Workers[0].Max = &five, &one },
		"minReplicas and maxReplicas":   func(c *Cluster) { c.Spec.Workers[0].Max = nil },
		"no more than 53":               func(c *Cluster) { c.Metadata.Name = strings.Repeat("a", 54) },
		"minimum Ray version is 2.52.0": func(c *Cluster) { c.Spec.Auth, c.Spec.RayVersion = &AuthOptions{Mode: "token"}, "2.51.0" },
		"several hosts":                 func(c *Cluster) { c.Spec.Workers[0].Hosts = 2 },
	} {
		if wrong := refuse(cluster(t, change)); wrong == nil || !strings.Contains(wrong.message, message) {
			t.Errorf("%s: %v", message, wrong)
		}
	}
	if wrong := refuse(cluster(t)); wrong != nil {
		t.Error(wrong)
	}
}

func TestAClusterOfAnotherFormGetsNewPodsIfItAsksForThem(t *testing.T) {
	of := func(memory string, replicas int64, strategy string) (*Cluster, corev1.Pod) {
		object := newObject()
		object.Object["spec"] = map[string]any{
			"upgradeStrategy":  map[string]any{"type": strategy},
			"headGroupSpec":    map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "ray-head", "image": "ray:" + memory}}}}},
			"workerGroupSpecs": []any{map[string]any{"groupName": "a", "replicas": replicas}},
		}
		cluster, err := read(object)
		if err != nil {
			t.Fatal(err)
		}
		return cluster, *headPod(cluster)
	}
	_, head := of("1Gi", 1, "Recreate")
	for _, one := range []struct {
		memory   string
		replicas int64
		strategy string
		outdated bool
	}{{"1Gi", 1, "Recreate", false}, {"1Gi", 3, "Recreate", false}, {"2Gi", 1, "Recreate", true}, {"2Gi", 1, "None", false}} {
		changed, _ := of(one.memory, one.replicas, one.strategy)
		if isOutdated(changed, head) != one.outdated {
			t.Errorf("%+v", one)
		}
	}
}
