//! Composition root: builds drivers, runs commands, performs effects. The only place that knows both drivers and front ends.
mod answering;
mod planning;
mod pure;

use std::io::Write;

use crate::{
    cli::{Cli, Command},
    front::message,
    problem::{Exit, Problem},
};

/// What a command ends with: an exit code, or problems to show.
pub type Outcome = Result<Exit, Vec<Problem>>;

/// Runs a command to its end.
pub fn run(cli: Cli) -> Exit {
    let ended = match cli.command {
        Command::Presets => pure::presets(),
        Command::Schema => pure::schema(),
        Command::Questions => pure::questions(),
        Command::Completions { shell } => pure::completions(shell),
        Command::Explain(args) => pure::explain(&args),
        Command::Save(args) => pure::save(&args),
        Command::Plan(args) => planning::plan(&args),
        Command::Render(args) => planning::render(&args),
        _ => Err(vec![Problem::new("not-built", "this command is not there yet")]),
    };
    ended.unwrap_or_else(|problems| {
        complain(&problems);
        Exit::Change
    })
}

/// Shows problems on standard error.
fn complain(problems: &[Problem]) {
    let mut err = std::io::stderr().lock();
    for problem in problems {
        let _ = err.write_all(message::error(problem).as_bytes());
    }
}

/// Writes text to standard output. A reader that went away (`| head`) ends the command quietly.
#[expect(clippy::unnecessary_wraps, reason = "commands end with what this returns")]
fn print(text: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    Ok(Exit::Done)
}
