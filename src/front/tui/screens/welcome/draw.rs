//! Draws the welcome screen: what this is, the lines, more about the selected one. Only visible lines are built.
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span, Text},
};

use super::{Typing, Welcome};
use crate::front::{
    tui::{
        text,
        theme::{Role, Theme},
        window,
    },
    wizard::{
        shared::Shared,
        welcome::{
            rows::{Group, Item, Row},
            words,
        },
    },
};

/// Columns from which what is selected is told beside the lines instead of below them.
const WIDE: u16 = 110;
/// Widest name of a line.
const NAMES: usize = 36;

/// Draws it.
pub fn draw(screen: &Welcome, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let area = Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(2), ..area };
    let intro = if area.height > 18 { 4 } else { 2 };
    let below = if area.width >= WIDE { 0 } else { told(screen, area, shared) };
    let rows = [Constraint::Length(intro), Constraint::Min(0), Constraint::Length(below), Constraint::Length(1)];
    let [top, middle, bottom, last] = Layout::vertical(rows).areas(area);
    introduction(frame, top, theme);
    let [left, right] = if below == 0 {
        Layout::horizontal([Constraint::Fill(3), Constraint::Fill(2)]).spacing(3).areas(middle)
    } else {
        [middle, bottom]
    };
    let hidden = lines(screen, frame, left, shared, theme);
    if below == 0 {
        marked(frame, left, hidden, theme);
        more(screen, frame, Rect { y: right.y.saturating_add(1), ..right }.intersection(middle), shared, theme);
    } else {
        ruled(screen, frame, right, shared, theme);
        marked(frame, Rect { height: right.height.min(1), ..right }, hidden, theme);
    }
    let plain = text::cut(words::PLAIN, usize::from(last.width), theme.glyphs.ellipsis);
    frame.render_widget(Line::styled(plain, theme.style(Role::Quiet)), last);
}

/// Rows below the lines: a rule, and all that is told of what is selected where that is less than half of the screen.
fn told(screen: &Welcome, area: Rect, shared: &Shared) -> u16 {
    let lines = u16::try_from(sentences(screen, area, shared).len()).unwrap_or(u16::MAX);
    lines.clamp(3, (area.height / 2).saturating_sub(1).max(3)).saturating_add(1)
}

fn sentences(screen: &Welcome, area: Rect, shared: &Shared) -> Vec<String> {
    let sentences = screen.current(shared).map(|item| words::more(&item, shared)).unwrap_or_default();
    sentences.iter().flat_map(|sentence| text::wrap(sentence, usize::from(area.width))).collect()
}

