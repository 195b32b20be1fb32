//! What a part of a wizard wants, which parts there are, and what is known of the target. Must not know how any of it is drawn.
use jiff::Timestamp;

use super::wish::Wish;
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
