//! The components of a deployment on this machine: programs, Secrets, and processes that talk to each other on loopback.
//! One file each, one line in [`COMPONENTS`]; order is the order of the plan. What a component is told (login, sizes,
//! limits) comes from the same functions as for a cluster.
mod boot;
mod dask;
mod environment;
mod jupyterhub;
pub mod ports;
mod ray;
mod secrets;

use std::{collections::BTreeMap, time::Duration};

use super::{Component, Context};
use crate::plan::graph::{Action, Expect, Probe, Process, ServedPort, Service, Step, StepId, TextFile, digest};

/// Address on which the parts speak to each other, and which nobody reaches from another machine.
pub const LOOPBACK: &str = "127.0.0.1";
/// What every process is told. The configurations of the services look for their folders below the first. What programs
/// leave in a home, as Dask does with its settings, stays in the deployment, and packages of the person's own stay out.
const ENVIRONMENT: &[(&str, &str)] =
    &[("HUBWRIGHT_DEPLOYMENT", "{folder}"), ("HOME", "{folder}/run/home"), ("PYTHONNOUSERSITE", "1")];
/// All components of this machine.
pub const COMPONENTS: &[Component] = &[
    Component { steps: environment::steps, checks: |_, _| {} },
    Component { steps: secrets::steps, checks: |_, _| {} },
    Component { steps: ray::steps, checks: ray::checks },
    Component { steps: dask::steps, checks: dask::checks },
    Component { steps: jupyterhub::steps, checks: jupyterhub::checks },
    Component { steps: boot::steps, checks: |_, _| {} },
];

/// A step that has files written and processes run, each of which must answer its probe.
fn step(id: &str, title: &str, needs: Vec<StepId>, service: Service) -> Step {
    Step {
        id: StepId::new(id),
        title: title.to_owned(),
        needs,
        ready: service.processes.iter().map(|process| Expect::Process(process.name.clone())).collect(),
        action: Action::Service(service),
        // Python programs of a hundred megabytes start within seconds, but not beside three others on a slow disk.
        deadline: Duration::from_mins(5),
    }
}

/// A program of the environment, which reads `files`; its ports, its probe and its Secrets are still to be said.
fn process(context: &Context, name: &str, program: &str, arguments: Vec<String>, files: &[&TextFile]) -> Process {
    let read: String = files.iter().map(|file| format!("{}\n{}\n", file.path, file.text)).collect();
    Process {
        name: name.to_owned(),
        command: std::iter::once(environment::program(context, program)).chain(arguments).collect(),
        environment: variables(ENVIRONMENT).collect(),
        secrets: BTreeMap::new(),
        revision: digest(&read),
        ports: Vec::new(),
        probe: Probe::default(),
        ends_within: 20,
    }
}

/// Variables that hold values of a Secret: `(variable, Secret, key)`.
fn from_secrets(entries: &[(&str, &str, &str)]) -> BTreeMap<String, (String, String)> {
    let entry = |(variable, secret, key): &(&str, &str, &str)| {
        ((*variable).to_owned(), ((*secret).to_owned(), (*key).to_owned()))
    };
    entries.iter().map(entry).collect()
}

/// Plain variables.
fn variables(entries: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
}

/// A port that the verification knows by another number.
fn served(service: &str, port: u16, at: u16) -> ServedPort {
    ServedPort { service: service.to_owned(), port, at, address: None }
}

/// A port that only the parts themselves use.
fn internal(at: u16) -> ServedPort {
    served("", at, at)
}

/// A file as JSON, the same bytes for the same content.
fn json_file(path: &str, value: &serde_json::Value) -> TextFile {
    TextFile { path: path.to_owned(), text: format!("{value:#}\n") }
}

/// A file that is a part of hubwright.
fn asset(path: &str, text: &str) -> TextFile {
    TextFile { path: path.to_owned(), text: text.to_owned() }
}
