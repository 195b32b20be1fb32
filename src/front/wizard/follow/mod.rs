//! `Follow`: everything that a wizard knows of a run, folded from its events: the shared [`RunState`], and beside it what only
//! a person needs – since when a step waits, what is wrong, pods in order, the sentences of the log. Must not know how any of
//! it is drawn.
pub mod ladder;
mod log;
mod pods;
mod ranked;
mod readiness;
#[cfg(test)]
#[expect(clippy::missing_panics_doc, reason = "a failed expectation is how a test fails")]
pub mod tests;
mod trouble;

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};

pub use self::{
    ladder::Ladder,
    log::{Entry, Log},
    pods::{PodList, PodStanding, Row, RowName, Tally},
    readiness::Readiness,
    trouble::{Cause, Trouble},
};
use crate::{
    front::message,
    plan::{graph::StepId, render::quoted},
    run::{
        event::{Event, EventKind, Progress, command},
        state::{Phase, RunState},
        timeline::Timeline,
    },
};

/// What is known of a run.
#[derive(Debug, Clone)]
pub struct Follow {
    /// What all front ends know.
    pub state: RunState,
    /// `CONTEXT/NAMESPACE`, `this machine/NAME`.
    pub deployment: String,
    /// The verification.
    pub ladder: Ladder,
    /// Pods in order.
    pub pods: PodList,
    /// How many pods were ready over time.
    pub readiness: Readiness,
    /// What happened.
    pub log: Log,
    /// What is wrong, the root first.
    pub troubles: Vec<Trouble>,
    /// Whether the cluster does not answer: why, and since when.
    pub lost: Option<(String, Timestamp)>,
    /// The rung that is being tried: name, title, since when.
    pub rung: Option<(String, String, Timestamp)>,
    /// What the run said at its end.
    pub summary: Vec<String>,
    /// How it ended, as all front ends say it, the summary among it.
    pub finished: Option<message::Sentence>,
    /// When the run ended.
    pub ended: Option<Timestamp>,
    waits: BTreeMap<StepId, Wait>,
    /// What holds up or ended steps.
    blocked: BTreeMap<StepId, Trouble>,
    /// What is wrong with a deployment that is looked at.
    seen: Vec<Trouble>,
    /// Steps of the last run that was more than a verification.
    kept: Option<Timeline>,
    zone: TimeZone,
}

/// What a step waits for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// In words.
    pub what: String,
    /// Since when.
    pub since: Timestamp,
    /// When the step will fail unless that happens.
    pub deadline: Option<Timestamp>,
    /// How far it is.
    pub progress: Option<Progress>,
}

impl Default for Follow {
    fn default() -> Self {
        Self::new(TimeZone::UTC)
    }
}

impl Follow {
    /// Nothing is known. `zone`: where the person is, for times of day in sentences.
    pub fn new(zone: TimeZone) -> Self {
        Self {
            state: RunState::default(),
            deployment: String::new(),
            ladder: Ladder::default(),
            pods: PodList::default(),
            readiness: Readiness::default(),
            log: Log::default(),
            troubles: Vec::new(),
            lost: None,
            rung: None,
            summary: Vec::new(),
            finished: None,
            ended: None,
            waits: BTreeMap::new(),
            blocked: BTreeMap::new(),
            seen: Vec::new(),
            kept: None,
            zone,
        }
    }

    /// Forgets everything, for another run.
    pub fn forget(&mut self) {
        *self = Self::new(self.zone.clone());
    }

    /// Folds one event.
    pub fn apply(&mut self, event: &Event) {
        self.state.apply(event);
        self.ladder.apply(event);
        self.log.take(event.at, &event.kind, message::sentence(&event.kind, &self.zone));
        let at = event.at;
        match &event.kind {
            EventKind::RunStarted { deployment, .. } => self.start(deployment),
            EventKind::StepWaiting { step, what, deadline } => self.wait(step, what, at, Some(*deadline), None),
            EventKind::StepProgress { step, progress } => {
                self.wait(step, &progress.what, at, None, Some(progress.clone()));
            }
            EventKind::StepBlocked { step, finding, deadline } => {
                let since = self.blocked.get(step).filter(|known| known.code() == finding.code);
                let since = since.and_then(|known| known.since).unwrap_or(at);
                self.trouble(step, Trouble::finding(finding).of(step, since, Some(*deadline)));
            }
            EventKind::StepFailed { step, problem, finding } => {
                let trouble = finding.as_ref().map_or_else(|| Trouble::problem(problem), Trouble::finding);
                self.waits.remove(step);
                self.trouble(step, trouble.of(step, at, None));
            }
            EventKind::StepStarted { step }
            | EventKind::StepUnblocked { step, .. }
            | EventKind::StepDone { step, .. }
            | EventKind::StepSkipped { step, .. } => self.begin(step),
            EventKind::PodChanged(pod) => {
                self.pods.changed(at, pod);
                self.readiness.note(at, self.pods.tally().of(PodStanding::Ready));
            }
            EventKind::PodGone { name, .. } => {
                self.pods.gone(name);
                self.readiness.note(at, self.pods.tally().of(PodStanding::Ready));
            }
            EventKind::Findings { findings } => {
                self.seen = findings.iter().map(Trouble::finding).collect();
                self.fold_troubles();
            }
            EventKind::Contact { up, what } => self.lost = (!up).then(|| (what.clone(), at)),
            EventKind::RungStarted { rung, title } => self.rung = Some((rung.clone(), title.clone(), at)),
            EventKind::RungDone(_) => self.rung = None,
            EventKind::RunFinished { summary, .. } => {
                self.end(at, summary);
                self.finished = message::sentence(&event.kind, &self.zone);
            }
            EventKind::LadderPlanned { .. }
            | EventKind::Calling { .. }
            | EventKind::Child { .. }
            | EventKind::Note { .. } => {}
        }
    }

