//! What all objects share: metadata reduced to what the rules read, conditions, and how the API server writes "nothing".
//! Must not know any kind.
use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference, Time};
use serde::{Deserialize, Deserializer};

/// Annotations that a rule reads; all others (some are kilobytes) are dropped.
const ANNOTATIONS: &[&str] = &[
    "deployment.kubernetes.io/revision",
    "helm.sh/hook",
    super::LOG,
    "ingressclass.kubernetes.io/is-default-class",
    "kubernetes.io/ingress.class",
    "meta.helm.sh/release-name",
    "meta.helm.sh/release-namespace",
    "storageclass.beta.kubernetes.io/is-default-class",
    "storageclass.kubernetes.io/is-default-class",
    "volume.kubernetes.io/selected-node",
    "volume.kubernetes.io/storage-provisioner",
];

/// Labels that no rule reads and that every object carries.
const UNREAD_LABELS: &[&str] = &["helm.sh/chart", "chart", "heritage", "app.kubernetes.io/version"];

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Read {
    name: Option<String>,
    namespace: Option<String>,
    uid: Option<String>,
    resource_version: Option<String>,
    generation: Option<i64>,
    creation_timestamp: Option<Time>,
    deletion_timestamp: Option<Time>,
    labels: Option<BTreeMap<String, String>>,
    annotations: Option<BTreeMap<String, String>>,
    finalizers: Option<Vec<String>>,
    owner_references: Option<Vec<OwnerReference>>,
}

/// Deserialises metadata without ever holding managed fields or large annotations.
pub(super) fn slim<'de, D: Deserializer<'de>>(from: D) -> Result<ObjectMeta, D::Error> {
    let read = Read::deserialize(from)?;
    Ok(reduced(ObjectMeta {
        name: read.name,
        namespace: read.namespace,
        uid: read.uid,
        resource_version: read.resource_version,
        generation: read.generation,
        creation_timestamp: read.creation_timestamp,
        deletion_timestamp: read.deletion_timestamp,
        labels: read.labels,
        annotations: read.annotations,
        finalizers: read.finalizers,
        owner_references: read.owner_references,
        ..ObjectMeta::default()
    }))
}

/// Metadata with nothing in it that no rule reads.
pub fn reduced(mut whole: ObjectMeta) -> ObjectMeta {
    whole.managed_fields = None;
    if let Some(labels) = &mut whole.labels {
        labels.retain(|key, _| !UNREAD_LABELS.contains(&key.as_str()));
    }
    if let Some(annotations) = &mut whole.annotations {
        annotations.retain(|key, _| ANNOTATIONS.contains(&key.as_str()));
    }
    whole.annotations = whole.annotations.filter(|kept| !kept.is_empty());
    whole
}

/// A label's value.
pub fn label<'a>(metadata: &'a ObjectMeta, key: &str) -> Option<&'a str> {
    metadata.labels.as_ref()?.get(key).map(String::as_str)
}

/// An annotation's value; only those that rules read are kept.
pub fn annotation<'a>(metadata: &'a ObjectMeta, key: &str) -> Option<&'a str> {
    metadata.annotations.as_ref()?.get(key).map(String::as_str)
}

/// The API server writes an empty list or struct as `null` here and there (`endpoints: null`).
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Holds {
    /// It does.
    True,
    /// It does not.
    False,
    /// Nobody knows; a kubelet that does not answer makes a node's conditions so.
    #[default]
    #[serde(other)]
    Unknown,
}

/// A condition of an object's status.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Condition {
    /// Type, such as `Ready`.
    #[serde(rename = "type")]
    pub kind: Box<str>,
    /// Whether it holds.
    pub status: Holds,
    /// Reason in one word.
    pub reason: Option<Box<str>>,
    /// Reason in a sentence, in the cluster's words: hostile text.
    pub message: Option<Box<str>>,
    /// When the status changed last.
    pub last_transition_time: Option<Timestamp>,
}

impl Condition {
    /// Whether the status is `True`.
    pub fn is_true(&self) -> bool {
        self.status == Holds::True
    }

    /// Whether the reason is this word.
    pub fn because(&self, reason: &str) -> bool {
        self.reason.as_deref() == Some(reason)
    }

    /// The message, empty if there is none.
    pub fn words(&self) -> &str {
        self.message.as_deref().unwrap_or_default()
    }
}

/// The condition of a type.
pub fn condition<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|one| &*one.kind == kind)
}
