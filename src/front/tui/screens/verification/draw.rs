//! Draws the ladder: one line a rung, below a red one its hints; on wide terminals the evidence of the selected one beside it.
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span, Text},
    widgets::Paragraph,
};

use super::words;
use crate::front::{
    tui::{
        text,
        theme::{Role, Theme},
        window,
    },
    wizard::{follow::ladder::Rung, reporting, shared::Shared},
};

/// Columns from which the evidence stands beside the ladder.
const WIDE: u16 = 150;
/// Columns before a rung's title: cursor, glyph, state word, height.
const BEFORE: usize = 2 + 2 + 5 + 2;
/// Columns below which titles are short, and what is wrong stands below them.
const NARROW: usize = 90;
/// Columns of the time it took.
const TIMES: usize = 7;
/// Hints that stand below a red rung; all of them are in its evidence.
const HINTS: usize = 2;

/// Draws it; `at`: the rung with the cursor.
pub fn draw(at: usize, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let rows = [Constraint::Length(1), Constraint::Length(1), Constraint::Min(0)];
    let [head, words, body] = Layout::vertical(rows).areas(area);
    heading(frame, head, shared, theme);
    said(frame, words, shared, theme);
    let [left, right] = if area.width >= WIDE {
        Layout::horizontal([Constraint::Min(0), Constraint::Length(62)]).spacing(3).areas(body)
    } else {
        [body, Rect::ZERO]
    };
    ladder(at, frame, left, shared, theme);
    evidence(at, frame, right, shared, theme);
}

fn heading(frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let (sentence, role) = words::standing(shared);
    let elapsed = words::elapsed(&shared.run.ladder, shared.now);
    let room = usize::from(area.width).saturating_sub(text::width(&elapsed) + 3);
    let line = Line::styled(format!(" {}", text::cut(&sentence, room, theme.glyphs.ellipsis)), theme.style(role));
    frame.render_widget(line, area);
    let width = u16::try_from(text::width(&elapsed) + 1).unwrap_or_default().min(area.width);
    let right = Rect { x: area.right().saturating_sub(width), width, ..area };
    frame.render_widget(Paragraph::new(elapsed), right);
}

/// The last words of what is being tried.
fn said(frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let stopping = shared.stopping().map(|stopping| format!("{stopping}; Ctrl-C once more ends it at once"));
    let words = stopping.as_ref().unwrap_or(&shared.run.ladder.words);
    if !words.is_empty() {
        let line = format!(" {} {words}", theme.glyphs.wait);
        let line = text::cut(&line, usize::from(area.width), theme.glyphs.ellipsis);
        frame.render_widget(Line::styled(line, theme.style(Role::Wait)), area);
    }
}

fn ladder(at: usize, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let room = usize::from(area.width);
    let (mut lines, mut middle) = (Vec::new(), 0);
    // A ladder has some twenty rungs at most, so all of them may be built.
    for (place, rung) in shared.run.ladder.rungs.iter().enumerate() {
        let selected = place == at;
        let rung = rung_lines(rung, selected, room, shared, theme);
        if selected {
            // The hints of the selected rung are to be seen as well.
            middle = lines.len() + rung.len() / 2;
        }
        lines.extend(rung);
    }
    let shown = window::around(middle, lines.len(), area.height);
    let lines: Vec<Line<'static>> = lines.into_iter().skip(shown.start).take(shown.len()).collect();
    frame.render_widget(Text::from(lines), area);
}

/// The columns of a line.
struct Columns {
    /// Of the title.
    title: usize,
    /// Of the evidence.
    about: usize,
    /// Where that goes on which stands below.
    below: usize,
    /// Room of that.
    room: usize,
}

impl Columns {
    const fn of(room: usize) -> Self {
        let title = if room < NARROW { 21 } else { 25 };
        let about = room.saturating_sub(BEFORE + title + 1 + TIMES);
        let below = if room < NARROW { BEFORE } else { BEFORE + title };
        Self { title, about, below, room: room.saturating_sub(below + 1) }
    }
}

fn rung_lines(rung: &Rung, selected: bool, room: usize, shared: &Shared, theme: &Theme) -> Vec<Line<'static>> {
    let columns = Columns::of(room);
    let first = first_line(rung, selected, &columns, shared, theme);
    [first].into_iter().chain(below(rung, &columns, theme)).collect()
}

fn first_line(rung: &Rung, selected: bool, columns: &Columns, shared: &Shared, theme: &Theme) -> Line<'static> {
    let (glyph, word, role) = words::state(rung, theme);
    let ellipsis = theme.glyphs.ellipsis;
    let cursor = if selected { theme.glyphs.cursor } else { " " };
    let title = text::pad(&rung.plan.title, columns.title, ellipsis);
    let name = format!("{cursor} {glyph} {word:<5}{} {title} ", rung.plan.height);
    let about = text::pad(&words::about(rung, theme.glyphs.dot), columns.about, ellipsis);
    let took = format!("{:>TIMES$}", words::took(rung, shared.now));
    if selected {
        return Line::styled(name + &about + &took, theme.style(Role::Selected));
    }
    let quiet = if role == Role::Bad { Role::Plain } else { Role::Quiet };
    Line::from_iter([
        Span::styled(name, theme.style(role)),
        Span::styled(about, theme.style(quiet)),
        Span::styled(took, theme.style(Role::Quiet)),
    ])
}

/// Of a red rung: the cause in full, where the line above has no room for it, and what to do.
fn below(rung: &Rung, columns: &Columns, theme: &Theme) -> Vec<Line<'static>> {
    let hints = words::hints(rung);
    let cause = words::about(rung, theme.glyphs.dot);
    let told = hints.is_empty() || text::width(&cause) <= columns.about;
    let cause = if told { Vec::new() } else { marked("", &cause, columns) };
    cause
        .into_iter()
        .chain(hints.iter().take(HINTS).flat_map(|hint| marked(theme.glyphs.arrow, hint, columns)))
        .collect()
}

/// A sentence in lines, with a sign before the first.
fn marked(sign: &str, sentence: &str, columns: &Columns) -> Vec<Line<'static>> {
    let lines = text::wrap(sentence, columns.room).into_iter().enumerate();
    let sign = |number| if number == 0 { sign } else { "" };
    lines.map(|(number, line)| Line::raw(format!("{:>width$} {line}", sign(number), width = columns.below))).collect()
}

fn evidence(at: usize, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let Some(rung) = shared.run.ladder.rungs.get(at).filter(|_| !area.is_empty()) else { return };
    let head = Line::styled(rung.plan.title.clone(), theme.style(Role::Title));
    let words = words::evidence(rung, &reporting::flags(shared));
    let lines = words.iter().flat_map(|line| match line.as_str() {
        "" => vec![String::new()],
        line => text::wrap(line, usize::from(area.width)),
    });
    let lines = lines.take(usize::from(area.height).saturating_sub(1)).map(Line::from);
    frame.render_widget([head].into_iter().chain(lines).collect::<Text<'_>>(), area);
}
