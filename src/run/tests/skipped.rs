//! Runs in which a person gives up the wait of a step: what needs it begins all the same, only a green verification calls it
//! done, and a resumed run waits again.
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    HUB, OPERATOR, PLACES, Place, RAY, assert_converged, carry_out, finished, go, notes, options, plan, plan_of, step,
    undisturbed_at,
    world::{Kill, Moment, World},
};
use crate::{
    plan::graph::{Action, Plan, StepId},
    run::{
        event::{Event, EventKind, Outcome},
        executor::Options,
        state::{Phase, RunState},
    },
};

/// Gives up the wait of a step after so many seconds.
fn skipped_after(world: &World, seconds: i64, id: &str) -> Options {
    let (options, id) = (options(world), StepId::new(id));
    let skips = options.skips.clone();
    world.time.later(seconds, move || skips.skip(id));
    options
}

fn run(world: &World, plan: &Plan, options: &Options) -> (Option<Outcome>, Vec<Event>) {
    carry_out(world, plan, options, &CancellationToken::new())
}

fn said(events: &[Event], id: &str) -> Vec<String> {
    let word = |event: &Event| match &event.kind {
        EventKind::StepStarted { step } if step.as_str() == id => Some("started".to_owned()),
        EventKind::StepDone { step, .. } if step.as_str() == id => Some("done".to_owned()),
        EventKind::StepSkipped { step, why } if step.as_str() == id => Some(why.clone()),
        _ => None,
    };
    events.iter().filter_map(word).collect()
}

fn pulling() -> serde_json::Value {
    json!({"phase": "Pending"})
}

#[test]
fn what_needs_a_step_that_nobody_waits_for_begins_and_the_run_is_not_called_done() {
    let world = World::new();
    world.stick(OPERATOR, pulling());
    let options = skipped_after(&world, 30, OPERATOR);
    let (outcome, events) = run(&world, &plan(), &options);
    assert_eq!(outcome, Some(Outcome::Unverified));
    assert_eq!(said(&events, OPERATOR), ["started", "not waited for: skipped by hand"]);
    assert_eq!(said(&events, RAY), ["started", "done"], "it needs the operator, and began all the same");
    assert_eq!(said(&events, HUB), ["started", "done"]);
    assert!(finished(&events).1[0].contains("hubwright verify"), "{:?}", finished(&events));
    let state = RunState::fold(&world.journal_lines());
    let of = |id: &str| state.steps.iter().find(|step| step.planned.id.as_str() == id).unwrap();
    assert_eq!(of(OPERATOR).phase, Phase::Skipped("not waited for: skipped by hand".to_owned()));
    assert_eq!(of(OPERATOR).called, None, "what it made is made: a resumed run was not cut off");
}

#[test]
fn a_resumed_run_waits_again() {
    let world = World::new();
    world.stick(OPERATOR, pulling());
    let options = skipped_after(&world, 30, OPERATOR);
    assert_eq!(run(&world, &plan(), &options).0, Some(Outcome::Unverified));
    world.mend_after(60, OPERATOR);
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Done));
    assert_eq!(said(&events, OPERATOR), ["started", "done"]);
    assert_converged(&world, &undisturbed_at(Place::Cluster), "resumed");
}

#[test]
fn a_green_verification_vouches_for_what_nobody_waited_for() {
    // The ladder has timers of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _within = runtime.enter();
    let world = World::new();
    world.stick(OPERATOR, pulling());
    let mut plan = plan();
    // Nothing is asked for, so nothing is red.
    plan.steps.push(step("verify", &[RAY, HUB], Action::Verify, Vec::new()));
    let (outcome, events) = run(&world, &plan, &skipped_after(&world, 30, OPERATOR));
    assert_eq!((outcome, said(&events, "verify").len()), (Some(Outcome::Done), 2));
}

#[test]
fn a_verification_that_is_skipped_vouches_for_nothing() {
    let world = World::new();
    let mut plan = plan();
    plan.steps.push(step("verify", &[RAY, HUB], Action::Verify, Vec::new()));
    plan.checks.hub = Some(crate::plan::graph::HubCheck::default());
    let options = options(&world);
    options.skips.skip(StepId::new("verify"));
    let (outcome, events) = run(&world, &plan, &options);
    assert_eq!(outcome, Some(Outcome::Unverified));
    assert_eq!(said(&events, "verify"), ["started", "not waited for: skipped by hand"]);
}

#[test]
fn a_step_that_is_skipped_at_any_moment_leaves_a_run_that_can_be_resumed() {
    for place in PLACES {
        let expected = undisturbed_at(place);
        let steps: Vec<StepId> = plan_of(&expected).steps.into_iter().map(|step| step.id).collect();
        let mut skipped = 0;
        for (id, seconds) in steps.iter().flat_map(|id| (0..40).step_by(3).map(move |seconds| (id, seconds))) {
            let (world, when) = (World::at(place), format!("`{id}` skipped after {seconds} s"));
            let (outcome, events) = run(&world, &plan_of(&world), &skipped_after(&world, seconds, id.as_str()));
            let unwaited = said(&events, id.as_str()).iter().any(|word| word.starts_with("not waited for"));
            skipped += usize::from(unwaited);
            assert_eq!(outcome, Some(if unwaited { Outcome::Unverified } else { Outcome::Done }), "{when}");
            assert_eq!(go(&world).0, Some(Outcome::Done), "{when}");
            assert_converged(&world, &expected, &when);
            assert_eq!(world.starts(), expected.starts(), "nothing is started twice, {when}");
        }
        assert!(skipped > 5, "{skipped}");
    }
}

#[test]
fn a_run_that_is_killed_after_a_skip_is_taken_up() {
    for place in PLACES {
        let expected = undisturbed_at(place);
        let steps = plan_of(&expected).steps;
        let mut killed = 0;
        for number in 1.. {
            let (world, when) = (World::at(place), format!("killed after line {number}"));
            let options = options(&world);
            steps.iter().for_each(|step| options.skips.skip(step.id.clone()));
            world.kill(Kill { at: Moment::Line(number), power_cut: false });
            if run(&world, &plan_of(&world), &options).0.is_some() {
                break;
            }
            killed += 1;
            let (outcome, events) = go(&world);
            assert_eq!(outcome, Some(Outcome::Done), "{when}: {:?}", notes(&events));
            assert_converged(&world, &expected, &when);
        }
        assert!(killed > 15, "{killed}");
    }
}
