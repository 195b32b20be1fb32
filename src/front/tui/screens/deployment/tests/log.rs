//! The log pane: filter, follow, wrap, save.
use super::*;

#[test]
fn the_log_is_filtered_while_one_types_and_follows_its_end() {
    let mut seen = story();
    seen.press(Action::Filter);
    assert!(seen.screen.typing());
    seen.screen.edit(&Edit::Paste("HEAD".to_owned()), &mut seen.shared);
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(picture.contains("filter: HEAD_  1 lines") && picture.contains("pod ray-head: ready"), "{picture}");
    assert!(!picture.contains("pod operator-1: ready"), "{picture}");
    seen.press(Action::Enter);
    seen.say(90, change("ray-head-2", "Ready", "RayCluster ray"));
    assert!(seen.picture(80, 22, &Theme::COLOUR).contains("filter: HEAD  2 lines"));
    seen.press(Action::Filter);
    seen.press(Action::Back);
    seen.press(Action::Up);
    let stays = seen.picture(80, 22, &Theme::COLOUR);
    assert!(stays.contains("stays here"), "{stays}");
    for number in 0..40 {
        seen.say(91, EventKind::Note { text: format!("note {number}") });
    }
    assert!(!seen.picture(80, 22, &Theme::COLOUR).contains("note 39"));
    seen.press(Action::Follow);
    assert!(seen.picture(80, 22, &Theme::COLOUR).contains("note 39"));
    seen.press(Action::Save);
    let Some(Wish::Keep { text, .. }) = seen.wishes.last() else { panic!("{:?}", seen.wishes) };
    assert!(text.lines().any(|line| line.ends_with("note 0")) && text.contains("| 0/3 nodes are available"));
}

#[test]
fn keys_filter_wrap_follow_and_save_the_log() {
    let mut stage = Stage::at(Place::Deployment);
    stage.app.shared.running = true;
    stage.event(started(&["ray"]));
    for number in 0..40 {
        stage.event(EventKind::Note { text: format!("note {number} {}LAST", "word ".repeat(40)) });
    }
    let size = (80, 24);
    stage.press(KeyCode::Tab).press(KeyCode::Tab);
    assert!(!stage.seen(size).contains("LAST"), "long lines are cut: {}", stage.seen(size));
    stage.keys("w");
    assert!(stage.seen(size).contains("LAST"), "{}", stage.seen(size));
    stage.keys("w/note 7").press(KeyCode::Enter);
    let seen = stage.seen(size);
    assert!(seen.contains("filter: note 7") && seen.contains("note 7 ") && !seen.contains("note 39"), "{seen}");
    stage.keys("/").press(KeyCode::Esc).press(KeyCode::Home);
    assert!(stage.seen(size).contains("stays here"), "{}", stage.seen(size));
    stage.event(EventKind::Note { text: "the newest".to_owned() });
    assert!(!stage.seen(size).contains("the newest"));
    stage.keys("f");
    assert!(stage.seen(size).contains("the newest"), "{}", stage.seen(size));
    stage.keys("S");
    let Some(Wish::Keep { name, text }) = stage.wishes.last() else { panic!("{:?}", stage.wishes) };
    assert!(name == "deployment.log" && text.contains("note 0") && text.contains("the newest"), "{name}\n{text}");
}
