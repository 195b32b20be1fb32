//! What the rungs of one climb share: the checks, the ports, and what lower rungs found out for higher ones.
//! Must not know any rung.
use std::sync::{OnceLock, atomic::AtomicBool};

use secrecy::SecretString;

use super::{compare, dask, door::Door, hub, place::Place, ray};
use crate::{
    answers::secret::SecretRef,
    health::text,
    plan::graph::{Checks, DaskCheck, HubCheck, RayCheck},
    problem::{Explain, Problem},
    run::{
        event::EventKind,
        ports::{Cluster, Ports},
    },
};

/// One climb.
pub struct Scene<'a> {
    /// What to prove.
    pub checks: &'a Checks,
    /// The world.
    pub ports: &'a Ports,
    /// Where it is.
    pub place: Place<'a>,
    /// What was found on the way.
    pub found: Found,
    emit: &'a (dyn Fn(EventKind) + Send + Sync),
}

/// What lower rungs found out. Each is written once.
#[derive(Default)]
pub struct Found {
    /// Where the hub's proxy is reached for the check's own calls.
    pub hub: OnceLock<Door>,
    /// The hub's public address, if it has one and it answered as a hub.
    pub public: OnceLock<Door>,
    /// The hub's version.
    pub hub_version: OnceLock<String>,
    /// The hub as the keeper of the check's user, once there is such a user.
    pub keeper: OnceLock<hub::api::Hub>,
    /// The check user's running server.
    pub server: OnceLock<hub::Server>,
    /// Ray Client's port.
    pub ray_client: OnceLock<Door>,
    /// Ray's dashboard.
    pub ray_http: OnceLock<Door>,
    /// Versions of the Ray cluster.
    pub ray: OnceLock<compare::RayVersions>,
    /// CPUs that Ray counts in all.
    pub ray_cpus: OnceLock<f64>,
    /// Ray jobs that were submitted.
    pub ray_jobs: ray::jobs::Jobs,
    /// Dask Gateway's proxy.
    pub dask: OnceLock<Door>,
    /// The gateway with the check's credentials, once they were used to make something.
    pub dask_ours: OnceLock<dask::gateway::Gateway>,
    /// Versions of the gateway and its clusters.
    pub dask_versions: OnceLock<compare::DaskVersions>,
    /// The check's own Dask cluster.
    pub cluster: OnceLock<dask::Cluster>,
    /// Workers that the gateway gave it.
    pub dask_workers: OnceLock<u32>,
    /// Whether a Dask cluster of the check's user may have been left by a cell that was cut off.
    pub sweep: AtomicBool,
    /// Versions in the notebook.
    pub notebook: OnceLock<compare::NotebookVersions>,
}

impl<'a> Scene<'a> {
    /// A climb that found nothing yet.
    pub fn new(checks: &'a Checks, ports: &'a Ports, emit: &'a (dyn Fn(EventKind) + Send + Sync)) -> Self {
        Self { checks, ports, place: Place::of(ports), found: Found::default(), emit }
    }

    /// What to prove about the hub.
    pub fn hub(&self) -> Result<&'a HubCheck, Problem> {
        self.checks.hub.as_ref().ok_or_else(unordered)
    }

    /// What to prove about Ray.
    pub fn ray(&self) -> Result<&'a RayCheck, Problem> {
        self.checks.ray.as_ref().ok_or_else(unordered)
    }

    /// What to prove about Dask Gateway.
    pub fn dask(&self) -> Result<&'a DaskCheck, Problem> {
        self.checks.dask.as_ref().ok_or_else(unordered)
    }

    /// The cluster, for what only a cluster has.
    pub fn cluster(&self) -> Result<&'a dyn Cluster, Problem> {
        self.ports.kubernetes().map(|kubernetes| kubernetes.cluster.as_ref()).map_err(|error| error.explain())
    }

    /// Tells a person what goes on; cleaned here.
    pub fn say(&self, what: impl AsRef<str>) {
        (self.emit)(EventKind::Note { text: text::line(what.as_ref()) });
    }

    /// Passes an event on.
    pub fn event(&self, kind: EventKind) {
        (self.emit)(kind);
    }

    /// The value of a key of a Secret in the deployment's namespace.
    pub async fn secret(&self, place: &(String, String)) -> Result<SecretString, Problem> {
        let reference = SecretRef::Kubernetes { name: place.0.clone(), key: place.1.clone() };
        self.ports.secrets.resolve(&self.checks.namespace, &reference).await.map_err(|error| error.explain())
    }
}

/// What a lower rung should have found. Missing only if the table of rungs is wrong.
pub fn needed<T>(found: &OnceLock<T>) -> Result<&T, Problem> {
    found.get().ok_or_else(unordered)
}

fn unordered() -> Problem {
    Problem::new("rung-order", "a rung of the verification was tried without what it needs")
}
