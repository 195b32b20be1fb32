//! The ladder while it climbs, when it is red, and when it is green.
use crossterm::event::KeyCode;

use crate::{
    front::{
        tui::screens::stage::{SIZES, Stage},
        wizard::{
            follow::ladder::tests::{begun, ended, planned, started},
            turn::Place,
            wish::{Ended, News, Wish},
        },
    },
    problem::Problem,
    run::event::{EventKind, Outcome},
};

const PORT: (&str, u8, &str) = ("hub-port", 1, "hub's port");
const LOGIN: (&str, u8, &str) = ("hub-login", 2, "login");
const NOTEBOOK: (&str, u8, &str) = ("notebook-server", 6, "a notebook");

fn climbing(place: Place) -> Stage {
    let mut stage = Stage::at(place);
    stage.app.shared.running = true;
    stage.event(started("install", "prod/hub")).event(planned(&[PORT, LOGIN, NOTEBOOK]));
    stage
}

fn red() -> Problem {
    Problem::new("login", "the login leads to another host than `github.com`, which nobody registered for this hub")
        .detail("https://evil.example.org/?x=1")
        .hint("look at what the hub says: `kubectl -n hub logs deploy/hub`")
        .hint("or set `access.host`")
        .at("login.method")
}

fn above() -> Problem {
    Problem::new("lower-rung", "not tried, because login (`hub-login`) is not green")
}

fn over(stage: &mut Stage, outcome: Outcome) {
    let finished = EventKind::RunFinished { outcome, took_ms: 1, changed: true, summary: Vec::new() };
    let ended = Ended {
        outcome: Some(outcome),
        problems: Vec::new(),
        password: None,
        files: Vec::new(),
        again: "hubwright verify -n hub".to_owned(),
    };
    stage.event(finished).news(News::Ended(Box::new(ended)));
}

fn red_ladder() -> Stage {
    let mut stage = climbing(Place::Verification);
    stage
        .event(begun(PORT.0, PORT.2))
        .event(ended(PORT, &["the proxy answers (port-forward)"], None))
        .event(begun(LOGIN.0, LOGIN.2))
        .event(ended(LOGIN, &["it leads to evil.example.org"], Some(red())))
        .event(ended(NOTEBOOK, &[], Some(above())));
    over(&mut stage, Outcome::Unverified);
    stage
}

fn row<'s>(seen: &'s str, words: &str) -> &'s str {
    seen.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{words} is not in\n{seen}"))
}

#[test]
fn the_ladder_is_seen_before_it_is_climbed() {
    let stage = climbing(Place::Verification);
    for size in SIZES {
        let seen = stage.seen(size);
        assert!(seen.contains("3 rungs, climbed once everything is installed"), "{seen}");
        assert!(row(&seen, "a notebook").contains("· "), "{seen}");
        assert!(!seen.contains("retry"), "what cannot be done now is not offered: {seen}");
    }
}

#[test]
fn each_rung_shows_glyph_word_height_evidence_and_time() {
    let mut stage = climbing(Place::Verification);
    stage.event(begun(PORT.0, PORT.2)).event(ended(PORT, &["the proxy answers", "twice"], None));
    stage.event(begun(NOTEBOOK.0, NOTEBOOK.2)).event(EventKind::Note { text: "check's server: Pulling".to_owned() });
    for size in SIZES {
        let seen = stage.seen(size);
        let green = row(&seen, "hub's port ");
        for words in ["✓ ok", " 1 hub's port", "the proxy", "1.5 s"] {
            assert!(green.contains(words), "{words} at {size:?}: {green}");
        }
        assert!(row(&seen, "▸").contains("wait 6 a notebook"), "the climb is followed: {seen}");
        assert!(seen.contains("climbing: 1 of 3 green") && seen.contains("check's server: Pulling"), "{seen}");
    }
}

#[test]
fn the_cursor_stays_where_the_person_put_it() {
    let mut stage = climbing(Place::Verification);
    stage.event(begun(PORT.0, PORT.2)).press(KeyCode::Down);
    stage.event(ended(PORT, &[], None)).event(begun(NOTEBOOK.0, NOTEBOOK.2));
    assert!(row(&stage.seen((80, 24)), "▸").contains("login"));
    stage.keys("f");
    assert!(row(&stage.seen((80, 24)), "▸").contains("a notebook"));
}

#[test]
fn a_red_rung_is_told_with_its_cause_and_hints_and_what_it_kept_from_being_tried() {
    let stage = red_ladder();
    for size in SIZES {
        let seen = stage.seen(size);
        let together = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(seen.contains("FAIL: 1 of 3 red, 1 green, 1 not tried"), "{seen}");
        assert!(row(&seen, "▸").contains("✗ FAIL 2 login"), "{seen}");
        assert!(together.contains("nobody registered"), "the cause is told in full at {size:?}: {seen}");
        assert!(seen.contains("→ look at what"), "{seen}");
        assert!(row(&seen, "skip 6 a notebook").contains("not tried"), "{seen}");
    }
    stage.drawn_at_all_sizes();
}

