//! When is a thing ready? Objects as the API server prints them in, verdicts out.
#![expect(clippy::needless_pass_by_value, reason = "objects are written where they are used")]
use serde_json::{Value, json};

use super::*;
use crate::health::{
    fixtures::{
        HUB, World, ago, crashing_pod, deployment, event, homeless_pod, merged, owned_by, pod, ready_pod, waiting_pod,
    },
    objects::Change,
    verdict::Finding,
};

fn hub() -> Expect {
    Expect::Deployment("hub".into())
}

fn what(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Progressing { what } => what,
        other => panic!("expected progress, got {other:?}"),
    }
}

fn blocked(verdict: &Verdict) -> &Finding {
    match verdict {
        Verdict::Blocked(finding) => finding,
        other => panic!("expected a block, got {other:?}"),
    }
}

const NOT_FOUND: &str = "Back-off pulling image \"quay.io/jupyterhub/k8s-hub:4.4.0\": ErrImagePull: rpc error: code = NotFound desc = \
    failed to pull and unpack image \"quay.io/jupyterhub/k8s-hub:4.4.0\": failed to resolve reference: not found";

// Deployment

#[test]
fn a_deployment_is_ready_when_the_newest_pods_are_available() {
    let available = json!({"readyReplicas": 1, "availableReplicas": 1});
    let world = World::new().with_all(deployment(available)).with(ready_pod("hub-1-a", HUB));
    assert_eq!(world.verdict(&hub()), Verdict::ready());
}

#[test]
fn a_deployment_whose_controller_has_not_looked_yet_is_not_ready() {
    for observed in [
        json!({"observedGeneration": 0, "availableReplicas": 1}),
        json!({"observedGeneration": null, "availableReplicas": 1}),
    ] {
        let world = World::new().with_all(deployment(observed));
        assert_eq!(what(&world.verdict(&hub())), "waits for the Deployment controller");
    }
}

#[test]
fn a_deployment_of_no_replicas_is_ready_and_says_so() {
    let mut objects = deployment(json!({"replicas": 0, "updatedReplicas": 0}));
    objects[0]["spec"]["replicas"] = json!(0);
    assert_eq!(World::new().with_all(objects).verdict(&hub()), Verdict::noted("0 replicas wanted"));
}

#[test]
fn an_old_pod_that_still_serves_does_not_make_the_new_revision_ready() {
    let rolling = json!({"replicas": 2, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1});
    let world = World::new().with_all(deployment(rolling)).with(waiting_pod("hub-1-a", HUB, "ContainerCreating", ""));
    assert!(!world.verdict(&hub()).is_ready());
}

#[test]
fn an_old_pod_in_trouble_is_no_trouble_of_the_new_revision() {
    let old = json!({"kind": "ReplicaSet", "metadata": {"name": "hub-0", "ownerReferences": owned_by("Deployment", "hub"),
        "annotations": {"deployment.kubernetes.io/revision": "0"}}, "spec": {"replicas": 1}});
    let available = json!({"replicas": 2, "readyReplicas": 1, "availableReplicas": 1});
    let world = World::new()
        .with_all(deployment(available))
        .with(old)
        .with(waiting_pod("hub-0-a", ("ReplicaSet", "hub-0"), "ImagePullBackOff", NOT_FOUND))
        .with(ready_pod("hub-1-a", HUB));
    assert!(matches!(world.verdict(&hub()), Verdict::Progressing { .. }));
}

/// A pod that the node threw out, as it stays lying about.
fn evicted(name: &str, seconds: i64) -> Value {
    let status =
        json!({"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: ephemeral-storage."});
    pod(name, HUB, json!({"metadata": {"creationTimestamp": ago(seconds)}, "status": status}))
}

#[test]
fn a_pod_that_was_evicted_and_replaced_is_history() {
    let available = json!({"readyReplicas": 1, "availableReplicas": 1});
    let replaced = World::new().with_all(deployment(available)).with(ready_pod("hub-1-b", HUB));
    let old: Vec<Value> = (0..5).map(|number| evicted(&format!("hub-1-a{number}"), 300)).collect();
    assert_eq!(replaced.with_all(old).verdict(&hub()), Verdict::ready());
    let starting = World::new().with_all(deployment(json!({}))).with(evicted("hub-1-a", 300)).with(waiting_pod(
        "hub-1-b",
        HUB,
        "ContainerCreating",
        "",
    ));
    assert_eq!(what(&starting.verdict(&hub())), "0 of 1 pod ready: container main is starting");
}

