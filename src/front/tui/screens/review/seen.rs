//! The rows of each part, made from what is known; and how the parts stand beside each other.
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};

use super::{
    Review, answers, check,
    checked::Standing,
    command, files,
    part::Part,
    row::{self, Row, Rows},
    steps,
};
use crate::front::{
    tui::{
        text,
        theme::{Role, Theme},
    },
    wizard::{shared::Shared, wish::Preview},
};

/// Columns from which on the first part stays on the left.
const WIDE: u16 = 110;
/// Columns from which on keys of answers stand beside what they are called.
const KEYED: u16 = 100;

/// What rows are made from.
pub struct Seen<'s> {
    /// The screen.
    pub review: &'s Review,
    /// What all screens know.
    pub shared: &'s Shared,
    /// Looks.
    pub theme: &'s Theme,
    /// Columns.
    pub width: usize,
    /// Whether keys of answers are seen.
    pub keyed: bool,
}

impl Seen<'_> {
    /// The preview, if it is of these answers.
    pub fn preview(&self) -> Option<&Preview> {
        self.review.checked.preview(self.shared)
    }

    /// What there is instead of what the preview would tell.
    pub fn nothing(&self) -> Vec<Row> {
        let words = match self.review.checked.standing(self.shared) {
            Standing::Incomplete => "answers are missing or wrong: see Check",
            Standing::Failed => "the target could not be asked: see Check",
            Standing::Checking | Standing::Checked => "checking against the target",
        };
        vec![Row::text(format!(" {words}"), self.theme.style(Role::Quiet))]
    }

    /// Says so where the plan follows from the answers alone.
    pub fn unasked(&self) -> Option<Row> {
        let alone = self.preview().is_some_and(|preview| preview.unasked);
        alone.then(|| Row::text(" from the answers alone: the target could not be asked", self.theme.style(Role::Wait)))
    }

    /// The rows of a part.
    pub fn rows(&self, part: Part) -> Rows {
        Rows::new(match part {
            Part::Check => check::rows(self),
            Part::Answers => answers::rows(self),
            Part::Steps => steps::rows(self),
            Part::Files => files::rows(self),
            Part::Command => command::rows(self),
        })
    }
}

/// Draws tabs and parts.
pub fn draw(review: &Review, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
    let [tabs_at, rule, body] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(0)]).areas(area);
    frame.render_widget(tabs(review, shared, theme), tabs_at);
    frame.render_widget(theme.glyphs.rule.repeat(usize::from(rule.width)), rule);
    let keyed = area.width >= KEYED;
    let mut draw_part = |area: Rect, part: Part| {
        let seen = Seen { review, shared, theme, width: usize::from(area.width), keyed };
        let cursor = (part == review.part).then(|| review.cursor());
        seen.rows(part).draw(frame, area, cursor, theme);
    };
    if area.width < WIDE {
        return draw_part(body, review.part);
    }
    let widths = [Constraint::Length(area.width * 2 / 5), Constraint::Length(2), Constraint::Min(0)];
    let [left, bar, right] = Layout::horizontal(widths).areas(body);
    draw_part(left, Part::Check);
    draw_part(right, if review.part == Part::Check { Part::Answers } else { review.part });
    row::draw_bar(frame, bar, theme);
}

fn tabs(review: &Review, shared: &Shared, theme: &Theme) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for part in Part::ALL {
        let words = part.words(review, shared);
        // Brackets, so that the part is told without colour as well.
        let (words, role) =
            if part == review.part { (format!("[{words}]"), Role::Title) } else { (format!(" {words} "), Role::Quiet) };
        spans.push(Span::styled(text::cut(&words, 24, theme.glyphs.ellipsis), theme.style(role)));
    }
    Line::from(spans)
}
