//! The keys of the questions: one table while moving, one while choosing. Must not know what an action does.
use crossterm::event::KeyCode;

use crate::front::tui::keys::{Action, Binding, Key};

/// Keys of the form.
pub const FORM: &[Binding] = &[
    Binding::new(&[Key::Code(KeyCode::Enter)], Action::Enter, "edit", "edit, open or go on with what is selected"),
    Binding::new(&[Key::Char('K'), Key::Shift(KeyCode::Up)], Action::MoveUp, "", "move the row up"),
    Binding::new(&[Key::Char('J'), Key::Shift(KeyCode::Down)], Action::MoveDown, "", "move the row down"),
    Binding::new(&[Key::Char('a')], Action::Add, "add", "add a row to the table"),
    Binding::new(&[Key::Char('c'), Key::Char('y')], Action::Copy, "copy", "copy the row, or the callback URL"),
    Binding::new(
        &[Key::Char('d'), Key::Code(KeyCode::Delete)],
        Action::Delete,
        "delete",
        "delete the row; `u` brings it back",
    ),
    Binding::new(&[Key::Code(KeyCode::Tab), Key::Code(KeyCode::PageDown)], Action::Next, "section", "next section"),
    Binding::new(&[Key::Code(KeyCode::Esc)], Action::Back, "back", "out of the row, or back to where you came from"),
    Binding::new(&[Key::Ctrl('r')], Action::Review, "review", "to the review"),
    Binding::new(
        &[Key::Char('u'), Key::Code(KeyCode::Backspace)],
        Action::Unsay,
        "undo",
        "take back what was typed here, or the deleted row",
    ),
    Binding::new(&[Key::Char('f')], Action::Fit, "fit", "to the picture of fit"),
    Binding::new(&[Key::Char('/')], Action::Filter, "find", "find a question by its words"),
    Binding::new(&[Key::Char('r')], Action::Look, "look again", "look at the target again"),
    Binding::new(
        &[Key::Ctrl('s')],
        Action::Save,
        "save",
        "keep the answers now; they are kept after each section as well",
    ),
    Binding::new(&[Key::Code(KeyCode::BackTab), Key::Code(KeyCode::PageUp)], Action::Previous, "", "section before"),
    Binding::new(&[Key::Code(KeyCode::Left), Key::Char('h')], Action::Left, "", "choice before, number less one"),
    Binding::new(&[Key::Code(KeyCode::Right), Key::Char('l')], Action::Right, "", "next choice, number more one"),
    Binding::new(&[Key::Char(' ')], Action::Toggle, "", "yes or no, next choice"),
    Binding::new(&[Key::Code(KeyCode::Up), Key::Char('k')], Action::Up, "", "line above"),
    Binding::new(&[Key::Code(KeyCode::Down), Key::Char('j')], Action::Down, "", "line below"),
    Binding::new(&[Key::Code(KeyCode::Home)], Action::First, "", "first line"),
    Binding::new(&[Key::Code(KeyCode::End)], Action::Last, "", "last line"),
];

/// Keys of a list to choose from.
pub const PICKER: &[Binding] = &[
    Binding::new(&[Key::Code(KeyCode::Enter)], Action::Enter, "choose", "choose what is selected"),
    Binding::new(&[Key::Char(' ')], Action::Toggle, "mark", "mark, or mark no more"),
    Binding::new(&[Key::Char('/')], Action::Filter, "filter", "show only what holds some letters"),
    Binding::new(&[Key::Code(KeyCode::Esc)], Action::Back, "leave", "leave the answer as it was"),
    Binding::new(&[Key::Code(KeyCode::Up), Key::Char('k')], Action::Up, "", "line above"),
    Binding::new(&[Key::Code(KeyCode::Down), Key::Char('j')], Action::Down, "", "line below"),
    Binding::new(&[Key::Code(KeyCode::PageUp)], Action::PageUp, "", "page up"),
    Binding::new(&[Key::Code(KeyCode::PageDown)], Action::PageDown, "", "page down"),
    Binding::new(&[Key::Code(KeyCode::Home)], Action::First, "", "first line"),
    Binding::new(&[Key::Code(KeyCode::End)], Action::Last, "", "last line"),
];
