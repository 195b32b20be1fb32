//! Runs that are killed: whatever the moment, the next one takes up what is there and ends where an undisturbed one ends.
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    HUB, OPERATOR, PLACES, Place, RAY, assert_converged, calls, carry_out, go, notes, options, undisturbed,
    undisturbed_at, with_other_values,
    world::{Kill, Moment, World},
};
use crate::{
    plan::graph::Action,
    run::{
        event::{Event, EventKind, Outcome},
        state::RunState,
    },
};

/// Kills a run at a moment. `false`: it was over before.
fn killed(world: &World, at: Moment, power_cut: bool) -> bool {
    world.kill(Kill { at, power_cut });
    go(world).0.is_none()
}

/// Kills a run at each of the moments, resumes, and compares what is there with an undisturbed run.
fn killed_everywhere(place: Place, moments: impl Fn(usize) -> Moment, power_cut: bool) -> usize {
    let expected = undisturbed_at(place);
    for number in 1.. {
        let (world, at) = (World::at(place), moments(number));
        if !killed(&world, at, power_cut) {
            return number - 1;
        }
        let when = format!("after {at:?}: {:?}", world.journal_lines().last());
        let secrets = world.secrets();
        assert_eq!(go(&world).0, Some(Outcome::Done), "{when}");
        assert_converged(&world, &expected, &when);
        let now = world.secrets();
        for (name, secret) in &secrets {
            assert_eq!(now[name], *secret, "a secret that was in use changed, {when}");
        }
    }
    0
}

#[test]
fn a_run_killed_after_any_line_is_taken_up_while_what_it_started_lives_on() {
    for place in PLACES {
        assert!(killed_everywhere(place, Moment::Line, false) > 20);
    }
}

#[test]
fn a_run_killed_after_any_line_by_a_power_cut_converges() {
    for place in PLACES {
        assert!(killed_everywhere(place, Moment::Line, true) > 20);
    }
}

/// Namespace, two Secrets, three releases; or an environment that is begun and whole, two Secrets, three files, and
/// processes that are had to run three times.
fn changes(place: Place) -> usize {
    if place == Place::Cluster { 6 } else { 10 }
}

#[test]
fn a_run_killed_after_any_change_that_it_did_not_hear_of_is_taken_up() {
    for place in PLACES {
        assert_eq!(killed_everywhere(place, Moment::Change, false), changes(place));
    }
}

#[test]
fn a_run_killed_after_any_change_by_a_power_cut_converges() {
    for place in PLACES {
        assert_eq!(killed_everywhere(place, Moment::Change, true), changes(place));
    }
}

#[test]
fn a_run_that_is_killed_over_and_over_converges() {
    for (place, power_cut) in PLACES.into_iter().flat_map(|place| [(place, false), (place, true)]) {
        let (expected, world) = (undisturbed_at(place), World::at(place));
        let kills = (1..100).take_while(|lines| killed(&world, Moment::Line(*lines), power_cut)).count();
        assert!((5..99).contains(&kills), "killed {kills} times");
        assert_converged(&world, &expected, &format!("killed {kills} times"));
    }
}

#[test]
fn events_are_numbered_without_a_gap_across_a_kill() {
    for place in PLACES {
        let world = World::at(place);
        assert!(killed(&world, Moment::Line(12), false));
        go(&world);
        let numbers: Vec<u64> =
            world.journal_lines().iter().map(|line| serde_json::from_str::<Event>(line).unwrap().seq).collect();
        assert_eq!(numbers, (1..=u64::try_from(numbers.len()).unwrap()).collect::<Vec<_>>());
    }
}

#[test]
fn a_line_that_was_cut_off_or_is_of_another_making_is_passed_over() {
    let lines = undisturbed().journal_lines();
    let whole = RunState::fold(&lines);
    let mut disturbed = lines.clone();
    disturbed.insert(3, "{\"v\":9,\"event\":\"from-the-future\"}".to_owned());
    disturbed.push(lines[2][..lines[2].len() / 2].to_owned());
    assert_eq!(RunState::fold(&disturbed), whole);
}

