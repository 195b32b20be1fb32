//! What lies over a screen: what can be done there, problems, a question, a text. Must not know screens.
mod menu;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::{
    Frame,
    layout::{Constraint, Margin, Rect},
    text::{Line, Span, Text},
    widgets::{Block, Borders, Clear},
};

use super::{
    keys::{self, Action, Binding, EVERYWHERE, Key},
    text,
    theme::{Role, Theme},
    window::{Scroll, around, moved},
};
use crate::{
    front::{
        message,
        wizard::{
            shared::Shared,
            turn::{Overlay, Turn},
            wish::Wish,
        },
    },
    run::event::command,
};

/// Keys of an overlay.
pub const KEYS: &[Binding] = &[
    Binding::new(&[Key::Code(KeyCode::Enter), Key::Char('y')], Action::Enter, "yes", "agree"),
    Binding::new(&[Key::Code(KeyCode::Esc), Key::Char('n'), Key::Char('q')], Action::Back, "close", "close"),
    keys::UP,
    keys::DOWN,
    keys::PAGE_UP,
    keys::SPACE_DOWN,
    keys::FIRST,
    keys::LAST,
];

/// Columns that say how much more there is.
const MORE: usize = 22;

/// An overlay that is open.
pub struct Open {
    what: Overlay,
    scroll: Scroll,
    /// What is chosen of what can be done; `None`: the first.
    at: Option<Action>,
}

impl Open {
    /// Open, at its first line.
    pub fn new(what: Overlay) -> Self {
        Self { what, scroll: Scroll::default(), at: None }
    }

    /// Whether it lists what can be done on the screen below.
    pub const fn is_menu(&self) -> bool {
        matches!(self.what, Overlay::Help)
    }
}

/// What a key did to an overlay.
pub enum Answer {
    /// It stays.
    Stay,
    /// It goes, and this follows.
    Close(Vec<Turn>),
    /// It goes, and this is done on the screen below.
    Do(Action),
}

/// Does what a key means. `keys`: all that work on the screen below.
pub fn act(open: &mut Open, action: Action, keys: &[Binding]) -> Answer {
    match (&mut open.what, action) {
        (Overlay::Confirm { then, .. }, Action::Enter) => Answer::Close(std::mem::take(then)),
        (Overlay::Help, Action::Enter) => {
            menu::chosen(open.at, keys).map_or_else(|| Answer::Close(Vec::new()), Answer::Do)
        }
        (Overlay::Help, action) if moved(action, 0, 0).is_some() => {
            open.at = menu::step(open.at, action, keys);
            Answer::Stay
        }
        (_, Action::Back)
        | (Overlay::Help, Action::Help)
        | (Overlay::Problems(_) | Overlay::Text { .. }, Action::Enter) => Answer::Close(Vec::new()),
        (_, action) => {
            open.scroll.go(action);
            Answer::Stay
        }
    }
}

/// What a key means in an overlay. `y` agrees to a question, and to nothing that was not asked.
pub fn action(open: &Open, key: &KeyEvent) -> Option<Action> {
    let asked = matches!(open.what, Overlay::Confirm { .. });
    keys::action(key, KEYS.iter().chain(EVERYWHERE)).filter(|_| asked || !Key::Char('y').is(key))
}

/// The keys that work in an overlay.
pub fn live(open: &Open) -> Vec<Binding> {
    match &open.what {
        Overlay::Confirm { yes, .. } => {
            let named = |binding: &Binding| match binding.does {
                Action::Enter => binding.named(yes),
                Action::Back => binding.named("no"),
                _ => *binding,
            };
            KEYS.iter().map(named).collect()
        }
        Overlay::Help => {
            let named =
                |binding: &Binding| if binding.does == Action::Enter { binding.named("do it") } else { *binding };
            KEYS.iter().map(named).collect()
        }
        _ => KEYS.iter().filter(|binding| binding.does != Action::Enter).copied().collect(),
    }
}

/// Asks whether what runs is to be stopped; asked again while it stops, whether it is to be cut off.
pub fn stop(shared: &Shared) -> Overlay {
    let (title, lines, yes) = match shared.stopping() {
        Some(stopping) => (
            "Stop at once?".to_owned(),
            vec![
                format!("It is {stopping}."),
                "At once means: what is under way is cut off where it is, and what a check made may stay behind."
                    .to_owned(),
                format!("`{}` finds out how far it came.", shared.run.again()),
            ],
            "stop at once",
        ),
        None if shared.run.state.started.is_none() => {
            ("Stop before it begins?".to_owned(), vec!["Nothing was changed yet.".to_owned()], "stop")
        }
        None => stop_run(shared),
    };
    Overlay::Confirm { title, lines, yes, then: vec![Turn::Wish(Wish::Cancel)] }
}

