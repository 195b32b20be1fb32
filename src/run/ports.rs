//! The ports through which `run` and `verify` touch the world. Traits and plain data; must not know any driver.
mod failure;
mod helm;
mod object;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use futures::{future::BoxFuture, stream::BoxStream};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;

pub use self::{
    failure::{FailureKind, PortError, PortResult},
    helm::{ChildProcess, Helm, HelmRun, InstalledRelease, ReleaseState, Releases},
    object::ObjectRef,
};
use crate::{
    answers::{facts::Facts, secret::SecretRef},
    health::objects::Change,
    plan::graph::{Environment, Plan, Process, TextFile},
    problem::Problem,
};

/// What a port says about its progress.
pub use crate::run::event::{Progress, Unit};

/// What an apply did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The object is new.
    Created,
    /// The object was there and changed.
    Changed,
    /// Nothing changed.
    Unchanged,
}

/// Where things run: a cluster with its pods, or this machine with its processes, which are watched in the same shape.
pub trait Workloads: Send + Sync {
    /// `CONTEXT` (or the server's host), or `this machine`: for names and messages.
    fn context(&self) -> String;
    /// What probes find out before anything is changed.
    fn facts<'a>(&'a self, namespace: &'a str) -> BoxFuture<'a, PortResult<Facts>>;
    /// Watches a namespace (and nodes, storage classes, ingress classes): first everything, then changes. Never ends by itself;
    /// lost contact is a [`Change::Contact`], of which there is none on this machine.
    fn watch<'a>(&'a self, namespace: &'a str) -> BoxStream<'a, Change>;
    /// The last `lines` lines of a container, cleaned of control characters.
    fn logs<'a>(
        &'a self,
        pod: &'a ObjectRef,
        container: &'a str,
        previous: bool,
        lines: u32,
    ) -> BoxFuture<'a, PortResult<Vec<String>>>;
    /// A loopback address that leads to a port of a Service's ready pod, open until the guard is dropped.
    fn forward<'a>(&'a self, namespace: &'a str, service: &'a str, port: u16) -> BoxFuture<'a, PortResult<Forward>>;
}

/// A Kubernetes cluster.
pub trait Cluster: Workloads {
    /// Server version, as a cheap proof of contact. Fails within 5 s.
    fn version(&self) -> BoxFuture<'_, PortResult<String>>;
    /// Which of these the person may not do: `(verb, group, resource, namespace)` pairs in, refused ones out.
    fn refused<'a>(&'a self, wanted: &'a [Permission]) -> BoxFuture<'a, PortResult<Vec<Permission>>>;
    /// Server-side apply with field manager `hubwright`.
    fn apply<'a>(&'a self, object: &'a Value) -> BoxFuture<'a, PortResult<Applied>>;
    /// One object, whole; `None` if it is not there.
    fn get<'a>(&'a self, object: &'a ObjectRef) -> BoxFuture<'a, PortResult<Option<Value>>>;
    /// Objects of a kind by label selector; `namespace` `None`: everywhere. `name` of `kind_of` is ignored.
    fn list<'a>(&'a self, kind_of: &'a ObjectRef, selector: &'a str) -> BoxFuture<'a, PortResult<Vec<Value>>>;
    /// Deletes in the foreground; `false` if it was not there.
    fn delete<'a>(&'a self, object: &'a ObjectRef) -> BoxFuture<'a, PortResult<bool>>;
    /// Strategic/merge patch of one object.
    fn patch<'a>(&'a self, object: &'a ObjectRef, merge: &'a Value) -> BoxFuture<'a, PortResult<()>>;
}

/// This machine: one deployment in a folder of its own, its processes kept running by a supervisor that outlives the run.
/// Every call may be made again after a crash, and ends at the same state.
pub trait Machine: Workloads {
    /// What would keep a plan from working here: no Python, no room, ports that others have. Changes nothing.
    fn shortcomings<'a>(&'a self, plan: &'a Plan) -> BoxFuture<'a, PortResult<Vec<Problem>>>;
    /// Whether an environment is there, whole.
    fn is_prepared(&self, environment: &Environment) -> PortResult<bool>;
    /// Makes an environment, or goes on with one that was interrupted; `said` is told what is done and how far it is, as
    /// often as that changes. Dropping the future ends the programs that it started.
    fn prepare<'a>(
        &'a self,
        environment: &'a Environment,
        said: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> BoxFuture<'a, PortResult<()>>;
    /// The values of a Secret by key, if it is there.
    fn secret(&self, name: &str) -> PortResult<Option<BTreeMap<String, SecretString>>>;
    /// Keeps the values of a Secret, for the owner only.
    fn keep_secret(&self, name: &str, values: &BTreeMap<String, SecretString>) -> PortResult<()>;
    /// Writes a file of the deployment, whole or not at all.
    fn write(&self, file: &TextFile) -> PortResult<Applied>;
    /// Has processes run as described: new ones start, changed ones start again, others go on, and a supervisor runs. Does not
    /// wait for readiness, but until what the watch tells of these processes is no older than the call.
    fn serve<'a>(&'a self, processes: &'a [Process]) -> BoxFuture<'a, PortResult<Applied>>;
    /// Has processes start again, those of them that are there; the watch is as in [`Machine::serve`].
    fn restart<'a>(&'a self, names: &'a [String]) -> BoxFuture<'a, PortResult<()>>;
    /// Ends every process that is not named, and removes the environments but this one that nothing runs from; `None` leaves
    /// environments alone. Names of the processes that were ended.
    fn keep_only<'a>(
        &'a self,
        names: &'a [String],
        environment: Option<&'a str>,
    ) -> BoxFuture<'a, PortResult<Vec<String>>>;
    /// Removes a person's home directory; `false` if there was none.
    fn remove_home(&self, user: &str) -> PortResult<bool>;
    /// What is there of the deployment.
    fn holdings(&self) -> PortResult<Holdings>;
    /// Ends everything that runs, the supervisor last.
    fn stop(&self) -> BoxFuture<'_, PortResult<()>>;
    /// Starts the supervisor with what was to run last. `false`: it runs already.
    fn start(&self) -> BoxFuture<'_, PortResult<bool>>;
    /// Starts the deployment with the machine, or no longer.
    fn start_at_boot(&self, wanted: bool) -> BoxFuture<'_, PortResult<Applied>>;
    /// Removes everything but people's data; with `data` that, too. What runs must have been stopped. As long as
    /// anything is left of it, the holdings list something.
    fn remove(&self, data: bool) -> BoxFuture<'_, PortResult<()>>;
}

