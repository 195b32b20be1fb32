//! Claims.
use super::*;

pub fn claim(name: &str, spec: Value, phase: &str) -> Value {
    json!({"kind": "PersistentVolumeClaim", "metadata": {"name": name},
        "spec": merged(json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}), &spec),
        "status": {"phase": phase}})
}

fn storage_class(mode: &str, default: &str) -> Value {
    json!({"kind": "StorageClass", "metadata": {"name": "standard",
        "annotations": {"storageclass.kubernetes.io/is-default-class": default}},
        "provisioner": "rancher.io/local-path", "volumeBindingMode": mode})
}

#[test]
fn a_claim_is_ready_when_bound_or_when_nobody_needs_it_yet() {
    let expect = Expect::Claim("hub-db-dir".into());
    let bound = World::new().with(claim("hub-db-dir", json!({}), "Bound"));
    assert!(bound.verdict(&expect).is_ready());
    let unused = World::new().with(storage_class("WaitForFirstConsumer", "true")).with(claim(
        "hub-db-dir",
        json!({}),
        "Pending",
    ));
    assert_eq!(unused.verdict(&expect), Verdict::noted("will be made when first used"));
    let waiting = World::new().with(storage_class("Immediate", "true")).with(claim("hub-db-dir", json!({}), "Pending"));
    assert_eq!(what(&waiting.verdict(&expect)), "claim hub-db-dir waits for its volume");
}

#[test]
fn a_claim_that_waits_for_its_first_pod_hangs_on_that_pod() {
    let volumes = json!([{"name": "pvc", "persistentVolumeClaim": {"claimName": "hub-db-dir"}}]);
    let mut user = homeless_pod("hub-1-a", HUB, 60, "0/1 nodes are available: 1 Insufficient cpu. preemption: …");
    user["spec"]["volumes"] = volumes;
    let world = World::new()
        .with(storage_class("WaitForFirstConsumer", "true"))
        .with(claim("hub-db-dir", json!({}), "Pending"))
        .with(user);
    assert_eq!(blocked(&world.verdict(&Expect::Claim("hub-db-dir".into()))).code, "not-enough-cpu");
}
