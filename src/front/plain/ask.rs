//! The few questions that a run asks on a terminal. Must not ask where there is none: then it says which flag answers.
use std::io::IsTerminal;

use crate::problem::Problem;

/// What a person said to a yes-or-no question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No, or Esc.
    No,
    /// Ctrl-C.
    Interrupted,
}

/// Asks a yes-or-no question on the terminal; `no` is the default.
pub fn confirm(question: &str, flag: &str) -> Result<Answer, Problem> {
    if !std::io::stdin().is_terminal() {
        return Err(Problem::new("no-terminal", format!("cannot ask \"{question}\": there is no terminal"))
            .hint(format!("add `{flag}` to go on without being asked")));
    }
    match inquire::Confirm::new(question).with_default(false).prompt() {
        Ok(true) => Ok(Answer::Yes),
        Ok(false) | Err(inquire::InquireError::OperationCanceled) => Ok(Answer::No),
        Err(inquire::InquireError::OperationInterrupted) => Ok(Answer::Interrupted),
        Err(error) => Err(Problem::new("no-terminal", format!("cannot ask \"{question}\": {error}"))
            .hint(format!("add `{flag}` to go on without being asked"))),
    }
}
