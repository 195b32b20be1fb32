//! Removals: in order, without what people own, and taken up where they stopped.
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    HUB, NAMESPACE, PLACES, Place, RAY, Seen, calls, finished, go, lock, machine, notes, options, problems,
    undisturbed, unless_killed,
    world::{Kill, Moment, World},
};
use crate::run::{
    event::{
        Event, EventKind, Outcome,
        command::{INSTALL, UNINSTALL},
    },
    resume::remembered,
    uninstall,
};

/// A deployment at work: a person's server and claim, and the hub's claim.
fn used() -> World {
    let world = undisturbed();
    let labels = |component: &str| json!({"app": "jupyterhub", "component": component});
    let object = |kind: &str, name: &str, component: &str| {
        json!({"apiVersion": "v1", "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE, "uid": name, "labels": labels(component)}})
    };
    world.put(object("PersistentVolumeClaim", "claim-ada", "singleuser-storage"));
    world.put(object("PersistentVolumeClaim", "hub-db-dir", "hub"));
    world.put(object("Pod", "jupyter-ada", "singleuser-server"));
    world
}

pub fn remove(world: &World, delete_data: bool, cancel: &CancellationToken) -> (Option<Outcome>, Vec<Event>) {
    let (ports, options, seen) = (world.ports(), options(world), Seen::default());
    let outcome = unless_killed(|| {
        world.time.drive(async {
            let inventory = uninstall::inventory(&ports, NAMESPACE).await.unwrap();
            uninstall::remove(&inventory, delete_data, &ports, &options, &seen, cancel).await
        })
    });
    let events = lock(&seen.0).clone();
    (outcome, events)
}

pub fn removed(world: &World, delete_data: bool) -> (Option<Outcome>, Vec<Event>) {
    remove(world, delete_data, &CancellationToken::new())
}

fn left(world: &World) -> Vec<String> {
    world.found().into_keys().collect()
}

/// A deployment at work, wherever it is.
fn used_at(place: Place) -> World {
    if place == Place::Cluster { used() } else { machine::used() }
}

/// What stays of it.
fn kept(place: Place, delete_data: bool) -> Vec<&'static str> {
    match (place, delete_data) {
        (_, true) => Vec::new(),
        (Place::Cluster, false) => DATA.to_vec(),
        (Place::Machine, false) => machine::DATA.to_vec(),
    }
}

/// What stays in a cluster without `--delete-data`.
const DATA: [&str; 3] = ["Namespace/hub", "PersistentVolumeClaim/claim-ada", "PersistentVolumeClaim/hub-db-dir"];

#[test]
fn peoples_data_stays_unless_told_otherwise_and_what_stays_is_listed() {
    let world = used();
    let (outcome, events) = removed(&world, false);
    assert_eq!(outcome, Some(Outcome::Done));
    assert_eq!(left(&world), DATA);
    let (changed, summary) = finished(&events);
    assert!(changed);
    let summary = summary.join("\n");
    for what in ["claim-ada", "hub-db-dir", "namespace `hub`", "custom resource definitions"] {
        assert!(summary.contains(what), "{what} in {summary}");
    }
    assert_eq!(world.outcome().1.len(), 0, "no release is left");
    assert!(world.object("Lease/hubwright").is_none());
}

#[test]
fn all_goes_where_that_was_asked_for() {
    let world = used();
    assert_eq!(removed(&world, true).0, Some(Outcome::Done));
    assert_eq!(left(&world), Vec::<String>::new());
}

#[test]
fn who_uses_others_goes_first_and_every_call_is_written_down_before() {
    let world = used();
    let (_, events) = removed(&world, false);
    assert_eq!(
        calls(&events),
        [
            "delete Pod/jupyter-ada",
            "helm uninstall jupyterhub",
            "helm uninstall ray-cluster",
            "helm uninstall kuberay-operator",
            "delete Secret/hubwright-generated",
            "delete Secret/hubwright-secrets"
        ]
    );
}

/// Kills a removal at each of the moments, and begins again. How many there were.
fn killed_everywhere(place: Place, delete_data: bool, moment: impl Fn(usize) -> Moment) -> usize {
    for number in 1.. {
        let (world, at) = (used_at(place), moment(number));
        world.kill(Kill { at, power_cut: false });
        if removed(&world, delete_data).0.is_some() {
            return number - 1;
        }
        assert_eq!(removed(&world, delete_data).0, Some(Outcome::Done), "{at:?}");
        assert_eq!((left(&world), world.wrong()), (owned(&kept(place, delete_data)), Vec::new()), "{at:?}");
    }
    0
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_removal_killed_after_any_line_or_change_is_taken_up() {
    for (place, delete_data) in PLACES.into_iter().flat_map(|place| [(place, false), (place, true)]) {
        assert!(killed_everywhere(place, delete_data, Moment::Line) > 5);
        assert!(killed_everywhere(place, delete_data, Moment::Change) > 3);
    }
}

#[test]
fn a_removal_that_is_stopped_after_any_line_frees_the_lease_and_can_be_taken_up() {
    for place in PLACES {
        let lines = removed(&used_at(place), false).1.len();
        for line in 1..lines {
            let (world, cancel) = (used_at(place), CancellationToken::new());
            world.cancel(line, &cancel);
            let (outcome, _) = remove(&world, false, &cancel);
            assert!(matches!(outcome, Some(Outcome::Interrupted | Outcome::Done)), "line {line}: {outcome:?}");
            assert!(world.object("Lease/hubwright").is_none(), "line {line}");
            assert_eq!(removed(&world, false).0, Some(Outcome::Done), "line {line}");
            assert_eq!(left(&world), kept(place, false), "line {line}");
        }
    }
}

#[test]
fn a_removal_that_was_interrupted_is_not_resumed_as_an_installation() {
    let world = used();
    world.kill(Kill { at: Moment::Change(2), power_cut: false });
    assert_eq!(removed(&world, false).0, None);
    let state = remembered(&world.ports()).unwrap();
    assert!(state.unfinished(UNINSTALL) && !state.unfinished(INSTALL));
    assert_eq!(state.seq, u64::try_from(world.journal_lines().len()).unwrap(), "numbers go on");
}

#[test]
fn a_removal_stops_the_helm_that_a_killed_installation_left_behind() {
    let world = World::new();
    world.never_ends(HUB);
    world.kill(Kill { at: Moment::Change(5), power_cut: false });
    assert_eq!(go(&world).0, None);
    assert!(world.helm_works());
    let (outcome, events) = removed(&world, false);
    assert_eq!(outcome, Some(Outcome::Done));
    assert!(!world.helm_works() && world.wrong().is_empty(), "{:?}", world.wrong());
    assert!(notes(&events).iter().any(|note| note.contains("stopping it")), "{:?}", notes(&events));
}

#[test]
fn a_removal_does_not_begin_while_another_run_works_and_leaves_it_its_lease() {
    let world = used();
    let lease = |world: &World| {
        json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": "hubwright", "namespace": NAMESPACE},
        "spec": {"holderIdentity": "eve@elsewhere pid 7", "renewTime": world.time.now().to_string()}})
    };
    world.put(lease(&world));
    for seconds in (5..60).step_by(5) {
        let world = world.clone();
        world.time.clone().later(seconds, move || world.put(lease(&world)));
    }
    let before = world.changes();
    let (outcome, events) = removed(&world, true);
    assert_eq!(outcome, Some(Outcome::Failed));
    assert!(problems(&events).values().any(|problem| problem.title.contains("eve@elsewhere pid 7")));
    assert_eq!(world.changes(), before);
    assert!(world.object("Lease/hubwright").is_some());
    assert!(!finished(&events).0, "nothing was changed");
}

