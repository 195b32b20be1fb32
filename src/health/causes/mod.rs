//! Why is a thing stuck? The taxonomy of failures as data: one table of causes, one file per family. A new cause is one
//! function in its family's file and one line in [`CAUSES`]. Must not know when a thing counts as ready.
//!
//! Failures are debounced, success never is: a database that starts slower than what needs it makes crashes that heal.
mod admission;
pub(super) mod answers;
mod config;
mod crash;
mod dependency;
mod hook;
mod image;
mod mount;
mod network;
mod node;
mod probe;
mod process;
mod schedule;
mod scheduler;
mod storage;
mod words;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub(super) use crash::exit_words;
pub(super) use hook::failed_job;
pub(super) use schedule::is_scaling_up;
pub use words::{LAST_WORDS, with_last_words};

use super::{
    index::Index,
    objects::{Condition, Ingress, PersistentVolumeClaim, Pod, RayCluster, Service, Watched},
    root,
    rules::View,
    verdict::{Finding, LogPointer},
};

/// How near to the root a cause lies; the first in this order is what a person should mend first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The machine.
    Node,
    /// The cluster refuses to make it.
    Refused,
    /// Its disk.
    Storage,
    /// No machine has room for it.
    Place,
    /// Its image.
    Image,
    /// What it is configured with.
    Config,
    /// Its program.
    Crash,
    /// It runs, but does not answer.
    Probe,
    /// Nobody can reach it.
    Network,
    /// It only waits for something else.
    Dependency,
}

/// A cause of failure.
#[derive(Debug, Clone, Copy)]
pub struct Cause {
    /// Stable kebab-case name.
    pub code: &'static str,
    /// How near to the root.
    pub rank: Rank,
    /// Says whether this is the cause. `None` also where the subject is of another kind.
    pub detect: fn(&Context<'_>) -> Option<Finding>,
}

const fn cause(code: &'static str, rank: Rank, detect: fn(&Context<'_>) -> Option<Finding>) -> Cause {
    Cause { code, rank, detect }
}

