//! The answers saved as a preset.
use super::*;

#[test]
fn a_preset_is_saved_under_the_name_that_is_typed() {
    let mut app = checked(trial(), |_| {});
    press_all(&mut app, "s");
    for size in SIZES {
        assert_shows(&app, size, &["letters, digits"]);
    }
    assert!(press_all(&mut app, "my q").is_empty(), "letters go into the field");
    assert!(press(&mut app, KeyCode::Enter).is_empty());
    for size in SIZES {
        assert_shows(&app, size, &["save as preset: my q", "✗ expected letters, digits", "`.yaml`"]);
    }
    (0..2).for_each(|_| drop(press(&mut app, KeyCode::Backspace)));
    press_all(&mut app, "-hub");
    assert_shows(&app, (80, 24), &["kept with your own presets"]);
    assert!(press(&mut app, KeyCode::Enter).is_empty());
    for size in SIZES {
        assert_shows(&app, size, &["a few words about it", "`my-hub`"]);
    }
    press_all(&mut app, "The institute's hub");
    let wishes = press(&mut app, KeyCode::Enter);
    let [Wish::SavePreset { name, title, over, .. }] = wishes.as_slice() else { panic!("{wishes:?}") };
    assert_eq!((name.as_str(), title.as_str(), *over), ("my-hub", "The institute's hub", false));
    press_all(&mut app, "sx");
    assert!(press(&mut app, KeyCode::Esc).is_empty());
    assert_eq!(app.place(), Place::Review);
}

#[test]
fn a_preset_that_is_there_is_written_over_after_a_yes_alone() {
    let there = || News::PresetThere { path: "/p/mine.yaml".into(), name: "mine".into(), title: "Mine".into() };
    let mut app = checked(trial(), |_| {});
    app.news(&there());
    for size in SIZES {
        assert_shows(&app, size, &["Write over it?", "/p/mine.yaml", "write over"]);
    }
    assert!(press(&mut app, KeyCode::Esc).is_empty());
    app.news(&there());
    let wishes = press(&mut app, KeyCode::Enter);
    assert!(matches!(wishes.as_slice(), [Wish::SavePreset { over: true, name, .. }] if name == "mine"), "{wishes:?}");
    let opens = Some("hubwright setup mine".to_owned());
    app.news(&News::Saved { what: "preset".to_owned(), path: "/p/mine.yaml".into(), opens });
    for size in SIZES {
        assert_shows(&app, size, &["/p/mine.yaml", "`hubwright setup mine`"]);
    }
}

#[test]
fn a_preset_that_cannot_be_saved_is_no_failed_check() {
    let mut app = checked(trial(), |_| {});
    press_all(&mut app, "smine");
    (0..2).for_each(|_| drop(press(&mut app, KeyCode::Enter)));
    app.news(&News::Wrong(vec![Problem::new("cannot-write", "it is there already")]));
    press(&mut app, KeyCode::Esc);
    assert_shows(&app, (80, 24), &["nothing stands in the way"]);
}
