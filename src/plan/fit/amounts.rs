//! Amounts of what pods ask for and nodes offer. Must not know whose they are. Nothing here overflows: answers may be absurd.
use std::collections::BTreeMap;

use crate::answers::{
    facts::{NodeFact, UsedFact},
    spec::{Gpus, Resources},
};

/// CPU, memory, GPUs and pods.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Amounts {
    /// CPU in thousandths of a core.
    pub cpu_millis: u64,
    /// Memory in bytes.
    pub memory: u64,
    /// GPUs by resource name.
    pub gpus: BTreeMap<String, u64>,
    /// Pods.
    pub pods: u64,
}

impl Amounts {
    /// Of one pod.
    pub(super) fn pod(cpu_millis: u64, memory: u64) -> Self {
        Self { cpu_millis, memory, gpus: BTreeMap::new(), pods: 1 }
    }

    /// Of one pod with these resources.
    pub(super) fn of(resources: &Resources, gpus: Option<&Gpus>) -> Self {
        let gpus = gpus.map(|gpus| (gpus.resource.clone(), u64::from(gpus.count)));
        Self { gpus: gpus.into_iter().collect(), ..Self::pod(resources.cpu.millis(), resources.memory.whole()) }
    }

    /// What a node offers. One that does not say how many pods it takes, takes any number.
    pub(super) fn offered(node: &NodeFact) -> Self {
        Self {
            cpu_millis: node.cpu_millis,
            memory: node.memory_bytes,
            gpus: node.gpus.clone(),
            pods: node.pods.unwrap_or(u64::MAX),
        }
    }

    /// What others take of a node.
    pub(super) fn used(used: &UsedFact) -> Self {
        Self { cpu_millis: used.cpu_millis, memory: used.memory_bytes, gpus: used.gpus.clone(), pods: used.pods }
    }

    /// Some of a GPU resource.
    pub fn gpu(&self, resource: &str) -> u64 {
        self.gpus.get(resource).copied().unwrap_or(0)
    }

    /// Adds others, so many times.
    pub fn add(&mut self, more: &Self, times: u64) {
        let add = |mine: &mut u64, theirs: u64| *mine = mine.saturating_add(theirs.saturating_mul(times));
        add(&mut self.cpu_millis, more.cpu_millis);
        add(&mut self.memory, more.memory);
        add(&mut self.pods, more.pods);
        for (name, theirs) in &more.gpus {
            match self.gpus.get_mut(name) {
                Some(mine) => add(mine, *theirs),
                None => drop(self.gpus.insert(name.clone(), theirs.saturating_mul(times))),
            }
        }
    }

    /// Takes others away, so many times; never below nothing.
    pub fn take(&mut self, less: &Self, times: u64) {
        let take = |mine: &mut u64, theirs: u64| *mine = mine.saturating_sub(theirs.saturating_mul(times));
        take(&mut self.cpu_millis, less.cpu_millis);
        take(&mut self.memory, less.memory);
        take(&mut self.pods, less.pods);
        for (name, theirs) in &less.gpus {
            if let Some(mine) = self.gpus.get_mut(name) {
                take(mine, *theirs);
            }
        }
    }

    /// The same without others.
    #[must_use]
    pub fn without(&self, less: &Self) -> Self {
        let mut left = self.clone();
        left.take(less, 1);
        left
    }

    /// How many of `one` there is room for.
    pub fn holds(&self, one: &Self) -> u64 {
        let times = |mine: u64, theirs: u64| mine.checked_div(theirs).unwrap_or(u64::MAX);
        let gpus = one.gpus.iter().map(|(name, theirs)| times(self.gpu(name), *theirs)).min();
        times(self.cpu_millis, one.cpu_millis)
            .min(times(self.memory, one.memory))
            .min(times(self.pods, one.pods))
            .min(gpus.unwrap_or(u64::MAX))
    }
}