/// Every cause. For one subject the first that is found counts, so the more specific stand before the more general.
pub const CAUSES: &[Cause] = &[
    cause("node-not-ready", Rank::Node, node::not_ready),
    cause("node-no-network", Rank::Node, node::no_network),
    cause("node-disk-full", Rank::Node, node::disk_full),
    cause("evicted", Rank::Node, node::evicted),
    cause("pod-stays", Rank::Node, node::pod_stays),
    cause("refused", Rank::Refused, admission::refused),
    cause("no-default-storage-class", Rank::Storage, storage::no_default_class),
    cause("storage-class-missing", Rank::Storage, storage::class_missing),
    cause("storage-not-shared", Rank::Storage, storage::not_shared),
    cause("provisioning-failed", Rank::Storage, storage::provisioning_failed),
    cause("provisioner-silent", Rank::Storage, storage::provisioner_silent),
    cause("no-matching-volume", Rank::Storage, storage::no_matching_volume),
    cause("volume-lost", Rank::Storage, storage::lost),
    cause("claim-missing", Rank::Storage, storage::claim_missing),
    cause("nodes-not-ready", Rank::Node, schedule::faulty_nodes),
    cause("volume-zone", Rank::Storage, schedule::volume_zone),
    cause("no-gpu-node", Rank::Place, schedule::no_gpu_node),
    cause("gpu-nodes-reserved", Rank::Place, schedule::gpu_nodes_reserved),
    cause("gpus-in-use", Rank::Place, schedule::gpus_in_use),
    cause("no-node-with-label", Rank::Place, schedule::no_node_with_label),
    cause("not-enough-cpu", Rank::Place, schedule::not_enough_cpu),
    cause("not-enough-memory", Rank::Place, schedule::not_enough_memory),
    cause("too-many-pods", Rank::Place, schedule::too_many_pods),
    cause("nodes-reserved", Rank::Place, schedule::nodes_reserved),
    cause("nodes-cordoned", Rank::Place, schedule::nodes_cordoned),
    cause("unschedulable", Rank::Place, schedule::unschedulable),
    cause("image-rate-limit", Rank::Image, image::rate_limit),
    cause("image-wrong-platform", Rank::Image, image::wrong_platform),
    cause("registry-unreachable", Rank::Image, image::registry_unreachable),
    cause("image-denied", Rank::Image, image::denied),
    cause("image-not-found", Rank::Image, image::not_found),
    cause("image-name-invalid", Rank::Image, image::name_invalid),
    cause("image-never-pulled", Rank::Image, image::never_pulled),
    cause("image-pull-failed", Rank::Image, image::pull_failed),
    cause("secret-missing", Rank::Config, config::secret_missing),
    cause("configmap-missing", Rank::Config, config::configmap_missing),
    cause("key-missing", Rank::Config, config::key_missing),
    cause("runs-as-root", Rank::Config, config::runs_as_root),
    cause("volume-held", Rank::Storage, mount::held),
    cause("nfs-tools-missing", Rank::Storage, mount::nfs_tools_missing),
    cause("nfs-denied", Rank::Storage, mount::nfs_denied),
    cause("nfs-no-answer", Rank::Storage, mount::nfs_no_answer),
    cause("mount-failed", Rank::Storage, mount::failed),
    cause("out-of-memory", Rank::Crash, crash::out_of_memory),
    cause("container-cannot-start", Rank::Config, config::cannot_start),
    cause("liveness-kills", Rank::Probe, probe::liveness_kills),
    cause("crash-loop", Rank::Crash, crash::crash_loop),
    cause("pod-failed", Rank::Crash, crash::pod_failed),
    cause("probe-failing", Rank::Probe, probe::failing),
    cause("memory-exhausted", Rank::Crash, process::killed_for_memory),
    cause("port-taken", Rank::Config, process::port_taken),
    cause("process-cannot-start", Rank::Config, process::cannot_start),
    cause("process-ends", Rank::Crash, process::ends),
    cause("process-failed", Rank::Crash, process::failed),
    cause("process-silent", Rank::Probe, process::silent),
    cause("ray-head-unreachable", Rank::Network, dependency::ray_head_unreachable),
    cause("init-stuck", Rank::Dependency, dependency::init_stuck),
    cause("image-puller-stuck", Rank::Image, hook::image_puller_stuck),
    cause("ray-operator-silent", Rank::Dependency, dependency::ray_operator_silent),
    cause("ray-refused", Rank::Refused, dependency::ray_refused),
    cause("load-balancer-failed", Rank::Network, network::load_balancer_failed),
    cause("no-load-balancer", Rank::Network, network::no_load_balancer),
    cause("ingress-class-missing", Rank::Network, network::ingress_class_missing),
    cause("no-default-ingress-class", Rank::Network, network::no_default_ingress_class),
    cause("ingress-backend-missing", Rank::Network, network::ingress_backend_missing),
    cause("progress-deadline", Rank::Dependency, dependency::progress_deadline),
];

