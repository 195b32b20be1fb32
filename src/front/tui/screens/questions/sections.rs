//! The left pane: the sections with where they stand, fit and review below; and the one line that takes its place where there
//! is no room for a pane. Must not know what a section asks.
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span, Text},
};

use super::{
    form,
    way::{self, Stop, Way},
};
use crate::{
    answers::draft::SectionStanding,
    front::{
        tui::{
            text,
            theme::{Role, Theme},
        },
        wizard::shared::Shared,
    },
    plan::fit,
};

/// State of a stop: sign, words, role.
fn state(shared: &Shared, number: usize, theme: &Theme) -> (String, &'static str, Role) {
    let (glyphs, draft) = (theme.glyphs, &shared.draft);
    match way::stop(draft, number) {
        Stop::Section(section) => match draft.standing(section) {
            SectionStanding::Done => (glyphs.ok.to_owned(), "done", Role::Ok),
            SectionStanding::Attention(open) => (format!("{open} {}", glyphs.attention), "open", Role::Bad),
            SectionStanding::NotRelevant => (glyphs.skip.to_owned(), "not used", Role::Off),
        },
        Stop::Fit => match shared.fit().verdicts.iter().map(|verdict| verdict.standing).min() {
            Some(fit::Fitness::No) => (glyphs.bad.to_owned(), "does not fit", Role::Bad),
            Some(fit::Fitness::Warning) => (glyphs.attention.to_owned(), "fits in part", Role::Wait),
            Some(fit::Fitness::Fits) => (glyphs.ok.to_owned(), "fits", Role::Ok),
            None => (String::new(), "", Role::Plain),
        },
        Stop::Review => (String::new(), "", Role::Plain),
    }
}

/// Draws the pane.
pub fn draw(frame: &mut Frame<'_>, area: Rect, shared: &Shared, way: &Way, theme: &Theme) {
    let draft = &shared.draft;
    let width = usize::from(area.width);
    let sections = draft.sections().len();
    let here = if way.number() < sections { way.number() } else { way.number() + 1 };
    let total = sections + 3;
    let rows = usize::from(area.height);
    let top = form::top(here, here, total, rows);
    let line = |row: usize| match row {
        row if row == sections => {
            Line::styled(format!(" {}", theme.glyphs.rule.repeat(width.saturating_sub(2))), theme.style(Role::Quiet))
        }
        row if row > sections => stop_line(shared, row - 1, row == here, width, theme),
        row => stop_line(shared, row, row == here, width, theme),
    };
    let lines: Vec<Line<'static>> = (0..total).skip(top).take(rows).map(line).collect();
    frame.render_widget(Text::from(lines), area);
}

fn stop_line(shared: &Shared, number: usize, here: bool, width: usize, theme: &Theme) -> Line<'static> {
    let glyphs = theme.glyphs;
    let (sign, words, role) = state(shared, number, theme);
    let state = if width >= 28 && !words.is_empty() { format!("{words} {sign}") } else { sign };
    let cursor = if here { glyphs.cursor } else { " " };
    let room = width.saturating_sub(text::width(&state) + 4);
    let title = text::pad(way::title(&shared.draft, number), room, glyphs.ellipsis);
    let style = match role {
        _ if here => theme.style(Role::Marked),
        Role::Off => theme.style(Role::Off),
        _ => theme.style(Role::Plain),
    };
    Line::from_iter([
        Span::styled(format!("{cursor} {title} "), style),
        Span::styled(state, theme.style(role)),
        Span::raw(" "),
    ])
}

/// The same in one line: `3/11 Login   2 open !`, and how many sections are open on the whole way.
pub fn crumbs(shared: &Shared, way: &Way, room: usize, theme: &Theme) -> Line<'static> {
    let draft = &shared.draft;
    let sections = draft.sections().len();
    let number = if way.number() < sections { format!("{}/{sections} ", way.number() + 1) } else { String::new() };
    let (sign, words, role) = state(shared, way.number(), theme);
    let head = format!(" {number}{}   ", way::title(draft, way.number()));
    let state = format!("{words} {sign}   ");
    let open =
        (0..sections).filter(|section| matches!(draft.standing(*section), SectionStanding::Attention(_))).count();
    let left = if open == 0 { String::new() } else { format!("{open} of {sections} sections open") };
    let left = text::cut(&left, room.saturating_sub(text::width(&head) + text::width(&state)), theme.glyphs.ellipsis);
    Line::from_iter([
        Span::styled(head, theme.style(Role::Title)),
        Span::styled(state, theme.style(role)),
        Span::styled(left, theme.style(Role::Quiet)),
    ])
}
