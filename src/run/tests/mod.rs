//! Runs in a simulated world, through the executor's own way in. The ports are simulated; executor, journal, reducer and
//! health rules are the real ones.
mod full_disk;
mod held;
mod killed;
mod machine;
mod outage;
mod removed;
mod skipped;
mod stopped;
pub(crate) mod time;
mod typed;
mod waiting;
pub(crate) mod world;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    time::Duration,
};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use time::lock;
use world::{Killed, NAMESPACE, PLACES, Place, World};

use super::{
    event::{Event, EventKind, Outcome},
    executor::{Options, Skips, execute},
    preflight,
    recorder::Sink,
    resume::remembered,
};
use crate::{
    answers::{facts::Facts, secret::SecretRef},
    plan::{
        components::{GENERATED, SECRETS},
        graph::{Action, Checks, Expect, Plan, Release, SecretKind, SecretObject, SecretSource, Step, StepId},
    },
    problem::Problem,
};

const OPERATOR: &str = "kuberay-operator";
const RAY: &str = "ray-cluster";
const HUB: &str = "jupyterhub";

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
        patches: Vec::new(),
        timeout: Duration::from_secs(300),
    };
    step(name, needs, Action::Release(release), vec![Expect::Deployment(name.to_owned())])
}

fn secret(name: &str, source: SecretSource) -> SecretObject {
    SecretObject {
        name: name.to_owned(),
        kind: SecretKind::Opaque,
        data: BTreeMap::from([("token".to_owned(), source)]),
    }
}

/// A namespace, a Secret of the person's and one that is made up once, two releases one after the other, and one beside
/// them.
fn plan() -> Plan {
    let labels = super::ports::labels();
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}});
    let secrets = vec![
        secret(GENERATED, SecretSource::Generated),
        secret(SECRETS, SecretSource::Reference(SecretRef::Env("PASSWORD".to_owned()))),
    ];
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
            step("secrets", &["namespace"], Action::Secrets { secrets, readers: vec!["hub".to_owned()] }, Vec::new()),
            release(OPERATOR, &["namespace"]),
            release(RAY, &[OPERATOR, "secrets"]),
            release(HUB, &["secrets"]),
        ],
        checks: Checks::default(),
    }
}

/// The plan for the place where a world is.
fn plan_of(world: &World) -> Plan {
    match world.place {
        Place::Cluster => plan(),
        Place::Machine => machine::plan(),
    }
}

/// The same plan after an answer was changed.
fn with_other_values() -> Plan {
    let mut other = plan();
    for step in &mut other.steps {
        if let Action::Release(release) = &mut step.action {
            release.values = json!({"a": 2});
        }
    }
    other
}

fn options(world: &World) -> Options {
    Options {
        run: "run-1".to_owned(),
        holder: format!("ada@sim pid {}", world.journal_lines().len()),
        patience: Duration::from_secs(120),
        silence: Duration::from_secs(300),
        summary: Vec::new(),
        skips: Skips::default(),
    }
}

/// Carries out a plan as far as it gets; `None`: the run was killed.
fn carry_out(
    world: &World,
    plan: &Plan,
    options: &Options,
    cancel: &CancellationToken,
) -> (Option<Outcome>, Vec<Event>) {
    let ports = world.ports();
    let seen = Seen::default();
    let before = remembered(&ports).unwrap();
    let outcome = unless_killed(|| world.time.drive(execute(plan, &ports, options, before, &seen, cancel)));
    let events = lock(&seen.0).clone();
    (outcome, events)
}

