//! Third part: the plan as a tree; what stands under one number may run at the same time.
use ratatui::text::Span;

use super::{
    row::{Does, Row},
    seen::Seen,
};
use crate::{
    front::{
        tui::{text, theme::Role},
        wizard::wish::Preview,
    },
    plan::{
        graph::{Action, Step},
        render, show,
    },
};

/// Its rows.
pub fn rows(seen: &Seen<'_>) -> Vec<Row> {
    let Some(preview) = seen.preview() else { return seen.nothing() };
    let mut rows = vec![Row::text(" steps under one number run at the same time", seen.theme.style(Role::Quiet))];
    rows.extend(seen.unasked());
    let mut number = 0;
    for layer in preview.plan.layers() {
        let layer: Vec<&Step> =
            layer.into_iter().filter(|step| seen.shared.verify || step.action != Action::Verify).collect();
        if layer.is_empty() {
            continue;
        }
        number += 1;
        let last = layer.len().saturating_sub(1);
        for (index, step) in layer.into_iter().enumerate() {
            let number = if index == 0 { number.to_string() } else { String::new() };
            rows.push(row(seen, preview, step, &number, (index == 0, index == last)));
        }
    }
    rows
}

fn row(seen: &Seen<'_>, preview: &Preview, step: &Step, number: &str, (first, last): (bool, bool)) -> Row {
    let glyphs = seen.theme.glyphs;
    let [more, end] = glyphs.branch;
    let branch = match (first, last) {
        (true, true) => glyphs.rule,
        (_, true) => end,
        (_, false) => more,
    };
    let id = text::pad(step.id.as_str(), 18, glyphs.ellipsis);
    let room = seen.width.saturating_sub(26);
    let what = text::cut(&show::what(step), room, glyphs.ellipsis);
    let after = text::cut(&show::after(step), room.saturating_sub(text::width(&what)), glyphs.ellipsis);
    let spans = vec![
        Span::raw("  "),
        Span::styled(format!("{number:>2} {branch} "), seen.theme.style(Role::Quiet)),
        Span::raw(id + " "),
        Span::styled(what, seen.theme.style(Role::Value)),
        Span::styled(after, seen.theme.style(Role::Quiet)),
    ];
    Row::new(spans, file(preview, step).map_or(Does::Nothing, Does::Open))
}

/// The first file of a step.
fn file(preview: &Preview, step: &Step) -> Option<usize> {
    let files = render::files_by_step(&preview.plan);
    let (_, file) = files.iter().find(|(of, _)| of.is_some_and(|of| of.id == step.id))?;
    preview.files.iter().position(|view| view.path == file.path)
}
