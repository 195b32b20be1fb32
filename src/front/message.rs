//! One wording for all front ends: events, problems and findings as plain sentences.
//! Must not print, nor know a terminal.
use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use super::clock;
use crate::{
    health::verdict::Finding,
    problem::Problem,
    run::{
        event::{EventKind, Outcome, PodChange, RungOutcome, RungResult, command},
        timeline::Timeline,
    },
};

/// A run that was shorter has no critical path that anybody wants to know.
const WORTH_A_PATH: Duration = Duration::from_secs(10);

/// State words, the same everywhere; readable without colour.
pub mod word {
    /// It works.
    pub const OK: &str = "ok";
    /// It is on its way.
    pub const WAIT: &str = "wait";
    /// It is stuck; a person must do something.
    pub const STUCK: &str = "STUCK";
    /// It failed.
    pub const FAIL: &str = "FAIL";
    /// Its turn comes later.
    pub const TODO: &str = "todo";
    /// It was not tried.
    pub const SKIP: &str = "skip";
    /// For information.
    pub const NOTE: &str = "note";
}

/// A sentence about an event: a state word, what it is about, and the text. Lines after the first are indented by front ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// One of [`word`].
    pub word: &'static str,
    /// Step, pod or rung.
    pub about: String,
    /// The text; further lines say more.
    pub lines: Vec<String>,
}

impl Sentence {
    fn new(word: &'static str, about: impl Into<String>, line: impl Into<String>) -> Self {
        Self { word, about: about.into(), lines: vec![line.into()] }
    }

    fn more(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.lines.extend(lines);
        self
    }
}

/// The sentence for an event; `None` for events that say nothing to a person (the record of a call, a child's pid).
pub fn sentence(kind: &EventKind, zone: &TimeZone) -> Option<Sentence> {
    Some(match kind {
        EventKind::Calling { .. }
        | EventKind::Child { .. }
        | EventKind::LadderPlanned { .. }
        | EventKind::RungStarted { .. }
        | EventKind::Findings { .. } => return None,
        EventKind::RunStarted { command, deployment, resumed, steps, .. } => {
            run_started(command, deployment, *resumed, steps.len())
        }
        EventKind::StepStarted { step } => Sentence::new(word::WAIT, step.as_str(), "started"),
        EventKind::StepWaiting { step, what, deadline } => {
            Sentence::new(word::WAIT, step.as_str(), format!("{what} (until {})", time(*deadline, zone)))
        }
        EventKind::StepProgress { step, progress } => Sentence::new(word::WAIT, step.as_str(), progress.to_string()),
        EventKind::StepBlocked { step, finding, deadline } => {
            Sentence::new(word::STUCK, step.as_str(), finding.title.clone())
                .more(finding_lines(finding))
                .more([format!("goes on by itself once mended; fails at {}", time(*deadline, zone))])
        }
        EventKind::StepUnblocked { step, code } => {
            Sentence::new(word::OK, step.as_str(), format!("no longer stuck: {code}"))
        }
        EventKind::StepDone { step, changed, took_ms, note } => {
            Sentence::new(word::OK, step.as_str(), step_done(*changed, *took_ms, note.as_deref()))
        }
        EventKind::StepFailed { step, problem, .. } => {
            Sentence::new(word::FAIL, step.as_str(), problem.title.clone()).more(problem_lines(problem))
        }
        EventKind::StepSkipped { step, why } => Sentence::new(word::SKIP, step.as_str(), why.clone()),
        EventKind::PodChanged(pod) => pod_changed(pod),
        EventKind::PodGone { name, process: true, .. } => Sentence::new(word::NOTE, name.as_str(), "gone"),
        EventKind::PodGone { name, .. } => Sentence::new(word::NOTE, format!("pod {name}"), "gone"),
        EventKind::RungDone(rung) => rung_done(rung),
        EventKind::Contact { up, what } => contact(*up, what),
        EventKind::Note { text } => Sentence::new(word::NOTE, "", text.clone()),
        EventKind::RunFinished { outcome, took_ms, changed, summary } => {
            run_finished(*outcome, *took_ms, *changed).more(summary.iter().cloned())
        }
    })
}

/// Clock time of day in a zone: `14:31:07`.
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string()
}

fn run_started(command: &str, deployment: &str, resumed: bool, steps: usize) -> Sentence {
    let how = if resumed { "goes on" } else { "begins" };
    let steps = if steps == 0 { String::new() } else { format!(": {steps} steps") };
    let words = match command {
        command::WATCH => format!("looking at {deployment}; nothing is changed"),
        _ => format!("{command} of {deployment} {how}{steps}"),
    };
    Sentence::new(word::NOTE, "", words)
}

fn step_done(changed: bool, took_ms: u64, note: Option<&str>) -> String {
    let what = if changed { "done" } else { "nothing to change" };
    let note = note.map(|note| format!(": {note}")).unwrap_or_default();
    format!("{what} in {}{note}", seconds(took_ms))
}

fn pod_name(pod: &PodChange) -> String {
    if pod.process { pod.name.clone() } else { format!("pod {}", pod.name) }
}

/// Where all goes well the reason says all; a state that a person should look up in `kubectl` is said as it is.
fn pod_changed(pod: &PodChange) -> Sentence {
    let counts = if pod.containers > 1 { format!(" {}/{}", pod.ready, pod.containers) } else { String::new() };
    // Some reasons count them already.
    let counted = pod.reason.as_ref().is_some_and(|reason| reason.contains("restarted"));
    let restarts =
        if pod.restarts > 0 && !counted { format!(", restarted {}", times(pod.restarts)) } else { String::new() };
    let (word, text) = match (pod.state.as_str(), &pod.reason) {
        ("Ready" | "Completed", _) => (word::OK, format!("{}{counts}{restarts}", pod.state.to_lowercase())),
        ("Pending" | "Init" | "ContainerCreating" | "Pulling" | "Running", Some(reason)) => {
            (word::WAIT, format!("{reason}{counts}{restarts}"))
        }
        (state, reason) => {
            let reason = reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
            (word::WAIT, format!("{state}{counts}{restarts}{reason}"))
        }
    };
    Sentence::new(word, pod_name(pod), text)
}

