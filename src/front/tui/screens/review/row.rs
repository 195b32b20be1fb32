//! Rows of a part: lines, and what Enter does on them. Keeps the selected one in sight. Must not know what rows are about.
use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::front::tui::{
    text,
    theme::{Role, Theme},
};

/// What Enter does on a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    /// Nothing; it cannot be selected.
    Nothing,
    /// Goes to an answer.
    Go(String),
    /// Opens a file, by its number.
    Open(usize),
    /// Turns the verification on or off.
    Verify,
    /// Begins.
    Start,
    /// Copies the command.
    Copy,
    /// Saves a preset.
    Save,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Row {
    line: Line<'static>,
    does: Does,
}

impl Row {
    /// A row that cannot be selected.
    pub fn text(words: impl Into<String>, style: Style) -> Self {
        Self { line: Line::styled(words.into(), style), does: Does::Nothing }
    }

    /// An empty row.
    pub fn empty() -> Self {
        Self::text("", Style::new())
    }

    /// A row of pieces. Its first two columns belong to the cursor.
    pub fn new(spans: Vec<Span<'static>>, does: Does) -> Self {
        Self { line: Line::from(spans), does }
    }
}

/// Words in as many rows as they need, the first one selectable; further ones are indented by `indent`.
pub fn folded(words: &str, first: &str, indent: usize, room: usize, style: Style, does: &Does) -> Vec<Row> {
    let lines = text::wrap(words, room.saturating_sub(indent));
    let row = |(index, line): (usize, String)| {
        let before = if index == 0 { text::pad(first, indent, "") } else { " ".repeat(indent) };
        let does = if index == 0 { does.clone() } else { Does::Nothing };
        Row::new(vec![Span::raw(before), Span::styled(line, style)], does)
    };
    lines.into_iter().enumerate().map(row).collect()
}

/// Adds words to the last of some rows, or below it where there is no room.
pub fn beside(rows: &mut Vec<Row>, words: &str, indent: usize, room: usize, style: Style) {
    let words = Span::styled(format!("  {words}"), style);
    match rows.last_mut() {
        Some(last) if last.line.width() + words.width() <= room => last.line.push_span(words),
        _ => rows.push(Row::new(vec![Span::raw(" ".repeat(indent.saturating_sub(2))), words], Does::Nothing)),
    }
}

/// The rows of a part.
pub struct Rows(Vec<Row>);

impl Rows {
    /// These rows.
    pub const fn new(rows: Vec<Row>) -> Self {
        Self(rows)
    }

    fn selectable(&self) -> impl Iterator<Item = (usize, &Row)> {
        self.0.iter().enumerate().filter(|(_, row)| row.does != Does::Nothing)
    }

    /// What the selected row does; `cursor` counts only those that do something.
    pub fn does(&self, cursor: usize) -> Does {
        self.selectable().nth(cursor).map_or(Does::Nothing, |(_, row)| row.does.clone())
    }

    /// The last row that can be selected; without any, the last row that can be the first in sight.
    pub fn last(&self) -> usize {
        match self.selectable().count() {
            0 => self.0.len().saturating_sub(1),
            count => count - 1,
        }
    }

    /// First row in sight. What stands before the first row that can be selected, and behind the last one, is seen with them.
    fn top(&self, cursor: usize, height: usize) -> usize {
        let end = self.0.len().saturating_sub(height);
        let mut chosen = self.selectable().skip(cursor).map(|(at, _)| at);
        let (at, next) = (chosen.next(), chosen.next());
        match (at, next) {
            (None, _) => cursor.min(end),
            (Some(_), _) if cursor == 0 && self.selectable().next().is_some_and(|(first, _)| first < height) => 0,
            (Some(at), None) if self.0.len() - at <= height => end,
            // The lines that belong to the row stand below it, up to the next one.
            (Some(at), next) => (next.unwrap_or(at) + 1).saturating_sub(height).min(at),
        }
    }

    /// Draws what is in sight. `cursor`: the selected row, if the keys are here.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, cursor: Option<usize>, theme: &Theme) {
        let height = usize::from(area.height);
        let top = self.top(cursor.unwrap_or_default(), height);
        let selected = cursor.and_then(|cursor| self.selectable().nth(cursor)).map(|(at, _)| at);
        for (index, (at, row)) in self.0.iter().enumerate().skip(top).take(height).enumerate() {
            let y = area.y.saturating_add(u16::try_from(index).unwrap_or(u16::MAX));
            let place = Rect { y, height: 1, ..area };
            frame.render_widget(&row.line, place);
            if selected == Some(at) {
                frame.buffer_mut().set_style(place, theme.style(Role::Selected));
                frame.render_widget(Span::styled(theme.glyphs.cursor, theme.style(Role::Selected)), place);
            }
        }
        self.draw_more(frame, area, top, theme);
    }

    /// Says that there is more above or below.
    fn draw_more(&self, frame: &mut Frame<'_>, area: Rect, top: usize, theme: &Theme) {
        let [_, _, above, below] = theme.glyphs.more;
        let last =
            Rect { x: area.right().saturating_sub(1), width: area.width.min(1), height: area.height.min(1), ..area };
        let quiet = theme.style(Role::Quiet);
        if top > 0 {
            frame.render_widget(Span::styled(above, quiet), last);
        }
        if self.0.len() > top + usize::from(area.height) {
            let bottom = Rect { y: area.bottom().saturating_sub(1).max(area.y), ..last };
            frame.render_widget(Span::styled(below, quiet), bottom);
        }
    }
}

/// A vertical rule.
pub fn draw_bar(frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    for y in area.top()..area.bottom() {
        frame.render_widget(theme.glyphs.bar, Rect { y, height: 1, ..area });
    }
}