/// What is there of a deployment on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// The deployment's folder.
    pub folder: PathBuf,
    /// Names of the processes that are to run.
    pub processes: Vec<String>,
    /// Names of environments, whole or not.
    pub environments: Vec<String>,
    /// Whether there is data of people: home directories, the hub's database, passwords.
    pub data: bool,
    /// Whether it starts with the machine.
    pub at_boot: bool,
}

impl Holdings {
    /// Whether nothing is there but, perhaps, data.
    pub fn is_empty(&self) -> bool {
        self.processes.is_empty() && self.environments.is_empty() && !self.at_boot
    }
}

/// Something a person must be allowed to do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Permission {
    /// `create`, `get`, `watch` …
    pub verb: String,
    /// API group, empty for the core.
    pub group: String,
    /// Plural resource.
    pub resource: String,
    /// Namespace; `None`: cluster-wide.
    pub namespace: Option<String>,
}

/// An open port-forward.
pub struct Forward {
    /// Loopback address.
    pub local: SocketAddr,
    /// Closes the forward when dropped.
    pub guard: Box<dyn Send + Sync>,
}

/// Resolves references to secrets.
pub trait Secrets: Send + Sync {
    /// The secret behind a reference. `namespace` is where `secret:` references are looked up.
    fn resolve<'a>(&'a self, namespace: &'a str, reference: &'a SecretRef) -> BoxFuture<'a, PortResult<SecretString>>;
    /// 64 hex digits of fresh randomness.
    fn generate(&self) -> PortResult<SecretString>;
    /// A fresh password that a person can read and type, of at least 100 bits.
    fn password(&self) -> PortResult<SecretString>;
}

/// Time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Sleeps.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;
}

/// Where a run is remembered. One folder per deployment, files 0600.
pub trait Journal: Send + Sync {
    /// Appends one whole line: it survives the end of this process, but not yet that of the machine.
    fn append(&self, line: &str) -> PortResult<()>;
    /// Everything that was appended survives a power cut once this returns.
    fn sync(&self) -> PortResult<()>;
    /// All complete lines; a torn last line is left out.
    fn lines(&self) -> PortResult<Vec<String>>;
    /// Where it is, for messages.
    fn path(&self) -> PathBuf;
}

/// What a Kubernetes deployment is made with.
pub struct Kubernetes {
    /// The cluster.
    pub cluster: Box<dyn Cluster>,
    /// helm.
    pub helm: Box<dyn Helm>,
    /// helm's records.
    pub releases: Box<dyn Releases>,
}

/// What a deployment is made on.
pub enum Platform {
    /// A cluster.
    Kubernetes(Kubernetes),
    /// This machine.
    Machine(Box<dyn Machine>),
}

/// Everything a run needs, built by the composition root.
pub struct Ports {
    /// The cluster or machine.
    pub platform: Platform,
    /// Secrets.
    pub secrets: Box<dyn Secrets>,
    /// Time.
    pub clock: Box<dyn Clock>,
    /// Journal.
    pub journal: Box<dyn Journal>,
}

impl Ports {
    /// Where things run, whatever it is.
    pub fn workloads(&self) -> &dyn Workloads {
        match &self.platform {
            Platform::Kubernetes(kubernetes) => kubernetes.cluster.as_ref(),
            Platform::Machine(machine) => machine.as_ref(),
        }
    }

    /// The command that shows a person what runs, and how it is.
    pub fn look(&self, namespace: &str) -> String {
        match &self.platform {
            Platform::Kubernetes(_) => format!("kubectl -n {namespace} get pods,events"),
            Platform::Machine(_) => format!("hubwright status -n {namespace}"),
        }
    }

    /// The cluster and helm. Plans are made for their platform, so an error is a defect.
    pub fn kubernetes(&self) -> PortResult<&Kubernetes> {
        match &self.platform {
            Platform::Kubernetes(kubernetes) => Ok(kubernetes),
            Platform::Machine(_) => Err(elsewhere("a cluster")),
        }
    }

    /// The machine. Plans are made for their platform, so an error is a defect.
    pub fn machine(&self) -> PortResult<&dyn Machine> {
        match &self.platform {
            Platform::Machine(machine) => Ok(machine.as_ref()),
            Platform::Kubernetes(_) => Err(elsewhere("this machine")),
        }
    }
}

fn elsewhere(wanted: &str) -> PortError {
    PortError::new(FailureKind::Other, Problem::new("wrong-platform", format!("this is done on {wanted} only")))
}

/// Labels every object of ours carries.
pub fn labels() -> BTreeMap<String, String> {
    BTreeMap::from([("app.kubernetes.io/managed-by".to_owned(), "hubwright".to_owned())])
}
