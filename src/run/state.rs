//! `RunState`: the one reducer. Journal, resume, reports and front ends fold the same events with it, so they cannot disagree.
//! Pure: must not know clocks, files or how anything is shown.
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::event::{Event, EventKind, Outcome, PlannedStep, PodChange, RungResult};
use crate::{health::verdict::Finding, plan::graph::StepId, problem::Problem, run::ports::ChildProcess};

/// Everything that is known about a run from its events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunState {
    /// Number of the last event.
    pub seq: u64,
    /// Identifier of the run.
    pub run: String,
    /// What the run does: one of [`command`](super::event::command).
    pub command: String,
    /// SHA-256 of the plan.
    pub plan: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// Steps in order.
    pub steps: Vec<StepState>,
    /// Pods by name. Boxed: half of a map's places are empty.
    pub pods: BTreeMap<String, Box<PodChange>>,
    /// Rungs in order.
    pub rungs: Vec<RungResult>,
    /// Whether the cluster answers; `None` until that was in doubt.
    pub contact: Option<bool>,
    /// How the run ended, if it did.
    pub outcome: Option<Outcome>,
}

/// What is known about a step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepState {
    /// As planned.
    pub planned: PlannedStep,
    /// Where it stands.
    pub phase: Phase,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// The helm that was started for it, until the step is done.
    pub child: Option<ChildProcess>,
    /// The last call, until the step is done.
    pub called: Option<String>,
}

/// Where a step stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Not begun.
    Pending,
    /// Begun; what it waits for.
    Running(String),
    /// Stuck, with the cause.
    Blocked(Box<Finding>),
    /// Done; whether anything changed.
    Done(bool),
    /// Failed.
    Failed(Box<Problem>),
    /// Not tried; why.
    Skipped(String),
}

impl RunState {
    /// Folds one event into what is known.
    pub fn apply(&mut self, event: &Event) {
        self.seq = event.seq;
        match &event.kind {
            EventKind::RunStarted { run, command, plan, steps, .. } => self.start(event.at, run, command, plan, steps),
            EventKind::StepStarted { step } => self.enter(step, event.at),
            EventKind::StepWaiting { step, what, .. } => self.set(step, Phase::Running(what.clone())),
            EventKind::StepProgress { step, progress } => self.set(step, Phase::Running(progress.to_string())),
            EventKind::StepBlocked { step, finding, .. } => self.set(step, Phase::Blocked(Box::new(finding.clone()))),
            EventKind::StepUnblocked { step, .. } => self.set(step, Phase::Running(String::new())),
            EventKind::StepDone { step, changed, .. } => {
                self.end(step, Phase::Done(*changed), event.at);
                self.forget(step);
            }
            EventKind::Calling { step, call, .. } => self.call(step, call),
            EventKind::StepFailed { step, problem, .. } => {
                self.end(step, Phase::Failed(Box::new(problem.clone())), event.at);
            }
            EventKind::StepSkipped { step, why } => self.skip(step, why, event.at),
            EventKind::Child { step, pid, started, host } => self.child(step, *pid, *started, host),
            EventKind::PodChanged(pod) => drop(self.pods.insert(pod.name.clone(), Box::new(pod.clone()))),
            EventKind::PodGone { name, .. } => drop(self.pods.remove(name)),
            EventKind::RungDone(rung) => self.rung(rung),
            EventKind::Contact { up, .. } => self.contact = Some(*up),
            EventKind::RunFinished { outcome, .. } => self.outcome = Some(*outcome),
            EventKind::Findings { .. }
            | EventKind::LadderPlanned { .. }
            | EventKind::RungStarted { .. }
            | EventKind::Note { .. } => {}
        }
    }

    /// The state after all events of a journal; lines of another format or cut off are passed over.
    pub fn fold(lines: &[String]) -> Self {
        let mut state = Self::default();
        lines.iter().filter_map(|line| serde_json::from_str::<Event>(line).ok()).for_each(|event| state.apply(&event));
        state
    }

    /// A run of a command that began and did not end well.
    pub fn unfinished(&self, command: &str) -> bool {
        self.command == command && self.outcome != Some(Outcome::Done)
    }

    /// The helm of a step that was not seen to be done.
    pub fn child_of(&self, step: &StepId) -> Option<ChildProcess> {
        self.steps.iter().find(|state| state.planned.id == *step).and_then(|state| state.child.clone())
    }

    /// The call that a step of an earlier run began, if the step was not seen to be done.
    pub fn cut_off(&self, step: &StepId) -> Option<&str> {
        self.steps.iter().find(|state| state.planned.id == *step).and_then(|state| state.called.as_deref())
    }

    /// A resumed run begins anew with its steps, but remembers the processes and calls that it left behind.
    fn start(&mut self, at: Timestamp, run: &str, command: &str, plan: &str, steps: &[PlannedStep]) {
        let mut left: BTreeMap<StepId, (Option<ChildProcess>, Option<String>)> =
            self.steps.drain(..).map(|step| (step.planned.id, (step.child, step.called))).collect();
        run.clone_into(&mut self.run);
        command.clone_into(&mut self.command);
        plan.clone_into(&mut self.plan);
        self.started = Some(at);
        self.outcome = None;
        self.rungs.clear();
        let fresh = |planned: &PlannedStep| {
            let (child, called) = left.remove(&planned.id).unwrap_or_default();
            StepState { planned: planned.clone(), phase: Phase::Pending, started: None, ended: None, child, called }
        };
        self.steps = steps.iter().map(fresh).collect();
    }

    fn step(&mut self, id: &StepId) -> Option<&mut StepState> {
        self.steps.iter_mut().find(|step| step.planned.id == *id)
    }

    fn enter(&mut self, id: &StepId, at: Timestamp) {
        if let Some(step) = self.step(id) {
            step.phase = Phase::Running(String::new());
            step.started = Some(at);
        }
    }

    fn set(&mut self, id: &StepId, phase: Phase) {
        if let Some(step) = self.step(id) {
            step.phase = phase;
        }
    }

    fn end(&mut self, id: &StepId, phase: Phase, at: Timestamp) {
        if let Some(step) = self.step(id) {
            step.phase = phase;
            step.ended = Some(at);
        }
    }

    /// A step that began has made what it makes, and leaves nothing behind; one that was not tried may.
    fn skip(&mut self, id: &StepId, why: &str, at: Timestamp) {
        if self.step(id).is_some_and(|step| step.started.is_some()) {
            self.forget(id);
        }
        self.end(id, Phase::Skipped(why.to_owned()), at);
    }

    fn call(&mut self, id: &StepId, call: &str) {
        if let Some(step) = self.step(id) {
            step.called = Some(call.to_owned());
        }
    }

    /// What is done leaves nothing behind; what failed or was stopped may.
    fn forget(&mut self, id: &StepId) {
        if let Some(step) = self.step(id) {
            (step.child, step.called) = (None, None);
        }
    }

    fn child(&mut self, id: &StepId, pid: u32, started: u64, host: &str) {
        if let Some(step) = self.step(id) {
            step.child = Some(ChildProcess { pid, started, host: host.to_owned() });
        }
    }

    fn rung(&mut self, rung: &RungResult) {
        self.rungs.retain(|known| known.rung != rung.rung);
        self.rungs.push(rung.clone());
    }
}
