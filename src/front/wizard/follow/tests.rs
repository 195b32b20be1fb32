//! Runs that were never run, event by event. Must not know any screen.
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::{
    health::verdict::Finding,
    run::event::{FORMAT, Outcome, PlannedStep, PodChange},
};

/// A pod that waits.
pub fn pod(name: &str) -> PodChange {
    PodChange {
        step: None,
        namespace: "hub".to_owned(),
        name: name.to_owned(),
        state: "Pending".to_owned(),
        ready: 0,
        containers: 1,
        restarts: 0,
        reason: None,
        node: None,
        process: false,
        owner: String::new(),
        since: None,
        stuck: false,
    }
}

/// A time so many seconds after the run began.
pub fn second(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap() + SignedDuration::from_secs(second)
}

/// An event.
pub fn event(at: i64, kind: EventKind) -> Event {
    Event { v: FORMAT, seq: 1, at: second(at), kind }
}

/// The begin of a run of these steps, each after the one before.
pub fn started(steps: &[&str]) -> EventKind {
    let planned = |(place, id): (usize, &&str)| PlannedStep {
        id: StepId::new(*id),
        title: format!("the {id}"),
        needs: place
            .checked_sub(1)
            .and_then(|before| steps.get(before))
            .map(|before| StepId::new(*before))
            .into_iter()
            .collect(),
    };
    let [run, command, deployment, plan] = ["1", "install", "prod/hub", ""].map(str::to_owned);
    let steps = steps.iter().enumerate().map(planned).collect();
    EventKind::RunStarted { run, command, deployment, plan, resumed: false, steps }
}

/// What is known after these events.
pub fn after(events: impl IntoIterator<Item = (i64, EventKind)>) -> Follow {
    let mut follow = Follow::default();
    events.into_iter().for_each(|(at, kind)| follow.apply(&event(at, kind)));
    follow
}

fn blocked(step: &str, code: &str, deadline: i64) -> EventKind {
    let finding = Finding::new(code, "Pod/a", format!("{code} it is"));
    EventKind::StepBlocked { step: StepId::new(step), finding, deadline: second(deadline) }
}

fn waiting(step: &str, what: &str) -> EventKind {
    EventKind::StepWaiting { step: StepId::new(step), what: what.to_owned(), deadline: second(900) }
}

#[test]
fn a_wait_knows_since_when_and_until_when_and_ends_with_its_step() {
    let ray = StepId::new("ray");
    let progress = Progress::of("2 of 3 pods ready");
    let mut follow = after([
        (0, started(&["ray"])),
        (1, EventKind::StepStarted { step: ray.clone() }),
        (5, waiting("ray", "2 of 3 pods ready")),
        (9, EventKind::StepProgress { step: ray.clone(), progress: progress.clone() }),
    ]);
    let expected = Wait {
        what: "2 of 3 pods ready".to_owned(),
        since: second(5),
        deadline: Some(second(900)),
        progress: Some(progress),
    };
    assert_eq!(follow.waits(&ray), Some(&expected));
    follow.apply(&event(10, EventKind::StepDone { step: ray.clone(), changed: true, took_ms: 1, note: None }));
    assert_eq!(follow.waits(&ray), None);
}

#[test]
fn what_is_wrong_is_known_as_long_as_it_is() {
    let mut follow = after([
        (0, started(&["ray", "hub"])),
        (1, blocked("ray", "crash-loop", 500)),
        (20, blocked("ray", "crash-loop", 500)),
        (21, blocked("hub", "no-default-storage-class", 600)),
    ]);
    let codes = |follow: &Follow| follow.troubles.iter().map(|one| one.code().to_owned()).collect::<Vec<_>>();
    assert_eq!(codes(&follow), ["no-default-storage-class", "crash-loop"]);
    assert_eq!(follow.troubles[1].since, Some(second(1)), "it was said twice, and is as old as it was");
    let code = String::new();
    follow.apply(&event(30, EventKind::StepUnblocked { step: StepId::new("hub"), code }));
    follow.apply(&event(31, waiting("ray", "1 of 1 pods")));
    assert_eq!(codes(&follow), [""; 0]);
}

#[test]
fn the_command_that_goes_on_names_the_deployment() {
    let mut follow = after([(0, started(&["ray"]))]);
    assert_eq!(follow.again(), "hubwright resume --context prod -n hub");
    "this machine/trial".clone_into(&mut follow.deployment);
    assert_eq!(follow.again(), "hubwright resume --this-machine -n trial");
    "arn:aws/eks/my prod/hub".clone_into(&mut follow.deployment);
    assert_eq!(follow.again(), "hubwright resume --context 'arn:aws/eks/my prod' -n hub");
}

