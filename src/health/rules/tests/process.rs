//! Processes of this machine, in the shape of pods.
use super::*;
use crate::health::pod::line;

/// A process of one name with its container, its port asked over HTTP.
fn process(name: &str, status: Value) -> Value {
    let probe = json!({"httpGet": {"path": "/hub/health", "port": 24100}});
    json!({"kind": "Pod", "metadata": {"name": name, "annotations": {"hubwright.io/log": format!("/home/ada/lab/log/{name}.log"), "x": "y"}},
        "spec": {"containers": [{"name": name, "readinessProbe": probe}]}, "status": status})
}

fn with_state(name: &str, restarts: u32, state: Value, last: Value) -> World {
    let container = json!({"name": name, "ready": false, "restartCount": restarts, "state": state, "lastState": last});
    World::new().with(process(name, json!({"phase": "Running", "containerStatuses": [container]})))
}

fn verdict(world: &World, name: &str) -> Verdict {
    world.verdict(&Expect::Process(name.into()))
}

fn reason(world: &World, name: &str) -> String {
    line(&world.index, world.index.pod(name).unwrap()).reason.unwrap()
}

/// Next steps as a person reads them.
fn next(finding: &Finding) -> Vec<String> {
    finding.next.iter().map(ToString::to_string).collect()
}

#[test]
fn a_process_is_ready_when_it_answers_its_probe() {
    assert_eq!(what(&verdict(&World::new(), "hub")), "hub is not started yet");
    let unsynced = World { index: crate::health::index::Index::new("hub"), now: crate::health::fixtures::now() };
    assert_eq!(what(&verdict(&unsynced, "hub")), "looking for hub");
    let starting = with_state("hub", 0, json!({"running": {"startedAt": ago(5)}}), json!({}));
    assert_eq!(what(&verdict(&starting, "hub")), "hub: runs, not ready yet");
    let ready = World::new()
        .with(process("hub", json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]})));
    assert_eq!(verdict(&ready, "hub"), Verdict::ready());
}

#[test]
fn a_process_that_waits_is_not_said_to_wait_for_a_node() {
    let ended = json!({"terminated": {"exitCode": 1, "finishedAt": ago(3)}});
    let once = with_state("hub", 1, json!({"waiting": {"reason": "CrashLoopBackOff"}}), ended);
    assert_eq!(reason(&once, "hub"), "exit code 1, starts again soon, restarted 1 times");
    assert_eq!(what(&verdict(&once, "hub")), "hub: exit code 1, starts again soon, restarted 1 times");
    assert_eq!(reason(&with_state("hub", 0, json!({}), json!({})), "hub"), "starting");
}

#[test]
fn a_process_that_ends_again_and_again_is_told_with_its_log() {
    let ended = |end: Value| {
        with_state("hub", 3, json!({"waiting": {"reason": "CrashLoopBackOff"}}), json!({"terminated": end}))
    };
    let world = ended(json!({"exitCode": 1, "finishedAt": ago(3)}));
    let finding = blocked(&verdict(&world, "hub")).clone();
    assert_eq!((finding.code.as_str(), finding.subject.as_str()), ("process-ends", "process hub"));
    assert_eq!(finding.title, "`hub` ends soon after it starts: exit code 1 (3 restarts)");
    assert_eq!(
        next(&finding),
        [
            "run `hubwright logs hub -n hub`: read its last words in full",
            "or run `less /home/ada/lab/log/hub.log`: look into its whole log",
        ]
    );
    assert_eq!(finding.log.unwrap().file.as_deref(), Some("/home/ada/lab/log/hub.log"));
    assert_eq!(world.findings().len(), 1, "no cause of pods is found in it as well");
    let killed = ended(json!({"exitCode": 0, "signal": 9}));
    let finding = blocked(&verdict(&killed, "hub")).clone();
    assert!(finding.title.contains("it was killed (exit code 137)"), "{finding:?}");
    assert!(next(&finding)[0].contains("journalctl -k"), "{finding:?}");
}

#[test]
fn a_process_without_memory_is_told_what_takes_it() {
    let end = json!({"terminated": {"exitCode": 137, "reason": "OOMKilled"}});
    let finding = |name: &str| blocked(&verdict(&with_state(name, 0, end.clone(), json!({})), name)).clone();
    let head = finding("ray-head");
    assert_eq!(head.code, "memory-exhausted");
    assert_eq!(
        next(&head),
        [
            "run `free -h`: see what is left, and close what else takes it",
            "or change the answer `ray.head-memory`: ask for less",
        ]
    );
    assert_eq!(next(&finding("hub")).len(), 1);
}

