//! Holds back what changes again in a moment: a pod goes through five states in two seconds, and a line for each would bury
//! those that matter. The journal and JSON have every change. Must not word anything, nor print.
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::{
    front::message::Sentence,
    health::pod::PASSING,
    plan::graph::StepId,
    run::event::{EventKind, PodChange},
};

/// How long the state of a pod must last to be worth a line.
const POD: SignedDuration = SignedDuration::from_secs(3);
/// The same for what a step waits for, which the lines of its pods say already.
const STEP: SignedDuration = SignedDuration::from_secs(10);
/// Whatever changes all the time is said this often.
const LONGEST: SignedDuration = SignedDuration::from_secs(30);

/// What a line is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Pod(String),
    Step(StepId),
}

/// A line that has to last.
#[derive(Debug, Clone)]
struct Held {
    sentence: Sentence,
    /// When it is due unless it changes.
    due: Timestamp,
    /// When it is due however often it changes.
    at_last: Timestamp,
}

/// Lines that are held back.
#[derive(Debug, Clone, Default)]
pub struct Settling {
    held: BTreeMap<Subject, Held>,
    /// The same in the order in which they are due: thousands of pods may be held back at once.
    order: BTreeSet<(Timestamp, Subject)>,
    /// Pods that a line was written about.
    told: BTreeSet<String>,
}

impl Settling {
    /// The sentence of an event if it is to be written now; one that must last is kept for [`Settling::due`].
    pub fn take(&mut self, at: Timestamp, kind: &EventKind, sentence: Sentence) -> Option<Sentence> {
        match kind {
            EventKind::PodChanged(pod) if passing(pod) => self.hold(Subject::Pod(pod.name.clone()), at, POD, sentence),
            EventKind::PodChanged(pod) => {
                self.drop(&Subject::Pod(pod.name.clone()));
                self.told.insert(pod.name.clone());
                Some(sentence)
            }
            EventKind::PodGone { name, .. } => {
                self.drop(&Subject::Pod(name.clone()));
                // Who never heard of a pod need not hear that it is gone.
                self.told.remove(name).then_some(sentence)
            }
            EventKind::StepWaiting { step, .. } | EventKind::StepProgress { step, .. } => {
                self.hold(Subject::Step(step.clone()), at, STEP, sentence)
            }
            EventKind::StepBlocked { step, .. }
            | EventKind::StepDone { step, .. }
            | EventKind::StepFailed { step, .. } => {
                self.drop(&Subject::Step(step.clone()));
                Some(sentence)
            }
            _ => Some(sentence),
        }
    }

    fn hold(&mut self, subject: Subject, at: Timestamp, lasts: SignedDuration, sentence: Sentence) -> Option<Sentence> {
        let later = |by: SignedDuration| at.checked_add(by).unwrap_or(Timestamp::MAX);
        let held = match self.held.get(&subject) {
            Some(held) if held.sentence == sentence => return None,
            Some(held) => Held { sentence, due: later(lasts).min(held.at_last), at_last: held.at_last },
            None => Held { sentence, due: later(lasts), at_last: later(LONGEST) },
        };
        self.drop(&subject);
        self.order.insert((held.due, subject.clone()));
        self.held.insert(subject, held);
        None
    }

    fn drop(&mut self, subject: &Subject) -> Option<Held> {
        let held = self.held.remove(subject)?;
        self.order.remove(&(held.due, subject.clone()));
        Some(held)
    }

    /// Lines that have lasted, with the time since when they are due, oldest first.
    pub fn due(&mut self, now: Timestamp) -> Vec<(Timestamp, Sentence)> {
        let mut due = Vec::new();
        while self.order.first().is_some_and(|(first, _)| *first <= now) {
            let Some((_, subject)) = self.order.pop_first() else { break };
            if let Some(held) = self.held.remove(&subject) {
                due.push((held.due, held.sentence));
            }
            if let Subject::Pod(name) = subject {
                self.told.insert(name);
            }
        }
        due
    }
}

/// A state that passes by itself. After a restart every state is worth a line.
fn passing(pod: &PodChange) -> bool {
    pod.restarts == 0 && PASSING.contains(&pod.state.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::message::word;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn pod(state: &str, restarts: u32) -> EventKind {
        EventKind::PodChanged(PodChange {
            step: None,
            namespace: "hub".to_owned(),
            name: "hub-1".to_owned(),
            state: state.to_owned(),
            ready: 0,
            containers: 1,
            restarts,
            reason: None,
            node: None,
            process: false,
            owner: String::new(),
            since: None,
            stuck: false,
        })
    }

    fn gone() -> EventKind {
        EventKind::PodGone { namespace: "hub".to_owned(), name: "hub-1".to_owned(), process: false }
    }

    /// Seconds and states that are written.
    fn written(events: &[(i64, EventKind)]) -> Vec<(i64, String)> {
        let mut settling = Settling::default();
        let mut written = Vec::new();
        let last = events.last().map_or(0, |(at, _)| *at);
        for now in 0..=last {
            written
                .extend(settling.due(second(now)).into_iter().map(|(at, sentence)| (at.as_second(), sentence.about)));
            for (at, kind) in events.iter().filter(|(at, _)| *at == now) {
                let about = match kind {
                    EventKind::PodChanged(pod) => pod.state.clone(),
                    _ => "gone".to_owned(),
                };
                let sentence = Sentence { word: word::WAIT, about, lines: Vec::new() };
                written.extend(settling.take(second(*at), kind, sentence).map(|sentence| (*at, sentence.about)));
            }
        }
        written
    }

    fn owned(expected: &[(i64, &str)]) -> Vec<(i64, String)> {
        expected.iter().map(|(at, state)| (*at, (*state).to_owned())).collect()
    }

    #[test]
    fn only_states_that_last_are_written_and_ready_at_once() {
        let events = [
            (0, pod("Pending", 0)),
            (1, pod("ContainerCreating", 0)),
            (2, pod("Pulling", 0)),
            (9, pod("Running", 0)),
            (10, pod("Ready", 0)),
        ];
        assert_eq!(written(&events), owned(&[(5, "Pulling"), (10, "Ready")]));
    }

    #[test]
    fn trouble_is_written_at_once() {
        let events = [(0, pod("ImagePullBackOff", 0)), (1, pod("Running", 1)), (2, pod("CrashLoopBackOff", 1))];
        assert_eq!(written(&events), owned(&[(0, "ImagePullBackOff"), (1, "Running"), (2, "CrashLoopBackOff")]));
    }

    #[test]
    fn what_changes_all_the_time_is_said_now_and_then() {
        let states = ["Pending", "Pulling"].into_iter().cycle();
        let events: Vec<_> = (0..70).zip(states).map(|(at, state)| (at, pod(state, 0))).collect();
        assert_eq!(written(&events).len(), 2);
    }

    #[test]
    fn nobody_hears_of_the_end_of_a_pod_that_was_never_mentioned() {
        assert_eq!(written(&[(0, pod("Pending", 0)), (1, gone())]), []);
        assert_eq!(written(&[(0, pod("Ready", 0)), (1, gone())]), owned(&[(0, "Ready"), (1, "gone")]));
    }
}
