//! Keys by name, as tests press them: `Down Enter`, `^C`, `q`.
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use hubwright::front::{tui::app::App, wizard::wish::Wish};

/// Presses keys; what is wanted of the world.
pub fn press(app: &mut App, keys: &str) -> Vec<Wish> {
    keys.split_whitespace().flat_map(|key| app.input(&Input::Key(named(key)))).collect()
}

/// Types a text.
pub fn type_text(app: &mut App, text: &str) {
    for letter in text.chars() {
        app.input(&Input::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE)));
    }
}

fn named(key: &str) -> KeyEvent {
    let code = match key {
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "S-Tab" => KeyCode::BackTab,
        "Space" => KeyCode::Char(' '),
        _ => return letter(key),
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}

fn letter(key: &str) -> KeyEvent {
    let letters: Vec<char> = key.chars().collect();
    match letters.as_slice() {
        [letter] => KeyEvent::new(KeyCode::Char(*letter), KeyModifiers::NONE),
        ['^', letter] => KeyEvent::new(KeyCode::Char(letter.to_ascii_lowercase()), KeyModifiers::CONTROL),
        _ => panic!("no key is called {key}"),
    }
}
