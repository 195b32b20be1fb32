//! The first screen as somebody who never saw it, and as somebody who comes back.
use std::path::PathBuf;

use crossterm::event::KeyCode;
use jiff::{SignedDuration, Timestamp};

use crate::{
    answers::{
        layers::{Layers, Origin},
        tree::TargetKind,
    },
    front::{
        tui::screens::stage::{SIZES, Stage},
        wizard::{
            turn::Place,
            wish::{Beginnings, DeploymentLine, DraftLine, News, Opened, PresetLine, Source, Wish},
        },
    },
    problem::{NO_CLUSTER, Problem},
};

fn preset(name: &str, title: &str, target: TargetKind, own: bool) -> PresetLine {
    let description = format!("What {name} is for, in a sentence.");
    PresetLine { name: name.to_owned(), title: title.to_owned(), description, target, own }
}

fn presets() -> Vec<PresetLine> {
    vec![
        preset("ours", "The institute's hub", TargetKind::Kubernetes, true),
        preset("trial", "Trial on this machine", TargetKind::ThisMachine, false),
        preset("github", "GitHub login for an organization", TargetKind::Kubernetes, false),
    ]
}

fn deployment(name: &str, unfinished: bool) -> DeploymentLine {
    DeploymentLine {
        folder: PathBuf::from(format!("/state/prod--{name}")),
        words: format!("namespace {name} of prod"),
        flags: format!("--context prod -n {name}"),
        unfinished,
        ended: if unfinished { "failed at `ray`".to_owned() } else { "done".to_owned() },
    }
}

fn with(beginnings: Beginnings) -> Stage {
    let mut stage = Stage::at(Place::Welcome);
    stage.news(News::Beginnings(Box::new(beginnings)));
    stage
}

fn with_cluster() -> Beginnings {
    let contexts = vec!["prod".to_owned(), "lab".to_owned()];
    Beginnings { contexts, current: Some("prod".to_owned()), presets: presets(), ..Beginnings::default() }
}

fn opened(stage: &mut Stage, kind: &str) {
    let mut layers = Layers::new();
    layers.set(Origin::Typed, "target.kind", kind).unwrap();
    stage.news(News::Opened(Box::new(Opened { layers, title: "new setup".to_owned(), wrong: Vec::new() })));
}

fn selected(stage: &Stage) -> String {
    let seen = stage.seen((120, 40));
    seen.lines().find(|line| line.contains('▸')).unwrap_or_default().to_owned()
}

fn last_source(stage: &Stage) -> Option<&Source> {
    stage.wishes.iter().rev().find_map(|wish| match wish {
        Wish::Open(source) => Some(source),
        _ => None,
    })
}

#[test]
fn before_anything_is_known_a_setup_can_be_begun() {
    let mut stage = Stage::at(Place::Welcome);
    assert!(matches!(stage.wishes.as_slice(), [Wish::Beginnings]));
    for size in SIZES {
        let seen = stage.seen(size);
        for words in ["Installs JupyterHub, Ray and Dask", "New setup on this machine", "looking", "--plain", "? help"]
        {
            assert!(seen.contains(words), "{words} at {size:?}:\n{seen}");
        }
    }
    stage.press(KeyCode::Enter);
    assert_eq!(last_source(&stage), Some(&Source::Fresh(TargetKind::ThisMachine)));
}

#[test]
fn without_a_cluster_this_machine_comes_first() {
    let mut stage = with(Beginnings { presets: presets(), ..Beginnings::default() });
    assert!(selected(&stage).contains("New setup on this machine"), "{}", selected(&stage));
    assert!(stage.seen((80, 24)).contains("no cluster is configured here"));
    stage.press(KeyCode::Enter);
    opened(&mut stage, "this-machine");
    assert_eq!(stage.app.place(), Place::Questions);
}

#[test]
fn a_cluster_comes_first_with_its_context_and_is_looked_at_at_once() {
    let mut stage = with(with_cluster());
    assert!(selected(&stage).contains("current context `prod`, 2 in all"), "{}", selected(&stage));
    stage.press(KeyCode::Enter);
    assert_eq!(last_source(&stage), Some(&Source::Fresh(TargetKind::Kubernetes)));
    assert_eq!(stage.app.place(), Place::Welcome, "nothing is shown before there are answers");
    opened(&mut stage, "kubernetes");
    assert_eq!(stage.app.place(), Place::Questions);
    assert!(matches!(stage.wishes.last(), Some(Wish::Look { asking: false, .. })));
}

#[test]
fn a_broken_kubeconfig_is_a_sentence() {
    let problem =
        Problem::new("kubeconfig", "the kubeconfig has no contexts: it ends in the middle").hint("look at it");
    let stage = with(Beginnings { kubeconfig: Some(problem), presets: presets(), ..Beginnings::default() });
    let mut stage = stage;
    stage.press(KeyCode::Down);
    for size in SIZES {
        let seen = stage.seen(size);
        assert!(seen.contains("the kubeconfig cannot be read"), "{seen}");
        assert!(seen.contains("it ends in the"), "{seen}");
    }
}

