//! The private programs: one locked set of Python packages for the hub, notebooks, Ray and Dask, and the hub's proxy.
//! Must not know how they are installed.
use std::time::Duration;

use super::Context;
use crate::{
    answers::{spec::Machine, versions},
    plan::graph::{Action, Environment, NodePackage, Step, StepId, digest},
};

/// Id of the step.
pub const STEP: &str = "environment";
/// The tested set of versions, with hashes.
const REQUIREMENTS: &str = include_str!("../../../../assets/local/requirements.lock");
/// Node.js as a wheel, with hashes.
const NODE: &str = include_str!("../../../../assets/local/node.lock");
/// The proxy as npm describes it.
const PROXY: &str = include_str!("../../../../assets/local/proxy/package.json");
const PROXY_LOCK: &str = include_str!("../../../../assets/local/proxy/package-lock.json");

/// Makes the environment.
pub fn steps(context: &Context) -> Vec<Step> {
    vec![Step {
        id: StepId::new(STEP),
        title: "Programs".to_owned(),
        needs: Vec::new(),
        action: Action::Environment(environment(context)),
        ready: Vec::new(),
        // Some hundred megabytes, now and then over a slow line; what has come is not fetched again.
        deadline: Duration::from_mins(60),
    }]
}

/// Path of a program of the environment: of Python's, `node`, and those of the proxy's package.
pub fn program(context: &Context, name: &str) -> String {
    format!("{}/bin/{name}", folder(context))
}

fn folder(context: &Context) -> String {
    format!("{{folder}}/env/{}", environment(context).name)
}

fn environment(context: &Context) -> Environment {
    let machine = context.spec.target.machine().cloned().unwrap_or_default();
    let hub = context.spec.hub.is_some();
    let environment = Environment {
        name: String::new(),
        requirements: REQUIREMENTS.to_owned(),
        packages: packages(context),
        node: if hub { NODE.to_owned() } else { String::new() },
        proxy: hub.then(|| NodePackage { manifest: PROXY.to_owned(), lock: PROXY_LOCK.to_owned() }),
        python: machine.python.clone(),
        wheels: machine.wheels.clone(),
    };
    Environment { name: name(&environment, &machine), ..environment }
}

/// From everything that makes the programs different; where the packages come from does not.
fn name(environment: &Environment, machine: &Machine) -> String {
    let Environment { requirements, packages, node, proxy, .. } = environment;
    digest(&format!("{requirements}{packages:?}{node}{proxy:?}{:?}", machine.python)).chars().take(12).collect()
}

/// What a person added. Packages of the tested set that images need are in the environment already.
fn packages(context: &Context) -> Vec<String> {
    let wanted = context.spec.hub.iter().flat_map(|hub| &hub.packages);
    wanted.filter(|package| !versions::NOTEBOOK_PACKAGES.contains(&package.as_str())).cloned().collect()
}
