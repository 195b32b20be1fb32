//! Last part: the command that installs the same without a screen, alone and to be copied; and these answers as a preset.
use ratatui::text::Span;

use super::{
    Review,
    row::{Does, Row, folded},
    seen::Seen,
};
use crate::front::{
    tui::theme::Role,
    wizard::{review as words, shared::Shared},
};

/// Its rows.
pub fn rows(seen: &Seen<'_>) -> Vec<Row> {
    let quiet = seen.theme.style(Role::Quiet);
    let mut rows = folded(&words::before_command(&seen.shared.draft), "", 1, seen.width, quiet, &Does::Nothing);
    rows.push(Row::empty());
    // Whole lines at the left: a terminal's own selection takes them as they are.
    let value = seen.theme.style(Role::Value);
    rows.extend(lines(seen.review, seen.shared).iter().flat_map(|line| folded_command(line, seen.width, value)));
    rows.push(Row::empty());
    rows.extend(note(seen));
    let button = |words: &'static str, does| {
        Row::new(vec![Span::raw("  "), Span::styled(words, seen.theme.style(Role::Key))], does)
    };
    rows.push(button("[ Copy the command ]", Does::Copy));
    rows.push(button("[ Save the answers as a preset ]", Does::Save));
    rows
}

/// A line that is too wide is cut into pieces; its indent stays.
fn folded_command(line: &str, width: usize, style: ratatui::style::Style) -> Vec<Row> {
    let indent = line.len() - line.trim_start().len();
    folded(line.trim_start(), "", indent, width, style, &Does::Nothing)
}

fn note(seen: &Seen<'_>) -> Vec<Row> {
    let words = words::about_command(&lines(seen.review, seen.shared));
    folded(words, "", 1, seen.width, seen.theme.style(Role::Quiet), &Does::Nothing)
        .into_iter()
        .chain([Row::empty()])
        .collect()
}

/// The command, a flag a line.
pub fn lines(review: &Review, shared: &Shared) -> Vec<String> {
    words::command(&shared.draft, review.checked.checked(shared), shared.verify)
}
