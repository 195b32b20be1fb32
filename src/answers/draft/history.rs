//! What was changed, so that it can be taken back: the answers before each of the last changes. Must not know what a change is.
use super::refused::Refused;
use crate::answers::layers::Layers;

/// Changes that are remembered.
const MOST: usize = 100;

/// The answers, and what of them was refused.
pub type State = (Layers, Refused);

/// The last changes, oldest first.
#[derive(Debug, Clone, Default)]
pub struct History(Vec<Change>);

#[derive(Debug, Clone)]
struct Change {
    /// What was changed: a key as it was said, or a row such as `ray.pools[1]`.
    key: String,
    /// The answers before.
    before: State,
    /// Whether a further text for the same key goes on with this change.
    open: bool,
}

impl History {
    /// A text was said for a key. One change, however often that is done in a row: a number goes up step by step.
    pub fn said(&mut self, key: &str, before: State) {
        if !self.0.last().is_some_and(|last| last.open && last.key == key) {
            self.push(key, before, true);
        }
    }

    /// Something was changed that goes back alone.
    pub fn changed(&mut self, key: &str, before: State) {
        self.push(key, before, false);
    }

    fn push(&mut self, key: &str, before: State, open: bool) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(Change { key: key.to_owned(), before, open });
    }

    /// Whether there is anything to take back.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the last change out: its key, and the answers before.
    pub fn pop(&mut self) -> Option<(String, State)> {
        self.0.pop().map(|change| (change.key, change.before))
    }
}
