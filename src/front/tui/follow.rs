//! `Follow`: everything that the screens know of a run, folded from its events: the shared [`RunState`], and beside it what only
//! a screen needs – since when a step waits, findings, the sentences of the log. Must not know how any of it is drawn.
pub mod ladder;

use self::ladder::Ladder;
use crate::run::{event::Event, state::RunState};

/// What is known of a run.
#[derive(Debug, Clone, Default)]
pub struct Follow {
    /// What all front ends know.
    pub state: RunState,
    /// The verification.
    pub ladder: Ladder,
}

impl Follow {
    /// Folds one event.
    pub fn apply(&mut self, event: &Event) {
        self.state.apply(event);
        self.ladder.apply(event);
    }

    /// What is done, as a word: `install`, `verify`.
    pub fn command(&self) -> &str {
        &self.state.command
    }

    /// The command that goes on with it.
    pub fn again(&self) -> String {
        "hubwright resume".to_owned()
    }
}
