//! The few questions that a run asks on a terminal. Must not ask where there is none: then it says which flag answers.
use std::io::IsTerminal;

use inquire::{InquireError, PasswordDisplayMode, ui::RenderConfig, validator::Validation};
use secrecy::SecretString;

use crate::{answers::secret, problem::Problem};

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

/// What a person did when a secret was asked for.
#[derive(Debug)]
pub enum Secret {
    /// Typed or pasted it.
    Typed(SecretString),
    /// Esc.
    Back,
    /// Ctrl-C.
    Interrupted,
}

/// Whether a person can be asked.
pub fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a yes-or-no question on the terminal; `no` is the default.
pub fn confirm(question: &str, flag: &str) -> Result<Answer, Problem> {
    if !std::io::stdin().is_terminal() {
        return Err(Problem::new("no-terminal", format!("cannot ask \"{question}\": there is no terminal"))
            .hint(format!("add `{flag}` to go on without being asked")));
    }
    match inquire::Confirm::new(question).with_default(false).prompt() {
        Ok(true) => Ok(Answer::Yes),
        Ok(false) | Err(InquireError::OperationCanceled) => Ok(Answer::No),
        Err(InquireError::OperationInterrupted) => Ok(Answer::Interrupted),
        Err(error) => Err(Problem::new("no-terminal", format!("cannot ask \"{question}\": {error}"))
            .hint(format!("add `{flag}` to go on without being asked"))),
    }
}

/// Asks for a secret on the terminal; its letters are not shown. `what` names it, `key` is its answer's.
pub fn secret(what: &str, key: &str) -> Result<Secret, Problem> {
    let question = format!("{what} ({key}):");
    let not_empty = |typed: &str| {
        let empty = || Validation::Invalid("type or paste the secret".into());
        Ok(secret::typed(typed).map_or_else(empty, |_| Validation::Valid))
    };
    let prompt = inquire::Password::new(&question)
        .with_display_mode(PasswordDisplayMode::Masked)
        .with_help_message("it is kept in the target only; Esc: leave")
        .with_validator(not_empty)
        // No colours, and the signs of all other questions.
        .with_render_config(RenderConfig::empty())
        .without_confirmation();
    match prompt.prompt() {
        Ok(typed) => Ok(secret::typed(&typed).map_or(Secret::Back, Secret::Typed)),
        Err(InquireError::OperationCanceled) => Ok(Secret::Back),
        Err(InquireError::OperationInterrupted) => Ok(Secret::Interrupted),
        Err(error) => Err(Problem::new("no-terminal", format!("cannot ask for the secret `{key}`: {error}"))
            .hint(format!("say `--set {key}=env:NAME`"))),
    }
}
