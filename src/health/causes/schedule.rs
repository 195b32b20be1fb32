//! Pods that no node takes, by what stands in the way, with numbers. The scheduler's own words say on how many nodes
//! which obstacle stands; nodes and pods say what would be needed.
use super::{
    Context, answers, named, node,
    scheduler::{Obstacle, Refusal},
};
use crate::{
    answers::{
        figures,
        room::{self, Room},
    },
    health::{
        index::{Index, Noted},
        objects::{Amounts, Condition, Node, Pod, Taint, Toleration, Watched, label},
        verdict::Finding,
    },
};

/// Seconds until a pod without a node counts: another pod may just be leaving.
const PATIENCE: i64 = 20;

/// A pod that no node takes.
struct Homeless<'a> {
    pod: &'a Pod,
    why: &'a Condition,
    refusal: Refusal,
    needs: Amounts,
}

impl Homeless<'_> {
    fn finding(&self, code: &str, title: impl AsRef<str>) -> Finding {
        Finding::new(code, named(self.pod), title).detail(self.why.words()).since(self.why.last_transition_time)
    }

    fn edit(&self, finding: Finding, key: Option<&'static str>, why: &str) -> Finding {
        match key {
            Some(key) => finding.edit(answers::of_row(self.pod, key), why),
            None => finding,
        }
    }
}

/// Whether an autoscaler is making a machine for this pod: its newest word on it.
pub fn is_scaling_up(index: &Index, pod: &Pod) -> bool {
    let telling = |event: &&Noted| {
        matches!(&*event.reason, "TriggeredScaleUp" | "NotTriggerScaleUp" | "Nominated" | "ScaleUpFailed")
    };
    let newest = index.pod_events(pod).find(telling);
    newest.is_some_and(|event| matches!(&*event.reason, "TriggeredScaleUp" | "Nominated"))
}

fn homeless<'a>(on: &Context<'a>) -> Option<Homeless<'a>> {
    let pod = on.pod().filter(|pod| pod.spec.node_name.is_none() && !pod.has_ended())?;
    let why = pod.condition("PodScheduled").filter(|one| one.because("Unschedulable") && !one.is_true())?;
    if !on.is_past(why.last_transition_time, PATIENCE) || is_scaling_up(on.index, pod) {
        return None;
    }
    let refusal = Refusal::read(why.words()).unwrap_or(Refusal { nodes: 0, clauses: Vec::new() });
    Some(Homeless { pod, why, refusal, needs: pod.requests() })
}

fn nodes<'a>(on: &Context<'a>) -> impl Iterator<Item = &'a Node> {
    on.index.on.nodes.iter()
}

fn is_tolerated(pod: &Pod, taint: &Taint) -> bool {
    let covers = |one: &Toleration| {
        let effect = one.effect.as_deref().is_none_or(|effect| effect.is_empty() || effect == &*taint.effect);
        let exists = one.operator.as_deref() == Some("Exists");
        let key = one.key.as_deref().unwrap_or_default();
        let key = if key.is_empty() { exists } else { key == &*taint.key };
        let value = exists || one.value.as_deref().unwrap_or_default() == taint.value.as_deref().unwrap_or_default();
        effect && key && value
    };
    &*taint.effect == "PreferNoSchedule" || pod.spec.tolerations.iter().any(covers)
}

/// The first taint that keeps the pod from a node.
fn barrier<'a>(pod: &Pod, node: &'a Node) -> Option<&'a Taint> {
    node.spec.taints.iter().find(|taint| !is_tolerated(pod, taint))
}

fn is_fault(taint: &Taint) -> bool {
    room::is_fault(&taint.key)
}

fn is_selected(pod: &Pod, node: &Node) -> bool {
    pod.spec.node_selector.iter().all(|(key, value)| label(&node.metadata, key) == Some(value))
}

fn in_words(taint: &Taint) -> String {
    match taint.value.as_deref() {
        Some(value) if !value.is_empty() => format!("{}={value}:{}", taint.key, taint.effect),
        _ => format!("{}:{}", taint.key, taint.effect),
    }
}

/// Every node that could take the pod is in trouble itself.
pub fn faulty_nodes(on: &Context<'_>) -> Option<Finding> {
    let homeless = homeless(on)?;
    if let Some(fault) = named_fault(&homeless.refusal).filter(|_| nodes(on).next().is_none()) {
        return Some(homeless.finding("nodes-not-ready", format!("nodes are in trouble ({fault})")));
    }
    let faulty = |node: &&Node| barrier(homeless.pod, node).is_some_and(is_fault);
    let others = nodes(on).filter(|node| !faulty(node) && barrier(homeless.pod, node).is_none()).count();
    let node = nodes(on).find(faulty).filter(|_| others == 0)?;
    node::finding(node).or_else(|| {
        let title = format!("node {} is in trouble, and no other may take the pod", node.name());
        Some(Finding::new("nodes-not-ready", format!("Node/{}", node.name()), title).detail(homeless.why.words()))
    })
}

