//! Removes a deployment, part by part, in the order in which nothing is left hanging. People's data stays unless told
//! otherwise. What the parts are, the platforms know. Asks nothing; must not know front ends.
mod kubernetes;
mod machine;

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

pub use self::kubernetes::installed;
use super::{
    event::{EventKind, Outcome, PlannedStep, command::UNINSTALL},
    executor::{Options, elapsed_ms},
    lease::Lease,
    ports::{FailureKind, Platform, PortError, PortResult, Ports},
    recorder::{Recorder, Sink},
    resume::remembered,
};
use crate::{
    plan::graph::{StepId, digest},
    problem::Problem,
};

/// What an uninstall would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inventory {
    /// In a cluster.
    Kubernetes(kubernetes::Inventory),
    /// On this machine.
    Machine(machine::Inventory),
}

impl Inventory {
    /// Whether there is nothing to remove.
    pub fn is_empty(&self, delete_data: bool) -> bool {
        match self {
            Self::Kubernetes(inventory) => inventory.is_empty() && !(delete_data && inventory.own_namespace),
            Self::Machine(inventory) => inventory.is_empty(delete_data),
        }
    }

    /// What goes and what stays, for a person to decide.
    pub fn lines(&self, delete_data: bool) -> Vec<String> {
        match self {
            Self::Kubernetes(inventory) => inventory.lines(delete_data),
            Self::Machine(inventory) => inventory.lines(delete_data),
        }
    }

    fn namespace(&self) -> &str {
        match self {
            Self::Kubernetes(inventory) => &inventory.namespace,
            Self::Machine(inventory) => &inventory.namespace,
        }
    }

    /// SHA-256 of what is there, hex.
    fn digest(&self) -> String {
        digest(&match self {
            Self::Kubernetes(inventory) => format!("{inventory:?}"),
            Self::Machine(inventory) => format!("{inventory:?}"),
        })
    }

    /// Parts of its removal, in order.
    fn parts(&self, delete_data: bool) -> &'static [&'static str] {
        let parts: &[&str] = match self {
            Self::Kubernetes(_) => &kubernetes::PARTS,
            Self::Machine(_) => &machine::PARTS,
        };
        // The last one only where people's data is to go, too.
        if delete_data { parts } else { parts.split_last().map_or(parts, |(_, parts)| parts) }
    }

    /// What stays, once the removal is done.
    fn left(&self, delete_data: bool) -> Vec<String> {
        match self {
            Self::Kubernetes(inventory) => inventory.left(delete_data),
            Self::Machine(inventory) => inventory.left(delete_data),
        }
    }
}

/// Looks at what is there.
pub async fn inventory(ports: &Ports, namespace: &str) -> PortResult<Inventory> {
    match &ports.platform {
        Platform::Kubernetes(kubernetes) => {
            kubernetes::inventory(kubernetes, namespace).await.map(Inventory::Kubernetes)
        }
        Platform::Machine(machine) => machine::inventory(machine.as_ref(), namespace).map(Inventory::Machine),
    }
}

/// Removes what the inventory lists.
pub async fn remove(
    inventory: &Inventory,
    delete_data: bool,
    ports: &Ports,
    options: &Options,
    sink: &dyn Sink,
    cancel: &CancellationToken,
) -> Outcome {
    // Behind what the journal says of an installation that was interrupted.
    let recorder = Recorder::new(ports, sink, remembered(ports).map(|state| state.seq).unwrap_or_default());
    let began = ports.clock.now();
    let cancel = cancel.child_token();
    let (changed, stopped) = (AtomicBool::new(false), OnceLock::new());
    let removal = Removal { inventory, delete_data, ports, options, recorder, cancel, changed, stopped };
    removal.announce();
    let lease = Lease::new(ports, inventory.namespace(), &options.holder);
    let ended = tokio::select! {
        ended = removal.run(&lease) => ended,
        () = lease.keep(|problem| removal.stop(problem)) => Ok(()),
    };
    lease.release().await;
    removal.conclude(ended, began)
}

/// What every part of a removal needs.
struct Removal<'a> {
    inventory: &'a Inventory,
    delete_data: bool,
    ports: &'a Ports,
    options: &'a Options,
    recorder: Recorder<'a>,
    cancel: CancellationToken,
    changed: AtomicBool,
    /// Why the removal stops by itself.
    stopped: OnceLock<Problem>,
}

