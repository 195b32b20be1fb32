//! The slim pod: what it asks for, and how its containers are. Must not know any rule.
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::{Deserialize, Deserializer};

use super::{
    Condition,
    meta::{or_default, slim},
};
use crate::answers::quantity::Quantity;

/// A small map of text to text, sorted by key; a quarter of a `BTreeMap`'s size.
pub type Pairs = Box<[(Box<str>, Box<str>)]>;

/// A pod.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Pod {
    /// Metadata.
    #[serde(deserialize_with = "slim")]
    pub metadata: ObjectMeta,
    /// What was asked for.
    pub spec: PodSpec,
    /// What is.
    pub status: PodStatus,
}

/// What a pod asks for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodSpec {
    /// Node it was put on.
    pub node_name: Option<Box<str>>,
    /// Labels that its node must have.
    #[serde(deserialize_with = "pairs")]
    pub node_selector: Pairs,
    /// `Always`, `OnFailure`, `Never`.
    pub restart_policy: Option<Box<str>>,
    /// Containers.
    #[serde(deserialize_with = "or_default")]
    pub containers: Box<[Container]>,
    /// Init containers, native sidecars among them.
    #[serde(deserialize_with = "or_default")]
    pub init_containers: Box<[Container]>,
    /// Volumes that name another object.
    #[serde(deserialize_with = "or_default")]
    pub volumes: Box<[Volume]>,
}

/// A container as asked for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Container {
    /// Name.
    pub name: Box<str>,
    /// Image.
    pub image: Box<str>,
    /// `Always` on an init container makes it a sidecar that stays.
    pub restart_policy: Option<Box<str>>,
    /// Requests and limits.
    pub resources: Resources,
    /// Is it alive?
    pub liveness_probe: Option<Box<Probe>>,
    /// May it get traffic?
    pub readiness_probe: Option<Box<Probe>>,
    /// Has it started?
    pub startup_probe: Option<Box<Probe>>,
}

impl Container {
    /// Whether this init container is a sidecar that stays.
    pub fn is_sidecar(&self) -> bool {
        self.restart_policy.as_deref() == Some("Always")
    }
}

/// Requests and limits.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// What the scheduler counts.
    pub requests: Amounts,
    /// What may not be exceeded.
    pub limits: Amounts,
}

/// Amounts of resources, in numbers; far smaller than the maps of text that the server sends.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Amounts {
    /// CPU in thousandths of a core; `None`: not said.
    pub cpu_millis: Option<u64>,
    /// Memory in bytes; `None`: not said.
    pub memory: Option<u64>,
    /// Pods (nodes only); `None`: not said.
    pub pods: Option<u64>,
    /// Extended resources such as `nvidia.com/gpu`, in whole units.
    pub other: Box<[(Box<str>, u64)]>,
}

impl Amounts {
    /// An extended resource; `None`: not there at all.
    pub fn extended(&self, resource: &str) -> Option<u64> {
        self.other.iter().find(|(name, _)| &**name == resource).map(|(_, amount)| *amount)
    }
}

impl<'de> Deserialize<'de> for Amounts {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut amounts = Self::default();
        let mut other = Vec::new();
        for (name, text) in pairs(from)? {
            // a quantity of a form we do not know (`1e3`) counts as not said
            let Ok(quantity) = text.parse::<Quantity>() else { continue };
            match &*name {
                "cpu" => amounts.cpu_millis = Some(quantity.millis()),
                "memory" => amounts.memory = Some(quantity.whole()),
                "pods" => amounts.pods = Some(quantity.whole()),
                "ephemeral-storage" => {}
                hugepages if hugepages.starts_with("hugepages-") => {}
                _ => other.push((name, quantity.whole())),
            }
        }
        amounts.other = other.into();
        Ok(amounts)
    }
}

