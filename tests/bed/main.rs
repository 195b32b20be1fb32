//! Tests on the test bed: a real Kubernetes node with a real helm. They need `tests/testbed/up`; without it every one of
//! them is listed as ignored, with the reason. Each test makes its own namespace and removes it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a failed expectation is how a test fails, and tests reach for the real world"
)]

mod bed;
mod charts;
mod deploy;
mod deployment;
mod drivers;
mod helm;
mod looking;
mod plain;
mod presets;
#[path = "../said.rs"]
mod said;
#[expect(dead_code, reason = "other tests talk on other terminals")]
#[path = "../tui/talk.rs"]
mod talk;
#[expect(dead_code, reason = "other tests press other keys")]
#[path = "../tui/terminal.rs"]
mod terminal;
#[path = "../tui/walk.rs"]
mod walk;
mod wizard;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use bed::Bed;

/// A test: its name, and what it does. Panics where an expectation fails.
type Case = (&'static str, fn(&'static Bed));

/// Tests by module. A new module of tests is one line here.
const MODULES: &[(&str, &[Case])] = &[
    ("charts", charts::CASES),
    ("drivers", drivers::CASES),
    ("helm", helm::CASES),
    ("deploy", deploy::CASES),
    ("presets", presets::CASES),
    ("wizard", wizard::CASES),
    ("looking", looking::CASES),
    ("plain", plain::CASES),
];

/// Tests at a time: the bed is one small machine.
const AT_A_TIME: usize = 3;

fn main() -> ExitCode {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_A_TIME);
    let bed = Bed::find();
    if let Err(missing) = &bed {
        eprintln!("tests on the test bed are ignored: {missing}");
    }
    let bed: Result<&'static Bed, String> = bed.map(|bed| &*Box::leak(Box::new(bed)));
    let trials = MODULES.iter().flat_map(|(module, cases)| cases.iter().map(|case| trial(module, *case, bed.clone())));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn trial(module: &str, (name, case): Case, bed: Result<&'static Bed, String>) -> Trial {
    let ignored = bed.is_err();
    let run = move || {
        case(bed.map_err(Failed::from)?);
        Ok(())
    };
    let trial = Trial::test(format!("{module}::{name}"), run).with_ignored_flag(ignored);
    if ignored { trial.with_kind("no test bed") } else { trial }
}
