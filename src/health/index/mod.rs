//! `Index`: everything that is watched in one namespace (and the cluster-wide kinds), by kind and name, kept up to date
//! change by change. Must not know any rule, nor how changes arrive.
//!
//! What rules ask often is counted while changes come in (pods by owner, ready pods, use of nodes), so that a rule never
//! walks over all pods.
mod events;
mod shelf;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use super::objects::{
    Amounts, Change, CustomResourceDefinition, DaemonSet, Deployment, EndpointSlice, Event, HelmSecret, Ingress,
    IngressClass, Job, Namespace, Node, Object, PersistentVolumeClaim, Pod, RayCluster, ReplicaSet, Service,
    StatefulSet, StorageClass, Watched, Word, condition,
};
pub use events::{EventLog, Noted};
pub use shelf::Shelf;

/// A pod whose line on the screen may have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// A pod of this name is new or changed, or an event was said about it.
    Pod(String),
    /// The pod of this name is gone.
    PodGone(String),
}

/// Pods in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Pods that have not ended.
    pub pods: usize,
    /// Of these, ready.
    pub ready: usize,
}

macro_rules! shelves {
    ($($field:ident: $kind:ident,)+) => {
        /// One shelf per kind.
        #[derive(Debug, Clone, Default)]
        pub(super) struct Shelves { $(pub $field: Shelf<$kind>,)+ }

        impl Shelves {
            /// Puts an object in its place; gives back what was there. Events have no shelf.
            fn put(&mut self, object: Object) -> Option<Object> {
                match object {
                    $(Object::$kind(object) => self.$field.put(object).map(Watched::into_object),)+
                    Object::Event(_) => None,
                }
            }

            fn remove(&mut self, kind: &str, uid: &str) -> Option<Object> {
                $(if kind == $kind::KIND.kind { return self.$field.remove(uid).map(Watched::into_object); })+
                None
            }

            fn begin(&mut self, kind: &str) {
                $(if kind == $kind::KIND.kind { self.$field.begin(); })+
            }

            /// Ends a list; gives back what the list no longer had.
            fn finish(&mut self, kind: &str) -> Vec<Object> {
                $(if kind == $kind::KIND.kind {
                    return self.$field.finish().into_iter().map(Watched::into_object).collect();
                })+
                Vec::new()
            }

            fn absent(&mut self, kind: &str) {
                $(if kind == $kind::KIND.kind { self.$field.absent(); })+
            }

            fn blind(&mut self, kind: &str, why: &str) {
                $(if kind == $kind::KIND.kind { self.$field.blind(why); })+
            }
        }
    };
}

shelves! {
    pods: Pod,
    deployments: Deployment,
    stateful_sets: StatefulSet,
    daemon_sets: DaemonSet,
    replica_sets: ReplicaSet,
    jobs: Job,
    claims: PersistentVolumeClaim,
    services: Service,
    endpoint_slices: EndpointSlice,
    ingresses: Ingress,
    ingress_classes: IngressClass,
    storage_classes: StorageClass,
    nodes: Node,
    namespaces: Namespace,
    crds: CustomResourceDefinition,
    ray_clusters: RayCluster,
    helm_secrets: HelmSecret,
}

/// Everything that is known about a namespace.
#[derive(Debug, Clone, Default)]
pub struct Index {
    namespace: Box<str>,
    pub(super) on: Shelves,
    events: EventLog,
    /// Names of pods by the UID of what controls them.
    owned: HashMap<Box<str>, BTreeSet<Box<str>>>,
    /// What this namespace's pods ask for, by node.
    used: HashMap<Word, Amounts>,
    /// Jobs seen complete: name and UID. A Job that is removed afterwards (`ttlSecondsAfterFinished`) stays done.
    completed: BTreeMap<Box<str>, Box<str>>,
    tally: Tally,
    /// How much the server's clock is ahead of this machine's.
    ahead: SignedDuration,
    lost_contact: Option<String>,
}

impl Index {
    /// An empty index of one namespace; objects of others are ignored.
    pub fn new(namespace: &str) -> Self {
        Self { namespace: namespace.into(), ..Self::default() }
    }

    /// The namespace.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Takes in one change; says which pods' lines may have changed.
    pub fn apply(&mut self, change: Change) -> Vec<Touched> {
        match change {
            Change::Listing { kind } => self.begin(kind),
            Change::Synced { kind } => return self.finish(kind),
            Change::Applied(object) => return self.put(*object),
            Change::Deleted { kind, uid } => return self.remove(kind, &uid),
            Change::Absent { kind } => self.on.absent(kind),
            Change::Blind { kind, why } => self.on.blind(kind, &why),
            Change::Clock { ahead } => self.ahead = ahead,
            Change::Contact { up, what } => self.lost_contact = (!up).then_some(what),
        }
        Vec::new()
    }

    /// A pod.
    pub fn pod(&self, name: &str) -> Option<&Pod> {
        self.on.pods.get(name)
    }

    /// All pods, by name.
    pub fn pods(&self) -> impl Iterator<Item = &Pod> {
        self.on.pods.iter()
    }

    /// Pods in numbers, counted as changes came in.
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// Why there is no contact with the cluster, if there is none.
    pub fn lost_contact(&self) -> Option<&str> {
        self.lost_contact.as_deref()
    }