fn named_fault(refusal: &Refusal) -> Option<&str> {
    refusal.clauses.iter().find_map(|clause| match &clause.obstacle {
        Obstacle::Taint(Some(taint)) => {
            let fault = taint.strip_prefix("node.kubernetes.io/")?;
            room::FAULTS.iter().any(|known| fault.starts_with(known)).then_some(fault)
        }
        _ => None,
    })
}

pub fn volume_zone(on: &Context<'_>) -> Option<Finding> {
    let homeless = homeless(on).filter(|one| one.refusal.has(|obstacle| *obstacle == Obstacle::VolumeElsewhere))?;
    let title = "its disk is on another machine or in another zone than those that have room";
    let finding = homeless.finding("volume-zone", title);
    Some(finding.tell("make room on a node in the disk's zone, or delete the claim to get a new, empty disk"))
}

/// An extended resource that is lacking, and how much of it the pod asks for.
fn lacking_gpu(homeless: &Homeless<'_>) -> Option<(String, u64)> {
    let resource = homeless.refusal.lacks_extended()?;
    Some((resource.to_owned(), homeless.needs.extended(resource).unwrap_or(1)))
}

/// Nodes that offer some of an extended resource.
fn offering<'a>(on: &Context<'a>, resource: &str) -> Vec<&'a Node> {
    nodes(on).filter(|node| node.status.allocatable.extended(resource).unwrap_or(0) > 0).collect()
}

pub fn no_gpu_node(on: &Context<'_>) -> Option<Finding> {
    let homeless = homeless(on).filter(|_| on.index.on.nodes.is_synced())?;
    let (resource, _) = lacking_gpu(&homeless)?;
    if !offering(on, &resource).is_empty() {
        return None;
    }
    let named = nodes(on).find(|node| node.status.allocatable.extended(&resource).is_some());
    let title = match named {
        Some(node) => format!(
            "node {} has {resource}, but none of it works: its driver or device plugin is unhealthy",
            node.name()
        ),
        None => room::no_gpu(&resource),
    };
    let finding = homeless.finding("no-gpu-node", title);
    let finding = finding
        .command("kubectl get pods -A | grep -iE 'device-plugin|gpu'", "see whether the GPU's device plugin runs");
    Some(homeless.edit(finding, answers::gpus(homeless.pod), "or ask for no GPU"))
}

pub fn gpu_nodes_reserved(on: &Context<'_>) -> Option<Finding> {
    let homeless = homeless(on)?;
    let (resource, _) = lacking_gpu(&homeless)?;
    let offering = offering(on, &resource);
    let barriers: Vec<&Taint> = offering.iter().filter_map(|node| barrier(homeless.pod, node)).collect();
    let taint = barriers.first().filter(|_| barriers.len() == offering.len())?;
    let title = room::gpus_reserved(&resource, &in_words(taint));
    let finding = homeless.finding("gpu-nodes-reserved", title);
    Some(homeless.edit(finding, answers::tolerations(homeless.pod), &format!("add `{}`", in_words(taint))))
}

pub fn gpus_in_use(on: &Context<'_>) -> Option<Finding> {
    let homeless = homeless(on)?;
    let (resource, asked) = lacking_gpu(&homeless)?;
    let amounts: Vec<u64> =
        offering(on, &resource).iter().filter_map(|node| node.status.allocatable.extended(&resource)).collect();
    let (all, largest) = (amounts.iter().sum::<u64>(), amounts.iter().copied().max().unwrap_or(0));
    let title = match (all, largest) {
        (0, _) => format!("no node has {asked} {resource} free"),
        (_, largest) if asked > largest => room::asks_too_many("it", asked, &resource, largest),
        _ => room::gpus_in_use(all, &resource),
    };
    let finding = homeless.finding("gpus-in-use", title);
    let finding = homeless.edit(finding, answers::gpus(homeless.pod), "ask for fewer");
    Some(finding.retry("it goes on by itself as soon as one is free"))
}

pub fn no_node_with_label(on: &Context<'_>) -> Option<Finding> {
    let homeless = homeless(on).filter(|one| one.refusal.has(|obstacle| *obstacle == Obstacle::Selector))?;
    let wanted = &homeless.pod.spec.node_selector;
    let known = on.index.on.nodes.is_synced() && !wanted.is_empty();
    if known && nodes(on).any(|node| is_selected(homeless.pod, node)) {
        return None;
    }
    let text: Vec<String> = wanted.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let title = match text.as_slice() {
        [] => "it wants a node with labels that no node has".to_owned(),
        labels => room::no_label("it", labels),
    };
    let finding = homeless.finding("no-node-with-label", title);
    let finding = homeless.edit(finding, answers::node_selector(homeless.pod), "name labels that nodes have");
    Some(match text.first() {
        Some(_) => {
            finding.command(format!("kubectl label node NODE {}", text.join(" ")), "or label a node, its name for NODE")
        }
        None => finding.command("kubectl get nodes --show-labels", "see the nodes' labels"),
    })
}