#[test]
fn a_removal_renews_its_lease_while_it_waits() {
    let world = used();
    // a pod with a finalizer: it stays for a minute and a half
    world.put(
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "slow", "namespace": NAMESPACE, "uid": "slow",
        "labels": {"app": "jupyterhub"}}}),
    );
    let renewed = Arc::new(Mutex::new(None));
    let (other, seen) = (world.clone(), Arc::clone(&renewed));
    world.time.later(80, move || *lock(&seen) = other.object("Lease/hubwright"));
    let other = world.clone();
    world.time.later(90, move || assert!(other.take("Pod/slow")));
    let began = world.time.now();
    assert_eq!(removed(&world, false).0, Some(Outcome::Done));
    let lease = lock(&renewed).clone().expect("it is held");
    let at: jiff::Timestamp = lease["spec"]["renewTime"].as_str().unwrap().parse().unwrap();
    assert!(at.duration_since(began).as_secs() > 70, "{at}");
}

#[test]
fn a_removal_outlasts_a_silence_of_the_cluster() {
    for from in 0..4 {
        let world = used();
        // something to wait for, so that the removal takes a few seconds
        world.put(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "slow", "namespace": NAMESPACE, "uid": "slow",
            "labels": {"app": "jupyterhub"}}}));
        let other = world.clone();
        world.time.later(5, move || assert!(other.take("Pod/slow")));
        let (ports, options, seen) = (world.ports(), options(&world), Seen::default());
        let inventory = world.time.drive(uninstall::inventory(&ports, NAMESPACE)).unwrap();
        world.silence(from, from + 120);
        let cancel = CancellationToken::new();
        let outcome = world.time.drive(uninstall::remove(&inventory, false, &ports, &options, &seen, &cancel));
        assert_eq!(outcome, Outcome::Done, "silent from {from} s: {:?}", problems(&lock(&seen.0)));
        assert_eq!(left(&world), DATA, "silent from {from} s");
    }
}