    /// Pods that the object of this UID controls, by name, terminating ones left out.
    pub fn pods_of(&self, uid: &str) -> impl Iterator<Item = &Pod> {
        let names = self.owned.get(uid).into_iter().flatten();
        names.filter_map(|name| self.pod(name)).filter(|pod| !pod.is_terminating())
    }

    /// Pods that the object of this UID controls and that are on their way out, by name.
    pub fn leaving_of(&self, uid: &str) -> impl Iterator<Item = &Pod> {
        let names = self.owned.get(uid).into_iter().flatten();
        names.filter_map(|name| self.pod(name)).filter(|pod| pod.is_terminating())
    }

    /// Events about an object, newest first; those of a former object of the same name are left out.
    pub fn events<'a>(&'a self, kind: &str, name: &str, uid: &'a str) -> impl Iterator<Item = &'a Noted> {
        self.events.about(kind, name, uid)
    }

    /// Events about a pod, newest first.
    pub fn pod_events<'a>(&'a self, pod: &'a Pod) -> impl Iterator<Item = &'a Noted> {
        self.events(Pod::KIND.kind, pod.name(), pod.uid())
    }

    /// What this namespace's pods ask for on a node.
    pub fn used_on(&self, node: &str) -> Amounts {
        self.used.get(node).cloned().unwrap_or_default()
    }

    /// Whether a Job of this name was seen complete and has not been made anew since.
    pub fn was_completed(&self, job: &str) -> bool {
        self.completed.contains_key(job)
    }

    /// A moment of this machine's clock as the server's clock says it: its objects carry that one's times.
    pub fn server_time(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.ahead).unwrap_or(now)
    }

    fn begin(&mut self, kind: &'static str) {
        if kind == Event::KIND.kind { self.events.begin() } else { self.on.begin(kind) }
    }

    fn finish(&mut self, kind: &'static str) -> Vec<Touched> {
        if kind == Event::KIND.kind {
            self.events.finish();
            return Vec::new();
        }
        let gone = self.on.finish(kind);
        gone.iter().filter_map(|object| self.forget(object)).collect()
    }

    fn put(&mut self, object: Object) -> Vec<Touched> {
        if object.namespace().is_some_and(|namespace| namespace != &*self.namespace) {
            return Vec::new();
        }
        match object {
            Object::Event(event) => self.note(&event),
            Object::Pod(pod) => self.put_pod(pod),
            other => {
                if let Object::Job(job) = &other {
                    self.remember(job);
                }
                self.on.put(other);
                Vec::new()
            }
        }
    }

    fn put_pod(&mut self, pod: Pod) -> Vec<Touched> {
        let touched = Touched::Pod(pod.name().to_owned());
        if let Some(old) = self.on.pods.take(pod.name()) {
            self.discount(&old);
        }
        self.count(&pod);
        self.on.pods.put(pod);
        vec![touched]
    }

    fn note(&mut self, event: &Event) -> Vec<Touched> {
        self.events.put(event);
        let about = &event.involved_object;
        if &*about.kind == Pod::KIND.kind && self.on.pods.get(&about.name).is_some() {
            return vec![Touched::Pod(about.name.to_string())];
        }
        Vec::new()
    }

    fn remove(&mut self, kind: &'static str, uid: &str) -> Vec<Touched> {
        if kind == Event::KIND.kind {
            self.events.remove(uid);
            return Vec::new();
        }
        let gone = self.on.remove(kind, uid);
        gone.iter().filter_map(|object| self.forget(object)).collect()
    }

    /// Takes what is gone out of the counters.
    fn forget(&mut self, gone: &Object) -> Option<Touched> {
        let Object::Pod(pod) = gone else { return None };
        self.discount(pod);
        Some(Touched::PodGone(pod.name().to_owned()))
    }

    fn count(&mut self, pod: &Pod) {
        if let Some(owner) = pod.controller() {
            self.owned.entry(owner.into()).or_default().insert(pod.name().into());
        }
        if pod.has_ended() {
            return;
        }
        self.tally.pods += 1;
        self.tally.ready += usize::from(pod.is_ready());
        if let Some(node) = &pod.spec.node_name {
            self.used.entry(node.clone()).or_default().add(&load(pod));
        }
    }

    fn discount(&mut self, pod: &Pod) {
        if let Some(owner) = pod.controller()
            && let Some(names) = self.owned.get_mut(owner)
        {
            names.remove(pod.name());
            if names.is_empty() {
                self.owned.remove(owner);
            }
        }
        if pod.has_ended() {
            return;
        }
        self.tally.pods = self.tally.pods.saturating_sub(1);
        self.tally.ready = self.tally.ready.saturating_sub(usize::from(pod.is_ready()));
        if let Some(used) = pod.spec.node_name.as_ref().and_then(|node| self.used.get_mut(node)) {
            used.take(&load(pod));
        }
    }

    fn remember(&mut self, job: &Job) {
        let complete = ["Complete", "SuccessCriteriaMet"]
            .iter()
            .any(|kind| condition(&job.status.conditions, kind).is_some_and(super::objects::Condition::is_true));
        if complete {
            self.completed.insert(job.name().into(), job.uid().into());
        } else if self.completed.get(job.name()).is_some_and(|uid| &**uid != job.uid()) {
            self.completed.remove(job.name());
        }
    }
}

/// What a pod takes from its node: its requests and one place.
fn load(pod: &Pod) -> Amounts {
    Amounts { pods: Some(1), ..pod.requests() }
}