/// Why a part failed.
type Failed = (StepId, Problem);

impl Removal<'_> {
    fn announce(&self) {
        let planned = |id: &&str| PlannedStep { id: StepId::new(*id), title: (*id).to_owned(), needs: Vec::new() };
        self.recorder.say(EventKind::RunStarted {
            run: self.options.run.clone(),
            command: UNINSTALL.to_owned(),
            deployment: format!("{}/{}", self.ports.workloads().context(), self.inventory.namespace()),
            plan: self.inventory.digest(),
            resumed: false,
            steps: self.inventory.parts(self.delete_data).iter().map(planned).collect(),
        });
    }

    async fn run(&self, lease: &Lease<'_>) -> Result<(), Failed> {
        let taken = match self.recorder.broken() {
            Ok(()) => lease.take(&self.recorder, &self.cancel).await,
            broken => broken,
        };
        let first = self.inventory.parts(self.delete_data).first().copied().unwrap_or_default();
        taken.map_err(|problem| (StepId::new(first), problem))?;
        // An inventory is of the platform that it was made on.
        let elsewhere = |error: PortError| (StepId::new(first), *error.problem);
        match self.inventory {
            Inventory::Kubernetes(inventory) => {
                let kubernetes = self.ports.kubernetes().map_err(elsewhere)?;
                kubernetes::Work { removal: self, inventory, kubernetes }.run().await
            }
            Inventory::Machine(inventory) => {
                let machine = self.ports.machine().map_err(elsewhere)?;
                machine::Work { removal: self, inventory, machine }.run().await
            }
        }
    }

    async fn part(&self, id: &str, work: impl Future<Output = PortResult<()>>) -> Result<(), Failed> {
        let step = StepId::new(id);
        let began = self.ports.clock.now();
        let before = self.changed.swap(false, Ordering::Relaxed);
        self.recorder.say(EventKind::StepStarted { step: step.clone() });
        let ended = work.await;
        let changed = self.changed.fetch_or(before, Ordering::Relaxed);
        ended.map_err(|error| (step.clone(), *error.problem))?;
        let took_ms = elapsed_ms(began, self.ports.clock.now());
        self.recorder.say(EventKind::StepDone { step, changed, took_ms, note: None });
        Ok(())
    }

    /// Records what is about to go; refuses where that cannot be recorded, and after a cancel.
    fn calling(&self, part: &str, call: String) -> PortResult<()> {
        self.go_on()?;
        self.recorder.say(EventKind::Calling { step: StepId::new(part), call, digest: String::new() });
        self.recorder.broken().map_err(|problem| PortError::new(FailureKind::Other, problem))?;
        self.changed.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn go_on(&self) -> PortResult<()> {
        if self.cancel.is_cancelled() { Err(self.interrupted()) } else { Ok(()) }
    }

    /// Why the removal was given up.
    fn interrupted(&self) -> PortError {
        let by_person = || Problem::new("interrupted", "stopped; `hubwright uninstall` goes on where it stopped");
        PortError::new(FailureKind::Other, self.stopped.get().cloned().unwrap_or_else(by_person))
    }

    fn stop(&self, problem: Problem) {
        let _ = self.stopped.set(problem);
        self.cancel.cancel();
    }

    fn note(&self, text: String) {
        self.recorder.say(EventKind::Note { text });
    }

    fn conclude(&self, ended: Result<(), Failed>, began: Timestamp) -> Outcome {
        let outcome = match ended {
            Ok(()) => Outcome::Done,
            Err((step, problem)) => {
                self.recorder.say(EventKind::StepFailed { step, problem, finding: None });
                let by_person = self.cancel.is_cancelled() && self.stopped.get().is_none();
                if by_person { Outcome::Interrupted } else { Outcome::Failed }
            }
        };
        let took_ms = elapsed_ms(began, self.ports.clock.now());
        let changed = self.changed.load(Ordering::Relaxed);
        let summary = match outcome {
            Outcome::Done => self.inventory.left(self.delete_data),
            _ => vec![format!("`hubwright uninstall -n {}` goes on", self.inventory.namespace())],
        };
        self.recorder.say(EventKind::RunFinished { outcome, took_ms, changed, summary });
        outcome
    }
}
