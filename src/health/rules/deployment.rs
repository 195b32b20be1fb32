//! A Deployment is ready when all its pods are of the newest revision and available, and none of them is stuck.
use super::{View, found, is_observed, pods};
use crate::health::{
    causes::Owner,
    index::Index,
    objects::{Deployment, Pod, ReplicaSet, Watched, annotation},
    verdict::Verdict,
};

pub fn evaluate(view: View<'_>, name: &str) -> Verdict {
    match found(&view.index.on.deployments, name) {
        Ok(deployment) => rule(view, deployment),
        Err(verdict) => verdict,
    }
}

fn rule(view: View<'_>, deployment: &Deployment) -> Verdict {
    let (spec, status) = (&deployment.spec, &deployment.status);
    let wanted = spec.replicas.unwrap_or(1);
    if !is_observed(deployment, status.observed_generation.or(Some(0))) {
        return Verdict::progressing("waits for the Deployment controller");
    }
    if wanted == 0 {
        return Verdict::noted("0 replicas wanted");
    }
    let newest = newest_replica_set(view.index, deployment);
    let pods: Vec<&Pod> = newest.map(|set| view.index.pods_of(set.uid()).collect()).unwrap_or_default();
    let rolled_out = status.updated_replicas >= wanted && status.replicas <= status.updated_replicas;
    if rolled_out && status.available_replicas >= wanted {
        return pods::confirm(view, &pods);
    }
    let owners =
        [Some(Owner::new(deployment, &status.conditions)), newest.map(|set| Owner::new(set, &set.status.conditions))];
    // The counters of the status do not tell old pods from new ones.
    let ready = pods.iter().filter(|pod| pod.is_ready()).count();
    let ready = u32::try_from(ready).unwrap_or(wanted).min(wanted);
    if ready == wanted && status.replicas > status.updated_replicas {
        return Verdict::progressing(format!("{ready} of {wanted} new pods ready: those of before are leaving"));
    }
    let owners = owners.into_iter().flatten().collect();
    let leaving = replica_sets(view.index, deployment).flat_map(|set| view.index.leaving_of(set.uid())).collect();
    pods::verdict(view, &pods::Unready { owners, pods, leaving, ready, wanted })
}

/// The ReplicaSet of the newest revision; the others are on their way out.
pub fn newest_replica_set<'a>(index: &'a Index, deployment: &Deployment) -> Option<&'a ReplicaSet> {
    let revision = |set: &ReplicaSet| {
        annotation(&set.metadata, "deployment.kubernetes.io/revision").and_then(|text| text.parse::<u64>().ok())
    };
    replica_sets(index, deployment).max_by_key(|set| revision(set))
}

fn replica_sets<'a>(index: &'a Index, deployment: &Deployment) -> impl Iterator<Item = &'a ReplicaSet> {
    index.on.replica_sets.iter().filter(|set| set.metadata.owners.iter().any(|owner| &*owner.uid == deployment.uid()))
}

/// Pods of every revision.
pub fn all_pods<'a>(index: &'a Index, name: &str) -> Vec<&'a Pod> {
    let Some(deployment) = index.on.deployments.get(name) else { return Vec::new() };
    replica_sets(index, deployment).flat_map(|set| index.pods_of(set.uid())).collect()
}
