//! Every screen as it is drawn, at three sizes and in two themes, with its styles. The pictures lie in `snapshots/` and are
//! looked at before they are accepted (`INSTA_UPDATE=always cargo test --test suite pictures`).
use hubwright::front::tui::{
    demo::{SCENES, drawn},
    screenshot::styled,
    theme::Theme,
};

use super::keys::press;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];
const THEMES: [(&str, Theme); 2] = [("colour", Theme::COLOUR), ("plain", Theme::PLAIN)];

/// What is looked at beyond the moments of the story: its name, the moment, and the keys that lead there.
const FURTHER: &[(&str, &str, &str)] = &[
    ("keys", "welcome", "?"),
    ("list", "login", "Enter"),
    ("error", "login", "Down Enter - Enter"),
    ("answers", "review", "Tab"),
    ("steps", "review", "Tab Tab"),
    ("files", "review", "Tab Tab Tab"),
    ("file", "review", "Tab Tab Tab Enter"),
    ("command", "review", "S-Tab"),
    ("stop", "deployment", "^C"),
    ("finding", "deployment", "Tab Tab Enter"),
    ("log", "deployment", "Tab Tab Tab"),
    ("times", "deployment", "t"),
    ("evidence", "verification", "Enter"),
];

#[test]
fn every_moment_of_the_story() {
    for scene in SCENES {
        look(scene.name, scene.name, "");
    }
}

#[test]
fn what_lies_behind_keys() {
    for (name, scene, keys) in FURTHER {
        look(name, scene, keys);
    }
}

/// Between the smallest size and the one that is meant, where columns give way.
#[test]
fn the_smallest_size_and_below() {
    for scene in SCENES {
        let app = scene.app(Theme::COLOUR).unwrap();
        snapshot(&format!("{}-60x16", scene.name), &styled(&drawn(&app, (60, 16))));
    }
    let app = SCENES[0].app(Theme::COLOUR).unwrap();
    snapshot("notice-40x10", &styled(&drawn(&app, (40, 10))));
}

fn look(name: &str, scene: &str, keys: &str) {
    let scene = SCENES.iter().find(|moment| moment.name == scene).unwrap();
    for (theme_name, theme) in THEMES {
        let mut app = scene.app(theme).unwrap();
        press(&mut app, keys);
        for (columns, rows) in SIZES {
            let picture = styled(&drawn(&app, (columns, rows)));
            snapshot(&format!("{name}-{columns}x{rows}-{theme_name}"), &picture);
            assert!(theme == Theme::COLOUR || picture.is_ascii(), "a sign that is not ASCII:\n{picture}");
        }
    }
}

fn snapshot(name: &str, picture: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, picture));
}