/// A JSON object of texts (or bare numbers, which some tools write for quantities) as pairs; `null` is none.
pub(super) fn pairs<'de, D: Deserializer<'de>>(from: D) -> Result<Pairs, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Word {
        Text(Box<str>),
        Number(serde_json::Number),
    }
    let map = Option::<std::collections::BTreeMap<Box<str>, Word>>::deserialize(from)?.unwrap_or_default();
    Ok(map
        .into_iter()
        .map(|(key, word)| match word {
            Word::Text(text) => (key, text),
            Word::Number(number) => (key, number.to_string().into()),
        })
        .collect())
}

/// A probe, with Kubernetes' own defaults where nothing is said.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Probe {
    /// Seconds before the first.
    pub initial_delay_seconds: u32,
    /// Seconds between two.
    pub period_seconds: u32,
    /// How many may fail in a row.
    pub failure_threshold: u32,
    /// Asks over HTTP.
    pub http_get: Option<HttpGet>,
    /// Opens a connection.
    pub tcp_socket: Option<TcpSocket>,
}

impl Default for Probe {
    fn default() -> Self {
        Self { initial_delay_seconds: 0, period_seconds: 10, failure_threshold: 3, http_get: None, tcp_socket: None }
    }
}

/// The HTTP form of a probe.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct HttpGet {
    /// Path.
    pub path: Box<str>,
    /// Port, by number or name.
    pub port: Port,
}

/// The TCP form of a probe.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TcpSocket {
    /// Port, by number or name.
    pub port: Port,
}

/// A port by number or name, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Port(pub Box<str>);

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(u32),
            Name(Box<str>),
        }
        Ok(Self(match Either::deserialize(from)? {
            Either::Number(number) => number.to_string().into(),
            Either::Name(name) => name,
        }))
    }
}

/// A volume that names another object.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Volume {
    /// Name within the pod.
    pub name: Box<str>,
    /// Claim.
    pub persistent_volume_claim: Option<Box<ClaimVolume>>,
}

/// A claim as a volume.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClaimVolume {
    /// Name of the claim.
    pub claim_name: Box<str>,
}

/// How a pod is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodStatus {
    /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
    pub phase: Option<Box<str>>,
    /// `Evicted`, `NodeLost`, `DeadlineExceeded` …
    pub reason: Option<Box<str>>,
    /// The same in a sentence: hostile text.
    pub message: Option<Box<str>>,
    /// When a kubelet took it.
    pub start_time: Option<Timestamp>,
    /// Conditions.
    #[serde(deserialize_with = "or_default")]
    pub conditions: Box<[Condition]>,
    /// Containers.
    #[serde(deserialize_with = "or_default")]
    pub container_statuses: Box<[ContainerStatus]>,
    /// Init containers.
    #[serde(deserialize_with = "or_default")]
    pub init_container_statuses: Box<[ContainerStatus]>,
}

/// How a container is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContainerStatus {
    /// Name.
    pub name: Box<str>,
    /// Whether it passes its readiness probe (init: whether it is done).
    pub ready: bool,
    /// Whether it passed its startup probe.
    pub started: Option<bool>,
    /// Restarts.
    pub restart_count: u32,
    /// How it is.
    pub state: ContainerState,
    /// How the run before this one ended.
    pub last_state: ContainerState,
}

/// At most one of the three is there.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ContainerState {
    /// Not running yet, or not again yet.
    pub waiting: Option<Box<Waiting>>,
    /// Running.
    pub running: Option<Running>,
    /// Ended.
    pub terminated: Option<Box<Terminated>>,
}

/// Why a container does not run.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Waiting {
    /// One word, `ImagePullBackOff`.
    pub reason: Option<Box<str>>,
    /// A sentence: hostile text.
    pub message: Option<Box<str>>,
}

/// A running container.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Running {
    /// Since when.
    pub started_at: Option<Timestamp>,
}

/// How a container ended.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Terminated {
    /// Exit code.
    pub exit_code: i32,
    /// Signal that ended it, if the runtime says so.
    pub signal: Option<i32>,
    /// `Error`, `OOMKilled`, `Completed` …
    pub reason: Option<Box<str>>,
    /// What it wrote to its termination log: hostile text.
    pub message: Option<Box<str>>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}
