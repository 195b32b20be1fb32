//! What is so on this machine alone: environments that are made, processes that are kept running, and how they end.
mod removal;

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{
    NAMESPACE, Place, World, calls, carry_out, finished, go, notes, options, problems, secret, step, undisturbed_at,
    world::{Illness, Kill, Moment, READS},
};
use crate::{
    answers::{facts::Facts, secret::SecretRef},
    plan::{
        components::{GENERATED, SECRETS},
        graph::{Action, Checks, Environment, Expect, Plan, Process, SecretSource, Service, Step, TextFile, digest},
    },
    problem::Problem,
    run::{
        event::{Event, EventKind, Outcome, Progress},
        preflight,
    },
};

const ENVIRONMENT: &str = "environment";
const RAY: &str = "ray";
const GATEWAY: &str = "dask-gateway";
const HUB: &str = "jupyterhub";

/// What stays of a deployment without `--delete-data`.
pub const DATA: [&str; 3] = ["data", "secret/hubwright-generated", "secret/hubwright-secrets"];

/// An environment, then Secrets, then three services at the same time.
pub fn plan() -> Plan {
    plan_with("trial-1", "a")
}

/// The plan with an environment of a name, and a text in each file.
fn plan_with(environment: &str, text: &str) -> Plan {
    let of = |id: &str, processes: &[&str]| service(id, environment, text, processes);
    let secrets = vec![
        secret(GENERATED, SecretSource::Generated),
        secret(SECRETS, SecretSource::Reference(SecretRef::Env("PASSWORD".to_owned()))),
    ];
    let readers = vec!["hub".to_owned(), "ray-head".to_owned()];
    let made = Environment { name: environment.to_owned(), ..Environment::default() };
    Plan {
        context: None,
        namespace: NAMESPACE.to_owned(),
        steps: vec![
            step(ENVIRONMENT, &[], Action::Environment(made), Vec::new()),
            step("secrets", &[ENVIRONMENT], Action::Secrets { secrets, readers }, Vec::new()),
            of(RAY, &["ray-head", "ray-worker"]),
            of(GATEWAY, &["gateway"]),
            of(HUB, &["hub", "proxy"]),
        ],
        checks: Checks::default(),
    }
}

fn service(id: &str, environment: &str, text: &str, processes: &[&str]) -> Step {
    let file = TextFile { path: format!("config/{id}.json"), text: text.to_owned() };
    let process = |name: &&str| Process {
        name: (*name).to_owned(),
        command: vec![format!("{{folder}}/env/{environment}/bin/{name}")],
        environment: BTreeMap::from([(READS.to_owned(), file.path.clone())]),
        // the others are no readers of Secrets
        secrets: ["hub", "ray-head"]
            .contains(name)
            .then(|| ("TOKEN".to_owned(), (SECRETS.to_owned(), "token".to_owned())))
            .into_iter()
            .collect(),
        revision: digest(&file.text),
        ..Process::default()
    };
    let ready = processes.iter().map(|name| Expect::Process((*name).to_owned())).collect();
    let processes = processes.iter().map(process).collect();
    step(id, &[ENVIRONMENT, "secrets"], Action::Service(Service { files: vec![file], processes }), ready)
}

/// A deployment at work: people have data there, and it starts with the machine.
pub fn used() -> World {
    let world = undisturbed();
    world.settle_in();
    world
}

fn undisturbed() -> World {
    undisturbed_at(Place::Machine)
}

fn fresh() -> World {
    World::at(Place::Machine)
}

fn with(world: &World, plan: &Plan) -> (Option<Outcome>, Vec<Event>) {
    carry_out(world, plan, &options(world), &CancellationToken::new())
}

fn progress(events: &[Event]) -> Vec<(u64, Progress)> {
    let progress = |event: &Event| match &event.kind {
        EventKind::StepProgress { progress, .. } => Some((event.seq, progress.clone())),
        _ => None,
    };
    events.iter().filter_map(progress).collect()
}

fn skipped(events: &[Event]) -> BTreeMap<&str, &str> {
    events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::StepSkipped { step, why } => Some((step.as_str(), why.as_str())),
            _ => None,
        })
        .collect()
}

#[test]
fn all_runs_and_is_ready_once_it_is_said_to_be() {
    let world = undisturbed();
    let found = world.found();
    for name in ["gateway", "hub", "proxy", "ray-head", "ray-worker"] {
        assert!(found[&format!("process/{name}")].starts_with("ready "), "{found:?}");
    }
    assert_eq!(found["environment/trial-1"], "whole");
    assert_eq!(world.starts(), 5, "each process was started once");
}

#[test]
fn progress_is_shown_now_and_then_and_has_no_line_in_the_journal() {
    let world = fresh();
    let (_, events) = go(&world);
    let shown = progress(&events);
    // two hundred lines of the installer in four seconds
    assert!((2..=8).contains(&shown.len()), "{shown:?}");
    let (_, last) = shown.last().unwrap();
    assert_eq!((last.done, last.total), (Some(150_000_000), Some(200_000_000)));
    assert_eq!(last.to_string(), "downloading packages, 150 MB of 200 MB", "without what would colour a terminal");
    assert!(!world.journal_lines().iter().any(|line| line.contains("step-progress")));
    for (seq, _) in shown {
        let of_journal: Value =
            serde_json::from_str(&world.journal_lines()[usize::try_from(seq).unwrap() - 1]).unwrap();
        assert_eq!(of_journal["event"], "calling", "it has the number of what was written before it");
    }
}

