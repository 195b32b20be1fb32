//! From the events of a run to the screens. A run never waits for a screen: what comes faster than it is shown is held back, but
//! of what is said again and again – how a pod is, what a step waits for – only the newest, and of notes the last ones. The journal
//! has all of it. Must not know what an event does to a screen.
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::asked::Teller;
use crate::{
    front::wizard::wish::News,
    plan::graph::StepId,
    run::{
        event::{Event, EventKind},
        recorder::Sink,
    },
};

/// Notes that are held back at most.
const NOTES: usize = 500;

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
    /// Place of the newest event about each thing that the next one tells anew.
    newest: HashMap<About, u64>,
    /// Places of the notes.
    notes: VecDeque<u64>,
    /// How many notes were left out since one was taken.
    left_out: u64,
    closed: bool,
}

/// What an event tells all of, so that an earlier one of the same says nothing more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum About {
    Pod(String),
    Wait(StepId),
    Progress(StepId),
    /// Whether something blocks it.
    Block(StepId),
    Contact,
    Findings,
}

impl Funnel {
    /// Hands events on until there will be no more.
    pub async fn pour(&self, told: &Teller) {
        loop {
            match self.take() {
                // Once nobody looks any more the run goes on all the same.
                Some(event) => told.tell(News::Event(Box::new(event))).await,
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
        self.held().take()
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
        if let Some(before) = About::of(&event).and_then(|about| self.newest.insert(about, place)) {
            self.events.remove(&before);
        }
        if matches!(event.kind, EventKind::Note { .. }) {
            self.notes.push_back(place);
            if self.notes.len() > NOTES {
                self.left_out += 1;
                let oldest = self.notes.pop_front();
                oldest.map(|oldest| self.events.remove(&oldest));
            }
        }
        self.events.insert(place, event);
    }

    fn take(&mut self) -> Option<Event> {
        let (place, mut event) = self.events.pop_first()?;
        if let Some(about) = About::of(&event) {
            self.newest.remove(&about);
        }
        if let EventKind::Note { text } = &mut event.kind
            && self.notes.pop_front().is_some_and(|first| first == place)
            && self.left_out > 0
        {
            let left_out = std::mem::take(&mut self.left_out);
            text.insert_str(0, &format!("({left_out} notes before this one are in the journal only) "));
        }
        Some(event)
    }
}

impl About {
    fn of(event: &Event) -> Option<Self> {
        Some(match &event.kind {
            EventKind::PodChanged(pod) => Self::Pod(pod.name.clone()),
            EventKind::PodGone { name, .. } => Self::Pod(name.clone()),
            EventKind::StepWaiting { step, .. } => Self::Wait(step.clone()),
            EventKind::StepProgress { step, .. } => Self::Progress(step.clone()),
            EventKind::StepBlocked { step, .. } | EventKind::StepUnblocked { step, .. } => Self::Block(step.clone()),
            EventKind::Contact { .. } => Self::Contact,
            EventKind::Findings { .. } => Self::Findings,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::asked::{self, Asked},
        *,
    };
    use crate::run::event::{FORMAT, Progress};

    fn event(seq: u64, kind: EventKind) -> Event {
        Event { v: FORMAT, seq, at: jiff::Timestamp::UNIX_EPOCH, kind }
    }

    /// What the screens hear of some events that all came before anybody took one.
    async fn poured(kinds: impl IntoIterator<Item = EventKind>) -> Vec<Event> {
        let funnel = Funnel::default();
        (0..).zip(kinds).for_each(|(seq, kind)| funnel.event(&event(seq, kind)));
        funnel.close();
        let (told, mut heard) = tokio::sync::mpsc::channel(8);
        let teller = Asked::new(told).begin(asked::About::Work);
        let pour = async {
            funnel.pour(&teller).await;
            drop(teller);
        };
        let hear = async {
            let mut seen = Vec::new();
            while let Some(told) = heard.recv().await {
                let News::Event(event) = told.news else { panic!("{told:?}") };
                seen.push(*event);
            }
            seen
        };
        tokio::join!(pour, hear).1
    }

    fn gone(name: &str) -> EventKind {
        EventKind::PodGone { namespace: "hub".to_owned(), name: name.to_owned(), process: false }
    }

    fn note(text: &impl ToString) -> EventKind {
        EventKind::Note { text: text.to_string() }
    }

    #[tokio::test]
    async fn of_each_pod_only_the_newest_is_held_back_and_nothing_else_is_lost() {
        let kinds = (0..30_000).map(|seq| match seq {
            0 | 10_000 | 20_000 => note(&seq),
            odd if odd % 2 == 1 => gone("b"),
            _ => gone("a"),
        });
        let seen: Vec<u64> = poured(kinds).await.iter().map(|event| event.seq).collect();
        assert_eq!(seen, [0, 10_000, 20_000, 29_998, 29_999]);
    }

    #[tokio::test]
    async fn what_is_said_again_and_again_is_held_back_once_and_in_order() {
        let step = || StepId::new("ray");
        let wait = |what: u32| EventKind::StepWaiting {
            step: step(),
            what: what.to_string(),
            deadline: jiff::Timestamp::UNIX_EPOCH,
        };
        let progress = |what: u32| EventKind::StepProgress { step: step(), progress: Progress::of(what.to_string()) };
        let contact = |up| EventKind::Contact { up, what: String::new() };
        let mut kinds = vec![EventKind::StepStarted { step: step() }];
        for round in 0..5_000 {
            kinds.extend([wait(round), progress(round), contact(false), contact(true)]);
            kinds.push(EventKind::StepUnblocked { step: step(), code: "x".to_owned() });
        }
        kinds.push(EventKind::StepDone { step: step(), changed: true, took_ms: 1, note: None });
        let seen: Vec<u64> = poured(kinds).await.iter().map(|event| event.seq).collect();
        assert_eq!(seen, [0, 24_996, 24_997, 24_999, 25_000, 25_001]);
    }

    #[tokio::test]
    async fn of_notes_the_last_are_held_back_and_how_many_are_missing_is_said() {
        let seen = poured((0..2_000).map(|number| note(&number))).await;
        assert_eq!(seen.len(), NOTES);
        assert_eq!(seen.first().unwrap().kind, note(&"(1500 notes before this one are in the journal only) 1500"));
        assert_eq!(seen.last().unwrap().kind, note(&"1999"));
    }

    #[tokio::test]
    async fn a_run_goes_on_where_nobody_looks() {
        let (told, heard) = tokio::sync::mpsc::channel(1);
        let funnel = Funnel::default();
        (0..10).for_each(|seq| funnel.event(&event(seq, note(&seq))));
        drop(heard);
        funnel.close();
        funnel.pour(&Asked::new(told).begin(asked::About::Work)).await;
        assert!(funnel.held().take().is_none());
    }
}
