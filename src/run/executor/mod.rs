//! The executor: carries out the steps of a plan, independent ones at the same time, and waits for what must be ready.
//! Must not know drivers, front ends or components.
mod machine;
mod record;
mod release;
mod secrets;
mod skip;
mod step;
mod wait;

use std::{collections::BTreeSet, sync::OnceLock, time::Duration};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

pub use self::skip::Skips;
use self::step::Done;
use super::{
    event::{EventKind, Outcome, PlannedStep, command::INSTALL},
    lease::Lease,
    ports::{Kubernetes, Platform, PortResult, Ports},
    reach::Reach,
    recorder::{Recorder, Sink},
    state::RunState,
    uninstall::installed,
    watching::World,
};
use crate::{
    health::verdict::Finding,
    plan::graph::{Action, Plan, Step, StepId},
    problem::Problem,
    verify,
};

/// How helm's description of a release begins that we made; what it was made from follows as a digest.
pub const MARKER: &str = "hubwright ";

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
    /// Steps whose wait was given up.
    pub skips: Skips,
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
    world: World,
    cancel: CancellationToken,
    remembered: RunState,
    /// Why the run stops by itself.
    stopped: OnceLock<Problem>,
    /// The hub's public address, once the verification found it good.
    address: OnceLock<String>,
}

/// How a step ended.
enum Ended {
    Done {
        changed: bool,
    },
    /// Not waited for.
    Skipped {
        changed: bool,
    },
    Failed {
        unverified: bool,
    },
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
    let resumed = remembered.unfinished(INSTALL);
    let recorder = Recorder::new(ports, sink, remembered.seq);
    let run = Run {
        plan,
        ports,
        options,
        recorder,
        world: World::new(&plan.namespace),
        cancel: cancel.child_token(),
        remembered,
        stopped: OnceLock::new(),
        address: OnceLock::new(),
    };
    let began = ports.clock.now();
    run.announce(resumed);
    let mut reached = Reached::default();
    let lease = Lease::new(ports, &plan.namespace, &options.holder);
    tokio::select! {
        () = run.work(&mut reached, &lease) => {}
        () = run.world.follow(ports, &run.recorder) => {}
        () = lease.keep(|problem| run.stop(problem)) => {}
    }
    lease.release().await;
    // What is not ready yet may still need what earlier answers left.
    if reached.failed.is_empty() && reached.skipped.is_empty() && !run.cancel.is_cancelled() {
        run.tidy_up().await;
    }
    run.conclude(&reached, began)
}

/// What has been reached so far.
#[derive(Default)]
struct Reached {
    done: BTreeSet<StepId>,
    skipped: BTreeSet<StepId>,
    failed: BTreeSet<StepId>,
    changed: bool,
    unverified: bool,
}

