//! Where a deployment runs, and what the ladder does differently there: in a cluster, or on this machine. Chosen once, from the
//! ports. Rungs ask it and do not look which it is. Must not know any rung.
mod cluster;
mod machine;
mod words;

use super::{
    door::Door,
    rung::{Notes, Stop},
    scene::Scene,
};
use crate::{
    problem::Problem,
    run::ports::{Cluster, Machine, Platform, Ports},
};

/// Where it runs.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    /// In a cluster.
    Cluster(&'a dyn Cluster),
    /// On this machine.
    Machine(&'a dyn Machine),
}

impl<'a> Place<'a> {
    /// The place that these ports lead to.
    pub fn of(ports: &'a Ports) -> Self {
        match &ports.platform {
            Platform::Kubernetes(kubernetes) => Self::Cluster(kubernetes.cluster.as_ref()),
            Platform::Machine(machine) => Self::Machine(machine.as_ref()),
        }
    }

    /// Waits until what is behind a service is ready. `processes`: how the names of its processes begin on this machine.
    pub async fn behind(&self, scene: &Scene<'_>, notes: &Notes, service: &str, processes: &str) -> Result<(), Stop> {
        match self {
            Self::Cluster(cluster) => cluster::behind(*cluster, scene, notes, service).await,
            Self::Machine(_) => machine::behind(scene, notes, processes).await,
        }
    }

    /// The way to a port of a service, and where that is for a person.
    pub async fn forward(&self, scene: &Scene<'_>, notes: &Notes, service: &str, port: u16) -> Result<Door, Problem> {
        match self {
            Self::Cluster(_) => {
                notes.tried(format!("Service `{service}` port {port}"));
                Door::forward(scene, service, port).await
            }
            Self::Machine(_) => machine::forward(scene, notes, service, port).await,
        }
    }

    /// The way to the hub's proxy for the check's own calls.
    pub async fn hub(&self, scene: &Scene<'_>, notes: &Notes) -> Result<Door, Problem> {
        match self {
            Self::Cluster(_) => cluster::hub(scene, notes).await,
            Self::Machine(_) => machine::hub(scene, notes).await,
        }
    }

    /// How a hub without a public address is reached.
    pub const fn without_address(&self) -> &'static str {
        match self {
            Self::Cluster(_) => {
                "reached inside the cluster, or with `kubectl port-forward service/proxy-public 8000:80`"
            }
            Self::Machine(_) => "reached on this machine",
        }
    }

    /// Whether Ray may make nodes by itself.
    pub async fn scales(&self, scene: &Scene<'_>) -> bool {
        match self {
            Self::Cluster(cluster) => cluster::scales(*cluster, scene).await,
            Self::Machine(_) => false,
        }
    }

    /// Removes the home of the check's user, and nobody else's.
    pub async fn remove_home(&self, scene: &Scene<'_>, user: &str) -> Result<(), Problem> {
        match self {
            Self::Cluster(cluster) => cluster::remove_home(*cluster, scene, user).await,
            Self::Machine(machine) => machine::remove_home(*machine, user),
        }
    }

    /// A server that does not start, with what the hub said of it where that is the only witness.
    pub async fn not_started(&self, scene: &Scene<'_>, problem: Problem) -> Problem {
        match self {
            Self::Cluster(_) => problem,
            Self::Machine(_) => machine::with_log(scene, problem, "hub").await,
        }
    }

    /// Kinds that are watched there.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        let here = matches!(self, Self::Machine(_));
        crate::health::objects::KINDS.iter().map(|kind| kind.kind).filter(move |kind| !here || *kind == "Pod")
    }

    /// A rung's title.
    pub fn title(&self, title: &str) -> String {
        self::title(title, matches!(self, Self::Machine(_)))
    }

    /// A problem in the terms of the place.
    pub fn told(&self, problem: Problem, namespace: &str) -> Problem {
        match self {
            Self::Cluster(_) => problem,
            Self::Machine(_) => words::here(problem, namespace),
        }
    }
}

/// A rung's title in the words of the place.
pub fn title(title: &str, on_this_machine: bool) -> String {
    if on_this_machine { title.replace("pods", "processes") } else { title.to_owned() }
}
