//! The pods, grouped by what they belong to, problems first. Only the rows that are seen are built. Must not know how the order
//! is kept.
use ratatui::{Frame, layout::Rect, text::Line};

use super::pane::{Mark, put, row, window};
use crate::front::{
    tui::{
        keys::Action,
        text,
        theme::{Role, Theme},
        window::moved,
    },
    wizard::{
        follow::{Follow, PodList, PodStanding, Row, RowName},
        pod::{self, Words},
        shared::Shared,
    },
};

/// Columns from which on the reason stands behind a pod.
const WIDE: usize = 76;

/// What is selected. Rows move while somebody looks at them, so the row is remembered by name.
#[derive(Debug, Clone, Default)]
pub struct Cursor {
    row: Option<RowName>,
    at: usize,
    /// Only what is in trouble.
    pub stuck: bool,
}

impl Cursor {
    /// Where it is now.
    pub fn position(&self, pods: &PodList) -> usize {
        let found = self.row.as_ref().and_then(|row| pods.position(self.stuck, row));
        found.unwrap_or(self.at).min(pods.len(self.stuck).saturating_sub(1))
    }

    /// Moves it.
    pub fn go(&mut self, action: Action, pods: &PodList) {
        let Some(to) = moved(action, self.position(pods), pods.len(self.stuck).saturating_sub(1)) else { return };
        self.at = to;
        self.row = pods.rows(self.stuck, to, 1).first().map(Row::name);
    }

    /// Selects a pod.
    pub fn select(&mut self, name: &str) {
        self.row = Some(RowName::Pod(name.to_owned()));
    }

    /// The selected pod, unless it is an owner that is selected.
    pub fn pod(&self, pods: &PodList) -> Option<String> {
        match pods.rows(self.stuck, self.position(pods), 1).first()?.name() {
            RowName::Pod(name) => Some(name),
            RowName::Group(_) => None,
        }
    }
}

/// A heading: pods, or processes, in numbers.
pub fn title(run: &Follow, stuck: bool) -> String {
    let only = if stuck { ", only those in trouble" } else { "" };
    let name = if run.parts().0 == "pod" { "Pods" } else { "Processes" };
    format!("{name} {}{only}", run.pods.tally())
}

/// Draws those that are seen.
pub fn draw(frame: &mut Frame<'_>, area: Rect, cursor: &Cursor, focused: bool, shared: &Shared, theme: &Theme) {
    let pods = &shared.run.pods;
    if pods.len(cursor.stuck) == 0 {
        let words = if cursor.stuck { "  no pod is in trouble" } else { "  nothing runs yet" };
        return put(frame, area, 0, Line::styled(words, theme.style(Role::Quiet)));
    }
    let (height, width) = (usize::from(area.height), usize::from(area.width));
    let at = cursor.position(pods);
    let top = window(at, pods.len(cursor.stuck), height);
    for (place, pod) in pods.rows(cursor.stuck, top, height).iter().enumerate() {
        let mark = Mark::of(top + place == at, focused);
        put(frame, area, place, line(pod, shared, width, mark, theme));
    }
}

fn line(line: &Row<'_>, shared: &Shared, width: usize, mark: Mark, theme: &Theme) -> Line<'static> {
    match line {
        Row::Group { owner, tally } => {
            let words = format!("{}  {tally}", pod::owner(owner));
            row(vec![(text::pad(&words, width.saturating_sub(1), theme.glyphs.ellipsis), Role::Title)], mark, theme)
        }
        Row::Pod { name, standing, since } => {
            let words = pod::words(name, *since, &shared.run, shared.now);
            row(pieces(name, *standing, &words, width, theme), mark, theme)
        }
    }
}

fn pieces(name: &str, standing: PodStanding, words: &Words<'_>, width: usize, theme: &Theme) -> Vec<(String, Role)> {
    let Words { state, counts, age, reason } = words;
    let (glyph, role) = sign(standing, theme);
    let ellipsis = theme.glyphs.ellipsis;
    if width < WIDE {
        let room = width.saturating_sub(21);
        return vec![
            (format!("{glyph} "), role),
            (text::pad(name, room, ellipsis), Role::Plain),
            (format!(" {}", text::pad(state, 9, ellipsis)), role),
            (format!("{age:>8}"), Role::Quiet),
        ];
    }
    let room = (width.saturating_sub(45) / 2).max(20);
    vec![
        (format!("{glyph} "), role),
        (text::pad(name, room, ellipsis), Role::Plain),
        (format!(" {} ", text::pad(state, 18, ellipsis)), role),
        (format!("{counts:>5}{age:>9}  "), Role::Quiet),
        (text::pad(reason, width.saturating_sub(room + 39), ellipsis), Role::Plain),
    ]
}

/// The sign of a pod, and what it is.
pub fn sign(standing: PodStanding, theme: &Theme) -> (&'static str, Role) {
    match standing {
        PodStanding::Stuck => (theme.glyphs.bad, Role::Bad),
        PodStanding::Waiting => (theme.glyphs.wait, Role::Wait),
        PodStanding::Ready => (theme.glyphs.ok, Role::Ok),
        PodStanding::Ended => (theme.glyphs.skip, Role::Quiet),
    }
}
