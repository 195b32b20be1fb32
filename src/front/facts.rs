//! What was learned about a cluster, as lines for `plan --probe`. Must not print, nor know how it was learned.
use std::collections::BTreeMap;

use crate::{
    answers::{
        detect::Detected,
        facts::{Facts, NodeFact, UsedFact},
        figures,
    },
    health::text,
};

/// Of what the account may not list.
const UNSEEN: &str = "none that you may see";

/// What a person would ask `kubectl` before an installation.
pub fn cluster(context: &str, namespace: &str, facts: &Facts) -> String {
    let storage = facts.storage_classes.iter().map(|class| (class.name.as_str(), class.default));
    let ingress = facts.ingress_classes.iter().map(|class| (class.name.as_str(), class.default));
    let lines = [
        (
            "cluster",
            format!("{context}, Kubernetes {}", facts.server_version.as_deref().unwrap_or("of unknown version")),
        ),
        ("nodes", nodes(facts)),
        ("used", used(facts)),
        ("storage", classes(facts, "storageclasses", storage)),
        ("ingress", classes(facts, "ingressclasses", ingress)),
        ("issuers", list(facts.cluster_issuers.iter().cloned())),
        ("there", list(there(facts).into_iter())),
        ("namespace", format!("{namespace}, {}", state(facts))),
    ];
    // Names come from the cluster, and could hold anything.
    lines.iter().map(|(title, what)| format!("{title:<10} {}\n", text::line(what))).collect()
}

/// What a person would want to know of this machine before an installation.
pub fn machine(facts: &Facts) -> String {
    format!("{:<10} {}\n", "machine", text::line(&nodes(facts)))
}

/// Answers that the cluster gave.
pub fn detected(found: &[Detected]) -> String {
    found.iter().map(|one| format!("detected: {} = {}, {}\n", one.key, text::line(&one.value), one.why)).collect()
}

/// How many nodes there are, and what they have together.
pub fn nodes(facts: &Facts) -> String {
    if facts.nodes.is_empty() {
        return UNSEEN.to_owned();
    }
    let cpus: u64 = facts.nodes.iter().map(|node| node.cpu_millis).sum();
    let memory: u64 = facts.nodes.iter().map(|node| node.memory_bytes).sum();
    let mut devices: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, count) in facts.nodes.iter().flat_map(|node| &node.gpus).filter(|(_, count)| **count > 0) {
        *devices.entry(name).or_default() += count;
    }
    let devices: String = devices.iter().map(|(name, count)| format!(", {count} {name}")).collect();
    format!("{}: {} CPUs, {} GiB of memory{devices}", facts.nodes.len(), cpus / 1000, memory >> 30)
}

/// What others take of the nodes, and those that take nothing new.
fn used(facts: &Facts) -> String {
    if facts.nodes.is_empty() || facts.unseen.contains("pods") {
        return "not known: pods of all namespaces may not be seen".to_owned();
    }
    let all: Vec<&UsedFact> = facts.nodes.iter().filter_map(|node| node.used.as_ref()).collect();
    let cpu = all.iter().map(|used| used.cpu_millis).fold(0, u64::saturating_add);
    let memory = all.iter().map(|used| used.memory_bytes).fold(0, u64::saturating_add);
    let closed: Vec<&NodeFact> = facts.nodes.iter().filter(|node| node.closed.is_some()).collect();
    let closed = match closed.as_slice() {
        [] => String::new(),
        [node] => format!("; node {} takes no new pods", node.name),
        nodes => format!("; {} nodes take no new pods", nodes.len()),
    };
    format!("{} CPU and {} by pods of others{closed}", figures::cpu(cpu), figures::bytes(memory))
}

fn classes<'a>(facts: &Facts, kind: &str, classes: impl Iterator<Item = (&'a str, bool)>) -> String {
    if facts.unseen.contains(kind) {
        return UNSEEN.to_owned();
    }
    list(classes.map(|(name, default)| if default { format!("{name} (default)") } else { name.to_owned() }))
}

fn list(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn there(facts: &Facts) -> Vec<String> {
    let ray = (!facts.ray_crd_versions.is_empty())
        .then(|| format!("KubeRay's definitions ({})", facts.ray_crd_versions.join(", ")));
    let dask = facts.dask_crd.then(|| "Dask Gateway's definitions".to_owned());
    let traefik = facts.traefik_crds.then(|| "Traefik's definitions".to_owned());
    [ray, dask, traefik].into_iter().flatten().collect()
}

fn state(facts: &Facts) -> String {
    let there = if facts.namespace_exists { "is there" } else { "will be made" };
    let level = facts.pod_security.as_ref().map(|level| format!(", pod security level {level}")).unwrap_or_default();
    format!("{there}{level}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::facts::{Closed, StorageClassFact};

    #[test]
    fn a_cluster_is_told_in_a_few_lines() {
        let node = NodeFact {
            cpu_millis: 7_910,
            memory_bytes: 31 << 30,
            gpus: BTreeMap::from([("nvidia.com/gpu".to_owned(), 2)]),
            ..NodeFact::default()
        };
        let class = StorageClassFact { name: "fast\u{1b}[2J".to_owned(), default: true, ..StorageClassFact::default() };
        let facts = Facts { nodes: vec![node.clone(), node], storage_classes: vec![class], ..Facts::default() };
        let text = cluster("prod", "hub", &facts);
        assert!(text.contains("nodes      2: 15 CPUs, 62 GiB of memory, 4 nvidia.com/gpu\n"), "{text}");
        assert!(text.contains("storage    fast (default)\n"), "{text:?}");
        assert!(text.contains("namespace  hub, will be made\n"), "{text}");
        let used = UsedFact { cpu_millis: 1_250, memory_bytes: 3 << 30, ..UsedFact::default() };
        let closed = NodeFact {
            name: "n2".to_owned(),
            used: Some(used.clone()),
            closed: Some(Closed::Cordoned),
            ..NodeFact::default()
        };
        let busy = NodeFact { used: Some(used), ..NodeFact::default() };
        let text = cluster("prod", "hub", &Facts { nodes: vec![busy, closed], ..Facts::default() });
        let expected = "used       2.5 CPU and 6 GiB by pods of others; node n2 takes no new pods\n";
        assert!(text.contains(expected), "{text}");
        let unseen = cluster("prod", "hub", &Facts::default());
        assert!(unseen.contains("none that you may see") && unseen.contains("ingress    none\n"), "{unseen}");
    }
}
