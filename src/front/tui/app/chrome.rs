//! What lies around every screen: title line, status line, keys; and the notice where the terminal is too small.
//! Must not know what stands between them.
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span, Text},
    widgets::Paragraph,
};

use crate::front::tui::{
    keys::Binding,
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

/// As many keys as fit; the last two – help and end – always.
pub fn footer(frame: &mut Frame<'_>, area: Rect, keys: &[Binding], theme: &Theme) {
    let shown: Vec<&Binding> = keys.iter().filter(|binding| !binding.word.is_empty()).collect();
    let (own, last) = shown.split_at(shown.len().saturating_sub(2));
    let mut room = usize::from(area.width).saturating_sub(1 + last.iter().map(|key| wide(key)).sum::<usize>());
    let fitting = own.iter().take_while(|key| {
        let fits = wide(key) <= room;
        room = room.saturating_sub(wide(key));
        fits
    });
    let mut spans = vec![Span::raw(" ")];
    for binding in fitting.chain(last) {
        let key = binding.keys.first().map(ToString::to_string).unwrap_or_default();
        spans.push(Span::styled(key, theme.style(Role::Key)));
        spans.push(Span::raw(format!(" {}  ", binding.word)));
    }
    frame.render_widget(Line::from(spans), area);
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
