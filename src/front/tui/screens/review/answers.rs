//! Second part: every answer that is not the default, by section, with who said it.
use ratatui::text::Span;
use serde_json::Value;

use super::{
    row::{Does, Row},
    seen::Seen,
};
use crate::{
    answers::{
        draft::{Field, shown},
        question::Kind,
    },
    front::tui::{text, theme::Role},
};

/// Its rows.
pub fn rows(seen: &Seen<'_>) -> Vec<Row> {
    let changes = seen.shared.draft.changes();
    if changes.is_empty() {
        return vec![Row::text(" every answer is the default", seen.theme.style(Role::Quiet))];
    }
    let mut rows = Vec::new();
    for (title, fields) in &changes {
        rows.push(Row::text(format!(" {title}"), seen.theme.style(Role::Title)));
        rows.extend(fields.iter().map(|field| row(seen, field)));
    }
    rows
}

fn row(seen: &Seen<'_>, field: &Field) -> Row {
    let ellipsis = seen.theme.glyphs.ellipsis;
    let titles = (seen.width / 3).clamp(12, 28);
    let origin = text::cut(&field.origin.to_string(), seen.width / 4, ellipsis);
    let room = seen.width.saturating_sub(4 + titles + 2 + text::width(&origin) + 1);
    let value = value(field, seen.theme.glyphs.mask);
    let spans = vec![
        Span::raw("    "),
        Span::raw(text::pad(field.title, titles, ellipsis)),
        Span::styled(text::pad(&value, room, ellipsis), seen.theme.style(Role::Value)),
        Span::styled(format!("  {origin}"), seen.theme.style(Role::Quiet)),
    ];
    Row::new(spans, Does::Go(field.key.clone()))
}

/// The value in a line: of a table, the names of its rows; of a typed secret, that it was typed.
fn value(field: &Field, mask: &str) -> String {
    match (field.kind, &field.value) {
        (Kind::Table(_), Value::Array(rows)) => names(rows),
        (Kind::Secret, Value::String(reference)) if reference.starts_with("ask:") => mask.repeat(6),
        (_, value) => shown(value),
    }
}

fn names(rows: &[Value]) -> String {
    let names: Vec<&str> = rows.iter().filter_map(|row| row.get("name")?.as_str()).collect();
    match rows.len() {
        1 => format!("1 row: {}", names.join(", ")),
        more => format!("{more} rows: {}", names.join(", ")),
    }
}
