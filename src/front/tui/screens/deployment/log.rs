//! What happened: the log of sentences with a filter, following its end or not, wrapped or cut. Must not word anything.
use std::collections::VecDeque;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};
use tui_input::Input;

use super::pane::{Mark, put, row, window};
use crate::front::{
    message::{self, word},
    tui::{
        keys::Action,
        screen::Edit,
        text,
        theme::{Role, Theme},
        window::moved,
    },
    wizard::{
        follow::{Entry, Log},
        shared::Shared,
    },
};

/// Columns of clock and state word.
const BEFORE: usize = 15;

/// The pane.
#[derive(Debug, Clone, Default)]
pub struct LogPane {
    /// Number of the selected sentence; `None`: the newest, always.
    at: Option<u64>,
    wrap: bool,
    filter: String,
    /// The field of the filter, while it takes letters.
    field: Option<Input>,
    /// Numbers of the sentences that hold the filter's letters.
    found: VecDeque<u64>,
    /// Up to which number was looked.
    looked: u64,
}

impl LogPane {
    /// Whether letters go into the filter.
    pub const fn typing(&self) -> bool {
        self.field.is_some()
    }

    /// Opens the filter.
    pub fn open_filter(&mut self) {
        self.field = Some(Input::new(self.filter.clone()));
    }

    /// Changes the filter; what it shows changes with every letter.
    pub fn edit(&mut self, edit: &Edit, log: &Log) {
        let Some(field) = &mut self.field else { return };
        edit.change(field);
        let filter = field.value().to_owned();
        self.search(filter, log);
    }

    /// Closes the filter; `keep`: what was typed stays.
    pub fn close_filter(&mut self, keep: bool, log: &Log) {
        self.field = None;
        if !keep {
            self.search(String::new(), log);
        }
    }

    /// Whether it follows the end.
    pub const fn follows(&self) -> bool {
        self.at.is_none()
    }

    /// Follows the end, or stays where it is.
    pub fn follow(&mut self, log: &Log) {
        self.at = if self.at.is_some() { None } else { self.number(self.count(log).saturating_sub(1), log) };
    }

    /// Wraps long lines, or cuts them.
    pub const fn wrap(&mut self) {
        self.wrap = !self.wrap;
    }

    /// Takes in what is new.
    pub fn hear(&mut self, log: &Log) {
        let numbers = log.numbers();
        if !self.filter.is_empty() {
            let fresh = self.looked.max(numbers.start)..numbers.end;
            self.found.extend(fresh.filter(|number| log.get(*number).is_some_and(|entry| entry.holds(&self.filter))));
            while self.found.front().is_some_and(|first| *first < numbers.start) {
                self.found.pop_front();
            }
        }
        self.looked = numbers.end;
    }

    /// Moves; at the end it follows again.
    pub fn go(&mut self, action: Action, log: &Log) {
        let last = self.count(log).saturating_sub(1);
        let Some(to) = moved(action, self.position(log), last) else { return };
        self.at = if to >= last { None } else { self.number(to, log) };
    }

