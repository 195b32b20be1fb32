//! A DaemonSet is ready when every node that should have a pod has an available one of the newest revision.
use super::{View, found, is_observed, pods};
use crate::health::{
    causes::Owner,
    objects::{DaemonSet, Pod, Watched},
    verdict::Verdict,
};

pub fn evaluate(view: View<'_>, name: &str) -> Verdict {
    match found(&view.index.on.daemon_sets, name) {
        Ok(set) => rule(view, set),
        Err(verdict) => verdict,
    }
}

fn rule(view: View<'_>, set: &DaemonSet) -> Verdict {
    let status = &set.status;
    let wanted = status.desired_number_scheduled;
    if !is_observed(set, status.observed_generation.or(Some(0))) {
        return Verdict::progressing("waits for the DaemonSet controller");
    }
    if wanted == 0 {
        return Verdict::noted("no node wants one");
    }
    let pods: Vec<&Pod> = view.index.pods_of(set.uid()).collect();
    let on_delete = set.spec.update_strategy.as_ref().is_some_and(|one| one.kind.as_deref() == Some("OnDelete"));
    let updated = on_delete || status.updated_number_scheduled >= wanted;
    if updated && status.number_available >= wanted {
        return pods::confirm(view, &pods);
    }
    let owners = vec![Owner::new(set, &[])];
    let leaving = view.index.leaving_of(set.uid()).collect();
    pods::verdict(view, &pods::Unready { owners, pods, leaving, ready: status.number_available.min(wanted), wanted })
}
