//! What a target has that can be chosen, with what is known of each: contexts, classes, issuers, GPUs, labels, taints.
//! Must not know which question offers it, nor look at the target.
use std::collections::BTreeMap;

use super::{
    facts::{Facts, IngressClassFact, NodeFact, StorageClassFact},
    question::Offer,
};

/// Most offers of one kind: more are no choice, but a list to search.
const MOST: usize = 500;

/// Labels that each node has a value of its own for, or that every node has.
const NO_CHOICE: &[&str] = &[
    "kubernetes.io/hostname",
    "kubernetes.io/os",
    "beta.kubernetes.io/os",
    "beta.kubernetes.io/arch",
    "beta.kubernetes.io/instance-type",
    "failure-domain.beta.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
];

fn offer(value: &str, words: String) -> Offer {
    Offer { value: value.to_owned(), words }
}

/// Contexts of the kubeconfig.
pub fn contexts(facts: &Facts) -> Vec<Offer> {
    let current = |name: &String| facts.current_context.as_ref() == Some(name);
    let words = |name: &String| if current(name) { "the current context".to_owned() } else { String::new() };
    facts.contexts.iter().take(MOST).map(|name| offer(name, words(name))).collect()
}

/// Storage classes.
pub fn storage_classes(facts: &Facts) -> Vec<Offer> {
    let class = |class: &StorageClassFact| offer(&class.name, class_words(&class.provisioner, class.default));
    facts.storage_classes.iter().take(MOST).map(class).collect()
}

/// Ingress classes.
pub fn ingress_classes(facts: &Facts) -> Vec<Offer> {
    let class = |class: &IngressClassFact| offer(&class.name, class_words(&class.controller, class.default));
    facts.ingress_classes.iter().take(MOST).map(class).collect()
}

fn class_words(by: &str, default: bool) -> String {
    match (by, default) {
        ("", true) => "the cluster's default".to_owned(),
        (by, true) => format!("{by}; the cluster's default"),
        (by, false) => by.to_owned(),
    }
}

/// Issuers of cert-manager for the whole cluster.
pub fn cluster_issuers(facts: &Facts) -> Vec<Offer> {
    let words = || "a ClusterIssuer of cert-manager".to_owned();
    facts.cluster_issuers.iter().take(MOST).map(|name| offer(name, words())).collect()
}

/// Names of the GPUs that nodes have.
pub fn gpu_resources(facts: &Facts) -> Vec<Offer> {
    let mut found: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for (name, count) in facts.nodes.iter().flat_map(|node| &node.gpus) {
        let (nodes, gpus) = found.entry(name).or_default();
        *nodes += 1;
        *gpus += count;
    }
    let words = |(nodes, gpus): (usize, u64)| format!("{gpus} on {}", counted(nodes));
    found.into_iter().take(MOST).map(|(name, found)| offer(name, words(found))).collect()
}

/// Labels that tell nodes apart, as `name=value`; of GPUs and node pools first.
pub fn node_labels(facts: &Facts) -> Vec<Offer> {
    let labels = |node: &NodeFact| -> Vec<String> {
        let choice = node.labels.iter().filter(|(name, _)| !NO_CHOICE.contains(&name.as_str()));
        choice.map(|(name, value)| format!("{name}={value}")).collect()
    };
    let mut found: Vec<(String, usize)> = count(facts, labels).into_iter().collect();
    found.sort_by_key(|(label, _)| !tells_apart(label));
    found.into_iter().take(MOST).map(|(label, nodes)| offer(&label, counted(nodes))).collect()
}

fn tells_apart(label: &str) -> bool {
    let name = label.split('=').next().unwrap_or_default();
    ["gpu", "pool", "nodegroup", "instance-type", "zone"].iter().any(|word| name.contains(word))
}

/// Taints of nodes, as tolerations say them.
pub fn taints(facts: &Facts) -> Vec<Offer> {
    let found = count(facts, |node| node.taints.clone());
    found.into_iter().take(MOST).map(|(taint, nodes)| offer(&taint, format!("taint of {}", counted(nodes)))).collect()
}

/// On how many nodes each thing is.
fn count(facts: &Facts, things: impl Fn(&NodeFact) -> Vec<String>) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for thing in facts.nodes.iter().flat_map(things) {
        *found.entry(thing).or_default() += 1;
    }
    found
}

fn counted(nodes: usize) -> String {
    if nodes == 1 { "1 node".to_owned() } else { format!("{nodes} nodes") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, labels: &[(&str, &str)], taints: &[&str]) -> NodeFact {
        NodeFact {
            name: name.to_owned(),
            gpus: BTreeMap::from([("nvidia.com/gpu".to_owned(), 4)]),
            labels: labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            taints: taints.iter().map(|taint| (*taint).to_owned()).collect(),
            ..NodeFact::default()
        }
    }

    fn seen(offers: Vec<Offer>) -> Vec<(String, String)> {
        offers.into_iter().map(|offer| (offer.value, offer.words)).collect()
    }

    #[test]
    fn nodes_are_offered_by_what_tells_them_apart() {
        let labels = [("kubernetes.io/hostname", "a"), ("arch", "x"), ("nvidia.com/gpu.product", "H100")];
        let taint = ["nvidia.com/gpu=present:NoSchedule"];
        let facts = Facts { nodes: vec![node("a", &labels, &taint), node("b", &labels, &[])], ..Facts::default() };
        let expect = |value: &str, words: &str| (value.to_owned(), words.to_owned());
        assert_eq!(
            seen(node_labels(&facts)),
            [expect("nvidia.com/gpu.product=H100", "2 nodes"), expect("arch=x", "2 nodes")]
        );
        assert_eq!(seen(taints(&facts)), [expect("nvidia.com/gpu=present:NoSchedule", "taint of 1 node")]);
        assert_eq!(seen(gpu_resources(&facts)), [expect("nvidia.com/gpu", "8 on 2 nodes")]);
    }

    #[test]
    fn the_default_class_is_named_as_such() {
        let class = StorageClassFact { name: "fast".into(), provisioner: "csi.example".into(), default: true };
        let facts = Facts { storage_classes: vec![class], ..Facts::default() };
        assert_eq!(storage_classes(&facts)[0].words, "csi.example; the cluster's default");
    }
}
