//! What runs of a deployment, as a table for a person. Must not print, nor know how it was looked at.
use jiff::Timestamp;

use super::{clock, message};
use crate::{
    health::{
        pod::{self, PodLine},
        verdict::Finding,
    },
    run::{
        event::Outcome,
        state::{Phase, RunState},
    },
};

/// One thing that runs.
pub struct Part {
    /// How it is.
    pub line: PodLine,
    /// Since when it is there.
    pub since: Option<Timestamp>,
}

/// Whether nothing is wrong with it: it is ready, or has ended well.
pub fn is_well(line: &PodLine) -> bool {
    matches!(line.state.as_str(), "Ready" | "Completed")
}

/// The table, those that are not well first; then what is wrong, with what to do.
pub fn text(place: &str, parts: &[Part], findings: &[Finding], now: Timestamp) -> String {
    if parts.is_empty() {
        return format!("{place}: nothing runs\n\n");
    }
    let width = parts.iter().map(|part| part.line.name.chars().count()).max().unwrap_or_default().max(9);
    let mut sorted: Vec<&Part> = parts.iter().collect();
    sorted.sort_by_key(|part| (is_well(&part.line), part.line.name.clone()));
    if parts.iter().all(|part| part.line.state == pod::STOPPED) {
        let name = &parts.first().map(|part| part.line.namespace.clone()).unwrap_or_default();
        return format!("{place} is stopped: `hubwright start -n {name}` starts it again\n\n");
    }
    let ready = parts.iter().filter(|part| is_well(&part.line)).count();
    let mut text = format!("{place}: {ready} of {} ready\n\n", parts.len());
    for part in sorted {
        text.push_str(&row(part, width, now));
    }
    text.push('\n');
    for finding in findings {
        text.push_str(&message::finding(finding));
        text.push_str("\n\n");
    }
    text
}

fn row(part: &Part, width: usize, now: Timestamp) -> String {
    let line = &part.line;
    let age = part.since.and_then(|since| std::time::Duration::try_from(now.duration_since(since)).ok());
    let age = age.map(clock).unwrap_or_default();
    let restarts = match line.restarts {
        0 => String::new(),
        1 => "   1 restart".to_owned(),
        more => format!("   {more} restarts"),
    };
    let reason = line.reason.as_ref().map(|reason| format!("   {reason}")).unwrap_or_default();
    format!("  {:<width$}  {:<17} {age:>8}{restarts}{reason}\n", line.name, line.state)
}

/// How the last run ended, in a line.
pub fn last_run(state: &RunState) -> String {
    if state.started.is_none() {
        return String::new();
    }
    let hint = match state.outcome {
        Some(Outcome::Done) => "",
        Some(Outcome::Unverified) => "; `hubwright verify` tries again",
        Some(Outcome::Failed | Outcome::Interrupted) | None => "; `hubwright resume` goes on",
    };
    format!("last run   {}{hint}\n", ended(state))
}

/// What the last run was, and how it ended: `install of 2026-01-01 12:00 UTC: failed`; empty if there was none.
pub fn ended(state: &RunState) -> String {
    let Some(began) = state.started else { return String::new() };
    let ended = match state.outcome {
        Some(Outcome::Done) => "done",
        Some(Outcome::Unverified) => "deployed, but not verified",
        Some(Outcome::Failed) => "failed",
        Some(Outcome::Interrupted) => "interrupted",
        None => "not ended, or killed",
    };
    let at = state.steps.iter().find(|step| !matches!(step.phase, Phase::Done(_)));
    let at = at.filter(|_| state.outcome != Some(Outcome::Done));
    let at = at.map(|step| format!(" at `{}`", step.planned.id)).unwrap_or_default();
    format!("{} of {}: {ended}{at}", state.command, began.strftime("%Y-%m-%d %H:%M UTC"))
}

/// Remembered deployments, one per line: the flags that name it, and how its last run ended.
pub fn list<'r>(runs: impl Iterator<Item = (String, &'r RunState)>) -> String {
    let runs: Vec<(String, &RunState)> = runs.collect();
    let width = runs.iter().map(|(flags, _)| flags.chars().count()).max().unwrap_or_default();
    let line =
        |(flags, state): &(String, &RunState)| format!("  hubwright status {flags:<width$}   {}", last_run(state));
    let lines: String = runs.iter().map(line).collect();
    format!("several deployments are remembered; look at one:\n{lines}")
}
