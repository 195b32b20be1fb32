//! Fourth part: the files of the plan, and how much of each differs from what is deployed.
use ratatui::text::Span;

use super::{
    Seen,
    row::{Does, Row},
};
use crate::{
    front::{
        review,
        tui::{text, theme::Role, wish::FileView},
    },
    plan::diff::{self, Diff},
};

/// Its rows.
pub fn rows(seen: &Seen<'_>) -> Vec<Row> {
    let Some(preview) = seen.preview() else { return seen.nothing() };
    let diffs = &seen.review.checked.diffs;
    let summary = diff::summary(diffs.iter().map(Option::as_ref));
    let mut rows = vec![Row::text(format!(" {summary}"), seen.theme.style(Role::Title))];
    let files = preview.files.iter().zip(diffs).enumerate();
    rows.extend(files.map(|(index, (file, diff))| row(seen, index, file, diff.as_ref())));
    rows
}

fn row(seen: &Seen<'_>, index: usize, file: &FileView, diff: Option<&Diff>) -> Row {
    let (sign, role) = match diff {
        None => ("+", Role::Added),
        Some(diff) if diff.is_empty() => ("=", Role::Quiet),
        Some(_) => ("~", Role::Wait),
    };
    let words = review::file_words(file, diff);
    let room = seen.width.saturating_sub(4 + 2 + text::width(&words) + 1);
    let spans = vec![
        Span::raw("  "),
        Span::styled(format!("{sign} "), seen.theme.style(role)),
        Span::raw(text::pad(&file.path, room, seen.theme.glyphs.ellipsis)),
        Span::styled(format!("  {words}"), seen.theme.style(role)),
    ];
    Row::new(spans, Does::Open(index))
}
