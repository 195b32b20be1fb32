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
