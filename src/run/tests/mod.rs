//! Runs in a simulated world, through the executor's own way in: killed after every line of the journal, with and without
//! helm; a second run; things that are stuck, mended, refused; a cluster that falls silent.
mod time;
mod world;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    time::Duration,
};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use time::lock;
use world::{Kill, Killed, NAMESPACE, World};

use super::{
    event::{Event, EventKind, Outcome},
    executor::{Options, execute},
    recorder::Sink,
    resume::remembered,
};
use crate::plan::graph::{Action, Checks, Expect, Plan, Release, SecretKind, SecretObject, SecretSource, Step, StepId};

#[derive(Default)]
struct Seen(Mutex<Vec<Event>>);

impl Sink for Seen {
    fn event(&self, event: &Event) {
        lock(&self.0).push(event.clone());
    }
}

fn step(id: &str, needs: &[&str], action: Action, ready: Vec<Expect>) -> Step {
    Step {
        id: StepId::new(id),
        title: id.to_owned(),
        needs: needs.iter().map(|need| StepId::new(*need)).collect(),
        action,
        ready,
        deadline: Duration::from_secs(600),
    }
}

fn release(name: &str, needs: &[&str]) -> Step {
    let release = Release {
        name: name.to_owned(),
        chart: name.to_owned(),
        repository: "https://charts.example.org".to_owned(),
        version: "1.0.0".to_owned(),
        values: json!({"a": 1}),
        skip_crds: false,
        timeout: Duration::from_secs(300),
    };
    step(name, needs, Action::Release(release), vec![Expect::Deployment(name.to_owned())])
}

/// A namespace, a Secret that is made up once, two releases one after the other, and one beside them.
fn plan() -> Plan {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
    let secret = SecretObject {
        name: "generated".to_owned(),
        kind: SecretKind::Opaque,
        data: BTreeMap::from([("token".to_owned(), SecretSource::Generated)]),
    };
    Plan {
        context: None,
        namespace: NAMESPACE.to_owned(),
        steps: vec![
            step(
                "namespace",
                &[],
                Action::Apply { objects: vec![namespace] },
                vec![Expect::Namespace(NAMESPACE.to_owned())],
            ),
            step("secrets", &["namespace"], Action::Secrets { secrets: vec![secret] }, Vec::new()),
            release("operator", &["namespace"]),
            release("ray", &["operator", "secrets"]),
            release("jupyterhub", &["secrets"]),
        ],
        checks: Checks::default(),
    }
}

/// Runs the plan in a world as far as it gets; `None`: the run was killed.
fn run(world: &World, cancel: &CancellationToken) -> (Option<Outcome>, Vec<Event>) {
    let ports = world.ports();
    let options = Options {
        run: "run-1".to_owned(),
        holder: format!("ada@sim {}", world.journal_lines().len()),
        patience: Duration::from_secs(120),
        silence: Duration::from_secs(300),
        summary: Vec::new(),
    };
    let seen = Seen::default();
    let before = remembered(&ports).unwrap();
    let plan = plan();
    let ended =
        catch_unwind(AssertUnwindSafe(|| world.time.drive(execute(&plan, &ports, &options, before, &seen, cancel))));
    let outcome = match ended {
        Ok(outcome) => Some(outcome),
        Err(panic) if panic.is::<Killed>() => None,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let events = lock(&seen.0).clone();
    (outcome, events)
}

fn go(world: &World) -> (Option<Outcome>, Vec<Event>) {
    run(world, &CancellationToken::new())
}

/// A world in which the plan was carried out undisturbed.
fn undisturbed() -> World {
    let world = World::new();
    assert_eq!(go(&world).0, Some(Outcome::Done));
    assert_eq!(world.wrong(), Vec::<String>::new());
    world
}

/// Kills a run after each of its lines, resumes, and compares what is there with an undisturbed run.
fn killed_everywhere(helm_too: bool) {
    let expected = undisturbed();
    let lines = expected.journal_lines().len();
    assert!(lines > 20, "a run of {lines} lines proves little");
    for line in 1..=lines {
        let world = World::new();
        world.kill(Kill { lines: line, helm_too });
        let (killed, _) = go(&world);
        if killed.is_some() {
            // runs differ by a line or two, since what is ready first is picked by chance: this one was shorter
            assert!(killed == Some(Outcome::Done) && line + 3 > lines, "the run was not killed after line {line}");
            continue;
        }
        let last = world.journal_lines().last().cloned().unwrap();
        let token = world.outcome().0.get("Secret/generated").cloned();
        let (outcome, _) = go(&world);
        assert_eq!(outcome, Some(Outcome::Done), "resumed after line {line}: {last}");
        assert_eq!(world.wrong(), Vec::<String>::new(), "resumed after line {line}: {last}");
        let (objects, releases) = world.outcome();
        assert_eq!(releases, expected.outcome().1, "after line {line}");
        assert_eq!(
            objects.keys().collect::<Vec<_>>(),
            expected.outcome().0.keys().collect::<Vec<_>>(),
            "after line {line}"
        );
        if let Some(token) = token {
            assert_eq!(objects["Secret/generated"], token, "a secret that was in use changed, after line {line}");
        }
    }
}

#[test]
fn a_run_killed_after_any_line_is_taken_up_while_its_helm_lives_on() {
    killed_everywhere(false);
}

#[test]
fn a_run_killed_after_any_line_together_with_its_helm_converges() {
    killed_everywhere(true);
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    let world = undisturbed();
    let before = world.changes();
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Done));
    assert_eq!(world.changes(), before);
    let finished = events.iter().find_map(|event| match &event.kind {
        EventKind::RunFinished { changed, .. } => Some(*changed),
        _ => None,
    });
    assert_eq!(finished, Some(false));
}

