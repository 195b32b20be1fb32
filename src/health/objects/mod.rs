//! Slim types of the objects that are watched: only the fields that the rules read, so that thousands stay cheap.
//! Deserialised straight from the API server's JSON. Must not know how they are fetched.
//!
//! Sizes matter here: 5,000 pods as full types take 350 MB, as these a tenth of that. To watch one more kind: one struct
//! in the file of its field, one line in the table at the end of this file.
mod amounts;
mod cluster;
mod event;
mod meta;
mod network;
mod pod;
mod ray;
mod storage;
mod word;
mod workload;

#[cfg(test)]
mod tests;

use std::fmt::Debug;

use jiff::SignedDuration;
use serde::de::DeserializeOwned;

pub use amounts::*;
pub use cluster::*;
pub use event::*;
pub use meta::{Condition, Holds, Meta, Owner, annotation, condition, label};
pub use network::*;
pub use pod::*;
pub use ray::*;
pub use storage::*;
pub use word::Word;
pub use workload::*;

/// One change of what is watched.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A list of this kind begins, the first or again after lost contact: what has not been delivered by the next
    /// [`Change::Synced`] of the kind is gone.
    Listing {
        /// Kind, such as `Pod`.
        kind: &'static str,
    },
    /// Everything that existed when the watch of this kind began has been delivered (again after a relist).
    Synced {
        /// Kind, such as `Pod`.
        kind: &'static str,
    },
    /// An object is new or changed.
    Applied(Box<Object>),
    /// An object is gone.
    Deleted {
        /// Kind.
        kind: &'static str,
        /// UID.
        uid: String,
    },
    /// This custom kind is not installed, or not yet: normal before its operator is there.
    Absent {
        /// Kind.
        kind: &'static str,
    },
    /// This kind cannot be seen (no permission); the rest goes on.
    Blind {
        /// Kind.
        kind: &'static str,
        /// Why.
        why: String,
    },
    /// The API server's clock was read, and this machine's beside it.
    Clock {
        /// How much the server's is ahead; less than nothing: behind.
        ahead: SignedDuration,
    },
    /// Contact with the API server was lost or found again.
    Contact {
        /// Whether it answers.
        up: bool,
        /// Reason.
        what: String,
    },
}

/// Where a kind lives in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// API group, empty for the core.
    pub group: &'static str,
    /// Version.
    pub version: &'static str,
    /// Kind, as in [`Change`] and [`Object::kind`].
    pub kind: &'static str,
    /// Resource in paths.
    pub plural: &'static str,
    /// Whether its objects live in namespaces. Cluster-wide kinds are watched whole.
    pub namespaced: bool,
    /// Label selector that the watch must ask for, if not all are wanted.
    pub selector: Option<&'static str>,
    /// Only metadata may be asked for: the rest is large or secret.
    pub metadata_only: bool,
}

impl Kind {
    const fn namespaced(group: &'static str, version: &'static str, kind: &'static str, plural: &'static str) -> Self {
        Self { group, version, kind, plural, namespaced: true, selector: None, metadata_only: false }
    }

    const fn cluster(group: &'static str, version: &'static str, kind: &'static str, plural: &'static str) -> Self {
        Self { group, version, kind, plural, namespaced: false, selector: None, metadata_only: false }
    }

    const fn selected(self, selector: &'static str) -> Self {
        Self { selector: Some(selector), ..self }
    }

    const fn without_data(self) -> Self {
        Self { metadata_only: true, ..self }
    }

    /// `v1`, `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }
}

/// A slim type that can be watched.
pub trait Watched: DeserializeOwned + Clone + Debug + PartialEq + Send + Sync + 'static {
    /// Where it lives in the API.
    const KIND: Kind;
    /// Its metadata, reduced to what the rules read.
    fn metadata(&self) -> &Meta;
    /// Its metadata, to be changed.
    fn metadata_mut(&mut self) -> &mut Meta;
    /// As one of the watched objects.
    fn into_object(self) -> Object;

    /// Name, empty if the server sent none.
    fn name(&self) -> &str {
        &self.metadata().name
    }

    /// Namespace, empty for cluster-wide kinds.
    fn namespace(&self) -> &str {
        &self.metadata().namespace
    }

    /// UID, empty if the server sent none.
    fn uid(&self) -> &str {
        &self.metadata().uid
    }
}

