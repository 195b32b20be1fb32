//! Which answer decides what a pod runs, asks for or is stored on? Pods are told apart by the labels that the charts give
//! them. Must not know why somebody asks.
use crate::health::objects::{Pod, Watched, label};

/// What a pod is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A Ray head.
    RayHead,
    /// A Ray worker.
    RayWorker,
    /// A person's notebook, or what downloads its image.
    Notebook,
    /// A part of the hub.
    Hub,
    /// The scheduler of a person's Dask cluster.
    DaskScheduler,
    /// A worker of a person's Dask cluster.
    DaskWorker,
    /// A part of Dask Gateway.
    DaskGateway,
    /// The KubeRay operator.
    Operator,
    /// Anything else.
    Other,
}

/// What a pod is for, by its labels.
pub fn role(pod: &Pod) -> Role {
    let labelled = |key: &str| label(&pod.metadata, key);
    let component = labelled("component").or_else(|| labelled("app.kubernetes.io/component")).unwrap_or_default();
    let name = labelled("app.kubernetes.io/name").or_else(|| labelled("app")).unwrap_or_default();
    match (labelled("ray.io/node-type"), name, component) {
        (Some("head"), ..) => Role::RayHead,
        (Some(_), ..) => Role::RayWorker,
        (_, _, "singleuser-server" | "image-puller" | "hook-image-puller" | "continuous-image-puller") => {
            Role::Notebook
        }
        (_, _, "dask-scheduler") => Role::DaskScheduler,
        (_, _, "dask-worker") => Role::DaskWorker,
        (_, "jupyterhub", _) => Role::Hub,
        (_, "dask-gateway", _) => Role::DaskGateway,
        (_, "kuberay-operator", _) => Role::Operator,
        _ => Role::Other,
    }
}

/// The answer that names a pod's image.
pub fn image(pod: &Pod) -> Option<&'static str> {
    match role(pod) {
        Role::RayHead | Role::RayWorker => Some("ray.tag"),
        Role::Notebook => Some("notebook.tag"),
        Role::DaskScheduler | Role::DaskWorker => Some("dask.tag"),
        Role::Hub => Some("charts.jupyterhub"),
        Role::DaskGateway => Some("charts.dask-gateway"),
        Role::Operator => Some("charts.kuberay"),
        Role::Other => None,
    }
}

/// The answer that says how many CPUs a pod asks for.
pub fn cpu(pod: &Pod) -> Option<&'static str> {
    match role(pod) {
        Role::RayHead => Some("ray.head-cpu"),
        Role::RayWorker => Some("ray.pools[].cpu"),
        Role::Notebook => Some("hub.cpu"),
        Role::DaskScheduler => Some("dask.scheduler-cpu"),
        Role::DaskWorker => Some("dask.worker-cpu"),
        Role::Hub | Role::DaskGateway | Role::Operator | Role::Other => None,
    }
}

/// The answer that says how much memory a pod asks for and may use.
pub fn memory(pod: &Pod) -> Option<&'static str> {
    match role(pod) {
        Role::RayHead => Some("ray.head-memory"),
        Role::RayWorker => Some("ray.pools[].memory"),
        Role::Notebook => Some("hub.memory"),
        Role::DaskScheduler => Some("dask.scheduler-memory"),
        Role::DaskWorker => Some("dask.worker-memory"),
        Role::Hub | Role::DaskGateway | Role::Operator | Role::Other => None,
    }
}

/// The answer that says how many GPUs a pod asks for.
pub fn gpus(pod: &Pod) -> Option<&'static str> {
    match role(pod) {
        Role::RayWorker => Some("ray.pools[].gpus"),
        Role::Notebook => Some("profiles[].gpus"),
        _ => None,
    }
}

/// The answer that lets a pod onto reserved machines.
pub fn tolerations(pod: &Pod) -> Option<&'static str> {
    match role(pod) {
        Role::RayWorker => Some("ray.pools[].tolerations"),
        Role::Notebook => Some("profiles[].tolerations"),
        _ => None,
    }
}

/// The answer that binds a pod to machines with a label.
pub fn node_selector(pod: &Pod) -> Option<&'static str> {
    match role(pod) {
        Role::RayWorker => Some("ray.pools[].node-selector"),
        Role::Notebook => Some("profiles[].node-selector"),
        _ => None,
    }
}

/// An answer of a table's row with the row that a pod was made from, as far as the pod says that: `ray.pools[big].memory`.
pub fn of_row(pod: &Pod, key: &str) -> String {
    let pool = (role(pod) == Role::RayWorker).then(|| label(&pod.metadata, "ray.io/group")).flatten();
    pool.map_or_else(|| key.to_owned(), |pool| key.replacen("[]", &format!("[{pool}]"), 1))
}

/// The answer that names the storage class of a claim.
pub fn storage_class(claim: &str) -> &'static str {
    if claim == "hub-db-dir" { "storage.database-class" } else { "storage.class" }
}

/// Name of the node that a pod is on, for a sentence.
pub fn node(pod: &Pod) -> String {
    pod.spec.node_name.as_deref().map_or_else(|| format!("the node of {}", pod.name()), |name| format!("node {name}"))
}