#[test]
fn a_new_secret_reaches_its_readers_although_the_run_was_killed_in_between() {
    for number in 1..=2 {
        let world = undisturbed();
        world.put(
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hub", "namespace": "hub"}}),
        );
        world.password("second");
        assert!(killed(&world, Moment::Change(number), false), "after change {number}");
        go(&world);
        let changes = world.changes();
        let last = |what: &str| changes.iter().rposition(|change| change == what).unwrap();
        assert!(
            last("apply Secret/hubwright-secrets") < last("patch Deployment/hub"),
            "after change {number}: {changes:?}"
        );
        // once is enough
        let (_, events) = go(&world);
        assert!(!calls(&events).iter().any(|call| call.starts_with("restart")));
    }
}

#[test]
fn a_slow_helm_that_nobody_could_write_down_is_found_and_waited_for() {
    let expected = undisturbed();
    for change in 4..=5 {
        let world = World::new();
        [HUB, OPERATOR].into_iter().for_each(|chart| world.slow(chart, 580));
        assert!(killed(&world, Moment::Change(change), false));
        assert!(world.helm_works());
        assert_eq!(go(&world).0, Some(Outcome::Done));
        assert_converged(&world, &expected, "after a slow helm");
        assert_eq!(world.changes().len(), expected.changes().len(), "no helm is started twice: {:?}", world.changes());
    }
}

#[test]
fn a_release_that_a_dead_helm_left_pending_is_freed_and_upgraded() {
    let world = World::new();
    world.kill(Kill { at: Moment::Change(4), power_cut: true });
    assert_eq!(go(&world).0, None);
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Done));
    assert!(calls(&events).iter().any(|call| call.starts_with("free release")), "{:?}", calls(&events));
}

#[test]
fn an_upgrade_that_died_with_its_helm_is_freed_within_minutes_and_done() {
    let world = undisturbed();
    let other = with_other_values();
    world.kill(Kill { at: Moment::Change(1), power_cut: true });
    assert_eq!(carry_out(&world, &other, &options(&world), &CancellationToken::new()).0, None);
    assert!(world.outcome().1.values().any(|(status, _)| status == "pending-upgrade"));
    assert_eq!(carry_out(&world, &other, &options(&world), &CancellationToken::new()).0, Some(Outcome::Done));
    assert_eq!(world.wrong(), Vec::<String>::new());
    assert!(world.outcome().1.values().all(|(status, _)| status == "deployed"));
}

/// An installation with other values for a release, whose record says that a helm of somebody else works on it.
fn upgrade_of_pending(world: &World, seconds_ago: i64) -> (Option<Outcome>, Vec<Event>) {
    let modified = world.time.now() - jiff::SignedDuration::from_secs(seconds_ago);
    world.note(RAY, |note| {
        "pending-upgrade".clone_into(&mut note.status);
        note.modified = Some(modified);
    });
    go(world)
}

#[test]
fn the_pending_release_of_a_helm_that_nobody_knows_is_watched_for_minutes_whatever_its_clock_says() {
    for seconds_ago in [-3600, 0, 3600] {
        let world = undisturbed();
        let began = world.time.now();
        assert_eq!(upgrade_of_pending(&world, seconds_ago).0, Some(Outcome::Done));
        let took = world.time.now().duration_since(began).as_secs();
        assert!((300..400).contains(&took), "{took} s, noted {seconds_ago} s ago");
        assert!(world.changes().contains(&format!("unlock {RAY}")));
    }
}

