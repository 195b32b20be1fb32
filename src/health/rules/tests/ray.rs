//! Ray clusters.
use super::*;

fn ray_cluster(over: Value) -> Value {
    let base = json!({"kind": "RayCluster", "metadata": {"name": "ray"},
        "spec": {"workerGroupSpecs": [{"groupName": "small", "replicas": 2, "minReplicas": 1, "maxReplicas": 4}]},
        "status": {"observedGeneration": 1, "state": "ready",
            "conditions": [{"type": "HeadPodReady", "status": "True"}, {"type": "RayClusterProvisioned", "status": "True"}]}});
    merged(base, &over)
}

fn ray_pod(name: &str, labels: Value, mut pod: Value) -> Value {
    pod["metadata"] = json!({"name": name, "ownerReferences": owned_by("RayCluster", "ray"), "labels": merged(json!({"ray.io/cluster": "ray"}), &labels)});
    pod
}

fn head(ready: bool) -> Value {
    let owner = ("RayCluster", "ray");
    let pod =
        if ready { ready_pod("ray-head", owner) } else { waiting_pod("ray-head", owner, "ContainerCreating", "") };
    ray_pod("ray-head", json!({"ray.io/node-type": "head", "ray.io/group": "headgroup"}), pod)
}

fn worker(name: &str, pod: Value) -> Value {
    ray_pod(name, json!({"ray.io/node-type": "worker", "ray.io/group": "small"}), pod)
}

fn ready_worker(name: &str) -> Value {
    worker(name, ready_pod(name, ("RayCluster", "ray")))
}

fn waiting_worker(name: &str) -> Value {
    worker(
        name,
        pod(
            name,
            ("RayCluster", "ray"),
            json!({"status": {"initContainerStatuses": [{"name": "wait-gcs-ready", "ready": false,
        "restartCount": 0, "state": {"running": {"startedAt": ago(200)}}}]}}),
        ),
    )
}

fn ray() -> Expect {
    Expect::RayCluster("ray".into())
}

#[test]
fn a_ray_cluster_is_ready_when_head_and_workers_are_whatever_its_state_says() {
    let world = World::new().with(ray_cluster(json!({}))).with(head(true)).with(ready_worker("w1"));
    assert_eq!(what(&world.verdict(&ray())), "Ray pool small: 1 of 2 pods ready", "its state says ready, kuberay#2188");
    assert!(world.with(ready_worker("w2")).verdict(&ray()).is_ready());
}

#[test]
fn with_autoscaling_the_minimum_of_workers_counts() {
    let cluster = ray_cluster(json!({"spec": {"enableInTreeAutoscaling": true}}));
    assert!(World::new().with(cluster).with(head(true)).with(ready_worker("w1")).verdict(&ray()).is_ready());
}

#[test]
fn workers_that_wait_for_the_head_are_no_news_while_the_head_starts() {
    let starting =
        ray_cluster(json!({"status": {"state": "", "conditions": [{"type": "HeadPodReady", "status": "False"}]}}));
    let world = World::new().with(starting).with(head(false)).with(waiting_worker("w1")).with(waiting_worker("w2"));
    assert!(what(&world.verdict(&ray())).starts_with("Ray head: 0 of 1 pod ready"));
    assert_eq!(world.findings(), []);
}

#[test]
fn workers_that_do_not_find_a_ready_head_are_stuck() {
    let world = World::new()
        .with(ray_cluster(json!({})))
        .with(head(true))
        .with(waiting_worker("w1"))
        .with(waiting_worker("w2"));
    let verdict = world.verdict(&ray());
    let finding = blocked(&verdict);
    assert_eq!((finding.code.as_str(), finding.count), ("ray-head-unreachable", 2));
}

#[test]
fn a_ray_cluster_that_no_operator_looks_after_is_stuck() {
    let mut cluster = ray_cluster(json!({}));
    cluster["status"] = json!(null);
    assert_eq!(blocked(&World::new().with(cluster.clone()).verdict(&ray())).code, "ray-operator-silent");
    cluster["metadata"]["creationTimestamp"] = json!(ago(10));
    assert_eq!(what(&World::new().with(cluster).verdict(&ray())), "waits for the KubeRay operator");
}
