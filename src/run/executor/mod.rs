//! The executor: carries out the steps of a plan, independent ones at the same time, and waits for what must be ready.
//! Must not know drivers, front ends or components.
mod release;
mod secrets;
mod step;
mod world;

use std::{collections::BTreeSet, time::Duration};

use futures::{StreamExt, stream::FuturesUnordered};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{
    event::{EventKind, Outcome, PlannedStep},
    lease::{self, Lease},
    ports::{FailureKind, PortError, Ports},
    recorder::{Recorder, Sink},
    state::RunState,
};
use crate::{
    health::verdict::Finding,
    plan::graph::{Plan, Step, StepId},
    problem::Problem,
};

/// How a run behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// Identifier of the run.
    pub run: String,
    /// Who runs it: `user@host pid 123`, for the Lease.
    pub holder: String,
    /// How long a step may stay blocked by a cause that only a person can mend.
    pub patience: Duration,
    /// How long the cluster may stay silent.
    pub silence: Duration,
    /// Lines that every good end is followed by: addresses, how to log in.
    pub summary: Vec<String>,
}

/// Why a step failed.
pub(crate) struct Failure {
    problem: Problem,
    finding: Option<Finding>,
}

impl Failure {
    fn new(problem: Problem) -> Box<Self> {
        Box::new(Self { problem, finding: None })
    }
}

impl From<super::ports::PortError> for Box<Failure> {
    fn from(error: super::ports::PortError) -> Self {
        Failure::new(*error.problem)
    }
}

/// What every part of a run needs.
pub(crate) struct Run<'a> {
    plan: &'a Plan,
    ports: &'a Ports,
    options: &'a Options,
    recorder: Recorder<'a>,
    world: world::World,
    cancel: CancellationToken,
    remembered: RunState,
}

/// How a step ended.
enum Ended {
    Done { changed: bool },
    Failed,
}

/// Carries out a plan. `remembered` is the state of an earlier, interrupted run, or empty.
pub async fn execute(
    plan: &Plan,
    ports: &Ports,
    options: &Options,
    remembered: RunState,
    sink: &dyn Sink,
    cancel: &CancellationToken,
) -> Outcome {
    let resumed = remembered.unfinished();
    let recorder = Recorder::new(ports, sink, remembered.seq);
    let run = Run {
        plan,
        ports,
        options,
        recorder,
        world: world::World::new(&plan.namespace),
        cancel: cancel.child_token(),
        remembered,
    };
    let began = ports.clock.now();
    run.announce(resumed);
    let mut progress = Progress::default();
    {
        let lease = Lease::new(&plan.namespace, &options.holder);
        let work = run.work(&mut progress, &lease);
        tokio::select! {
            () = work => {}
            () = run.world.follow(&run) => {}
        }
        if progress.lease_held {
            lease.release(ports).await;
        }
    }
    run.conclude(&progress, began)
}

/// What has been reached so far.
#[derive(Default)]
struct Progress {
    done: BTreeSet<StepId>,
    failed: BTreeSet<StepId>,
    changed: bool,
    unverified: bool,
    lease_held: bool,
}