#[test]
fn a_program_that_the_system_does_not_start_is_told_at_once() {
    let refused = |words: &str| {
        let waiting = json!({"waiting": {"reason": "CreateContainerError", "message": words}});
        blocked(&verdict(&with_state("hub", 0, waiting, json!({})), "hub")).clone()
    };
    let cases = [
        (
            "/home/ada/lab/env/x/bin/jupyterhub: No such file or directory (os error 2)",
            "its program is not there",
            "hubwright upgrade -n hub",
        ),
        ("Permission denied (os error 13)", "its program may not be run", "machine.folder"),
        ("there is no program `/home/ada/lab/env/x/bin/jupyterhub`", "its program is not there", "hubwright upgrade"),
        ("`/home/ada/lab/env/x/bin/jupyterhub` may not be executed", "its program may not be run", "machine.folder"),
        ("Exec format error (os error 8)", "another processor", "hubwright upgrade"),
        ("No space left on device (os error 28)", "a disk is full", "df -h"),
        ("Resource temporarily unavailable (os error 11)", "no more processes", "ulimit -u"),
        ("Too many open files (os error 24)", "too many files", "ulimit -n"),
        ("something new", "`hub` cannot be started", "hubwright logs hub"),
    ];
    for (words, title, step) in cases {
        let finding = refused(words);
        assert_eq!((finding.code.as_str(), finding.detail.as_deref()), ("process-cannot-start", Some(words)));
        assert!(finding.title.contains(title) && next(&finding)[0].contains(step), "{finding:?}");
    }
}

#[test]
fn a_port_that_the_supervisor_finds_taken_is_named() {
    let waiting =
        json!({"waiting": {"reason": "CreateContainerError", "message": "port 24100 is taken by another program"}});
    let finding = |name: &str| blocked(&verdict(&with_state(name, 0, waiting.clone(), json!({})), name)).clone();
    let hub = finding("hub");
    assert_eq!(
        (hub.code.as_str(), hub.title.as_str()),
        ("port-taken", "port 24100, which `hub` needs, is taken by another program")
    );
    assert!(
        next(&hub)[0].contains("ss -ltnp 'sport = :24100'") && next(&hub)[1].contains("`machine.first-port`"),
        "{hub:?}"
    );
    assert!(next(&finding("proxy"))[1].contains("`machine.port`"));
}

#[test]
fn a_process_that_runs_and_stays_silent_is_told_with_where_it_was_asked() {
    let runs = |since: i64| with_state("hub", 0, json!({"running": {"startedAt": ago(since)}}), json!({}));
    assert_eq!(runs(119).findings(), []);
    let finding = blocked(&verdict(&runs(120), "hub")).clone();
    assert_eq!(finding.title, "`hub` runs, but does not answer at port 24100, path /hub/health");
    assert!(finding.log.is_some_and(|log| !log.previous));
}

#[test]
fn a_process_that_is_given_up_has_failed() {
    let container = json!({"name": "hub", "ready": false, "restartCount": 2, "state": {"terminated": {"exitCode": 2, "finishedAt": ago(1)}}});
    let world = World::new().with(process("hub", json!({"phase": "Failed", "containerStatuses": [container]})));
    assert_eq!(blocked(&verdict(&world, "hub")).title, "`hub` failed and is not started again: exit code 2");
}

#[test]
fn no_step_for_a_process_speaks_of_kubernetes() {
    let end = json!({"terminated": {"exitCode": 1}});
    let worlds = [
        with_state("hub", 5, json!({"waiting": {"reason": "CrashLoopBackOff"}}), end),
        with_state(
            "hub",
            0,
            json!({"waiting": {"reason": "CreateContainerError", "message": "secret \"x\" not found"}}),
            json!({}),
        ),
        with_state("hub", 0, json!({"running": {"startedAt": ago(999)}}), json!({})),
    ];
    for world in worlds {
        let findings = format!("{:?}", world.findings());
        assert!(findings.contains("process hub"), "{findings}");
        for word in ["kubectl", "Kubernetes", "Pod/", "image", "container "] {
            assert!(!findings.contains(word), "{word}: {findings}");
        }
    }
}
