//! Objects as the API server prints them must be read, with its nulls, omissions and kilobytes that nobody reads.
use serde_json::json;

use super::*;

fn read<T: Watched>(json: serde_json::Value) -> T {
    serde_json::from_value(json).unwrap()
}

#[test]
fn every_kind_reads_an_object_with_metadata_alone() {
    let bare =
        json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": "a", "uid": "u", "creationTimestamp": null}});
    assert_eq!(read::<Pod>(bare.clone()).name(), "a");
    assert_eq!(read::<RayCluster>(bare.clone()).uid(), "u");
    assert_eq!(read::<EndpointSlice>(bare.clone()).endpoints.total, 0);
    assert_eq!(read::<Service>(bare.clone()).status.address(), None);
    assert_eq!(read::<HelmSecret>(bare).revision(), 0);
}

#[test]
fn null_where_a_list_is_meant_is_an_empty_list() {
    let slice: EndpointSlice = read(json!({"metadata": {"name": "a"}, "endpoints": null, "ports": null}));
    assert_eq!(slice.endpoints, Endpoints::default());
    let ray: RayCluster = read(json!({"metadata": {}, "spec": {"workerGroupSpecs": null}, "status": null}));
    assert!(ray.spec.worker_group_specs.is_empty());
}

#[test]
fn amounts_are_numbers_and_extended_resources_keep_their_name() {
    let pod: Pod = read(json!({"metadata": {}, "spec": {"containers": [{"name": "a", "image": "i", "resources": {
        "requests": {"cpu": "500m", "memory": "2Gi", "nvidia.com/gpu": 1, "ephemeral-storage": "1Gi"},
        "limits": {"memory": "4Gi"}}}]}}));
    let resources = &pod.spec.containers[0].resources;
    assert_eq!(resources.requests.cpu_millis, Some(500));
    assert_eq!(resources.requests.memory, Some(2 << 30));
    assert_eq!(resources.requests.extended("nvidia.com/gpu"), Some(1));
    assert_eq!(resources.requests.other.len(), 1);
    assert_eq!(resources.limits.memory, Some(4 << 30));
}

#[test]
fn an_endpoint_without_a_word_on_readiness_counts_as_ready() {
    let slice: EndpointSlice = read(json!({"metadata": {}, "endpoints": [
        {"addresses": ["10.0.0.1"], "conditions": {}},
        {"addresses": ["10.0.0.2"], "conditions": {"ready": false}},
        {"addresses": ["10.0.0.3"], "conditions": {"ready": true}}]}));
    assert_eq!(slice.endpoints, Endpoints { ready: 2, total: 3 });
}

#[test]
fn metadata_drops_what_no_rule_reads() {
    let pod: Pod = read(json!({"metadata": {"name": "a", "managedFields": [{"manager": "x"}],
        "labels": {"app": "x", "helm.sh/chart": "y"},
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "…", "helm.sh/hook": "pre-install"}}}));
    assert_eq!(label(&pod.metadata, "app"), Some("x"));
    assert_eq!(label(&pod.metadata, "helm.sh/chart"), None);
    assert_eq!(annotation(&pod.metadata, "helm.sh/hook"), Some("pre-install"));
    assert_eq!(pod.metadata.annotations.len(), 1);
}

#[test]
fn an_event_tells_its_time_in_either_form() {
    let old: Event = read(json!({"metadata": {}, "lastTimestamp": "2026-01-01T00:00:05Z", "eventTime": null}));
    let new: Event = read(json!({"metadata": {}, "lastTimestamp": null, "eventTime": "2026-01-01T00:00:01.5Z",
        "series": {"count": 3, "lastObservedTime": "2026-01-01T00:00:09.000000Z"}}));
    assert_eq!(old.last(), "2026-01-01T00:00:05Z".parse().ok());
    assert_eq!(new.last(), "2026-01-01T00:00:09Z".parse().ok());
    assert_eq!(new.first(), "2026-01-01T00:00:01.5Z".parse().ok());
}

#[test]
fn a_helm_record_is_known_by_its_labels() {
    let secret: HelmSecret = read(json!({"metadata": {"name": "sh.helm.release.v1.hub.v12",
        "labels": {"name": "hub", "owner": "helm", "status": "pending-upgrade", "version": "12"}},
        "data": {"release": "c2VjcmV0"}, "type": "helm.sh/release.v1"}));
    assert_eq!((secret.release(), secret.revision(), secret.status()), ("hub", 12, "pending-upgrade"));
}

#[test]
fn the_table_names_every_kind_once() {
    let mut kinds: Vec<&str> = KINDS.iter().map(|kind| kind.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), KINDS.len());
    assert_eq!(Deployment::KIND.api_version(), "apps/v1");
    assert_eq!(Pod::KIND.api_version(), "v1");
}
