//! What the verification says in words. Must not know where the words stand.
use std::time::Duration;

use jiff::Timestamp;

use crate::{
    front::{
        clock,
        message::word,
        report,
        tui::theme::{Role, Theme},
        wizard::{
            follow::ladder::{Ladder, Rung, RungState},
            shared::Shared,
        },
    },
    run::event::{RungOutcome, RungResult},
};

/// The title line's words.
pub fn title(shared: &Shared) -> String {
    let deployment = &shared.run.ladder.deployment;
    if deployment.is_empty() { "verification".to_owned() } else { format!("verification   {deployment}") }
}

/// Where the climb stands, in a sentence, and whether that is good.
pub fn standing(shared: &Shared) -> (String, Role) {
    let ladder = &shared.run.ladder;
    let (all, green) = (ladder.rungs.len(), ladder.count(RungOutcome::Passed));
    let (red, untried) = (ladder.count(RungOutcome::Failed), ladder.count(RungOutcome::Skipped));
    if all == 0 {
        return (nothing(shared).to_owned(), Role::Plain);
    }
    if ladder.began.is_none() && shared.running {
        return (format!("{all} rungs, climbed once everything is installed"), Role::Plain);
    }
    if shared.running && !ladder.over() {
        return (format!("climbing: {}", self::green(shared)), Role::Title);
    }
    match (red, all == green) {
        (0, true) => (format!("{}: all {all} rungs are green", word::OK), Role::Ok),
        (0, false) => (format!("{green} of {all} green, the others were not tried"), Role::Wait),
        _ => (format!("{}: {red} of {all} red, {green} green, {untried} not tried", word::FAIL), Role::Bad),
    }
}

/// How many rungs are green so far, and how many red.
pub fn green(shared: &Shared) -> String {
    let ladder = &shared.run.ladder;
    let (all, green, red) = (ladder.rungs.len(), ladder.count(RungOutcome::Passed), ladder.count(RungOutcome::Failed));
    let reds = if red == 0 { String::new() } else { format!(", {red} red") };
    format!("{green} of {all} green{reds}")
}

fn nothing(shared: &Shared) -> &'static str {
    if shared.running { "asking what there is to verify" } else { "nothing was verified yet: `R` begins" }
}

/// How long the climb took so far.
pub fn elapsed(ladder: &Ladder, now: Timestamp) -> String {
    ladder.began.map(|began| since(began, ladder.ended.unwrap_or(now))).unwrap_or_default()
}

fn since(from: Timestamp, to: Timestamp) -> String {
    clock(Duration::try_from(to.duration_since(from)).unwrap_or_default())
}

/// How a rung is shown: glyph, state word, role.
pub fn state(rung: &Rung, theme: &Theme) -> (&'static str, &'static str, Role) {
    let glyphs = theme.glyphs;
    match &rung.state {
        RungState::Planned => (glyphs.idle, word::TODO, Role::Off),
        RungState::Climbing(_) => (glyphs.wait, word::WAIT, Role::Wait),
        RungState::Ended(result) => match result.outcome {
            RungOutcome::Passed => (glyphs.ok, word::OK, Role::Ok),
            RungOutcome::Failed => (glyphs.bad, word::FAIL, Role::Bad),
            RungOutcome::Skipped => (glyphs.skip, word::SKIP, Role::Off),
        },
    }
}

/// The evidence in one line, or what is wrong.
pub fn about(rung: &Rung, dot: &str) -> String {
    match &rung.state {
        RungState::Planned => String::new(),
        RungState::Climbing(_) => "being tried".to_owned(),
        RungState::Ended(result) => match &result.problem {
            Some(problem) => problem.title.clone(),
            None => result.evidence.join(&format!(" {dot} ")),
        },
    }
}

/// How long a rung took, or takes so far: whole seconds are enough while it goes on.
pub fn took(rung: &Rung, now: Timestamp) -> String {
    match &rung.state {
        RungState::Climbing(began) => since(*began, now),
        RungState::Ended(result) if result.outcome != RungOutcome::Skipped => short(result.took_ms),
        RungState::Planned | RungState::Ended(_) => String::new(),
    }
}

fn short(ms: u64) -> String {
    if ms < 60_000 { format!("{}.{} s", ms / 1000, ms % 1000 / 100) } else { clock(Duration::from_millis(ms)) }
}

/// What to do about a red rung.
pub fn hints(rung: &Rung) -> &[String] {
    let failed = |result: &&RungResult| result.outcome == RungOutcome::Failed;
    rung.result().filter(failed).and_then(|result| result.problem.as_ref()).map_or(&[], |problem| &problem.hints)
}

/// The first command that the hints name.
pub fn command(rung: &Rung) -> Option<String> {
    let hints = rung.result()?.problem.as_ref()?.hints.iter();
    hints.flat_map(|hint| hint.split('`').skip(1).step_by(2)).find(|word| word.contains(' ')).map(str::to_owned)
}

/// All that a rung tried and saw, and how to try it by hand. `flags` name the deployment on a command line.
pub fn evidence(rung: &Rung, flags: &str) -> Vec<String> {
    let mut lines = match rung.result() {
        Some(result) => told(result),
        None => vec![about(rung, "·"), String::new()],
    };
    let key = rung.result().and_then(|result| result.problem.as_ref()?.at.as_ref());
    lines.extend(key.map(|key| format!("answer: `{key}`")));
    lines.push("again:".to_owned());
    lines.push(format!("hubwright verify {flags} --rung {}", rung.plan.rung));
    lines
}

/// The words of the report, and of a green rung what it tried as well.
fn told(result: &RungResult) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    if result.outcome == RungOutcome::Passed {
        lines.push(format!("{}: {}", word::OK, result.title));
        lines.push(format!("tried: {}", result.tried));
        lines.extend(result.evidence.iter().map(|line| format!("seen: {line}")));
    } else {
        lines.extend(report::rung_lines(result).lines().map(|line| line.trim_start().to_owned()));
    }
    lines.push(String::new());
    lines
}
