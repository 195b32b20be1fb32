//! `Answers`: the sparse tree of what a person said, exactly the shape of a preset file. `None` means "not said here".
//! Must not know defaults, rules or words: those belong to the questions.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::secret::SecretRef;

mod choices;

pub use choices::{AccessMethod, AllowRule, Database, Homes, IssuerKind, LoginMethod, TargetKind, TlsMethod};

macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident : $kind:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub struct $name { $($(#[$field_doc])* #[serde(skip_serializing_if = "is_unsaid")] pub $field: $kind,)* }
    )*};
}

/// Whether a part of the tree holds nothing, so that presets and layers leave it out.
fn is_unsaid<T: Default + PartialEq>(part: &T) -> bool {
    *part == T::default()
}

sections! {
    /// Everything a person can answer. Keys are the path in kebab-case: `login.client-id`, `ray.pools[0].max`.
    Answers {
        /// Where to install.
        target: Target,
        /// How a deployment lives on this machine.
        machine: Machine,
        /// What to install.
        components: Components,
        /// The notebook image every user gets unless a profile says otherwise.
        notebook: Notebook,
        /// Credentials of a private image registry.
        registry: Registry,
        /// How people log in.
        login: Login,
        /// How the hub is reached.
        access: Access,
        /// Where homes and the hub's database live.
        storage: Storage,
        /// The Ray cluster.
        ray: Ray,
        /// Dask Gateway.
        dask: Dask,
        /// Notebook profiles people choose from; none means one size for all.
        profiles: Option<Vec<Profile>>,
        /// When idle servers are stopped.
        cull: Cull,
        /// Small things about the hub.
        hub: Hub,
        /// Where charts come from.
        charts: Charts,
    }
    /// `target`
    Target {
        /// On what.
        kind: Option<TargetKind>,
        /// Context of the kubeconfig; unsaid: the current one.
        context: Option<String>,
        /// Name of the deployment; on Kubernetes, namespace of all its parts.
        namespace: Option<String>,
    }
    /// `machine`
    Machine {
        /// Folder of the deployment; unsaid: the usual one.
        folder: Option<String>,
        /// IP address that the hub listens on.
        address: Option<String>,
        /// Port that the hub listens on.
        port: Option<u16>,
        /// PEM file of the certificate for https.
        certificate: Option<String>,
        /// PEM file of its key.
        key: Option<String>,
        /// Whether a proxy in front has https.
        behind_proxy: Option<bool>,
        /// First of the ports on loopback that the parts use between themselves.
        first_port: Option<u16>,
        /// Start with the machine.
        at_boot: Option<bool>,
        /// The Python program; unsaid: the newest fitting one.
        python: Option<String>,
        /// Folder with all packages, in place of an index.
        wheels: Option<String>,
    }
    /// `components`
    Components {
        /// Install `JupyterHub`.
        jupyterhub: Option<bool>,
        /// Install `KubeRay` and a Ray cluster.
        ray: Option<bool>,
        /// Install Dask Gateway.
        dask: Option<bool>,
    }
    /// `notebook`
    Notebook {
        /// Repository without tag, such as `quay.io/jupyter/scipy-notebook`.
        image: Option<String>,
        /// Tag.
        tag: Option<String>,
        /// Python packages that notebooks need beside what is there.
        packages: Option<Vec<String>>,
    }
    /// `registry`
    Registry {
        /// Host of the registry, such as `registry.example.org`; unsaid: no credentials.
        server: Option<String>,
        /// User name.
        username: Option<String>,
        /// Password or token.
        password: Option<SecretRef>,
    }
    /// `login`
    Login {
        /// Which provider.
        method: Option<LoginMethod>,
        /// Azure AD: tenant id or domain.
        tenant: Option<String>,
        /// OAuth client id.
        client_id: Option<String>,
        /// OAuth client secret.
        client_secret: Option<SecretRef>,
        /// GitHub: organizations, or `organization:team`.
        organizations: Option<Vec<String>>,
        /// Moodle: base URL; GitHub Enterprise: base URL.
        url: Option<String>,
        /// Text of the login button.
        label: Option<String>,
        /// Who may log in.
        allow: Option<AllowRule>,
        /// User names that may log in, for `allow: users`.
        users: Option<Vec<String>>,
        /// Groups whose members may log in, for `allow: groups` (Azure AD).
        groups: Option<Vec<String>>,
        /// Administrators of the hub.
        admins: Option<Vec<String>>,
        /// Claim that becomes the user name.
        username_claim: Option<String>,
        /// Password of the dummy login.
        password: Option<SecretRef>,
    }
    /// `access`
    Access {
        /// How traffic reaches the hub.
        method: Option<AccessMethod>,
        /// DNS name (or address) people type.
        host: Option<String>,
        /// Fixed address asked of the load balancer.
        address: Option<String>,
        /// Port on every node for HTTP, 30000–32767.
        node_port: Option<u16>,
        /// Ingress class.
        ingress_class: Option<String>,
        /// Annotations of the Service (load balancer) or the Ingress.
        annotations: Option<BTreeMap<String, String>>,
        /// Where the certificate comes from.
        tls: Option<TlsMethod>,
        /// Port that people type, for `node-port`.
        port: Option<u16>,
        /// Existing `kubernetes.io/tls` Secret.
        tls_secret: Option<String>,
        /// cert-manager issuer.
        issuer: Option<String>,
        /// Kind of the cert-manager issuer.
        issuer_kind: Option<IssuerKind>,
        /// Contact address for Let's Encrypt.
        letsencrypt_email: Option<String>,
    }
    /// `storage`
    Storage {
        /// What home directories are made of.
        homes: Option<Homes>,
        /// Storage class of homes; unsaid: the cluster's default.
        class: Option<String>,
        /// Size of one home directory, such as `10Gi`.
        size: Option<String>,
        /// Existing `PersistentVolumeClaim` for `homes: static`.
        claim: Option<String>,
        /// Where the hub keeps users and servers.
        database: Option<Database>,
        /// Storage class of the hub's own volume for `database: sqlite-pvc`.
        database_class: Option<String>,
        /// Database URL without password, for `postgres` and `mysql`.
        database_url: Option<String>,
        /// Password of the database.
        database_password: Option<SecretRef>,
    }
    /// `ray`
    Ray {
        /// Name of the `RayCluster`; its service is `NAME-head-svc`.
        name: Option<String>,
        /// Image of head and workers.
        image: Option<String>,
        /// Tag of that image.
        tag: Option<String>,
        /// CPUs of the head.
        head_cpu: Option<String>,
        /// Memory of the head.
        head_memory: Option<String>,
        /// Let Ray start and stop workers between each pool's min and max.
        autoscaling: Option<bool>,
        /// Ask a token of every client.
        token_auth: Option<bool>,
        /// Worker pools; an empty list is a head alone.
        pools: Option<Vec<Pool>>,
    }
    /// One row of `ray.pools`.
    Pool {
        /// Name, lower case, digits and `-`.
        name: Option<String>,
        /// CPUs of one worker.
        cpu: Option<String>,
        /// Memory of one worker.
        memory: Option<String>,
        /// GPUs of one worker.
        gpus: Option<u32>,
        /// Resource name of the GPUs.
        gpu_resource: Option<String>,
        /// Workers that always run.
        min: Option<u32>,
        /// Workers at most.
        max: Option<u32>,
        /// Labels a node must have.
        node_selector: Option<BTreeMap<String, String>>,
        /// Taints tolerated, each `key=value:Effect`, `key:Effect` or `key`.
        tolerations: Option<Vec<String>>,
    }
    /// `dask`
    Dask {
        /// CPUs of a cluster's scheduler.
        scheduler_cpu: Option<String>,
        /// Memory of a cluster's scheduler.
        scheduler_memory: Option<String>,
        /// CPUs of one Dask worker.
        worker_cpu: Option<String>,
        /// Memory of one Dask worker.
        worker_memory: Option<String>,
        /// Image of schedulers and workers; unsaid: the notebook's.
        image: Option<String>,
        /// Tag of that image.
        tag: Option<String>,
        /// Clusters one person may run at the same time.
        clusters_per_user: Option<u32>,
        /// CPUs one cluster may use.
        cluster_cpu: Option<String>,
        /// Memory one cluster may use.
        cluster_memory: Option<String>,
        /// Workers one cluster may have.
        cluster_workers: Option<u32>,
    }
    /// One row of `profiles`.
    Profile {
        /// Name people see.
        name: Option<String>,
        /// One line under the name.
        description: Option<String>,
        /// Image; unsaid: the notebook's.
        image: Option<String>,
        /// Tag of that image.
        tag: Option<String>,
        /// CPUs at most.
        cpu: Option<String>,
        /// Memory at most.
        memory: Option<String>,
        /// GPUs.
        gpus: Option<u32>,
        /// Resource name of the GPUs.
        gpu_resource: Option<String>,
        /// Size of `/dev/shm`, such as `4Gi`.
        shm: Option<String>,
        /// Labels a node must have.
        node_selector: Option<BTreeMap<String, String>>,
        /// Taints tolerated, each `key=value:Effect`, `key:Effect` or `key`.
        tolerations: Option<Vec<String>>,
        /// Whether this one is chosen unless the person picks another.
        default: Option<bool>,
    }
    /// `cull`
    Cull {
        /// Stop idle servers.
        enabled: Option<bool>,
        /// Seconds without activity until a server is stopped.
        timeout: Option<u32>,
        /// Seconds between looks.
        every: Option<u32>,
    }
    /// `hub`
    Hub {
        /// Line of text (HTML allowed) shown on the hub's pages.
        announcement: Option<String>,
        /// Install network policies; egress to Ray and Dask is opened by itself.
        network_policy: Option<bool>,
        /// Download notebook images to every node before the hub starts.
        pre_pull: Option<bool>,
        /// Block cloud metadata with an init container that needs `NET_ADMIN`.
        block_metadata: Option<bool>,
        /// CPUs guaranteed to a notebook without a profile.
        cpu: Option<String>,
        /// Memory guaranteed to a notebook without a profile.
        memory: Option<String>,
    }
    /// `charts`
    Charts {
        /// A helm repository (URL) or folder that holds every chart, in place of the public ones: a mirror, or an air gap.
        repository: Option<String>,
        /// Version of the jupyterhub chart.
        jupyterhub: Option<String>,
        /// Version of the kuberay-operator and ray-cluster charts.
        kuberay: Option<String>,
        /// Version of the dask-gateway chart.
        dask_gateway: Option<String>,
        /// Install the `KubeRay` operator; `false` where the cluster already runs one.
        operator: Option<bool>,
    }
}
