//! The end, good and bad, as somebody reads it who wants to log in now.
use std::path::PathBuf;

use crossterm::event::KeyCode;
use jiff::SignedDuration;
use secrecy::SecretString;

use crate::{
    answers::layers::{Layers, Origin},
    front::{
        tui::screens::stage::{SIZES, Stage},
        wizard::{
            follow::ladder::tests::{begun, ended, planned, started},
            turn::Place,
            wish::{Beginnings, DeploymentLine, Ended, News, Opened, Wish},
        },
    },
    plan::graph::StepId,
    problem::{DEFECT, Exit, Problem},
    run::event::{EventKind, Outcome, PlannedStep},
};

const LOGIN: (&str, u8, &str) = ("hub-login", 2, "login");
const ADDRESS: &str = "https://a-very-long-name-of-a-hub.department.university.example.org/hub/login";

fn answers(sets: &[(&str, &str)]) -> News {
    let mut layers = Layers::new();
    for (key, value) in sets {
        layers.set(Origin::Typed, key, value).unwrap();
    }
    News::Opened(Box::new(Opened { layers, title: "new setup".to_owned(), wrong: Vec::new() }))
}

const HERE: &[(&str, &str)] =
    &[("target.kind", "this-machine"), ("target.namespace", "trial"), ("login.method", "dummy")];
const CLUSTER: &[(&str, &str)] = &[
    ("target.context", "prod"),
    ("login.method", "github"),
    ("login.client-id", "hub"),
    ("login.client-secret", "env:GITHUB_SECRET"),
    ("login.allow", "organizations"),
    ("login.organizations", "lab"),
    ("access.method", "load-balancer"),
    ("access.host", "hub.example.org"),
];

/// A run that ended, looked at from the screen of the deployment.
fn after(target: &[(&str, &str)], outcome: Outcome, password: Option<&str>) -> Stage {
    let mut stage = Stage::at(Place::Deployment);
    stage.news(answers(target));
    stage.app.shared.running = true;
    let summary = vec![
        format!("open the hub: {ADDRESS}"),
        "log in: any name; the password was made up: `cat /home/ada/hub/secrets/dummy-password`".to_owned(),
        "look: `hubwright status -n trial`   end: `hubwright stop -n trial`".to_owned(),
    ];
    let summary = if outcome == Outcome::Failed { Vec::new() } else { summary };
    stage.event(started("install", "prod/hub"));
    stage.event(EventKind::RunFinished { outcome, took_ms: 462_000, changed: true, summary });
    let files = vec![("journal".to_owned(), PathBuf::from("/state/prod--hub/journal.jsonl"))];
    let password = password.map(|word| ("password".to_owned(), SecretString::from(word)));
    let again = "hubwright status -n trial".to_owned();
    let ended = Ended { outcome: Some(outcome), password, files, again, ..Ended::default() };
    stage.news(News::Ended(Box::new(ended)));
    stage
}

fn all_of(stage: &mut Stage, size: (u16, u16)) -> String {
    let mut seen = stage.seen(size);
    for _ in 0..60 {
        stage.press(KeyCode::Down);
        seen.push_str(&stage.seen(size));
    }
    seen
}

fn copied(stage: &Stage) -> Vec<&str> {
    let copies = stage.wishes.iter().filter_map(|wish| match wish {
        Wish::Copy(text) => Some(text.as_str()),
        _ => None,
    });
    copies.collect()
}

#[test]
fn whoever_looked_on_is_led_to_what_was_made() {
    let stage = after(HERE, Outcome::Done, None);
    assert_eq!(stage.app.place(), Place::Done);
    for size in SIZES {
        let seen = stage.seen(size);
        assert!(seen.contains("ok: prod/hub is there; nobody verified it yet"), "{seen}");
        assert!(seen.contains("7:42"), "{seen}");
    }
    stage.drawn_at_all_sizes();
}

#[test]
fn whoever_is_at_something_is_only_told() {
    let mut stage = Stage::at(Place::Deployment);
    stage.event(started("install", "prod/hub")).press(KeyCode::Down);
    let ended = Ended { outcome: Some(Outcome::Done), ..Ended::default() };
    stage.news(News::Ended(Box::new(ended)));
    assert_eq!(stage.app.place(), Place::Deployment);
    assert!(stage.seen((80, 24)).contains("all done: `d` shows what was made"));
}

