//! Steps as bars on one time axis, the critical path marked.
//!
//! ```text
//!   secrets          ▓                                          0:01
//!   KubeRay operator ▓▓▓▓▓                                      0:31
//! » Ray cluster           ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓            3:40
//!   JupyterHub       ▒▒▒▒▒▒▒▒                                   0:52
//! ```
//! Must not know where the times come from.
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::pane::put;
use crate::{
    front::{
        clock, message,
        tui::{
            text,
            theme::{Role, Theme},
            window::Scroll,
        },
    },
    run::timeline::{Bar, Timeline},
};

/// Rows beside the bars: a heading and a legend.
const AROUND: usize = 3;

/// Draws it, scrolled so far.
pub fn draw(frame: &mut Frame<'_>, area: Rect, timeline: &Timeline, scroll: &Scroll, zone: &TimeZone, theme: &Theme) {
    let width = usize::from(area.width);
    let widest = timeline.bars.iter().map(|bar| text::width(&bar.title)).max().unwrap_or_default();
    let names = widest.min(width / 3).max(8);
    let axis = width.saturating_sub(names + 12);
    let whole = format!("  {}", message::span(timeline, zone));
    put(frame, area, 0, Line::styled(text::cut(&whole, width, theme.glyphs.ellipsis), theme.style(Role::Title)));
    let height = usize::from(area.height).saturating_sub(AROUND);
    let top = scroll.top(timeline.bars.len(), height);
    for (row, bar) in timeline.bars.iter().skip(top).take(height).enumerate() {
        put(frame, area, row + 1, line(bar, timeline, names, axis, theme));
    }
    let [critical, other, _] = theme.glyphs.fill;
    let legend = format!("  {} {critical} {}   {other} other steps", theme.glyphs.critical, message::CRITICAL);
    let row = timeline.bars.len().min(height) + 2;
    put(frame, area, row, Line::styled(text::cut(&legend, width, theme.glyphs.ellipsis), theme.style(Role::Quiet)));
}

/// A step as a line: name, bar, time. `names`, `axis`: columns of the name and of the whole time.
pub fn line(bar: &Bar, timeline: &Timeline, names: usize, axis: usize, theme: &Theme) -> Line<'static> {
    let [critical, other, _] = theme.glyphs.fill;
    let (sign, fill, role) =
        if bar.critical { (theme.glyphs.critical, critical, Role::Marked) } else { (" ", other, Role::Quiet) };
    let from = column(timeline, bar.began, axis);
    let to = column(timeline, bar.ended, axis).max(from + 1).min(axis);
    let from = from.min(to.saturating_sub(1));
    let blank = |columns| Span::raw(" ".repeat(columns));
    Line::from_iter([
        Span::styled(format!(" {sign} "), theme.style(role)),
        Span::styled(
            text::pad(&bar.title, names, theme.glyphs.ellipsis),
            theme.style(if bar.critical { Role::Title } else { Role::Plain }),
        ),
        blank(1 + from),
        Span::styled(fill.repeat(to.saturating_sub(from)), theme.style(role)),
        blank(axis.saturating_sub(to)),
        Span::raw(format!("{:>7}", clock(bar.took()))),
    ])
}

/// The column of a moment.
fn column(timeline: &Timeline, at: Timestamp, axis: usize) -> usize {
    let whole = timeline.took().as_millis().max(1);
    let part = u128::try_from(at.duration_since(timeline.began).as_millis()).unwrap_or_default();
    usize::try_from(part * axis as u128 / whole).unwrap_or(axis).min(axis)
}