#[test]
fn steps_that_do_not_need_each_other_run_at_the_same_time() {
    let world = World::new();
    let (_, events) = go(&world);
    let at = |id: &str, begins: bool| {
        events.iter().position(|event| match &event.kind {
            EventKind::StepStarted { step } => begins && step.as_str() == id,
            EventKind::StepDone { step, .. } => !begins && step.as_str() == id,
            _ => false,
        })
    };
    assert!(at("jupyterhub", true) < at("operator", false), "the hub does not wait for the operator");
    assert!(at("ray", true) > at("operator", false), "Ray needs the operator");
}

#[test]
fn events_are_numbered_without_a_gap_across_a_kill() {
    let world = World::new();
    world.kill(Kill { lines: 12, helm_too: false });
    go(&world);
    go(&world);
    let numbers: Vec<u64> =
        world.journal_lines().iter().map(|line| serde_json::from_str::<Event>(line).unwrap().seq).collect();
    assert_eq!(numbers, (1..=u64::try_from(numbers.len()).unwrap()).collect::<Vec<_>>());
}

#[test]
fn two_runs_in_one_namespace_do_not_both_work() {
    let world = undisturbed();
    let held = json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "hubwright", "namespace": NAMESPACE},
        "spec": {"holderIdentity": "eve@elsewhere pid 7", "renewTime": world.time.now().to_string()}});
    // the other run lives: it renews
    for seconds in (0..60).step_by(5) {
        let (world, mut held) = (world.clone(), held.clone());
        world.time.clone().later(seconds, move || {
            held["spec"]["renewTime"] = json!(world.time.now().to_string());
            world.put(held);
        });
    }
    world.put(held);
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Failed));
    assert!(!events.iter().any(|event| matches!(event.kind, EventKind::StepStarted { .. })), "nothing may be begun");
}

fn not_found() -> serde_json::Value {
    json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-01-01T12:00:00Z"}],
        "containerStatuses": [{"name": "main", "ready": false, "restartCount": 0,
            "state": {"waiting": {"reason": "ErrImagePull", "message": "registry.example.org/hub:1: not found"}}}]})
}

fn blocked_code(events: &[Event]) -> Option<&str> {
    events.iter().find_map(|event| match &event.kind {
        EventKind::StepBlocked { finding, .. } => Some(finding.code.as_str()),
        _ => None,
    })
}

#[test]
fn a_stuck_step_names_its_cause_and_fails_after_the_patience_while_others_go_on() {
    let world = World::new();
    world.stick("operator", not_found());
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Failed));
    assert_eq!(blocked_code(&events), Some("image-not-found"));
    let ends: BTreeMap<&str, &str> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::StepDone { step, .. } => Some((step.as_str(), "done")),
            EventKind::StepFailed { step, problem, .. } => Some((step.as_str(), problem.code.as_str())),
            EventKind::StepSkipped { step, .. } => Some((step.as_str(), "skipped")),
            _ => None,
        })
        .collect();
    assert_eq!((ends["operator"], ends["ray"], ends["jupyterhub"]), ("image-not-found", "skipped", "done"));
}

#[test]
fn a_stuck_step_that_somebody_mends_goes_on_by_itself() {
    let world = World::new();
    world.stick("operator", not_found());
    world.mend_after(60, "operator");
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Done));
    assert_eq!(blocked_code(&events), Some("image-not-found"));
    assert!(
        events
            .iter()
            .any(|event| matches!(&event.kind, EventKind::StepUnblocked { code, .. } if code == "image-not-found"))
    );
}

#[test]
fn a_crash_is_told_with_the_last_words_of_the_program_and_what_they_mean() {
    let world = World::new();
    world.stick("operator", json!({"phase": "Running", "containerStatuses": [{"name": "main", "ready": false, "restartCount": 5,
        "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}},
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 2m40s restarting failed container=main"}}}]}));
    let (_, events) = go(&world);
    let finding = events
        .iter()
        .find_map(|event| match &event.kind {
            EventKind::StepFailed { finding, .. } => finding.clone(),
            _ => None,
        })
        .unwrap();
    assert_eq!(finding.code, "crash-loop");
    assert!(finding.detail.unwrap().ends_with("database is locked"));
    assert!(format!("{:?}", finding.next).contains("two hubs share one database file"));
}

#[test]
fn what_helm_refuses_fails_the_step_and_a_later_run_tries_again() {
    let world = World::new();
    world.refuse("jupyterhub");
    let (outcome, _) = go(&world);
    assert_eq!(outcome, Some(Outcome::Failed));
    let again = World::clone(&world);
    let (outcome, _) = go(&again);
    assert_eq!(outcome, Some(Outcome::Failed));
    assert_eq!(world.changes().iter().filter(|change| *change == "helm jupyterhub").count(), 2);
    assert_eq!(
        world.changes().iter().filter(|change| *change == "helm operator").count(),
        1,
        "what is done stays done"
    );
}

#[test]
fn a_short_silence_of_the_cluster_fails_nothing() {
    let world = World::new();
    world.silence(5, 60);
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Done));
    let contacts: Vec<bool> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Contact { up, .. } => Some(*up),
            _ => None,
        })
        .collect();
    assert_eq!(contacts.first(), Some(&false));
}

#[test]
fn a_cancelled_run_is_interrupted_and_can_be_resumed() {
    let world = World::new();
    let cancel = CancellationToken::new();
    let from_outside = cancel.clone();
    world.time.later(5, move || from_outside.cancel());
    let (outcome, _) = run(&world, &cancel);
    assert_eq!(outcome, Some(Outcome::Interrupted));
    let (outcome, _) = go(&world);
    assert_eq!(outcome, Some(Outcome::Done));
    assert_eq!(world.wrong(), Vec::<String>::new());
}
