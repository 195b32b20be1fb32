//! Installs the TLS provider, parses the command line, hands over to the runtime, returns the exit code.
use std::process::ExitCode;

use clap::Parser;
use hubwright::{cli::Cli, runtime};

fn main() -> ExitCode {
    let cli = Cli::parse();
    // One crypto provider for every TLS connection; a second one in the program would make kube's client panic.
    let _ = rustls::crypto::ring::default_provider().install_default();
    ExitCode::from(runtime::run(cli).code())
}
