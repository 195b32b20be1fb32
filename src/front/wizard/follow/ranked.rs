//! A sorted set whose members can be had by position: short sorted blocks, so that a change moves few members and a position
//! is found by counting blocks. Must not know what is sorted.

/// Longest block.
const BLOCK: usize = 256;

/// The set.
#[derive(Debug, Clone)]
pub struct Ranked<K> {
    /// None is empty.
    blocks: Vec<Vec<K>>,
    len: usize,
}

impl<K> Default for Ranked<K> {
    fn default() -> Self {
        Self { blocks: Vec::new(), len: 0 }
    }
}

impl<K: Ord> Ranked<K> {
    /// How many there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// The first.
    pub fn first(&self) -> Option<&K> {
        self.blocks.first()?.first()
    }

    /// Adds a member; one that is there already is not added again.
    pub fn insert(&mut self, key: K) {
        let at = self.block_of(&key).min(self.blocks.len().saturating_sub(1));
        let Some(block) = self.blocks.get_mut(at) else {
            self.blocks.push(vec![key]);
            self.len = 1;
            return;
        };
        let Err(place) = block.binary_search(&key) else { return };
        block.insert(place, key);
        self.len += 1;
        if block.len() > BLOCK {
            let tail = block.split_off(BLOCK / 2);
            self.blocks.insert(at + 1, tail);
        }
    }

    /// Takes a member away.
    pub fn remove(&mut self, key: &K) {
        let at = self.block_of(key);
        let Some(block) = self.blocks.get_mut(at) else { return };
        let Ok(place) = block.binary_search(key) else { return };
        block.remove(place);
        self.len -= 1;
        if block.is_empty() {
            self.blocks.remove(at);
        }
    }

    /// The position of a member.
    pub fn position(&self, key: &K) -> Option<usize> {
        let at = self.block_of(key);
        let place = self.blocks.get(at)?.binary_search(key).ok()?;
        Some(self.blocks.iter().take(at).map(Vec::len).sum::<usize>() + place)
    }

    /// The members from a position on.
    pub fn from(&self, position: usize) -> impl Iterator<Item = &K> {
        let mut before = 0;
        let first = self.blocks.iter().position(|block| {
            let here = position < before + block.len();
            before += if here { 0 } else { block.len() };
            here
        });
        let blocks = self.blocks.iter().skip(first.unwrap_or(self.blocks.len()));
        blocks.flatten().skip(position.saturating_sub(before))
    }

    /// The block that holds a member, or would.
    fn block_of(&self, key: &K) -> usize {
        self.blocks.partition_point(|block| block.last().is_some_and(|last| last < key))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_sorted_set_with_positions(changes in proptest::collection::vec((any::<bool>(), 0_u16..900), 0..3000)) {
            let (mut ranked, mut naive) = (Ranked::default(), BTreeSet::new());
            for (add, key) in changes {
                if add {
                    ranked.insert(key);
                    naive.insert(key);
                } else {
                    ranked.remove(&key);
                    naive.remove(&key);
                }
            }
            prop_assert_eq!(ranked.len(), naive.len());
            prop_assert_eq!(ranked.first(), naive.first());
            for (position, key) in naive.iter().enumerate() {
                prop_assert_eq!(ranked.position(key), Some(position));
            }
            for from in [0, naive.len() / 2, naive.len(), naive.len() + 5] {
                prop_assert!(ranked.from(from).eq(naive.iter().skip(from)));
            }
        }
    }
}
