//! `Plan`: what is to be done, in which order, with which files. Data, the same for the same answers, byte for byte.
//! Must not know how anything is carried out, nor any component by name.
mod checks;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub use self::checks::{Checks, DaskCheck, HubCheck, RayCheck};
use crate::answers::secret::SecretRef;

/// Name of a step, kebab-case and unique in its plan: `namespace`, `ray-operator`, `jupyterhub`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(String);

impl StepId {
    /// A name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for StepId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Steps and files of a deployment. Steps are sorted so that every step comes after those it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Kubeconfig context; `None`: the current one. Nothing on this machine has one.
    pub context: Option<String>,
    /// Namespace of the deployment; on this machine, its name.
    pub namespace: String,
    /// Steps, in an order in which one after another would work.
    pub steps: Vec<Step>,
    /// What to prove at the end.
    pub checks: Checks,
}

/// What is wrong with a list of steps. A defect of a component, never of answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Two steps have the same name.
    #[error("two steps are called `{0}`")]
    Twice(StepId),
    /// A step needs one that comes later or is not there; so a circle is impossible, too.
    #[error("step `{0}` needs `{1}`, which does not come before it")]
    Order(StepId, StepId),
}

impl Plan {
    /// Checks that every step comes after those it needs, which also rules out circles.
    pub fn check(&self) -> Result<(), GraphError> {
        let mut before = BTreeSet::new();
        for step in &self.steps {
            if let Some(need) = step.needs.iter().find(|need| !before.contains(need)) {
                return Err(GraphError::Order(step.id.clone(), need.clone()));
            }
            if !before.insert(&step.id) {
                return Err(GraphError::Twice(step.id.clone()));
            }
        }
        Ok(())
    }

    /// Steps by layer: all of a layer may run at the same time once the layers before it are done.
    pub fn layers(&self) -> Vec<Vec<&Step>> {
        let mut depth: BTreeMap<&StepId, usize> = BTreeMap::new();
        let mut layers: Vec<Vec<&Step>> = Vec::new();
        for step in &self.steps {
            let level = step.needs.iter().filter_map(|need| depth.get(need)).map(|level| level + 1).max().unwrap_or(0);
            depth.insert(&step.id, level);
            if layers.len() <= level {
                layers.resize_with(level + 1, Vec::new);
            }
            if let Some(layer) = layers.get_mut(level) {
                layer.push(step);
            }
        }
        layers
    }

    /// Whether its parts are processes of this machine.
    pub fn on_this_machine(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.action, Action::Environment(_) | Action::Service(_)))
    }

    /// SHA-256 of everything the plan says, hex.
    pub fn digest(&self) -> String {
        digest(&format!("{self:?}"))
    }
}

impl Release {
    /// SHA-256 of chart, version and values, hex: recognises a release that is there already.
    pub fn digest(&self) -> String {
        digest(&format!("{} {} {} {} {}", self.chart, self.repository, self.version, self.skip_crds, self.values))
    }
}

/// SHA-256 of a text, hex.
pub fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |hex, byte| hex + &format!("{byte:02x}"))
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Unique name.
    pub id: StepId,
    /// A few words for a person: "Ray cluster".
    pub title: String,
    /// Steps that must be done first.
    pub needs: Vec<StepId>,
    /// What to do.
    pub action: Action,
    /// What must be ready before the step counts as done.
    pub ready: Vec<Expect>,
    /// How long it may take until it fails. Pulling an image that makes progress never counts against it.
    pub deadline: Duration,
}

/// What a step does. Every action is idempotent.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Applies objects by server-side apply.
    Apply {
        /// Kubernetes objects without any secret value.
        objects: Vec<Value>,
    },
    /// Creates or updates Secrets whose values are resolved while running.
    Secrets {
        /// The Secrets.
        secrets: Vec<SecretObject>,
        /// Deployments whose programs read them when they start: after a change they start again, if they are there.
        readers: Vec<String>,
    },
    /// Installs or upgrades a helm release.
    Release(Release),
    /// Makes the private programs of a deployment on this machine.
    Environment(Environment),
    /// Writes what processes of this machine read, and has them run.
    Service(Service),
    /// Has the deployment start with this machine.
    StartAtBoot,
    /// Climbs the verification ladder.
    Verify,
}

/// A Secret to be written into the deployment's namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretObject {
    /// Name.
    pub name: String,
    /// `Opaque` or `kubernetes.io/dockerconfigjson`.
    pub kind: SecretKind,
    /// Values by key, for `Opaque`.
    pub data: BTreeMap<String, SecretSource>,
}

/// Type of a Secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretKind {
    /// Plain keys and values.
    Opaque,
    /// Registry credentials; `data` holds one entry `password`.
    DockerConfig {
        /// Registry host.
        server: String,
        /// User name.
        username: String,
    },
}

/// Where one value of a Secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// A reference the person gave.
    Reference(SecretRef),
    /// Made once by the machine (64 hex digits of randomness), kept for ever after: an existing value is never replaced.
    Generated,
    /// The same for a person who types it: shorter, and without signs that look alike.
    Password,
}