    /// Time goes by.
    pub fn tick(&mut self, now: Timestamp) {
        self.log.settle(now);
        if self.state.started.is_some() && self.ended.is_none() && self.pods.tally().all() > 0 {
            self.readiness.note(now, self.pods.tally().of(PodStanding::Ready));
        }
    }

    /// What is done, as a word: `install`, `verify`.
    pub fn command(&self) -> &str {
        &self.state.command
    }

    /// What its parts are called, one and several.
    pub fn parts(&self) -> (&'static str, &'static str) {
        if self.deployment.starts_with("this machine/") { ("process", "processes") } else { ("pod", "pods") }
    }

    /// The command that goes on with it.
    pub fn again(&self) -> String {
        let verb = match self.state.command.as_str() {
            verb @ (command::UNINSTALL | command::VERIFY | command::START) => verb,
            command::WATCH => "status",
            _ => "resume",
        };
        let flags = match self.deployment.rsplit_once('/') {
            Some(("this machine", name)) => format!(" --this-machine -n {}", quoted(name)),
            Some((context, name)) => format!(" --context {} -n {}", quoted(context), quoted(name)),
            None => String::new(),
        };
        format!("hubwright {verb}{flags}")
    }

    /// Titles of the steps that are under way, and of the rung that is being tried.
    pub fn under_way(&self) -> Vec<&str> {
        let steps = self.state.steps.iter();
        let steps = steps.filter(|step| matches!(step.phase, Phase::Running(_) | Phase::Blocked(_)));
        let rung = self.rung.iter().map(|(_, title, _)| title.as_str());
        steps.map(|step| step.planned.title.as_str()).chain(rung).collect()
    }

    /// What a step waits for.
    pub fn waits(&self, step: &StepId) -> Option<&Wait> {
        self.waits.get(step)
    }

    /// What holds a step up, or made it fail.
    pub fn trouble_of(&self, step: &StepId) -> Option<&Trouble> {
        self.blocked.get(step)
    }

    /// Steps on one time axis; after a verification those of the installation before.
    pub fn timeline(&self, now: Timestamp) -> Option<Timeline> {
        match &self.kept {
            Some(kept) if self.state.command == command::VERIFY => Some(kept.clone()),
            _ => Timeline::of(&self.state, self.ended.unwrap_or(now)),
        }
    }

    fn start(&mut self, deployment: &str) {
        deployment.clone_into(&mut self.deployment);
        self.waits.clear();
        self.blocked.clear();
        self.summary.clear();
        // What a look saw, and a contact that was lost, are of the run before.
        self.seen.clear();
        (self.ended, self.rung, self.finished, self.lost) = (None, None, None, None);
        self.fold_troubles();
    }

    /// The step waits for nothing that is known, and nothing holds it up.
    fn begin(&mut self, step: &StepId) {
        self.waits.remove(step);
        if self.blocked.remove(step).is_some() {
            self.fold_troubles();
        }
    }

    /// The deadline of a wait stays while only its progress changes.
    fn wait(
        &mut self,
        step: &StepId,
        what: &str,
        at: Timestamp,
        deadline: Option<Timestamp>,
        progress: Option<Progress>,
    ) {
        let known = self.waits.get(step);
        let since = known.filter(|known| known.what == what).map_or(at, |known| known.since);
        let deadline = deadline.or_else(|| known.and_then(|known| known.deadline));
        self.waits.insert(step.clone(), Wait { what: what.to_owned(), since, deadline, progress });
        if self.blocked.remove(step).is_some() {
            self.fold_troubles();
        }
    }

    fn trouble(&mut self, step: &StepId, trouble: Trouble) {
        self.blocked.insert(step.clone(), trouble);
        self.fold_troubles();
    }

    fn fold_troubles(&mut self) {
        self.troubles = trouble::folded(self.blocked.values().chain(&self.seen).cloned());
    }

    fn end(&mut self, at: Timestamp, summary: &[String]) {
        self.summary = summary.to_vec();
        self.ended = Some(at);
        self.rung = None;
        if self.state.command != command::VERIFY {
            self.kept = Timeline::of(&self.state, at);
        }
    }
}
