//! Slim claims and storage classes. Must not know any rule.
use serde::Deserialize;

use super::{Meta, annotation, meta::or_default};

/// A claim for a volume.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PersistentVolumeClaim {
    /// Metadata.
    pub metadata: Meta,
    /// What was asked for.
    pub spec: ClaimSpec,
    /// What is.
    pub status: ClaimStatus,
}

/// What a claim asks for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClaimSpec {
    /// Storage class; `None`: the default one, empty: none, only volumes made by hand.
    pub storage_class_name: Option<Box<str>>,
    /// `ReadWriteOnce`, `ReadWriteMany` …
    #[serde(deserialize_with = "or_default")]
    pub access_modes: Box<[Box<str>]>,
    /// Volume it is bound to.
    pub volume_name: Option<Box<str>>,
    /// Size.
    pub resources: ClaimResources,
}

/// A claim's size.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimResources {
    /// Requests.
    pub requests: ClaimRequests,
}

/// A claim's requests.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimRequests {
    /// As written, `10Gi`.
    pub storage: Option<Box<str>>,
}

/// How a claim is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimStatus {
    /// `Pending`, `Bound`, `Lost`.
    pub phase: Option<Box<str>>,
}

/// A kind of disk.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StorageClass {
    /// Metadata.
    pub metadata: Meta,
    /// Who makes volumes.
    pub provisioner: Box<str>,
    /// `Immediate` or `WaitForFirstConsumer`.
    pub volume_binding_mode: Option<Box<str>>,
}

impl StorageClass {
    /// Whether claims that name no class get this one.
    pub fn is_default(&self) -> bool {
        ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"]
            .iter()
            .any(|key| annotation(&self.metadata, key) == Some("true"))
    }

    /// Whether volumes are made only when a pod uses the claim.
    pub fn waits_for_consumer(&self) -> bool {
        self.volume_binding_mode.as_deref() == Some("WaitForFirstConsumer")
    }
}
