//! Pods that no node takes.
use super::*;

fn asking(requests: Value, message: &str) -> Value {
    let mut pod = homeless_pod("a", HUB, 60, message);
    pod["spec"]["containers"][0]["resources"] = json!({"requests": requests});
    labelled(pod, json!({"ray.io/node-type": "worker", "ray.io/group": "big"}))
}

#[test]
fn too_little_cpu_is_told_with_numbers() {
    let mut busy = ready_pod("busy", HUB);
    busy["spec"]["containers"][0]["resources"] = json!({"requests": {"cpu": "6800m"}});
    let world = World::new()
        .with(node("n1", json!({})))
        .with(busy)
        .with(asking(json!({"cpu": "4"}), "0/1 nodes are available: 1 Insufficient cpu. preemption: …"));
    let finding = the_cause(&world);
    assert_eq!(finding.title, "it needs 4 CPU; the freest node has at most 1.2 of 8 free");
    assert_eq!((finding.code.as_str(), keys(&finding)), ("not-enough-cpu", vec!["ray.pools[big].cpu"]));
}

#[test]
fn too_little_memory_is_told_with_the_largest_node() {
    let world = World::new()
        .with(node("n1", json!({})))
        .with(asking(json!({"memory": "130Gi"}), "0/1 nodes are available: 1 Insufficient memory."));
    assert_eq!(
        the_cause(&world).title,
        "it needs 130 GiB memory; the largest node has 32 GiB, less what other pods use"
    );
}

#[test]
fn a_pod_without_a_node_is_given_some_time() {
    let world = World::new().with(homeless_pod("a", HUB, 10, "0/1 nodes are available: 1 Insufficient cpu."));
    assert_eq!(world.findings(), []);
    assert_eq!(world.after(15).findings().len(), 1);
}

#[test]
fn while_the_cloud_makes_a_machine_nothing_is_wrong_until_it_says_that_it_cannot() {
    let world = World::new()
        .with(homeless_pod("a", HUB, 60, "0/1 nodes are available: 1 Insufficient cpu."))
        .with(event("Pod", "a", "TriggeredScaleUp", "pod triggered scale-up: [{pool 1->2 (max: 3)}]", (50, 50, 1)));
    assert_eq!(world.findings(), []);
    let line = crate::health::pod::line(&world.index, world.index.pod("a").unwrap());
    assert_eq!((line.state.as_str(), line.reason.as_deref()), ("Pending", Some("asking the cloud for a machine")));
    let world = world.with(event(
        "Pod",
        "a",
        "NotTriggerScaleUp",
        "pod didn't trigger scale-up: 1 max node group size reached",
        (20, 20, 1),
    ));
    assert_eq!(the_cause(&world).code, "not-enough-cpu");
}

const NO_GPU: &str = "0/2 nodes are available: 2 Insufficient nvidia.com/gpu. preemption: 0/2 nodes are available: 2 No preemption victims found.";

fn gpu_node(name: &str, gpus: &str, spec: Value) -> Value {
    node(name, json!({"spec": spec, "status": {"allocatable": {"nvidia.com/gpu": gpus}}}))
}