/// Who has none yet did nothing wrong.
#[test]
fn a_kubeconfig_that_is_not_there_is_no_broken_one() {
    let problem = Problem::new(NO_CLUSTER, "no cluster is configured: there is no kubeconfig");
    let mut stage = with(Beginnings { kubeconfig: Some(problem), presets: presets(), ..Beginnings::default() });
    stage.press(KeyCode::Down);
    assert!(selected(&stage).contains("no cluster is configured here"), "{}", selected(&stage));
}

#[test]
fn what_was_left_unfinished_comes_first() {
    let at = Timestamp::from_second(1_767_268_800).unwrap() - SignedDuration::from_hours(3);
    let draft = DraftLine { name: "draft.yaml".to_owned(), words: "namespace hub of prod".to_owned(), open: false, at };
    let deployments = vec![deployment("hub", true), deployment("old", false)];
    let mut stage = with(Beginnings { drafts: vec![draft], deployments, ..with_cluster() });
    assert!(selected(&stage).contains("namespace hub of prod, kept 3 h ago"), "{}", selected(&stage));
    stage.press(KeyCode::Down);
    assert!(selected(&stage).contains("namespace hub of prod: failed at `ray`"), "{}", selected(&stage));
    stage.press(KeyCode::Enter);
    assert!(matches!(stage.wishes.last(), Some(Wish::Resume(folder, _)) if folder.ends_with("prod--hub")));
    assert_eq!(stage.app.place(), Place::Deployment);
    assert_eq!(stage.app.shared.folder, Some(PathBuf::from("/state/prod--hub")));
}

/// To open them again from their file would lose what is in no file.
#[test]
fn the_answers_that_are_open_are_gone_back_to_as_they_were_left() {
    let mut stage = with(with_cluster());
    let opened = Opened { layers: Layers::new(), title: "new setup".to_owned(), wrong: Vec::new() };
    stage.news(News::Opened(Box::new(opened)));
    stage.app.shared.secrets.insert("login.client-secret".to_owned(), "hunter2".to_owned().into());
    let line = |name: &str, open| DraftLine {
        name: name.to_owned(),
        words: "namespace hub of prod".to_owned(),
        open,
        at: Timestamp::UNIX_EPOCH,
    };
    let drafts = vec![line("draft-2.yaml", true), line("draft.yaml", false)];
    stage.news(News::Beginnings(Box::new(Beginnings { drafts, ..with_cluster() })));
    stage.press(KeyCode::Home).press(KeyCode::Enter);
    assert_eq!((stage.app.place(), stage.app.shared.secrets.len()), (Place::Questions, 1));
    assert!(!stage.wishes.iter().any(|wish| matches!(wish, Wish::Open(_))), "{:?}", stage.wishes);
    stage.press(KeyCode::Esc).press(KeyCode::Home).press(KeyCode::Down).press(KeyCode::Enter);
    assert!(matches!(stage.wishes.last(), Some(Wish::Open(Source::Draft(name))) if name == "draft.yaml"));
}

#[test]
fn a_deployment_is_watched_verified_and_changed_with_arrows_and_enter_alone() {
    let known = || Beginnings { deployments: vec![deployment("old", false)], ..with_cluster() };
    let doing = |downs: usize| {
        let mut stage = with(known());
        stage.press(KeyCode::Down).press(KeyCode::Down).press(KeyCode::Enter);
        for _ in 0..downs {
            stage.press(KeyCode::Down);
        }
        stage.press(KeyCode::Enter);
        stage
    };
    let watching = doing(0);
    assert!(matches!(watching.wishes.last(), Some(Wish::Watch(folder)) if folder.ends_with("prod--old")));
    assert_eq!(watching.app.place(), Place::Deployment);
    let verifying = doing(1);
    assert!(matches!(verifying.wishes.last(), Some(Wish::Verify { folder: Some(_), rungs }) if rungs.is_empty()));
    assert_eq!(verifying.app.place(), Place::Verification);
    assert!(matches!(last_source(&doing(2)), Some(Source::Deployment(_))));
}

#[test]
fn while_a_run_goes_on_nothing_begins_and_the_first_line_leads_back_to_it() {
    let mut stage = with(Beginnings { deployments: vec![deployment("old", false)], ..with_cluster() });
    stage.app.shared.running = true;
    let before = stage.wishes.len();
    assert!(selected(&stage).contains("Back to what runs"), "{}", selected(&stage));
    stage.press(KeyCode::Down).press(KeyCode::Enter);
    for size in SIZES {
        let seen = stage.seen(size);
        assert!(seen.contains("a run goes on: the first line leads back; ^C stops it"), "{seen}");
    }
    stage.keys("Gjjv");
    stage.press(KeyCode::Tab).press(KeyCode::Tab).keys("v");
    stage.press(KeyCode::End).press(KeyCode::Enter);
    assert_eq!((stage.wishes.len(), stage.app.place()), (before, Place::Welcome));
    stage.press(KeyCode::Home).press(KeyCode::Enter);
    assert_eq!(stage.app.place(), Place::Deployment);
}

