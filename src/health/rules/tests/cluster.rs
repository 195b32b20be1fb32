//! Kinds and namespaces.
use super::*;

#[test]
fn a_custom_kind_needs_its_names_accepted_and_a_version_served() {
    let expect = Expect::Crd("rayclusters.ray.io".into());
    let verdict = |conditions: Value, served: bool| {
        World::new()
            .with(json!({"kind": "CustomResourceDefinition", "metadata": {"name": "rayclusters.ray.io"},
            "spec": {"versions": [{"name": "v1", "served": served}]}, "status": {"conditions": conditions}}))
            .verdict(&expect)
    };
    let names = |status: &str| json!({"type": "NamesAccepted", "status": status});
    let established = json!({"type": "Established", "status": "True"});
    assert!(verdict(json!([names("True"), established]), true).is_ready());
    assert!(!verdict(json!([names("True"), established]), false).is_ready());
    assert!(!verdict(json!([names("True")]), true).is_ready());
    assert_eq!(blocked(&verdict(json!([names("False")]), true)).code, "crd-name-clash");
}

#[test]
fn a_namespace_that_is_going_away_says_what_holds_it() {
    let namespace = json!({"kind": "Namespace", "metadata": {"name": "hub", "deletionTimestamp": ago(60)},
        "status": {"phase": "Terminating", "conditions": [{"type": "NamespaceFinalizersRemaining", "status": "True",
            "message": "Some content in the namespace has finalizers remaining: ray.io/finalizer in 1 resource instances"}]}});
    let expect = Expect::Namespace("hub".into());
    let verdict = World::new().with(namespace).verdict(&expect);
    let finding = blocked(&verdict);
    assert_eq!(finding.code, "namespace-terminating");
    assert!(finding.detail.as_deref().unwrap().contains("ray.io/finalizer"));
    let active = json!({"kind": "Namespace", "metadata": {"name": "hub"}, "status": {"phase": "Active"}});
    assert!(World::new().with(active).verdict(&expect).is_ready());
}
