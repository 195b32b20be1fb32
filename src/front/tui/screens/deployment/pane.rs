//! What all panes of the screen share: headings, rows, what is selected. Must not know what stands in them.
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use crate::front::tui::{
    text,
    theme::{Role, Theme},
    window::around,
};

/// The panes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pane {
    /// What is done.
    #[default]
    Steps,
    /// What runs.
    Pods,
    /// What is wrong.
    Findings,
    /// What happened.
    Log,
}

impl Pane {
    /// In the order of Tab.
    pub const ALL: [Self; 4] = [Self::Steps, Self::Pods, Self::Findings, Self::Log];
}

/// Whether a row is the selected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is not.
    No,
    /// It is, in a pane that has not the keys.
    Kept,
    /// It is, in the pane that has the keys.
    Here,
}

impl Mark {
    /// Of a row.
    pub const fn of(selected: bool, focused: bool) -> Self {
        match (selected, focused) {
            (false, _) => Self::No,
            (true, false) => Self::Kept,
            (true, true) => Self::Here,
        }
    }
}

/// A heading: a rule with a title in it.
pub fn heading(frame: &mut Frame<'_>, area: Rect, title: &str, focused: bool, theme: &Theme) {
    let glyphs = theme.glyphs;
    let room = usize::from(area.width).saturating_sub(4);
    let title = text::cut(title, room, glyphs.ellipsis);
    let rest = usize::from(area.width).saturating_sub(4 + text::width(&title));
    let (mark, role) = if focused { (glyphs.cursor, Role::Marked) } else { (" ", Role::Quiet) };
    let line = Line::from_iter([
        Span::styled(glyphs.rule, theme.style(Role::Quiet)),
        Span::styled(format!("{mark}{title} "), theme.style(role)),
        Span::styled(glyphs.rule.repeat(rest + 1), theme.style(Role::Quiet)),
    ]);
    put(frame, area, 0, line);
}

/// Draws a line into a row of an area, if there is such a row.
pub fn put(frame: &mut Frame<'_>, area: Rect, row: usize, line: Line<'_>) {
    let Ok(row) = u16::try_from(row) else { return };
    if row < area.height && area.width > 0 {
        frame.render_widget(line, Rect { y: area.y.saturating_add(row), height: 1, ..area });
    }
}

/// A row of pieces behind the cursor; what is selected has one style throughout.
pub fn row(pieces: Vec<(String, Role)>, mark: Mark, theme: &Theme) -> Line<'static> {
    let cursor = if mark == Mark::No { " " } else { theme.glyphs.cursor };
    let style = |role| match mark {
        Mark::No => theme.style(role),
        Mark::Kept => theme.style(Role::Marked),
        Mark::Here => theme.style(Role::Selected),
    };
    let cursor = Span::styled(cursor, style(Role::Plain));
    std::iter::once(cursor).chain(pieces.into_iter().map(|(text, role)| Span::styled(text, style(role)))).collect()
}

/// The first of some lines that is shown, so that the selected one is in the middle where that is possible.
pub fn window(selected: usize, all: usize, height: usize) -> usize {
    around(selected, all, u16::try_from(height).unwrap_or(u16::MAX)).start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_selected_is_always_shown() {
        for (all, height) in [(0, 0), (1, 5), (9, 4), (100, 7), (5, 1)] {
            for selected in 0..all {
                let top = window(selected, all, height);
                assert!((top..top + height).contains(&selected), "{selected} of {all} in {height}");
            }
        }
    }
}