/// Does something for every watched type; see [`each_kind`].
pub trait KindVisitor {
    /// Called once per type.
    fn visit<W: Watched>(&mut self);
}

macro_rules! watched {
    ($($(#[$doc:meta])+ $name:ident = $kind:expr;)+) => {
        /// A watched object.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Object { $($(#[$doc])+ $name($name),)+ }

        /// Every kind that is watched.
        pub const KINDS: &[Kind] = &[$($name::KIND),+];

        /// Shows a visitor every watched type, in the order of [`KINDS`].
        pub fn each_kind(visitor: &mut impl KindVisitor) { $(visitor.visit::<$name>();)+ }

        impl Object {
            /// Kind, such as `Pod`.
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$name(_) => $name::KIND.kind,)+ }
            }

            /// Its metadata, reduced to what the rules read.
            pub const fn metadata(&self) -> &Meta {
                match self { $(Self::$name(object) => &object.metadata,)+ }
            }
        }

        $(impl Watched for $name {
            const KIND: Kind = $kind;
            fn metadata(&self) -> &Meta { &self.metadata }
            fn metadata_mut(&mut self) -> &mut Meta { &mut self.metadata }
            fn into_object(self) -> Object { Object::$name(self) }
        })+
    };
}

watched! {
    /// A pod.
    Pod = Kind::namespaced("", "v1", "Pod", "pods");
    /// An event of any object. The core group's form: every server and every role that may read events has it.
    Event = Kind::namespaced("", "v1", "Event", "events");
    /// A Deployment.
    Deployment = Kind::namespaced("apps", "v1", "Deployment", "deployments");
    /// A StatefulSet.
    StatefulSet = Kind::namespaced("apps", "v1", "StatefulSet", "statefulsets");
    /// A DaemonSet.
    DaemonSet = Kind::namespaced("apps", "v1", "DaemonSet", "daemonsets");
    /// A ReplicaSet, which stands between a Deployment and its pods.
    ReplicaSet = Kind::namespaced("apps", "v1", "ReplicaSet", "replicasets");
    /// A Job.
    Job = Kind::namespaced("batch", "v1", "Job", "jobs");
    /// A claim for a volume.
    PersistentVolumeClaim = Kind::namespaced("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims");
    /// A Service.
    Service = Kind::namespaced("", "v1", "Service", "services");
    /// A Service's addresses.
    EndpointSlice = Kind::namespaced("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices");
    /// An Ingress.
    Ingress = Kind::namespaced("networking.k8s.io", "v1", "Ingress", "ingresses");
    /// A kind of ingress.
    IngressClass = Kind::cluster("networking.k8s.io", "v1", "IngressClass", "ingressclasses");
    /// A kind of disk.
    StorageClass = Kind::cluster("storage.k8s.io", "v1", "StorageClass", "storageclasses");
    /// A machine.
    Node = Kind::cluster("", "v1", "Node", "nodes");
    /// A namespace.
    Namespace = Kind::cluster("", "v1", "Namespace", "namespaces");
    /// A definition of a custom kind.
    CustomResourceDefinition =
        Kind::cluster("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions");
    /// A Ray cluster of KubeRay.
    RayCluster = Kind::namespaced("ray.io", "v1", "RayCluster", "rayclusters");
    /// One revision of a helm release: metadata only, never the data.
    HelmSecret = Kind::namespaced("", "v1", "Secret", "secrets").selected("owner=helm").without_data();
}

impl Object {
    /// UID, empty if the server sent none.
    pub fn uid(&self) -> &str {
        &self.metadata().uid
    }

    /// Name, empty if the server sent none.
    pub fn name(&self) -> &str {
        &self.metadata().name
    }

    /// Namespace; `None` for cluster-wide kinds.
    pub fn namespace(&self) -> Option<&str> {
        Some(&*self.metadata().namespace).filter(|namespace| !namespace.is_empty())
    }
}
