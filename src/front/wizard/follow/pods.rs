//! Pods in the order in which a person wants to see them: groups by owner, problems first, then what waits, then what is
//! ready. Kept sorted event by event; only the rows that are asked for are built. Holds names only: what is known of a pod
//! is in the run's state. Must not know how a row is drawn.
use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;

use super::ranked::Ranked;
use crate::{
    health::pod::{PASSING, STOPPED},
    run::event::PodChange,
};

/// How a pod is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PodStanding {
    /// It will not get ready by itself.
    Stuck,
    /// On its way.
    Waiting,
    /// Ready.
    Ready,
    /// It has ended well, or was stopped.
    Ended,
}

impl PodStanding {
    /// All, worst first.
    pub const ALL: [Self; 4] = [Self::Stuck, Self::Waiting, Self::Ready, Self::Ended];

    /// How a pod is.
    pub fn of(pod: &PodChange) -> Self {
        match pod.state.as_str() {
            "Ready" => Self::Ready,
            "Completed" | STOPPED => Self::Ended,
            _ if pod.stuck => Self::Stuck,
            state if PASSING.contains(&state) => Self::Waiting,
            // Old journals do not say which pods are stuck.
            _ => Self::Stuck,
        }
    }

    /// As a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stuck => "stuck",
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Ended => "ended",
        }
    }
}

/// Pods in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally([usize; 4]);

impl Tally {
    /// How many are so.
    pub fn of(&self, standing: PodStanding) -> usize {
        self.0.get(standing as usize).copied().unwrap_or_default()
    }

    /// How many there are.
    pub fn all(&self) -> usize {
        self.0.iter().sum()
    }

    fn change(&mut self, standing: PodStanding, by: isize) {
        if let Some(count) = self.0.get_mut(standing as usize) {
            *count = count.saturating_add_signed(by);
        }
    }
}

/// All, and how many are how: `6, 2 stuck, 4 ready`.
impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.all())?;
        let mut there = PodStanding::ALL.into_iter().filter(|standing| self.of(*standing) > 0);
        there.try_for_each(|standing| write!(f, ", {} {}", self.of(standing), standing.word()))
    }
}

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row<'p> {
    /// An owner with its pods in numbers.
    Group {
        /// In words; empty: nobody.
        owner: &'p str,
        /// Its pods.
        tally: Tally,
    },
    /// A pod.
    Pod {
        /// Its name.
        name: &'p str,
        /// How it is.
        standing: PodStanding,
        /// Since when.
        since: Timestamp,
    },
}

/// Names a row, wherever it moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowName {
    /// An owner.
    Group(String),
    /// A pod.
    Pod(String),
}

impl Row<'_> {
    /// Its name.
    pub fn name(&self) -> RowName {
        match self {
            Self::Group { owner, .. } => RowName::Group((*owner).to_owned()),
            Self::Pod { name, .. } => RowName::Pod((*name).to_owned()),
        }
    }
}

type Ordered = (PodStanding, Arc<str>);

/// The list.
#[derive(Debug, Clone, Default)]
pub struct PodList {
    pods: HashMap<Arc<str>, Entry>,
    groups: HashMap<Arc<str>, Group>,
    /// Groups by the worst of their pods.
    order: Ranked<Ordered>,
    tally: Tally,
}

#[derive(Debug, Clone)]
struct Entry {
    owner: Arc<str>,
    standing: PodStanding,
    since: Timestamp,
}

#[derive(Debug, Clone, Default)]
struct Group {
    pods: Ranked<Ordered>,
    tally: Tally,
}

impl Group {
    fn worst(&self) -> Option<PodStanding> {
        self.pods.first().map(|(standing, _)| *standing)
    }

    /// Its rows: the heading, and its pods or those in trouble.
    fn rows(&self, stuck: bool) -> usize {
        1 + if stuck { self.tally.of(PodStanding::Stuck) } else { self.pods.len() }
    }
}

