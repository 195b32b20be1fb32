//! Draws the last screen. Addresses and commands stand alone on a line where they would be broken otherwise, so that they can
//! be copied from the terminal.
use std::time::Duration;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span, Text},
    widgets::Paragraph,
};

use super::{Done, entries::Entry};
use crate::{
    front::{
        clock,
        fold::fold_line,
        tui::{
            screens::deployment::timeline,
            text,
            theme::{Role, Theme},
            window,
        },
        wizard::shared::Shared,
    },
    run::timeline::{Bar, Timeline},
};

/// Columns of a label, with what is before it.
const LABELS: usize = 17;

/// What stands behind a step of the critical path.
const DECIDES: &str = " decides";
/// Columns of a step's name.
const BARS: usize = 22;

/// Draws it.
pub fn draw(done: &Done, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let naming = u16::from(done.name.is_some());
    let rows = [Constraint::Length(1), Constraint::Length(naming), Constraint::Min(0)];
    let [head, name, body] = Layout::vertical(rows).areas(area);
    heading(done, frame, head, shared, theme);
    naming_line(done, frame, name, theme);
    let room = usize::from(body.width);
    let timeline = shared.run.timeline(shared.now);
    let (mut lines, mut middle, mut number) = (Vec::new(), 0, 0);
    // A few dozen at most, so all of them may be built.
    for entry in done.entries(shared) {
        let selected = entry.is_line() && number == done.selected;
        if selected {
            middle = lines.len();
        }
        number += usize::from(entry.is_line());
        match (&entry.bar, &timeline) {
            (Some(bar), Some(timeline)) => lines.push(bar_line(bar, timeline, selected, room, theme)),
            _ => lines.extend(entry_lines(&entry, selected, room, theme)),
        }
    }
    let shown = window::around(middle, lines.len(), body.height);
    let lines: Vec<Line<'static>> = lines.into_iter().skip(shown.start).take(shown.len()).collect();
    frame.render_widget(Text::from(lines), body);
}

fn heading(done: &Done, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let verdict = done.verdict(shared);
    let took = if done.took_ms == 0 { String::new() } else { clock(Duration::from_millis(done.took_ms)) };
    let room = usize::from(area.width).saturating_sub(text::width(&took) + 3);
    let sentence = text::cut(&verdict.sentence(shared), room, theme.glyphs.ellipsis);
    frame.render_widget(Line::styled(format!(" {sentence}"), theme.style(verdict.role())), area);
    let width = u16::try_from(text::width(&took) + 1).unwrap_or_default().min(area.width);
    frame.render_widget(Paragraph::new(took), Rect { x: area.right().saturating_sub(width), width, ..area });
}

fn naming_line(done: &Done, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let Some(name) = &done.name else { return };
    let label = " save as preset: ";
    let line = label.to_owned() + &text::field(name, usize::from(area.width).saturating_sub(label.len()));
    frame.render_widget(Line::styled(line, theme.style(Role::Value)), area);
}

fn bar_line(bar: &Bar, timeline: &Timeline, selected: bool, room: usize, theme: &Theme) -> Line<'static> {
    let axis = room.saturating_sub(BARS + 14 + text::width(DECIDES));
    let cursor = if selected { theme.glyphs.cursor } else { " " };
    let line = timeline::line(bar, timeline, BARS, axis, theme);
    let decides = bar.critical.then(|| Span::styled(DECIDES, theme.style(Role::Quiet)));
    [Span::raw(format!(" {cursor}"))].into_iter().chain(line.spans).chain(decides).collect()
}

fn entry_lines(entry: &Entry, selected: bool, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    if entry.head {
        return vec![Line::default(), Line::styled(format!(" {}", entry.label), theme.style(Role::Title))];
    }
    let mut lines = folded(entry, room);
    if lines.is_empty() {
        return Vec::new();
    }
    let first = lines.remove(0);
    let style = if selected { theme.style(Role::Selected) } else { theme.style(Role::Plain) };
    let cursor = if selected { theme.glyphs.cursor } else { " " };
    let first = Line::from_iter([Span::styled(format!(" {cursor} {first}"), style)]);
    let further = theme.style(if entry.is_address() { Role::Value } else { Role::Plain });
    [first].into_iter().chain(lines.into_iter().map(|line| Line::styled(line, further))).collect()
}

/// The first line without its margin of three columns, then those that follow with theirs.
fn folded(entry: &Entry, room: usize) -> Vec<String> {
    let inner = room.saturating_sub(3);
    if entry.is_address() {
        return [entry.label.clone()].into_iter().chain(whole(&entry.text, room)).collect();
    }
    let label = if entry.label.is_empty() { String::new() } else { format!("{:<LABELS$} ", entry.label) };
    let column = text::width(&label);
    let line = fold_line(&format!("{label}{}", entry.text), Some(inner.max(1)), column);
    let mut lines = line.lines();
    let first = lines.next().unwrap_or_default().to_owned();
    if text::width(&first) > inner {
        return [entry.label.clone()].into_iter().chain(whole(&entry.text, room)).collect();
    }
    let further = lines
        .flat_map(|line| if text::width(line) > inner { whole(line.trim(), room) } else { vec![format!("   {line}")] });
    [first].into_iter().chain(further).collect()
}

/// A long piece from the first column on, broken only where the terminal would break it as well.
fn whole(text: &str, room: usize) -> Vec<String> {
    if text::width(text) + 5 <= room {
        return vec![format!("     {text}")];
    }
    text::wrap(text, room)
}
