//! Everything that helm made.
use super::{
    network::{endpoints, service},
    storage::claim,
    *,
};

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
    assert_eq!(what(&pending.verdict(&jupyterhub())), "helm is at work");
    let world = pending.with(of_release(claim("hub-db-dir", json!({}), "Bound")));
    assert_eq!(what(&world.verdict(&jupyterhub())), "helm is at work");
    assert!(world.with(record("deployed")).verdict(&jupyterhub()).is_ready());
}

#[test]
fn what_an_upgrade_is_about_to_mend_is_no_trouble_of_the_upgrade() {
    let [deployment, set] = deployment(json!({}));
    let upgrading = |status: &str| {
        World::new()
            .with(record(status))
            .with(of_release(deployment.clone()))
            .with(set.clone())
            .with(waiting_pod("hub-1-a", HUB, "ImagePullBackOff", NOT_FOUND))
            .with(puller(1))
    };
    let verdict = upgrading("pending-upgrade").verdict(&jupyterhub());
    assert!(matches!(verdict, Verdict::Progressing { .. }), "{verdict:?}");
    assert_eq!(blocked(&upgrading("deployed").verdict(&jupyterhub())).code, "image-not-found");
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
