//! What both wizards say of a pod: beside its name in the list, and line by line on its page. Must not know how it is drawn.
use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use super::{
    follow::{Follow, PodStanding},
    wish::{ContainerLine, EventLine, LogOf, PodPage},
};
use crate::front::{clock, message};

/// What is said where a log has no lines.
pub const EMPTY_LOG: &str = "the log is empty";

/// What stands beside the name of a pod.
pub struct Words<'r> {
    /// State, as the cluster calls it.
    pub state: &'r str,
    /// Containers that are ready, of how many; empty where there is one.
    pub counts: String,
    /// How long it is so.
    pub age: String,
    /// Why.
    pub reason: &'r str,
}

/// What stands beside the name of a pod of a run, that is so since then.
pub fn words<'r>(name: &str, since: Timestamp, run: &'r Follow, now: Timestamp) -> Words<'r> {
    let known = run.state.pods.get(name).map(Box::as_ref);
    let counts = known.filter(|pod| pod.containers > 1).map(|pod| format!("{}/{}", pod.ready, pod.containers));
    let age = run.ended.unwrap_or(now).duration_since(since);
    Words {
        state: known.map_or("", |pod| pod.state.as_str()),
        counts: counts.unwrap_or_default(),
        age: clock(Duration::try_from(age).unwrap_or_default()),
        reason: known.and_then(|pod| pod.reason.as_deref()).unwrap_or_default(),
    }
}

/// An owner of pods; those of nobody are the others.
pub const fn owner(owner: &str) -> &str {
    if owner.is_empty() { "others" } else { owner }
}

/// What a log is called, behind the name of its pod.
pub fn log_title(of: &LogOf) -> String {
    let container = if of.container.is_empty() { String::new() } else { format!(", {}", of.container) };
    let which = if of.previous { "log before the last restart" } else { "log" };
    format!("{}{container}: {which}", of.pod)
}

/// A line of a page.
pub enum PageLine<'p> {
    /// What is wrong with it.
    Wrong(&'p str),
    /// What helps.
    Hint(String),
    /// The raw words of what is wrong.
    Raw(&'p str),
    /// A fact, behind its word.
    Fact(&'p str, &'p str),
    /// Heads what is below.
    Head(&'static str),
    /// A container: which of them, and how it is.
    Container(usize, PodStanding, String),
    /// The image of the container above.
    Image(&'p str),
    /// A condition, and whether it is met.
    Condition(bool, String),
    /// An event, and whether it is a warning.
    Event(bool, String),
}

/// A page from its top: what is wrong above what the cluster says.
pub fn page<'p>(page: &'p PodPage, zone: &TimeZone) -> Vec<PageLine<'p>> {
    let mut lines = Vec::new();
    for finding in &page.findings {
        lines.push(PageLine::Wrong(&finding.title));
        lines.extend(finding.next.iter().map(|step| PageLine::Hint(step.to_string())));
        lines.extend(finding.detail.as_deref().map(PageLine::Raw));
    }
    lines.extend(page.facts.iter().map(|(word, fact)| PageLine::Fact(word, fact)));
    lines.extend((!page.containers.is_empty()).then_some(PageLine::Head("Containers")));
    for (place, one) in page.containers.iter().enumerate() {
        lines.push(PageLine::Container(place, standing(one), container(one)));
        lines.extend((!one.image.is_empty()).then_some(PageLine::Image(&one.image)));
    }
    lines.extend((!page.conditions.is_empty()).then_some(PageLine::Head("Conditions")));
    lines.extend(page.conditions.iter().map(|(kind, met, why)| PageLine::Condition(*met, condition(kind, *met, why))));
    lines.extend((!page.events.is_empty()).then_some(PageLine::Head("Events, newest first")));
    lines.extend(page.events.iter().map(|one| PageLine::Event(one.warning, event(one, zone))));
    lines
}

const fn standing(one: &ContainerLine) -> PodStanding {
    match (one.ready, one.restarts) {
        (true, _) => PodStanding::Ready,
        (false, 0) => PodStanding::Waiting,
        (false, _) => PodStanding::Stuck,
    }
}

fn container(one: &ContainerLine) -> String {
    let restarts = match one.restarts {
        0 => String::new(),
        1 => ", restarted once".to_owned(),
        times => format!(", restarted {times} times"),
    };
    let reason = if one.reason.is_empty() { String::new() } else { format!(": {}", one.reason) };
    let ready = if one.state == "Running" && !one.ready { ", not ready" } else { "" };
    format!("{} {}{ready}{restarts}{reason}", one.name, one.state)
}

fn condition(kind: &str, met: bool, why: &str) -> String {
    let answer = if met { "yes" } else { "no" };
    if why.is_empty() { format!("{kind}: {answer}") } else { format!("{kind}: {answer}, {why}") }
}

fn event(one: &EventLine, zone: &TimeZone) -> String {
    let at = one.at.map(|at| message::time(at, zone)).unwrap_or_default();
    let times = if one.count > 1 { format!(" ({} times)", one.count) } else { String::new() };
    format!("{at:<8} {}{times}: {}", one.reason, one.text)
}
