//! `Event`: everything that happens in a run, versioned and serialisable. The journal, plain lines, JSON and the
//! full-screen view all fold the same events. Must not hold a secret, nor raw text of a cluster that was not cleaned.
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    health::{pod::PodLine, verdict::Finding},
    plan::graph::StepId,
    problem::Problem,
};

/// Version of the event format, in every line.
pub const FORMAT: u32 = 1;

/// What runs do: the values of [`EventKind::RunStarted`]'s `command`.
pub mod command {
    /// Carries out a plan.
    pub const INSTALL: &str = "install";
    /// Removes a deployment.
    pub const UNINSTALL: &str = "uninstall";
    /// Only climbs the ladder.
    pub const VERIFY: &str = "verify";
    /// Starts what was stopped on this machine.
    pub const START: &str = "start";
    /// Looks on; nothing is changed.
    pub const WATCH: &str = "watch";
}

/// One event of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Format version, [`FORMAT`].
    pub v: u32,
    /// Number within the run, from 1, across resumes.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum EventKind {
    /// A run begins (or goes on, after a resume).
    RunStarted {
        /// Identifier of the run, in helm's release descriptions too.
        run: String,
        /// What the run does: one of [`command`].
        command: String,
        /// `CONTEXT/NAMESPACE`.
        deployment: String,
        /// SHA-256 of the plan, hex.
        plan: String,
        /// Whether an earlier run goes on.
        resumed: bool,
        /// Steps in order: id, title, what it needs.
        steps: Vec<PlannedStep>,
    },
    /// A step begins.
    StepStarted {
        /// Which.
        step: StepId,
    },
    /// About to change something outside: written and synced before the call.
    Calling {
        /// Which step.
        step: StepId,
        /// What is called, without any secret: `helm upgrade --install jupyterhub`, `apply Secret/hubwright`.
        call: String,
        /// SHA-256 of what is sent, hex, to recognise it after a crash.
        digest: String,
    },
    /// A child process runs; recorded to find it again after a crash.
    Child {
        /// Which step.
        step: StepId,
        /// Process id on this host.
        pid: u32,
        /// Its start time in clock ticks since boot, from `/proc/PID/stat`; 0 where unknown.
        started: u64,
        /// Host name.
        host: String,
    },
    /// A step waits; said again whenever the reason changes.
    StepWaiting {
        /// Which.
        step: StepId,
        /// For what: "2 of 3 pods ready".
        what: String,
        /// When the step will fail unless that happens.
        deadline: Timestamp,
    },
    /// How far a step is that makes something large. Shown a few times a second at most; not in the journal, because what
    /// is there tells a resumed run how far it is.
    StepProgress {
        /// Which.
        step: StepId,
        /// What is done, and how much of it.
        #[serde(flatten)]
        progress: Progress,
    },
    /// A step is blocked by a named cause; the run goes on watching.
    StepBlocked {
        /// Which.
        step: StepId,
        /// Why.
        finding: Finding,
        /// When the step will fail unless the cause goes away.
        deadline: Timestamp,
    },
    /// The cause is gone.
    StepUnblocked {
        /// Which.
        step: StepId,
        /// Code of the finding that is gone.
        code: String,
    },
    /// A step is done.
    StepDone {
        /// Which.
        step: StepId,
        /// Whether anything was changed.
        changed: bool,
        /// How long it took, in milliseconds.
        took_ms: u64,
        /// One line for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A step failed.
    StepFailed {
        /// Which.
        step: StepId,
        /// Why.
        problem: Problem,
        /// The finding behind it, if a health rule named one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        finding: Option<Finding>,
    },
    /// A step is not tried because one that it needs failed; or it was begun, and is not waited for any more.
    StepSkipped {
        /// Which.
        step: StepId,
        /// Why.
        why: String,
    },
    /// A pod's state changed.
    PodChanged(PodChange),
    /// A pod is gone.
    PodGone {
        /// Namespace.
        namespace: String,
        /// Name.
        name: String,
        /// Whether it was a process of this machine.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        process: bool,
    },
    /// What is wrong with a deployment that is looked at, all of it, the root first; said whenever that changes. Not in any
    /// journal: in a run, findings belong to a step.
    Findings {
        /// What is wrong; empty: nothing.
        findings: Vec<Finding>,
    },
    /// The rungs of the verification that are about to be climbed, in the order of the ladder; said again for every climb.
    LadderPlanned {
        /// The rungs.
        rungs: Vec<RungPlan>,
    },
    /// A rung of the verification begins.
    RungStarted {
        /// Which.
        rung: String,
        /// A few words.
        title: String,
    },
    /// A rung ended.
    RungDone(RungResult),
    /// No contact with the cluster, or contact again.
    Contact {
        /// Whether the cluster answers.
        up: bool,
        /// The reason in words.
        what: String,
    },
    /// Something a person should know, nothing to do.
    Note {
        /// A sentence.
        text: String,
    },
    /// The run ended.
    RunFinished {
        /// How.
        outcome: Outcome,
        /// How long, in milliseconds.
        took_ms: u64,
        /// Whether any step changed anything.
        changed: bool,
        /// Lines for a person: addresses, how to log in, what stays.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        summary: Vec<String>,
    },
}

