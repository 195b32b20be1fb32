//! `Facts`: what probes learned about the target. Data only; must not know how it was learned.
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What is known about the target before anything is changed there. Empty where nothing could be asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Facts {
    /// Names of the kubeconfig's contexts.
    pub contexts: Vec<String>,
    /// The kubeconfig's current context.
    pub current_context: Option<String>,
    /// API server version, such as `v1.36.3`.
    pub server_version: Option<String>,
    /// The cluster's storage classes.
    pub storage_classes: Vec<StorageClassFact>,
    /// The cluster's ingress classes.
    pub ingress_classes: Vec<IngressClassFact>,
    /// The cluster's nodes.
    pub nodes: Vec<NodeFact>,
    /// Served versions of the `RayCluster` CRD, empty if it is not installed.
    pub ray_crd_versions: Vec<String>,
    /// Namespace of a KubeRay operator that looks after Ray clusters of the deployment's namespace from another one.
    pub ray_operator: Option<String>,
    /// Whether the `gateway.dask.org` CRD is there.
    pub dask_crd: bool,
    /// Whether traefik.io CRDs are there (another Traefik).
    pub traefik_crds: bool,
    /// Names of cert-manager cluster issuers.
    pub cluster_issuers: Vec<String>,
    /// Whether the namespace exists, and stays: one that is being removed does not count.
    pub namespace_exists: bool,
    /// Kinds that the account may not list, in the plural (`storageclasses`): of them, empty says nothing. `pods`: those of
    /// all namespaces could not be listed, so what others use of the nodes is not known.
    pub unseen: BTreeSet<String>,
    /// The namespace's `pod-security.kubernetes.io/enforce` label.
    pub pod_security: Option<String>,
}

impl Facts {
    /// What the cluster's GPUs are called; the usual name where there are none, or of several kinds.
    pub fn gpu_resource(&self) -> &str {
        let gpus = self.nodes.iter().flat_map(|node| node.gpus.keys()).filter(|name| is_gpu(name));
        let names: BTreeSet<&String> = gpus.collect();
        match names.into_iter().collect::<Vec<_>>().as_slice() {
            [name] => name,
            _ => "nvidia.com/gpu",
        }
    }
}

/// Whether a device that nodes offer is a GPU, or a part of one, by its name.
pub fn is_gpu(resource: &str) -> bool {
    resource.contains("gpu") || resource.contains("/mig-")
}

/// One storage class.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct StorageClassFact {
    /// Its name.
    pub name: String,
    /// Who provisions it.
    pub provisioner: String,
    /// Whether it is marked as the cluster's default.
    pub default: bool,
}

/// One ingress class.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct IngressClassFact {
    /// Its name.
    pub name: String,
    /// Its controller, such as `k8s.io/ingress-nginx`.
    pub controller: String,
    /// Whether it is marked as the cluster's default.
    pub default: bool,
}

/// One node, and what others take of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct NodeFact {
    /// Its name.
    pub name: String,
    /// Allocatable CPU in thousandths of a core.
    pub cpu_millis: u64,
    /// Allocatable memory in bytes.
    pub memory_bytes: u64,
    /// Allocatable GPUs by resource name.
    pub gpus: std::collections::BTreeMap<String, u64>,
    /// Labels.
    pub labels: std::collections::BTreeMap<String, String>,
    /// Taints as `key=value:Effect`.
    pub taints: Vec<String>,
    /// Pods that it may have at once; `None`: not said.
    pub pods: Option<u64>,
    /// What pods of others ask for on it, those of the deployment's own namespace left out: an upgrade replaces them. On this
    /// machine, what is taken already. `None`: not known.
    pub used: Option<UsedFact>,
    /// Why it takes no new pods; `None`: it does.
    pub closed: Option<Closed>,
}

/// What is taken of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct UsedFact {
    /// CPU in thousandths of a core.
    pub cpu_millis: u64,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// GPUs by resource name.
    pub gpus: std::collections::BTreeMap<String, u64>,
    /// Pods.
    pub pods: u64,
}

/// Why a node takes no new pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closed {
    /// Somebody closed it: `kubectl cordon`.
    Cordoned,
    /// It does not report that it is well.
    NotReady,
}
