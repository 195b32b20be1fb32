//! The nodes as places for pods: who may go where, and what is left. First fit; equal pods are put down at once, so that ten
//! thousand workers cost no more than one. Must not know words.
use super::{Amounts, NodeFit, demand::Demand};
use crate::answers::{
    facts::{Closed, Facts, NodeFact},
    room,
    spec::{Placement, Toleration},
};

/// Kubernetes' own taint of a node that somebody closed.
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

/// All nodes.
pub struct Board<'a> {
    /// In the order of the facts.
    pub seats: Vec<Seat<'a>>,
}

/// One node.
pub struct Seat<'a> {
    /// As it was seen.
    pub node: &'a NodeFact,
    /// Taints that keep pods away.
    pub taints: Vec<Taint<'a>>,
    /// Why it takes no new pods.
    pub closed: Option<Closed>,
    /// What it offers, less what others take: before anything of ours.
    pub room: Amounts,
    /// What is left.
    pub left: Amounts,
    /// What always runs here.
    pub always: Amounts,
    most: Amounts,
}

/// A taint that keeps pods away.
#[derive(Debug, Clone, Copy)]
pub struct Taint<'a> {
    /// As the facts write it, `key=value:Effect`.
    text: &'a str,
    key: &'a str,
    value: &'a str,
    effect: &'a str,
}

impl<'a> Taint<'a> {
    /// `None`: only a wish, no obstacle.
    fn read(text: &'a str) -> Option<Self> {
        let (taint, effect) = text.rsplit_once(':').unwrap_or((text, ""));
        let (key, value) = taint.split_once('=').unwrap_or((taint, ""));
        (effect != "PreferNoSchedule").then_some(Self { text, key, value, effect })
    }

    /// As tolerations are written: `key=value:Effect`, or `key:Effect` where it has no value.
    pub fn words(&self) -> String {
        if self.value.is_empty() { format!("{}:{}", self.key, self.effect) } else { self.text.to_owned() }
    }

    fn is_tolerated(&self, by: &[Toleration]) -> bool {
        by.iter().any(|one| {
            let value = one.value.as_deref().is_none_or(|value| value == self.value);
            let effect = one.effect.as_deref().is_none_or(|effect| effect == self.effect);
            one.key == self.key && value && effect
        })
    }
}

/// When something runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// All the time.
    Always,
    /// When pools and people are at their most.
    AtMost,
}

impl<'a> Board<'a> {
    /// The nodes as they were seen.
    pub fn new(facts: &'a Facts) -> Self {
        Self { seats: facts.nodes.iter().map(Seat::new).collect() }
    }

    /// Nodes on which pods of a demand may run, those first that have no GPU which the pods do not want.
    pub fn open_to(&self, demand: &Demand) -> Vec<usize> {
        let open = self.seats.iter().enumerate().filter(|(_, seat)| seat.is_open_to(&demand.placement));
        let mut open: Vec<usize> = open.map(|(index, _)| index).collect();
        if demand.asks.gpus.is_empty() {
            let has_gpus = |index: &usize| self.seats.get(*index).is_some_and(Seat::has_gpus);
            open.sort_by_key(has_gpus);
        }
        open
    }

    /// Puts pods down, and says how many found a place.
    pub fn place(&mut self, open: &[usize], one: &Amounts, count: u64, when: When) -> u64 {
        let mut missing = count;
        for index in open {
            if missing == 0 {
                break;
            }
            let Some(seat) = self.seats.get_mut(*index) else { continue };
            let here = seat.left.holds(one).min(missing);
            if here > 0 {
                seat.take(one, here, when);
                missing -= here;
            }
        }
        count - missing
    }

    /// Takes everything of ours away again.
    pub fn clear(&mut self) {
        for seat in &mut self.seats {
            seat.left = seat.room.clone();
            seat.always = Amounts::default();
            seat.most = Amounts::default();
        }
    }

    /// How many pods would find a place now.
    pub fn capacity(&self, open: &[usize], one: &Amounts) -> u64 {
        let seats = open.iter().filter_map(|index| self.seats.get(*index));
        seats.fold(0, |sum: u64, seat| sum.saturating_add(seat.left.holds(one)))
    }

    /// What runs out first for pods that find no further place.
    pub fn short_of(&self, open: &[usize], one: &Amounts) -> String {
        let lacks = |of: &dyn Fn(&Amounts) -> u64| {
            let seats = open.iter().filter_map(|index| self.seats.get(*index));
            of(one) > 0 && seats.map(|seat| of(&seat.left)).max().unwrap_or(0) < of(one)
        };
        let gpu = one.gpus.keys().find(|name| lacks(&|amounts| amounts.gpu(name)));
        match gpu {
            Some(name) => name.clone(),
            None if lacks(&|amounts| amounts.memory) => "memory".to_owned(),
            None if lacks(&|amounts| amounts.cpu_millis) => "CPU".to_owned(),
            None if lacks(&|amounts| amounts.pods) => "the number of pods".to_owned(),
            None => "the room on single nodes".to_owned(),
        }
    }

    /// The picture.
    pub fn picture(self) -> Vec<NodeFit> {
        self.seats.into_iter().map(Seat::picture).collect()
    }
}

impl<'a> Seat<'a> {
    fn new(node: &'a NodeFact) -> Self {
        let taints: Vec<Taint> = node.taints.iter().filter_map(|text| Taint::read(text)).collect();
        let faulty = taints.iter().any(|taint| room::is_fault(taint.key)).then_some(Closed::NotReady);
        let cordoned = taints.iter().any(|taint| taint.key == UNSCHEDULABLE).then_some(Closed::Cordoned);
        let mut room = Amounts::offered(node);
        if let Some(used) = &node.used {
            room.take(&Amounts::used(used), 1);
        }
        Self {
            node,
            closed: node.closed.or(faulty).or(cordoned),
            taints: taints.into_iter().filter(|taint| taint.key != UNSCHEDULABLE).collect(),
            left: room.clone(),
            room,
            always: Amounts::default(),
            most: Amounts::default(),
        }
    }

    /// Whether it has the labels that pods want.
    pub fn is_selected(&self, placement: &Placement) -> bool {
        placement.node_selector.iter().all(|(key, value)| self.node.labels.get(key) == Some(value))
    }

    /// The first taint that keeps pods away.
    pub fn barrier(&self, placement: &Placement) -> Option<&Taint<'a>> {
        self.taints.iter().find(|taint| !taint.is_tolerated(&placement.tolerations))
    }

    /// Whether pods may run here, room or not.
    pub fn is_open_to(&self, placement: &Placement) -> bool {
        self.closed.is_none() && self.is_selected(placement) && self.barrier(placement).is_none()
    }

    fn has_gpus(&self) -> bool {
        self.node.gpus.values().any(|count| *count > 0)
    }

    fn take(&mut self, one: &Amounts, times: u64, when: When) {
        self.left.take(one, times);
        match when {
            When::Always => self.always.add(one, times),
            When::AtMost => self.most.add(one, times),
        }
    }

    fn picture(self) -> NodeFit {
        NodeFit {
            name: self.node.name.clone(),
            all: Amounts::offered(self.node),
            others: self.node.used.as_ref().map(Amounts::used).unwrap_or_default(),
            always: self.always,
            most: self.most,
            closed: self.closed,
            taints: self.taints.iter().map(Taint::words).collect(),
        }
    }
}
