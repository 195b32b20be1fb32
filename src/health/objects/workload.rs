//! Slim Deployments, StatefulSets, DaemonSets, ReplicaSets and Jobs: their counters. Must not know any rule.
use serde::Deserialize;

use super::{Condition, Meta, meta::or_default};

/// A Deployment.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Deployment {
    /// Metadata.
    pub metadata: Meta,
    /// What was asked for.
    pub spec: ReplicaSpec,
    /// What is.
    pub status: ReplicaStatus,
}

/// A ReplicaSet.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ReplicaSet {
    /// Metadata.
    pub metadata: Meta,
    /// What was asked for.
    pub spec: ReplicaSpec,
    /// What is.
    pub status: ReplicaStatus,
}

/// A StatefulSet.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct StatefulSet {
    /// Metadata.
    pub metadata: Meta,
    /// What was asked for.
    pub spec: ReplicaSpec,
    /// What is.
    pub status: ReplicaStatus,
}

/// A DaemonSet.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DaemonSet {
    /// Metadata.
    pub metadata: Meta,
    /// What was asked for.
    pub spec: ReplicaSpec,
    /// What is.
    pub status: DaemonStatus,
}

/// A Job.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Job {
    /// Metadata.
    pub metadata: Meta,
    /// What was asked for.
    pub spec: JobSpec,
    /// What is.
    pub status: JobStatus,
}

/// What a workload of equal pods asks for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ReplicaSpec {
    /// Pods wanted; one if nothing is said.
    pub replicas: Option<u32>,
    /// How pods are replaced (StatefulSet, DaemonSet).
    pub update_strategy: Option<UpdateStrategy>,
}

/// How pods are replaced.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct UpdateStrategy {
    /// `RollingUpdate` or `OnDelete`.
    #[serde(rename = "type")]
    pub kind: Option<Box<str>>,
    /// Numbers of a rolling update.
    pub rolling_update: Option<RollingUpdate>,
}

/// Numbers of a rolling update.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RollingUpdate {
    /// Pods with a lower ordinal keep their revision (StatefulSet).
    pub partition: Option<u32>,
}

/// Counters of a Deployment, ReplicaSet or StatefulSet; an absent counter is 0.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ReplicaStatus {
    /// Generation the controller has seen.
    pub observed_generation: Option<i64>,
    /// Pods.
    pub replicas: u32,
    /// Pods of the newest revision.
    pub updated_replicas: u32,
    /// Ready pods.
    pub ready_replicas: u32,
    /// Pods that have been ready for `minReadySeconds`.
    pub available_replicas: u32,
    /// Revision of the older pods (StatefulSet).
    pub current_revision: Option<Box<str>>,
    /// Newest revision (StatefulSet).
    pub update_revision: Option<Box<str>>,
    /// Conditions.
    #[serde(deserialize_with = "or_default")]
    pub conditions: Box<[Condition]>,
}

/// Counters of a DaemonSet.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DaemonStatus {
    /// Generation the controller has seen.
    pub observed_generation: Option<i64>,
    /// Nodes that should have a pod.
    pub desired_number_scheduled: u32,
    /// Nodes whose pod is of the newest revision.
    pub updated_number_scheduled: u32,
    /// Ready pods.
    pub number_ready: u32,
    /// Pods that have been ready for `minReadySeconds`.
    pub number_available: u32,
}

/// What a Job asks for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct JobSpec {
    /// Completions wanted; one if nothing is said.
    pub completions: Option<u32>,
    /// Whether it is on hold.
    pub suspend: bool,
}

/// How a Job is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct JobStatus {
    /// Running pods.
    pub active: u32,
    /// Pods that succeeded.
    pub succeeded: u32,
    /// Pods that failed.
    pub failed: u32,
    /// Conditions.
    #[serde(deserialize_with = "or_default")]
    pub conditions: Box<[Condition]>,
}