fn stop_run(shared: &Shared) -> (String, Vec<String>, &'static str) {
    let again = shared.run.again();
    let (what, stays, goes_on) = match shared.run.command() {
        command::VERIFY => {
            ("verification", "What a check made is removed; what is installed stays as it is.", "begins it anew")
        }
        other => (
            if other == command::UNINSTALL { "removal" } else { "installation" },
            "What was begun is ended, what a check made is removed; nothing is rolled back: what is installed stays as it is.",
            "goes on where it stopped",
        ),
    };
    (format!("Stop the {what}?"), vec![stays.to_owned(), format!("`{again}` {goes_on}.")], "stop")
}

/// Draws an overlay into the middle of an area. `keys`: all that work on the screen below; `about`: what that says of what its
/// cursor is on.
pub fn draw(frame: &mut Frame<'_>, area: Rect, open: &Open, keys: &[Binding], about: Option<&str>, theme: &Theme) {
    let inner = usize::from(area.width).saturating_sub(8).clamp(20, 96);
    let mut chosen = None;
    let (title, lines) = match &open.what {
        Overlay::Help => {
            let (lines, at) = menu::lines(about, open.at, keys, inner, theme);
            // Where nobody moved, or came back to the first, what is said above is to be read.
            chosen = open.at.filter(|chosen| menu::chosen(None, keys) != Some(*chosen)).map(|_| at);
            ("What can be done here", lines)
        }
        Overlay::Problems(problems) => {
            let texts: Vec<String> = problems.iter().map(message::error).collect();
            ("What is wrong", wrapped(texts.iter().flat_map(|text| text.lines()), inner))
        }
        Overlay::Confirm { title, lines, .. } | Overlay::Text { title, lines } => {
            (title.as_str(), wrapped(lines.iter().map(String::as_str), inner))
        }
    };
    frame_text(frame, area, title, lines, (open, chosen), theme);
}

fn wrapped<'t>(lines: impl Iterator<Item = &'t str>, room: usize) -> Vec<Line<'static>> {
    let folded = lines.flat_map(|line| match line {
        "" => vec![String::new()],
        line => text::wrap(line, room),
    });
    folded.map(Line::from).collect()
}

/// `chosen`: the line that is to be seen.
fn frame_text(
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    lines: Vec<Line<'static>>,
    (open, chosen): (&Open, Option<usize>),
    theme: &Theme,
) {
    let below = answers(open, theme);
    let beside = if lines.len() + 2 > area.height.into() { MORE } else { 0 };
    let titles = [text::width(title) + 2, below.width() + beside];
    let widest = lines.iter().map(Line::width).chain(titles).max().unwrap_or(0);
    let width = u16::try_from(widest + 4).unwrap_or(u16::MAX).min(area.width);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let place = area.centered(Constraint::Length(width), Constraint::Length(height));
    let block = Block::new()
        .borders(Borders::ALL)
        .border_set(border(theme))
        .title(Span::styled(format!(" {title} "), theme.style(Role::Title)))
        .title_bottom(below);
    let inner = block.inner(place).inner(Margin::new(1, 0));
    let room = usize::from(inner.height);
    let top = match chosen {
        Some(line) => around(line, lines.len(), inner.height).start,
        None => open.scroll.top(lines.len(), room),
    };
    let more = more(top, lines.len().saturating_sub(top + room), theme);
    let shown: Vec<Line<'static>> = lines.into_iter().skip(top).take(room).collect();
    frame.render_widget(Clear, place);
    frame.render_widget(block.title_bottom(more.right_aligned()), place);
    frame.render_widget(Text::from(shown), inner);
}

/// The answers of a question, which are to be seen however long the question is.
fn answers(open: &Open, theme: &Theme) -> Line<'static> {
    let Overlay::Confirm { yes, .. } = &open.what else { return Line::default() };
    let key = |key: &'static str| Span::styled(key, theme.style(Role::Key));
    Line::from_iter([Span::raw(" "), key("Enter"), Span::raw(format!(" {yes}   ")), key("Esc"), Span::raw(" no ")])
}

/// How many lines are above and below what is shown.
fn more(above: usize, below: usize, theme: &Theme) -> Line<'static> {
    let [_, _, up, down] = theme.glyphs.more;
    let part = |glyph: &str, lines: usize| if lines == 0 { String::new() } else { format!(" {glyph} {lines} more ") };
    Line::styled(part(up, above) + &part(down, below), theme.style(Role::Quiet))
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

#[cfg(test)]
mod tests;
