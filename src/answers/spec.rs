//! `Spec`: complete and valid answers, typed so that a combination that makes no sense cannot be written down.
//! Must not know where an answer came from, nor any chart: `plan` turns a spec into charts' values.
mod access;
mod target;

use std::collections::BTreeMap;

use super::{quantity::Quantity, secret::SecretRef, tree::AllowRule};

pub use access::{Access, Exposure, Tls};
pub use target::{Machine, Place, Target};

/// Everything a deployment needs to know. On this machine there are no images, charts, registry, profiles or guarantees:
/// texts and quantities of that kind are empty there.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// Where.
    pub target: Target,
    /// `JupyterHub`, if wanted.
    pub hub: Option<Hub>,
    /// Ray, if wanted.
    pub ray: Option<Ray>,
    /// Dask Gateway, if wanted.
    pub dask: Option<Dask>,
    /// Registry credentials, if any image is private.
    pub registry: Option<Registry>,
    /// Where charts come from and which.
    pub charts: Charts,
}

/// A container image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Repository without tag.
    pub repository: String,
    /// Tag.
    pub tag: String,
}

impl std::fmt::Display for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.repository, self.tag)
    }
}

/// Credentials that become a `kubernetes.io/dockerconfigjson` Secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// Host.
    pub server: String,
    /// User name.
    pub username: String,
    /// Password or token.
    pub password: SecretRef,
}

/// `JupyterHub`.
#[derive(Debug, Clone, PartialEq)]
pub struct Hub {
    /// Default notebook image.
    pub notebook: Image,
    /// Python packages that notebooks need beside what is there: on Kubernetes each server makes sure of them when it starts,
    /// on this machine they are a part of the environment.
    pub packages: Vec<String>,
    /// Guaranteed to a notebook without a profile.
    pub resources: Resources,
    /// Login.
    pub login: Login,
    /// How it is reached.
    pub access: Access,
    /// Homes.
    pub homes: Homes,
    /// The hub's own database.
    pub database: Database,
    /// Profiles, possibly none.
    pub profiles: Vec<Profile>,
    /// Culling of idle servers; `None`: never.
    pub cull: Option<Cull>,
    /// Announcement on the hub's pages.
    pub announcement: Option<String>,
    /// Install network policies.
    pub network_policy: bool,
    /// Download images to every node first.
    pub pre_pull: bool,
    /// Block the cloud's metadata service with a privileged init container.
    pub block_metadata: bool,
}

/// CPU and memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Resources {
    /// Cores.
    pub cpu: Quantity,
    /// Bytes.
    pub memory: Quantity,
}

/// GPUs of one pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gpus {
    /// Resource name, such as `nvidia.com/gpu`.
    pub resource: String,
    /// How many, at least 1.
    pub count: u32,
}

/// Where a pod may run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Placement {
    /// Labels a node must have.
    pub node_selector: BTreeMap<String, String>,
    /// Taints tolerated.
    pub tolerations: Vec<Toleration>,
}

/// One toleration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toleration {
    /// Taint key.
    pub key: String,
    /// Taint value; `None`: any (`operator: Exists`).
    pub value: Option<String>,
    /// `NoSchedule`, `PreferNoSchedule`, `NoExecute`; `None`: all.
    pub effect: Option<String>,
}

/// Login: who proves identity, who is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The provider.
    pub provider: Provider,
    /// Who may log in. The dummy login allows all.
    pub allow: Allow,
    /// Administrators.
    pub admins: Vec<String>,
    /// `https://HOST/hub/oauth_callback`; `None` for the trial login, and while the host is not known (then it is derived by
    /// the hub).
    pub callback: Option<String>,
}

/// The allow rule with what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allow {
    /// Everybody the provider knows.
    All,
    /// These users (and the admins).
    Users(Vec<String>),
    /// Members of these groups.
    Groups(Vec<String>),
    /// Members of these organizations or `organization:team`s.
    Organizations(Vec<String>),
}

impl Allow {
    /// The rule's name in the answers.
    pub const fn rule(&self) -> AllowRule {
        match self {
            Self::All => AllowRule::All,
            Self::Users(_) => AllowRule::Users,
            Self::Groups(_) => AllowRule::Groups,
            Self::Organizations(_) => AllowRule::Organizations,
        }
    }
}

/// An OAuth client registered with the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthClient {
    /// Client id.
    pub id: String,
    /// Client secret.
    pub secret: SecretRef,
}