impl Run<'_> {
    fn announce(&self, resumed: bool) {
        let planned =
            |step: &Step| PlannedStep { id: step.id.clone(), title: step.title.clone(), needs: step.needs.clone() };
        self.recorder.say(EventKind::RunStarted {
            run: self.options.run.clone(),
            command: INSTALL.to_owned(),
            deployment: format!("{}/{}", self.ports.workloads().context(), self.plan.namespace),
            plan: self.plan.digest(),
            resumed,
            steps: self.plan.steps.iter().map(planned).collect(),
        });
        if self.plan.steps.iter().any(|step| step.action == Action::Verify) {
            let rungs = verify::ladder(&self.plan.checks, self.plan.on_this_machine());
            self.recorder.say(EventKind::LadderPlanned { rungs });
        }
        if resumed && self.remembered.plan != self.plan.digest() {
            let text = "the answers, or this program, are not those of the interrupted run; what differs is changed";
            self.recorder.say(EventKind::Note { text: text.to_owned() });
        }
    }

    /// Runs all steps, each as soon as those that it needs are done, or not waited for.
    async fn work(&self, reached: &mut Reached, lease: &Lease<'_>) {
        let mut running = FuturesUnordered::new();
        let mut waiting: Vec<&Step> = self.plan.steps.iter().collect();
        loop {
            self.skip_hopeless(&mut waiting, reached);
            let (ready, later): (Vec<&Step>, Vec<&Step>) =
                waiting.into_iter().partition(|step| step.needs.iter().all(|need| reached.passed(need)));
            waiting = later;
            if !ready.is_empty() && self.may_begin(lease).await {
                running.extend(ready.into_iter().map(|step| self.guarded_step(step)));
            }
            let Some((step, ended)) = running.next().await else { return };
            reached.record(step, &ended);
        }
    }

    /// Nothing begins after a cancel, nor without the Lease, which can be taken as soon as there is a namespace.
    async fn may_begin(&self, lease: &Lease<'_>) -> bool {
        // What cannot be written down must not be done, and the Lease is a change, too. The step says why.
        if self.recorder.broken().is_ok()
            && let Err(problem) = lease.take(&self.recorder, &self.cancel).await
        {
            self.stop(problem);
        }
        !self.cancel.is_cancelled()
    }

    /// What earlier answers left and these do not name.
    async fn tidy_up(&self) {
        match &self.ports.platform {
            Platform::Kubernetes(kubernetes) => self.name_what_is_no_longer_wanted(kubernetes).await,
            Platform::Machine(machine) => self.remove_what_is_no_longer_wanted(machine.as_ref()).await,
        }
    }

    /// Parts that earlier answers installed are not taken away with people's work in them; a note says how.
    async fn name_what_is_no_longer_wanted(&self, kubernetes: &Kubernetes) {
        let wanted = |name: &String| {
            self.plan.steps.iter().any(|step| matches!(&step.action, Action::Release(release) if release.name == *name))
        };
        // Only a note: where the cluster does not answer any more, the run has ended well all the same.
        let mut there = installed(kubernetes, &self.plan.namespace).await.unwrap_or_default();
        there.retain(|name| !wanted(name));
        if !there.is_empty() {
            let (names, namespace) = (there.join(" "), &self.plan.namespace);
            let text = format!(
                "still installed, though not among the answers: {}; `helm uninstall -n {namespace} {names}` takes it away",
                there.join(", ")
            );
            self.recorder.say(EventKind::Note { text });
        }
    }

    /// Calls the cluster, again while it does not answer.
    async fn reach<'c, T>(
        &self,
        step: &Step,
        call: impl Fn() -> BoxFuture<'c, PortResult<T>>,
    ) -> Result<T, Box<Failure>> {
        let reach = Reach { clock: self.ports.clock.as_ref(), silence: self.options.silence, cancel: &self.cancel };
        let said = |problem: &Problem, deadline| {
            let what = format!("{}; trying again", problem.title);
            self.recorder.say(EventKind::StepWaiting { step: step.id.clone(), what, deadline });
        };
        let ended = reach.call(said, call).await.ok_or_else(|| self.interrupted())?;
        ended.map_err(Into::into)
    }

    /// A pause that ends with a cancel.
    async fn moment(&self, duration: Duration) -> Result<(), Box<Failure>> {
        tokio::select! {
            () = self.cancel.cancelled() => Err(self.interrupted()),
            () = self.ports.clock.sleep(duration) => Ok(()),
        }
    }

    /// Ends the run as a cancel does, but for a reason of its own.
    fn stop(&self, problem: Problem) {
        let _ = self.stopped.set(problem);
        self.cancel.cancel();
    }

    /// Why a step was given up.
    fn interrupted(&self) -> Box<Failure> {
        Failure::new(self.stopped.get().cloned().unwrap_or_else(|| {
            Problem::new("interrupted", "stopped before it was ready").hint("`hubwright resume` goes on").retry()
        }))
    }

    async fn guarded_step<'s>(&self, step: &'s Step) -> (&'s Step, Ended) {
        let began = self.ports.clock.now();
        self.recorder.say(EventKind::StepStarted { step: step.id.clone() });
        let ended = match self.recorder.broken() {
            Ok(()) => self.step(step).await,
            Err(problem) => Err(Failure::new(problem)),
        };
        let step_id = step.id.clone();
        match ended {
            Ok(Done { changed, waited: false, .. }) => {
                self.recorder.say(EventKind::StepSkipped { step: step_id, why: skip::BY_HAND.to_owned() });
                (step, Ended::Skipped { changed })
            }
            Ok(Done { changed, note, .. }) => {
                let took_ms = elapsed_ms(began, self.ports.clock.now());
                self.recorder.say(EventKind::StepDone { step: step_id, changed, took_ms, note });
                (step, Ended::Done { changed })
            }
            Err(failure) => {
                let Failure { problem, finding } = *failure;
                let unverified = problem.code == step::UNVERIFIED;
                self.recorder.say(EventKind::StepFailed { step: step_id, problem, finding });
                (step, Ended::Failed { unverified })
            }
        }
    }

    /// Steps that need one that failed are not tried, and say so.
    fn skip_hopeless(&self, waiting: &mut Vec<&Step>, reached: &mut Reached) {
        waiting.retain(|step| {
            let Some(need) = step.needs.iter().find(|need| reached.failed.contains(*need)) else { return true };
            self.recorder
                .say(EventKind::StepSkipped { step: step.id.clone(), why: format!("not tried: it needs `{need}`") });
            reached.failed.insert(step.id.clone());
            false
        });
    }

    /// Why the run stopped by itself, in lines.
    fn reason(&self) -> impl Iterator<Item = String> {
        self.stopped.get().into_iter().flat_map(|problem| [vec![problem.title.clone()], problem.hints.clone()].concat())
    }

    /// Where the hub is, unless the summary knows it from the answers.
    fn found(&self) -> impl Iterator<Item = String> {
        let known = self.plan.checks.hub.as_ref().is_none_or(|hub| hub.url.is_some());
        self.address.get().filter(|_| !known).map(|address| format!("open the hub: {address}")).into_iter()
    }

    /// Whether the verification was green.
    fn proven(&self, reached: &Reached) -> bool {
        self.plan.steps.iter().any(|step| step.action == Action::Verify && reached.done.contains(&step.id))
    }

    fn conclude(&self, reached: &Reached, began: Timestamp) -> Outcome {
        let all = reached.done.len() + reached.skipped.len() == self.plan.steps.len();
        let outcome = match () {
            // What nobody waited for only a verification can vouch for.
            () if all && (reached.skipped.is_empty() || self.proven(reached)) => Outcome::Done,
            () if all => Outcome::Unverified,
            () if self.stopped.get().is_some() => Outcome::Failed,
            () if self.cancel.is_cancelled() => Outcome::Interrupted,
            () if reached.unverified => Outcome::Unverified,
            () => Outcome::Failed,
        };
        let back = format!("`hubwright resume -n {}` goes on; what is there stays as it is", self.plan.namespace);
        let summary = match outcome {
            Outcome::Done => self.found().chain(self.options.summary.iter().cloned()).collect(),
            Outcome::Unverified => {
                vec![format!("`hubwright verify -n {}` tries the verification again", self.plan.namespace)]
            }
            Outcome::Failed | Outcome::Interrupted => self.reason().chain([back]).collect(),
        };
        let took_ms = elapsed_ms(began, self.ports.clock.now());
        self.recorder.say(EventKind::RunFinished { outcome, took_ms, changed: reached.changed, summary });
        outcome
    }
}

impl Reached {
    /// Whether what needs this step may begin.
    fn passed(&self, step: &StepId) -> bool {
        self.done.contains(step) || self.skipped.contains(step)
    }

    fn record(&mut self, step: &Step, ended: &Ended) {
        match ended {
            Ended::Done { changed } => {
                self.changed |= changed;
                self.done.insert(step.id.clone());
            }
            Ended::Skipped { changed } => {
                self.changed |= changed;
                self.skipped.insert(step.id.clone());
            }
            Ended::Failed { unverified } => {
                self.unverified |= unverified;
                self.failed.insert(step.id.clone());
            }
        }
    }
}

/// Milliseconds between two moments.
pub(crate) fn elapsed_ms(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_millis()).unwrap_or_default()
}
