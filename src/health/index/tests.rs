//! The index follows changes in whatever order they come.
use serde_json::json;

use super::*;
use crate::health::fixtures::{HUB, World, event, now, pod, ready_pod, waiting_pod};

fn names(touched: &[Touched]) -> Vec<&str> {
    touched
        .iter()
        .map(|one| match one {
            Touched::Pod(name) | Touched::PodGone(name) => name.as_str(),
        })
        .collect()
}

#[test]
fn what_a_new_list_no_longer_has_is_gone() {
    let mut world = World::new().with(ready_pod("a", HUB)).with(ready_pod("b", HUB));
    world.index.apply(Change::Listing { kind: "Pod" });
    world.add(ready_pod("b", HUB));
    assert_eq!(world.index.tally().pods, 2, "until the list is whole nothing is gone");
    let gone = world.index.apply(Change::Synced { kind: "Pod" });
    assert_eq!(gone, [Touched::PodGone("a".into())]);
    assert_eq!(world.index.pods().map(Watched::name).collect::<Vec<_>>(), ["b"]);
    assert_eq!(world.index.tally(), Tally { pods: 1, ready: 1 });
}

#[test]
fn a_late_deletion_of_a_former_object_of_the_same_name_changes_nothing() {
    let mut world = World::new().with(ready_pod("a", HUB));
    let mut again = ready_pod("a", HUB);
    again["metadata"]["uid"] = json!("new");
    world.add(again);
    assert!(world.index.apply(Change::Deleted { kind: "Pod", uid: "Pod-a".into() }).is_empty());
    assert_eq!(world.index.pod("a").map(Watched::uid), Some("new"));
    assert_eq!(world.index.apply(Change::Deleted { kind: "Pod", uid: "new".into() }), [Touched::PodGone("a".into())]);
    assert_eq!(world.index.tally(), Tally::default());
}

#[test]
fn objects_of_other_namespaces_are_ignored() {
    let mut other = ready_pod("a", HUB);
    other["metadata"]["namespace"] = json!("elsewhere");
    assert!(World::new().with(other).index.pods().next().is_none());
}

#[test]
fn pods_are_counted_while_they_change() {
    let mut world = World::new().with(waiting_pod("a", HUB, "ContainerCreating", ""));
    assert_eq!(world.index.tally(), Tally { pods: 1, ready: 0 });
    world.add(ready_pod("a", HUB));
    assert_eq!(world.index.tally(), Tally { pods: 1, ready: 1 });
    world.add(pod("a", HUB, json!({"status": {"phase": "Succeeded"}})));
    assert_eq!(world.index.tally(), Tally::default());
    assert_eq!(world.index.pods_of("ReplicaSet-hub-1").count(), 1);
}

#[test]
fn the_use_of_a_node_is_the_sum_of_its_pods_and_goes_with_them() {
    let with = |name: &str, cpu: &str| {
        let requests = json!({"requests": {"cpu": cpu, "memory": "1Gi", "nvidia.com/gpu": "1"}});
        pod(name, HUB, json!({"spec": {"containers": [{"name": "main", "image": "i", "resources": requests}]}}))
    };
    let mut world = World::new().with(with("a", "500m")).with(with("b", "1"));
    let used = world.index.used_on("n1");
    assert_eq!(
        (used.cpu_millis, used.memory, used.extended("nvidia.com/gpu"), used.pods),
        (Some(1500), Some(2 << 30), Some(2), Some(2))
    );
    world.add(with("a", "2"));
    assert_eq!(world.index.used_on("n1").cpu_millis, Some(3000));
    world.index.apply(Change::Deleted { kind: "Pod", uid: "Pod-b".into() });
    assert_eq!(world.index.used_on("n1").cpu_millis, Some(2000));
}

#[test]
fn the_largest_init_container_and_the_sidecars_count_as_requests() {
    let container =
        |name: &str, cpu: &str| json!({"name": name, "image": "i", "resources": {"requests": {"cpu": cpu}}});
    let mut sidecar = container("side", "1");
    sidecar["restartPolicy"] = json!("Always");
    let world = World::new().with(pod(
        "a",
        HUB,
        json!({"spec": {
        "containers": [container("main", "2")], "initContainers": [container("setup", "5"), sidecar]}}),
    ));
    assert_eq!(world.index.pod("a").unwrap().requests().cpu_millis, Some(5000));
}

#[test]
fn an_event_about_a_pod_touches_its_line_and_a_repeated_one_replaces_itself() {
    let mut world = World::new().with(ready_pod("a", HUB));
    assert_eq!(names(&world.add(event("Pod", "a", "Unhealthy", "probe failed", (60, 50, 1)))), ["a"]);
    assert_eq!(names(&world.add(event("Pod", "a", "Unhealthy", "probe failed", (60, 5, 7)))), ["a"]);
    assert!(world.add(event("Pod", "unknown", "Unhealthy", "x", (1, 1, 1))).is_empty());
    let pod = world.index.pod("a").unwrap();
    let events: Vec<&Noted> = world.index.pod_events(pod).collect();
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].count, events[0].container()), (7, Some("main")));
}

#[test]
fn events_are_newest_first_whatever_order_they_come_in_and_bounded() {
    let mut world = World::new().with(ready_pod("a", HUB));
    for n in 0..100 {
        world.add(event("Pod", "a", &format!("R{n:02}"), "x", (500 - n, 500 - n, 1)));
    }
    world.add(event("Pod", "a", "Old", "x", (900, 900, 1)));
    let pod = world.index.pod("a").unwrap();
    let reasons: Vec<&str> = world.index.pod_events(pod).map(|event| &*event.reason).collect();
    assert_eq!(reasons.first(), Some(&"R99"));
    assert_eq!(reasons.len(), 12);
    assert!(!reasons.contains(&"Old"));
}

#[test]
fn events_of_all_objects_together_are_bounded() {
    let mut world = World::new();
    for n in 0..6_000 {
        world.add(event("Pod", &format!("p{n}"), "Created", "x", (10, 10, 1)));
    }
    assert!(world.index.events.len() <= 4_000, "{}", world.index.events.len());
    assert_eq!(world.index.events("Pod", "p5999", "").count(), 1);
    assert_eq!(world.index.events("Pod", "p0", "").count(), 0);
}

#[test]
fn events_of_a_former_object_of_the_same_name_are_left_out() {
    let uid = "9a6d2d1e-52a7-4a7e-8f0e-1f1c0a9e7b3f";
    let mut old = event("Pod", "a", "Failed", "x", (60, 60, 1));
    old["involvedObject"]["uid"] = json!("11111111-52a7-4a7e-8f0e-1f1c0a9e7b3f");
    let mut pod = ready_pod("a", HUB);
    pod["metadata"]["uid"] = json!(uid);
    let world = World::new().with(pod).with(old);
    assert_eq!(world.index.pod_events(world.index.pod("a").unwrap()).count(), 0);
}

#[test]
fn contact_is_remembered() {
    let mut world = World::new();
    world.index.apply(Change::Contact { up: false, what: "no answer".into() });
    assert_eq!(world.index.lost_contact(), Some("no answer"));
    world.index.apply(Change::Contact { up: true, what: String::new() });
    assert_eq!(world.index.lost_contact(), None);
    assert_eq!(world.now, now());
}