/// How far something is that takes a while.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is done: "downloading packages".
    pub what: String,
    /// How much is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<u64>,
    /// How much there is, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// What is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
}

/// What progress counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Packages.
    Packages,
}

impl Progress {
    /// Something that nobody counts.
    pub fn of(what: impl Into<String>) -> Self {
        Self { what: what.into(), ..Self::default() }
    }

    /// So much is done.
    #[must_use]
    pub const fn counted(mut self, done: u64, total: Option<u64>, unit: Unit) -> Self {
        (self.done, self.total, self.unit) = (Some(done), total, Some(unit));
        self
    }

    /// How much is done of how much, where both are known.
    pub const fn share(&self) -> Option<(u64, u64)> {
        match (self.done, self.total) {
            (Some(done), Some(total @ 1..)) => Some((if done < total { done } else { total }, total)),
            _ => None,
        }
    }

    fn figure(&self, amount: u64) -> String {
        match self.unit {
            Some(Unit::Bytes) => format!("{} MB", amount / 1_000_000),
            Some(Unit::Packages) | None => amount.to_string(),
        }
    }
}

impl std::fmt::Display for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)?;
        match (self.done, self.total) {
            (Some(done), Some(total)) => write!(f, ", {} of {}", self.figure(done), self.figure(total)),
            (Some(done), None) => write!(f, ", {}", self.figure(done)),
            (None, _) => Ok(()),
        }
    }
}

/// A step as announced at the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// Id.
    pub id: StepId,
    /// Title.
    pub title: String,
    /// Needs.
    pub needs: Vec<StepId>,
}

/// A pod as a line on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PodChange {
    /// Step whose wait it belongs to, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// One word: `Pending`, `Pulling`, `Init`, `Running`, `Ready`, `CrashLoopBackOff`, …
    pub state: String,
    /// Containers ready.
    pub ready: u32,
    /// Containers in all.
    pub containers: u32,
    /// Restarts in all.
    pub restarts: u32,
    /// Why, if it is not ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Whether it is a process of this machine, which is told like a pod.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub process: bool,
    /// What it belongs to in the end, in words: `RayCluster ray`, `Deployment hub`; empty: not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// Since when it is ready, or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Whether something keeps it from getting ready that does not pass by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stuck: bool,
}

impl From<PodLine> for PodChange {
    fn from(line: PodLine) -> Self {
        Self {
            step: None,
            namespace: line.namespace,
            name: line.name,
            state: line.state,
            ready: line.ready,
            containers: line.containers,
            restarts: line.restarts,
            reason: line.reason,
            node: line.node,
            process: line.process,
            owner: line.owner,
            since: line.since,
            stuck: line.stuck,
        }
    }
}

/// A rung as announced before it is climbed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RungPlan {
    /// Stable kebab-case name: `ray-handshake`.
    pub rung: String,
    /// Height in the ladder, 0–6.
    pub height: u8,
    /// A few words: "Ray port".
    pub title: String,
}

/// How a rung of the ladder ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RungResult {
    /// Stable kebab-case name: `ray-handshake`.
    pub rung: String,
    /// Height in the ladder, 0–6.
    pub height: u8,
    /// A few words: "Ray port".
    pub title: String,
    /// How it ended.
    pub outcome: RungOutcome,
    /// What was tried, in one line.
    pub tried: String,
    /// What was seen: versions, counts, times.
    pub evidence: Vec<String>,
    /// The cause in plain words, if it failed or was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// How long, in milliseconds.
    pub took_ms: u64,
}

/// How a rung ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RungOutcome {
    /// Green.
    Passed,
    /// Red.
    Failed,
    /// Not tried, because a lower rung of the same service failed.
    Skipped,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All steps done, verification green.
    Done,
    /// A step failed; the run can be resumed.
    Failed,
    /// Deployed, but the verification failed.
    Unverified,
    /// Stopped by the person; the run can be resumed.
    Interrupted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_of_an_older_journal_is_read() {
        let line = r#"{"v":1,"seq":7,"at":"2026-01-01T12:00:00Z","event":"pod-changed","namespace":"hub","name":"hub-1","state":"Pending","ready":0,"containers":1,"restarts":0}"#;
        let event: Event = serde_json::from_str(line).unwrap();
        let EventKind::PodChanged(pod) = &event.kind else { panic!("{event:?}") };
        assert_eq!((pod.owner.as_str(), pod.since, pod.stuck), ("", None, false));
        assert_eq!(serde_json::to_string(&event).unwrap(), line, "what is not known is not written");
    }
}
