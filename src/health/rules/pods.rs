//! What to say about a workload whose pods are not all ready: the root cause if there is one, else how far it is.
//! Must not know the kinds of workload.
use std::collections::BTreeMap;

use super::View;
use crate::health::{
    causes::{self, Owner, Subject},
    objects::Pod,
    pod, root,
    verdict::{Finding, Verdict},
};

/// Unready pods that are looked into at most; a count of findings is "at least" beyond it.
const LOOKED_INTO: usize = 256;

/// A workload that is not ready.
pub struct Unready<'a> {
    /// What controls the pods, outermost first: Deployment, ReplicaSet.
    pub owners: Vec<Owner<'a>>,
    /// Pods of the newest revision.
    pub pods: Vec<&'a Pod>,
    /// Ready pods.
    pub ready: u32,
    /// Pods wanted.
    pub wanted: u32,
}

/// The verdict on a workload that is not ready by its own counters.
pub fn verdict(view: View<'_>, workload: &Unready<'_>) -> Verdict {
    match root::fold(findings(view, &workload.owners, &workload.pods)).into_iter().next() {
        Some(finding) => Verdict::Blocked(finding),
        None => Verdict::progressing(progress(view, workload)),
    }
}

/// The verdict on a workload whose counters say ready: it is, unless a pod is blocked.
pub fn confirm(view: View<'_>, pods: &[&Pod]) -> Verdict {
    match root::fold(findings(view, &[], pods)).into_iter().next() {
        Some(finding) => Verdict::Blocked(finding),
        None => Verdict::ready(),
    }
}

/// What is wrong with owners and unready pods.
pub fn findings(view: View<'_>, owners: &[Owner<'_>], pods: &[&Pod]) -> Vec<Finding> {
    let owners = owners.iter().map(|owner| Subject::Owner(*owner));
    let unready = pods.iter().filter(|pod| !pod.is_ready() && pod.phase() != "Succeeded").take(LOOKED_INTO);
    owners.chain(unready.map(|pod| Subject::Pod(pod))).filter_map(|subject| causes::of(view, subject)).collect()
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
    for pod in pods.iter().filter(|pod| !pod.is_ready()).take(LOOKED_INTO) {
        if let Some(reason) = pod::why_not_ready(view.index, pod) {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    reasons.into_iter().max_by_key(|(_, times)| *times).map(|(reason, _)| reason)
}