#[test]
fn a_verification_afterwards_does_not_take_the_timeline_away() {
    let step = || StepId::new("ray");
    let finished = || EventKind::RunFinished { outcome: Outcome::Done, took_ms: 1, changed: true, summary: Vec::new() };
    let mut follow = after([
        (0, started(&["ray"])),
        (1, EventKind::StepStarted { step: step() }),
        (60, EventKind::StepDone { step: step(), changed: true, took_ms: 1, note: None }),
        (61, finished()),
    ]);
    let EventKind::RunStarted { run, deployment, plan, .. } = started(&[]) else { unreachable!() };
    let command = "verify".to_owned();
    follow
        .apply(&event(70, EventKind::RunStarted { run, command, deployment, plan, resumed: false, steps: Vec::new() }));
    follow.apply(&event(80, finished()));
    assert_eq!(follow.timeline(second(99)).unwrap().took().as_secs(), 59);
}

#[test]
fn pods_that_pass_from_state_to_state_leave_one_line_in_the_log() {
    let change = |state: &str| EventKind::PodChanged(PodChange { state: state.to_owned(), ..pod("hub-1") });
    let mut follow = after([(0, change("Pending")), (1, change("ContainerCreating")), (2, change("Running"))]);
    follow.tick(second(3));
    assert_eq!(follow.log.iter().count(), 0);
    follow.tick(second(9));
    follow.apply(&event(10, change("Ready")));
    let texts: Vec<String> = follow.log.iter().map(Entry::text).collect();
    assert_eq!(texts, ["pod hub-1: Running", "pod hub-1: ready"]);
    assert_eq!(follow.readiness.curve(99).last(), Some(&1));
}

#[test]
fn twenty_thousand_pods_are_counted_and_their_rows_are_found_anywhere() {
    let mut follow = Follow::default();
    for number in 0..20_000 {
        let owner = format!("RayCluster {}", number % 7);
        let state = if number % 100 == 0 { "CrashLoopBackOff" } else { "Ready" };
        let change = PodChange { owner, state: state.to_owned(), ..pod(&format!("worker-{number}")) };
        follow.apply(&event(number / 1000, EventKind::PodChanged(change)));
    }
    assert_eq!((follow.pods.tally().of(PodStanding::Stuck), follow.pods.len(false)), (200, 20_007));
    let rows = follow.pods.rows(false, 15_000, 30);
    assert_eq!(rows.len(), 30);
    assert_eq!(follow.pods.position(false, &rows[7].name()), Some(15_007));
    assert_eq!(follow.pods.len(true), 207);
    assert!(follow.log.iter().count() <= 5_000);
}

/// Events of a run that really was, until one of a kind.
fn journal(lines: &str, until: &str) -> Follow {
    let mut follow = Follow::default();
    for line in lines.lines() {
        follow.apply(&serde_json::from_str(line).unwrap());
        if line.contains(until) {
            return follow;
        }
    }
    panic!("there is no {until}");
}

#[test]
fn a_run_that_got_stuck_is_followed() {
    let lines = include_str!("../../../../tests/demo-data/stuck.jsonl");
    let follow = journal(lines, "step-blocked");
    let trouble = follow.troubles.first().unwrap();
    assert_eq!((trouble.code(), trouble.pod()), ("not-enough-memory", Some("ray-cluster-head-vqbpj")));
    assert!(trouble.key().is_some() && trouble.deadline.is_some());
    assert_eq!(follow.trouble_of(&StepId::new("ray-cluster")).map(Trouble::code), Some("not-enough-memory"));
    assert_eq!((follow.pods.tally().all(), follow.pods.tally().of(PodStanding::Ready)), (5, 3));
    let follow = journal(lines, "run-finished");
    assert_eq!(follow.state.outcome, Some(Outcome::Interrupted));
    assert_eq!(follow.again(), "hubwright resume --context prod -n hub");
    assert!(follow.finished.is_some_and(|said| said.lines.iter().any(|line| line.contains("goes on"))));
}

#[test]
fn a_run_on_this_machine_is_followed_to_its_end() {
    let follow = journal(include_str!("../../../../tests/demo-data/this-machine.jsonl"), "run-finished");
    assert_eq!((follow.state.outcome, follow.troubles.len()), (Some(Outcome::Done), 0));
    assert_eq!(follow.pods.tally().of(PodStanding::Ready), follow.pods.tally().all());
    let timeline = follow.timeline(second(0)).unwrap();
    let path: Vec<&str> = timeline.critical().iter().map(|bar| bar.step.as_str()).collect();
    assert_eq!(path, ["environment", "secrets", "ray", "verify"]);
    assert!(follow.log.iter().any(|entry| entry.text().starts_with("hub: ready")));
}
