//! The components of a deployment. One file each, one line in [`COMPONENTS`]; order is the order of the plan. Those of this
//! machine are in [`machine`]. Must not know targets.
mod dask;
pub mod jupyterhub;
pub mod login;
pub mod machine;
mod namespace;
mod operator;
pub mod ray;
pub mod secrets;

use serde_json::{Map, Value, json};

use super::graph::{Checks, Step};
use crate::answers::{
    facts::Facts,
    spec::{Gpus, Placement, Resources, Spec, Toleration},
};

pub use jupyterhub::URL;
pub use secrets::{GENERATED, REGISTRY, SECRETS};

/// What a component is made from.
pub struct Context<'a> {
    /// The answers.
    pub spec: &'a Spec,
    /// What is known about the cluster.
    pub facts: &'a Facts,
}

impl Context<'_> {
    /// Where a chart comes from: the mirror, if there is one.
    fn repository(&self, public: &str) -> String {
        self.spec.charts.repository.clone().unwrap_or_else(|| public.to_owned())
    }

    /// Image pull secrets as `[{name}]`, for Kubernetes objects.
    fn pull_secrets(&self) -> Value {
        self.spec.registry.as_ref().map_or_else(|| json!([]), |_| json!([{"name": REGISTRY}]))
    }
}

/// One component: the steps it adds and what it asks to be proven. A component that was not chosen adds none.
pub struct Component {
    /// Its steps, in order.
    pub steps: fn(&Context) -> Vec<Step>,
    /// Its part of the verification.
    pub checks: fn(&Context, &mut Checks),
}

/// All components of a cluster.
pub const COMPONENTS: &[Component] = &[
    Component { steps: namespace::steps, checks: |_, _| {} },
    Component { steps: secrets::steps, checks: |_, _| {} },
    Component { steps: operator::steps, checks: |_, _| {} },
    Component { steps: ray::steps, checks: ray::checks },
    Component { steps: jupyterhub::steps, checks: jupyterhub::checks },
    Component { steps: dask::steps, checks: dask::checks },
];

/// `resources` of a Ray container: limits are requests, as Ray counts on what it was promised. Below one core only the
/// request stands: throttled to a part of a core, Ray's agents miss the 30 s in which they must register.
fn ray_resources(resources: &Resources, gpus: Option<&Gpus>) -> Value {
    let mut requests = Map::from_iter([
        ("cpu".to_owned(), resources.cpu.as_str().into()),
        ("memory".to_owned(), resources.memory.as_str().into()),
    ]);
    if let Some(gpus) = gpus {
        requests.insert(gpus.resource.clone(), gpus.count.to_string().into());
    }
    let mut limits = requests.clone();
    if less_than_a_core(resources) {
        limits.remove("cpu");
    }
    json!({"limits": limits, "requests": requests})
}

/// Whether a container gets only a part of a core.
fn less_than_a_core(resources: &Resources) -> bool {
    resources.cpu.value() < 1.0
}

/// Tolerations as Kubernetes writes them.
fn tolerations(placement: &Placement) -> Value {
    placement.tolerations.iter().map(toleration).collect()
}

fn toleration(toleration: &Toleration) -> Value {
    let mut entry = match &toleration.value {
        Some(value) => json!({"key": toleration.key, "operator": "Equal", "value": value}),
        None => json!({"key": toleration.key, "operator": "Exists"}),
    };
    if let (Some(effect), Some(entry)) = (&toleration.effect, entry.as_object_mut()) {
        entry.insert("effect".to_owned(), effect.as_str().into());
    }
    entry
}

/// An environment variable of a container that is read from a Secret.
fn from_secret(secret: &str, key: &str) -> Value {
    json!({"valueFrom": {"secretKeyRef": {"name": secret, "key": key}}})
}
