//! How a port fails: a kind for decisions, and a problem for people. Must not know any port.
use crate::problem::{Explain, Problem};

/// What went wrong with a port. `problem` is already in a person's words and free of secrets.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{problem}")]
pub struct PortError {
    /// What kind of failure, for decisions.
    pub kind: FailureKind,
    /// For people.
    pub problem: Box<Problem>,
}

impl PortError {
    /// A failure of a kind, in a person's words.
    pub fn new(kind: FailureKind, problem: Problem) -> Self {
        Self { kind, problem: Box::new(problem) }
    }
}

impl Explain for PortError {
    fn explain(&self) -> Problem {
        (*self.problem).clone()
    }
}

/// Kinds of failure that the executor decides on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The cluster does not answer; trying again may help.
    Unreachable,
    /// Not logged in (401, credential plugin).
    Unauthorized,
    /// Not allowed (403, RBAC).
    Forbidden,
    /// Not there.
    NotFound,
    /// Somebody else changed it.
    Conflict,
    /// The cluster refused the object (422, admission, quota).
    Refused,
    /// Anything else.
    Other,
}

/// Result of a port.
pub type PortResult<T> = Result<T, PortError>;