#[test]
fn evidence_is_shown_in_full_with_the_command_that_tries_again() {
    let mut stage = red_ladder();
    stage.app.shared.draft.say("target.namespace", "hub").unwrap();
    stage.press(KeyCode::Enter);
    let seen = stage.seen((80, 24));
    for words in [
        "Rung 2, login",
        "tried: tried login",
        "seen: it leads to evil.example.org",
        "| https://evil.example.org/?x=1",
        "hint: or set `access.host`",
        "answer: `login.method`",
        "hubwright verify -n hub --rung hub-login",
    ] {
        assert!(seen.contains(words), "{words}:\n{seen}");
    }
}

#[test]
fn a_rung_is_tried_again_alone_or_with_all() {
    let mut stage = red_ladder();
    stage.keys("r");
    assert!(matches!(stage.wishes.last(), Some(Wish::Verify { folder: None, rungs }) if *rungs == ["hub-login"]));
    stage.event(started("verify", "prod/hub")).event(planned(&[LOGIN])).event(begun(LOGIN.0, LOGIN.2));
    stage.keys("rR");
    let asked = |stage: &Stage| stage.wishes.iter().filter(|wish| matches!(wish, Wish::Verify { .. })).count();
    assert_eq!(asked(&stage), 1, "what climbs is not begun once more");
    stage.event(ended(LOGIN, &["leads to github.com"], None));
    over(&mut stage, Outcome::Done);
    let seen = stage.seen((80, 24));
    assert!(seen.contains("2 of 3 green, the others were not tried"), "the other rungs keep what they said: {seen}");
    stage.keys("R");
    assert!(matches!(stage.wishes.last(), Some(Wish::Verify { rungs, .. }) if rungs.is_empty()));
}

#[test]
fn the_answer_behind_a_rung_is_edited_and_its_command_copied() {
    let mut stage = red_ladder();
    stage.keys("c");
    assert!(matches!(stage.wishes.last(), Some(Wish::Copy(text)) if text == "kubectl -n hub logs deploy/hub"));
    stage.keys("e");
    assert_eq!(stage.app.place(), Place::Questions);
}

#[test]
fn the_report_is_saved_and_shown() {
    let mut stage = red_ladder();
    stage.keys("o");
    let kept = stage.wishes.iter().find_map(|wish| match wish {
        Wish::Keep { name, text } => Some((name.as_str(), text.as_str())),
        _ => None,
    });
    let (name, text) = kept.unwrap();
    assert_eq!(name, "verification.txt");
    assert!(text.contains("ok     rung 1, hub's port") && text.contains("hint: or set `access.host`"), "{text}");
    assert!(stage.seen((80, 24)).contains("Saved as verification.txt"));
}

#[test]
fn a_green_ladder_leads_on_with_enter() {
    let mut stage = climbing(Place::Verification);
    for rung in [PORT, LOGIN, NOTEBOOK] {
        stage.event(begun(rung.0, rung.2)).event(ended(rung, &["fine"], None));
    }
    stage.keys("k");
    over(&mut stage, Outcome::Done);
    let seen = stage.seen((80, 24));
    assert!(seen.contains("ok: all 3 rungs are green"), "{seen}");
    stage.press(KeyCode::Enter);
    assert!(stage.seen((80, 24)).contains("Rung "), "whoever chose a rung gets its evidence");
    stage.press(KeyCode::Esc).keys("q");
    assert_eq!(stage.app.place(), Place::Done);
}

#[test]
fn the_first_rung_leads_here_once_whoever_looks_on() {
    let mut stage = climbing(Place::Deployment);
    stage.event(begun(PORT.0, PORT.2));
    assert_eq!(stage.app.place(), Place::Verification);
    stage.press(KeyCode::Esc);
    stage.event(begun(LOGIN.0, LOGIN.2));
    assert_eq!(stage.app.place(), Place::Deployment, "whoever went back stays there");
}

#[test]
fn whoever_is_at_something_is_only_told_that_the_verification_begins() {
    let mut stage = climbing(Place::Deployment);
    stage.press(KeyCode::Down).event(begun(PORT.0, PORT.2));
    assert_eq!(stage.app.place(), Place::Deployment);
    assert!(stage.seen((80, 24)).contains("the verification begins: `v` shows it"));
}

#[test]
fn with_nothing_to_show_a_climb_can_be_begun() {
    let mut stage = Stage::at(Place::Verification);
    for size in SIZES {
        assert!(stage.seen(size).contains("nothing was verified yet: `R` begins"), "{}", stage.seen(size));
    }
    stage.drawn_at_all_sizes();
    stage.keys("R");
    assert!(matches!(stage.wishes.last(), Some(Wish::Verify { .. })));
}

#[test]
fn a_long_ladder_is_scrolled_to_what_happens() {
    let mut stage = Stage::at(Place::Verification);
    stage.app.shared.running = true;
    let names: Vec<String> = (0..60).map(|number| format!("rung-{number}")).collect();
    let rungs: Vec<(&str, u8, &str)> = names.iter().map(|name| (name.as_str(), 3, name.as_str())).collect();
    stage.event(started("verify", "prod/hub")).event(planned(&rungs)).event(begun("rung-45", "rung-45"));
    for size in SIZES {
        assert!(row(&stage.seen(size), "▸").contains("rung-45"), "{}", stage.seen(size));
    }
    stage.press(KeyCode::Home).press(KeyCode::PageDown);
    assert!(row(&stage.seen((60, 16)), "▸").contains("rung-10"));
}
