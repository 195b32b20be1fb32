//! What lies around every screen: title line, status line, keys; and the notice where the terminal is too small.
//! Must not know what stands between them.
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span, Text},
    widgets::Paragraph,
};

use crate::front::tui::{
    keys::{Binding, Key},
    text,
    theme::{ASCII, Role, Theme},
};

/// Columns and rows below which there is only a notice.
pub const SMALLEST: (u16, u16) = (60, 16);

/// Whether nothing useful fits.
pub const fn too_small(area: Rect) -> bool {
    area.width < SMALLEST.0 || area.height < SMALLEST.1
}

/// Says what size is wanted.
pub fn notice(frame: &mut Frame<'_>, area: Rect) {
    let words = format!(
        "hubwright wants {}x{}, this is {}x{}: make the window larger; what was answered is kept. `hubwright --plain` needs no size.",
        SMALLEST.0, SMALLEST.1, area.width, area.height
    );
    let lines = text::wrap(&words, usize::from(area.width));
    frame.render_widget(Text::from_iter(lines), area);
}

/// Title, body, status line, keys.
pub fn areas(area: Rect, status: bool) -> [Rect; 4] {
    let rows =
        [Constraint::Length(1), Constraint::Min(0), Constraint::Length(u16::from(status)), Constraint::Length(1)];
    Layout::vertical(rows).areas(area)
}

/// The title line: program and screen on the left, what is always worth knowing on the right.
pub fn title(frame: &mut Frame<'_>, area: Rect, words: &str, right: &str, theme: &Theme) {
    let width = usize::from(area.width);
    let right = text::cut(right, width / 3, theme.glyphs.ellipsis);
    let room = width.saturating_sub(text::width(&right) + 16);
    let line = Line::from_iter([
        Span::styled(" hubwright   ", theme.style(Role::Title)),
        Span::raw(text::cut(words, room, theme.glyphs.ellipsis)),
    ]);
    frame.render_widget(line, area);
    frame.render_widget(Paragraph::new(right + " ").right_aligned().style(theme.style(Role::Quiet)), right_part(area));
}

fn right_part(area: Rect) -> Rect {
    let width = area.width / 3 + 1;
    Rect { x: area.right().saturating_sub(width), width: width.min(area.width), ..area }
}

/// The status line.
pub fn status(frame: &mut Frame<'_>, area: Rect, words: &str, theme: &Theme) {
    let words = text::cut(words, usize::from(area.width).saturating_sub(2), theme.glyphs.ellipsis);
    frame.render_widget(Line::styled(format!(" {words}"), theme.style(Role::Wait)), area);
}

/// As many keys as fit.
pub fn footer(frame: &mut Frame<'_>, area: Rect, keys: &[Binding], theme: &Theme) {
    let mut spans = vec![Span::raw(" ")];
    for binding in shown(area, keys) {
        let key = binding.keys.first().map(ToString::to_string).unwrap_or_default();
        spans.push(Span::styled(key, theme.style(Role::Key)));
        spans.push(Span::raw(format!(" {}  ", binding.word)));
    }
    frame.render_widget(Line::from(spans), area);
}

/// The key of the last line that stands in a column.
pub fn key_at(area: Rect, keys: &[Binding], column: u16) -> Option<Key> {
    let mut end = 1;
    let under = |binding: &&Binding| {
        let begin = end;
        end += wide(binding);
        (begin..end).contains(&usize::from(column))
    };
    shown(area, keys).into_iter().find(under)?.keys.first().copied()
}

/// Those that fit; the last two – help and end – always.
fn shown(area: Rect, keys: &[Binding]) -> Vec<&Binding> {
    let worded: Vec<&Binding> = keys.iter().filter(|binding| !binding.word.is_empty()).collect();
    let (own, last) = worded.split_at(worded.len().saturating_sub(2));
    let mut room = usize::from(area.width).saturating_sub(1 + last.iter().map(|key| wide(key)).sum::<usize>());
    let fitting = own.iter().take_while(|key| {
        let fits = wide(key) <= room;
        room = room.saturating_sub(wide(key));
        fits
    });
    fitting.chain(last).copied().collect()
}

fn wide(binding: &Binding) -> usize {
    let key = binding.keys.first().map(ToString::to_string).unwrap_or_default();
    text::width(&key) + text::width(binding.word) + 3
}

/// Signs in sentences that a terminal without more than ASCII cannot show, and what stands for them. Names stay as they are.
const SIGNS: &[(&str, &str)] = &[("…", "~"), ("–", "-"), ("—", "-"), ("·", "-"), ("•", "*"), ("→", ">"), ("×", "x")];

/// Puts ASCII in the place of such signs, where the theme wants that.
pub fn spell(frame: &mut Frame<'_>, theme: &Theme) {
    if *theme.glyphs != ASCII {
        return;
    }
    for cell in &mut frame.buffer_mut().content {
        if let Some((_, plain)) = SIGNS.iter().find(|(sign, _)| *sign == cell.symbol()) {
            cell.set_symbol(plain);
        }
    }
}