#[test]
fn an_environment_that_fails_is_named_and_what_needs_it_says_why_it_was_not_tried() {
    let world = fresh();
    world.refuse_environment("wheel-missing");
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Failed));
    let problems = problems(&events);
    assert_eq!(problems.keys().collect::<Vec<_>>(), [ENVIRONMENT]);
    assert_eq!(problems[ENVIRONMENT].code, "wheel-missing");
    let skipped = skipped(&events);
    assert_eq!(skipped.keys().copied().collect::<Vec<_>>(), [GATEWAY, HUB, RAY, "secrets"]);
    assert!(skipped.values().all(|why| why.contains("`environment`") || why.contains("`secrets`")), "{skipped:?}");
    assert_eq!(world.found()["environment/trial-1"], "half", "what is there is not thrown away");
    assert_eq!(go(&world).0, Some(Outcome::Done), "and taken up");
    assert_eq!(world.found(), undisturbed().found());
}

#[test]
fn an_environment_that_makes_progress_is_given_time_and_one_that_does_not_fails() {
    let world = fresh();
    world.slow_environment(250);
    assert_eq!(go(&world).0, Some(Outcome::Done), "it takes longer than its ten minutes, and goes on");
    let world = fresh();
    world.slow_environment(2000);
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Failed));
    let problem = &problems(&events)[ENVIRONMENT];
    assert_eq!(problem.code, "too-late");
    assert!(problem.title.contains("50 MB of 200 MB") && problem.hints[0].contains("PIP_INDEX_URL"), "{problem}");
    assert!(!world.is_busy());
}

#[test]
fn a_crash_loop_blocks_its_step_with_the_last_words_and_goes_on_once_mended() {
    let world = fresh();
    world.ails("hub", Illness::Crashes("database is locked"));
    world.heals_after(60, "hub");
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Done));
    let blocked = events.iter().find_map(|event| match &event.kind {
        EventKind::StepBlocked { step, finding, .. } => Some((step.as_str(), finding)),
        _ => None,
    });
    let (step, finding) = blocked.unwrap();
    assert_eq!((step, finding.code.as_str()), (HUB, "database-locked"));
    assert!(finding.detail.as_ref().unwrap().ends_with("database is locked"), "{finding:?}");
    let unblocked =
        |event: &Event| matches!(&event.kind, EventKind::StepUnblocked { code, .. } if code == "database-locked");
    assert!(events.iter().any(unblocked));
    assert_eq!(world.found(), undisturbed().found());
}

#[test]
fn a_port_that_somebody_else_has_fails_its_service_after_the_patience_while_others_go_on() {
    let world = fresh();
    world.ails("proxy", Illness::Crashes("listen EADDRINUSE: address already in use 127.0.0.1:8000"));
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Failed));
    let problems = problems(&events);
    assert_eq!(problems.keys().collect::<Vec<_>>(), [HUB]);
    assert!(format!("{}", problems[HUB]).contains("proxy"), "{}", problems[HUB]);
    assert!(problems[HUB].detail.as_ref().unwrap().contains("address already in use"));
    assert!(world.found()["process/gateway"].starts_with("ready"), "the others run");
}

#[test]
fn a_process_that_never_answers_says_at_the_deadline_which_and_where_to_look() {
    let world = fresh();
    world.ails("gateway", Illness::Silent);
    let mut plan = plan();
    plan.steps.iter_mut().for_each(|step| step.deadline = Duration::from_secs(180));
    let (outcome, events) = with(&world, &plan);
    assert_eq!(outcome, Some(Outcome::Failed));
    let problem = &problems(&events)[GATEWAY];
    assert_eq!(problem.code, "too-late");
    assert!(problem.title.contains("within 3 minutes: ") && problem.title.contains("`gateway` runs, but"), "{problem}");
    assert!(problem.hints[0].contains("`hubwright status -n hub`"), "{problem}");
    assert!(!format!("{events:?}").contains("kubectl -n hub get pods"));
}

#[test]
fn a_supervisor_that_ends_while_a_service_is_waited_for_is_started_again() {
    for second in [8, 10, 12] {
        let world = fresh();
        world.supervisor_ends_after(second);
        let (outcome, events) = go(&world);
        assert_eq!(outcome, Some(Outcome::Done), "{second} s");
        assert_eq!(world.found(), undisturbed().found(), "{second} s");
        let said = notes(&events);
        assert_eq!(said.iter().filter(|note| note.contains("supervisor")).count(), 1, "{second} s: {said:?}");
    }
}

