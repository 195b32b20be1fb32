//! helm's preparation steps: the download of notebook images, and Jobs that failed.
use super::{CAUSES, Context, Owner, Subject, crash, named};
use crate::health::{
    objects::{Pod, annotation, condition},
    rules::View,
    verdict::Finding,
};

/// The image puller of JupyterHub: a hook that helm does not wait for itself. A Job waits for it, and would only say
/// that it waits; so the puller's own pods are what tells.
pub fn image_puller_stuck(on: &Context<'_>) -> Option<Finding> {
    let owner = on.owner().filter(|owner| owner.kind == "DaemonSet" && owner.name.ends_with("hook-image-puller"))?;
    let set =
        on.index.on.daemon_sets.get(owner.name).filter(|set| annotation(&set.metadata, "helm.sh/hook").is_some())?;
    let stuck: Vec<(&Pod, Finding)> =
        on.index.pods_of(owner.uid).filter_map(|pod| Some((pod, cause_of(on, pod)?))).collect();
    let (_, first) = stuck.first()?;
    let nodes = set.status.desired_number_scheduled;
    let title =
        format!("the notebook images cannot be downloaded on {} of {nodes} nodes: {}", stuck.len(), first.title);
    let mut finding =
        Finding::new("image-puller-stuck", owner.subject(), title).detail(&by_node(&stuck)).since(first.since);
    finding.next.clone_from(&first.next);
    finding.count = u32::try_from(stuck.len()).unwrap_or(u32::MAX);
    Some(finding.edit("hub.pre-pull", "or set it to `false`: then images are downloaded when first used"))
}

fn cause_of(on: &Context<'_>, pod: &Pod) -> Option<Finding> {
    let context = Context { subject: Subject::Pod(pod), ..*on };
    (!pod.is_ready()).then(|| CAUSES.iter().find_map(|cause| (cause.detect)(&context))).flatten()
}

fn by_node(stuck: &[(&Pod, Finding)]) -> String {
    let line = |(pod, finding): &(&Pod, Finding)| {
        let node = pod.spec.node_name.as_deref().unwrap_or("no node yet");
        let words = finding.detail.as_deref().and_then(|detail| detail.lines().last()).unwrap_or(&finding.title);
        format!("{node}: {words}")
    };
    stuck.iter().take(10).map(line).collect::<Vec<_>>().join("\n")
}

/// The finding on a Job that Kubernetes has given up, with its last pod's log if there is one.
pub fn failed_job(view: View<'_>, owner: Owner<'_>, pods: &[&Pod]) -> Finding {
    let failed = condition(owner.conditions, "Failed").or_else(|| condition(owner.conditions, "FailureTarget"));
    let why = match failed.and_then(|condition| condition.reason.as_deref()) {
        Some("BackoffLimitExceeded") => "it failed too often".to_owned(),
        Some("DeadlineExceeded") => "it took longer than it may".to_owned(),
        Some(other) => other.to_owned(),
        None => "it failed".to_owned(),
    };
    let last = pods.iter().max_by_key(|pod| pod.metadata.made);
    let of_pod = last.and_then(|pod| {
        let context = Context { index: view.index, now: view.now, subject: Subject::Pod(pod) };
        crash::pod_failed(&context).or_else(|| CAUSES.iter().find_map(|cause| (cause.detect)(&context)))
    });
    let title = match &of_pod {
        Some(finding) => format!("the job `{}` failed: {}", owner.name, finding.title),
        None => format!("the job `{}` failed: {why}", owner.name),
    };
    let mut finding = Finding::new("job-failed", owner.subject(), title);
    finding = finding.detail(failed.map_or("", |condition| condition.words()));
    finding = finding.since(failed.and_then(|condition| condition.last_transition_time));
    if let Some(of_pod) = of_pod {
        finding.log = of_pod.log;
        finding.next = of_pod.next;
        finding.detail = [finding.detail, of_pod.detail].into_iter().flatten().reduce(|a, b| format!("{a}\n{b}"));
    }
    let subject = last.map_or_else(|| owner.subject(), |pod| named(pod));
    finding.retry(format!("run the step again once the cause in {subject} is mended"))
}
