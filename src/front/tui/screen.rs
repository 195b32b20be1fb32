//! What a screen is. Must not know any particular screen.
use ratatui::{Frame, layout::Rect};
use tui_input::{Input, InputRequest};

use super::{
    keys::{Action, Binding, TYPING},
    theme::Theme,
};
use crate::front::wizard::{shared::Shared, turn::Turn, wish::News};

/// A screen. Folds keys and news, and draws itself; what it wants done comes back as [`Turn`]s.
pub trait Screen {
    /// A few words for the title line, after the program's name.
    fn title(&self, shared: &Shared) -> String;
    /// The keys that work now, most useful first: the footer shows as many as fit, the help overlay all.
    fn keys(&self, shared: &Shared) -> Vec<Binding>;
    /// All that is to say of what the cursor is on, where the screen has no room for it.
    fn about(&self, _shared: &Shared) -> Option<String> {
        None
    }
    /// Whether letters go into a field; then only [`typing_keys`](Self::typing_keys) are actions.
    fn typing(&self) -> bool {
        false
    }
    /// The keys that are actions while letters go into a field.
    fn typing_keys(&self) -> Vec<Binding> {
        TYPING.to_vec()
    }
    /// Does what a key means.
    fn act(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn>;
    /// Changes the field that takes letters.
    fn edit(&mut self, _edit: &Edit, _shared: &mut Shared) {}
    /// Something is typed that is no key here, or pasted, while no field takes letters: may open one with it.
    fn begin(&mut self, edit: &Edit, _shared: &mut Shared) -> Vec<Turn> {
        match edit {
            Edit::Key(_) => Vec::new(),
            Edit::Paste(_) => vec![Turn::Say("a paste goes into a field: open one first".to_owned())],
        }
    }
    /// Hears what the world told; [`Shared`] knows it already.
    fn news(&mut self, _news: &News, _shared: &mut Shared) -> Vec<Turn> {
        Vec::new()
    }
    /// Another run begins, or another look: what belongs to the one before goes.
    fn forget(&mut self) {}
    /// Time went by while the person is here.
    fn tick(&mut self, _shared: &Shared) -> Vec<Turn> {
        Vec::new()
    }
    /// The person comes to this screen. `at`: key of the answer, or name of the thing, that is to be selected.
    fn enter(&mut self, _at: Option<&str>, _shared: &mut Shared) -> Vec<Turn> {
        Vec::new()
    }
    /// The person comes back to this screen from one that was opened from it.
    fn again(&mut self, _shared: &mut Shared) -> Vec<Turn> {
        Vec::new()
    }
    /// Draws itself into an area, at any size, 0×0 included.
    fn draw(&self, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme);
}

/// A change of a field's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// A key.
    Key(InputRequest),
    /// A paste, cleaned of control characters; never submits.
    Paste(String),
}

impl Edit {
    /// Changes the text of a field.
    pub fn change(&self, field: &mut Input) {
        match self {
            Self::Key(request) => drop(field.handle(*request)),
            Self::Paste(pasted) => *field = with(field, pasted),
        }
    }
}

/// A field with a text at its cursor, all at once: letter by letter a long paste would take seconds.
fn with(field: &Input, pasted: &str) -> Input {
    let cursor = field.cursor();
    let text: String = field.value().chars().take(cursor).chain(pasted.chars()).collect();
    let after = text.chars().count();
    let text = text + &field.value().chars().skip(cursor).collect::<String>();
    Input::new(text).with_cursor(after)
}