impl Run<'_> {
    fn announce(&self, resumed: bool) {
        let planned =
            |step: &Step| PlannedStep { id: step.id.clone(), title: step.title.clone(), needs: step.needs.clone() };
        self.recorder.say(EventKind::RunStarted {
            run: self.options.run.clone(),
            command: "install".to_owned(),
            deployment: format!("{}/{}", self.ports.cluster.context(), self.plan.namespace),
            plan: self.plan.digest(),
            resumed,
            steps: self.plan.steps.iter().map(planned).collect(),
        });
    }

    /// Runs all steps; keeps the Lease fresh meanwhile.
    async fn work(&self, progress: &mut Progress, lease: &Lease) {
        if !self.take(progress, lease).await {
            return;
        }
        let mut running = FuturesUnordered::new();
        let mut waiting: Vec<&Step> = self.plan.steps.iter().collect();
        let mut renewal = self.ports.clock.sleep(lease::RENEW);
        loop {
            self.skip_hopeless(&mut waiting, progress);
            if !self.cancel.is_cancelled() {
                let (ready, later): (Vec<&Step>, Vec<&Step>) =
                    waiting.into_iter().partition(|step| step.needs.iter().all(|need| progress.done.contains(need)));
                waiting = later;
                running.extend(ready.into_iter().map(|step| self.guarded_step(step)));
            }
            if running.is_empty() {
                return;
            }
            tokio::select! {
                ended = running.next() => if let Some((step, ended, unverified)) = ended {
                    progress.unverified |= unverified;
                    progress.record(step, &ended);
                },
                () = &mut renewal => {
                    self.renew(progress, lease).await;
                    renewal = self.ports.clock.sleep(lease::RENEW);
                }
            }
        }
    }

    /// Takes the Lease before anything is changed. The Lease of a run that was killed is waited for until it runs out; one
    /// that does not run out belongs to a run that lives. `false`: it could not be taken.
    async fn take(&self, progress: &mut Progress, lease: &Lease) -> bool {
        let until = self.ports.clock.now() + lease::RUNS_OUT;
        let mut said = false;
        loop {
            match lease.hold(self.ports).await {
                Ok(()) => progress.lease_held = true,
                Err(error) if is_held(&error) && !self.cancel.is_cancelled() => {
                    let over = self.ports.clock.now() > until;
                    if over || !std::mem::replace(&mut said, true) {
                        let then = if over { "this run stops" } else { "waiting in case that it was killed" };
                        self.recorder.say(EventKind::Note { text: format!("{}: {then}", error.problem.title) });
                    }
                    if !over {
                        self.ports.clock.sleep(Duration::from_secs(1)).await;
                        continue;
                    }
                    return false;
                }
                // without a namespace there is no Lease yet
                Err(_) => {}
            }
            return true;
        }
    }

    /// Another run in the same namespace ends this one; a namespace that is not there yet has no Lease.
    async fn renew(&self, progress: &mut Progress, lease: &Lease) {
        match lease.hold(self.ports).await {
            Ok(()) => progress.lease_held = true,
            Err(error) if is_held(&error) => {
                progress.lease_held = false;
                self.recorder.say(EventKind::Note { text: format!("{}: this run stops", error.problem.title) });
                self.cancel.cancel();
            }
            Err(_) => {}
        }
    }

    async fn guarded_step<'s>(&self, step: &'s Step) -> (&'s Step, Ended, bool) {
        let began = self.ports.clock.now();
        self.recorder.say(EventKind::StepStarted { step: step.id.clone() });
        match self.step(step).await {
            Ok(done) => {
                let took_ms = elapsed_ms(began, self.ports.clock.now());
                let unverified = done.unverified;
                self.recorder.say(EventKind::StepDone {
                    step: step.id.clone(),
                    changed: done.changed,
                    took_ms,
                    note: done.note,
                });
                (step, Ended::Done { changed: done.changed }, unverified)
            }
            Err(failure) => {
                let unverified = failure.problem.code == step::UNVERIFIED;
                self.recorder.say(EventKind::StepFailed {
                    step: step.id.clone(),
                    problem: failure.problem,
                    finding: failure.finding,
                });
                (step, Ended::Failed, unverified)
            }
        }
    }

    /// Steps that need one that failed are not tried, and say so.
    fn skip_hopeless(&self, waiting: &mut Vec<&Step>, progress: &mut Progress) {
        waiting.retain(|step| {
            let Some(need) = step.needs.iter().find(|need| progress.failed.contains(*need)) else { return true };
            self.recorder
                .say(EventKind::StepSkipped { step: step.id.clone(), why: format!("not tried: `{need}` failed") });
            progress.failed.insert(step.id.clone());
            false
        });
    }

    fn conclude(&self, progress: &Progress, began: Timestamp) -> Outcome {
        let all = progress.done.len() == self.plan.steps.len();
        let outcome = match () {
            () if all => Outcome::Done,
            () if self.cancel.is_cancelled() => Outcome::Interrupted,
            () if progress.unverified => Outcome::Unverified,
            () => Outcome::Failed,
        };
        let back = format!("`hubwright resume -n {}` goes on; what is there stays as it is", self.plan.namespace);
        let summary = match outcome {
            Outcome::Done => self.options.summary.clone(),
            Outcome::Unverified => {
                vec![format!("`hubwright verify -n {}` tries the verification again", self.plan.namespace)]
            }
            Outcome::Failed | Outcome::Interrupted => vec![back],
        };
        let took_ms = elapsed_ms(began, self.ports.clock.now());
        self.recorder.say(EventKind::RunFinished { outcome, took_ms, changed: progress.changed, summary });
        outcome
    }
}

impl Progress {
    fn record(&mut self, step: &Step, ended: &Ended) {
        match ended {
            Ended::Done { changed } => {
                self.changed |= changed;
                self.done.insert(step.id.clone());
            }
            Ended::Failed => {
                self.failed.insert(step.id.clone());
            }
        }
    }
}

fn is_held(error: &PortError) -> bool {
    error.kind == FailureKind::Conflict && error.problem.code == "run-in-progress"
}

/// Milliseconds between two moments.
pub(crate) fn elapsed_ms(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_millis()).unwrap_or_default()
}
