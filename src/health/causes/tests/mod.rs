//! Why is a thing stuck? Objects as the API server prints them in, named causes out.
#![expect(clippy::needless_pass_by_value, reason = "objects are written where they are used")]
mod schedule;
mod storage;

use serde_json::{Value, json};

use super::*;
use crate::health::{
    fixtures::{
        HUB, World, ago, crashing_pod, deployment, event, homeless_pod, merged, node, pod, ready_pod, waiting_pod,
    },
    verdict::NextStep,
};

/// The one cause of a world; panics if there is another number of causes.
fn the_cause(world: &World) -> Finding {
    let mut findings = world.findings();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

fn keys(finding: &Finding) -> Vec<&str> {
    finding
        .next
        .iter()
        .filter_map(|step| if let NextStep::Edit { key, .. } = step { Some(key.as_str()) } else { None })
        .collect()
}

fn labelled(mut pod: Value, labels: Value) -> Value {
    pod["metadata"]["labels"] = labels;
    pod
}

fn pull(words: &str) -> Value {
    waiting_pod("a", HUB, "ImagePullBackOff", &format!("Back-off pulling image \"x\": ErrImagePull: {words}"))
}

#[test]
fn images_that_cannot_be_had_are_told_apart_by_the_words_of_the_registry() {
    let cases = [
        (
            "rpc error: code = NotFound desc = failed to resolve reference \"quay.io/x:1\": quay.io/x:1: not found",
            "image-not-found",
        ),
        ("manifest for x:1 not found: manifest unknown: manifest unknown", "image-not-found"),
        (
            "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
            "image-denied",
        ),
        ("failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized", "image-denied"),
        (
            "429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit",
            "image-rate-limit",
        ),
        (
            "failed to do request: Head \"https://quay.io/v2/\": dial tcp: lookup quay.io: no such host",
            "registry-unreachable",
        ),
        (
            "failed to do request: tls: failed to verify certificate: x509: certificate signed by unknown authority",
            "registry-unreachable",
        ),
        ("no match for platform in manifest: not found", "image-wrong-platform"),
        ("write /var/lib/containerd/x: no space left on device", "node-disk-full"),
        ("something new", "image-pull-failed"),
    ];
    for (words, code) in cases {
        assert_eq!(the_cause(&World::new().with(pull(words))).code, code, "{words}");
    }
}

#[test]
fn older_kubelets_say_in_an_event_what_the_back_off_hides() {
    let world = World::new()
        .with(waiting_pod("a", HUB, "ImagePullBackOff", "Back-off pulling image \"x\""))
        .with(event("Pod", "a", "Failed", "Failed to pull image \"x\": manifest unknown", (60, 10, 3)));
    assert_eq!(the_cause(&world).code, "image-not-found");
}

#[test]
fn the_answer_to_change_depends_on_whose_image_it_is() {
    let key = |labels: Value| the_cause(&World::new().with(labelled(pull("not found"), labels))).next;
    let edits = |labels| format!("{:?}", key(labels));
    assert!(edits(json!({"ray.io/node-type": "head"})).contains("ray.tag"));
    assert!(edits(json!({"component": "singleuser-server"})).contains("notebook.tag"));
    assert!(edits(json!({"app": "jupyterhub", "component": "hub"})).contains("charts.jupyterhub"));
    assert_eq!(edits(json!({"app": "mine"})), "[]");
}

#[test]
fn trouble_of_the_network_is_given_some_time() {
    let mut young = pull("dial tcp: i/o timeout");
    young["status"]["conditions"][0]["lastTransitionTime"] = json!(ago(10));
    let world = World::new().with(young);
    assert_eq!(world.findings(), []);
    assert_eq!(the_cause(&world.after(20)).code, "registry-unreachable");
}

#[test]
fn a_slow_download_is_no_failure() {
    let world = World::new()
        .with(waiting_pod("a", HUB, "ContainerCreating", ""))
        .with(event("Pod", "a", "Pulling", "Pulling image \"x\"", (290, 290, 1)))
        .after(3_600);
    assert_eq!(world.findings(), []);
}

#[test]
fn an_invalid_name_and_a_forbidden_download_are_named() {
    let waiting = |reason: &str| the_cause(&World::new().with(waiting_pod("a", HUB, reason, "words"))).code;
    assert_eq!(waiting("InvalidImageName"), "image-name-invalid");
    assert_eq!(waiting("ErrImageNeverPull"), "image-never-pulled");
}

#[test]
fn a_crash_counts_from_the_third_restart_or_a_long_back_off() {
    let end = || json!({"exitCode": 1, "reason": "Error", "finishedAt": ago(5)});
    assert_eq!(World::new().with(crashing_pod("a", HUB, 2, end())).findings(), []);
    let finding = the_cause(&World::new().with(crashing_pod("a", HUB, 3, end())));
    assert_eq!(finding.title, "`main` ends soon after it starts: exit code 1 (3 restarts)");
    assert!(finding.log.unwrap().previous, "while it waits, its last words are those of the run before");
    let mut long = crashing_pod("a", HUB, 2, end());
    long["status"]["containerStatuses"][0]["state"]["waiting"]["message"] =
        json!("back-off 40s restarting failed container=main pod=a");
    assert_eq!(the_cause(&World::new().with(long)).code, "crash-loop");
}

#[test]
fn a_program_that_recovered_is_no_crash() {
    let mut recovered = ready_pod("a", HUB);
    recovered["status"]["containerStatuses"][0]["restartCount"] = json!(9);
    recovered["status"]["containerStatuses"][0]["lastState"] = json!({"terminated": {"exitCode": 1}});
    assert_eq!(World::new().with(recovered).findings(), []);
}

#[test]
fn out_of_memory_is_named_with_the_limit_and_the_answer() {
    let mut pod = crashing_pod("a", HUB, 1, json!({"exitCode": 137, "reason": "OOMKilled", "finishedAt": ago(5)}));
    pod["spec"]["containers"][0]["resources"] = json!({"limits": {"memory": "2Gi"}});
    let pod = labelled(pod, json!({"ray.io/node-type": "worker", "ray.io/group": "big"}));
    let finding = the_cause(&World::new().with(pod));
    assert_eq!(finding.title, "`main` used more memory than its limit (2 GiB) and was stopped");
    assert_eq!(keys(&finding), ["ray.pools[big].memory"]);
}

#[test]
fn what_a_container_is_configured_with_may_be_missing() {
    let cases = [
        ("secret \"hub-extra\" not found", "secret-missing", "Secret/hub-extra"),
        ("configmap \"hub\" not found", "configmap-missing", "ConfigMap/hub"),
        ("couldn't find key token in Secret hub/hub", "key-missing", "Pod/a"),
        (
            "container has runAsNonRoot and image will run as root (pod: \"a_hub(1)\", container: main)",
            "runs-as-root",
            "Pod/a",
        ),
        ("failed to create containerd task: something", "container-cannot-start", "Pod/a"),
    ];
    for (words, code, subject) in cases {
        let finding = the_cause(&World::new().with(waiting_pod("a", HUB, "CreateContainerConfigError", words)));
        assert_eq!((finding.code.as_str(), finding.subject.as_str()), (code, subject), "{words}");
    }
}

#[test]
fn a_missing_secret_is_given_some_time_since_helm_makes_things_one_after_another() {
    let mut young = waiting_pod("a", HUB, "CreateContainerConfigError", "secret \"s\" not found");
    young["status"]["conditions"][0]["lastTransitionTime"] = json!(ago(5));
    assert_eq!(World::new().with(young).findings(), []);
}

#[test]
fn failed_mounts_are_told_apart() {
    let cases = [
        ("FailedMount", "MountVolume.SetUp failed for volume \"config\" : secret \"hub\" not found", "secret-missing"),
        (
            "FailedMount",
            "MountVolume.SetUp failed for volume \"homes\" : mount failed: exit status 32 … bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program.",
            "nfs-tools-missing",
        ),
        ("FailedMount", "mount.nfs: access denied by server while mounting 10.0.0.5:/homes", "nfs-denied"),
        ("FailedMount", "mount.nfs: Connection timed out", "nfs-no-answer"),
        (
            "FailedAttachVolume",
            "Multi-Attach error for volume \"pvc-1\" Volume is already used by pod(s) hub-0",
            "volume-held",
        ),
        ("FailedMount", "something new", "mount-failed"),
    ];
    for (reason, words, code) in cases {
        let world = World::new().with(waiting_pod("a", HUB, "ContainerCreating", "")).with(event(
            "Pod",
            "a",
            reason,
            words,
            (120, 5, 4),
        ));
        assert_eq!(the_cause(&world).code, code, "{words}");
    }
}

// refusals: there is no pod to look at

const RESTRICTED: &str = "pods \"hub-1-\" is forbidden: violates PodSecurity \"restricted:latest\": unrestricted capabilities (container \"main\" must set …)";

#[test]
fn a_refusal_is_read_from_what_should_make_the_pod() {
    let condition = json!({"replicas": 0, "updatedReplicas": 0, "conditions": [{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
        "message": "pods \"hub-1-x\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2", "lastTransitionTime": ago(30)}]});
    let [deployment, mut set] = deployment(condition.clone());
    set["status"] = condition;
    let world = World::new().with(deployment).with(set);
    let verdict = world_verdict(&world);
    assert_eq!(
        verdict.title,
        "limit `small` of the namespace is reached: asked for pods=1, used pods=2, allowed pods=2"
    );
    assert_eq!(the_cause(&world).code, "quota-exceeded");
}

fn world_verdict(world: &World) -> Finding {
    let verdict = world.verdict(&crate::plan::graph::Expect::Deployment("hub".into()));
    verdict.finding().cloned().unwrap_or_else(|| panic!("{verdict:?}"))
}

#[test]
fn kinds_without_conditions_say_it_in_events_until_a_pod_is_made() {
    let set = || json!({"kind": "StatefulSet", "metadata": {"name": "db"}, "spec": {"replicas": 1}, "status": {"observedGeneration": 1}});
    let refused = || {
        event(
            "StatefulSet",
            "db",
            "FailedCreate",
            &format!("create Pod db-0 in StatefulSet db failed error: {RESTRICTED}"),
            (60, 10, 4),
        )
    };
    let world = World::new().with(set()).with(refused());
    assert_eq!(the_cause(&world).code, "pod-security");
    let made =
        event("StatefulSet", "db", "SuccessfulCreate", "create Pod db-0 in StatefulSet db successful", (5, 5, 1));
    assert_eq!(world.with(made).findings(), []);
}

#[test]
fn a_webhook_that_starts_is_given_some_time() {
    let set = json!({"kind": "DaemonSet", "metadata": {"name": "d"}, "status": {"observedGeneration": 1, "desiredNumberScheduled": 1}});
    let words = "Error creating: Internal error occurred: failed calling webhook \"w\": connection refused";
    let world = World::new().with(set).with(event("DaemonSet", "d", "FailedCreate", words, (20, 5, 2)));
    assert_eq!(world.findings(), []);
    assert_eq!(the_cause(&world.after(15)).code, "webhook-not-ready");
}

// machines and programs that do not answer

#[test]
fn pods_on_a_dead_machine_are_one_finding_about_the_machine() {
    let dead = json!({"status": {"conditions": [{"type": "Ready", "status": "Unknown", "message": "Kubelet stopped posting node status.", "lastTransitionTime": ago(60)}]}});
    let world = World::new()
        .with(node("n1", dead))
        .with(waiting_pod("a", HUB, "ContainerCreating", ""))
        .with(waiting_pod("b", HUB, "ContainerCreating", ""));
    assert_eq!(the_cause(&world).subject, "Node/n1");
}

fn unanswering(started: i64) -> Value {
    let probe =
        json!({"httpGet": {"path": "/hub/health", "port": "http"}, "periodSeconds": 2, "failureThreshold": 1000});
    pod(
        "a",
        HUB,
        json!({"spec": {"containers": [{"name": "main", "image": "i", "readinessProbe": probe}]},
        "status": {"phase": "Running", "containerStatuses": [{"name": "main", "ready": false, "started": true, "restartCount": 0,
            "state": {"running": {"startedAt": ago(started)}}}]}}),
    )
}

#[test]
fn a_program_that_does_not_answer_is_told_with_where_it_was_asked() {
    assert_eq!(World::new().with(unanswering(200)).findings(), []);
    let words = "Readiness probe failed: Get \"http://10.0.0.9:8081/hub/health\": dial tcp: connection refused";
    let finding =
        the_cause(&World::new().with(unanswering(301)).with(event("Pod", "a", "Unhealthy", words, (290, 2, 100))));
    assert_eq!(finding.title, "`main` runs, but does not answer at port http, path /hub/health");
    assert!(finding.log.is_some_and(|log| !log.previous));
}

#[test]
fn a_program_that_the_liveness_probe_keeps_stopping_is_not_called_a_crash() {
    let world = World::new().with(crashing_pod("a", HUB, 3, json!({"exitCode": 137, "reason": "Error"}))).with(event(
        "Pod",
        "a",
        "Killing",
        "Container main failed liveness probe, will be restarted",
        (90, 10, 3),
    ));
    assert_eq!(the_cause(&world).code, "liveness-kills");
}

#[test]
fn what_takes_too_long_without_a_known_cause_says_so() {
    let late = json!({"conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "timed out progressing"}]});
    let world = World::new().with_all(deployment(late));
    assert_eq!(world_verdict(&world).code, "progress-deadline");
}

// the words of a cluster are hostile

#[test]
fn no_finding_carries_an_escape_sequence_or_a_secret() {
    let hostile = "\u{1b}]0;owned\u{7}not found \u{202e}password=hunter2";
    let worlds = [
        World::new().with(pull(hostile)),
        World::new().with(waiting_pod("a", HUB, "CreateContainerError", hostile)),
        World::new().with(homeless_pod("a", HUB, 60, &format!("0/1 nodes are available: 1 {hostile}"))),
        World::new().with(waiting_pod("a", HUB, "ContainerCreating", "")).with(event(
            "Pod",
            "a",
            "FailedMount",
            hostile,
            (90, 5, 9),
        )),
        World::new().with(crashing_pod("a", HUB, 5, json!({"exitCode": 1, "message": hostile}))),
    ];
    for world in worlds {
        let shown = format!(
            "{:?} {:?}",
            the_cause(&world),
            crate::health::pod::line(&world.index, world.index.pod("a").unwrap())
        );
        assert!(!shown.contains("\\u{1b}") && !shown.contains("\\u{202e}") && !shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn every_cause_has_one_kebab_case_name_and_no_name_of_a_message() {
    let mut codes: Vec<&str> = CAUSES.iter().map(|cause| cause.code).collect();
    assert!(codes.iter().all(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '-')), "{codes:?}");
    assert!(!codes.iter().any(|code| crate::health::messages::is_known(code)));
    codes.sort_unstable();
    let all = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), all);
}
