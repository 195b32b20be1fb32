//! `Shelf`: all objects of one kind by name. Must not know what kind.
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::health::objects::Watched;

/// All objects of one kind.
#[derive(Debug, Clone)]
pub struct Shelf<T> {
    by_name: BTreeMap<Arc<str>, Placed<T>>,
    /// Names by UID: deletions come by UID.
    names: HashMap<Box<str>, Arc<str>>,
    /// Number of the list that is delivered or was delivered last.
    pass: u32,
    synced: bool,
    absent: bool,
    blind: Option<Box<str>>,
}

#[derive(Debug, Clone)]
struct Placed<T> {
    /// Boxed: half of a map's places are empty.
    object: Box<T>,
    /// List in which it was seen last.
    pass: u32,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { by_name: BTreeMap::new(), names: HashMap::new(), pass: 0, synced: false, absent: false, blind: None }
    }
}

impl<T: Watched> Shelf<T> {
    /// The object of a name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.by_name.get(name).map(|placed| &*placed.object)
    }

    /// All objects, by name.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.by_name.values().map(|placed| &*placed.object)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Whether a list has been delivered whole.
    pub const fn is_synced(&self) -> bool {
        self.synced
    }

    /// Whether the cluster does not know this kind.
    pub const fn is_absent(&self) -> bool {
        self.absent
    }

    /// Why this kind cannot be seen, if it cannot.
    pub fn why_blind(&self) -> Option<&str> {
        self.blind.as_deref()
    }

    pub(super) fn put(&mut self, object: T) -> Option<T> {
        let name: Arc<str> = object.name().into();
        self.names.insert(object.uid().into(), Arc::clone(&name));
        let old = self.by_name.insert(name, Placed { object: Box::new(object), pass: self.pass });
        self.unname(old)
    }

    /// Takes the object of a name out.
    pub(super) fn take(&mut self, name: &str) -> Option<T> {
        let old = self.by_name.remove(name);
        let taken = old.map(|placed| *placed.object);
        if let Some(object) = &taken {
            self.names.remove(object.uid());
        }
        taken
    }

    /// A deletion of a former object of the same name changes nothing.
    pub(super) fn remove(&mut self, uid: &str) -> Option<T> {
        let name = self.names.remove(uid)?;
        if self.get(&name)?.uid() != uid {
            return None;
        }
        self.by_name.remove(&name).map(|placed| *placed.object)
    }

    pub(super) fn begin(&mut self) {
        self.pass = self.pass.wrapping_add(1);
    }

    pub(super) fn finish(&mut self) -> Vec<T> {
        self.synced = true;
        self.absent = false;
        self.blind = None;
        let stale: Vec<Arc<str>> = self
            .by_name
            .iter()
            .filter(|(_, placed)| placed.pass != self.pass)
            .map(|(name, _)| Arc::clone(name))
            .collect();
        stale.iter().filter_map(|name| self.take(name)).collect()
    }

    pub(super) const fn absent(&mut self) {
        self.absent = true;
    }

    pub(super) fn blind(&mut self, why: &str) {
        self.blind = Some(why.into());
    }

    fn unname(&mut self, old: Option<Placed<T>>) -> Option<T> {
        let old = *old?.object;
        if self.get(old.name()).is_some_and(|new| new.uid() != old.uid()) {
            self.names.remove(old.uid());
        }
        Some(old)
    }
}
