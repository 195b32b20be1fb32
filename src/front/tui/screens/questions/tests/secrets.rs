//! Secrets are typed without being seen, and named by where they are.
use super::*;

#[test]
fn a_typed_secret_is_masked_and_in_no_layer() {
    let mut bench = Bench::of("github");
    bench.at("login.client-secret");
    bench.act(Action::Enter);
    has(&bench.seen(80, 24), &["type or paste it", "environment variable", "Secret in the cluster"]);
    bench.acts(&[Action::First, Action::Enter]);
    bench.screen.edit(&Edit::Paste("hunter2".to_owned()), &mut bench.shared);
    let text = bench.seen(80, 24);
    has(&text, &["•••••••"]);
    assert!(!text.contains("hunter2"));
    bench.act(Action::Enter);
    has(&bench.seen(80, 24), &["typed, kept in"]);
    assert_eq!(bench.text("login.client-secret"), "ask:login.client-secret");
    assert!(!format!("{:?}", bench.shared.draft).contains("hunter2"));
    assert_eq!(bench.shared.secrets["login.client-secret"].expose_secret(), "hunter2");
    bench.at("login.client-secret");
    bench.acts(&[Action::Enter, Action::Down, Action::Enter]);
    bench.write("HUB_SECRET");
    bench.act(Action::Enter);
    assert_eq!(bench.text("login.client-secret"), "env:HUB_SECRET");
    assert!(bench.shared.secrets.is_empty(), "what is not meant any more is forgotten");
}

/// What the error said to write was refused with the same error.
#[test]
fn a_reference_is_typed_whole_or_without_what_says_its_kind() {
    let mut bench = Bench::of("github");
    bench.at("login.client-secret");
    bench.acts(&[Action::Enter, Action::First, Action::Down, Action::Enter]);
    bench.write("HUB SECRET");
    has(&bench.seen(80, 24), &["expected name of the variable, as", "`env:NAME`"]);
    bench.screen.edit(&Edit::Key(InputRequest::DeleteLine), &mut bench.shared);
    bench.write("env:HUB_SECRET");
    bench.act(Action::Enter);
    assert_eq!(bench.text("login.client-secret"), "env:HUB_SECRET");
}

#[test]
fn a_secret_that_is_typed_is_never_judged_aloud() {
    let mut bench = Bench::of("github");
    bench.at("login.client-secret");
    bench.acts(&[Action::Enter, Action::First, Action::Enter]);
    bench.write("   ");
    bench.act(Action::Enter);
    assert!(bench.screen.typing(), "blanks are no secret");
    has(&bench.seen(80, 24), &["is empty"]);
}

#[test]
fn a_secret_of_an_earlier_session_is_asked_for_again() {
    let mut bench = Bench::of("github");
    bench.shared.draft.say("login.client-secret", "ask:login.client-secret").unwrap();
    bench.at("login.method");
    has(&bench.seen(120, 40), &["! Client secret", "type it again"]);
}

#[test]
fn what_is_typed_or_pasted_on_the_line_of_a_secret_is_the_secret() {
    for paste in [true, false] {
        let mut stage = stage(preset_layers("github"), "login.client-secret");
        if paste {
            stage.paste("hunter2")
        } else {
            stage.keys("hunter2")
        };
        let text = stage.seen((80, 24));
        has(&text, &["•••••••"]);
        assert!(!text.contains("hunter2"));
        stage.press(KeyCode::Enter);
        assert_eq!(stage.app.shared.secrets["login.client-secret"].expose_secret(), "hunter2");
        stage.ctrl('u');
        assert!(stage.app.shared.secrets.is_empty(), "what is taken back is forgotten");
    }
}

/// Why it is asked for was hidden behind the words that stand where there is no answer.
#[test]
fn what_was_refused_is_told_where_an_answer_is_needed() {
    let mut bench = Bench::of("github");
    bench.shared.draft.refuse([Invalid::at("login.client-secret", NOT_KEPT)]);
    bench.at("login.method");
    has(&bench.seen(120, 40), &["(needs an answer)", "! was typed and is not kept: type it again"]);
}

/// Nobody typed it here, and the target may hold it.
#[test]
fn what_a_preset_says_to_be_typed_is_not_missed() {
    let mut layers = preset_layers("github");
    layers.set(Origin::Preset("mine".to_owned()), "login.client-secret", "ask:hub").unwrap();
    let mut bench = Bench::fresh();
    bench.shared.draft = Draft::new(layers);
    bench.at("login.method");
    let seen = bench.seen(120, 40);
    has(&seen, &["asked for, unless the target holds it"]);
    assert!(!seen.contains("type it again") && !seen.contains("kept in memory"), "{seen}");
}

#[test]
fn blanks_around_a_typed_secret_are_none_of_it() {
    let mut stage = stage(preset_layers("github"), "login.client-secret");
    stage.keys("hunter2 ").press(KeyCode::Enter);
    assert_eq!(stage.app.shared.secrets["login.client-secret"].expose_secret(), "hunter2");
}
