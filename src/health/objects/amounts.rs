//! Requests, limits and what a node offers, as numbers. Must not know whose they are.
use serde::{Deserialize, Deserializer};

use super::Word;
use crate::answers::quantity::Quantity;

/// A small map of text to text, sorted by key; a quarter of a `BTreeMap`'s size.
pub type Pairs = Box<[(Word, Word)]>;

/// Requests and limits.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// What the scheduler counts.
    pub requests: Amounts,
    /// What may not be exceeded.
    pub limits: Amounts,
}

/// Amounts of resources, in numbers; far smaller than the maps of text that the server sends.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Amounts {
    /// CPU in thousandths of a core; `None`: not said.
    pub cpu_millis: Option<u64>,
    /// Memory in bytes; `None`: not said.
    pub memory: Option<u64>,
    /// Pods (nodes only); `None`: not said.
    pub pods: Option<u64>,
    /// Extended resources such as `nvidia.com/gpu`, in whole units.
    pub other: Box<[(Word, u64)]>,
}

impl Amounts {
    /// An extended resource; `None`: not there at all.
    pub fn extended(&self, resource: &str) -> Option<u64> {
        self.other.iter().find(|(name, _)| &**name == resource).map(|(_, amount)| *amount)
    }

    /// Adds others.
    pub fn add(&mut self, more: &Self) {
        self.merge(more, u64::saturating_add);
    }

    /// Takes others away; never below nothing.
    pub fn take(&mut self, less: &Self) {
        self.merge(less, u64::saturating_sub);
    }

    pub(super) fn raise_to(&mut self, least: &Self) {
        self.merge(least, u64::max);
    }

    fn merge(&mut self, with: &Self, how: fn(u64, u64) -> u64) {
        let both = |mine: Option<u64>, theirs: Option<u64>| match (mine, theirs) {
            (mine, None) => mine,
            (mine, Some(theirs)) => Some(how(mine.unwrap_or(0), theirs)),
        };
        self.cpu_millis = both(self.cpu_millis, with.cpu_millis);
        self.memory = both(self.memory, with.memory);
        self.pods = both(self.pods, with.pods);
        for (name, theirs) in &with.other {
            match self.other.iter_mut().find(|(mine, _)| mine == name) {
                Some((_, mine)) => *mine = how(*mine, *theirs),
                None => self.other = self.other.iter().cloned().chain([(name.clone(), how(0, *theirs))]).collect(),
            }
        }
    }
}

impl<'de> Deserialize<'de> for Amounts {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut amounts = Self::default();
        let mut other = Vec::new();
        for (name, text) in pairs(from)? {
            // a quantity of a form we do not know (`1e3`) counts as not said
            let Ok(quantity) = text.parse::<Quantity>() else { continue };
            match &*name {
                "cpu" => amounts.cpu_millis = Some(quantity.millis()),
                "memory" => amounts.memory = Some(quantity.whole()),
                "pods" => amounts.pods = Some(quantity.whole()),
                "ephemeral-storage" => {}
                hugepages if hugepages.starts_with("hugepages-") => {}
                _ => other.push((name, quantity.whole())),
            }
        }
        amounts.other = other.into();
        Ok(amounts)
    }
}

/// A JSON object of texts (or bare numbers, which some tools write for quantities) as pairs; `null` is none.
pub(super) fn pairs<'de, D: Deserializer<'de>>(from: D) -> Result<Pairs, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said {
        Text(Word),
        Number(serde_json::Number),
    }
    let map = Option::<std::collections::BTreeMap<Word, Said>>::deserialize(from)?.unwrap_or_default();
    Ok(map
        .into_iter()
        .map(|(key, word)| match word {
            Said::Text(text) => (key, text),
            Said::Number(number) => (key, number.to_string().into()),
        })
        .collect())
}
