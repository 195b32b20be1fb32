//! Machines that fail: not ready, out of disk or memory, without pod network.
use super::{Context, named};
use crate::health::{
    objects::{Condition, Node, Pod, Watched, condition},
    verdict::Finding,
};

/// Conditions of a node that are bad when true.
const PRESSURES: &[(&str, &str)] =
    &[("DiskPressure", "disk"), ("MemoryPressure", "memory"), ("PIDPressure", "process numbers")];

/// Seconds until a node that does not answer counts: they come back.
const PATIENCE: i64 = 20;
/// Seconds that a pod may stay after the time that it was given to leave.
const LEAVING: i64 = 60;

fn node_of<'a>(on: &Context<'a>) -> Option<(&'a Pod, &'a Node)> {
    let pod = on.pod()?;
    let node = on.index.on.nodes.get(pod.spec.node_name.as_deref()?)?;
    Some((pod, node))
}

/// A node that is not ready, or short of something.
pub(super) fn trouble(node: &Node) -> Option<(String, &Condition)> {
    let conditions = &node.status.conditions;
    let name = node.name();
    if let Some(ready) = condition(conditions, "Ready").filter(|ready| !ready.is_true()) {
        return Some((format!("node {name} is not ready"), ready));
    }
    PRESSURES.iter().find_map(|(kind, what)| {
        let pressure = condition(conditions, kind).filter(|one| one.is_true())?;
        Some((format!("node {name} is running out of {what}"), pressure))
    })
}

/// The finding on a node in trouble.
pub(super) fn finding(node: &Node) -> Option<Finding> {
    let (title, why) = trouble(node)?;
    let finding = Finding::new("node-not-ready", format!("Node/{}", node.name()), title);
    let finding = finding.detail(why.words()).since(why.last_transition_time);
    let finding = if &*why.kind == "DiskPressure" {
        finding.tell("images of Ray and notebooks take 2-10 GB each: free some disk, or give the node a larger one")
    } else {
        finding
    };
    Some(finding.command(format!("kubectl describe node {}", node.name()), "see what the node says"))
}

pub fn not_ready(on: &Context<'_>) -> Option<Finding> {
    let (_, node) = node_of(on)?;
    let (_, why) = trouble(node)?;
    on.is_past(why.last_transition_time, PATIENCE).then(|| finding(node)).flatten()
}

pub fn no_network(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod().filter(|pod| pod.spec.node_name.is_some())?;
    let bad =
        |event: &&crate::health::index::Noted| matches!(&*event.reason, "FailedCreatePodSandBox" | "NetworkNotReady");
    // one failed sandbox is normal while a network plugin starts
    let starting = pod.status.container_statuses.iter().all(|status| status.state.running.is_none());
    let event = on
        .index
        .pod_events(pod)
        .find(bad)
        .filter(|event| starting && event.count >= 3 && !on.is_past(event.last, 300))?;
    let node = pod.spec.node_name.as_deref().unwrap_or_default();
    let title = format!("node {node} cannot give pods a network");
    let finding =
        Finding::new("node-no-network", format!("Node/{node}"), title).detail(&event.message).since(event.first);
    Some(
        finding.command(
            "kubectl get pods -A -o wide | grep -iE 'cni|flannel|calico|cilium'",
            "see how the network plugin is",
        ),
    )
}

pub fn disk_full(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod()?;
    let full = |words: &str| words.contains("no space left on device");
    let waiting = pod.statuses().filter_map(|status| status.state.waiting.as_deref()?.message.as_deref());
    let recent = on.index.pod_events(pod).filter(|event| !on.is_past(event.last, 300)).map(|event| &*event.message);
    let words = waiting.chain(recent).find(|words| full(words))?;
    let node = pod.spec.node_name.as_deref().unwrap_or_default();
    let finding = Finding::new("node-disk-full", format!("Node/{node}"), format!("the disk of node {node} is full"));
    let finding = finding.detail(words).since(Context::placed(pod));
    Some(finding.tell("images of Ray and notebooks take 2-10 GB each: free some disk, or give the node a larger one"))
}

pub fn evicted(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod().filter(|pod| pod.status.reason.as_deref() == Some("Evicted"))?;
    let node = super::answers::node(pod);
    let finding = Finding::new("evicted", named(pod), format!("{node} ran out of something and threw the pod out"));
    let finding = finding.detail(pod.status.message.as_deref().unwrap_or_default());
    Some(finding.tell("the words above say of what: disk or memory of the node; its owner starts a new pod by itself"))
}

/// A pod that was told to leave and stays. Another one of its name, or one that needs its disk, cannot come before.
pub fn pod_stays(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod()?;
    let due = pod.metadata.leaving.filter(|due| on.is_past(Some(*due), LEAVING))?;
    let title = format!("{} of before does not leave, and {} does not say why", pod.name(), super::answers::node(pod));
    let command = format!("kubectl -n {} delete pod {} --force --grace-period=0", pod.namespace(), pod.name());
    let why = "only if its machine is gone for good: else two of it may write to one disk";
    Some(Finding::new("pod-stays", named(pod), title).since(Some(due)).command(command, why))
}
