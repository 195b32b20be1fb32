//! Fit: will it run there? What the answers would place on the nodes that were seen – always, and at most – and in words what
//! does not fit and why. A picture, no promise: the scheduler decides in the end, and packs in another order.
//! Pure and quick enough for every key press: 500 nodes and 50 pools take milliseconds. Must not know how it is drawn.
//!
//! `demand` says what the answers ask for, `board` puts it on nodes, `obstacle` says why something finds no place and
//! what to do about it; `machine` is the same for this machine, where nothing is held to what it asks for.
mod amounts;
mod board;
mod cluster;
mod demand;
mod machine;
mod obstacle;
mod summary;

#[cfg(test)]
mod tests;

use crate::answers::{
    facts::{Closed, Facts, is_gpu},
    spec::Spec,
};

pub use amounts::Amounts;
pub use summary::{asked, summary};

/// How the answers fit on what was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fit {
    /// What is known of the nodes.
    pub known: Known,
    /// The nodes, in the order of the facts.
    pub nodes: Vec<NodeFit>,
    /// The same, those of one kind together.
    pub groups: Vec<Group>,
    /// What the answers ask for all the time, wherever it runs.
    pub always: Amounts,
    /// What they ask for at most, `always` included: pools at their maximum, one user of each profile, a Dask cluster.
    pub most: Amounts,
    /// What fits and what does not, the worst first.
    pub verdicts: Vec<Verdict>,
    /// What else should be known: amounts that were not seen, nodes that take nothing.
    pub notes: Vec<String>,
    /// Rows of tables, `ray.pools[1]`, with their fit in two or three words.
    rows: Vec<(String, String)>,
}

/// What is known of the nodes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Known {
    /// Nobody looked.
    #[default]
    Nothing,
    /// The account may not list nodes.
    Hidden,
    /// The nodes, but not what pods of others take of them.
    Offered,
    /// The nodes with what is free.
    Free,
}

/// One node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeFit {
    /// Its name.
    pub name: String,
    /// What it offers to pods.
    pub all: Amounts,
    /// What others take already; nothing where that is not known.
    pub others: Amounts,
    /// What would always run here.
    pub always: Amounts,
    /// What would run here beside that, when pools and people are at their most.
    pub most: Amounts,
    /// Why it takes no new pods; `None`: it does.
    pub closed: Option<Closed>,
    /// Its taints.
    pub taints: Vec<String>,
}

/// Nodes of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// How many.
    pub count: u64,
    /// Their sums, by the name of the first.
    pub sum: NodeFit,
}

impl NodeFit {
    /// GPUs of all names: those that are there, those that are taken always, and those that are at most.
    pub fn gpus(&self) -> [u64; 3] {
        let sum = |amounts: &Amounts| {
            amounts
                .gpus
                .iter()
                .filter(|(name, _)| is_gpu(name))
                .map(|(_, count)| count)
                .fold(0, |a: u64, b| a.saturating_add(*b))
        };
        [sum(&self.all), sum(&self.others).saturating_add(sum(&self.always)), sum(&self.most)]
    }

    /// Whether another node is of the same kind: as large, but for some MiB, and as open.
    pub fn is_like(&self, other: &Self) -> bool {
        let size = |node: &Self| (node.all.cpu_millis, node.all.memory >> 28, node.closed);
        size(self) == size(other) && self.all.gpus == other.all.gpus && self.taints == other.taints
    }
}

/// How something fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fitness {
    /// It cannot run like this.
    No,
    /// It can, but not all of what was asked for.
    Warning,
    /// It fits.
    Fits,
}

/// One sentence about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How it fits.
    pub standing: Fitness,
    /// A sentence that begins with what it is about: ``pool `big`: one worker needs 64 GiB memory; …``.
    pub words: String,
    /// What to do about it.
    pub advice: Option<String>,
    /// The answer to change: `ray.pools[1].memory`.
    pub key: Option<String>,
    /// A change that mends it.
    pub fix: Option<Fix>,
}

/// A change of one answer that mends something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Key of the answer.
    pub key: String,
    /// Its new value, as it is typed.
    pub text: String,
}

impl Verdict {
    fn fits(words: String) -> Self {
        Self { standing: Fitness::Fits, words, advice: None, key: None, fix: None }
    }
}

impl Fit {
    /// The fit of the row of a table, `ray.pools[1]`, or of a field in it: `4 of 4 fit`. `None`: nothing is known.
    pub fn row(&self, key: &str) -> Option<&str> {
        let row = key.find(']').and_then(|end| key.get(..=end)).unwrap_or(key);
        self.rows.iter().find(|(key, _)| key == row).map(|(_, words)| words.as_str())
    }

    /// Whether something cannot run like this.
    pub fn refuses(&self) -> bool {
        self.verdicts.iter().any(|verdict| verdict.standing == Fitness::No)
    }
}

/// How a spec fits on what was seen.
pub fn of(spec: &Spec, facts: &Facts) -> Fit {
    let mut fit = if spec.target.machine().is_some() { machine::fit(spec, facts) } else { cluster::fit(spec, facts) };
    // Sorting is stable: within a standing the order is that of the questions.
    fit.verdicts.sort_by_key(|verdict| verdict.standing);
    fit.groups = grouped(&fit.nodes);
    fit
}

fn grouped(nodes: &[NodeFit]) -> Vec<Group> {
    let mut groups: Vec<(&NodeFit, Group)> = Vec::new();
    for node in nodes {
        match groups.iter_mut().find(|(first, _)| first.is_like(node)) {
            Some((_, group)) => group.take_in(node),
            None => groups.push((node, Group { count: 1, sum: node.clone() })),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

impl Group {
    fn take_in(&mut self, node: &NodeFit) {
        self.count += 1;
        self.sum.all.add(&node.all, 1);
        self.sum.others.add(&node.others, 1);
        self.sum.always.add(&node.always, 1);
        self.sum.most.add(&node.most, 1);
    }
}