/// What a run ends with, unless it is killed.
fn unless_killed<T>(run: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(ended) => Some(ended),
        Err(panic) if panic.is::<Killed>() => None,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn go(world: &World) -> (Option<Outcome>, Vec<Event>) {
    carry_out(world, &plan_of(world), &options(world), &CancellationToken::new())
}

/// A cluster in which the plan was carried out undisturbed.
fn undisturbed() -> World {
    undisturbed_at(Place::Cluster)
}

/// A world in which the plan was carried out undisturbed.
fn undisturbed_at(place: Place) -> World {
    let world = World::at(place);
    assert_eq!(go(&world).0, Some(Outcome::Done));
    assert_eq!(world.wrong(), Vec::<String>::new());
    world
}

/// Compares what is there with an undisturbed run.
fn assert_converged(world: &World, expected: &World, when: &str) {
    assert_eq!(world.wrong(), Vec::<String>::new(), "{when}");
    assert_eq!(world.found(), expected.found(), "{when}");
    assert!(world.object("Lease/hubwright").is_none(), "the Lease is given back, {when}");
    assert!(!world.is_busy(), "nothing is left behind at work, {when}");
}

fn problems(events: &[Event]) -> BTreeMap<String, Problem> {
    let failed = |event: &Event| match &event.kind {
        EventKind::StepFailed { step, problem, .. } => Some((step.to_string(), problem.clone())),
        _ => None,
    };
    events.iter().filter_map(failed).collect()
}

fn finished(events: &[Event]) -> (bool, Vec<String>) {
    let finished = |event: &Event| match &event.kind {
        EventKind::RunFinished { changed, summary, .. } => Some((*changed, summary.clone())),
        _ => None,
    };
    events.iter().find_map(finished).expect("a run says how it ended")
}

fn calls(events: &[Event]) -> Vec<String> {
    let call = |event: &Event| match &event.kind {
        EventKind::Calling { call, .. } => Some(call.clone()),
        _ => None,
    };
    events.iter().filter_map(call).collect()
}

fn notes(events: &[Event]) -> Vec<String> {
    let note = |event: &Event| match &event.kind {
        EventKind::Note { text } => Some(text.clone()),
        _ => None,
    };
    events.iter().filter_map(note).collect()
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    for place in PLACES {
        let world = undisturbed_at(place);
        let (before, found, starts) = (world.changes(), world.found(), world.starts());
        let (outcome, events) = go(&world);
        assert_eq!(outcome, Some(Outcome::Done));
        assert_eq!((world.changes(), world.found(), world.starts()), (before, found, starts));
        assert!(!finished(&events).0 && notes(&events).is_empty());
        if place == Place::Cluster {
            assert_eq!(calls(&events), ["apply Namespace/hub"], "no helm is started and no Secret written");
        }
    }
}

#[test]
fn a_part_that_is_no_longer_among_the_answers_stays_and_is_named() {
    let world = undisturbed();
    let mut plan = plan();
    plan.steps.retain(|step| ![RAY, OPERATOR].contains(&step.id.as_str()));
    let (outcome, events) = carry_out(&world, &plan, &options(&world), &CancellationToken::new());
    assert_eq!(outcome, Some(Outcome::Done));
    assert_eq!(
        notes(&events),
        ["still installed, though not among the answers: ray-cluster, kuberay-operator; \
          `helm uninstall -n hub ray-cluster kuberay-operator` takes it away"]
    );
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
    assert!(at(HUB, true) < at(OPERATOR, false), "the hub does not wait for the operator");
    assert!(at(RAY, true) > at(OPERATOR, false), "Ray needs the operator");
}

/// The plan with what the Ray chart cannot say, and a cluster that helm made.
fn with_patch(world: &World) -> Plan {
    let part = json!({"apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": {"name": RAY, "namespace": NAMESPACE},
        "spec": {"upgradeStrategy": {"type": "Recreate"}}});
    world.put(json!({"apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": {"name": RAY, "namespace": NAMESPACE, "uid": "ray"},
        "spec": {"rayVersion": "2.60.0"}}));
    let mut plan = plan();
    for step in plan.steps.iter_mut().filter(|step| step.id.as_str() == RAY) {
        let Action::Release(release) = &mut step.action else { continue };
        release.patches = vec![part.clone()];
    }
    plan
}

#[test]
fn what_a_chart_cannot_say_is_merged_once_and_again_after_somebody_took_it_out() {
    let world = World::new();
    let plan = with_patch(&world);
    let run = || carry_out(&world, &plan, &options(&world), &CancellationToken::new());
    let patched = |events: &[Event]| calls(events).contains(&format!("patch RayCluster/{RAY}"));
    let (outcome, events) = run();
    assert!(outcome == Some(Outcome::Done) && patched(&events), "{:?}", calls(&events));
    let object = world.object(&format!("RayCluster/{RAY}")).unwrap();
    assert_eq!(object["spec"], json!({"rayVersion": "2.60.0", "upgradeStrategy": {"type": "Recreate"}}));
    let (_, events) = run();
    assert!(!patched(&events) && !finished(&events).0, "nothing is changed the second time");
    with_patch(&world);
    assert!(patched(&run().1));
}

#[test]
fn a_second_operator_for_the_same_ray_clusters_is_refused_with_the_answer_that_leaves_it_out() {
    let world = World::new();
    let facts = Facts { ray_operator: Some("ray-system".to_owned()), ..Facts::default() };
    let found = |plan: &Plan| world.time.drive(preflight::problems(plan, &facts, &world.ports())).unwrap();
    let [problem] = found(&plan()).try_into().unwrap();
    assert_eq!(problem.code, "second-ray-operator");
    assert!(problem.hints[0].contains("charts.operator=false"), "{problem}");
    let mut without = plan();
    without.steps.retain(|step| step.id.as_str() != OPERATOR);
    assert_eq!(found(&without), Vec::new());
}

#[test]
fn a_release_of_somebody_else_is_not_turned_into_ours() {
    let world = undisturbed();
    let ports = world.ports();
    let facts = Facts::default();
    let codes = || {
        let problems = world.time.drive(preflight::problems(&plan(), &facts, &ports)).unwrap();
        problems.into_iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(), Vec::<String>::new(), "ours");
    world.note(HUB, |note| "Upgrade complete".clone_into(&mut note.description));
    assert_eq!(codes(), Vec::<String>::new(), "ours, touched by hand: our Secrets are there");
    world.take(&format!("Secret/{GENERATED}"));
    world.take(&format!("Secret/{SECRETS}"));
    assert_eq!(codes(), ["release-not-ours"]);
}