fn introduction(frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let empty = if area.height > 2 { vec![Line::default()] } else { Vec::new() };
    let [what, how] = words::INTRODUCTION.map(|words| text::cut(words, usize::from(area.width), theme.glyphs.ellipsis));
    let lines = [Line::styled(what, theme.style(Role::Title)), Line::from(how)];
    frame.render_widget(empty.into_iter().chain(lines).collect::<Text<'_>>(), area);
}

/// Draws those for which there is room; how many are below them.
fn lines(screen: &Welcome, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) -> usize {
    let (rows, current) = (screen.rows(shared), screen.current(shared));
    let at = rows.iter().position(|row| matches!(row, Row::Item(item) if Some(item) == current.as_ref()));
    let shown = window::around(at.unwrap_or_default(), rows.len(), area.height);
    let visible: Vec<&Row> = rows.iter().skip(shown.start).take(shown.len()).collect();
    let drawn = visible.iter().map(|row| {
        let selected = matches!(row, Row::Item(item) if Some(item) == current.as_ref());
        line(screen, row, selected, names(row, &visible, shared), usize::from(area.width), shared, theme)
    });
    frame.render_widget(drawn.collect::<Text<'_>>(), area);
    rows.len().saturating_sub(shown.end)
}

/// How many lines are below what is seen, at the right of the last row.
fn marked(frame: &mut Frame<'_>, area: Rect, hidden: usize, theme: &Theme) {
    if hidden > 0 && area.height > 0 {
        let mark = Line::styled(format!(" {} {hidden} more ", theme.glyphs.more[3]), theme.style(Role::Key));
        let width = u16::try_from(mark.width()).unwrap_or(u16::MAX).min(area.width);
        let at = Rect { x: area.right().saturating_sub(width), y: area.bottom().saturating_sub(1), width, height: 1 };
        frame.render_widget(mark, at);
    }
}

/// Columns of the names that are seen in a line's group.
fn names(row: &Row, visible: &[&Row], shared: &Shared) -> usize {
    let Row::Item(item) = row else { return 0 };
    let widths = visible.iter().filter_map(|row| match row {
        Row::Item(other) if other.group() == item.group() => Some(text::width(&words::words(other, shared).name)),
        _ => None,
    });
    widths.max().unwrap_or_default().min(NAMES)
}

fn line(
    screen: &Welcome,
    row: &Row,
    selected: bool,
    names: usize,
    room: usize,
    shared: &Shared,
    theme: &Theme,
) -> Line<'static> {
    match row {
        Row::Head(group) => head(screen, *group, room, theme),
        Row::Nothing(words) => Line::styled(format!("  {words}"), theme.style(Role::Quiet)),
        Row::Item(Item::Path) if screen.typing == Some(Typing::Path) => {
            let value = format!("{} path: {}", theme.glyphs.cursor, text::field(&screen.path, room.saturating_sub(9)));
            Line::styled(value, theme.style(Role::Value))
        }
        Row::Item(item) => item_line(item, selected, names, room, shared, theme),
    }
}

fn head(screen: &Welcome, group: Group, room: usize, theme: &Theme) -> Line<'static> {
    let name = Span::styled(words::group(group), theme.style(Role::Title));
    let filter = screen.filter.value();
    let typing = screen.typing == Some(Typing::Filter);
    if group != Group::Presets || (filter.is_empty() && !typing) {
        return Line::from(name);
    }
    let room = room.saturating_sub(words::group(group).len() + 4);
    let filter =
        if typing { text::field(&screen.filter, room) } else { text::cut(filter, room, theme.glyphs.ellipsis) };
    Line::from_iter([name, Span::raw("   "), Span::styled(format!("/{filter}"), theme.style(Role::Value))])
}

fn item_line(item: &Item, selected: bool, names: usize, room: usize, shared: &Shared, theme: &Theme) -> Line<'static> {
    let words = words::words(item, shared);
    let ellipsis = theme.glyphs.ellipsis;
    let cursor = if selected { theme.glyphs.cursor } else { " " };
    let kind = if words.kind.is_empty() { String::new() } else { text::pad(words.kind, 14, ellipsis) };
    let name = format!("{cursor} {}  ", text::pad(&words.name, names, ellipsis));
    let left = room.saturating_sub(text::width(&name) + text::width(&kind));
    let about = text::cut(&words.about, left, ellipsis);
    if selected {
        return Line::styled(text::pad(&format!("{name}{kind}{about}"), room, ellipsis), theme.style(Role::Selected));
    }
    Line::from_iter([
        Span::raw(name),
        Span::styled(kind, theme.style(Role::Quiet)),
        Span::styled(about, theme.style(Role::Quiet)),
    ])
}

fn ruled(screen: &Welcome, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let rule = theme.glyphs.rule.repeat(usize::from(area.width));
    frame.render_widget(Line::styled(rule, theme.style(Role::Quiet)), area);
    more(screen, frame, below(area), shared, theme);
}

const fn below(area: Rect) -> Rect {
    Rect { y: area.y.saturating_add(1), height: area.height.saturating_sub(1), ..area }
}

fn more(screen: &Welcome, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let lines = sentences(screen, area, shared).into_iter().take(usize::from(area.height));
    frame.render_widget(lines.collect::<Text<'_>>().style(theme.style(Role::Plain)), area);
}
