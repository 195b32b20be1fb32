//! Environments made for real: small packages, by the real uv, pip and npm, from the real indexes or from servers that
//! misbehave. Each case runs in a process of its own, as settings travel in variables. They need a package index:
//! `HUBWRIGHT_INDEX=1 cargo test --test packages`; without it those that need one are listed as ignored.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a failed expectation is how a test fails, and tests reach for the real world"
)]

mod cases;
mod workshop;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// Has this program make an environment, as a test asks for it.
const CHILD: &str = "HUBWRIGHT_PACKAGES_CHILD";
/// Says that there is an index.
const INDEX: &str = "HUBWRIGHT_INDEX";

fn main() -> ExitCode {
    if let Some(order) = std::env::var_os(CHILD) {
        return workshop::child(&order.to_string_lossy());
    }
    let online = std::env::var_os(INDEX).is_some();
    let trials = cases::CASES.iter().map(|(name, needs_index, case)| {
        let run = move || {
            case();
            Ok(())
        };
        Trial::test(*name, run).with_ignored_flag(*needs_index && !online)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
