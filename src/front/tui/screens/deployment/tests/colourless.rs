//! Whoever sees no colour, or tells none apart, reads every state: a sign and a word.
use ratatui::style::{Color, Modifier};

use super::*;
use crate::front::tui::theme::{Palette, UNICODE};

const MONO: Theme = Theme { palette: Palette::Mono, glyphs: &UNICODE };

/// Steps in every state there is, and pods as well.
fn every_state() -> Seen {
    let mut seen = Seen::new();
    seen.carry_out(vec![Turn::Wish(Wish::Deploy(seen.shared.intent()))]);
    seen.say(0, started(&["done", "failed", "left-out", "stuck", "busy", "last"]));
    for step in ["done", "failed", "stuck", "busy"] {
        seen.say(1, EventKind::StepStarted { step: StepId::new(step) });
    }
    seen.say(2, EventKind::StepDone { step: StepId::new("done"), changed: true, took_ms: 1, note: None });
    let problem = Problem::new("x", "it broke");
    seen.say(3, EventKind::StepFailed { step: StepId::new("failed"), problem, finding: None });
    seen.say(4, EventKind::StepSkipped { step: StepId::new("left-out"), why: "not wanted".to_owned() });
    seen.say(5, stuck("stuck"));
    for (name, state) in
        [("a-stuck", "CrashLoopBackOff"), ("b-waits", "Pending"), ("c-ready", "Ready"), ("d-ended", "Completed")]
    {
        seen.say(6, change(name, state, "Deployment hub"));
    }
    seen
}

#[test]
fn every_state_of_a_step_and_a_pod_is_a_sign_and_a_word() {
    let signs = |theme: &Theme| {
        let glyphs = theme.glyphs;
        [glyphs.ok, glyphs.bad, glyphs.skip, glyphs.bad, glyphs.wait, glyphs.idle]
    };
    for theme in [MONO, Theme::PLAIN] {
        let seen = every_state();
        let picture = seen.picture(200, 58, &theme);
        let [ok, bad, skip, _, wait, idle] = signs(&theme);
        for row in [
            format!("{ok} ok    the done"),
            format!("{bad} FAIL  the failed"),
            format!("{skip} skip  the left-out"),
            format!("{bad} STUCK the stuck"),
            format!("{wait} wait  the busy"),
            format!("{idle} todo  the last"),
            "1 stuck, 1 waiting, 1 ready, 1 ended".to_owned(),
            format!("{bad} a-stuck"),
            format!("{wait} b-waits"),
            format!("{ok} c-ready"),
            format!("{skip} d-ended"),
        ] {
            assert!(picture.contains(&row), "{row}\n{picture}");
        }
        for word in ["CrashLoopBackOff", "Pending", "Ready", "Completed"] {
            assert!(picture.contains(word), "{word}\n{picture}");
        }
    }
}

#[test]
fn without_colour_no_cell_has_one() {
    let mut terminal = Terminal::new(TestBackend::new(120, 38)).unwrap();
    let seen = every_state();
    terminal.draw(|frame| seen.screen.draw(frame, frame.area(), &seen.shared, &MONO)).unwrap();
    let cells = &terminal.backend().buffer().content;
    assert!(cells.iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)));
    assert!(cells.iter().any(|cell| cell.modifier.contains(Modifier::REVERSED)), "what is selected is seen");
}

#[test]
fn rungs_verdicts_of_fit_and_the_end_are_words_as_well() {
    use crate::front::tui::demo::{SCENES, drawn};
    let seen = |name: &str| {
        let scene = SCENES.iter().find(|scene| scene.name == name).unwrap();
        let buffer = drawn(&scene.app(MONO).unwrap(), (80, 24));
        let letters: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset), "{name} has colours");
        letters
    };
    let expected = [
        ("verification", ["✓ ok   0 hub's pods", "◔ wait 6", "· todo 6"]),
        ("fit", ["✗ no   pool `big`", "✓ ok   Ray head", "▓ always"]),
        ("done", ["ok: aks-prod/hub is there and verified", "▸", "kept in"]),
    ];
    for (scene, words) in expected {
        words.iter().for_each(|words| assert!(seen(scene).contains(words), "{words} at {scene}"));
    }
}
