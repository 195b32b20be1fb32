//! Where the panes stand, at any size. Must not know what is in them.
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    Deployment, findings,
    pane::{Pane, heading, put},
    pods, steps, strip,
};
use crate::front::{
    tui::theme::{Role, Theme},
    wizard::shared::Shared,
};

/// Columns from which on steps and pods stand side by side.
const BESIDE: u16 = 80;

/// What stands where; an area of no height is not shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Areas {
    steps: Rect,
    pods: Rect,
    findings: Rect,
    log: Rect,
    strip: Rect,
}

/// Draws the panes.
pub fn draw(screen: &Deployment, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let lines = finding_lines(screen, shared, area.width, theme);
    let areas = if area.width < BESIDE {
        breadcrumb(screen, frame, area, shared, theme);
        stacked(screen.focused(shared), area, lines.len())
    } else {
        let top = steps::height(&shared.run).max(shared.run.pods.len(screen.pods.stuck));
        let strip = strip::height(&shared.run.pods, area);
        beside(area, [lines.len(), top], strip, !shared.run.state.steps.is_empty())
    };
    draw_panes(screen, frame, &areas, lines, shared, theme);
    strip::draw(frame, areas.strip, shared, theme);
}

fn finding_lines(screen: &Deployment, shared: &Shared, width: u16, theme: &Theme) -> Vec<Line<'static>> {
    let troubles = findings::troubles(shared);
    let shown = screen.shown(shared).and_then(|place| troubles.get(place));
    findings::lines(shown.map(AsRef::as_ref), shared, width.into(), theme)
}

fn draw_panes(
    screen: &Deployment,
    frame: &mut Frame<'_>,
    areas: &Areas,
    lines: Vec<Line<'static>>,
    shared: &Shared,
    theme: &Theme,
) {
    let focused = screen.focused(shared);
    let has = |pane: Pane| focused == pane;
    if let Some(body) = titled(frame, areas.steps, &steps::title(&shared.run, theme), has(Pane::Steps), theme) {
        steps::draw(frame, body, screen.steps, has(Pane::Steps), shared, theme);
    }
    let title = pods::title(&shared.run, screen.pods.stuck);
    if let Some(body) = titled(frame, areas.pods, &title, has(Pane::Pods), theme) {
        pods::draw(frame, body, &screen.pods, has(Pane::Pods), shared, theme);
    }
    let title = findings::title(screen.shown(shared).unwrap_or_default(), findings::troubles(shared).len(), shared);
    if let Some(body) = titled(frame, areas.findings, &title, has(Pane::Findings), theme) {
        findings::draw(frame, body, lines);
    }
    let title = screen.log.title(&shared.run.log, usize::from(areas.log.width));
    if let Some(body) = titled(frame, areas.log, &title, has(Pane::Log), theme) {
        screen.log.draw(frame, body, has(Pane::Log), shared, theme);
    }
    bar(frame, areas, theme);
}

/// The heading of a pane, and what is left for it.
fn titled(frame: &mut Frame<'_>, area: Rect, title: &str, focused: bool, theme: &Theme) -> Option<Rect> {
    if area.height == 0 || area.width == 0 {
        return None;
    }
    heading(frame, area, title, focused, theme);
    Some(below(area, 1))
}

fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y.saturating_add(rows), height: area.height.saturating_sub(rows), ..area }
}

/// The bar between steps and pods.
fn bar(frame: &mut Frame<'_>, areas: &Areas, theme: &Theme) {
    if areas.steps.height == 0 || areas.pods.height == 0 || areas.steps.y != areas.pods.y {
        return;
    }
    let column = Rect { x: areas.steps.right(), width: 1, ..areas.steps };
    for row in 0..usize::from(column.height) {
        let glyph = if row == 0 { theme.glyphs.joints[0] } else { theme.glyphs.bar };
        put(frame, column, row, Line::styled(glyph, theme.style(Role::Quiet)));
    }
}

