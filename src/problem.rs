//! `Problem`: the one shape in which any failure reaches a person, whatever front end shows it.
//! It must not know where the failure came from; each module turns its own errors into one of these with [`Explain`].
use serde::{Deserialize, Serialize};

/// A failure in words that a first-time installer understands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable kebab-case name, such as `no-default-storage-class`.
    pub code: String,
    /// One sentence without a full stop: what is wrong.
    pub title: String,
    /// The raw words of the system that refused, cleaned of control characters and secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do next, most useful first; commands, keys and paths stand in backticks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// The answer that would have to change, as a key such as `ray.image.tag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// True where trying the same again may help.
    #[serde(default)]
    pub retry: bool,
}

impl Problem {
    /// A problem with a code and a sentence.
    pub fn new(code: impl Into<String>, title: impl Into<String>) -> Self {
        Self { code: code.into(), title: title.into(), detail: None, hints: Vec::new(), at: None, retry: false }
    }

    /// Adds the raw words of the system that refused.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Names the answer that would have to change.
    #[must_use]
    pub fn at(mut self, key: impl Into<String>) -> Self {
        self.at = Some(key.into());
        self
    }

    /// Says that trying the same again may help.
    #[must_use]
    pub fn retry(mut self) -> Self {
        self.retry = true;
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Problem {}

/// Turns a module's own error into a [`Problem`].
pub trait Explain {
    /// The failure in a person's words.
    fn explain(&self) -> Problem;
}

/// How a command ended; the number is the process's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// All done, and verified where that was asked for.
    Done,
    /// The person must change something: an answer, the cluster, a permission.
    Change,
    /// Something that should not happen: a defect, a broken disk.
    Unexpected,
    /// Deployed, but the verification failed.
    Unverified,
    /// Ctrl-C or SIGTERM.
    Interrupted,
}

/// Code of a defect of ours.
pub const DEFECT: &str = "defect";
/// Code of a kubeconfig that is not there, or names no cluster: a person who has none yet did nothing wrong.
pub const NO_CLUSTER: &str = "no-cluster";
/// Code of a standard output that cannot be written to, such as a file on a full disk.
pub const NO_OUTPUT: &str = "no-output";
/// Code of an operating system that gives no threads.
pub const NO_RUNTIME: &str = "no-runtime";

impl Exit {
    /// How a command ends that met these problems: most are for the person to change.
    pub fn of(problems: &[Problem]) -> Self {
        let unexpected = [DEFECT, NO_OUTPUT, NO_RUNTIME];
        let found = problems.iter().any(|problem| unexpected.contains(&problem.code.as_str()));
        if found { Self::Unexpected } else { Self::Change }
    }

    /// The process's exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Change => 1,
            Self::Unexpected => 2,
            Self::Unverified => 3,
            Self::Interrupted => 130,
        }
    }
}
