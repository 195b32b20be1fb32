//! A StatefulSet is ready when all its pods are available and of the newest revision, as far as its strategy asks for it.
use super::{View, found, is_observed, pods};
use crate::health::{
    causes::Owner,
    objects::{Pod, StatefulSet, Watched},
    verdict::Verdict,
};

pub fn evaluate(view: View<'_>, name: &str) -> Verdict {
    match found(&view.index.on.stateful_sets, name) {
        Ok(set) => rule(view, set),
        Err(verdict) => verdict,
    }
}

fn rule(view: View<'_>, set: &StatefulSet) -> Verdict {
    let (spec, status) = (&set.spec, &set.status);
    let wanted = spec.replicas.unwrap_or(1);
    if !is_observed(set, status.observed_generation.or(Some(0))) {
        return Verdict::progressing("waits for the StatefulSet controller");
    }
    if wanted == 0 {
        return Verdict::noted("0 replicas wanted");
    }
    let pods: Vec<&Pod> = view.index.pods_of(set.uid()).collect();
    if is_updated(set, wanted) && status.ready_replicas >= wanted && status.available_replicas >= wanted {
        return pods::confirm(view, &pods);
    }
    let owners = vec![Owner::new(set, &status.conditions)];
    let leaving = view.index.leaving_of(set.uid()).collect();
    pods::verdict(view, &pods::Unready { owners, pods, leaving, ready: status.available_replicas.min(wanted), wanted })
}

/// Whether as many pods are of the newest revision as the strategy asks for; `OnDelete` asks for none.
fn is_updated(set: &StatefulSet, wanted: u32) -> bool {
    let strategy = set.spec.update_strategy.as_ref();
    if strategy.is_some_and(|one| one.kind.as_deref() == Some("OnDelete")) {
        return true;
    }
    let kept = strategy.and_then(|one| one.rolling_update).and_then(|rolling| rolling.partition).unwrap_or(0);
    let status = &set.status;
    status.current_revision == status.update_revision || status.updated_replicas >= wanted.saturating_sub(kept)
}
