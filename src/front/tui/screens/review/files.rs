//! Fourth part: the files of the plan, and how much of each differs from what is deployed.
use ratatui::text::Span;

use super::{
    row::{Does, Row},
    seen::Seen,
};
use crate::{
    front::{
        tui::{text, theme::Role},
        wizard::{
            review,
            wish::{FileView, Preview},
        },
    },
    plan::diff::{self, Diff},
};

/// Its rows.
pub fn rows(seen: &Seen<'_>) -> Vec<Row> {
    let Some(preview) = seen.preview() else { return seen.nothing() };
    let diffs = &seen.review.checked.diffs;
    let summary = || Row::text(format!(" {}", summary(diffs)), seen.theme.style(Role::Title));
    let mut rows = vec![seen.unasked().unwrap_or_else(summary)];
    let files = preview.files.iter().zip(diffs).enumerate();
    rows.extend(files.map(|(index, (file, diff))| row(seen, preview, (index, file), diff.as_ref())));
    rows
}

/// All differences in a few words.
pub fn summary(diffs: &[Option<Diff>]) -> String {
    diff::summary(diffs.iter().map(Option::as_ref))
}

fn row(seen: &Seen<'_>, preview: &Preview, (index, file): (usize, &FileView), diff: Option<&Diff>) -> Row {
    let (sign, role) = match diff {
        _ if preview.unasked => (" ", Role::Quiet),
        None => ("+", Role::Added),
        Some(diff) if diff.is_empty() => ("=", Role::Quiet),
        Some(_) => ("~", Role::Wait),
    };
    let words = words(preview, file, diff);
    let room = seen.width.saturating_sub(4 + 2 + text::width(&words) + 1);
    let spans = vec![
        Span::raw("  "),
        Span::styled(format!("{sign} "), seen.theme.style(role)),
        Span::raw(text::pad(&file.path, room, seen.theme.glyphs.ellipsis)),
        Span::styled(format!("  {words}"), seen.theme.style(role)),
    ];
    Row::new(spans, Does::Open(index))
}

/// What happens to a file, in a word or two.
pub fn words(preview: &Preview, file: &FileView, diff: Option<&Diff>) -> String {
    if preview.unasked { "not compared".to_owned() } else { review::file_words(file, diff) }
}