/// Side by side: steps and pods above, what is wrong in the middle, the log below. `findings`, `top`: rows they would take.
fn beside(area: Rect, [findings, top]: [usize; 2], strip: u16, with_steps: bool) -> Areas {
    let height = area.height.saturating_sub(strip);
    let rows = |wanted: usize| u16::try_from(wanted).unwrap_or(u16::MAX);
    let middle = if findings == 0 { 0 } else { rows(findings + 1).min((height / 3).max(5)).min(height) };
    let rest = height.saturating_sub(middle);
    let upper = rows(top + 1).clamp(3, (rest / 2 + rest / 10).max(3)).min(rest);
    let [above, between, log] = cut(area, [upper, middle, rest.saturating_sub(upper)]);
    let left = if with_steps { (area.width / 2).saturating_sub(3).min(70) } else { 0 };
    let gap = u16::from(with_steps);
    let right = area.width.saturating_sub(left + gap);
    Areas {
        steps: if with_steps { Rect { width: left, ..above } } else { Rect::default() },
        pods: Rect { x: area.x.saturating_add(left + gap), width: right, ..above },
        findings: between,
        log,
        strip: last_rows(area, strip),
    }
}

/// One pane at a time, and what is wrong below it.
fn stacked(pane: Pane, area: Rect, findings: usize) -> Areas {
    let body = below(Rect { height: area.height.saturating_sub(1), ..area }, 1);
    let wanted = u16::try_from(findings.min(4) + 1).unwrap_or(u16::MAX);
    let middle = if findings == 0 || pane == Pane::Findings { 0 } else { wanted.min(body.height / 2) };
    let [main, rest, _] = cut(body, [body.height.saturating_sub(middle), middle, 0]);
    let mut areas = Areas { findings: rest, strip: last_rows(area, 1), ..Areas::default() };
    match pane {
        Pane::Steps => areas.steps = main,
        Pane::Pods => areas.pods = main,
        Pane::Findings => areas.findings = main,
        Pane::Log => areas.log = main,
    }
    areas
}

fn cut(area: Rect, heights: [u16; 3]) -> [Rect; 3] {
    let mut left = area;
    heights.map(|height| {
        let part = Rect { height: height.min(left.height), ..left };
        left = below(left, height);
        part
    })
}

fn last_rows(area: Rect, rows: u16) -> Rect {
    let height = area.height.min(rows);
    Rect { y: area.bottom().saturating_sub(height), height, ..area }
}

fn breadcrumb(screen: &Deployment, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let focused = screen.focused(shared);
    let mut spans = vec![Span::raw(" ")];
    for pane in Deployment::panes(shared) {
        let name = match pane {
            Pane::Steps => "Steps",
            Pane::Pods if shared.run.parts().0 == "process" => "Processes",
            Pane::Pods => "Pods",
            Pane::Findings => "What is wrong",
            Pane::Log => "Log",
        };
        let (mark, role) = if pane == focused { (theme.glyphs.cursor, Role::Selected) } else { (" ", Role::Plain) };
        spans.push(Span::styled(format!("{mark}{name} "), theme.style(role)));
    }
    put(frame, area, 0, Line::from(spans));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_never_leave_the_screen_nor_lie_over_each_other() {
        for (width, height) in [(0, 0), (1, 1), (60, 14), (80, 22), (120, 38), (200, 58), (90, 3)] {
            let area = Rect::new(0, 1, width, height);
            let layouts = [0, 3, 40].into_iter().flat_map(|findings| {
                let stacks = Pane::ALL.map(|pane| stacked(pane, area, findings));
                [beside(area, [findings, 9], 1, true), beside(area, [findings, 99_999], 4, false)]
                    .into_iter()
                    .chain(stacks)
            });
            for areas in layouts {
                let all = [areas.steps, areas.pods, areas.findings, areas.log, areas.strip];
                for (place, one) in all.iter().enumerate().filter(|(_, one)| !one.is_empty()) {
                    assert_eq!(area.intersection(*one), *one, "{areas:?}");
                    let others = all.iter().skip(place + 1);
                    assert!(others.clone().all(|other| !one.intersects(*other)), "{areas:?}");
                }
            }
        }
    }

    #[test]
    fn at_80x24_everything_has_some_rows() {
        let areas = beside(Rect::new(0, 1, 80, 22), [9, 30], 1, true);
        assert!([areas.steps, areas.pods, areas.log].iter().all(|area| area.height >= 5), "{areas:?}");
        assert!(areas.findings.height >= 6, "{areas:?}");
    }
}
