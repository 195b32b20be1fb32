//! What to say about a workload whose pods are not all ready: the root cause if there is one, else how far it is.
//! Must not know the kinds of workload.
use std::collections::BTreeMap;

use super::{View, age};
use crate::health::{
    causes::{self, Owner, Subject},
    objects::Pod,
    pod, root,
    verdict::{Finding, Verdict},
};

/// Unready pods that are looked into at most; a count of findings is "at least" beyond it.
const LOOKED_INTO: usize = 256;

/// Age in seconds below which a pod that failed is news, and how many of them mean that the next one will fail, too.
const RECENT: i64 = 600;
const OFTEN: usize = 3;

/// A workload that is not ready.
pub struct Unready<'a> {
    /// What controls the pods, outermost first: Deployment, ReplicaSet.
    pub owners: Vec<Owner<'a>>,
    /// Pods of the newest revision.
    pub pods: Vec<&'a Pod>,
    /// Pods of any revision that are on their way out.
    pub leaving: Vec<&'a Pod>,
    /// Ready pods.
    pub ready: u32,
    /// Pods wanted.
    pub wanted: u32,
}

/// The verdict on a workload that is not ready by its own counters.
pub fn verdict(view: View<'_>, workload: &Unready<'_>) -> Verdict {
    let leaving = || workload.leaving.iter().filter_map(|pod| causes::of(view, Subject::Pod(pod))).collect();
    let found = findings(view, &workload.owners, &workload.pods);
    match root::fold(if found.is_empty() { leaving() } else { found }).into_iter().next() {
        Some(finding) => Verdict::Blocked(finding),
        None => Verdict::progressing(progress(view, workload)),
    }
}

/// The verdict on a workload whose counters say ready: it is, unless a living pod is blocked.
pub fn confirm(view: View<'_>, pods: &[&Pod]) -> Verdict {
    let living: Vec<&Pod> = pods.iter().copied().filter(|pod| !pod.has_ended()).collect();
    match root::fold(findings(view, &[], &living)).into_iter().next() {
        Some(finding) => Verdict::Blocked(finding),
        None => Verdict::ready(),
    }
}

/// What is wrong with owners and unready pods. Pods that failed (evicted, lost with their node) stay lying about after
/// others have taken their place: they tell only where nothing else does, and none lives or one after the other fails.
pub fn findings(view: View<'_>, owners: &[Owner<'_>], pods: &[&Pod]) -> Vec<Finding> {
    let (ended, living): (Vec<&Pod>, Vec<&Pod>) = pods.iter().copied().partition(|pod| pod.has_ended());
    let owners = owners.iter().map(|owner| Subject::Owner(*owner));
    let unready = living.iter().filter(|pod| !pod.is_ready()).take(LOOKED_INTO).map(|pod| Subject::Pod(pod));
    let found: Vec<Finding> = owners.chain(unready).filter_map(|subject| causes::of(view, subject)).collect();
    let failed: Vec<&Pod> = ended.into_iter().filter(|pod| pod.phase() == "Failed").collect();
    let goes_on = failed.iter().filter(|pod| age(**pod, view.now) < RECENT).count() >= OFTEN;
    if !found.is_empty() || !(living.is_empty() || goes_on) {
        return found;
    }
    failed.iter().rev().take(LOOKED_INTO).filter_map(|pod| causes::of(view, Subject::Pod(pod))).collect()
}

fn progress(view: View<'_>, workload: &Unready<'_>) -> String {
    let Unready { ready, wanted, .. } = workload;
    let pods = if *wanted == 1 { "pod" } else { "pods" };
    let counted = format!("{ready} of {wanted} {pods} ready");
    match most_common_reason(view, &workload.pods) {
        Some(reason) => format!("{counted}: {reason}"),
        None => counted,
    }
}

fn most_common_reason(view: View<'_>, pods: &[&Pod]) -> Option<String> {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for pod in pods.iter().filter(|pod| !pod.is_ready() && !pod.has_ended()).take(LOOKED_INTO) {
        if let Some(reason) = pod::why_not_ready(view.index, pod) {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    reasons.into_iter().max_by_key(|(_, times)| *times).map(|(reason, _)| reason)
}