#[test]
fn a_changed_secret_restarts_those_who_read_it_once() {
    let world = undisturbed();
    world.password("second");
    let (outcome, events) = go(&world);
    assert_eq!(outcome, Some(Outcome::Done));
    assert_eq!(world.starts(), 5 + 2);
    let restarts = |events: &[Event]| calls(events).into_iter().filter(|call| call.starts_with("restart")).count();
    assert_eq!(restarts(&events), 1);
    assert_eq!(world.found(), undisturbed().found(), "nobody runs with the old one");
    let (_, events) = go(&world);
    assert_eq!((restarts(&events), finished(&events).0), (0, false), "once is enough");
}

/// Kills a run after each of its changes, resumes, and looks whether anything runs with what is no longer so.
fn killed_after_changes(prepare: impl Fn(&World), plan: &Plan, expected: &BTreeMap<String, String>) -> usize {
    for number in 1.. {
        let world = undisturbed();
        prepare(&world);
        world.kill(Kill { at: Moment::Change(number), power_cut: false });
        if with(&world, plan).0.is_some() {
            return number - 1;
        }
        assert_eq!(with(&world, plan).0, Some(Outcome::Done), "after change {number}");
        assert_eq!((&world.found(), world.wrong()), (expected, Vec::new()), "after change {number}");
        let starts = world.starts();
        let (_, events) = with(&world, plan);
        assert_eq!((world.starts(), finished(&events).0), (starts, false), "once is enough, after change {number}");
    }
    0
}

#[test]
fn a_changed_secret_reaches_its_readers_although_the_run_was_killed_in_between() {
    let changed = killed_after_changes(|world| world.password("second"), &plan(), &undisturbed().found());
    assert_eq!(changed, 2, "the Secret, the restart");
}

#[test]
fn a_changed_file_restarts_the_processes_that_read_it_and_no_others() {
    let mut other = plan();
    for step in other.steps.iter_mut().filter(|step| step.id.as_str() == GATEWAY) {
        *step = service(GATEWAY, "trial-1", "b", &["gateway"]);
    }
    let world = undisturbed();
    assert_eq!(with(&world, &other).0, Some(Outcome::Done));
    assert_eq!(world.starts(), 5 + 1);
    assert_eq!(world.found()["file/config/dask-gateway.json"], "b");
    let expected = world.found();
    assert_eq!(killed_after_changes(|_| {}, &other, &expected), 2, "the file, the process");
}

#[test]
fn a_file_that_somebody_changed_is_put_right_and_read_again() {
    let edit = |world: &World| world.edit_file("config/jupyterhub.json", "by hand");
    let changed = killed_after_changes(edit, &plan(), &undisturbed().found());
    assert_eq!(changed, 2, "the file, the restart");
}

#[test]
fn a_part_that_is_no_longer_among_the_answers_ends_before_others_want_its_ports_and_a_note_says_so() {
    let mut other = plan();
    other.steps.retain(|step| step.id.as_str() != RAY);
    let world = undisturbed();
    let (outcome, events) = with(&world, &other);
    assert_eq!(outcome, Some(Outcome::Done));
    assert_eq!(notes(&events), ["ended, as no longer among the answers: ray-head, ray-worker"]);
    let found = world.found();
    assert!(!found.keys().any(|key| key.starts_with("process/ray")), "{found:?}");
    let called = calls(&events);
    let at = |what: &str| called.iter().position(|call| call.starts_with(what)).unwrap();
    assert!(at("end ray-head, ray-worker") < at("run "), "{called:?}");
    assert_eq!(world.starts(), 5, "the others go on");
    let (_, events) = with(&world, &other);
    assert!(notes(&events).is_empty() && !finished(&events).0, "once is enough");
}

#[test]
fn an_environment_of_earlier_answers_is_removed_once_nothing_runs_from_it() {
    let other = plan_with("trial-2", "a");
    let world = undisturbed();
    let (outcome, events) = with(&world, &other);
    assert_eq!((outcome, world.wrong()), (Some(Outcome::Done), Vec::new()));
    assert_eq!(calls(&events).last().unwrap(), "remove environment trial-1");
    assert!(!world.found().contains_key("environment/trial-1"));
    let expected = world.found();
    assert!(killed_after_changes(|_| {}, &other, &expected) >= 6);
}

#[test]
fn nothing_of_another_platform_is_asked_for() {
    let world = undisturbed();
    assert!(world.object("Lease/hubwright").is_none());
    // Ray's and Dask's are called so, whatever they run on.
    let journal = world.journal_lines().join("\n").replace("Ray cluster", "").replace("Dask cluster", "");
    for word in ["cluster", "kubectl", "helm"] {
        assert!(!journal.contains(word), "{word} in {journal}");
    }
}

#[test]
fn what_the_machine_lacks_is_said_before_anything_changes() {
    let world = fresh();
    let (facts, ports) = (Facts::default(), world.ports());
    let found = || world.time.drive(preflight::problems(&plan(), &facts, &ports)).unwrap();
    assert_eq!(found(), Vec::new());
    world.lack(Problem::new("port-taken", "port 8000 is taken"));
    assert_eq!(found()[0].code, "port-taken");
    assert!(world.changes().is_empty());
}
