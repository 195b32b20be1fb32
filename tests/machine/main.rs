//! Tests of the target "this machine": the program, the real packages, real processes, in folders of their own on loopback.
//! They run one after another, as a person's days go by; they need a package index (or `HUBWRIGHT_BED_WHEELS`), and no root.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a failed expectation is how a test fails, and tests reach for the real world"
)]

mod faults;
mod here;
mod login;
mod packages;
#[path = "../said.rs"]
mod said;
#[expect(dead_code, reason = "other tests press other keys")]
#[path = "../tui/terminal.rs"]
mod terminal;
mod trial;
#[expect(dead_code, reason = "other tests stop what runs")]
#[path = "../tui/walk.rs"]
mod walk;
mod wizard;
mod workshop;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// A test: its name, and what it does. Panics where an expectation fails.
type Case = (&'static str, fn());

/// Tests by module. A new module of tests is one line here.
const MODULES: &[(&str, &[Case])] = &[
    ("packages", packages::CASES),
    ("faults", faults::CASES),
    ("trial", trial::CASES),
    ("wizard", wizard::CASES),
    ("login", login::CASES),
];

fn main() -> ExitCode {
    if let Some(order) = std::env::var_os(workshop::CHILD) {
        return workshop::child(&order.to_string_lossy());
    }
    let mut arguments = Arguments::from_args();
    // Ray's agents must register within 30 s, and the packages are installed with all that the machine has.
    arguments.test_threads = Some(1);
    let trials = MODULES.iter().flat_map(|(module, cases)| {
        cases.iter().map(move |(name, case)| {
            Trial::test(format!("{module}::{name}"), move || {
                case();
                Ok(())
            })
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
