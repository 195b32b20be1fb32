//! The last line: how many pods were ready over time, and one cell per pod. Must not know which pods these are.
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::pane::put;
use crate::front::tui::{
    follow::{PodList, Standing, Tally},
    shared::Shared,
    text,
    theme::{Role, Theme},
};

/// Columns of the curve at most.
const CURVE: usize = 24;

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let pods = &shared.run.pods;
    let all = pods.tally().all();
    if all == 0 {
        return;
    }
    let width = usize::from(area.width);
    let curve = curve(shared, CURVE.min(width / 4), theme);
    let ready = pods.tally().of(Standing::Ready);
    let (one, several) = shared.run.parts();
    let words = format!(" {curve} {ready} of {all} {several} ready  ");
    let room = width.saturating_sub(text::width(&words) + 1);
    let (cells, each) = cells(pods, room, theme);
    let used: usize = cells.iter().map(Span::width).sum();
    let legend = if each == 1 { format!("  one cell a {one}") } else { format!("  one cell for {each} {several}") };
    let legend = if text::width(&legend) + used <= room { legend } else { String::new() };
    let gap = room.saturating_sub(used + text::width(&legend));
    let mut line = vec![Span::raw(words), Span::raw(" ".repeat(gap))];
    line.extend(cells);
    line.push(Span::styled(legend, theme.style(Role::Quiet)));
    put(frame, area, 0, Line::from(line));
}

fn curve(shared: &Shared, columns: usize, theme: &Theme) -> String {
    let values = shared.run.readiness.curve(columns);
    let most = values.iter().copied().max().unwrap_or_default().max(1);
    let steps = &theme.glyphs.curve;
    let glyph = |value: &usize| steps.get(value * (steps.len() - 1) / most).copied().unwrap_or(" ");
    values.iter().map(glyph).collect()
}

/// One cell per pod where there is room, with a gap between groups; else one cell for some of them.
fn cells(pods: &PodList, room: usize, theme: &Theme) -> (Vec<Span<'static>>, usize) {
    let all = pods.tally().all();
    if all + pods.owners() <= room {
        let blank = || std::iter::once(Span::raw(" "));
        let groups = pods.groups().flat_map(|(_, tally)| blank().chain(run_of(tally, 1, theme)));
        return (groups.collect(), 1);
    }
    // Every state that occurs has a cell, so up to three more than a plain division says.
    let each = all.div_ceil(room.saturating_sub(3).max(1)).max(1);
    (run_of(pods.tally(), each, theme).collect(), each)
}

fn run_of(tally: &Tally, each: usize, theme: &Theme) -> impl Iterator<Item = Span<'static>> {
    let theme = *theme;
    let counts = Standing::ALL.map(|standing| (standing, tally.of(standing).div_ceil(each)));
    counts.into_iter().filter(|(_, count)| *count > 0).map(move |(standing, count)| {
        let (glyph, role) = cell(standing, &theme);
        Span::styled(glyph.repeat(count), theme.style(role))
    })
}

const fn cell(standing: Standing, theme: &Theme) -> (&'static str, Role) {
    let [full, empty] = theme.glyphs.cells;
    match standing {
        Standing::Stuck => (theme.glyphs.bad, Role::Bad),
        Standing::Waiting => (empty, Role::Wait),
        Standing::Ready => (full, Role::Ok),
        Standing::Ended => (theme.glyphs.skip, Role::Quiet),
    }
}
