//! Slim nodes, namespaces, custom resource definitions and helm's records. Must not know any rule.
use serde::Deserialize;

use super::{Amounts, Condition, Meta, label, meta::or_default};

/// A machine.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Node {
    /// Metadata.
    pub metadata: Meta,
    /// Who may run there.
    pub spec: NodeSpec,
    /// What is.
    pub status: NodeStatus,
}

/// Who may run on a node.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct NodeSpec {
    /// Nothing new is put there.
    pub unschedulable: bool,
    /// Only pods that tolerate these.
    #[serde(deserialize_with = "or_default")]
    pub taints: Box<[Taint]>,
}

/// A taint.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Taint {
    /// Key.
    pub key: Box<str>,
    /// Value.
    pub value: Option<Box<str>>,
    /// `NoSchedule`, `PreferNoSchedule`, `NoExecute`.
    pub effect: Box<str>,
}

/// How a node is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NodeStatus {
    /// What pods may use.
    pub allocatable: Amounts,
    /// Conditions.
    #[serde(deserialize_with = "or_default")]
    pub conditions: Box<[Condition]>,
    /// What kind of machine.
    pub node_info: NodeInfo,
}

/// What kind of machine a node is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct NodeInfo {
    /// `amd64`, `arm64`.
    pub architecture: Box<str>,
}

/// A namespace.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Namespace {
    /// Metadata.
    pub metadata: Meta,
    /// What is.
    pub status: NamespaceStatus,
}

/// How a namespace is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct NamespaceStatus {
    /// `Active` or `Terminating`.
    pub phase: Option<Box<str>>,
    /// Conditions; while terminating, what is in the way.
    #[serde(deserialize_with = "or_default")]
    pub conditions: Box<[Condition]>,
}

/// A definition of a custom kind.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CustomResourceDefinition {
    /// Metadata.
    pub metadata: Meta,
    /// What was asked for; the schema, a megabyte with KubeRay, is left out.
    pub spec: CrdSpec,
    /// What is.
    pub status: CrdStatus,
}

/// What a definition asks for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CrdSpec {
    /// Versions.
    #[serde(deserialize_with = "or_default")]
    pub versions: Box<[CrdVersion]>,
}

/// A version of a custom kind.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CrdVersion {
    /// `v1`.
    pub name: Box<str>,
    /// Whether the server answers for it.
    pub served: bool,
}

/// How a definition is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CrdStatus {
    /// `Established`, `NamesAccepted` …
    #[serde(deserialize_with = "or_default")]
    pub conditions: Box<[Condition]>,
}

/// One revision of a helm release, known by its labels alone: the data holds every value, secrets among them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct HelmSecret {
    /// Metadata.
    pub metadata: Meta,
}

impl HelmSecret {
    /// Name of the release.
    pub fn release(&self) -> &str {
        label(&self.metadata, "name").unwrap_or_default()
    }

    /// Revision number, 0 if the label is not a number.
    pub fn revision(&self) -> u32 {
        label(&self.metadata, "version").and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    /// `deployed`, `pending-install`, `failed` …
    pub fn status(&self) -> &str {
        label(&self.metadata, "status").unwrap_or_default()
    }
}
