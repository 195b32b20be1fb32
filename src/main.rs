//! Installs the TLS provider, parses the command line, hands over to the runtime, returns the exit code.
use std::process::ExitCode;

use clap::Parser;
use hubwright::{cli::Cli, problem::Exit, runtime};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return unparsed(&error),
    };
    // One crypto provider for every TLS connection; a second one in the program would make kube's client panic.
    let _ = rustls::crypto::ring::default_provider().install_default();
    ExitCode::from(runtime::run(cli).code())
}

/// Help and version end well; what cannot be read is for the person to change.
fn unparsed(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { Exit::Change } else { Exit::Done }.code())
}
