//! What the scheduler says when no node will do, `0/5 nodes are available: 3 Insufficient cpu, 2 node(s) had …`, as data.
//! Must not know what a person should do about it.

/// Clauses that are read at most: a hostile message could have thousands.
const CLAUSES: usize = 32;

/// Why no node will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Nodes in all, if the message says so.
    pub nodes: u32,
    /// One clause per kind of obstacle.
    pub clauses: Vec<Clause>,
}

/// An obstacle and on how many nodes it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Nodes; 0: the pod itself is at fault, on every node.
    pub nodes: u32,
    /// The obstacle.
    pub obstacle: Obstacle,
}

/// What stands in the way on a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Not enough of a resource: `cpu`, `memory`, `nvidia.com/gpu`.
    Lacks(String),
    /// As many pods as it may have.
    TooManyPods,
    /// A taint, as `key: value` where the server says it (1.34 and newer do not).
    Taint(Option<String>),
    /// Not the labels that the pod wants.
    Selector,
    /// Rules between pods: affinity, anti-affinity, spread.
    PodRules,
    /// The pod's volume is elsewhere.
    VolumeElsewhere,
    /// A claim has no volume.
    Claim,
    /// Nothing new is put there.
    Cordoned,
    /// Anything else, in the scheduler's words.
    Other(String),
}

impl Refusal {
    /// Reads the message of an `Unschedulable` condition.
    pub fn read(message: &str) -> Option<Self> {
        let (head, rest) = message.split_once("nodes are available:")?;
        let nodes = head.trim().strip_prefix("0/").and_then(|count| count.parse().ok()).unwrap_or(0);
        // what follows the first full stop is about preemption
        let body = rest.split_once(". ").map_or(rest, |(body, _)| body).trim().trim_end_matches('.');
        let clauses = body.split(", ").filter(|text| !text.is_empty()).take(CLAUSES).map(Clause::read).collect();
        Some(Self { nodes, clauses })
    }

    /// Whether an obstacle of a kind stands anywhere.
    pub fn has(&self, is: impl Fn(&Obstacle) -> bool) -> bool {
        self.clauses.iter().any(|clause| is(&clause.obstacle))
    }

    /// Whether a resource is lacking anywhere.
    pub fn lacks(&self, resource: &str) -> bool {
        self.has(|obstacle| matches!(obstacle, Obstacle::Lacks(what) if what == resource))
    }

    /// An extended resource, such as a GPU, that is lacking.
    pub fn lacks_extended(&self) -> Option<&str> {
        self.clauses.iter().find_map(|clause| match &clause.obstacle {
            Obstacle::Lacks(what) if what.contains('/') => Some(what.as_str()),
            _ => None,
        })
    }
}

impl Clause {
    fn read(text: &str) -> Self {
        let (count, words) = text.split_once(' ').unwrap_or(("", text));
        match count.parse() {
            Ok(nodes) => Self { nodes, obstacle: Obstacle::read(words) },
            Err(_) => Self { nodes: 0, obstacle: Obstacle::read(text) },
        }
    }
}

impl Obstacle {
    fn read(words: &str) -> Self {
        let says = |part: &str| words.contains(part);
        if let Some(resource) = words.strip_prefix("Insufficient ") {
            return Self::Lacks(resource.trim().to_owned());
        }
        match () {
            () if says("Too many pods") => Self::TooManyPods,
            () if says("untolerated taint") || says("taints that the pod didn't tolerate") => Self::Taint(taint(words)),
            () if says("node affinity/selector") || says("node selector") => Self::Selector,
            () if says("volume node affinity conflict") || says("volume zone") => Self::VolumeElsewhere,
            () if says("PersistentVolume's node affinity") => Self::VolumeElsewhere,
            () if says("affinity") || says("topology spread") => Self::PodRules,
            () if says("unbound immediate") || says("persistentvolumeclaim") || says("persistent volumes to bind") => {
                Self::Claim
            }
            () if says("were unschedulable") => Self::Cordoned,
            () => Self::Other(words.to_owned()),
        }
    }
}

/// `node(s) had untolerated taint {key: value}` gives `key: value`.
fn taint(words: &str) -> Option<String> {
    let inner = words.split_once('{')?.1.split_once('}')?.0.trim();
    Some(inner.trim_end_matches([':', ' ']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn obstacles(message: &str) -> Vec<(u32, Obstacle)> {
        let refusal = Refusal::read(message).unwrap();
        refusal.clauses.into_iter().map(|clause| (clause.nodes, clause.obstacle)).collect()
    }

    #[test]
    fn clauses_are_split_and_preemption_is_left_out() {
        let message = "0/5 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, \
            3 Insufficient cpu, 4 Insufficient nvidia.com/gpu. preemption: 0/5 nodes are available: 5 No preemption victims \
            found for incoming pod.";
        assert_eq!(
            obstacles(message),
            [
                (1, Obstacle::Taint(Some("node-role.kubernetes.io/control-plane".into()))),
                (3, Obstacle::Lacks("cpu".into())),
                (4, Obstacle::Lacks("nvidia.com/gpu".into())),
            ]
        );
        assert_eq!(Refusal::read(message).unwrap().nodes, 5);
        assert_eq!(Refusal::read(message).unwrap().lacks_extended(), Some("nvidia.com/gpu"));
    }

    #[test]
    fn newer_servers_do_not_name_the_taint() {
        let message =
            "0/1 nodes are available: 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: …";
        assert_eq!(obstacles(message), [(1, Obstacle::Taint(None))]);
    }

    #[test]
    fn a_fault_of_the_pod_itself_has_no_count() {
        let unbound = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found";
        assert_eq!(obstacles(unbound), [(0, Obstacle::Claim)]);
        let missing = "0/1 nodes are available: persistentvolumeclaim \"homes\" not found. preemption: …";
        assert_eq!(obstacles(missing), [(0, Obstacle::Claim)]);
    }

    #[test]
    fn affinity_of_nodes_pods_and_volumes_are_told_apart() {
        let read = |words: &str| obstacles(&format!("0/1 nodes are available: 1 {words}."))[0].1.clone();
        assert_eq!(read("node(s) didn't match Pod's node affinity/selector"), Obstacle::Selector);
        assert_eq!(read("node(s) didn't match pod anti-affinity rules"), Obstacle::PodRules);
        assert_eq!(read("node(s) had volume node affinity conflict"), Obstacle::VolumeElsewhere);
        assert_eq!(read("node(s) didn't match PersistentVolume's node affinity"), Obstacle::VolumeElsewhere);
        assert_eq!(read("node(s) were unschedulable"), Obstacle::Cordoned);
        assert_eq!(read("Too many pods"), Obstacle::TooManyPods);
        assert_eq!(read("something new"), Obstacle::Other("something new".into()));
    }

    #[test]
    fn hostile_messages_are_read_without_harm() {
        for message in [
            "nodes are available:",
            "0/99999999999999999999 nodes are available: ",
            "0/1 nodes are available: {}{}{, 1 node(s) had untolerated taint {",
            "0/1 nodes are available: 4294967296 Insufficient , , , 1",
            "0/1 nodes are available: é ü, \u{202e}1 x",
        ] {
            assert!(Refusal::read(message).is_some(), "{message:?}");
        }
        assert_eq!(Refusal::read("no such words"), None);
        let many = format!("0/1 nodes are available: {}", "1 x, ".repeat(10_000));
        assert_eq!(Refusal::read(&many).unwrap().clauses.len(), CLAUSES);
    }
}
