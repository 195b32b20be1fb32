//! What a screen is, and what it may want. Must not know any particular screen.
use jiff::Timestamp;
use ratatui::{Frame, layout::Rect};
use tui_input::{Input, InputRequest};

use super::{
    keys::{Action, Binding, TYPING},
    shared::Shared,
    theme::Theme,
    wish::{News, Wish},
};
use crate::problem::Problem;

/// The screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// Where it begins.
    Welcome,
    /// The questions.
    Questions,
    /// Will it run there.
    Fit,
    /// Before it begins.
    Review,
    /// What happens.
    Deployment,
    /// The ladder.
    Verification,
    /// What was made.
    Done,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Welcome, Self::Questions, Self::Fit, Self::Review, Self::Deployment, Self::Verification, Self::Done];
}

/// A screen. Folds keys and news, and draws itself; what it wants done comes back as [`Turn`]s.
pub trait Screen {
    /// A few words for the title line, after the program's name.
    fn title(&self, shared: &Shared) -> String;
    /// The keys that work now, most useful first: the footer shows as many as fit, the help overlay all.
    fn keys(&self, shared: &Shared) -> Vec<Binding>;
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

/// What a screen wants.
#[derive(Debug, Clone)]
pub enum Turn {
    /// Of the world.
    Wish(Wish),
    /// Another screen, with what is to be selected there.
    Go(Place, Option<String>),
    /// The screen before.
    Back,
    /// An overlay.
    Show(Box<Overlay>),
    /// A sentence in the status line, until the next key.
    Say(String),
}

/// What lies over a screen.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// Keys of the screen.
    Help,
    /// Problems in full.
    Problems(Vec<Problem>),
    /// A question with two answers; the turns follow a yes.
    Confirm {
        /// The question.
        title: String,
        /// What a yes means, what stays.
        lines: Vec<String>,
        /// The word for yes.
        yes: &'static str,
        /// What follows.
        then: Vec<Turn>,
    },
    /// A text to read.
    Text {
        /// Title.
        title: String,
        /// Lines.
        lines: Vec<String>,
    },
}

/// What is known of the target.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Look {
    /// Nobody looked.
    #[default]
    Not,
    /// On the way.
    Looking,
    /// Looked at; the draft has the facts.
    Seen(Timestamp),
    /// It does not answer.
    Failed {
        /// Why.
        problem: Box<Problem>,
        /// Whether a credential plugin wants to ask the person.
        asks: bool,
    },
}
