//! The slim pod: what it asks for, and how its containers are. Must not know any rule.
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::{
    Amounts, Condition, Meta, Pairs, Resources, Word, amounts::pairs, annotation, condition, meta::or_default,
};

/// Annotation that makes a pod a process of this machine: the path of its log.
pub const LOG: &str = "hubwright.io/log";

/// A pod, or a process of this machine in the shape of one: a single container, and both of one name.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Pod {
    /// Metadata.
    pub metadata: Meta,
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
    pub node_name: Option<Word>,
    /// Labels that its node must have.
    #[serde(deserialize_with = "pairs")]
    pub node_selector: Pairs,
    /// `Always`, `OnFailure`, `Never`.
    pub restart_policy: Option<Word>,
    /// Containers.
    #[serde(deserialize_with = "or_default")]
    pub containers: Box<[Container]>,
    /// Init containers, native sidecars among them.
    #[serde(deserialize_with = "or_default")]
    pub init_containers: Box<[Container]>,
    /// Taints of nodes that are no obstacle.
    #[serde(deserialize_with = "or_default")]
    pub tolerations: Box<[Toleration]>,
    /// Volumes that name another object.
    #[serde(deserialize_with = "or_default")]
    pub volumes: Box<[Volume]>,
}

/// A taint that is no obstacle.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Toleration {
    /// Key; none with operator `Exists`: every taint.
    pub key: Option<Word>,
    /// `Equal` (also if not said) or `Exists`.
    pub operator: Option<Word>,
    /// Value, for `Equal`.
    pub value: Option<Word>,
    /// Effect; `None`: every effect.
    pub effect: Option<Word>,
}

/// A container as asked for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Container {
    /// Name.
    pub name: Word,
    /// Image.
    pub image: Word,
    /// `Always` on an init container makes it a sidecar that stays.
    pub restart_policy: Option<Word>,
    /// Requests and limits.
    pub resources: Resources,
    /// Is it alive?
    pub liveness_probe: Option<Box<Probe>>,
    /// May it get traffic?
    pub readiness_probe: Option<Box<Probe>>,
    /// Has it started?
    pub startup_probe: Option<Box<Probe>>,
}

impl Pod {
    /// Whether it is on its way out.
    pub const fn is_terminating(&self) -> bool {
        self.metadata.leaving.is_some()
    }

    /// Path of its log, if it is a process of this machine.
    pub fn log_file(&self) -> Option<&str> {
        annotation(&self.metadata, LOG)
    }

    /// Phase, empty if the server said none.
    pub fn phase(&self) -> &str {
        self.status.phase.as_deref().unwrap_or_default()
    }

    /// Whether it has ended, well or badly.
    pub fn has_ended(&self) -> bool {
        matches!(self.phase(), "Succeeded" | "Failed")
    }

    /// Whether Kubernetes calls it ready.
    pub fn is_ready(&self) -> bool {
        condition(&self.status.conditions, "Ready").is_some_and(Condition::is_true)
    }

    /// A condition of it.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        condition(&self.status.conditions, kind)
    }

    /// UID of the object that controls it.
    pub fn controller(&self) -> Option<&str> {
        self.metadata.controller().map(|owner| &*owner.uid)
    }

    /// The container of a name, init containers among them.
    pub fn container(&self, name: &str) -> Option<&Container> {
        self.spec.init_containers.iter().chain(&self.spec.containers).find(|one| &*one.name == name)
    }

    /// The states of all its containers, init containers first.
    pub fn statuses(&self) -> impl Iterator<Item = &ContainerStatus> {
        self.status.init_container_statuses.iter().chain(&self.status.container_statuses)
    }

    /// What the scheduler counts for it: the sum of containers and sidecars, or the largest init container.
    pub fn requests(&self) -> Amounts {
        let mut sum = Amounts::default();
        let sidecars = self.spec.init_containers.iter().filter(|one| one.is_sidecar());
        self.spec.containers.iter().chain(sidecars).for_each(|one| sum.add(&one.resources.requests));
        self.spec.init_containers.iter().for_each(|one| sum.raise_to(&one.resources.requests));
        sum
    }
}

impl Container {
    /// Whether this init container is a sidecar that stays.
    pub fn is_sidecar(&self) -> bool {
        self.restart_policy.as_deref() == Some("Always")
    }
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
    pub name: Word,
    /// Claim.
    pub persistent_volume_claim: Option<Box<ClaimVolume>>,
}

/// A claim as a volume.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClaimVolume {
    /// Name of the claim.
    pub claim_name: Word,
}

/// Conditions of a pod that rules read; the others only take room, five thousand times.
const READ: &[&str] = &["PodScheduled", "Ready"];

fn read_conditions<'de, D: Deserializer<'de>>(from: D) -> Result<Box<[Condition]>, D::Error> {
    let all = Option::<Vec<Condition>>::deserialize(from)?.unwrap_or_default();
    Ok(all.into_iter().filter(|condition| READ.contains(&&*condition.kind)).collect())
}

/// How a pod is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodStatus {
    /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
    pub phase: Option<Word>,
    /// `Evicted`, `NodeLost`, `DeadlineExceeded` …
    pub reason: Option<Word>,
    /// The same in a sentence: hostile text.
    pub message: Option<Box<str>>,
    /// When a kubelet took it.
    pub start_time: Option<Timestamp>,
    /// Those conditions that rules read: `READ`.
    #[serde(deserialize_with = "read_conditions")]
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
    pub name: Word,
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
    pub reason: Option<Word>,
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
    pub reason: Option<Word>,
    /// What it wrote to its termination log: hostile text.
    pub message: Option<Box<str>>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}
