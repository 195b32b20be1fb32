//! Room on nodes, in words: what keeps a pod from a node. The same sentences before an installation (`plan::fit`, of what
//! the answers ask for) and after (`health::causes`, of a pod that waits). Must not know who asks, nor decide anything.
//! `who` is `it`, or what asks: `one worker`.

/// Taints that Kubernetes itself puts on nodes in trouble, after `node.kubernetes.io/`.
pub const FAULTS: &[&str] =
    &["not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure", "network-unavailable"];

/// Every node is full of pods, however small they are.
pub const TOO_MANY_PODS: &str = "every node has as many pods as it may have";

/// The nodes are cordoned.
pub const CLOSED: &str = "the nodes that could take it are closed to new pods";

/// What is known of the room on the freest node, as figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Room {
    /// What is free, of all that it has.
    Free(String, String),
    /// The same, where not everything that takes room is seen.
    AtMost(String, String),
    /// All that it has; what others take of it is not known.
    LessOthers(String),
    /// Nothing.
    Unknown,
}

/// Whether a taint's key says that its node is in trouble.
pub fn is_fault(key: &str) -> bool {
    key.strip_prefix("node.kubernetes.io/").is_some_and(|fault| FAULTS.contains(&fault))
}

/// Too little of `what` (`CPU`, `memory`) on every node.
pub fn too_little(who: &str, what: &str, needs: &str, room: &Room) -> String {
    let needs = format!("{who} needs {needs} {what}");
    match room {
        Room::Free(free, all) if free == all => format!("{needs}; the largest node has {all}"),
        Room::Free(free, all) => format!("{needs}; the freest node has {free} of {all} free"),
        Room::AtMost(free, all) => format!("{needs}; the freest node has at most {free} of {all} free"),
        Room::LessOthers(all) => format!("{needs}; the largest node has {all}, less what other pods use"),
        Room::Unknown => format!("{needs}, and no node has that much free"),
    }
}

/// No node has such GPUs.
pub fn no_gpu(resource: &str) -> String {
    format!("no node offers {resource} to Kubernetes: the device plugin is not running, or there is no such GPU")
}

/// All GPUs are on nodes with a taint.
pub fn gpus_reserved(resource: &str, taint: &str) -> String {
    format!("every node with {resource} is reserved (taint {taint})")
}

/// All nodes with room have a taint.
pub fn reserved(taint: &str) -> String {
    format!("the nodes that could take it are reserved (taint {taint})")
}

/// More GPUs than any node has.
pub fn asks_too_many(who: &str, asked: u64, resource: &str, largest: u64) -> String {
    format!("{who} asks for {asked} {resource}, and no node has more than {largest}")
}

/// All GPUs are taken.
pub fn gpus_in_use(all: u64, resource: &str) -> String {
    format!("all {all} {resource} of the cluster are in use, or too few are left on one node")
}

/// No node has the labels, each `key=value`.
pub fn no_label(who: &str, labels: &[String]) -> String {
    format!("{who} wants a node labelled {}, and there is none", labels.join(", "))
}
