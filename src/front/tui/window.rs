//! Which lines of a long list or text are to be seen. Must not know lists, nor texts.
use std::{cell::Cell, ops::Range};

use super::keys::Action;

/// Lines that a page key moves.
const PAGE: usize = 10;

/// Where a key that moves leads to from a line, the last of which is `last`. `None`: it is another key.
pub fn moved(action: Action, at: usize, last: usize) -> Option<usize> {
    let to = match action {
        Action::Up => at.saturating_sub(1),
        Action::Down => at.saturating_add(1),
        Action::PageUp => at.saturating_sub(PAGE),
        Action::PageDown => at.saturating_add(PAGE),
        Action::First => 0,
        Action::Last => last,
        _ => return None,
    };
    Some(to.min(last))
}

/// How far a text was scrolled. Where it ends is known once it was drawn, so nobody has to come back from beyond its end.
#[derive(Debug, Clone)]
pub struct Scroll {
    at: usize,
    /// Farthest that makes sense.
    last: Cell<usize>,
}

impl Default for Scroll {
    fn default() -> Self {
        Self { at: 0, last: Cell::new(usize::MAX) }
    }
}

impl Scroll {
    /// Does what a key that moves means.
    pub fn go(&mut self, action: Action) {
        let (at, last) = (self.at.min(self.last.get()), self.last.get());
        self.at = moved(action, at, last).unwrap_or(at);
    }

    /// The first line that is shown, where so many lines could be above it.
    pub fn within(&self, last: usize) -> usize {
        self.last.set(last);
        self.at.min(last)
    }

    /// The first of some lines that is shown, where there is room for so many.
    pub fn top(&self, lines: usize, room: usize) -> usize {
        self.within(lines.saturating_sub(room))
    }
}

/// As many lines as there is room for, the selected one among them, in the middle where that is possible.
pub fn around(selected: usize, lines: usize, room: u16) -> Range<usize> {
    let room = usize::from(room);
    let last = lines.saturating_sub(room);
    let start = selected.saturating_sub(room / 2).min(last);
    start..start.saturating_add(room).min(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_to_come_back_from_beyond_the_end() {
        let mut scroll = Scroll::default();
        for _ in 0..50 {
            scroll.go(Action::Down);
        }
        scroll.go(Action::Last);
        assert_eq!(scroll.top(20, 5), 15);
        scroll.go(Action::Up);
        assert_eq!(scroll.top(20, 5), 14);
        assert_eq!(scroll.top(20, 30), 0, "a larger window shows all");
        scroll.go(Action::Down);
        assert_eq!(scroll.top(20, 5), 0);
    }

    #[test]
    fn what_is_selected_is_seen_and_no_room_is_wasted() {
        for lines in 0..40 {
            for room in 0..20 {
                for selected in 0..lines {
                    let seen = around(selected, lines, room);
                    assert_eq!(seen.len(), lines.min(usize::from(room)));
                    assert!(room == 0 || seen.contains(&selected), "{selected} of {lines} in {room}: {seen:?}");
                }
            }
        }
        assert_eq!(around(7, 3, 2), 1..3, "a selection that is gone shows the end");
    }
}