impl SecretSource {
    /// Whether the machine makes it up.
    pub const fn is_made_up(&self) -> bool {
        matches!(self, Self::Generated | Self::Password)
    }
}

/// A helm release.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// Release name.
    pub name: String,
    /// Chart name in its repository, such as `jupyterhub`.
    pub chart: String,
    /// Repository: URL, `oci://…` prefix, or a folder that holds charts.
    pub repository: String,
    /// Exact chart version.
    pub version: String,
    /// Values, without any secret value.
    pub values: Value,
    /// Leave the chart's `crds/` folder alone (another owner has them).
    pub skip_crds: bool,
    /// What the chart cannot say: parts of objects that are merged into those that helm made. A server that does not know
    /// a field leaves it out.
    pub patches: Vec<Value>,
    /// helm's own limit for one operation, hooks included.
    pub timeout: Duration,
}

/// The programs of a deployment on this machine, in exact versions: Python packages and the hub's proxy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// Name of its folder below `env/`, from the digest of what it is made of: another environment never changes this one.
    pub name: String,
    /// Python packages as pip's requirements, each with its hashes.
    pub requirements: String,
    /// Requirements that a person added for notebooks, without hashes.
    pub packages: Vec<String>,
    /// Requirements, with hashes, that bring Node.js where the machine has none. Empty: nothing needs it.
    pub node: String,
    /// The proxy as npm's `package.json` and `package-lock.json`; `None`: nothing needs it.
    pub proxy: Option<NodePackage>,
    /// The Python program; `None`: the newest fitting one that is found.
    pub python: Option<String>,
    /// Folder with all packages, for machines that reach no index.
    pub wheels: Option<String>,
}

/// A Node.js package with everything it needs, as npm describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodePackage {
    /// `package.json`.
    pub manifest: String,
    /// `package-lock.json`, with the integrity of each package.
    pub lock: String,
}

/// Files and the processes that read them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Service {
    /// Files to write, without any secret value.
    pub files: Vec<TextFile>,
    /// Processes, in the order in which they start.
    pub processes: Vec<Process>,
}

/// A file below the deployment's folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextFile {
    /// Path below the folder, such as `config/hub.json`.
    pub path: String,
    /// Text.
    pub text: String,
}

/// A process that is kept running. In texts of command and environment, `{folder}` is the deployment's folder and
/// `{runtime}` a folder for what lives as long as the processes do, with a path short enough for sockets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Process {
    /// Name, unique in the deployment: `hub`, `ray-head`.
    pub name: String,
    /// Program and arguments. It starts in the deployment's folder.
    pub command: Vec<String>,
    /// Variables, beside a few harmless ones of the person's own environment.
    pub environment: BTreeMap<String, String>,
    /// Variables whose values are secrets: name and key of the deployment's Secret.
    pub secrets: BTreeMap<String, (String, String)>,
    /// SHA-256 of the files it reads, hex: where that changes it has to start again.
    pub revision: String,
    /// Ports that it serves.
    pub ports: Vec<ServedPort>,
    /// When it is ready.
    pub probe: Probe,
    /// Seconds that it may take to end after SIGTERM.
    pub ends_within: u32,
}

/// A port of a process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct ServedPort {
    /// Name of the service as the verification asks for it, such as `hub` or `ray-head-svc`; empty for internal ports.
    pub service: String,
    /// Port as the verification asks for it.
    pub port: u16,
    /// Port where it is.
    pub at: u16,
    /// Address where it is, if that is not loopback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// How a process is asked whether it is ready, on loopback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probe {
    /// A port that takes connections.
    Tcp {
        /// The port.
        port: u16,
    },
    /// A path that answers with a status below 500 (and not 404: that is a proxy which has nobody behind it).
    Http {
        /// The port.
        port: u16,
        /// The path, with its leading slash.
        path: String,
        /// Whether it is spoken to with TLS; its certificate is not looked at.
        tls: bool,
    },
}

impl Default for Probe {
    fn default() -> Self {
        Self::Tcp { port: 0 }
    }
}

/// Something that must be ready before a step is done. All objects are in the deployment's namespace unless they have none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "name")]
pub enum Expect {
    /// Every workload, claim and service that this helm release put there (label or annotation of helm).
    Release(String),
    /// A Deployment.
    Deployment(String),
    /// A `StatefulSet`.
    StatefulSet(String),
    /// A `DaemonSet`.
    DaemonSet(String),
    /// A Job.
    Job(String),
    /// A claim that must be bound.
    Claim(String),
    /// A Service with at least one ready endpoint, and an address where its type is `LoadBalancer`.
    Service(String),
    /// An Ingress whose class and backends exist.
    Ingress(String),
    /// A CRD that is established and served.
    Crd(String),
    /// A `RayCluster` whose head and minimum of workers are ready.
    RayCluster(String),
    /// A namespace that is active.
    Namespace(String),
    /// A process of this machine that answers its probe.
    Process(String),
}
