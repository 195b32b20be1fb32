//! Disks that are not made.
use super::*;

fn claim(spec: Value) -> Value {
    json!({"kind": "PersistentVolumeClaim", "metadata": {"name": "hub-db-dir"},
        "spec": merged(json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}), &spec),
        "status": {"phase": "Pending"}})
}

fn class(name: &str, provisioner: &str) -> Value {
    json!({"kind": "StorageClass", "metadata": {"name": name}, "provisioner": provisioner, "volumeBindingMode": "Immediate"})
}

fn of_claim(reason: &str, words: &str, first: i64) -> Value {
    event("PersistentVolumeClaim", "hub-db-dir", reason, words, (first, 1, 5))
}

#[test]
fn a_missing_default_storage_class_is_named_once_for_claim_and_pod() {
    let mut waits = homeless_pod(
        "hub-1-a",
        HUB,
        60,
        "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
    );
    waits["spec"]["volumes"] = json!([{"name": "pvc", "persistentVolumeClaim": {"claimName": "hub-db-dir"}}]);
    let mut said =
        of_claim("FailedBinding", "no persistent volumes available for this claim and no storage class is set", 60);
    said["type"] = json!("Normal");
    let world = World::new().with(claim(json!({}))).with(class("fast", "x")).with(waits).with(said);
    let finding = the_cause(&world);
    assert_eq!((finding.code.as_str(), finding.count), ("no-default-storage-class", 1));
    assert_eq!(
        finding.title,
        "this cluster has no default storage class, so the 1Gi disk for hub-db-dir cannot be made"
    );
    assert_eq!(keys(&finding), ["storage.database-class"]);
    assert!(format!("{:?}", finding.next).contains("choose one of: fast"));
}

#[test]
fn where_storage_classes_may_not_be_seen_the_event_tells() {
    let mut index = Index::new("hub");
    for json in [claim(json!({})), of_claim("FailedBinding", "… no storage class is set", 60)] {
        let mut json = json;
        json["metadata"]["namespace"] = json!("hub");
        index.apply(crate::health::objects::Change::Applied(Box::new(crate::health::fixtures::read(&json))));
    }
    let findings = all(&index, crate::health::fixtures::now());
    assert!(findings.is_empty(), "a claim of unknown age is given some time: {findings:?}");
    let mut old = claim(json!({}));
    old["metadata"]["namespace"] = json!("hub");
    old["metadata"]["creationTimestamp"] = json!(ago(60));
    index.apply(crate::health::objects::Change::Applied(Box::new(crate::health::fixtures::read(&old))));
    assert_eq!(all(&index, crate::health::fixtures::now())[0].code, "no-default-storage-class");
}

#[test]
fn disks_that_are_not_made_are_told_apart() {
    let named = json!({"storageClassName": "fast"});
    let shared = json!({"storageClassName": "fast", "accessModes": ["ReadWriteMany"]});
    let waiting = "Waiting for a volume to be created either by the external provisioner 'nfs.csi.k8s.io' or manually by the system administrator.";
    let cases: Vec<(&str, Value, Vec<Value>)> = vec![
        ("storage-class-missing", json!({"storageClassName": "slow"}), vec![]),
        (
            "storage-not-shared",
            shared.clone(),
            vec![of_claim(
                "ProvisioningFailed",
                "failed to provision volume: NodePath only supports ReadWriteOnce and ReadWriteOncePod access modes",
                60,
            )],
        ),
        (
            "provisioning-failed",
            named.clone(),
            vec![of_claim("ProvisioningFailed", "rpc error: quota exceeded in zone a", 60)],
        ),
        ("provisioner-silent", named.clone(), vec![of_claim("ExternalProvisioning", waiting, 90)]),
        (
            "no-matching-volume",
            json!({"storageClassName": ""}),
            vec![of_claim(
                "FailedBinding",
                "no persistent volumes available for this claim and no storage class is set",
                60,
            )],
        ),
    ];
    for (code, spec, events) in cases {
        let world = World::new().with(class("fast", "rancher.io/local-path")).with(claim(spec)).with_all(events);
        assert_eq!(the_cause(&world).code, code);
    }
    let slow = vec![
        of_claim("ExternalProvisioning", waiting, 90),
        of_claim("Provisioning", "External provisioner is provisioning volume for claim", 60),
    ];
    assert_eq!(
        World::new().with(class("fast", "x")).with(claim(named)).with_all(slow).findings(),
        [],
        "it answers, it is only slow"
    );
}
