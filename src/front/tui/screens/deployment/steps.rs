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
            text,
            theme::{Role, Theme},
        },
        wizard::{
            follow::{Follow, Wait},
            shared::Shared,
        },
    },
    run::{
        event::Progress,
        state::{Phase, StepState},
    },
};

/// The step that climbs the ladder.
const VERIFY: &str = "verify";
/// Columns of a bar.
const BAR: usize = 12;
/// Columns before what a step waits for.
const INDENT: usize = 5;
/// Rows that the reason of the step that is looked at may take.
const REASON: usize = 3;

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
    let reasons = run.state.steps.iter().filter(|step| second(step, run).is_some()).count();
    run.state.steps.len() + reasons + if reasons == 0 { 0 } else { REASON - 1 }
}

/// Draws them.
pub fn draw(frame: &mut Frame<'_>, area: Rect, selected: Option<usize>, focused: bool, shared: &Shared, theme: &Theme) {
    let (run, width) = (&shared.run, usize::from(area.width));
    let chosen = chosen(selected, run);
    let mut rows: Vec<Line<'static>> = Vec::new();
    let mut at = 0;
    for (place, step) in run.state.steps.iter().enumerate() {
        let mark = Mark::of(place == chosen, focused);
        rows.push(first_row(step, shared, width, mark, theme));
        rows.extend(reason_rows(step, run, width, if place == chosen { REASON } else { 1 }, theme));
        // The reason of what is looked at is to be seen as well.
        at = if place == chosen { rows.len() - 1 } else { at };
    }
    let top = window(at, rows.len(), usize::from(area.height));
    for (row, line) in rows.into_iter().skip(top).take(area.height.into()).enumerate() {
        put(frame, area, row, line);
    }
}

/// Why a step is not done yet, in so many rows at most.
fn reason_rows(step: &StepState, run: &Follow, width: usize, most: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some((bar, words, role)) = second(step, run) else { return Vec::new() };
    let bar = bar.map(|progress| bar_of(&progress, theme)).unwrap_or_default();
    let room = width.saturating_sub(INDENT + 1);
    let mut rows = text::wrap(&format!("{bar}{words}"), room);
    if rows.len() > most {
        let rest = rows.split_off(most.saturating_sub(1)).join(" ");
        rows.push(text::cut(&rest, room, theme.glyphs.ellipsis));
    }
    rows.into_iter().map(|row| Line::styled(format!("{:INDENT$}{row}", ""), theme.style(role))).collect()
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
        Phase::Pending => (glyphs.idle, word::TODO, Role::Quiet),
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
            let rung = run.rung.as_ref().filter(|_| step.planned.id.as_str() == VERIFY);
            let rung = rung.map(|(_, title, _)| format!("tries {title}"));
            let call = || step.called.as_ref().map(|call| format!("at work: {call}"));
            let busy = || rung.or_else(call).unwrap_or_else(|| "at work".to_owned());
            match run.waits(&step.planned.id) {
                Some(Wait { progress: Some(progress), .. }) => {
                    Some((Some(progress.clone()), progress.to_string(), Role::Wait))
                }
                Some(wait) => Some((None, wait.what.clone(), Role::Wait)),
                None => Some((None, busy(), Role::Wait)),
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
    let Some((done, total)) = progress.share() else { return String::new() };
    let share = u128::from(done) * BAR as u128 / u128::from(total);
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
