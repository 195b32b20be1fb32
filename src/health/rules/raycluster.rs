//! A Ray cluster is ready when its head and its wanted workers are ready *pods*. KubeRay's own `state: ready` and
//! `RayClusterProvisioned` are history: once true they stay so, whatever happens (kuberay#2188).
use super::{View, found, is_observed, pods as behind};
use crate::health::{
    causes::{self, Owner, Subject},
    index::Index,
    objects::{Condition, Pod, RayCluster, Watched, WorkerGroup, condition, label},
    root,
    verdict::Verdict,
};

pub fn evaluate(view: View<'_>, name: &str) -> Verdict {
    match found(&view.index.on.ray_clusters, name) {
        Ok(cluster) => rule(view, cluster),
        Err(verdict) => verdict,
    }
}

pub fn rule(view: View<'_>, cluster: &RayCluster) -> Verdict {
    if cluster.spec.suspend {
        return Verdict::noted("suspended: no pods wanted");
    }
    if let Some(finding) = causes::of(view, Subject::RayCluster(cluster)) {
        return Verdict::Blocked(finding);
    }
    if !is_observed(cluster, cluster.status.observed_generation.or(Some(0))) {
        return Verdict::progressing("waits for the KubeRay operator");
    }
    let (heads, workers): (Vec<&Pod>, Vec<&Pod>) =
        pods(view.index, cluster.name()).partition(|pod| label(&pod.metadata, "ray.io/node-type") == Some("head"));
    // workers wait for the head: as long as it is not ready, it is the root
    if !head_is_ready(cluster, &heads) {
        return of_part(view, cluster, heads, 1, "head");
    }
    let short: Vec<(&WorkerGroup, u32)> =
        cluster.spec.worker_group_specs.iter().map(|group| (group, wanted(cluster, group))).collect();
    let missing = short.iter().find(|(group, wanted)| ready_in(&workers, group) < *wanted);
    match missing {
        None => Verdict::ready(),
        Some((group, wanted)) => {
            let of_group = workers.into_iter().filter(|pod| in_group(pod, group)).collect();
            of_part(view, cluster, of_group, *wanted, &format!("pool {}", group.group_name))
        }
    }
}

fn of_part(view: View<'_>, cluster: &RayCluster, pods: Vec<&Pod>, wanted: u32, part: &str) -> Verdict {
    let owner = Owner::new(cluster, &cluster.status.conditions);
    if let Some(finding) = root::fold(behind::findings(view, &[owner], &pods)).into_iter().next() {
        return Verdict::Blocked(finding);
    }
    let leaving = view.index.leaving_of(cluster.uid()).collect();
    let ready = u32::try_from(pods.iter().filter(|pod| pod.is_ready()).count()).unwrap_or(wanted).min(wanted);
    match behind::verdict(view, &behind::Unready { owners: Vec::new(), pods, leaving, ready, wanted }) {
        Verdict::Progressing { what } => Verdict::progressing(format!("Ray {part}: {what}")),
        other => other,
    }
}

fn head_is_ready(cluster: &RayCluster, heads: &[&Pod]) -> bool {
    let said = condition(&cluster.status.conditions, "HeadPodReady");
    // older operators do not say: then the pod alone counts
    said.is_none_or(Condition::is_true) && heads.iter().any(|pod| pod.is_ready())
}

/// Worker pods that must be ready: with autoscaling the minimum, else all that are asked for.
fn wanted(cluster: &RayCluster, group: &WorkerGroup) -> u32 {
    if group.suspend == Some(true) {
        return 0;
    }
    let least = group.min_replicas.unwrap_or(0);
    let asked = group.replicas.unwrap_or(least).max(least);
    let workers = if cluster.spec.enable_in_tree_autoscaling { least } else { asked };
    workers.saturating_mul(group.num_of_hosts.unwrap_or(1).max(1))
}

fn ready_in(workers: &[&Pod], group: &WorkerGroup) -> u32 {
    let ready = workers.iter().filter(|pod| pod.is_ready() && in_group(pod, group)).count();
    u32::try_from(ready).unwrap_or(u32::MAX)
}

fn in_group(pod: &Pod, group: &WorkerGroup) -> bool {
    label(&pod.metadata, "ray.io/group") == Some(&group.group_name)
}

/// Live pods of a Ray cluster.
pub fn pods<'a>(index: &'a Index, cluster: &str) -> impl Iterator<Item = &'a Pod> {
    let uid = index.on.ray_clusters.get(cluster).map(Watched::uid).unwrap_or_default();
    index.pods_of(uid)
}
