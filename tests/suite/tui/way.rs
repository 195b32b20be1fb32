//! From the first screen through the questions and the picture of fit to the review, in a real terminal: what is sent to it on
//! all that way, and what is left of it when the program is killed.
use std::{fs, process::Command, thread, time::Duration};

use rustix::process::Signal;

use super::home::{Home, SIZE};
use crate::terminal::{PATIENCE, Terminal};

/// Goes the way, with a look at the keys and into a list, and leaves. Every byte that was sent to the terminal.
fn gone(command: &Command) -> Vec<u8> {
    let mut terminal = Terminal::start(command, SIZE);
    terminal.wait_for("trial-kubernetes");
    terminal.press("/");
    terminal.type_text("trial");
    terminal.wait_for("/trial");
    terminal.press("Enter Enter");
    terminal.wait_for("preset trial");
    find(&mut terminal, "login.method");
    terminal.press("Enter");
    terminal.wait_for("Enter choose");
    terminal.press("Esc");
    terminal.wait_without("Enter choose");
    terminal.press("?");
    terminal.wait_for("What can be done here");
    terminal.press("Esc");
    terminal.wait_without("What can be done here");
    terminal.press("Tab ^P");
    terminal.wait_for("will it run there");
    terminal.press("^R");
    // Nothing, or something: it was checked.
    terminal.wait_for("in the way");
    terminal.press("^C");
    assert_eq!(terminal.ended().exit_code(), 130);
    terminal.written()
}

/// Goes to a question by its key.
fn find(terminal: &mut Terminal, question: &str) {
    let key = format!("({question})");
    terminal.press("^F");
    terminal.type_text(&key);
    terminal.wait_for(&key);
    terminal.press("Enter");
    terminal.wait_without(&key);
}

/// A colour as a terminal is told of it: as itself, or by its number. Attributes and the default colours are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    Exact,
    Number(u32),
}

/// The colours of all `ESC [ … m`.
fn colours(written: &[u8]) -> Vec<Colour> {
    let text = String::from_utf8_lossy(written);
    let sequences = text.split("\x1b[").skip(1).filter_map(|rest| {
        let end = rest.find(|letter: char| !(letter.is_ascii_digit() || ";:".contains(letter)))?;
        rest[end..].starts_with('m').then(|| &rest[..end])
    });
    sequences.flat_map(|sequence| in_sequence(&sequence.replace(':', ";"))).collect()
}

fn in_sequence(sequence: &str) -> Vec<Colour> {
    let mut numbers = sequence.split(';').map(|number| number.parse::<u32>().unwrap_or(0));
    let mut found = Vec::new();
    while let Some(number) = numbers.next() {
        match number {
            38 | 48 | 58 if numbers.next() == Some(5) => found.extend(numbers.next().map(Colour::Number)),
            38 | 48 | 58 => {
                found.push(Colour::Exact);
                numbers.by_ref().take(3).for_each(drop);
            }
            30..=37 | 40..=47 => found.push(Colour::Number(number % 10)),
            90..=97 | 100..=107 => found.push(Colour::Number(number % 10 + 8)),
            _ => {}
        }
    }
    found
}

/// The tests below would say nothing if colours were not recognised.
#[test]
fn colours_are_recognised_in_every_spelling() {
    let written = b"\x1b[1;31mred\x1b[0m \x1b[38;5;4mblue\x1b[39;49m \x1b[48:2:1:2:3mexact\x1b[7m\x1b[2J\x1b[3;97m";
    let expected = [Colour::Number(1), Colour::Number(4), Colour::Exact, Colour::Number(15)];
    assert_eq!(colours(written), expected);
}

#[test]
fn nobody_who_wants_no_colours_is_sent_one_on_the_whole_way() {
    let home = Home::new();
    for command in [home.command(&[]).env("NO_COLOR", "1"), &mut home.command(&["--theme", "mono"])] {
        assert_eq!(colours(&gone(command)), []);
    }
}

#[test]
fn whoever_asks_for_ascii_gets_nothing_else_on_the_whole_way() {
    let written = gone(&Home::new().command(&["--ascii"]));
    let text = String::from_utf8_lossy(&written);
    let line = text.lines().find(|line| !line.is_ascii());
    assert_eq!(line, None);
}

/// White, black, greys and bright colours are invisible on some background, and the others differ from both.
#[test]
fn colours_are_those_of_every_terminal_that_are_seen_on_light_and_dark() {
    let colours = colours(&gone(&Home::new().command(&[])));
    assert!(!colours.is_empty(), "it is coloured where nobody says otherwise");
    let wrong = colours.iter().find(|colour| !matches!(colour, Colour::Number(1..=6)));
    assert_eq!(wrong, None);
}

/// Nothing can be done against `kill -9` or a power cut, except to have kept things before.
#[test]
fn what_was_answered_is_there_again_after_a_kill() {
    let home = Home::new();
    let mut terminal = home.open();
    terminal.wait_for("trial-kubernetes");
    terminal.press("/");
    terminal.type_text("trial");
    terminal.press("Enter Enter");
    terminal.wait_for("preset trial");
    find(&mut terminal, "target.namespace");
    terminal.press("Enter");
    terminal.wait_for("Enter keep");
    terminal.press("^U");
    terminal.type_text("laboratory");
    terminal.press("Enter");
    terminal.wait_without("Enter keep");
    // The next page: this one is kept.
    terminal.press("Tab");
    until_kept(&home, "laboratory");
    terminal.signal(Signal::KILL);
    assert_ne!(terminal.ended().exit_code(), 0);

    let mut terminal = home.open();
    terminal.wait_for("Go on answering");
    terminal.press("Home Enter");
    terminal.wait_for("the unfinished setup");
    terminal.wait_for("laboratory");
    terminal.press("^C");
    assert_eq!(terminal.ended().exit_code(), 130);
}

/// Waits until a text is in the draft; nothing on the screen tells of that.
fn until_kept(home: &Home, text: &str) {
    let draft = home.path().join("state/draft.yaml");
    let there = || fs::read_to_string(&draft).is_ok_and(|kept| kept.contains(text));
    let looks = PATIENCE.as_millis() / 20;
    for _ in 0..looks {
        if there() {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("`{text}` is not in {}", draft.display());
}