impl PodList {
    /// A pod is new, or changed.
    pub fn changed(&mut self, at: Timestamp, pod: &PodChange) {
        let standing = PodStanding::of(pod);
        let known = self.pods.get_key_value(pod.name.as_str());
        let same = |entry: &Entry| {
            entry.standing == standing
                && *entry.owner == *pod.owner
                && pod.since.is_none_or(|since| since == entry.since)
        };
        if known.is_some_and(|(_, entry)| same(entry)) {
            return;
        }
        let name = known.map_or_else(|| Arc::from(pod.name.as_str()), |(name, _)| Arc::clone(name));
        self.gone(&pod.name);
        let owner = self.owner(&pod.owner);
        self.regroup(&owner, |group| {
            group.pods.insert((standing, Arc::clone(&name)));
            group.tally.change(standing, 1);
        });
        self.tally.change(standing, 1);
        self.pods.insert(name, Entry { owner, standing, since: pod.since.unwrap_or(at) });
    }

    /// A pod is gone.
    pub fn gone(&mut self, name: &str) {
        let Some((name, Entry { owner, standing, .. })) = self.pods.remove_entry(name) else { return };
        self.regroup(&owner, |group| {
            group.pods.remove(&(standing, name));
            group.tally.change(standing, -1);
        });
        self.tally.change(standing, -1);
    }

    /// All pods in numbers.
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Owners with their pods in numbers, those in trouble first.
    pub fn groups(&self) -> impl Iterator<Item = (&str, &Tally)> {
        let group = |(_, owner): &Ordered| self.groups.get_key_value(owner);
        self.order.from(0).filter_map(group).map(|(owner, group)| (&**owner, &group.tally))
    }

    /// How many owners there are.
    pub const fn owners(&self) -> usize {
        self.order.len()
    }

    /// How many rows there are. `stuck`: only what is in trouble.
    pub fn len(&self, stuck: bool) -> usize {
        if stuck {
            let troubled = self.order.from(0).take_while(|(worst, _)| *worst == PodStanding::Stuck).count();
            return troubled + self.tally.of(PodStanding::Stuck);
        }
        self.pods.len() + self.order.len()
    }

