//! Overlays at the smallest size, with more to say than there is room for.
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::{
    front::{
        tui::screens::stage::Stage,
        wizard::{
            follow::ladder::tests::{begun, planned, started},
            turn::Place,
        },
    },
    run::event::EventKind,
};

fn seen(open: &Open, (width, height): (u16, u16)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, frame.area(), open, &[], None, &Theme::COLOUR)).unwrap();
    terminal.backend().to_string()
}

fn question() -> Open {
    let lines = (1..=30).map(|number| format!("line {number} of what a yes means")).collect();
    Open::new(Overlay::Confirm { title: "Really?".to_owned(), lines, yes: "do it", then: vec![Turn::Back] })
}

/// What a screen of 60×16 leaves to an overlay.
const SMALL: (u16, u16) = (60, 14);

#[test]
fn a_long_question_is_scrolled_and_both_answers_are_always_seen() {
    let mut open = question();
    for line in 1..=30 {
        let picture = seen(&open, SMALL);
        assert!(picture.contains("Enter do it") && picture.contains("Esc no"), "{picture}");
        assert!(line > 19 || picture.contains(&format!("line {line} ")), "{picture}");
        assert!(matches!(act(&mut open, Action::Down, &[]), Answer::Stay));
    }
    let end = seen(&open, SMALL);
    assert!(end.contains("line 30 ") && end.contains("↑ 18 more") && !end.contains('↓'), "{end}");
    act(&mut open, Action::Up, &[]);
    assert!(seen(&open, SMALL).contains("↓ 1 more"), "one key back is seen at once");
    act(&mut open, Action::First, &[]);
    assert!(seen(&open, SMALL).contains("line 1 ") && seen(&open, SMALL).contains("↓ 18 more"));
    assert!(matches!(act(&mut open, Action::Enter, &[]), Answer::Close(then) if then.len() == 1));
}

#[test]
fn a_question_may_be_declined_and_no_other_key_answers_it() {
    for action in [Action::Help, Action::Down, Action::Last] {
        assert!(matches!(act(&mut question(), action, &[]), Answer::Stay));
    }
    assert!(matches!(act(&mut question(), Action::Back, &[]), Answer::Close(then) if then.is_empty()));
}

/// Whoever knows no letters goes on all the same.
#[test]
fn what_can_be_done_is_chosen_with_arrows_and_enter() {
    let mut stage = Stage::at(Place::Welcome);
    stage.keys("?");
    let seen = stage.seen((80, 24));
    assert!(seen.contains("What can be done here") && seen.contains("▸ Enter"), "{seen}");
    let before = stage.seen((80, 24));
    while !stage.seen((80, 24)).contains("▸ q ") {
        stage.press(KeyCode::Down);
        assert_ne!(stage.seen((80, 24)), before);
    }
    stage.press(KeyCode::Enter);
    assert!(matches!(stage.wishes.last(), Some(Wish::Leave(_))), "{:?}", stage.wishes);
    // Two keys that do the same are no end of the way, and what is not a question is not agreed to.
    let mut stage = Stage::at(Place::Welcome);
    stage.keys("?");
    for _ in 0..40 {
        stage.press(KeyCode::Down);
    }
    let last = stage.seen((80, 24));
    assert!(last.contains("▸ ^Z") && last.matches("▸ ").count() <= 2, "{last}");
    let wishes = stage.wishes.len();
    stage.keys("y");
    assert_eq!((stage.seen((80, 24)), stage.wishes.len()), (last, wishes));
}

#[test]
fn a_short_text_says_nothing_of_more() {
    let open = Open::new(Overlay::Text { title: "Text".to_owned(), lines: vec!["all of it".to_owned()] });
    let picture = seen(&open, SMALL);
    assert!(picture.contains("all of it") && !picture.contains("more"), "{picture}");
    for size in [(0, 0), (1, 1), (5, 3), (300, 100)] {
        seen_at_all(&question(), size);
    }
}

fn seen_at_all(open: &Open, (width, height): (u16, u16)) {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, frame.area(), open, &[], None, &Theme::PLAIN)).unwrap();
}

fn interrupted(stage: &mut Stage) -> String {
    let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    let wishes = stage.app.input(&Input::Key(key));
    assert!(wishes.is_empty(), "it asks first: {wishes:?}");
    stage.seen((60, 16))
}

#[test]
fn what_stopping_means_is_said_for_what_runs() {
    let rung = ("hub-login", 2, "login");
    for (command, expected) in [
        ("install", ["Stop the installation?", "goes on"]),
        ("uninstall", ["Stop the removal?", "goes on"]),
        ("verify", ["Stop the verification?", "begins"]),
    ] {
        let mut stage = Stage::at(Place::Deployment);
        stage.app.shared.running = true;
        let before = interrupted(&mut stage);
        assert!(before.contains("Stop before it begins?") && before.contains("Nothing was changed yet"), "{before}");
        stage.press(KeyCode::Esc);
        stage.event(started(command, "prod/hub")).event(planned(&[rung])).event(begun(rung.0, rung.2));
        stage.event(EventKind::Note { text: "at work".to_owned() });
        let asked = interrupted(&mut stage);
        expected.iter().for_each(|words| assert!(asked.contains(words), "{words}\n{asked}"));
        stage.press(KeyCode::Enter);
        assert!(matches!(stage.wishes.as_slice(), [.., Wish::Cancel]), "{:?}", stage.wishes);
        let waits = stage.seen((80, 24));
        assert!(waits.contains("stopping: it waits for login; Ctrl-C once more"), "{waits}");
        assert!(interrupted(&mut stage).contains("Stop at once?"));
    }
}