/// What a cause is looked for in.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A pod.
    Pod(&'a Pod),
    /// What should make pods: the trouble may be that there are none.
    Owner(Owner<'a>),
    /// A claim.
    Claim(&'a PersistentVolumeClaim),
    /// A Service.
    Service(&'a Service),
    /// An Ingress.
    Ingress(&'a Ingress),
    /// A Ray cluster.
    RayCluster(&'a RayCluster),
}

/// What should make pods.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// Kind.
    pub kind: &'static str,
    /// Name.
    pub name: &'a str,
    /// UID.
    pub uid: &'a str,
    /// Conditions of its status.
    pub conditions: &'a [Condition],
}

impl<'a> Owner<'a> {
    /// An object as an owner.
    pub fn new<T: Watched>(object: &'a T, conditions: &'a [Condition]) -> Self {
        Self { kind: T::KIND.kind, name: object.name(), uid: object.uid(), conditions }
    }

    /// `Deployment/hub`.
    pub fn subject(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }
}

/// What a cause may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Everything that is known.
    pub index: &'a Index,
    /// The server's time.
    pub now: Timestamp,
    /// In what the cause is looked for.
    pub subject: Subject<'a>,
}

impl<'a> Context<'a> {
    /// The pod, if the subject is one of a cluster.
    fn pod(&self) -> Option<&'a Pod> {
        match self.subject {
            Subject::Pod(pod) if pod.log_file().is_none() => Some(pod),
            _ => None,
        }
    }

    /// The process of this machine, if the subject is one.
    fn process(&self) -> Option<&'a Pod> {
        match self.subject {
            Subject::Pod(pod) if pod.log_file().is_some() => Some(pod),
            _ => None,
        }
    }

    /// The owner, if the subject is one.
    const fn owner(&self) -> Option<Owner<'a>> {
        match self.subject {
            Subject::Owner(owner) => Some(owner),
            _ => None,
        }
    }

    /// Whether a moment lies at least so many seconds back; an unknown one does.
    fn is_past(&self, since: Option<Timestamp>, seconds: i64) -> bool {
        since.is_none_or(|since| self.now.as_second() - since.as_second() >= seconds)
    }

    /// When a pod got its node; until then nothing of it can run.
    fn placed(pod: &Pod) -> Option<Timestamp> {
        let scheduled = pod.condition("PodScheduled").filter(|condition| condition.is_true());
        scheduled.and_then(|condition| condition.last_transition_time).or(pod.status.start_time)
    }
}

/// `Pod/hub-1`, or `process hub` of this machine.
fn named(pod: &Pod) -> String {
    let kind = if pod.log_file().is_some() { "process " } else { "Pod/" };
    format!("{kind}{}", pod.name())
}

/// Where the words of a container are.
fn log(pod: &Pod, container: &str, previous: bool) -> LogPointer {
    LogPointer {
        namespace: pod.namespace().to_owned(),
        pod: pod.name().to_owned(),
        container: container.to_owned(),
        previous,
        file: pod.log_file().map(str::to_owned),
    }
}

/// The cause of one thing's trouble, if it is a known one.
pub(super) fn of(view: View<'_>, subject: Subject<'_>) -> Option<Finding> {
    let context = Context { index: view.index, now: view.now, subject };
    CAUSES.iter().find_map(|cause| (cause.detect)(&context))
}

/// How near to the root the cause of a code lies; an unknown one is last.
pub fn rank(code: &str) -> Rank {
    let known = CAUSES.iter().find(|cause| cause.code == code).map(|cause| cause.rank);
    known.or_else(|| super::messages::is_known(code).then_some(Rank::Refused)).unwrap_or(Rank::Dependency)
}

/// What is wrong with one pod, if it is a known cause.
pub fn of_pod(index: &Index, pod: &Pod, now: Timestamp) -> Option<Finding> {
    let view = View { index, now: index.server_time(now) };
    (!pod.is_ready()).then(|| of(view, Subject::Pod(pod))).flatten()
}

/// Everything that is wrong in the namespace, root first: what a person wants to see while helm is still at work.
pub fn all(index: &Index, now: Timestamp) -> Vec<Finding> {
    let now = index.server_time(now);
    let on = &index.on;
    let pods = index.pods().filter(|pod| !pod.is_ready() && !pod.is_terminating()).map(Subject::Pod);
    let sets = on.replica_sets.iter().map(|set| Subject::Owner(Owner::new(set, &set.status.conditions)));
    let sets = sets.chain(on.stateful_sets.iter().map(|set| Subject::Owner(Owner::new(set, &set.status.conditions))));
    let sets = sets.chain(on.daemon_sets.iter().map(|set| Subject::Owner(Owner::new(set, &[]))));
    let sets = sets.chain(on.jobs.iter().map(|job| Subject::Owner(Owner::new(job, &job.status.conditions))));
    let rest = on.claims.iter().map(Subject::Claim).chain(on.services.iter().map(Subject::Service));
    let rest =
        rest.chain(on.ingresses.iter().map(Subject::Ingress)).chain(on.ray_clusters.iter().map(Subject::RayCluster));
    let found = pods.chain(sets).chain(rest).filter_map(|subject| of(View { index, now }, subject));
    root::fold(found.collect())
}
