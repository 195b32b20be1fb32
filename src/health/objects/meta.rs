//! What all objects share: metadata reduced to what the rules read, conditions, and how the API server writes "nothing".
//! Must not know any kind.
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::{
    Word,
    amounts::{Pairs, pairs},
};

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
const UNREAD_LABELS: &[&str] =
    &["helm.sh/chart", "chart", "heritage", "app.kubernetes.io/version", "controller-revision-hash"];

/// Metadata, reduced to what the rules read; managed fields and large annotations are never held. A third of the full type's size.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Meta {
    /// Name, empty if the server sent none.
    pub name: Box<str>,
    /// Namespace, empty for cluster-wide kinds.
    pub namespace: Word,
    /// UID, empty if the server sent none.
    pub uid: Box<str>,
    /// For the watch alone, which takes it out.
    pub resource_version: Box<str>,
    /// Counts changes of what is wanted.
    pub generation: Option<i64>,
    /// When it was made.
    #[serde(rename = "creationTimestamp")]
    pub made: Option<Timestamp>,
    /// When it is or was due to be gone; `None`: it stays.
    #[serde(rename = "deletionTimestamp")]
    pub leaving: Option<Timestamp>,
    /// Labels but `UNREAD_LABELS`.
    #[serde(deserialize_with = "labels")]
    pub labels: Pairs,
    /// `ANNOTATIONS`.
    #[serde(deserialize_with = "annotations")]
    pub annotations: Pairs,
    /// Owners.
    #[serde(rename = "ownerReferences", deserialize_with = "or_default")]
    pub owners: Box<[Owner]>,
}

/// An owner of an object.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Owner {
    /// Kind, such as `ReplicaSet`.
    pub kind: Word,
    /// Name.
    pub name: Word,
    /// UID.
    pub uid: Word,
    /// Whether it is the one that controls the object.
    pub controller: bool,
}

impl Meta {
    /// The owner that controls the object, else the first.
    pub fn controller(&self) -> Option<&Owner> {
        self.owners.iter().find(|owner| owner.controller).or(self.owners.first())
    }
}

fn labels<'de, D: Deserializer<'de>>(from: D) -> Result<Pairs, D::Error> {
    kept(from, |key| !UNREAD_LABELS.contains(&key))
}

fn annotations<'de, D: Deserializer<'de>>(from: D) -> Result<Pairs, D::Error> {
    kept(from, |key| ANNOTATIONS.contains(&key))
}

fn kept<'de, D: Deserializer<'de>>(from: D, keep: impl Fn(&str) -> bool) -> Result<Pairs, D::Error> {
    Ok(pairs(from)?.into_iter().filter(|(key, _)| keep(key)).collect())
}

/// A label's value.
pub fn label<'a>(metadata: &'a Meta, key: &str) -> Option<&'a str> {
    value(&metadata.labels, key)
}

/// An annotation's value; only those that rules read are kept.
pub fn annotation<'a>(metadata: &'a Meta, key: &str) -> Option<&'a str> {
    value(&metadata.annotations, key)
}

fn value<'a>(pairs: &'a Pairs, key: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| &**known == key).map(|(_, value)| &**value)
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
    pub kind: Word,
    /// Whether it holds.
    pub status: Holds,
    /// Reason in one word.
    pub reason: Option<Word>,
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
