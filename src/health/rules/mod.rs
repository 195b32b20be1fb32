//! When is a thing ready? One file per kind, each a pure function of the index and the time. Rules say what is; why it is
//! stuck is the business of `causes`. Must not know how a verdict is shown, nor what the executor does with it.
//!
//! A stuck thing is `Blocked`, not `Failed`: it turns green by itself once a person has mended it. `Failed` is only what
//! Kubernetes itself has given up.
mod claim;
mod crd;
mod daemonset;
mod deployment;
mod ingress;
mod job;
mod namespace;
mod pods;
mod process;
mod raycluster;
mod release;
mod service;
mod statefulset;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub(super) use service::wants_address;

use super::{
    index::{Index, Shelf},
    objects::{Pod, Watched},
    pod,
    verdict::Verdict,
};
use crate::plan::graph::Expect;

/// What a rule may look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    /// Everything that is known.
    pub index: &'a Index,
    /// The server's time.
    pub now: Timestamp,
}

/// Is it ready, and if not, why? `now` is this machine's time. Walks over the object's own pods only, but is still meant to be asked a few times a
/// second, not for each change.
pub fn evaluate(index: &Index, expect: &Expect, now: Timestamp) -> Verdict {
    let view = View { index, now: index.server_time(now) };
    match expect {
        Expect::Release(name) => release::evaluate(view, name),
        Expect::Deployment(name) => deployment::evaluate(view, name),
        Expect::StatefulSet(name) => statefulset::evaluate(view, name),
        Expect::DaemonSet(name) => daemonset::evaluate(view, name),
        Expect::Job(name) => job::evaluate(view, name),
        Expect::Claim(name) => claim::evaluate(view, name),
        Expect::Service(name) => service::evaluate(view, name),
        Expect::Ingress(name) => ingress::evaluate(view, name),
        Expect::Crd(name) => crd::evaluate(view, name),
        Expect::RayCluster(name) => raycluster::evaluate(view, name),
        Expect::Namespace(name) => namespace::evaluate(view, name),
        Expect::Process(name) => process::evaluate(view, name),
    }
}

/// Whether a hook of a helm release is at work, so that the helm that started it has reason to be silent.
pub fn hook_runs(index: &Index, release: &str, now: Timestamp) -> bool {
    release::hook_runs(View { index, now: index.server_time(now) }, release)
}

/// Whether one of its pods is downloading an image: such a wait makes progress and counts against no deadline.
pub fn pulling(index: &Index, expect: &Expect) -> bool {
    let pulls = |pod: &Pod| pod::pulls(index, pod).is_some();
    match expect {
        Expect::Release(name) => release::pods(index, name).into_iter().any(pulls),
        Expect::Deployment(name) => deployment::all_pods(index, name).into_iter().any(pulls),
        Expect::StatefulSet(name) => owned(index, &index.on.stateful_sets, name).into_iter().any(pulls),
        Expect::DaemonSet(name) => owned(index, &index.on.daemon_sets, name).into_iter().any(pulls),
        Expect::Job(name) => owned(index, &index.on.jobs, name).into_iter().any(pulls),
        Expect::RayCluster(name) => raycluster::pods(index, name).any(pulls),
        Expect::Service(name) => service::pods(index, name).into_iter().any(pulls),
        Expect::Claim(_) | Expect::Ingress(_) | Expect::Crd(_) | Expect::Namespace(_) | Expect::Process(_) => false,
    }
}

/// The pods that an object of a shelf controls itself.
fn owned<'a, T: Watched>(index: &'a Index, shelf: &Shelf<T>, name: &str) -> Vec<&'a Pod> {
    shelf.get(name).map(|object| index.pods_of(object.uid()).collect()).unwrap_or_default()
}

/// The object of a name, or what to say in its absence.
fn found<'a, T: Watched>(shelf: &'a Shelf<T>, name: &str) -> Result<&'a T, Verdict> {
    let kind = T::KIND.kind;
    if let Some(object) = shelf.get(name) {
        return Ok(object);
    }
    Err(match shelf.why_blind() {
        Some(why) => Verdict::noted(format!("{kind} {name} was not checked: {why}")),
        None if shelf.is_absent() => Verdict::progressing(format!("the cluster does not know the kind {kind} yet")),
        None if shelf.is_synced() => Verdict::progressing(format!("{kind} {name} is not there yet")),
        None => Verdict::progressing(format!("looking for {kind} {name}")),
    })
}

/// Whether the controller has seen the newest form of an object; one that never says is believed.
fn is_observed<T: Watched>(object: &T, observed: Option<i64>) -> bool {
    observed.unwrap_or(i64::MAX) >= object.metadata().generation.unwrap_or(0)
}

/// Seconds since an object was made.
pub(super) fn age<T: Watched>(object: &T, now: Timestamp) -> i64 {
    object.metadata().made.map_or(0, |made| now.as_second() - made.as_second())
}
