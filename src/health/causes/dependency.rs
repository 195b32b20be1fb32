//! Things that only wait for something else, and operators that do nothing.
use super::{Context, admission, log, named};
use crate::health::{
    objects::{Pod, Watched, condition, label},
    pod,
    rules::age,
    verdict::Finding,
};

/// Seconds that a worker may wait for a head that is ready.
const AFTER_HEAD: i64 = 60;
/// Seconds that an init container may run.
const INIT: i64 = 300;
/// Seconds until an operator must have taken notice.
const OPERATOR: i64 = 45;

/// A Ray worker that does not find its head although the head is ready. As long as the head is not, the head is the root
/// and the worker no news.
pub fn ray_head_unreachable(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod().filter(|pod| pod::waits_for_ray_head(pod))?;
    let cluster = label(&pod.metadata, "ray.io/cluster")?;
    let ready = head(on, cluster)?.condition("Ready").filter(|condition| condition.is_true())?;
    let waits = pod::current_init(pod)?.state.running?.started_at;
    if !(on.is_past(ready.last_transition_time, AFTER_HEAD) && on.is_past(waits, AFTER_HEAD)) {
        return None;
    }
    let finding =
        Finding::new("ray-head-unreachable", named(pod), "the Ray head is ready, but its workers cannot reach it");
    let finding = finding.since(waits).tell("a network policy or the cluster's DNS may be in the way (port 6379)");
    Some(finding.log(log(pod, "wait-gcs-ready", false)))
}

fn head<'a>(on: &Context<'a>, cluster: &str) -> Option<&'a Pod> {
    let uid = on.index.on.ray_clusters.get(cluster)?.uid();
    on.index.pods_of(uid).find(|pod| label(&pod.metadata, "ray.io/node-type") == Some("head"))
}

pub fn init_stuck(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod().filter(|pod| !pod::waits_for_ray_head(pod))?;
    let status = pod::current_init(pod)?;
    let started = status.state.running?.started_at?;
    let puller = status.name.starts_with("image-pull");
    if puller || !on.is_past(Some(started), INIT) {
        return None;
    }
    let title = format!("the preparation `{}` does not come to an end", status.name);
    Some(Finding::new("init-stuck", named(pod), title).since(Some(started)).log(log(pod, &status.name, false)))
}

pub fn ray_operator_silent(on: &Context<'_>) -> Option<Finding> {
    let super::Subject::RayCluster(cluster) = on.subject else { return None };
    let noticed = cluster.status.observed_generation.is_some() || cluster.status.state.is_some();
    let silent = !noticed && on.index.pods_of(cluster.uid()).next().is_none() && age(cluster, on.now) >= OPERATOR;
    silent.then(|| {
        let title = "no operator looks after the Ray cluster";
        let finding = Finding::new("ray-operator-silent", format!("RayCluster/{}", cluster.name()), title);
        finding
            .since(cluster.metadata.made)
            .command(
                "kubectl get pods -A -l app.kubernetes.io/name=kuberay-operator",
                "see whether the KubeRay operator runs",
            )
            .edit("charts.operator", "let hubwright install it; one that is there may watch other namespaces only")
    })
}

/// What KubeRay itself says that it cannot do.
pub fn ray_refused(on: &Context<'_>) -> Option<Finding> {
    let super::Subject::RayCluster(cluster) = on.subject else { return None };
    let subject = format!("RayCluster/{}", cluster.name());
    let failure = admission::says_so(&cluster.status.conditions)?;
    let namespace = on.index.namespace();
    let finding = crate::health::messages::finding(failure.words(), &subject, namespace);
    let finding = finding.unwrap_or_else(|| {
        Finding::new("ray-refused", &subject, "the KubeRay operator cannot make the cluster's pods")
            .detail(failure.words())
    });
    Some(finding.since(failure.last_transition_time))
}

/// Nothing else is known, but the Deployment has run out of the time that it gave itself.
pub fn progress_deadline(on: &Context<'_>) -> Option<Finding> {
    let owner = on.owner().filter(|owner| owner.kind == "Deployment")?;
    let late = condition(owner.conditions, "Progressing").filter(|one| one.because("ProgressDeadlineExceeded"))?;
    let finding = Finding::new(
        "progress-deadline",
        owner.subject(),
        "it takes longer than Kubernetes expects, and nothing says why",
    );
    let command = format!("kubectl -n {} describe deployment {}", on.index.namespace(), owner.name);
    Some(finding.detail(late.words()).since(late.last_transition_time).command(command, "look at its events and pods"))
}
