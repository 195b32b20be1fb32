//! The slim event: what was said about which object, how often and when. Must not know any rule.
use jiff::Timestamp;
use serde::Deserialize;

use super::Meta;

/// An event of the core group. Events are lossy: they live for an hour, are counted together, and may be filtered.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Event {
    /// Metadata.
    pub metadata: Meta,
    /// What it is about.
    pub involved_object: Involved,
    /// One word: `FailedScheduling`.
    pub reason: Option<Box<str>>,
    /// A sentence: hostile text.
    pub message: Option<Box<str>>,
    /// `Normal` or `Warning`. Never filter by it: a missing default storage class is `Normal`.
    #[serde(rename = "type")]
    pub kind: Option<Box<str>>,
    /// How often, counted by old clients.
    pub count: Option<u32>,
    /// First time, from old clients.
    pub first_timestamp: Option<Timestamp>,
    /// Last time, from old clients.
    pub last_timestamp: Option<Timestamp>,
    /// First time, from new clients (the scheduler among them).
    pub event_time: Option<Timestamp>,
    /// How often, counted by new clients.
    pub series: Option<Series>,
}

impl Event {
    /// Reason, empty if there is none.
    pub fn word(&self) -> &str {
        self.reason.as_deref().unwrap_or_default()
    }

    /// Message, empty if there is none.
    pub fn words(&self) -> &str {
        self.message.as_deref().unwrap_or_default()
    }

    /// When it happened last.
    pub fn last(&self) -> Option<Timestamp> {
        let series = self.series.as_ref().and_then(|series| series.last_observed_time);
        series.or(self.last_timestamp).or(self.event_time).or(self.created())
    }

    /// When it happened first.
    pub fn first(&self) -> Option<Timestamp> {
        self.first_timestamp.or(self.event_time).or(self.created())
    }

    fn created(&self) -> Option<Timestamp> {
        self.metadata.made
    }
}

/// The object an event is about.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Involved {
    /// Kind.
    pub kind: Box<str>,
    /// Namespace; `default` for events of nodes.
    pub namespace: Option<Box<str>>,
    /// Name.
    pub name: Box<str>,
    /// UID; for nodes the kubelet writes the node's name here.
    pub uid: Option<Box<str>>,
    /// Part of the object, `spec.containers{hub}`.
    pub field_path: Option<Box<str>>,
}

/// How often an event happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Series {
    /// Count.
    pub count: u32,
    /// Last time.
    pub last_observed_time: Option<Timestamp>,
}
