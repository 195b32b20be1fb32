//! Steps that wait: stuck on a cause that has a name, mended, refused, too late.
use std::{collections::BTreeMap, time::Duration};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{HUB, OPERATOR, RAY, World, carry_out, go, notes, options, plan, problems, undisturbed, with_other_values};
use crate::run::{
    event::{Event, EventKind, Outcome},
    executor::Options,
};

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
    world.stick(OPERATOR, not_found());
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
    assert_eq!((ends[OPERATOR], ends[RAY], ends[HUB]), ("image-not-found", "skipped", "done"));
}

#[test]
fn a_stuck_step_that_somebody_mends_goes_on_by_itself() {
    let world = World::new();
    world.stick(OPERATOR, not_found());
    world.mend_after(60, OPERATOR);
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
    world.stick(OPERATOR, json!({"phase": "Running", "containerStatuses": [{"name": "main", "ready": false, "restartCount": 5,
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
    world.refuse(HUB, "values-refused");
    let (outcome, _) = go(&world);
    assert_eq!(outcome, Some(Outcome::Failed));
    let again = World::clone(&world);
    let (outcome, _) = go(&again);
    assert_eq!(outcome, Some(Outcome::Failed));
    assert_eq!(world.changes().iter().filter(|change| *change == "helm jupyterhub").count(), 2);
    assert_eq!(
        world.changes().iter().filter(|change| *change == "helm kuberay-operator").count(),
        1,
        "what is done stays done"
    );
}

#[test]
fn what_goes_away_by_itself_is_tried_again_for_a_while() {
    for (code, seconds) in [("webhook-not-ready", 150), ("crd-missing", 40)] {
        let world = World::new();
        world.refuse(HUB, code);
        world.accept_after(seconds, HUB);
        let (outcome, events) = go(&world);
        assert_eq!(outcome, Some(Outcome::Done), "{code}: {:?}", problems(&events));
        let said = |event: &Event| matches!(&event.kind, EventKind::StepWaiting { what, .. } if what.ends_with("; trying again"));
        assert_eq!(events.iter().filter(|event| said(event)).count(), 1, "{code} is said once");
    }
}

#[test]
fn what_does_not_go_away_fails_with_its_cause_within_minutes() {
    for (code, within) in [("webhook-not-ready", 240), ("crd-missing", 120)] {
        let world = World::new();
        world.refuse(HUB, code);
        let began = world.time.now();
        let (_, events) = go(&world);
        assert_eq!(problems(&events)[HUB].code, code);
        assert!(world.time.now().duration_since(began).as_secs() < within, "{code}");
    }
}

#[test]
fn a_namespace_that_is_being_removed_is_waited_for_and_made_anew() {
    let world = World::new();
    world.remove_namespace(60);
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Done), "{:?}", problems(&events));
    assert_eq!(blocked_code(&events), Some("namespace-terminating"));
    let namespace = world.object("Namespace/hub").unwrap();
    assert_eq!(namespace["metadata"]["labels"]["app.kubernetes.io/managed-by"], "hubwright", "the new one is ours");
}

#[test]
fn a_namespace_that_does_not_go_fails_the_step_with_what_holds_it() {
    let world = World::new();
    world.remove_namespace(100_000);
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Failed));
    assert_eq!(problems(&events)["namespace"].code, "namespace-terminating");
}

#[test]
fn a_clock_that_is_wrong_is_said_and_changes_no_patience() {
    for ahead in [-3600, 3600] {
        let world = World::new();
        let cluster = world.time.now() + jiff::SignedDuration::from_secs(ahead);
        let scheduled = json!({"type": "PodScheduled", "status": "True", "lastTransitionTime": cluster.to_string()});
        world.stick(HUB, json!({"phase": "Pending", "conditions": [scheduled], "containerStatuses": [{"name": "main", "ready": false,
            "restartCount": 0, "state": {"waiting": {"reason": "CreateContainerConfigError", "message": "secret \"x\" not found"}}}]}));
        let other = world.clone();
        world.time.later(1, move || other.clock_is_ahead(ahead));
        let (_, events) = go(&world);
        assert!(notes(&events).iter().any(|note| note.contains("60 min")), "{:?}", notes(&events));
        let blocked = |event: &&Event| matches!(&event.kind, EventKind::StepBlocked { .. });
        let blocked = events.iter().find(blocked).expect("the missing Secret is named");
        let after = (blocked.at + jiff::SignedDuration::from_secs(ahead)).duration_since(cluster).as_secs();
        assert!((20..30).contains(&after), "named after {after} s with a clock that is {ahead} s off");
    }
}

#[test]
fn the_patience_is_what_was_asked_for() {
    for patience in [1, 60, 400] {
        let world = World::new();
        world.stick(OPERATOR, not_found());
        let options = Options { patience: Duration::from_secs(patience), ..options(&world) };
        let began = world.time.now();
        carry_out(&world, &plan(), &options, &CancellationToken::new());
        let took = u64::try_from(world.time.now().duration_since(began).as_secs()).unwrap();
        assert!((patience..patience + 30).contains(&took), "{took} s with a patience of {patience} s");
    }
}

fn not_ready() -> serde_json::Value {
    json!({"phase": "Running", "conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-01-01T12:00:00Z"}],
        "containerStatuses": [{"name": "main", "ready": false, "restartCount": 0, "state": {"running": {"startedAt": "2026-01-01T12:00:00Z"}}}]})
}