#[test]
fn the_pending_release_of_a_helm_that_lives_elsewhere_is_left_alone_until_it_is_done() {
    let world = undisturbed();
    let done = world.outcome().1[RAY].1.clone();
    for seconds in (60..900).step_by(60) {
        // each hook of the other helm touches the record
        let world = world.clone();
        world.time.clone().later(seconds, move || {
            let now = world.time.now();
            world.note(RAY, |note| note.modified = Some(now));
        });
    }
    let other = world.clone();
    world.time.later(901, move || {
        other.note(RAY, |note| {
            "deployed".clone_into(&mut note.status);
            note.description = done;
        });
    });
    let (outcome, events) = upgrade_of_pending(&world, 0);
    assert_eq!(outcome, Some(Outcome::Done));
    assert_eq!(calls(&events), ["apply Namespace/hub"]);
}

#[test]
fn the_pending_release_of_a_helm_that_nobody_knows_is_left_alone_while_its_hook_works() {
    let world = undisturbed();
    let began = world.time.now();
    let hook = |conditions| {
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "hook", "namespace": "hub", "uid": "hook",
            "labels": {"release": RAY}, "annotations": {"helm.sh/hook": "pre-upgrade"}}, "spec": {}, "status": {"conditions": conditions}})
    };
    world.put(hook(json!([])));
    let other = world.clone();
    world.time.later(900, move || other.put(hook(json!([{"type": "Complete", "status": "True"}]))));
    assert_eq!(upgrade_of_pending(&world, 0).0, Some(Outcome::Done));
    let took = world.time.now().duration_since(began).as_secs();
    assert!((1200..1300).contains(&took), "{took} s");
    world.take("Job/hook");
}

#[test]
fn a_helm_on_another_machine_is_not_taken_for_dead() {
    let slow = || {
        let world = World::new();
        world.slow(HUB, 200);
        world
    };
    let undisturbed = slow();
    go(&undisturbed);
    let started = |line: &String| line.contains(r#""event":"child""#) && line.contains(HUB);
    let lines = undisturbed.journal_lines().iter().position(started).unwrap() + 1;
    let world = slow();
    assert!(killed(&world, Moment::Line(lines), false));
    world.resume_elsewhere();
    assert_eq!(go(&world).0, Some(Outcome::Done));
    assert_eq!(world.wrong(), Vec::<String>::new(), "what it works on is neither freed nor upgraded");
}

#[test]
fn a_release_whose_uninstall_was_cut_off_is_removed_to_the_end_and_installed_again() {
    let expected = undisturbed();
    let world = undisturbed();
    world.note(HUB, |note| "uninstalling".clone_into(&mut note.status));
    assert_eq!(go(&world).0, Some(Outcome::Done));
    assert_converged(&world, &expected, "after an uninstall that was cut off");
    let changes = world.changes();
    assert_eq!(changes[changes.len() - 2..], ["helm uninstall jupyterhub", "helm jupyterhub"]);
}

#[test]
fn a_run_that_is_resumed_with_other_answers_says_so_and_ends_with_the_new_ones() {
    let world = World::new();
    assert!(killed(&world, Moment::Change(4), true));
    let other = with_other_values();
    let (outcome, events) = carry_out(&world, &other, &options(&world), &CancellationToken::new());
    assert_eq!(outcome, Some(Outcome::Done));
    assert!(notes(&events).iter().any(|note| note.contains("answers")), "{:?}", notes(&events));
    for step in &other.steps {
        if let Action::Release(release) = &step.action {
            assert_eq!(world.outcome().1[&release.name].1, format!("hubwright {}", release.digest()));
        }
    }
    assert_eq!(world.wrong(), Vec::<String>::new());
}

#[test]
fn a_resumed_run_with_the_same_answers_says_only_that_it_is_resumed() {
    let world = World::new();
    assert!(killed(&world, Moment::Line(3), false));
    let (_, events) = go(&world);
    assert!(matches!(&events[0].kind, EventKind::RunStarted { resumed: true, .. }));
    assert!(!notes(&events).iter().any(|note| note.contains("answers")));
}

#[test]
fn an_ended_run_is_not_resumed() {
    let world = undisturbed();
    let (_, events) = go(&world);
    assert!(matches!(&events[0].kind, EventKind::RunStarted { resumed: false, .. }));
    assert!(world.outcome().1.contains_key(OPERATOR));
}
