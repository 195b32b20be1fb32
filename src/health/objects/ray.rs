//! The slim `RayCluster` of KubeRay. Must not know any rule.
use serde::Deserialize;

use super::{Condition, Meta, meta::or_default};

/// A Ray cluster.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RayCluster {
    /// Metadata.
    pub metadata: Meta,
    /// What was asked for.
    pub spec: RaySpec,
    /// What the operator says; partly history, see the rule.
    #[serde(deserialize_with = "or_default")]
    pub status: RayStatus,
}

/// What a Ray cluster asks for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RaySpec {
    /// On hold: no pods wanted.
    pub suspend: bool,
    /// Ray starts and stops workers by itself.
    pub enable_in_tree_autoscaling: bool,
    /// Worker pools.
    #[serde(deserialize_with = "or_default")]
    pub worker_group_specs: Box<[WorkerGroup]>,
}

/// A worker pool.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct WorkerGroup {
    /// Name.
    pub group_name: Box<str>,
    /// Workers wanted now; the autoscaler changes it.
    pub replicas: Option<u32>,
    /// At least.
    pub min_replicas: Option<u32>,
    /// At most.
    pub max_replicas: Option<u32>,
    /// Pods of one worker; one if nothing is said.
    pub num_of_hosts: Option<u32>,
    /// On hold.
    pub suspend: Option<bool>,
}

/// What KubeRay says about a Ray cluster.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RayStatus {
    /// Generation the operator has seen.
    pub observed_generation: Option<i64>,
    /// `ready`, `failed`, `suspended`; once `ready` it stays so whatever happens (kuberay#2188).
    pub state: Option<Box<str>>,
    /// Why, in words.
    pub reason: Option<Box<str>>,
    /// Worker pods wanted.
    pub desired_worker_replicas: u32,
    /// Worker pods ready.
    pub ready_worker_replicas: u32,
    /// Worker pods at least.
    pub min_worker_replicas: u32,
    /// `HeadPodReady`, `RayClusterProvisioned` (history), `ReplicaFailure` …
    #[serde(deserialize_with = "or_default")]
    pub conditions: Box<[Condition]>,
}
