//! From the events of a run to the screens. A run never waits for a screen: what comes faster than it is shown is held back, of
//! each pod only the newest. Must not know what an event means.
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, mpsc::Sender};

use crate::{
    front::tui::wish::News,
    run::{
        event::{Event, EventKind},
        recorder::Sink,
    },
};

/// Holds events back until they are taken.
#[derive(Default)]
pub struct Funnel {
    held: Mutex<Held>,
    more: Notify,
}

#[derive(Default)]
struct Held {
    /// Place of the next one in the order in which they came.
    next: u64,
    events: BTreeMap<u64, Event>,
    /// Place of each pod's newest event.
    pods: HashMap<String, u64>,
    closed: bool,
}

impl Funnel {
    /// Hands events on until there will be no more.
    pub async fn pour(&self, told: &Sender<News>) {
        loop {
            match self.take() {
                Some(event) => {
                    // Once nobody looks any more the run goes on all the same.
                    let _ = told.send(News::Event(Box::new(event))).await;
                }
                None if self.held().closed => return,
                None => self.more.notified().await,
            }
        }
    }

    /// There will be no more.
    pub fn close(&self) {
        self.held().closed = true;
        self.more.notify_one();
    }

    fn take(&self) -> Option<Event> {
        let mut held = self.held();
        let (_, event) = held.events.pop_first()?;
        if let Some(pod) = pod(&event) {
            held.pods.remove(pod);
        }
        Some(event)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Funnel {
    fn event(&self, event: &Event) {
        self.held().put(event.clone());
        self.more.notify_one();
    }
}

impl Held {
    fn put(&mut self, event: Event) {
        let place = self.next;
        self.next += 1;
        if let Some(pod) = pod(&event)
            && let Some(before) = self.pods.insert(pod.to_owned(), place)
        {
            self.events.remove(&before);
        }
        self.events.insert(place, event);
    }
}

fn pod(event: &Event) -> Option<&str> {
    match &event.kind {
        EventKind::PodChanged(pod) => Some(&pod.name),
        EventKind::PodGone { name, .. } => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::event::FORMAT;

    fn event(seq: u64, kind: EventKind) -> Event {
        Event { v: FORMAT, seq, at: jiff::Timestamp::UNIX_EPOCH, kind }
    }

    fn gone(seq: u64, name: &str) -> Event {
        event(seq, EventKind::PodGone { namespace: "hub".to_owned(), name: name.to_owned(), process: false })
    }

    #[tokio::test]
    async fn of_each_pod_only_the_newest_is_held_back_and_nothing_else_is_lost() {
        let funnel = Funnel::default();
        for seq in 0..30_000 {
            funnel.event(&gone(seq, if seq % 2 == 0 { "a" } else { "b" }));
            if seq % 10_000 == 0 {
                funnel.event(&event(seq, EventKind::Note { text: format!("note {seq}") }));
            }
        }
        funnel.close();
        let (told, mut heard) = tokio::sync::mpsc::channel(8);
        funnel.pour(&told).await;
        drop(told);
        let mut seen = Vec::new();
        while let Some(News::Event(event)) = heard.recv().await {
            seen.push(event.seq);
        }
        assert_eq!(seen, [0, 10_000, 20_000, 29_998, 29_999]);
    }

    #[tokio::test]
    async fn a_run_goes_on_where_nobody_looks() {
        let (told, heard) = tokio::sync::mpsc::channel(1);
        let funnel = Funnel::default();
        (0..10).for_each(|seq| funnel.event(&event(seq, EventKind::Note { text: String::new() })));
        drop(heard);
        funnel.close();
        funnel.pour(&told).await;
        assert!(funnel.take().is_none());
    }
}