#[test]
fn a_look_gives_way_to_whatever_begins() {
    let mut stage = with(with_cluster());
    (stage.app.shared.running, stage.app.shared.watching) = (true, true);
    stage.press(KeyCode::Enter);
    assert_eq!(last_source(&stage), Some(&Source::Fresh(TargetKind::Kubernetes)));
}

#[test]
fn a_long_description_is_told_to_its_end_and_an_own_preset_with_its_target() {
    let mut long = preset("trial", "Trial on this machine", TargetKind::ThisMachine, true);
    long.description =
        ["Begin here, alone, without root and with one password that is made up."; 4].join(" ") + " End.";
    let mut stage = with(Beginnings { presets: vec![long], ..with_cluster() });
    stage.press(KeyCode::Tab);
    for size in SIZES {
        let seen = stage.seen(size);
        assert!(seen.contains("End.") && seen.contains("▸ trial") && seen.contains("this machine"), "{seen}");
        assert!(seen.contains("Enter open") && seen.contains("yours"), "{seen}");
    }
}

#[test]
fn letters_do_to_a_deployment_what_its_lines_say() {
    let mut stage = with(Beginnings { deployments: vec![deployment("old", false)], ..with_cluster() });
    stage.keys("v");
    assert_eq!(stage.app.place(), Place::Welcome, "no deployment is selected: the key does nothing");
    stage.keys("jjv");
    assert_eq!(stage.app.place(), Place::Verification);
}

#[test]
fn the_filter_leaves_presets_that_hold_the_letters() {
    let mut stage = with(with_cluster());
    stage.keys("/git").paste("hub\n");
    let seen = stage.seen((80, 24));
    assert!(seen.contains("/github") && !seen.contains("Trial on this machine"), "{seen}");
    assert!(selected(&stage).contains("github"), "{}", selected(&stage));
    stage.press(KeyCode::Enter).press(KeyCode::Enter);
    assert_eq!(last_source(&stage), Some(&Source::Preset("github".to_owned())));
    stage.keys("/xyz");
    assert!(stage.seen((80, 24)).contains("none holds these letters"));
    stage.press(KeyCode::Esc);
    assert!(stage.seen((80, 24)).contains("Trial on this machine"));
}

#[test]
fn a_preset_is_opened_by_a_pasted_path_which_does_not_submit() {
    let mut stage = with(with_cluster());
    stage.press(KeyCode::End).press(KeyCode::Enter).paste("/home/ada/hub.yaml\r\n");
    assert_eq!(last_source(&stage), None);
    assert!(stage.seen((80, 24)).contains("path: /home/ada/hub.yaml_"));
    stage.press(KeyCode::Enter);
    assert_eq!(last_source(&stage), Some(&Source::Preset("/home/ada/hub.yaml".to_owned())));
    stage.news(News::Wrong(vec![Problem::new("no-preset", "there is no such file")]));
    stage.press(KeyCode::Esc);
    opened(&mut stage, "kubernetes");
    assert_eq!(stage.app.place(), Place::Welcome, "answers that nobody waits for lead nowhere");
}

#[test]
fn what_is_selected_stays_selected_while_lists_come() {
    let mut stage = Stage::at(Place::Welcome);
    stage.press(KeyCode::Down);
    assert!(selected(&stage).contains("Kubernetes"));
    stage.news(News::Beginnings(Box::new(with_cluster())));
    assert!(selected(&stage).contains("New setup on Kubernetes"), "{}", selected(&stage));
    stage.press(KeyCode::Down);
    assert!(selected(&stage).contains("New setup on this machine"), "{}", selected(&stage));
}

#[test]
fn a_long_list_is_scrolled_and_tab_goes_from_group_to_group() {
    let many = |number: usize| preset(&format!("preset-{number}"), "one of many", TargetKind::Kubernetes, true);
    let presets = (0..500).map(many).collect();
    let mut stage = with(Beginnings { presets, deployments: vec![deployment("old", false)], ..with_cluster() });
    stage.press(KeyCode::Tab);
    assert!(selected(&stage).contains("namespace old of prod"));
    stage.press(KeyCode::Tab);
    assert!(selected(&stage).contains("preset-0"));
    stage.press(KeyCode::BackTab);
    assert!(selected(&stage).contains("namespace old of prod"));
    stage.press(KeyCode::BackTab).press(KeyCode::BackTab);
    assert!(selected(&stage).contains("preset-0"), "before the first group stands the last one");
    stage.press(KeyCode::PageDown).press(KeyCode::PageDown);
    for size in SIZES {
        assert!(stage.seen(size).contains("▸ preset-20"), "{}", stage.seen(size));
    }
    stage.drawn_at_all_sizes();
}

#[test]
fn one_escape_too_many_ends_nothing_and_q_leaves() {
    let mut stage = with(with_cluster());
    stage.press(KeyCode::Esc);
    assert!(!stage.wishes.iter().any(|wish| matches!(wish, Wish::Leave(_))));
    assert!(stage.seen((80, 24)).contains("q leaves"), "{}", stage.seen((80, 24)));
    stage.keys("q");
    assert!(matches!(stage.wishes.last(), Some(Wish::Leave(_))));
}