#[test]
fn every_line_of_the_summary_is_shown_and_the_address_stands_alone() {
    for size in SIZES {
        let mut stage = after(HERE, Outcome::Done, None);
        let seen = all_of(&mut stage, size);
        for words in ["open the hub", "hubwright status -n trial", "hubwright stop -n trial", "journal.jsonl"] {
            assert!(seen.contains(words), "{words} at {size:?}:\n{seen}");
        }
        let line = seen.lines().find(|line| line.contains("https://a-very")).unwrap().trim();
        assert!(ADDRESS.starts_with(line), "nothing else stands there: {line}");
    }
}

#[test]
fn addresses_and_commands_are_copied() {
    let mut stage = after(HERE, Outcome::Done, None);
    for _ in 0..4 {
        stage.press(KeyCode::Down).keys("c");
    }
    let status = "hubwright status -n trial";
    assert_eq!(
        copied(&stage),
        [ADDRESS, "cat /home/ada/hub/secrets/dummy-password", status, "hubwright stop -n trial"]
    );
}

#[test]
fn the_password_is_masked_shown_on_demand_and_never_copied() {
    let mut stage = after(HERE, Outcome::Done, Some("s3cret-w0rd"));
    assert!(stage.seen((80, 24)).contains("********") && !stage.seen((80, 24)).contains("s3cret-w0rd"));
    let seen = |stage: &Stage| stage.wishes.iter().filter(|wish| matches!(wish, Wish::PasswordSeen)).count();
    assert_eq!(seen(&stage), 0, "what no screen showed nobody has seen");
    stage.keys("p");
    assert_eq!(seen(&stage), 1);
    assert!(stage.seen((80, 24)).contains("s3cret-w0rd"), "{}", stage.seen((80, 24)));
    for _ in 0..20 {
        stage.keys("c").press(KeyCode::Down);
    }
    assert!(copied(&stage).iter().all(|text| !text.contains("s3cret-w0rd")));
    stage.press(KeyCode::Esc);
    stage.app.begin(Place::Done);
    assert!(!stage.seen((80, 24)).contains("s3cret-w0rd"), "whoever comes back sees a mask again");
}

#[test]
fn secrets_are_named_by_reference_and_the_command_says_the_same_again() {
    let seen = all_of(&mut after(CLUSTER, Outcome::Done, None), (80, 24));
    assert!(seen.contains("login.client-secret") && seen.contains("env:GITHUB_SECRET"), "{seen}");
    assert!(seen.contains("Secrets `hubwright-secrets`"), "{seen}");
    assert!(seen.contains("hubwright install --context=prod"), "{seen}");
}

#[test]
fn what_failed_says_what_it_means_and_goes_on_with_one_key() {
    let mut stage = after(CLUSTER, Outcome::Failed, None);
    assert_eq!(stage.app.place(), Place::Deployment, "whoever has a failure before them stays with it");
    stage.app.begin(Place::Done);
    for size in SIZES {
        let seen = stage.seen(size);
        assert!(seen.contains("FAIL: prod/hub is not finished") && seen.contains("`r` goes on"), "{seen}");
    }
    stage.press(KeyCode::Enter);
    assert!(matches!(stage.wishes.last(), Some(Wish::Resume(folder, _)) if folder.ends_with("prod--hub")));
    assert_eq!(stage.app.place(), Place::Deployment);
}

#[test]
fn an_interrupted_run_is_not_called_a_failure() {
    let mut stage = after(HERE, Outcome::Interrupted, None);
    stage.app.begin(Place::Done);
    let seen = stage.seen((80, 24));
    assert!(seen.contains("stopped: prod/hub is not finished") && !seen.contains("FAIL"), "{seen}");
    assert!(!seen.contains(" o report"), "{seen}");
}

#[test]
fn what_could_not_begin_says_why() {
    let mut stage = Stage::at(Place::Done);
    stage.event(started("install", "prod/hub"));
    let problem = Problem::new("no-helm", "helm is not there").hint("`hubwright install --get-helm` fetches it");
    let ended = Ended { problems: vec![problem], ..Ended::default() };
    stage.news(News::Ended(Box::new(ended)));
    let seen = stage.seen((80, 24));
    assert!(seen.contains("it could not begin") && seen.contains("helm is not there"), "{seen}");
    stage.keys("o");
    assert!(matches!(stage.wishes.last(), Some(Wish::Keep { text, .. }) if text.contains("helm is not there")));
}

