//! A file in full, or what is different in it; with a search, and a way from change to change. Only lines in sight are drawn.
use std::cell::Cell;

use crossterm::event::KeyCode;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use unicode_width::UnicodeWidthChar;

use super::asking::Field;
use crate::{
    front::{
        tui::{
            keys::{self, Action, Binding, Key},
            screen::Edit,
            text,
            theme::{Role, Theme},
            window::moved,
        },
        wizard::wish::FileView,
    },
    plan::diff::{Diff, Hunk, Kind},
};

const KEYS: &[Binding] = &[
    keys::DOWN.named("down"),
    keys::UP.named("up"),
    Binding::new(&[Key::Char('/')], Action::Filter, "search", "look for words"),
    Binding::new(
        &[Key::Char('n'), Key::Code(KeyCode::Enter)],
        Action::MoveDown,
        "next",
        "to the next place that holds them; without a search, to the next change",
    ),
    Binding::new(&[Key::Char('N')], Action::MoveUp, "", "the same backwards"),
    Binding::new(
        &[Key::Char('d'), Key::Code(KeyCode::Tab)],
        Action::Detail,
        "diff",
        "what is different, or the whole file",
    ),
    keys::SPACE_DOWN,
    keys::PAGE_UP,
    keys::FIRST,
    keys::LAST,
    Binding::new(&[Key::Code(KeyCode::Esc), Key::Char('q')], Action::Back, "close", "back to the list"),
];

/// A file that is looked at.
#[derive(Debug)]
pub struct Viewer {
    path: String,
    words: String,
    whole: Vec<Seen>,
    diff: Option<Vec<Seen>>,
    /// Whether the difference is shown, not the whole.
    differing: bool,
    /// First line in sight.
    top: usize,
    search: Option<Field>,
    /// Words that were looked for, in lower case.
    wanted: String,
    /// Columns and rows of the last picture: the end stays at its foot.
    room: Cell<(usize, usize)>,
}

/// A line as it is shown.
#[derive(Debug)]
enum Seen {
    Line(Kind, String),
    /// So many equal lines are left out.
    Gap(usize),
}

impl Viewer {
    /// Shows what is different, if anything is, else the whole file. `words`: what happens to it.
    pub fn new(file: &FileView, words: &str, diff: Option<&Diff>) -> Self {
        let whole = file.text.lines().map(|line| Seen::Line(Kind::Context, line.to_owned())).collect();
        let diff = diff.filter(|diff| !diff.is_empty()).map(differing);
        Self {
            path: file.path.clone(),
            words: words.to_owned(),
            whole,
            differing: diff.is_some(),
            diff,
            top: 0,
            search: None,
            wanted: String::new(),
            room: Cell::default(),
        }
    }

    /// The keys that work now.
    pub fn keys(&self) -> Vec<Binding> {
        let works = |binding: &&Binding| match binding.does {
            Action::MoveDown | Action::MoveUp => self.differing || !self.wanted.is_empty(),
            Action::Detail => self.diff.is_some(),
            _ => true,
        };
        KEYS.iter().filter(works).copied().collect()
    }

    /// Whether letters go into the search.
    pub const fn typing(&self) -> bool {
        self.search.is_some()
    }

    /// Changes what is looked for.
    pub fn edit(&mut self, edit: &Edit) {
        if let Some(search) = &mut self.search {
            search.edit(edit);
        }
    }

    /// Does what a key means; `true`: it closes.
    pub fn act(&mut self, action: Action) -> bool {
        if let Some(search) = self.search.take() {
            if action != Action::Back {
                self.wanted = search.value().to_lowercase();
                self.find(self.top, true);
            }
            return false;
        }
        match action {
            Action::Back => return true,
            Action::Filter => self.search = Some(Field::new("search", "")),
            Action::MoveDown => self.find(self.top.saturating_add(1), true),
            Action::MoveUp => self.find(self.top, false),
            Action::Detail => self.turn(),
            action => self.scroll(action),
        }
        false
    }

    fn turn(&mut self) {
        self.differing = !self.differing && self.diff.is_some();
        self.top = 0;
    }

    fn scroll(&mut self, action: Action) {
        let last = self.last_top();
        let at = self.top.min(last);
        self.top = moved(action, at, last).unwrap_or(at);
    }

    /// The first line in sight when the end is.
    fn last_top(&self) -> usize {
        let (width, height) = self.room.get();
        let mut left = height.max(1);
        let fits = self.lines().iter().rev().take_while(|line| {
            let rows = line.rows(width);
            let fits = rows <= left;
            left = left.saturating_sub(rows);
            fits
        });
        // A line that is taller than the screen is still shown.
        self.lines().len().saturating_sub(fits.count().max(1))
    }

    fn lines(&self) -> &[Seen] {
        self.diff.as_deref().filter(|_| self.differing).unwrap_or(&self.whole)
    }

    fn holds(&self, line: &Seen) -> bool {
        let Seen::Line(_, text) = line else { return false };
        !self.wanted.is_empty() && text.to_lowercase().contains(&self.wanted)
    }

    /// Lines where a change begins.
    fn changes(&self) -> Vec<usize> {
        let changed = |line: &Seen| matches!(line, Seen::Line(Kind::Added | Kind::Removed, _));
        let lines: Vec<bool> = self.lines().iter().map(changed).collect();
        let begins = |at: &usize| {
            lines.get(*at) == Some(&true) && at.checked_sub(1).is_none_or(|before| lines.get(before) != Some(&true))
        };
        (0..lines.len()).filter(begins).collect()
    }

