//! `Verdict` and `Finding`: what the health rules say. Data only; must not know any rule.
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is known about one thing that is waited for.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It is ready; an optional note ("0 replicas wanted").
    Ready {
        /// Note for a person.
        note: Option<String>,
    },
    /// It is on its way.
    Progressing {
        /// What is waited for: "2 of 3 pods ready", "pulling image …".
        what: String,
    },
    /// A person must do something, or nothing will happen. Turns green by itself once it is mended.
    Blocked(Finding),
    /// It failed for good.
    Failed(Finding),
}

/// Why something is stuck, in words that a first-time installer understands, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// Stable kebab-case name of the cause, such as `image-not-found`.
    pub code: String,
    /// What it is about: `Pod/jupyter-ada`, `PersistentVolumeClaim/hub-db-dir`.
    pub subject: String,
    /// One sentence without a full stop.
    pub title: String,
    /// The raw words of Kubernetes, cleaned of control characters and secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do next, most useful first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<NextStep>,
    /// How many things share this cause (37 pods: same reason).
    #[serde(default)]
    pub count: u32,
    /// When it was first seen, if the cluster said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Container whose log would tell more: pod, container, and whether the log is of the run before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogPointer>,
}

/// Where the last words of a program are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LogPointer {
    /// Namespace.
    pub namespace: String,
    /// Pod.
    pub pod: String,
    /// Container.
    pub container: String,
    /// The container's run before this one.
    pub previous: bool,
}

/// One thing a person can do about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "do")]
pub enum NextStep {
    /// Change an answer.
    Edit {
        /// Key of the answer.
        key: String,
        /// Why or to what.
        why: String,
    },
    /// Run a command.
    Command {
        /// The command, complete.
        command: String,
        /// What it does.
        why: String,
    },
    /// Wait, or retry the step.
    Retry {
        /// What will be different then.
        why: String,
    },
    /// Anything else.
    Tell {
        /// A sentence.
        why: String,
    },
}