#[test]
fn a_full_disk_stops_a_removal_before_its_next_change() {
    for room in 0..8 {
        let world = used();
        let before = world.changes().len();
        world.room(Some(room));
        let (outcome, events) = removed(&world, false);
        assert_eq!(outcome, Some(Outcome::Failed), "with room for {room} lines");
        assert!(problems(&events).values().all(|problem| problem.code == "cannot-write"));
        let written: Vec<Event> =
            world.journal_lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let removal = written
            .iter()
            .rposition(|event| matches!(&event.kind, EventKind::RunStarted { command, .. } if command == UNINSTALL));
        let written = removal.map(|at| calls(&written[at..]).len()).unwrap_or_default();
        assert!(world.changes().len() - before <= written, "with room for {room} lines");
    }
}

#[test]
fn a_server_that_was_started_meanwhile_goes_as_well() {
    let world = used();
    let late = world.clone();
    world.put(json!({"apiVersion": "gateway.dask.org/v1alpha1", "kind": "DaskCluster",
        "metadata": {"name": "one", "namespace": NAMESPACE, "uid": "one"}}));
    let (ports, options, seen) = (world.ports(), options(&world), Seen::default());
    let cancel = CancellationToken::new();
    world.time.drive(async {
        let inventory = uninstall::inventory(&ports, NAMESPACE).await.unwrap();
        assert!(inventory.lines(false).contains(&"goes, Dask clusters: one".to_owned()));
        // while the person reads the list
        late.put(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "jupyter-eve", "namespace": NAMESPACE,
            "uid": "eve", "labels": {"app": "jupyterhub", "component": "singleuser-server"}}}));
        let outcome = uninstall::remove(&inventory, false, &ports, &options, &seen, &cancel).await;
        assert_eq!(outcome, Outcome::Done);
    });
    assert_eq!(left(&world), DATA);
}

#[test]
fn claims_of_other_programs_in_the_namespace_are_neither_listed_nor_removed() {
    let world = used();
    world.put(json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "theirs", "namespace": NAMESPACE,
        "uid": "theirs", "labels": {"app": "other", "component": "hub"}}}));
    world.put(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}));
    assert_eq!(removed(&world, true).0, Some(Outcome::Done));
    assert_eq!(
        left(&world),
        ["Namespace/hub", "PersistentVolumeClaim/theirs"],
        "nor is a namespace that was there before"
    );
}

#[test]
fn a_person_reads_beforehand_what_goes_and_what_stays() {
    let world = used();
    let ports = world.ports();
    let inventory = world.time.drive(uninstall::inventory(&ports, NAMESPACE)).unwrap();
    let (keep, delete) = (inventory.lines(false).join("\n"), inventory.lines(true).join("\n"));
    assert!(keep.contains("stays, people's files and the hub's database: claim-ada, hub-db-dir"), "{keep}");
    assert!(delete.contains("goes for ever, people's files and the hub's database: claim-ada, hub-db-dir"), "{delete}");
    assert!(delete.contains("with everything in it: namespace hub") && !keep.contains("namespace hub"), "{delete}");
}

#[test]
fn what_was_removed_can_be_installed_again() {
    let world = used();
    removed(&world, false);
    assert_eq!(go(&world).0, Some(Outcome::Done));
    assert!(world.outcome().1.contains_key(RAY) && world.object("PersistentVolumeClaim/claim-ada").is_some());
}

#[test]
fn what_hooks_of_an_interrupted_installation_left_goes_too() {
    let world = used();
    let labels = json!({"app": "jupyterhub", "hub.jupyter.org/deletable": "true"});
    for (api_version, kind) in [("apps/v1", "DaemonSet"), ("v1", "ServiceAccount")] {
        world.put(json!({"apiVersion": api_version, "kind": kind,
            "metadata": {"name": "hook-image-puller", "namespace": NAMESPACE, "uid": kind, "labels": labels}}));
    }
    assert_eq!(removed(&world, false).0, Some(Outcome::Done));
    assert_eq!(left(&world), DATA);
}
