//! What lies over a screen: keys, problems, a question, a text. Must not know screens.
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span, Text},
    widgets::{Block, Borders, Clear},
};

use super::{
    keys::{Action, Binding, EVERYWHERE, Key},
    screen::{Overlay, Turn},
    shared::Shared,
    text,
    theme::{Role, Theme},
    wish::Wish,
};
use crate::front::message;

/// Keys of an overlay.
pub const KEYS: &[Binding] = &[
    Binding::new(&[Key::Code(crossterm::event::KeyCode::Enter), Key::Char('y')], Action::Enter, "yes", "agree"),
    Binding::new(
        &[Key::Code(crossterm::event::KeyCode::Esc), Key::Char('n'), Key::Char('q')],
        Action::Back,
        "close",
        "close",
    ),
    Binding::new(&[Key::Code(crossterm::event::KeyCode::Up), Key::Char('k')], Action::Up, "", "one line up"),
    Binding::new(&[Key::Code(crossterm::event::KeyCode::Down), Key::Char('j')], Action::Down, "", "one line down"),
    Binding::new(&[Key::Code(crossterm::event::KeyCode::PageUp)], Action::PageUp, "", "one page up"),
    Binding::new(
        &[Key::Code(crossterm::event::KeyCode::PageDown), Key::Char(' ')],
        Action::PageDown,
        "",
        "one page down",
    ),
];

/// What a key did to an overlay.
pub enum Answer {
    /// It stays.
    Stay,
    /// It goes, and this follows.
    Close(Vec<Turn>),
}

/// Does what a key means.
pub fn act(overlay: &mut Overlay, action: Action) -> Answer {
    match (overlay, action) {
        (Overlay::Confirm { then, .. }, Action::Enter) => Answer::Close(std::mem::take(then)),
        (Overlay::Confirm { .. }, Action::Back) => Answer::Close(Vec::new()),
        (Overlay::Confirm { .. }, _) => Answer::Stay,
        (_, Action::Back | Action::Enter | Action::Help) => Answer::Close(Vec::new()),
        (Overlay::Help { top } | Overlay::Text { top, .. } | Overlay::Problems { top, .. }, action) => {
            scroll(top, action);
            Answer::Stay
        }
    }
}

const fn scroll(top: &mut usize, action: Action) {
    *top = match action {
        Action::Up => top.saturating_sub(1),
        Action::Down => top.saturating_add(1),
        Action::PageUp => top.saturating_sub(10),
        Action::PageDown => top.saturating_add(10),
        _ => *top,
    };
}

/// The keys that work in an overlay.
pub fn live(overlay: &Overlay) -> Vec<Binding> {
    match overlay {
        Overlay::Confirm { yes, .. } => {
            let named = |binding: &Binding| match binding.does {
                Action::Enter => Binding { word: yes, ..*binding },
                Action::Back => Binding { word: "no", ..*binding },
                _ => *binding,
            };
            KEYS.iter().map(named).collect()
        }
        _ => KEYS.iter().filter(|binding| binding.does != Action::Enter).copied().collect(),
    }
}

/// Asks whether what runs is to be stopped.
pub fn stop(shared: &Shared) -> Overlay {
    let again = shared.run.again();
    Overlay::Confirm {
        title: format!("Stop the {}?", shared.run.command()),
        lines: vec![
            "What was begun is ended, what a check made is removed; nothing is rolled back: what is installed stays as it is."
                .to_owned(),
            format!("`{again}` goes on where it stopped."),
        ],
        yes: "stop",
        then: vec![Turn::Wish(Wish::Cancel)],
    }
}

/// Draws an overlay into the middle of an area.
pub fn draw(frame: &mut Frame<'_>, area: Rect, overlay: &Overlay, keys: &[Binding], theme: &Theme) {
    let inner = usize::from(area.width).saturating_sub(8).clamp(20, 96);
    let (title, lines, top) = match overlay {
        Overlay::Help { top } => ("Keys", help(keys, inner, theme), *top),
        Overlay::Problems { problems, top } => {
            let texts: Vec<String> = problems.iter().map(message::error).collect();
            ("What is wrong", wrapped(texts.iter().flat_map(|text| text.lines()), inner), *top)
        }
        Overlay::Confirm { title, lines, .. } => (title.as_str(), wrapped(lines.iter().map(String::as_str), inner), 0),
        Overlay::Text { title, lines, top } => (title.as_str(), wrapped(lines.iter().map(String::as_str), inner), *top),
    };
    frame_text(frame, area, title, lines, top, theme);
}

fn wrapped<'t>(lines: impl Iterator<Item = &'t str>, room: usize) -> Vec<Line<'static>> {
    let folded = lines.flat_map(|line| match line {
        "" => vec![String::new()],
        line => text::wrap(line, room),
    });
    folded.map(Line::from).collect()
}

fn help(keys: &[Binding], room: usize, theme: &Theme) -> Vec<Line<'static>> {
    let line = |binding: &Binding| {
        let names = binding.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        Line::from_iter([
            Span::styled(text::pad(&names, 14, theme.glyphs.ellipsis), theme.style(Role::Key)),
            Span::raw(text::cut(binding.help, room.saturating_sub(14), theme.glyphs.ellipsis)),
        ])
    };
    keys.iter().chain(EVERYWHERE).map(line).collect()
}

fn frame_text(frame: &mut Frame<'_>, area: Rect, title: &str, lines: Vec<Line<'static>>, top: usize, theme: &Theme) {
    let widest = lines.iter().map(Line::width).max().unwrap_or(0).max(text::width(title) + 2);
    let width = u16::try_from(widest + 4).unwrap_or(u16::MAX).min(area.width);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let place = area.centered(ratatui::layout::Constraint::Length(width), ratatui::layout::Constraint::Length(height));
    let block = Block::new()
        .borders(Borders::ALL)
        .border_set(border(theme))
        .title(Span::styled(format!(" {title} "), theme.style(Role::Title)));
    let inner = block.inner(place).inner(ratatui::layout::Margin::new(1, 0));
    let last = lines.len().saturating_sub(usize::from(inner.height));
    let shown: Vec<Line<'static>> = lines.into_iter().skip(top.min(last)).take(usize::from(inner.height)).collect();
    frame.render_widget(Clear, place);
    frame.render_widget(block, place);
    frame.render_widget(Text::from(shown), inner);
}

fn border(theme: &Theme) -> ratatui::symbols::border::Set<'static> {
    if theme.glyphs.rule == "-" { ASCII_BORDER } else { ratatui::symbols::border::PLAIN }
}

const ASCII_BORDER: ratatui::symbols::border::Set<'static> = ratatui::symbols::border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};