#[test]
fn pods_that_are_evicted_one_after_the_other_are_named_and_so_is_one_that_nobody_replaces() {
    let often = |seconds: i64| {
        let ended = (0..3).map(|number| evicted(&format!("hub-1-a{number}"), seconds));
        World::new().with_all(deployment(json!({}))).with_all(ended).with(waiting_pod(
            "hub-1-b",
            HUB,
            "ContainerCreating",
            "",
        ))
    };
    let finding = often(60).verdict(&hub());
    assert_eq!((blocked(&finding).code.as_str(), blocked(&finding).count), ("evicted", 3));
    assert!(blocked(&finding).detail.as_deref().unwrap().contains("ephemeral-storage"));
    assert!(matches!(often(7200).verdict(&hub()), Verdict::Progressing { .. }), "that was two hours ago");
    let alone = World::new().with_all(deployment(json!({}))).with(evicted("hub-1-a", 7200));
    assert_eq!(blocked(&alone.verdict(&hub())).code, "evicted");
}

#[test]
fn a_refusal_comes_before_the_evicted_pod_that_cannot_be_replaced_for_it() {
    let quota = r#"pods "hub-1-b" is forbidden: exceeded quota: q, requested: cpu=4, used: cpu=6, limited: cpu=8"#;
    let refused = json!([{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": quota}]);
    let world = World::new().with_all(deployment(json!({"conditions": refused}))).with(evicted("hub-1-a", 60));
    assert_eq!(blocked(&world.verdict(&hub())).code, "quota-exceeded");
}

#[test]
fn a_stuck_deployment_names_the_cause_and_mends_itself() {
    let stuck =
        World::new().with_all(deployment(json!({}))).with(waiting_pod("hub-1-a", HUB, "ImagePullBackOff", NOT_FOUND));
    assert_eq!(blocked(&stuck.verdict(&hub())).code, "image-not-found");
    let available = json!({"readyReplicas": 1, "availableReplicas": 1});
    let mended = stuck.with_all(deployment(available)).with(ready_pod("hub-1-a", HUB));
    assert!(mended.verdict(&hub()).is_ready());
}

#[test]
fn progress_says_how_far_and_why() {
    let pulling =
        event("Pod", "hub-1-a", "Pulling", "Pulling image \"quay.io/jupyterhub/k8s-hub:4.4.0\"", (250, 250, 1));
    let world = World::new()
        .with_all(deployment(json!({})))
        .with(waiting_pod("hub-1-a", HUB, "ContainerCreating", ""))
        .with(pulling);
    assert_eq!(what(&world.verdict(&hub())), "0 of 1 pod ready: downloading image quay.io/jupyterhub/k8s-hub:4.4.0");
    assert!(pulling_of(&world, &hub()), "a download makes progress");
}

fn pulling_of(world: &World, expect: &Expect) -> bool {
    super::pulling(&world.index, expect)
}

#[test]
fn a_finished_download_is_no_download() {
    let world = World::new()
        .with_all(deployment(json!({})))
        .with(waiting_pod("hub-1-a", HUB, "ContainerCreating", ""))
        .with(event("Pod", "hub-1-a", "Pulling", "Pulling image", (250, 250, 1)))
        .with(event("Pod", "hub-1-a", "Pulled", "Successfully pulled image", (200, 200, 1)));
    assert!(!pulling_of(&world, &hub()));
}

#[test]
fn what_is_not_there_yet_is_on_its_way() {
    assert_eq!(what(&World::new().verdict(&hub())), "Deployment hub is not there yet");
    assert_eq!(what(&rules_of_nothing(&hub())), "looking for Deployment hub");
}

fn rules_of_nothing(expect: &Expect) -> Verdict {
    evaluate(&Index::new("hub"), expect, crate::health::fixtures::now())
}

#[test]
fn what_may_not_be_seen_does_not_hold_up_the_rest_but_a_kind_to_come_does() {
    let mut world = World::new();
    world.index.apply(Change::Blind { kind: "Deployment", why: "your account is not allowed to watch it".into() });
    world.index.apply(Change::Absent { kind: "RayCluster" });
    let Verdict::Ready { note: Some(note) } = world.verdict(&hub()) else { panic!("not ready") };
    assert!(note.contains("was not checked"), "{note}");
    assert_eq!(
        what(&world.verdict(&Expect::RayCluster("ray".into()))),
        "the cluster does not know the kind RayCluster yet"
    );
}

// StatefulSet, DaemonSet

fn stateful_set(spec: Value, status: Value) -> World {
    World::new().with(json!({"kind": "StatefulSet", "metadata": {"name": "db"},
        "spec": merged(json!({"replicas": 2, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}}), &spec),
        "status": merged(json!({"observedGeneration": 1, "replicas": 2, "readyReplicas": 2, "availableReplicas": 2,
            "updatedReplicas": 2, "currentRevision": "db-1", "updateRevision": "db-1"}), &status)}))
}

#[test]
fn a_stateful_set_wants_all_pods_of_the_newest_revision_as_its_strategy_asks() {
    let expect = Expect::StatefulSet("db".into());
    let ready = |spec: Value, status: Value| stateful_set(spec, status).verdict(&expect).is_ready();
    let half = json!({"updatedReplicas": 1, "updateRevision": "db-2"});
    assert!(ready(json!({}), json!({})));
    assert!(!ready(json!({}), json!({"readyReplicas": 1, "availableReplicas": 1})));
    assert!(!ready(json!({}), half.clone()), "one pod is of the old revision");
    assert!(
        ready(json!({"updateStrategy": {"rollingUpdate": {"partition": 1}}}), half.clone()),
        "the partition keeps it so"
    );
    assert!(ready(json!({"updateStrategy": {"type": "OnDelete"}}), half), "a person replaces pods by hand");
    assert!(ready(json!({"replicas": 0}), json!({"replicas": 0, "readyReplicas": 0})), "user-placeholder has none");
    assert!(!ready(json!({}), json!({"observedGeneration": 0})));
}

#[test]
fn a_daemon_set_wants_an_available_pod_of_the_newest_revision_on_each_node() {
    let expect = Expect::DaemonSet("puller".into());
    let verdict = |status: Value| {
        let base = json!({"observedGeneration": 1, "desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberReady": 3, "numberAvailable": 3});
        World::new()
            .with(json!({"kind": "DaemonSet", "metadata": {"name": "puller"}, "status": merged(base, &status)}))
            .verdict(&expect)
    };
    assert!(verdict(json!({})).is_ready());
    assert_eq!(what(&verdict(json!({"numberAvailable": 1}))), "1 of 3 pods ready");
    assert!(!verdict(json!({"updatedNumberScheduled": 2})).is_ready());
    assert_eq!(verdict(json!({"desiredNumberScheduled": 0})), Verdict::noted("no node wants one"));
}

// Job

fn job(conditions: Value) -> Value {
    json!({"kind": "Job", "metadata": {"name": "migrate"}, "spec": {"completions": 1}, "status": {"conditions": conditions}})
}

#[test]
fn a_complete_job_stays_done_when_it_is_removed_but_not_when_it_is_made_anew() {
    let expect = Expect::Job("migrate".into());
    let mut world = World::new().with(job(json!([{"type": "Complete", "status": "True"}])));
    assert!(world.verdict(&expect).is_ready());
    world.index.apply(Change::Deleted { kind: "Job", uid: "Job-migrate".into() });
    assert_eq!(world.verdict(&expect), Verdict::noted("complete, and removed since"));
    let mut again = job(json!([]));
    again["metadata"]["uid"] = json!("other");
    world.add(again);
    assert_eq!(what(&world.verdict(&expect)), "0 of 1 pod complete");
    world.index.apply(Change::Deleted { kind: "Job", uid: "other".into() });
    assert!(!world.verdict(&expect).is_ready(), "the new one was never complete");
}

#[test]
fn a_job_that_kubernetes_gave_up_has_failed_with_the_log_of_its_last_pod() {
    let failed = json!([{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded",
        "message": "Job has reached the specified backoff limit", "lastTransitionTime": ago(5)}]);
    let end = json!({"phase": "Failed", "containerStatuses": [{"name": "main", "ready": false, "restartCount": 0,
        "state": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": ago(10)}}}]});
    let mut first = pod("migrate-a", ("Job", "migrate"), json!({"status": end}));
    first["metadata"]["creationTimestamp"] = json!(ago(500));
    let last = pod("migrate-b", ("Job", "migrate"), json!({"metadata": {"creationTimestamp": ago(50)}, "status": end}));
    let world = World::new().with(job(failed)).with(last).with(first);
    let Verdict::Failed(finding) = world.verdict(&Expect::Job("migrate".into())) else { panic!("it failed") };
    assert_eq!(finding.title, "the job `migrate` failed: `main` failed: exit code 1");
    let log = finding.log.unwrap();
    assert_eq!((log.pod.as_str(), log.container.as_str(), log.previous), ("migrate-b", "main", false));
}

// Claim

fn claim(name: &str, spec: Value, phase: &str) -> Value {
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

// Service, Ingress

fn service(kind: &str, made: i64) -> Value {
    json!({"kind": "Service", "metadata": {"name": "proxy-public", "creationTimestamp": ago(made)},
        "spec": {"type": kind, "selector": {"component": "proxy"}, "ports": [{"name": "http", "port": 80}]},
        "status": {"loadBalancer": {}}})
}

fn endpoints(ready: bool) -> Value {
    json!({"kind": "EndpointSlice", "metadata": {"name": "proxy-public-x", "labels": {"kubernetes.io/service-name": "proxy-public"}},
        "addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.9"], "conditions": {"ready": ready}}], "ports": null})
}

#[test]
fn a_service_needs_a_ready_pod_and_an_address_if_it_wants_one() {
    let expect = Expect::Service("proxy-public".into());
    let inside = |ready| World::new().with(service("ClusterIP", 600)).with(endpoints(ready)).verdict(&expect);
    assert!(inside(true).is_ready());
    assert_eq!(what(&inside(false)), "no pod behind Service proxy-public is ready yet");
    let waits = World::new().with(service("LoadBalancer", 30)).with(endpoints(true));
    assert_eq!(what(&waits.verdict(&expect)), "Service proxy-public waits for an address");
    let never = World::new().with(service("LoadBalancer", 91)).with(endpoints(true));
    assert_eq!(blocked(&never.verdict(&expect)).code, "no-load-balancer");
    let mut given = service("LoadBalancer", 600);
    given["status"]["loadBalancer"] = json!({"ingress": [{"ip": "10.1.2.3", "ipMode": "VIP"}]});
    assert!(World::new().with(given).with(endpoints(true)).verdict(&expect).is_ready());
}

#[test]
fn a_service_without_ready_pods_names_the_cause_of_its_pods() {
    let mut crashing = crashing_pod("proxy-1-a", HUB, 4, json!({"exitCode": 1, "reason": "Error"}));
    crashing["metadata"]["labels"] = json!({"component": "proxy"});
    let world = World::new().with(service("ClusterIP", 600)).with(endpoints(false)).with(crashing);
    assert_eq!(blocked(&world.verdict(&Expect::Service("proxy-public".into()))).code, "crash-loop");
}

fn ingress(class: Value, port: Value) -> Value {
    json!({"kind": "Ingress", "metadata": {"name": "jupyterhub"}, "spec": {"ingressClassName": class, "rules": [{"host": "hub.example.org",
        "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "proxy-public", "port": port}}}]}}]},
        "status": {"loadBalancer": {}}})
}

fn ingress_class(default: &str) -> Value {
    json!({"kind": "IngressClass", "metadata": {"name": "nginx", "annotations": {"ingressclass.kubernetes.io/is-default-class": default}},
        "spec": {"controller": "k8s.io/ingress-nginx"}})
}

#[test]
fn an_ingress_needs_its_class_and_its_backend_but_no_address() {
    let expect = Expect::Ingress("jupyterhub".into());
    let world = |class: Value, port: Value, default: &str| {
        World::new()
            .with(ingress_class(default))
            .with(service("ClusterIP", 600))
            .with(endpoints(true))
            .with(ingress(class, port))
            .verdict(&expect)
    };
    let http = json!({"name": "http"});
    assert!(world(json!("nginx"), http.clone(), "false").is_ready());
    assert!(world(json!(null), http.clone(), "true").is_ready());
    assert!(world(json!("nginx"), json!({"number": 80}), "false").is_ready());
    assert_eq!(blocked(&world(json!(null), http.clone(), "false")).code, "no-default-ingress-class");
    assert_eq!(blocked(&world(json!("traefik"), http, "true")).code, "ingress-class-missing");
    assert_eq!(blocked(&world(json!("nginx"), json!({"number": 81}), "false")).code, "ingress-backend-missing");
}

// CRD, Namespace

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

// RayCluster

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

// Release

fn of_release(mut object: Value) -> Value {
    object["metadata"]["annotations"] = merged(
        object["metadata"]["annotations"].take(),
        &json!({"meta.helm.sh/release-name": "jupyterhub", "meta.helm.sh/release-namespace": "hub"}),
    );
    object
}

fn record(status: &str) -> Value {
    json!({"kind": "Secret", "metadata": {"name": "sh.helm.release.v1.jupyterhub.v1",
        "labels": {"name": "jupyterhub", "owner": "helm", "status": status, "version": "1"}}})
}

fn puller(ready: u32) -> Value {
    json!({"kind": "DaemonSet", "metadata": {"name": "hook-image-puller", "annotations": {"helm.sh/hook": "pre-install,pre-upgrade"},
        "labels": {"release": "jupyterhub", "component": "image-puller"}},
        "status": {"observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberReady": ready, "numberAvailable": ready}})
}

fn jupyterhub() -> Expect {
    Expect::Release("jupyterhub".into())
}

#[test]
fn a_release_is_ready_when_everything_that_helm_made_is() {
    let [deployment, set] = deployment(json!({"readyReplicas": 1, "availableReplicas": 1}));
    let world = World::new()
        .with(record("deployed"))
        .with(of_release(deployment))
        .with(set)
        .with(ready_pod("hub-1-a", HUB))
        .with(of_release(service("ClusterIP", 600)))
        .with(of_release(claim("hub-db-dir", json!({}), "Bound")))
        .with(claim("claim-ada", json!({}), "Pending"));
    assert_eq!(
        what(&world.verdict(&jupyterhub())),
        "2 of 3 parts ready; Service/proxy-public: no pod behind Service proxy-public is ready yet"
    );
    assert!(world.with(endpoints(true)).verdict(&jupyterhub()).is_ready(), "a person's claim is none of the release's");
}

#[test]
fn a_release_is_not_ready_while_helm_is_at_work() {
    let pending = World::new().with(record("pending-install"));
    assert_eq!(what(&pending.verdict(&jupyterhub())), "helm has not made anything yet");
    let world = pending.with(of_release(claim("hub-db-dir", json!({}), "Bound")));
    assert_eq!(what(&world.verdict(&jupyterhub())), "helm is at work");
    assert!(world.with(record("deployed")).verdict(&jupyterhub()).is_ready());
}

#[test]
fn a_release_without_parts_is_ready_when_helm_says_so() {
    assert_eq!(World::new().with(record("deployed")).verdict(&jupyterhub()), Verdict::noted("nothing to wait for"));
}

#[test]
fn the_stuck_image_puller_is_named_node_by_node_while_helm_waits_for_it() {
    let stuck = |name: &str, node: &str| {
        let mut pod = waiting_pod(name, ("DaemonSet", "hook-image-puller"), "ImagePullBackOff", NOT_FOUND);
        pod["spec"]["nodeName"] = json!(node);
        pod["metadata"]["labels"] = json!({"component": "image-puller", "app": "jupyterhub"});
        pod
    };
    let world =
        World::new().with(record("pending-install")).with(puller(1)).with(stuck("hook-image-puller-a", "node-3"));
    let verdict = world.verdict(&jupyterhub());
    let finding = blocked(&verdict);
    assert_eq!(finding.code, "image-puller-stuck");
    assert!(
        finding.title.starts_with("the notebook images cannot be downloaded on 1 of 2 nodes: image "),
        "{}",
        finding.title
    );
    assert!(finding.detail.as_deref().unwrap().starts_with("node-3: "));
    let next = format!("{:?}", finding.next);
    assert!(next.contains("notebook.tag") && next.contains("hub.pre-pull"), "{next}");
}

#[test]
fn hooks_left_over_from_a_former_try_do_not_count_once_helm_is_done() {
    let world =
        World::new().with(record("deployed")).with(puller(0)).with(of_release(claim("hub-db-dir", json!({}), "Bound")));
    assert!(world.verdict(&jupyterhub()).is_ready());
}

#[test]
fn of_several_causes_the_root_is_shown() {
    let [deployment, set] = deployment(json!({}));
    let world = World::new()
        .with(record("deployed"))
        .with(of_release(deployment))
        .with(set)
        .with(of_release(service("LoadBalancer", 600)))
        .with(waiting_pod("hub-1-a", HUB, "ImagePullBackOff", NOT_FOUND));
    assert_eq!(blocked(&world.verdict(&jupyterhub())).code, "image-not-found");
}
