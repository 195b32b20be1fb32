//! A cluster that falls silent, and a machine that sleeps.
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{assert_converged, carry_out, go, options, plan, problems, undisturbed, world::World};
use crate::run::event::{EventKind, Outcome};

/// A trouble of 100 s, begun at any moment, changes nothing in the end.
fn assert_outlasted(trouble: impl Fn(&World, i64, i64), what: &str) {
    let expected = undisturbed();
    for from in 0..40 {
        let world = World::new();
        trouble(&world, from, from + 100);
        let (outcome, events) = go(&world);
        assert_eq!(outcome, Some(Outcome::Done), "{what} from {from} s: {:?}", problems(&events));
        assert_converged(&world, &expected, &format!("{what} from {from} s"));
    }
}

#[test]
fn a_silence_at_any_moment_is_outlasted() {
    assert_outlasted(World::silence, "silent");
}

#[test]
fn a_login_that_runs_out_at_any_moment_is_waited_for() {
    assert_outlasted(World::logged_out, "logged out");
}

#[test]
fn contact_that_is_lost_and_found_is_said_once_each() {
    let world = World::new();
    world.silence(5, 60);
    let (_, events) = go(&world);
    let contact = |event: &crate::run::event::Event| match &event.kind {
        EventKind::Contact { up, .. } => Some(*up),
        _ => None,
    };
    assert_eq!(events.iter().filter_map(contact).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_silence_that_does_not_end_fails_the_run_which_can_be_resumed() {
    for from in [0, 2, 6] {
        let world = World::new();
        world.silence(from, 1000);
        let began = world.time.now();
        let (outcome, events) = go(&world);
        assert_eq!(outcome, Some(Outcome::Failed), "silent from {from} s");
        assert!(world.time.now().duration_since(began).as_secs() < 500);
        let gone = |code: &str| ["api-server-gone", "api-unreachable"].contains(&code);
        assert!(problems(&events).values().all(|problem| gone(&problem.code)), "{:?}", problems(&events));
        let silent = problems(&events).into_values().find(|problem| problem.code == "api-server-gone");
        assert!(
            silent.is_none_or(|problem| problem.title.ends_with(": the cluster")),
            "what the watch heard last is said"
        );
        assert!(!problems(&events).is_empty());
        world.time.leap(1000);
        assert_eq!(go(&world).0, Some(Outcome::Done), "silent from {from} s");
        assert_eq!(world.wrong(), Vec::<String>::new());
    }
}

fn hasty() -> crate::plan::graph::Plan {
    let mut plan = plan();
    plan.steps.iter_mut().for_each(|step| step.deadline = Duration::from_secs(60));
    plan
}

#[test]
fn a_silence_longer_than_a_deadline_does_not_count_against_it() {
    let world = World::new();
    world.silence(8, 200);
    let (outcome, events) = carry_out(&world, &hasty(), &options(&world), &CancellationToken::new());
    assert_eq!(outcome, Some(Outcome::Done), "{:?}", problems(&events));
}

#[test]
fn a_machine_that_slept_for_hours_goes_on() {
    for at in [2, 8, 18] {
        let world = World::new();
        let time = world.time.clone();
        world.time.later(at, move || time.leap(7200));
        let (outcome, events) = carry_out(&world, &hasty(), &options(&world), &CancellationToken::new());
        assert_eq!(outcome, Some(Outcome::Done), "slept after {at} s: {:?}", problems(&events));
    }
}
