//! Composition root: builds drivers, runs commands, performs effects. The only place that knows both drivers and front ends.
mod answering;
mod asking;
mod connecting;
mod deploying;
mod inspecting;
mod installing;
mod lacking;
mod looking;
mod naming;
mod obtaining;
mod password;
mod planning;
mod presets;
mod proving;
mod pure;
mod removing;
mod running;
mod runs;
mod showing;
mod staying;
mod trusting;
pub mod wizard;

use std::{
    io::{ErrorKind, Write},
    panic::AssertUnwindSafe,
};

use crate::{
    cli::{Cli, Command, Setup},
    front::{fold::fold, message},
    problem::{DEFECT, Exit, NO_OUTPUT, NO_RUNTIME, Problem},
};

/// What a command ends with: an exit code, or problems to show.
pub type Outcome = Result<Exit, Vec<Problem>>;

/// Runs a command to its end.
pub fn run(cli: Cli) -> Exit {
    let command =
        cli.command.unwrap_or_else(|| Command::Setup(Setup { appearance: cli.appearance, ..Setup::default() }));
    let ended = guarded(|| match command {
        Command::Setup(args) => wait_for(wizard::setup(&args)),
        Command::Presets => pure::presets(),
        Command::Schema => pure::schema(),
        Command::Questions => pure::questions(),
        Command::Completions { shell } => pure::completions(shell),
        Command::Screenshots { folder } => pure::screenshots(&folder),
        Command::Explain(args) => pure::explain(&args),
        Command::Save(args) => pure::save(&args),
        Command::Plan(args) if args.probe => wait_for(planning::probe(&args)),
        Command::Plan(args) => planning::plan(&args),
        Command::Render(args) => planning::render(&args),
        Command::Install(args) => wait_for(installing::install(&args)),
        Command::Resume(args) => wait_for(installing::resume(&args)),
        Command::Verify(args) => wait_for(proving::verify(&args)),
        Command::Status(args) => wait_for(inspecting::status(&args)),
        Command::Logs(args) => wait_for(inspecting::logs(&args)),
        Command::Upgrade(args) => wait_for(installing::upgrade(&args)),
        Command::Start(args) => wait_for(running::start(&args)),
        Command::Stop(args) => wait_for(running::stop(&args)),
        Command::Restart(args) => wait_for(running::restart(&args)),
        Command::Supervise { folder } => running::supervise(&folder),
        Command::RunProcess { words } => running::run_process(&words),
        Command::Uninstall(args) => wait_for(removing::uninstall(&args)),
    });
    ended.unwrap_or_else(|problems| {
        complain(&problems);
        Exit::of(&problems)
    })
}

/// Runs a command that waits for a cluster.
fn wait_for(command: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| vec![Problem::new(NO_RUNTIME, format!("cannot start threads: {error}"))])?;
    let ended = runtime.block_on(command);
    // A forward or a log that still hangs must not keep the program from ending.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    ended
}

/// Shows problems on standard error.
fn complain(problems: &[Problem]) {
    problems.iter().for_each(|problem| tell(&message::error(problem)));
}

/// Tells a person something on standard error, folded at the terminal's width.
fn tell(text: &str) {
    let text = fold(text, width(std::io::stderr()));
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let _ = write!(std::io::stderr().lock(), "{text}{end}");
}

/// Writes words for a person to standard output, folded at the terminal's width.
fn print_words(text: &str) -> Outcome {
    print(&fold(text, width(std::io::stdout())))
}

/// Columns of a terminal; `None` where there is none.
fn width(stream: impl std::os::fd::AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(stream).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// Writes text to standard output. A reader that went away (`| head`) ends the command quietly; a full disk does not.
fn print(text: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(vec![Problem::new(NO_OUTPUT, format!("cannot write to standard output: {error}"))])
        }
        _ => Ok(Exit::Done),
    }
}

/// Runs `work`; a defect of ours ends with a sentence and a code of its own, not with a bare panic.
fn guarded(work: impl FnOnce() -> Outcome) -> Outcome {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let problem = Problem::new(DEFECT, "this is a defect of hubwright: what stands above says where");
        Err(vec![problem.hint("nothing was rolled back; `hubwright resume` goes on with an interrupted installation")])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_has_an_exit_code_of_its_own() {
        assert_eq!(guarded(|| Ok(Exit::Unverified)), Ok(Exit::Unverified));
        assert_eq!(Exit::of(&guarded(|| panic!("a defect")).unwrap_err()).code(), 2);
    }
}
