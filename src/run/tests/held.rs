//! One run at a time in a namespace, whatever the clocks of two machines say.
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    NAMESPACE, Seen, World, carry_out, finished, go, lock, notes, options, plan, problems, undisturbed,
    world::{Kill, Moment},
};
use crate::run::{
    event::{Event, EventKind, Outcome},
    executor::{Options, execute},
    ports::{Journal, PortResult, Ports},
    state::RunState,
};

const EVE: &str = "eve@elsewhere pid 7";

fn lease(world: &World, clock_is_off_by: i64) -> Value {
    let time = world.time.now() + jiff::SignedDuration::from_secs(clock_is_off_by);
    json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "hubwright", "namespace": NAMESPACE},
        "spec": {"holderIdentity": EVE, "renewTime": time.to_string()}})
}

/// Eve's run lives: it renews its Lease every five seconds for two minutes.
fn eve_works(world: &World, clock_is_off_by: i64) {
    world.put(lease(world, clock_is_off_by));
    for seconds in (5..120).step_by(5) {
        let world = world.clone();
        world.time.clone().later(seconds, move || world.put(lease(&world, clock_is_off_by)));
    }
}

fn began_nothing(events: &[Event]) -> bool {
    !events.iter().any(|event| matches!(event.kind, EventKind::StepStarted { .. }))
}

#[test]
fn a_second_run_begins_nothing_and_says_who_works_there() {
    for clock_is_off_by in [-3600, 0, 3600] {
        let world = undisturbed();
        let before = world.changes();
        eve_works(&world, clock_is_off_by);
        let (outcome, events) = go(&world);
        assert_eq!(outcome, Some(Outcome::Failed));
        assert!(began_nothing(&events) && world.changes() == before);
        assert!(notes(&events)[0].contains(EVE), "said while it waits: {:?}", notes(&events));
        assert!(finished(&events).1[0].contains(EVE), "{:?}", finished(&events));
        assert_eq!(world.object("Lease/hubwright").unwrap()["spec"]["holderIdentity"], EVE, "it stays with its holder");
    }
}

#[test]
fn the_lease_of_a_dead_run_is_waited_for_seconds_whatever_its_clock_said() {
    for clock_is_off_by in [-3600, 0, 3600] {
        let world = undisturbed();
        world.put(lease(&world, clock_is_off_by));
        let began = world.time.now();
        assert_eq!(go(&world).0, Some(Outcome::Done));
        assert!(world.time.now().duration_since(began).as_secs() < 30);
    }
}

#[test]
fn a_run_whose_lease_was_taken_over_stops_and_leaves_it_there() {
    let world = World::new();
    let other = world.clone();
    world.time.later(6, move || other.put(lease(&other, 0)));
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Failed), "nobody pressed Ctrl-C");
    assert!(problems(&events).values().all(|problem| problem.code == "run-in-progress"), "{:?}", problems(&events));
    assert!(finished(&events).1[0].contains(EVE));
    assert_eq!(world.object("Lease/hubwright").unwrap()["spec"]["holderIdentity"], EVE);
    assert!(!world.helm_works());
}

#[test]
fn the_lease_is_held_as_soon_as_there_is_a_namespace_for_it() {
    let world = World::new();
    // the namespace, then the first Secret
    world.kill(Kill { at: Moment::Change(2), power_cut: false });
    go(&world);
    assert!(world.object("Lease/hubwright").is_some());
}

/// A journal on another machine.
struct Elsewhere(std::sync::Mutex<Vec<String>>);

impl Journal for Elsewhere {
    fn append(&self, line: &str) -> PortResult<()> {
        lock(&self.0).push(line.to_owned());
        Ok(())
    }

    fn sync(&self) -> PortResult<()> {
        Ok(())
    }

    fn lines(&self) -> PortResult<Vec<String>> {
        Ok(lock(&self.0).clone())
    }

    fn path(&self) -> std::path::PathBuf {
        "journal.jsonl".into()
    }
}

#[test]
fn of_two_runs_that_begin_at_once_one_does_it_all_and_the_other_says_who() {
    let world = World::new();
    let here = world.ports();
    let there = Ports { journal: Box::new(Elsewhere(std::sync::Mutex::default())), ..world.ports() };
    let (plan, cancel) = (plan(), CancellationToken::new());
    let (ada, eve) = (options(&world), Options { holder: EVE.to_owned(), ..options(&world) });
    let (mine, others) = (Seen::default(), Seen::default());
    let (first, second) = world.time.drive(futures::future::join(
        execute(&plan, &here, &ada, RunState::default(), &mine, &cancel),
        execute(&plan, &there, &eve, RunState::default(), &others, &cancel),
    ));
    assert_eq!(world.wrong(), Vec::<String>::new());
    let (winner, loser) = match (first, second) {
        (Outcome::Done, Outcome::Failed) => (&ada, &others),
        (Outcome::Failed, Outcome::Done) => (&eve, &mine),
        ended => panic!("{ended:?}"),
    };
    assert!(finished(&lock(&loser.0)).1[0].contains(&winner.holder));
    assert_eq!(world.changes().iter().filter(|change| change.starts_with("helm ")).count(), 3);
}

#[test]
fn renewals_that_fail_for_a_while_end_nothing() {
    let world = World::new();
    world.silence(6, 60);
    let (outcome, _) = carry_out(&world, &plan(), &options(&world), &CancellationToken::new());
    assert_eq!(outcome, Some(Outcome::Done));
    assert!(world.object("Lease/hubwright").is_none());
}