    /// The selected sentence.
    pub fn chosen<'l>(&self, log: &'l Log) -> Option<&'l Entry> {
        log.get(self.number(self.position(log), log)?)
    }

    fn search(&mut self, filter: String, log: &Log) {
        self.filter = filter;
        (self.at, self.looked) = (None, 0);
        self.found.clear();
        self.hear(log);
    }

    fn count(&self, log: &Log) -> usize {
        if self.filter.is_empty() {
            let numbers = log.numbers();
            return usize::try_from(numbers.end - numbers.start).unwrap_or_default();
        }
        self.found.len()
    }

    fn number(&self, position: usize, log: &Log) -> Option<u64> {
        if self.filter.is_empty() {
            let number = log.numbers().start + position as u64;
            return log.numbers().contains(&number).then_some(number);
        }
        self.found.get(position).copied()
    }

    fn position(&self, log: &Log) -> usize {
        let last = self.count(log).saturating_sub(1);
        let Some(at) = self.at else { return last };
        let position = if self.filter.is_empty() {
            usize::try_from(at.saturating_sub(log.numbers().start)).unwrap_or_default()
        } else {
            self.found.partition_point(|number| *number < at)
        };
        position.min(last)
    }

    /// A heading of a pane of some width: what is shown of it.
    pub fn title(&self, log: &Log, width: usize) -> String {
        let filter = match &self.field {
            Some(field) => format!("  filter: {}", text::field(field, width / 2)),
            None if self.filter.is_empty() => String::new(),
            None => format!("  filter: {}", self.filter),
        };
        let shown = if self.filter.is_empty() { String::new() } else { format!("  {} lines", self.count(log)) };
        let stays = if self.follows() { "" } else { "  stays here, f follows" };
        format!("Log{filter}{shown}{stays}")
    }

    /// Draws what is seen of it.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, focused: bool, shared: &Shared, theme: &Theme) {
        let (log, height) = (&shared.run.log, usize::from(area.height));
        let (all, at) = (self.count(log), self.position(log));
        let last = (window(at, all, height) + height).min(all);
        let mut lines: VecDeque<Line<'static>> = VecDeque::new();
        for position in (0..last).rev() {
            if lines.len() >= height && (position < at || !self.wrap) {
                break;
            }
            let Some(entry) = self.number(position, log).and_then(|number| log.get(number)) else { continue };
            let mark = Mark::of(position == at && focused, focused);
            self.rows(entry, usize::from(area.width), mark, shared, theme)
                .into_iter()
                .rev()
                .for_each(|line| lines.push_front(line));
        }
        // What is selected stands above what comes after it, so the end goes where not all fits.
        let over = if self.follows() { lines.len().saturating_sub(height) } else { 0 };
        for (place, line) in lines.into_iter().skip(over).take(height).enumerate() {
            put(frame, area, place, line);
        }
    }

    fn rows(&self, entry: &Entry, width: usize, mark: Mark, shared: &Shared, theme: &Theme) -> Vec<Line<'static>> {
        let room = width.saturating_sub(BEFORE + 1).max(1);
        let text = entry.text();
        let mut texts =
            if self.wrap { text::wrap(&text, room) } else { vec![text::cut(&text, room, theme.glyphs.ellipsis)] };
        if self.wrap {
            texts.extend(entry.sentence.lines.iter().skip(1).flat_map(|line| text::wrap(line, room)));
        }
        let mut texts = texts.into_iter();
        let before = format!("{} {:<5} ", message::time(entry.at, &shared.zone), entry.sentence.word);
        let pieces = vec![(before, role(entry.sentence.word)), (texts.next().unwrap_or_default(), Role::Plain)];
        let first = row(pieces, mark, theme);
        let further = texts.map(|text| Line::from(vec![Span::raw(" ".repeat(BEFORE + 1)), Span::raw(text)]));
        std::iter::once(first).chain(further).collect()
    }
}

fn role(said: &str) -> Role {
    match said {
        word::OK => Role::Ok,
        word::WAIT => Role::Wait,
        word::STUCK | word::FAIL => Role::Bad,
        _ => Role::Quiet,
    }
}

/// The whole log as a text for a file.
pub fn text(shared: &Shared) -> String {
    let lines = shared.run.log.iter().flat_map(|entry| {
        let first = format!("{} {:<5} {}\n", entry.at, entry.sentence.word, entry.text());
        let further = entry.sentence.lines.iter().skip(1).map(|line| format!("    {line}\n"));
        std::iter::once(first).chain(further)
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_shows_where_the_next_letter_goes() {
        let mut pane = LogPane::default();
        let mut title = |text: &str, cursor| {
            pane.field = Some(Input::new(text.to_owned()).with_cursor(cursor));
            pane.title(&Log::default(), 20)
        };
        assert!(title("head", 1).contains("filter: h_ead"));
        assert!(title("a long word that is looked for", 30).contains("filter: ooked for_"));
    }
}