    /// Lines that hold the words.
    fn places(&self) -> Vec<usize> {
        (0..).zip(self.lines()).filter(|(_, line)| self.holds(line)).map(|(at, _)| at).collect()
    }

    /// The nearest place, or change where nothing is looked for, from a line on or before it; around the end it begins anew.
    fn find(&mut self, from: usize, onwards: bool) {
        let found = if self.wanted.is_empty() { self.changes() } else { self.places() };
        let next = if onwards {
            found.iter().find(|at| **at >= from).or_else(|| found.first())
        } else {
            found.iter().rev().find(|at| **at < from).or_else(|| found.last())
        };
        self.top = next.copied().unwrap_or(self.top);
    }

    /// Draws it.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
        let asking = u16::from(self.search.is_some());
        let rows = [Constraint::Length(1), Constraint::Length(1), Constraint::Min(0), Constraint::Length(asking)];
        let [title, rule, body, field] = Layout::vertical(rows).areas(area);
        frame.render_widget(self.title(usize::from(title.width), theme), title);
        frame.render_widget(theme.glyphs.rule.repeat(usize::from(rule.width)), rule);
        let width = usize::from(body.width);
        self.room.set((width, usize::from(body.height)));
        let lines = self.lines().iter().skip(self.top).flat_map(|line| self.drawn(line, width, theme));
        for (line, y) in lines.zip(body.top()..body.bottom()) {
            frame.render_widget(line, Rect { y, height: 1, ..body });
        }
        if let Some(search) = &self.search {
            search.draw(frame, field, theme);
        }
    }

    fn title(&self, width: usize, theme: &Theme) -> Line<'static> {
        let shown = if self.differing { "difference" } else { "whole file" };
        let found = match (self.wanted.as_str(), self.lines().iter().filter(|line| self.holds(line)).count()) {
            ("", _) => String::new(),
            (wanted, 0) => format!("   `{wanted}` is nowhere"),
            (wanted, 1) => format!("   `{wanted}` in 1 line"),
            (wanted, count) => format!("   `{wanted}` in {count} lines"),
        };
        let path = text::cut(&self.path, width / 2, theme.glyphs.ellipsis);
        let words = format!("   {shown}   {}{found}", self.words);
        let room = width.saturating_sub(text::width(&path) + 2);
        Line::from_iter([
            Span::styled(format!(" {path}"), theme.style(Role::Title)),
            Span::styled(text::cut(&words, room, theme.glyphs.ellipsis), theme.style(Role::Quiet)),
        ])
    }

    fn drawn(&self, line: &Seen, width: usize, theme: &Theme) -> Vec<Line<'static>> {
        let (kind, text) = match line {
            Seen::Gap(1) => return vec![Line::styled("   1 line is the same", theme.style(Role::Quiet))],
            Seen::Gap(lines) => {
                return vec![Line::styled(format!("   {lines} lines are the same"), theme.style(Role::Quiet))];
            }
            Seen::Line(kind, text) => (*kind, text),
        };
        let (sign, role) = match kind {
            Kind::Context if self.holds(line) => (theme.glyphs.cursor, Role::Marked),
            Kind::Context => (" ", Role::Plain),
            Kind::Added => ("+", Role::Added),
            Kind::Removed => ("-", Role::Removed),
        };
        let style = theme.style(role);
        let piece = |(index, piece): (usize, String)| {
            // Not crossed out, so that the sign itself can be read.
            let sign = if index == 0 { Span::raw(format!("{sign} ")) } else { Span::raw("  ") };
            Line::from_iter([sign, Span::styled(piece, style)])
        };
        chopped(text, width.saturating_sub(3)).into_iter().enumerate().map(piece).collect()
    }
}

impl Seen {
    /// How many rows it takes.
    fn rows(&self, width: usize) -> usize {
        match self {
            Self::Gap(_) => 1,
            Self::Line(_, text) => chopped(text, width.saturating_sub(3)).len(),
        }
    }
}

fn differing(diff: &Diff) -> Vec<Seen> {
    let gap = |lines: usize| (lines > 0).then_some(Seen::Gap(lines));
    let hunk = |hunk: &Hunk| {
        let gap = gap(hunk.skipped);
        let lines = hunk.lines.iter().map(|line| Seen::Line(line.kind, line.text.clone()));
        gap.into_iter().chain(lines).collect::<Vec<_>>()
    };
    diff.hunks.iter().flat_map(hunk).chain(gap(diff.rest)).collect()
}

/// A line in pieces of at most `room` columns, its blanks as they are.
fn chopped(line: &str, room: usize) -> Vec<String> {
    let (mut pieces, mut left) = (vec![String::new()], room.max(2));
    for letter in line.chars() {
        let wide = letter.width().unwrap_or(0);
        if wide > left {
            pieces.push(String::new());
            left = room.max(2);
        }
        left = left.saturating_sub(wide);
        if let Some(piece) = pieces.last_mut() {
            piece.push(letter);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_keep_their_indent_and_every_letter() {
        assert_eq!(chopped("    key: value", 8), ["    key:", " value"]);
        assert_eq!(chopped("日本語", 4), ["日本", "語"]);
        assert_eq!(chopped("", 4), [""]);
    }
}
