//! `Recorder`: gives every event its number and time, writes it to the journal, and only then shows it.
//! Must not know what an event means.
use std::sync::{Mutex, PoisonError};

use super::{
    event::{Event, EventKind, FORMAT},
    ports::Ports,
};
use crate::problem::Problem;

/// Takes the events of a run: a front end, a channel, a list.
pub trait Sink: Send + Sync {
    /// Takes one event.
    fn event(&self, event: &Event);
}

/// Writes events to the journal and hands them on.
pub struct Recorder<'a> {
    ports: &'a Ports,
    sink: &'a dyn Sink,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seq: u64,
    broken: Option<Problem>,
}

impl<'a> Recorder<'a> {
    /// A recorder that goes on after event number `seq` of the journal.
    pub fn new(ports: &'a Ports, sink: &'a dyn Sink, seq: u64) -> Self {
        Self { ports, sink, state: Mutex::new(State { seq, broken: None }) }
    }

    /// Records an event: in the journal first, and on the disk where a resumed run depends on it. Whoever is about to change something asks [`Recorder::broken`] after.
    pub fn say(&self, kind: EventKind) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.seq += 1;
        let event = Event { v: FORMAT, seq: state.seq, at: self.ports.clock.now(), kind };
        if let Err(problem) = self.write(&event) {
            state.broken.get_or_insert(problem);
        }
        self.sink.event(&event);
    }

    /// Shows what only those want who look on: it has no line in the journal, and no number of its own.
    pub fn show(&self, kind: EventKind) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.sink.event(&Event { v: FORMAT, seq: state.seq, at: self.ports.clock.now(), kind });
    }

    fn write(&self, event: &Event) -> Result<(), Problem> {
        let line = serde_json::to_string(event).map_err(|error| Problem::new("journal", error.to_string()))?;
        let journal = &self.ports.journal;
        let synced = if counts(&event.kind) {
            journal.append(&line).and_then(|()| journal.sync())
        } else {
            journal.append(&line)
        };
        synced.map_err(|error| *error.problem)
    }

    /// Why the journal cannot be written any more; nothing may be changed then, because nobody could resume it.
    pub fn broken(&self) -> Result<(), Problem> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).broken.clone().map_or(Ok(()), Err)
    }
}

/// Whether a resumed run depends on this event. Thousands of pods change faster than a disk syncs; what they did the
/// cluster tells again.
const fn counts(kind: &EventKind) -> bool {
    !matches!(
        kind,
        EventKind::PodChanged(_)
            | EventKind::PodGone { .. }
            | EventKind::StepWaiting { .. }
            | EventKind::Contact { .. }
            | EventKind::Note { .. }
    )
}