#[test]
fn a_step_that_is_never_ready_fails_at_its_deadline_and_says_what_it_waited_for() {
    let world = World::new();
    world.stick(HUB, not_ready());
    let began = world.time.now();
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Failed));
    let problem = &problems(&events)[HUB];
    assert_eq!(problem.code, "too-late");
    assert!(problem.title.contains("within 10 minutes: ") && !problem.title.contains("nothing was seen"), "{problem}");
    assert!((600..620).contains(&world.time.now().duration_since(began).as_secs()));
}

#[test]
fn a_step_that_is_stuck_until_its_deadline_names_the_cause() {
    let world = World::new();
    world.stick(HUB, not_found());
    let options = Options { patience: Duration::from_secs(3600), ..options(&world) };
    let (_, events) = carry_out(&world, &plan(), &options, &CancellationToken::new());
    let problem = &problems(&events)[HUB];
    assert_eq!(problem.code, "too-late");
    assert!(problem.title.contains("image"), "{problem}");
    let named = events.iter().any(|event| {
        matches!(&event.kind, EventKind::StepFailed { finding: Some(finding), .. } if finding.code == "image-not-found")
    });
    assert!(named, "the finding is there for front ends");
}

#[test]
fn a_helm_that_never_ends_is_stopped_at_the_deadline() {
    let world = World::new();
    world.never_ends(HUB);
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Failed));
    assert_eq!(problems(&events)[HUB].code, "too-late");
    assert!(problems(&events)[HUB].title.contains("helm"), "{}", problems(&events)[HUB]);
    assert!(!world.helm_works());
    assert_eq!(world.outcome().1[HUB].0, "failed");
}

#[test]
fn an_upgrade_is_not_called_ready_for_what_was_there_before() {
    let world = undisturbed();
    world.lag(1);
    let other = with_other_values();
    let began = world.time.now();
    let (outcome, events) = carry_out(&world, &other, &options(&world), &CancellationToken::new());
    assert_eq!(outcome, Some(Outcome::Done));
    for event in &events {
        if let EventKind::StepDone { step, .. } = &event.kind
            && [HUB, OPERATOR, RAY].contains(&step.as_str())
        {
            let after = event.at.duration_since(began).as_secs();
            assert!(after > 10, "`{step}` was called ready after {after} s, before its new pods were");
        }
    }
}
