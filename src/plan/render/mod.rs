//! A plan as files, with a README that has the commands, so that a careful person can do by hand exactly what the program
//! does. One file per target. Must not write them, nor know any secret's value.
mod kubernetes;
mod machine;

use std::collections::BTreeSet;

use super::graph::{Environment, Plan, SecretObject, Step};

pub use crate::answers::shell::quoted;
pub use kubernetes::{chart_arguments, secret_manifest};
pub use machine::script;

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
    files_by_step(plan).into_iter().map(|(_, file)| file).collect()
}

/// The same with the step that each is of; of none are those that only a person needs who does it by hand.
pub fn files_by_step(plan: &Plan) -> Vec<(Option<&Step>, PlanFile)> {
    let machine = plan.on_this_machine();
    let guide = if machine { machine::guide(plan) } else { kubernetes::guide(plan) };
    let of_step = |(index, step)| {
        let files = if machine { machine::step_files(plan, step) } else { kubernetes::step_files(index + 1, step) };
        files.into_iter().map(move |file| (Some(step), file))
    };
    guide.into_iter().map(|file| (None, file)).chain(plan.steps.iter().enumerate().flat_map(of_step)).collect()
}

/// How many packages an environment has. A lock for several Pythons names some of them once for each.
pub fn packages(environment: &Environment) -> usize {
    let lines = environment.requirements.lines().filter(|line| !line.starts_with([' ', '#', '-']));
    let names: BTreeSet<&str> = lines.filter_map(|line| Some(line.split_once("==")?.0)).collect();
    names.len() + environment.packages.len()
}
