//! Runs that the person stops: nothing is left at work, the Lease is free, and the next run goes on.
use tokio_util::sync::CancellationToken;

use super::{
    PLACES, RAY, assert_converged, carry_out, finished, go, options, plan, plan_of, undisturbed_at, world::World,
};
use crate::run::event::{Event, EventKind, Outcome};

fn stopped_after(world: &World, lines: usize) -> (Option<Outcome>, Vec<Event>) {
    let cancel = CancellationToken::new();
    world.cancel(lines, &cancel);
    carry_out(world, &plan_of(world), &options(world), &cancel)
}

#[test]
fn a_run_that_is_stopped_after_any_line_leaves_nothing_at_work_and_can_be_resumed() {
    for place in PLACES {
        let expected = undisturbed_at(place);
        let mut stopped = 0;
        for lines in 1..expected.journal_lines().len() {
            let (world, when) = (World::at(place), format!("stopped after line {lines}"));
            let (outcome, events) = stopped_after(&world, lines);
            if outcome == Some(Outcome::Interrupted) {
                stopped += 1;
                assert!(finished(&events).1[0].contains("hubwright resume"));
            } else {
                assert_eq!(outcome, Some(Outcome::Done), "{when}");
            }
            assert!(world.object("Lease/hubwright").is_none() && !world.is_busy(), "{when}");
            assert_eq!(go(&world).0, Some(Outcome::Done), "{when}");
            assert_converged(&world, &expected, &when);
        }
        assert!(stopped > 20, "{stopped}");
    }
}

#[test]
fn a_run_that_is_stopped_while_it_waits_begins_nothing_more() {
    let world = World::new();
    let cancel = CancellationToken::new();
    let from_outside = cancel.clone();
    // the operator gets ready, the hub as well, and Ray would be next
    world.time.later(8, move || from_outside.cancel());
    let (outcome, events) = carry_out(&world, &plan(), &options(&world), &cancel);
    assert_eq!(outcome, Some(Outcome::Interrupted));
    assert!(!events.iter().any(|event| matches!(&event.kind, EventKind::StepStarted { step } if step.as_str() == RAY)));
}

#[test]
fn a_run_that_is_stopped_without_contact_ends_all_the_same() {
    let world = World::new();
    world.silence(2, 10_000);
    let cancel = CancellationToken::new();
    let from_outside = cancel.clone();
    world.time.later(60, move || from_outside.cancel());
    let began = world.time.now();
    let (outcome, _) = carry_out(&world, &plan(), &options(&world), &cancel);
    assert_eq!(outcome, Some(Outcome::Interrupted));
    assert!(world.time.now().duration_since(began).as_secs() < 70);
}
