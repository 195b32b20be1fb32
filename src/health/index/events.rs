//! `EventLog`: the newest events of each object, bounded, since a namespace can say thousands an hour.
//! Must not know what an event means.
use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;

use crate::health::{
    objects::{Event, Involved, Watched},
    text,
};

/// Events kept of one object.
const PER_OBJECT: usize = 12;
/// Events kept in all.
const IN_ALL: usize = 4_000;
/// Longest message that is kept, in characters. PodSecurity and quota refusals are the longest that are read.
const MESSAGE: usize = 1_024;

/// An event, as far as rules read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Noted {
    uid: Box<str>,
    about: Box<str>,
    pass: u32,
    /// Whether it is a warning. Never judge by it: a missing default storage class is none.
    pub warning: bool,
    /// One word.
    pub reason: Box<str>,
    /// A sentence: hostile text.
    pub message: Box<str>,
    /// Part of the object, `spec.containers{hub}`.
    pub field: Option<Box<str>>,
    /// How often.
    pub count: u32,
    /// First time.
    pub first: Option<Timestamp>,
    /// Last time.
    pub last: Option<Timestamp>,
}

impl Noted {
    /// Name of the container that the event is about.
    pub fn container(&self) -> Option<&str> {
        self.field.as_deref()?.split_once('{')?.1.strip_suffix('}')
    }
}

/// The newest events of each object.
#[derive(Debug, Clone, Default)]
pub struct EventLog {
    /// Newest last, by `Kind/name`.
    by_object: HashMap<Box<str>, VecDeque<Noted>>,
    /// Objects by UID of the event.
    objects: HashMap<Box<str>, Box<str>>,
    /// UIDs in the order in which they came first.
    order: VecDeque<Box<str>>,
    pass: u32,
}

impl EventLog {
    /// Takes in a new or repeated event.
    pub fn put(&mut self, event: &Event) {
        let key = key(&event.involved_object);
        let uid = event.uid();
        let known = self.objects.insert(uid.into(), key.clone()).is_some();
        let of_object = self.by_object.entry(key).or_default();
        of_object.retain(|old| &*old.uid != uid);
        of_object.push_back(noted(event, self.pass));
        // the server sends a list by name, not by time
        of_object.make_contiguous().sort_by_key(|one| one.last);
        let oldest = if of_object.len() > PER_OBJECT { of_object.pop_front() } else { None };
        if let Some(oldest) = oldest {
            self.objects.remove(&oldest.uid);
        }
        if !known {
            self.order.push_back(uid.into());
        }
        self.shrink();
    }

    /// The event of this UID has expired.
    pub fn remove(&mut self, uid: &str) {
        let Some(key) = self.objects.remove(uid) else { return };
        let Some(of_object) = self.by_object.get_mut(&key) else { return };
        of_object.retain(|old| &*old.uid != uid);
        if of_object.is_empty() {
            self.by_object.remove(&key);
        }
    }

    /// A list begins.
    pub const fn begin(&mut self) {
        self.pass = self.pass.wrapping_add(1);
    }

    /// A list ends: what it no longer had is gone.
    pub fn finish(&mut self) {
        let pass = self.pass;
        self.by_object.retain(|_, of_object| {
            of_object.retain(|event| event.pass == pass);
            !of_object.is_empty()
        });
        self.objects = (self.by_object.iter())
            .flat_map(|(key, of_object)| of_object.iter().map(|event| (event.uid.clone(), key.clone())))
            .collect();
        self.order.retain(|uid| self.objects.contains_key(uid));
    }

    /// Events about an object, newest first. An event of a former object of that name is left out, but not one that
    /// carries no proper UID (the kubelet writes a node's name there).
    pub fn about<'a>(&'a self, kind: &str, name: &str, uid: &'a str) -> impl Iterator<Item = &'a Noted> {
        let of_object = self.by_object.get(format!("{kind}/{name}").as_str());
        let same = move |event: &&Noted| kindless(&event.about) || uid.is_empty() || &*event.about == uid;
        of_object.into_iter().flatten().rev().filter(same)
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    fn shrink(&mut self) {
        while self.objects.len() > IN_ALL || self.order.len() > 2 * IN_ALL {
            let Some(oldest) = self.order.pop_front() else { return };
            self.remove(&oldest);
        }
    }
}

fn key(about: &Involved) -> Box<str> {
    format!("{}/{}", about.kind, about.name).into()
}

/// Whether this is no UID of an object.
fn kindless(uid: &str) -> bool {
    !uid.contains('-') || uid.len() != 36
}

fn noted(event: &Event, pass: u32) -> Noted {
    let series = event.series.map(|series| series.count);
    Noted {
        uid: event.uid().into(),
        about: event.involved_object.uid.clone().unwrap_or_default(),
        pass,
        warning: event.kind.as_deref() == Some("Warning"),
        reason: event.word().into(),
        message: text::cut(event.words(), MESSAGE).into(),
        field: event.involved_object.field_path.clone(),
        count: series.or(event.count).unwrap_or(1),
        first: event.first(),
        last: event.last(),
    }
}
