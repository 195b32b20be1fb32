//! Deployments, StatefulSets, DaemonSets and Jobs.
use super::*;

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
fn while_pods_are_replaced_the_new_ones_are_counted() {
    let rolling = json!({"replicas": 2, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1});
    let starting =
        World::new().with_all(deployment(rolling.clone())).with(waiting_pod("hub-1-a", HUB, "ContainerCreating", ""));
    assert_eq!(what(&starting.verdict(&hub())), "0 of 1 pod ready: container main is starting");
    let leaving = World::new().with_all(deployment(rolling)).with(ready_pod("hub-1-a", HUB));
    assert_eq!(what(&leaving.verdict(&hub())), "1 of 1 new pods ready: those of before are leaving");
}

#[test]
fn a_pod_that_does_not_leave_is_named_once_nothing_else_is_wrong() {
    let leaving = |seconds: i64, node: Value| {
        let mut old = ready_pod("hub-1-a", HUB);
        old["metadata"]["deletionTimestamp"] = json!(ago(seconds));
        World::new().with_all(deployment(json!({"updatedReplicas": 0}))).with(old).with(node)
    };
    let healthy = || crate::health::fixtures::node("n1", json!({}));
    assert!(matches!(leaving(10, healthy()).verdict(&hub()), Verdict::Progressing { .. }), "it may take a moment");
    let verdict = leaving(90, healthy()).verdict(&hub());
    assert_eq!((blocked(&verdict).code.as_str(), blocked(&verdict).subject.as_str()), ("pod-stays", "Pod/hub-1-a"));
    let lost =
        json!({"status": {"conditions": [{"type": "Ready", "status": "Unknown", "lastTransitionTime": ago(400)}]}});
    let dead = leaving(90, crate::health::fixtures::node("n1", lost)).verdict(&hub());
    assert_eq!(blocked(&dead).code, "node-not-ready", "its machine is the root");
    let next = leaving(90, healthy()).with(waiting_pod("hub-1-b", HUB, "ImagePullBackOff", NOT_FOUND));
    assert_eq!(blocked(&next.verdict(&hub())).code, "image-not-found", "what is wrong with the next one comes first");
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
