//! The steps: how each is, how long it takes, and why it waits. Must not know how pods are drawn.
use std::time::Duration;

use jiff::Timestamp;
use ratatui::{Frame, layout::Rect, text::Line};

use super::pane::{Mark, put, row, window};
use crate::{
    front::{
        clock,
        message::{self, word},
        tui::{
            follow::{Follow, Wait},
            shared::Shared,
            text,
            theme::{Role, Theme},
        },
    },
    run::{
        event::Progress,
        state::{Phase, StepState},
    },
};

/// Columns of a bar.
const BAR: usize = 12;

/// Time from one moment to another.
pub fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// Steps that are over, and all.
pub fn counted(run: &Follow) -> (usize, usize) {
    let over = run.state.steps.iter().filter(|step| matches!(step.phase, Phase::Done(_))).count();
    (over, run.state.steps.len())
}

/// The step that is looked at: the selected one, else the first that is not over.
pub fn chosen(selected: Option<usize>, run: &Follow) -> usize {
    let steps = &run.state.steps;
    let first = || steps.iter().position(|step| !matches!(step.phase, Phase::Done(_)));
    selected.or_else(first).unwrap_or_default().min(steps.len().saturating_sub(1))
}

/// A heading: how many are done, and a cell for each.
pub fn title(run: &Follow, theme: &Theme) -> String {
    let (over, all) = counted(run);
    let cell = |step: &StepState| match step.phase {
        Phase::Done(_) => theme.glyphs.cells[0],
        Phase::Pending => theme.glyphs.cells[1],
        _ => glyph(&step.phase, theme).0,
    };
    let cells: String = run.state.steps.iter().map(cell).collect();
    format!("Steps {over} of {all} {cells}")
}

/// Rows that all steps take.
pub fn height(run: &Follow) -> usize {
    run.state.steps.iter().map(|step| 1 + usize::from(second(step, run).is_some())).sum()
}

/// Draws them.
pub fn draw(frame: &mut Frame<'_>, area: Rect, selected: Option<usize>, focused: bool, shared: &Shared, theme: &Theme) {
    let (run, width) = (&shared.run, usize::from(area.width));
    let chosen = chosen(selected, run);
    let mut rows: Vec<Line<'static>> = Vec::new();
    let mut at = 0;
    for (place, step) in run.state.steps.iter().enumerate() {
        let mark = Mark::of(place == chosen, focused);
        at = if place == chosen { rows.len() } else { at };
        rows.push(first_row(step, shared, width, mark, theme));
        if let Some((bar, words, role)) = second(step, run) {
            let bar = bar.map(|progress| bar_of(&progress, theme)).unwrap_or_default();
            let words = format!("     {bar}{words}");
            rows.push(Line::styled(text::cut(&words, width, theme.glyphs.ellipsis), theme.style(role)));
        }
    }
    let top = window(at, rows.len(), usize::from(area.height));
    for (row, line) in rows.into_iter().skip(top).take(area.height.into()).enumerate() {
        put(frame, area, row, line);
    }
}

fn first_row(step: &StepState, shared: &Shared, width: usize, mark: Mark, theme: &Theme) -> Line<'static> {
    let (glyph, word, role) = glyph(&step.phase, theme);
    let end = step.ended.or(shared.run.ended).unwrap_or(shared.now);
    let elapsed = step.started.map(|began| clock(between(began, end))).unwrap_or_default();
    let room = width.saturating_sub(16);
    let title = text::pad(&step.planned.title, room, theme.glyphs.ellipsis);
    row(
        vec![
            (format!("{glyph} {word:<5} "), role),
            (title, if step.phase == Phase::Pending { Role::Quiet } else { Role::Plain }),
            (format!("{elapsed:>7} "), Role::Quiet),
        ],
        mark,
        theme,
    )
}

/// How a step is: a sign, a word, and what it is.
fn glyph(phase: &Phase, theme: &Theme) -> (&'static str, &'static str, Role) {
    let glyphs = theme.glyphs;
    match phase {
        Phase::Pending => (glyphs.idle, "", Role::Quiet),
        Phase::Running(_) => (glyphs.wait, word::WAIT, Role::Wait),
        Phase::Blocked(_) => (glyphs.bad, word::STUCK, Role::Bad),
        Phase::Done(_) => (glyphs.ok, word::OK, Role::Ok),
        Phase::Failed(_) => (glyphs.bad, word::FAIL, Role::Bad),
        Phase::Skipped(_) => (glyphs.skip, word::SKIP, Role::Quiet),
    }
}

/// Why it is not over, below it.
fn second(step: &StepState, run: &Follow) -> Option<(Option<Progress>, String, Role)> {
    match &step.phase {
        Phase::Running(_) => {
            let rung = || run.rung.as_ref().map(|(_, title, _)| format!("tries {title}"));
            match run.waits(&step.planned.id) {
                Some(Wait { progress: Some(progress), .. }) => {
                    Some((Some(progress.clone()), progress.to_string(), Role::Wait))
                }
                Some(wait) => Some((None, wait.what.clone(), Role::Wait)),
                None => rung().map(|words| (None, words, Role::Wait)),
            }
        }
        Phase::Blocked(finding) => Some((None, finding.title.clone(), Role::Bad)),
        Phase::Failed(problem) => Some((None, problem.title.clone(), Role::Bad)),
        Phase::Skipped(why) => Some((None, why.clone(), Role::Quiet)),
        Phase::Pending | Phase::Done(_) => None,
    }
}

/// A bar, where it is known how much there is.
fn bar_of(progress: &Progress, theme: &Theme) -> String {
    let (Some(done), Some(total @ 1..)) = (progress.done, progress.total) else { return String::new() };
    let share = u128::from(done.min(total)) * BAR as u128 / u128::from(total);
    let full = usize::try_from(share).unwrap_or(BAR);
    let [taken, _, free] = theme.glyphs.fill;
    format!("{}{} ", taken.repeat(full), free.repeat(BAR - full))
}

/// Everything about a step, as lines of text.
pub fn detail(step: &StepState, shared: &Shared) -> Vec<String> {
    let run = &shared.run;
    let time = |at: Timestamp| message::time(at, &shared.zone);
    let needs: Vec<&str> = step.planned.needs.iter().map(crate::plan::graph::StepId::as_str).collect();
    let mut lines = vec![format!("step       {}", step.planned.id)];
    lines.extend((!needs.is_empty()).then(|| format!("after      {}", needs.join(", "))));
    lines.extend(step.started.map(|at| format!("began      {}", time(at))));
    lines.extend(step.ended.map(|at| format!("ended      {}", time(at))));
    lines.extend(step.called.as_ref().map(|call| format!("last call  {call}")));
    if let Some(wait) = run.waits(&step.planned.id) {
        lines.push(format!("waits for  {}, since {}", wait.what, time(wait.since)));
        lines.extend(wait.deadline.map(|at| format!("until      {}, then it fails", time(at))));
    }
    if let Phase::Skipped(why) = &step.phase {
        lines.push(format!("left out   {why}"));
    }
    if let Some(trouble) = run.trouble_of(&step.planned.id) {
        lines.extend([String::new(), trouble.title().to_owned()]);
        lines.extend(trouble.lines());
    }
    lines
}