/// A part of it failed by itself in the middle: what was made until then is there.
#[test]
fn a_defect_is_not_told_as_if_nothing_had_been_changed() {
    let mut stage = Stage::at(Place::Deployment);
    stage.event(started("install", "prod/hub"));
    let files = vec![("answers".to_owned(), PathBuf::from("/state/prod--hub/answers.yaml"))];
    let problems = vec![Problem::new(DEFECT, "a part of hubwright failed while it worked")];
    stage.news(News::Ended(Box::new(Ended { problems, files, ..Ended::default() })));
    let seen = stage.seen((80, 24));
    assert!(seen.contains(", failed") && seen.contains("how far it came is not known"), "{seen}");
    stage.app.begin(Place::Done);
    let seen = stage.seen((80, 24));
    assert!(seen.contains("how far prod/hub came is not known") && !seen.contains("nothing was changed"), "{seen}");
    stage.keys("r");
    assert!(matches!(stage.wishes.last(), Some(Wish::Resume(folder, _)) if folder.ends_with("prod--hub")));
}

#[test]
fn a_red_rung_stays_red_although_another_one_was_tried_again() {
    let mut stage = after(CLUSTER, Outcome::Unverified, None);
    let port = ("hub-port", 1, "hub's port");
    let red = || Some(Problem::new("login", "the login leads elsewhere"));
    stage.event(planned(&[port, LOGIN])).event(ended(port, &[], red())).event(ended(LOGIN, &[], red()));
    stage.event(started("verify", "prod/hub")).event(planned(&[port])).event(begun(port.0, port.2));
    stage.event(ended(port, &["answers"], None));
    let done = Ended { outcome: Some(Outcome::Done), ..Ended::default() };
    stage.news(News::Ended(Box::new(done)));
    stage.app.begin(Place::Done);
    assert!(stage.seen((80, 24)).contains("a rung of its verification is red"), "{}", stage.seen((80, 24)));
    assert_eq!(stage.app.shared.exit(), Exit::Unverified);
    stage.keys("v");
    assert_eq!(stage.app.place(), Place::Verification);
}

#[test]
fn a_deployment_that_was_only_verified_shows_what_its_answers_made() {
    let mut stage = Stage::at(Place::Verification);
    stage.news(answers(CLUSTER));
    stage.event(started("verify", "prod/hub")).event(planned(&[LOGIN])).event(ended(LOGIN, &["fine"], None));
    stage.app.begin(Place::Done);
    let seen = all_of(&mut stage, (80, 24));
    assert!(seen.contains("ok: prod/hub is there and verified"), "{seen}");
    assert!(seen.contains("://hub.example.org") && seen.contains("a member of lab"), "{seen}");
}

#[test]
fn answers_are_saved_as_a_preset_under_a_name() {
    let mut stage = after(CLUSTER, Outcome::Done, None);
    stage.keys("s");
    assert!(stage.seen((80, 24)).contains("save as preset: hub_"));
    stage.keys("-2").paste("\n").press(KeyCode::Enter);
    assert!(matches!(stage.wishes.last(), Some(Wish::SavePreset { name, .. }) if name == "hub-2"));
    let before = stage.wishes.len();
    stage.keys("s").press(KeyCode::Esc);
    assert_eq!(stage.wishes.len(), before);
}

#[test]
fn with_nothing_done_there_is_nothing_but_the_way_back() {
    let stage = Stage::at(Place::Done);
    for size in SIZES {
        assert!(stage.seen(size).contains("nothing was installed yet"), "{}", stage.seen(size));
    }
    stage.drawn_at_all_sizes();
}

#[test]
fn leaving_leaves_with_the_right_code() {
    let mut stage = after(HERE, Outcome::Done, None);
    stage.app.shared.now += SignedDuration::from_secs(60);
    stage.keys("q");
    assert!(matches!(stage.wishes.last(), Some(Wish::Leave(Exit::Done))));
}

fn over(outcome: Option<Outcome>) -> News {
    let ended = Ended { outcome, ..Ended::default() };
    News::Ended(Box::new(ended))
}

/// Installed, and its verification is climbed again.
fn climbing() -> Stage {
    let mut stage = after(CLUSTER, Outcome::Done, None);
    stage.press(KeyCode::Char('v'));
    stage.app.begin(Place::Done);
    stage
}

