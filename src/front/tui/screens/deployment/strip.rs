//! The last rows: how many pods were ready over time, and one cell per pod where there is room. Must not know which
//! pods these are.
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::pane::put;
use crate::front::{
    tui::{
        text,
        theme::{Role, Theme},
    },
    wizard::{
        follow::{PodList, PodStanding, Tally},
        shared::Shared,
    },
};

/// Columns of the curve at most.
const CURVE: usize = 24;
/// Columns that say how many pods a cell is.
const LEGEND: usize = 24;
/// Columns of curve, words and legend, more or less.
const WORDS: usize = 64;

/// Rows that it takes: more than one where each pod gets its cell by that, and the screen is so large that other things have
/// enough all the same.
pub fn height(pods: &PodList, area: Rect) -> u16 {
    let cells = pods.tally().all() + pods.owners();
    let rows = u16::try_from(cells.div_ceil(usize::from(area.width).saturating_sub(1).max(1))).unwrap_or(u16::MAX);
    let one_row = cells + WORDS <= usize::from(area.width);
    if one_row || rows >= area.height / 9 { 1 } else { rows + 1 }
}

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let pods = &shared.run.pods;
    let all = pods.tally().all();
    if all == 0 {
        return;
    }
    let width = usize::from(area.width);
    let curve = curve(shared, CURVE.min(width / 4), theme);
    let ready = pods.tally().of(PodStanding::Ready);
    let (one, several) = shared.run.parts();
    let words = format!(" {curve} {ready} of {all} {several} ready  ");
    let left = width.saturating_sub(text::width(&words) + 1);
    let rows = usize::from(area.height).saturating_sub(1);
    let (cells, each) = cells(pods, if rows == 0 { left } else { width.saturating_sub(1) * rows }, theme);
    let legend = if each == 1 { format!("  one cell a {one}") } else { format!("  one cell for {each} {several}") };
    let used = if rows == 0 { cells.len() } else { 0 };
    let legend = if text::width(&legend) + used <= left { legend } else { String::new() };
    let gap = left.saturating_sub(used + text::width(&legend));
    let mut line = vec![Span::raw(words), Span::raw(" ".repeat(gap))];
    if rows == 0 {
        line.extend(cells);
    } else {
        for (row, cells) in cells.chunks(width.saturating_sub(1).max(1)).enumerate() {
            put(frame, area, row + 1, cells.iter().cloned().collect());
        }
    }
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
    let each = all.div_ceil(room.saturating_sub(3 + LEGEND).max(1)).max(1);
    (run_of(pods.tally(), each, theme).collect(), each)
}

/// A cell each for so many pods.
fn run_of(tally: &Tally, each: usize, theme: &Theme) -> impl Iterator<Item = Span<'static>> {
    let theme = *theme;
    let counts = PodStanding::ALL.map(|standing| (standing, tally.of(standing).div_ceil(each)));
    counts.into_iter().flat_map(move |(standing, count)| {
        let (glyph, role) = cell(standing, &theme);
        std::iter::repeat_n(Span::styled(glyph, theme.style(role)), count)
    })
}

const fn cell(standing: PodStanding, theme: &Theme) -> (&'static str, Role) {
    let [full, empty] = theme.glyphs.cells;
    match standing {
        PodStanding::Stuck => (theme.glyphs.bad, Role::Bad),
        PodStanding::Waiting => (empty, Role::Wait),
        PodStanding::Ready => (full, Role::Ok),
        PodStanding::Ended => (theme.glyphs.skip, Role::Quiet),
    }
}
