//! `Verdict` and `Finding`: what the health rules say. Data only; must not know any rule. Whoever builds a finding with
//! [`Finding::new`] cannot forget to clean the cluster's words.
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::text;

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

impl Verdict {
    /// Ready, nothing to say.
    pub const fn ready() -> Self {
        Self::Ready { note: None }
    }

    /// Ready, with a note for a person.
    pub fn noted(note: impl Into<String>) -> Self {
        Self::Ready { note: Some(note.into()) }
    }

    /// On its way.
    pub fn progressing(what: impl Into<String>) -> Self {
        Self::Progressing { what: what.into() }
    }

    /// Whether it is ready.
    pub const fn is_ready(&self) -> bool {
        matches!(self, Self::Ready { .. })
    }

    /// The finding, if it is stuck or failed.
    pub const fn finding(&self) -> Option<&Finding> {
        match self {
            Self::Blocked(finding) | Self::Failed(finding) => Some(finding),
            Self::Ready { .. } | Self::Progressing { .. } => None,
        }
    }
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
    pub log: Option<Box<LogPointer>>,
}

impl Finding {
    /// A finding with a code, what it is about and one sentence. Cluster text in it is cleaned here.
    pub fn new(code: &str, subject: impl AsRef<str>, title: impl AsRef<str>) -> Self {
        Self {
            code: code.to_owned(),
            subject: text::brief(subject.as_ref(), text::TITLE),
            title: text::brief(title.as_ref(), text::TITLE),
            detail: None,
            next: Vec::new(),
            count: 1,
            since: None,
            log: None,
        }
    }

    /// Adds the raw words of Kubernetes, cleaned; empty words add nothing.
    #[must_use]
    pub fn detail(mut self, words: &str) -> Self {
        self.detail = Some(text::clean(words)).filter(|words| !words.is_empty());
        self
    }

    /// Adds when it was first seen.
    #[must_use]
    pub const fn since(mut self, since: Option<Timestamp>) -> Self {
        self.since = since;
        self
    }

    /// Adds where the last words are.
    #[must_use]
    pub fn log(mut self, log: LogPointer) -> Self {
        self.log = Some(Box::new(log));
        self
    }

    /// Adds a step.
    #[must_use]
    pub fn then(mut self, step: NextStep) -> Self {
        self.next.push(step);
        self
    }

    /// Adds an answer to change.
    #[must_use]
    pub fn edit(self, key: impl Into<String>, why: impl Into<String>) -> Self {
        self.then(NextStep::Edit { key: key.into(), why: why.into() })
    }

    /// Adds a command to run.
    #[must_use]
    pub fn command(self, command: impl AsRef<str>, why: impl Into<String>) -> Self {
        self.then(NextStep::Command { command: text::brief(command.as_ref(), text::TITLE), why: why.into() })
    }

    /// Adds that trying again may help.
    #[must_use]
    pub fn retry(self, why: impl Into<String>) -> Self {
        self.then(NextStep::Retry { why: why.into() })
    }

    /// Adds another way, or the only one where there is none yet.
    #[must_use]
    pub fn or(self, why: &str) -> Self {
        let why = if self.next.is_empty() { why.to_owned() } else { format!("or {why}") };
        self.tell(why)
    }

    /// Adds anything else.
    #[must_use]
    pub fn tell(self, why: impl Into<String>) -> Self {
        self.then(NextStep::Tell { why: why.into() })
    }
}

/// Where the last words of a program are. A process of this machine is named in the shape of a pod, like everywhere.
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
    /// The whole log's path, where the program is a process of this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
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

/// As one line. Another way than the one before begins with "or".
impl std::fmt::Display for NextStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Edit { why, .. } | Self::Command { why, .. } | Self::Retry { why } | Self::Tell { why }) = self;
        let (or, why) = why.strip_prefix("or ").map_or(("", why.as_str()), |why| ("or ", why));
        match self {
            Self::Edit { key, .. } => write!(f, "{or}change the answer `{key}`: {why}"),
            Self::Command { command, .. } => write!(f, "{or}run `{command}`: {why}"),
            Self::Retry { .. } => write!(f, "{or}try again: {why}"),
            Self::Tell { .. } => write!(f, "{or}{why}"),
        }
    }
}