/// The login providers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provider {
    /// Microsoft Entra ID.
    AzureAd {
        /// Tenant id or domain.
        tenant: String,
        /// The app registration.
        client: OAuthClient,
        /// Claim that becomes the user name.
        username_claim: String,
    },
    /// GitHub.
    GitHub {
        /// Base URL of GitHub Enterprise; `None`: github.com.
        url: Option<String>,
        /// The OAuth app.
        client: OAuthClient,
    },
    /// Moodle with the OAuth plugin.
    Moodle {
        /// Base URL without trailing slash.
        url: String,
        /// The client made in Moodle.
        client: OAuthClient,
        /// Text of the login button.
        label: String,
        /// Claim that becomes the user name.
        username_claim: String,
    },
    /// One shared password. For trials only.
    Dummy {
        /// The password.
        password: SecretRef,
    },
}

/// Home directories.
#[derive(Debug, Clone, PartialEq)]
pub enum Homes {
    /// A claim for each user.
    Dynamic {
        /// Storage class; `None`: the cluster's default.
        class: Option<String>,
        /// Size of one home.
        size: Quantity,
    },
    /// One existing claim.
    Static {
        /// Its name.
        claim: String,
    },
    /// A folder for each user, on this machine.
    Folder,
    /// None.
    None,
}

/// The hub's own database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A file on a volume.
    SqlitePvc {
        /// Storage class; `None`: the cluster's default.
        class: Option<String>,
    },
    /// A file in the deployment's folder, on this machine.
    File,
    /// Memory.
    SqliteMemory,
    /// A server.
    Server {
        /// `postgres` or `mysql`.
        kind: &'static str,
        /// URL without password.
        url: String,
        /// Password.
        password: SecretRef,
    },
}

/// One notebook profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Name people see.
    pub name: String,
    /// Unique kebab-case slug made of the name.
    pub slug: String,
    /// One line under the name.
    pub description: String,
    /// Image; `None`: the hub's notebook image.
    pub image: Option<Image>,
    /// CPU and memory at most; `None` parts are unlimited.
    pub cpu: Option<Quantity>,
    /// Memory at most.
    pub memory: Option<Quantity>,
    /// GPUs.
    pub gpus: Option<Gpus>,
    /// Size of `/dev/shm`.
    pub shm: Option<Quantity>,
    /// Where it may run.
    pub placement: Placement,
    /// Chosen unless the person picks another; exactly one profile has this.
    pub default: bool,
}

/// Culling, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cull {
    /// Seconds without activity.
    pub timeout: u32,
    /// Seconds between looks.
    pub every: u32,
}

/// Ray.
#[derive(Debug, Clone, PartialEq)]
pub struct Ray {
    /// Name of the `RayCluster`.
    pub name: String,
    /// Image of head and workers.
    pub image: Image,
    /// Head's resources.
    pub head: Resources,
    /// Ray's autoscaler.
    pub autoscaling: bool,
    /// Token auth.
    pub token_auth: bool,
    /// Worker pools, possibly none.
    pub pools: Vec<Pool>,
}

impl Ray {
    /// Name of the head's service: `NAME-head-svc`.
    pub fn service(&self) -> String {
        format!("{}-head-svc", self.name)
    }
}

/// One pool of Ray workers.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// Name.
    pub name: String,
    /// Resources of one worker.
    pub resources: Resources,
    /// GPUs of one worker.
    pub gpus: Option<Gpus>,
    /// Workers that always run.
    pub min: u32,
    /// Workers at most, at least `min`.
    pub max: u32,
    /// Where it may run.
    pub placement: Placement,
}

/// Dask Gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct Dask {
    /// Image of schedulers and workers.
    pub image: Image,
    /// Resources of a cluster's scheduler.
    pub scheduler: Resources,
    /// Resources of one worker.
    pub worker: Resources,
    /// Limits.
    pub limits: DaskLimits,
}

/// Limits of Dask Gateway; `None`: no limit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DaskLimits {
    /// Clusters one person may run at once.
    pub clusters_per_user: Option<u32>,
    /// Cores of one cluster.
    pub cluster_cpu: Option<Quantity>,
    /// Memory of one cluster.
    pub cluster_memory: Option<Quantity>,
    /// Workers of one cluster.
    pub cluster_workers: Option<u32>,
}

/// Where charts come from and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charts {
    /// Mirror (URL or folder) for every chart; `None`: the public repositories.
    pub repository: Option<String>,
    /// Version of the jupyterhub chart.
    pub jupyterhub: String,
    /// Version of both `KubeRay` charts.
    pub kuberay: String,
    /// Version of the dask-gateway chart.
    pub dask_gateway: String,
    /// Install the `KubeRay` operator.
    pub operator: bool,
}