fn times(count: u32) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn rung_done(rung: &RungResult) -> Sentence {
    let (word, text) = match rung.outcome {
        RungOutcome::Passed => (word::OK, format!("{}{}", rung.evidence.join(" · "), worth_saying(rung.took_ms))),
        RungOutcome::Failed => (word::FAIL, rung.problem.as_ref().map_or_else(String::new, |p| p.title.clone())),
        RungOutcome::Skipped => (word::SKIP, rung.problem.as_ref().map_or_else(String::new, |p| p.title.clone())),
    };
    let about = format!("rung {}, {}", rung.height, rung.title);
    let sentence = Sentence::new(word, about, text);
    if rung.outcome == RungOutcome::Passed {
        return sentence;
    }
    let tried = (rung.outcome == RungOutcome::Failed).then(|| format!("tried: {}", rung.tried));
    let seen = rung.evidence.iter().map(|line| format!("seen: {line}"));
    sentence.more(tried).more(seen).more(rung.problem.iter().flat_map(problem_lines))
}

fn contact(up: bool, what: &str) -> Sentence {
    if up {
        Sentence::new(word::OK, "cluster", "answers again")
    } else {
        Sentence::new(word::STUCK, "cluster", format!("no contact: {what}; what runs inside the cluster goes on"))
    }
}

fn run_finished(outcome: Outcome, took_ms: u64, changed: bool) -> Sentence {
    let took = seconds(took_ms);
    match outcome {
        Outcome::Done if changed => Sentence::new(word::OK, "", format!("all done in {took}")),
        Outcome::Done => Sentence::new(word::OK, "", format!("all as it should be, nothing was changed ({took})")),
        Outcome::Failed => Sentence::new(word::FAIL, "", format!("not finished after {took}; nothing was rolled back")),
        Outcome::Unverified => {
            Sentence::new(word::FAIL, "", format!("deployed in {took}, but the verification failed"))
        }
        Outcome::Interrupted => Sentence::new(word::FAIL, "", format!("interrupted after {took}")),
    }
}

/// What decided how long a run took: the steps of its critical path. `None` where that is no news.
pub fn critical_path(timeline: &Timeline) -> Option<Sentence> {
    let path = timeline.critical();
    if path.len() < 2 || timeline.took() < WORTH_A_PATH {
        return None;
    }
    let steps: Vec<String> = path.iter().map(|bar| format!("{} {}", bar.step, clock(bar.took()))).collect();
    Some(Sentence::new(word::NOTE, "", format!("what took the time: {}", steps.join(", then "))))
}

/// What the mark of a step on the critical path means.
pub const CRITICAL: &str = "critical path: faster here is sooner done";

/// From when to when steps went on, and how long that was.
pub fn span(timeline: &Timeline, zone: &TimeZone) -> String {
    format!("{} to {}, {}", time(timeline.began, zone), time(timeline.ended, zone), clock(timeline.took()))
}

/// How long something took, if anybody had to wait for it.
fn worth_saying(ms: u64) -> String {
    if ms < 1000 { String::new() } else { format!(" ({})", seconds(ms)) }
}

fn seconds(ms: u64) -> String {
    if ms < 10_000 { format!("{}.{} s", ms / 1000, ms % 1000 / 100) } else { clock(Duration::from_millis(ms)) }
}

/// What a problem says beyond its title: the raw words, then hints.
pub fn problem_lines(problem: &Problem) -> Vec<String> {
    let detail = problem.detail.iter().flat_map(|detail| detail.lines()).map(|line| format!("| {line}"));
    detail.chain(problem.hints.iter().map(|hint| format!("hint: {hint}"))).collect()
}

/// What a finding says beyond its title.
pub fn finding_lines(finding: &Finding) -> Vec<String> {
    let about = (finding.count > 1).then(|| format!("{} and {} more", finding.subject, finding.count - 1));
    let about = std::iter::once(format!("seen on: {}", about.unwrap_or_else(|| finding.subject.clone())));
    let detail = finding.detail.iter().flat_map(|detail| detail.lines()).map(|line| format!("| {line}"));
    about.chain(detail).chain(finding.next.iter().map(|step| format!("hint: {step}"))).collect()
}

/// A finding as `error:` and `hint:` lines.
pub fn finding(finding: &Finding) -> String {
    let lines = finding_lines(finding).into_iter().map(|line| format!("\n  {line}"));
    format!("error: {}{}", finding.title, lines.collect::<String>())
}

/// A problem as `error:` and `hint:` lines.
pub fn error(problem: &Problem) -> String {
    let mut text = format!("error: {}\n", headline(problem));
    for line in problem_lines(problem) {
        let indent = if line.starts_with("hint:") { "" } else { "  " };
        text.push_str(indent);
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// A problem as one `warning:` line.
pub fn warning(problem: &Problem) -> String {
    format!("warning: {}", headline(problem))
}

/// What is wrong with an answer names its key by itself; of any other problem the key is a remark.
fn headline(problem: &Problem) -> String {
    match &problem.at {
        Some(key) if !problem.title.contains(&format!("`{key}`")) => format!("{} (answer `{key}`)", problem.title),
        _ => problem.title.clone(),
    }
}