#[test]
fn gpus_that_are_absent_broken_reserved_or_in_use_are_told_apart() {
    let world = |nodes: Vec<Value>, message: &str| {
        the_cause(&World::new().with_all(nodes).with(asking(json!({"nvidia.com/gpu": "2"}), message)))
    };
    let absent = world(vec![node("n1", json!({}))], NO_GPU);
    assert_eq!(absent.code, "no-gpu-node");
    assert!(absent.title.starts_with("no node offers nvidia.com/gpu"), "{}", absent.title);
    let broken = world(vec![gpu_node("n1", "0", json!({}))], NO_GPU);
    assert!(broken.title.contains("unhealthy"), "{}", broken.title);
    let used = world(vec![gpu_node("n1", "2", json!({}))], NO_GPU);
    assert_eq!(used.code, "gpus-in-use");
    let small = world(vec![gpu_node("n1", "1", json!({}))], NO_GPU);
    assert_eq!(small.title, "it asks for 2 nvidia.com/gpu, and no node has more than 1");
    let taints = json!({"taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]});
    let mixed =
        "0/2 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) had untolerated taint(s). preemption: …";
    let reserved = world(vec![node("n0", json!({})), gpu_node("n1", "2", taints)], mixed);
    assert_eq!((reserved.code.as_str(), keys(&reserved)), ("gpu-nodes-reserved", vec!["ray.pools[big].tolerations"]));
    assert!(reserved.title.contains("nvidia.com/gpu=present:NoSchedule"), "{}", reserved.title);
}

#[test]
fn the_only_machine_being_a_control_plane_is_named_with_the_command() {
    let taints = json!({"taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]});
    for words in ["untolerated taint {node-role.kubernetes.io/control-plane: }", "untolerated taint(s)"] {
        let world = World::new().with(node("n1", json!({"spec": taints}))).with(homeless_pod(
            "a",
            HUB,
            60,
            &format!("0/1 nodes are available: 1 node(s) had {words}. preemption: …"),
        ));
        let finding = the_cause(&world);
        assert_eq!(finding.code, "nodes-reserved");
        assert!(format!("{:?}", finding.next).contains("control-plane-"), "{finding:?}");
    }
}

#[test]
fn a_tolerated_taint_is_not_named() {
    let taints =
        json!({"taints": [{"key": "a", "value": "1", "effect": "NoSchedule"}, {"key": "b", "effect": "NoSchedule"}]});
    let mut pod = homeless_pod("a", HUB, 60, "0/1 nodes are available: 1 node(s) had untolerated taint(s).");
    pod["spec"]["tolerations"] = json!([{"key": "a", "operator": "Equal", "value": "1"}]);
    let finding = the_cause(&World::new().with(node("n1", json!({"spec": taints}))).with(pod));
    assert!(finding.title.contains("b:NoSchedule"), "{}", finding.title);
}

#[test]
fn nodes_in_trouble_come_before_the_pods_that_they_do_not_take() {
    let sick = json!({"spec": {"taints": [{"key": "node.kubernetes.io/disk-pressure", "effect": "NoSchedule"}]},
        "status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "DiskPressure", "status": "True", "message": "kubelet has disk pressure"}]}});
    let world = World::new()
        .with(node("n1", sick))
        .with(homeless_pod("a", HUB, 60, "0/1 nodes are available: 1 node(s) had untolerated taint(s)."))
        .with(homeless_pod("b", HUB, 60, "0/1 nodes are available: 1 node(s) had untolerated taint(s)."));
    let finding = the_cause(&world);
    assert_eq!((finding.subject.as_str(), finding.title.as_str()), ("Node/n1", "node n1 is running out of disk"));
}

#[test]
fn a_label_that_no_node_has_is_named_with_the_command() {
    let mut pod = homeless_pod(
        "a",
        HUB,
        60,
        "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: …",
    );
    pod["spec"]["nodeSelector"] = json!({"pool": "gpu"});
    let finding = the_cause(&World::new().with(node("n1", json!({}))).with(pod));
    assert_eq!(finding.title, "it wants a node labelled pool=gpu, and there is none");
    assert!(format!("{:?}", finding.next).contains("kubectl label node NODE pool=gpu"));
}

#[test]
fn other_obstacles_have_names_too() {
    let code = |words: &str| {
        the_cause(&World::new().with(homeless_pod("a", HUB, 60, &format!("0/3 nodes are available: {words}.")))).code
    };
    assert_eq!(code("3 Too many pods"), "too-many-pods");
    assert_eq!(code("3 node(s) were unschedulable"), "nodes-cordoned");
    assert_eq!(code("3 node(s) had volume node affinity conflict"), "volume-zone");
    assert_eq!(code("3 node(s) didn't match pod anti-affinity rules"), "unschedulable");
}