    /// So many rows from a position on.
    pub fn rows(&self, stuck: bool, from: usize, count: usize) -> Vec<Row<'_>> {
        let mut rows = Vec::with_capacity(count.min(256));
        let mut skip = from;
        for (worst, owner) in self.order.from(0) {
            let Some(group) = self.groups.get(owner) else { continue };
            if rows.len() >= count || stuck && *worst != PodStanding::Stuck {
                break;
            }
            let here = group.rows(stuck);
            if skip >= here {
                skip -= here;
                continue;
            }
            let heading = (skip == 0).then_some(Row::Group { owner, tally: group.tally });
            let pods = group.pods.from(skip.saturating_sub(1)).take(here - 1 - skip.saturating_sub(1));
            rows.extend(
                heading.into_iter().chain(pods.filter_map(|(_, name)| self.row(name))).take(count - rows.len()),
            );
            skip = 0;
        }
        rows
    }

    /// Where a row is now.
    pub fn position(&self, stuck: bool, row: &RowName) -> Option<usize> {
        let (owner, pod) = match row {
            RowName::Group(owner) => (self.groups.get_key_value(owner.as_str())?.0, None),
            RowName::Pod(name) => {
                let (name, entry) = self.pods.get_key_value(name.as_str())?;
                (&entry.owner, Some((entry.standing, Arc::clone(name))))
            }
        };
        let group = self.groups.get(owner)?;
        let within = match pod {
            Some(pod) => 1 + group.pods.position(&pod)?,
            None => 0,
        };
        if within >= group.rows(stuck) || stuck && group.worst()? != PodStanding::Stuck {
            return None;
        }
        let before = self.order.from(0).take_while(|(_, other)| other != owner);
        let before = before.filter_map(|(_, other)| self.groups.get(other)).map(|group| group.rows(stuck));
        Some(before.sum::<usize>() + within)
    }

    fn row(&self, name: &Arc<str>) -> Option<Row<'_>> {
        let (name, entry) = self.pods.get_key_value(name)?;
        Some(Row::Pod { name, standing: entry.standing, since: entry.since })
    }

    fn owner(&self, owner: &str) -> Arc<str> {
        self.groups.get_key_value(owner).map_or_else(|| Arc::from(owner), |(owner, _)| Arc::clone(owner))
    }

    /// Changes a group, and keeps it at its place among the groups.
    fn regroup(&mut self, owner: &Arc<str>, change: impl FnOnce(&mut Group)) {
        let group = self.groups.entry(Arc::clone(owner)).or_default();
        let before = group.worst();
        change(group);
        let after = group.worst();
        if before == after {
            return;
        }
        if let Some(worst) = before {
            self.order.remove(&(worst, Arc::clone(owner)));
        }
        match after {
            Some(worst) => self.order.insert((worst, Arc::clone(owner))),
            None => drop(self.groups.remove(owner)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const STATES: [&str; 5] = ["Ready", "Pending", "CrashLoopBackOff", "Completed", "Running"];

    fn pod(name: u8, state: usize, owner: u8) -> PodChange {
        PodChange {
            name: format!("pod-{name}"),
            state: STATES[state].to_owned(),
            owner: format!("owner-{owner}"),
            ..crate::front::wizard::follow::tests::pod("")
        }
    }

    /// All rows, sorted anew: what the list has to be.
    fn naive(pods: &BTreeMap<String, PodChange>, stuck: bool) -> Vec<RowName> {
        let mut groups: BTreeMap<&str, Vec<(PodStanding, &str)>> = BTreeMap::new();
        for pod in pods.values() {
            groups.entry(&pod.owner).or_default().push((PodStanding::of(pod), &pod.name));
        }
        groups.values_mut().for_each(|pods| pods.sort());
        let mut groups: Vec<_> = groups.into_iter().map(|(owner, pods)| (pods[0].0, owner, pods)).collect();
        groups.sort();
        let shown = |standing: PodStanding| !stuck || standing == PodStanding::Stuck;
        let rows = groups.iter().filter(|(worst, ..)| shown(*worst)).flat_map(|(_, owner, pods)| {
            let pods = pods.iter().filter(|(standing, _)| shown(*standing));
            let pods = pods.map(|(_, name)| RowName::Pod((*name).to_owned()));
            std::iter::once(RowName::Group((*owner).to_owned())).chain(pods)
        });
        rows.collect()
    }

    proptest! {
        #[test]
        fn rows_are_sorted_whatever_happened(
            changes in proptest::collection::vec((0_u8..60, 0_usize..6, 0_u8..5), 0..300), from in 0_usize..80, count in 0_usize..20,
        ) {
            let (mut list, mut pods) = (PodList::default(), BTreeMap::new());
            for (name, state, owner) in changes {
                if state == 5 {
                    list.gone(&format!("pod-{name}"));
                    pods.remove(&format!("pod-{name}"));
                } else {
                    let pod = pod(name, state, owner);
                    list.changed(Timestamp::UNIX_EPOCH, &pod);
                    pods.insert(pod.name.clone(), pod);
                }
            }
            for stuck in [false, true] {
                let expected = naive(&pods, stuck);
                prop_assert_eq!(list.len(stuck), expected.len());
                let part: Vec<RowName> = list.rows(stuck, from, count).iter().map(Row::name).collect();
                let wanted: Vec<RowName> = expected.iter().skip(from).take(count).cloned().collect();
                prop_assert_eq!(part, wanted);
                for (position, row) in expected.iter().enumerate() {
                    prop_assert_eq!(list.position(stuck, row), Some(position));
                }
            }
            for standing in PodStanding::ALL {
                let counted = pods.values().filter(|pod| PodStanding::of(pod) == standing).count();
                prop_assert_eq!(list.tally().of(standing), counted);
            }
        }
    }

    #[test]
    fn a_pod_that_no_node_wants_is_stuck_although_it_is_pending() {
        let waits = pod(1, 1, 0);
        assert_eq!(PodStanding::of(&waits), PodStanding::Waiting);
        assert_eq!(PodStanding::of(&PodChange { stuck: true, ..waits }), PodStanding::Stuck);
    }
}