pub fn not_enough_cpu(on: &Context<'_>) -> Option<Finding> {
    let homeless = homeless(on).filter(|one| one.refusal.lacks("cpu"))?;
    let needs = homeless.needs.cpu_millis.unwrap_or(0);
    let room = room(on, homeless.pod, |amounts| amounts.cpu_millis).map(|room| room.map(figures::cpu));
    let title = room::too_little("it", "CPU", &figures::cpu(needs), &at_most(room));
    let finding = homeless.finding("not-enough-cpu", title);
    Some(more_room(homeless.edit(finding, answers::cpu(homeless.pod), "ask for less")))
}

pub fn not_enough_memory(on: &Context<'_>) -> Option<Finding> {
    let homeless = homeless(on).filter(|one| one.refusal.lacks("memory"))?;
    let needs = homeless.needs.memory.unwrap_or(0);
    let room = room(on, homeless.pod, |amounts| amounts.memory).map(|room| room.map(figures::bytes));
    let title = room::too_little("it", "memory", &figures::bytes(needs), &at_most(room));
    let finding = homeless.finding("not-enough-memory", title);
    Some(more_room(homeless.edit(finding, answers::memory(homeless.pod), "ask for less")))
}

/// What is free, and what there is in all, on the freest node that may take the pod.
fn room(on: &Context<'_>, pod: &Pod, of: fn(&Amounts) -> Option<u64>) -> Option<[u64; 2]> {
    let may = |node: &&Node| !node.spec.unschedulable && barrier(pod, node).is_none() && is_selected(pod, node);
    let free = |node: &Node| {
        let all = of(&node.status.allocatable).unwrap_or(0);
        [all.saturating_sub(of(&on.index.used_on(node.name())).unwrap_or(0)), all]
    };
    nodes(on).filter(may).map(free).max()
}

/// "At most": pods of other namespaces are not seen, and take room as well.
fn at_most(room: Option<[String; 2]>) -> Room {
    match room {
        Some([free, all]) if free == all => Room::LessOthers(all),
        Some([free, all]) => Room::AtMost(free, all),
        None => Room::Unknown,
    }
}

fn more_room(finding: Finding) -> Finding {
    finding.or("add a larger node; waiting helps only if other pods end")
}

pub fn too_many_pods(on: &Context<'_>) -> Option<Finding> {
    let homeless = homeless(on).filter(|one| one.refusal.has(|obstacle| *obstacle == Obstacle::TooManyPods))?;
    let finding = homeless.finding("too-many-pods", room::TOO_MANY_PODS);
    Some(finding.tell("add a node, or raise the kubelet's `maxPods`"))
}

pub fn nodes_reserved(on: &Context<'_>) -> Option<Finding> {
    let homeless = homeless(on)?;
    let named = homeless.refusal.clauses.iter().find_map(|clause| match &clause.obstacle {
        Obstacle::Taint(named) => Some(named.clone()),
        _ => None,
    })?;
    let taint = nodes(on).filter_map(|node| barrier(homeless.pod, node)).find(|taint| !is_fault(taint)).map(in_words);
    let taint = taint.or_else(|| named.map(|named| named.replace(": ", "=")))?;
    let title = room::reserved(&taint);
    let finding = homeless.finding("nodes-reserved", title);
    let finding = homeless.edit(finding, answers::tolerations(homeless.pod), &format!("add `{taint}`"));
    if taint.contains("node-role.kubernetes.io/control-plane") {
        let command = "kubectl taint nodes --all node-role.kubernetes.io/control-plane-";
        return Some(
            finding.command(command, "let the control plane's own machine run pods (usual where it is the only one)"),
        );
    }
    Some(finding.or("take the taint off a node"))
}

pub fn nodes_cordoned(on: &Context<'_>) -> Option<Finding> {
    let homeless = homeless(on).filter(|one| one.refusal.has(|obstacle| *obstacle == Obstacle::Cordoned))?;
    let finding = homeless.finding("nodes-cordoned", room::CLOSED);
    let name = nodes(on).find(|node| node.spec.unschedulable).map_or("NODE", Watched::name);
    Some(finding.command(format!("kubectl uncordon {name}"), "open it again, if nobody works on it"))
}

/// No node takes it, for a reason that has no name here; a claim without a volume has its own causes, and its time.
pub fn unschedulable(on: &Context<'_>) -> Option<Finding> {
    let homeless = homeless(on).filter(|one| !one.refusal.has(|obstacle| *obstacle == Obstacle::Claim))?;
    let title = match homeless.refusal.nodes {
        0 => "no node may take it".to_owned(),
        nodes => format!("none of the {nodes} nodes may take it"),
    };
    Some(homeless.finding("unschedulable", title))
}
