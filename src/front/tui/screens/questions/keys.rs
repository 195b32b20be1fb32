//! The keys of the questions: one table while moving, one while choosing, and what works while letters go into a field. On a
//! line that takes text letters are text, so in the table of the form they stand behind the keys that always work.
//! Must not know what an action does.
use crossterm::event::KeyCode;

use crate::front::tui::keys::{Action, Binding, Key, TYPING};

/// Keys of the form, the way forward first: a small screen's footer has no room for more.
pub const FORM: &[Binding] = &[
    Binding::new(
        &[Key::Code(KeyCode::Enter)],
        Action::Enter,
        "edit",
        "edit, open, go on; letters begin a text at once",
    ),
    Binding::new(&[Key::Code(KeyCode::Tab), Key::Code(KeyCode::PageDown)], Action::Next, "next", "next section"),
    Binding::new(&[Key::Ctrl('r')], Action::Review, "review", "to the review"),
    Binding::new(&[Key::Code(KeyCode::Esc)], Action::Back, "back", "out of the row, or back to where you came from"),
    Binding::new(&[Key::Shift(KeyCode::Up), Key::Char('K')], Action::MoveUp, "", "move the row up"),
    Binding::new(&[Key::Shift(KeyCode::Down), Key::Char('J')], Action::MoveDown, "", "move the row down"),
    Binding::new(&[Key::Char('a')], Action::Add, "add", "add a row to the table"),
    Binding::new(&[Key::Char('c'), Key::Char('y')], Action::Copy, "copy", "copy the row, or the callback URL"),
    Binding::new(
        &[Key::Code(KeyCode::Delete), Key::Code(KeyCode::Backspace)],
        Action::Delete,
        "delete",
        "delete the row; ^U brings it back",
    ),
    Binding::new(
        &[Key::Code(KeyCode::Delete)],
        Action::Unsay,
        "reset",
        "forget what was typed here: preset or default counts again",
    ),
    Binding::new(
        &[Key::Ctrl('u'), Key::Char('u')],
        Action::Undo,
        "undo",
        "take the last change back; again: the one before it",
    ),
    Binding::new(&[Key::Ctrl('f'), Key::Char('/')], Action::Filter, "find", "find a question by its words"),
    Binding::new(&[Key::Ctrl('p'), Key::Char('f')], Action::Fit, "fit", "to the picture of fit"),
    Binding::new(&[Key::Char('r')], Action::Look, "look again", "look at the target again"),
    Binding::new(
        &[Key::Ctrl('s')],
        Action::Save,
        "save",
        "keep the answers now; they are kept after each section as well",
    ),
    Binding::new(&[Key::Code(KeyCode::BackTab), Key::Code(KeyCode::PageUp)], Action::Previous, "", "section before"),
    Binding::new(&[Key::Code(KeyCode::Left)], Action::Left, "", "choice before, number less one"),
    Binding::new(&[Key::Code(KeyCode::Right)], Action::Right, "", "next choice, number more one"),
    Binding::new(&[Key::Char(' ')], Action::Toggle, "", "yes or no, next choice"),
    Binding::new(&[Key::Code(KeyCode::Up)], Action::Up, "", "line above"),
    Binding::new(&[Key::Code(KeyCode::Down)], Action::Down, "", "line below"),
    Binding::new(&[Key::Code(KeyCode::Home)], Action::First, "", "first line"),
    Binding::new(&[Key::Code(KeyCode::End)], Action::Last, "", "last line"),
];

/// Where the space bar marks nothing, and turns nothing.
pub const SPACE: Binding = Binding::new(&[Key::Char(' ')], Action::Enter, "", "the same as Enter");

/// Keys of a list to choose from; letters filter it.
pub const PICKER: &[Binding] = &[
    Binding::new(&[Key::Code(KeyCode::Enter)], Action::Enter, "choose", "choose what is selected"),
    Binding::new(&[Key::Char(' ')], Action::Toggle, "mark", "mark, or mark no more"),
    Binding::new(&[Key::Char('/')], Action::Filter, "filter", "show only what holds some letters; so does any letter"),
    Binding::new(&[Key::Code(KeyCode::Esc)], Action::Back, "leave", "leave the answer as it was"),
    Binding::new(&[Key::Code(KeyCode::Up)], Action::Up, "", "line above"),
    Binding::new(&[Key::Code(KeyCode::Down)], Action::Down, "", "line below"),
    Binding::new(&[Key::Code(KeyCode::PageUp)], Action::PageUp, "", "page up"),
    Binding::new(&[Key::Code(KeyCode::PageDown)], Action::PageDown, "", "page down"),
    Binding::new(&[Key::Code(KeyCode::Home)], Action::First, "", "first line"),
    Binding::new(&[Key::Code(KeyCode::End)], Action::Last, "", "last line"),
];

/// Keys while a field takes letters: the way forward works there, too.
pub fn typing() -> Vec<Binding> {
    let review = FORM.iter().find(|binding| binding.does == Action::Review).copied();
    let named = |binding: &Binding| match binding.does {
        Action::Next => [Some(binding.named("next")), review],
        _ => [Some(*binding), None],
    };
    TYPING.iter().flat_map(named).flatten().collect()
}

/// Keys while letters go into the filter of a list, with the words for what Enter and Esc do there.
pub fn filtering(enter: &'static str, back: &'static str) -> Vec<Binding> {
    let named = |binding: &Binding| match binding.does {
        Action::Enter => binding.named(enter),
        Action::Back => binding.named(back),
        _ => *binding,
    };
    let works = |binding: &&Binding| !matches!(binding.does, Action::Next | Action::Previous);
    TYPING.iter().filter(works).map(named).collect()
}
