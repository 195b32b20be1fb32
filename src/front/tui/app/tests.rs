//! What holds between the screens: what late news do, what may begin, what is asked, and what leaves the program.
use std::{collections::BTreeMap, path::PathBuf};

use crossterm::event::{Event as Input, KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use secrecy::SecretString;

use crate::{
    answers::{
        facts::{Facts, NodeFact},
        layers::{Layers, Origin},
    },
    front::{
        tui::screens::stage::Stage,
        wizard::{
            turn::{Look, Place, Turn},
            wish::{Ended, News, Opened, Wish},
        },
    },
    problem::{Exit, Problem},
    run::event::{EventKind, Outcome},
};

fn opened(answers: &[(&str, &str)]) -> News {
    let mut layers = Layers::new();
    for (key, value) in answers {
        layers.set(Origin::Typed, key, value).unwrap();
    }
    News::Opened(Box::new(Opened { layers, title: "new setup".to_owned(), wrong: Vec::new() }))
}

/// A cluster with one node.
fn seen(name: &str) -> News {
    let nodes = vec![NodeFact { name: name.to_owned(), ..NodeFact::default() }];
    News::Looked(Box::new(Facts { contexts: vec!["a".to_owned(), "b".to_owned()], nodes, ..Facts::default() }))
}

fn wrong(words: &str) -> News {
    News::Wrong(vec![Problem::new("wrong", words)])
}

fn ended(outcome: Option<Outcome>) -> News {
    let (problems, files, again) = (Vec::new(), Vec::new(), String::new());
    News::Ended(Box::new(Ended { outcome, problems, password: None, files, again }))
}

fn nodes(stage: &Stage) -> Vec<&str> {
    stage.app.shared.draft.facts().nodes.iter().map(|node| node.name.as_str()).collect()
}

/// Looks at a cluster, as a screen does that was just entered.
fn looking_at(context: &str) -> Stage {
    let mut stage = Stage::new();
    stage.news(opened(&[("target.context", context)]));
    stage.app.begin(Place::Questions);
    assert_eq!(stage.app.shared.look, Look::Looking);
    stage
}

#[test]
fn what_was_seen_of_one_cluster_is_not_told_of_another() {
    let mut stage = looking_at("a");
    stage.news(seen("node-of-a"));
    assert_eq!(nodes(&stage), ["node-of-a"]);
    stage.app.shared.draft.say("target.context", "b").unwrap();
    stage.app.begin(Place::Fit);
    assert_eq!(nodes(&stage), Vec::<&str>::new());
    assert_eq!(stage.app.shared.draft.facts().contexts, ["a", "b"], "what the kubeconfig says stays");
    assert_eq!(stage.app.shared.look, Look::Looking, "it is looked at again");
}

#[test]
fn a_late_look_at_another_cluster_is_not_taken_for_one_at_this() {
    let mut stage = looking_at("a");
    stage.app.shared.draft.say("target.context", "b").unwrap();
    stage.news(seen("node-of-a"));
    assert_eq!((nodes(&stage), &stage.app.shared.look), (Vec::new(), &Look::Not));
    let problem = Box::new(Problem::new("api-unreachable", "a does not answer"));
    stage.news(News::NotLooked { problem, asks: false });
    assert_eq!(stage.app.shared.look, Look::Not);
    stage.app.shared.draft.say("target.context", "a").unwrap();
    stage.news(seen("node-of-a"));
    assert_eq!(nodes(&stage), ["node-of-a"], "back at that cluster it counts");
}

#[test]
fn nothing_begins_beside_what_runs_and_nothing_is_forgotten_by_trying() {
    let folder = PathBuf::from("/state/prod--hub");
    for wish in [
        Wish::Resume(folder.clone(), BTreeMap::new()),
        Wish::Watch(folder.clone()),
        Wish::Verify { folder: Some(folder.clone()), rungs: Vec::new() },
    ] {
        let mut stage = Stage::at(Place::Deployment);
        let deploy = Wish::Deploy(stage.app.shared.intent());
        stage.app.carry_out(vec![Turn::Wish(deploy)]);
        stage.event(EventKind::Note { text: "it runs".to_owned() });
        let wishes = stage.app.carry_out(vec![Turn::Wish(wish), Turn::Go(Place::Verification, None)]);
        assert!(wishes.is_empty(), "{wishes:?}");
        let shared = &stage.app.shared;
        assert_eq!((shared.running, shared.watching, &shared.folder), (true, false, &None));
        assert_eq!((stage.app.place(), shared.run.log.iter().count()), (Place::Deployment, 1));
        assert!(stage.seen((80, 24)).contains("something else still runs"), "{}", stage.seen((80, 24)));
    }
}

#[test]
fn a_look_gives_way_to_what_begins() {
    let mut stage = Stage::at(Place::Deployment);
    stage.app.carry_out(vec![Turn::Wish(Wish::Watch(PathBuf::from("/state/prod--hub")))]);
    let deploy = Wish::Deploy(stage.app.shared.intent());
    assert_eq!(stage.app.carry_out(vec![Turn::Wish(deploy)]).len(), 1);
    assert!(stage.app.shared.running && !stage.app.shared.watching);
    stage.news(ended(None));
    assert!(!stage.app.shared.running, "what could not begin does not run");
}

/// The field took no letters any more, and Enter closed what nobody had read.
#[test]
fn what_nobody_asked_for_waits_until_a_field_is_closed() {
    let mut stage = Stage::at(Place::Welcome);
    stage.press(KeyCode::End).press(KeyCode::Enter).keys("/home/a");
    stage.news(wrong("the draft cannot be kept")).keys("da/q");
    let screen = stage.seen((80, 24));
    assert!(screen.contains("path: /home/ada/q_") && screen.contains("something to read"), "{screen}");
    assert!(!screen.contains("the draft cannot be kept"), "{screen}");
    stage.press(KeyCode::Esc);
    assert!(stage.seen((80, 24)).contains("the draft cannot be kept"));
    stage.press(KeyCode::Esc);
    let screen = stage.seen((80, 24));
    assert!(!screen.contains("cannot be kept") && !screen.contains("something to read"), "{screen}");
}

#[test]
fn what_nobody_asked_for_does_not_answer_a_question() {
    let mut stage = Stage::at(Place::Deployment);
    stage.app.shared.running = true;
    let turns = stage.app.leaving(Exit::Done);
    stage.app.carry_out(turns);
    stage.news(wrong("the draft cannot be kept"));
    assert!(stage.seen((80, 24)).contains("Stop before it begins?"), "{}", stage.seen((80, 24)));
    stage.press(KeyCode::Esc);
    assert!(stage.seen((80, 24)).contains("the draft cannot be kept"));
    assert!(!stage.wishes.iter().any(|wish| matches!(wish, Wish::Cancel)));
}

#[test]
fn leaving_by_any_key_asks_while_something_runs_and_keeps_the_answers() {
    let mut stage = Stage::at(Place::Done);
    (stage.app.shared.running, stage.app.shared.unsaved) = (true, true);
    stage.keys("q");
    assert!(!stage.wishes.iter().any(|wish| matches!(wish, Wish::Leave(_))), "{:?}", stage.wishes);
    assert!(stage.seen((80, 24)).contains("Stop before it begins?"), "{}", stage.seen((80, 24)));
    stage.press(KeyCode::Esc);
    stage.app.shared.running = false;
    stage.keys("q");
    let last = stage.wishes.iter().rev().take(2).collect::<Vec<_>>();
    assert!(matches!(last.as_slice(), [Wish::Leave(_), Wish::KeepDraft(_)]), "{last:?}");
}

#[test]
fn what_is_copied_or_kept_in_a_file_holds_no_typed_secret() {
    let mut stage = Stage::new();
    let secret = SecretString::from("s3cret-w0rd");
    stage.app.shared.secrets.insert("login.client-secret".to_owned(), secret);
    let text = "refused s3cret-w0rd of hub".to_owned();
    let keep = Wish::Keep { name: "deployment.log".to_owned(), text: text.clone() };
    let wishes = stage.app.carry_out(vec![Turn::Wish(Wish::Copy(text)), Turn::Wish(keep)]);
    let [Wish::Copy(copied), Wish::Keep { text, .. }] = wishes.as_slice() else { panic!("{wishes:?}") };
    assert_eq!((copied.as_str(), text.as_str()), ("refused [hidden] of hub", "refused [hidden] of hub"));
}

#[test]
fn a_draft_ends_with_the_installation_of_its_answers_and_not_with_that_of_others() {
    let run = |change: bool| {
        let mut stage = Stage::new();
        stage.news(opened(&[("target.context", "a")]));
        let deploy = Wish::Deploy(stage.app.shared.intent());
        stage.app.carry_out(vec![Turn::Wish(deploy)]);
        stage.event(EventKind::RunStarted {
            run: "r".to_owned(),
            command: "install".to_owned(),
            deployment: "a/hub".to_owned(),
            plan: String::new(),
            resumed: false,
            steps: Vec::new(),
        });
        if change {
            stage.news(opened(&[("target.context", "b")]));
        }
        stage.news(ended(Some(Outcome::Done)));
        stage.wishes.iter().any(|wish| matches!(wish, Wish::DropDraft))
    };
    assert_eq!((run(false), run(true)), (true, false));
}

fn mouse(stage: &mut Stage, kind: MouseEventKind, column: usize) -> String {
    let column = u16::try_from(column).unwrap();
    stage.app.input(&Input::Mouse(MouseEvent { kind, column, row: 23, modifiers: KeyModifiers::NONE }));
    stage.seen((80, 24))
}

#[test]
fn the_wheel_moves_and_a_click_on_a_key_of_the_last_line_presses_it() {
    let mut stage = Stage::at(Place::Welcome);
    let first = stage.seen((80, 24));
    let moved = mouse(&mut stage, MouseEventKind::ScrollDown, 0);
    assert_ne!(moved, first);
    assert_eq!(mouse(&mut stage, MouseEventKind::ScrollUp, 0), first);
    let help = first.lines().last().unwrap().find("? help").unwrap();
    assert_eq!(mouse(&mut stage, MouseEventKind::Down(MouseButton::Right), help), first);
    for column in [help, help + 5] {
        assert!(mouse(&mut stage, MouseEventKind::Down(MouseButton::Left), column).contains("What can be done here"));
        stage.press(KeyCode::Esc);
    }
    assert_eq!(mouse(&mut stage, MouseEventKind::Down(MouseButton::Left), 79), first);
}