#[test]
fn a_verification_that_goes_on_is_asked_about_before_anybody_leaves() {
    let mut stage = climbing();
    for _ in 0..2 {
        stage.keys("q");
        assert!(!matches!(stage.wishes.last(), Some(Wish::Leave(_))), "{:?}", stage.wishes);
        let seen = stage.seen((80, 24));
        assert!(seen.contains("Stop ") && seen.contains("Enter stop"), "{seen}");
        stage.press(KeyCode::Esc);
        stage.event(started("verify", "prod/hub")).event(planned(&[LOGIN])).event(begun(LOGIN.0, LOGIN.2));
    }
    stage.news(over(Some(Outcome::Done))).keys("q");
    assert!(matches!(stage.wishes.last(), Some(Wish::Leave(_))), "{:?}", stage.wishes);
}

#[test]
fn while_a_rung_is_tried_again_what_was_made_stays_and_the_climb_is_told() {
    let mut stage = climbing();
    assert!(stage.seen((80, 24)).contains("is there; being verified"), "{}", stage.seen((80, 24)));
    stage.event(started("verify", "prod/hub")).event(planned(&[LOGIN])).event(begun(LOGIN.0, LOGIN.2));
    for size in SIZES {
        let seen = stage.seen(size);
        assert!(seen.contains("prod/hub is there; being verified: 0 of 1 green"), "{seen}");
        assert!(seen.contains("`v` shows the verification") && seen.contains("open the hub"), "{seen}");
    }
    stage.event(ended(LOGIN, &["fine"], None)).news(over(Some(Outcome::Done)));
    assert!(stage.seen((80, 24)).contains("ok: prod/hub is there and verified"), "{}", stage.seen((80, 24)));
}

#[test]
fn a_verification_that_could_not_begin_takes_nothing_away_of_what_was_made() {
    let mut stage = climbing();
    stage.news(over(None));
    let seen = stage.seen((80, 24));
    assert!(seen.contains("prod/hub is there") && seen.contains("open the hub"), "{seen}");
}

#[test]
fn another_deployment_that_is_verified_shows_nothing_of_the_one_that_was_installed() {
    let mut stage = after(HERE, Outcome::Done, Some("s3cret-w0rd"));
    stage.app.shared.running = false;
    let folder = PathBuf::from("/state/other--hub");
    let beginnings = Beginnings {
        deployments: vec![DeploymentLine {
            folder: folder.clone(),
            words: "namespace hub of other".to_owned(),
            flags: "--context other -n hub".to_owned(),
            unfinished: false,
            ended: "installed".to_owned(),
        }],
        ..Beginnings::default()
    };
    stage.news(News::Beginnings(Box::new(beginnings)));
    stage.app.begin(Place::Welcome);
    for _ in 0..30 {
        stage.keys("v").press(KeyCode::Down);
    }
    assert!(stage.wishes.iter().any(|wish| matches!(wish, Wish::Verify { folder: Some(of), .. } if *of == folder)));
    stage.event(started("verify", "other/hub")).news(over(Some(Outcome::Done)));
    for place in [Place::Done, Place::Deployment] {
        stage.app.begin(place);
        let seen = all_of(&mut stage, (80, 24));
        assert!(!seen.contains("prod/hub") && !seen.contains("open the hub") && !seen.contains("password"), "{seen}");
    }
}

#[test]
fn what_decided_how_long_it_took_is_said_in_a_word() {
    let mut stage = Stage::at(Place::Done);
    let EventKind::RunStarted { run, command, deployment, plan, .. } = started("install", "prod/hub") else { return };
    let step = |id: &str| PlannedStep { id: StepId::new(id), title: format!("the {id}"), needs: Vec::new() };
    let steps = ["long", "short"].map(step).to_vec();
    stage.event(EventKind::RunStarted { run, command, deployment, plan, resumed: false, steps });
    for kind in ["short", "long"] {
        stage.event(EventKind::StepStarted { step: StepId::new(kind) });
    }
    for id in ["short", "long"] {
        stage.event(EventKind::StepDone { step: StepId::new(id), changed: true, took_ms: 1, note: None });
    }
    stage.event(EventKind::RunFinished { outcome: Outcome::Done, took_ms: 9, changed: true, summary: Vec::new() });
    stage.news(over(Some(Outcome::Done)));
    let seen = all_of(&mut stage, (80, 24));
    let row = |name: &str| seen.lines().rfind(|line| line.contains(name) && line.contains('0')).unwrap();
    assert!(row("the long").contains("» the long") && row("the long").ends_with("decides"), "{seen}");
    assert!(!row("the short").contains("decides"), "{seen}");
}
