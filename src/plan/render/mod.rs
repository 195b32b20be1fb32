//! A plan as files, with a README that has the commands, so that a careful person can do by hand exactly what the program
//! does. One file per target. Must not write them, nor know any secret's value.
mod kubernetes;
mod machine;

use std::collections::BTreeSet;

use super::graph::{Environment, Plan, SecretObject};

pub use crate::answers::shell::quoted;
pub use kubernetes::{chart_arguments, secret_manifest};

/// A file of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanFile {
    /// Path below the output folder.
    pub path: String,
    /// What is in it.
    pub body: Body,
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Text without any secret.
    Text(String),
    /// The manifest of a Secret; its values are resolved by the caller, and the file is for the owner only (0600).
    /// What is made up by the machine is in no file: the README has the command that makes it.
    Secret(SecretObject),
}

/// The files of a plan: the README, then those of its steps in their order.
pub fn files(plan: &Plan) -> Vec<PlanFile> {
    if plan.on_this_machine() { machine::files(plan) } else { kubernetes::files(plan) }
}

/// How many packages an environment has. A lock for several Pythons names some of them once for each.
pub fn packages(environment: &Environment) -> usize {
    let lines = environment.requirements.lines().filter(|line| !line.starts_with([' ', '#', '-']));
    let names: BTreeSet<&str> = lines.filter_map(|line| Some(line.split_once("==")?.0)).collect();
    names.len() + environment.packages.len()
}
