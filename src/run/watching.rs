//! What somebody who looks on sees of a namespace: one watch, folded into an index, and an event for every change of a pod's line.
//! Must not know why anybody looks.
use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures::StreamExt;
use jiff::SignedDuration;
use tokio::sync::{Notify, futures::Notified};

use super::{
    event::{EventKind, PodChange},
    ports::Ports,
    recorder::Recorder,
};
use crate::health::{
    index::{Index, Touched},
    objects::Change,
    pod,
};

/// From here on a person should know that two clocks differ.
const WRONG: SignedDuration = SignedDuration::from_mins(1);

/// The watched part of a cluster.
pub struct World {
    namespace: String,
    index: Mutex<Index>,
    /// Of each pod that was told of, a digest of its line, and whether it is a process.
    shown: Mutex<HashMap<Box<str>, (u64, bool)>>,
    changed: Notify,
}

impl World {
    /// A namespace of which nothing was seen yet.
    pub fn new(namespace: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            index: Mutex::new(Index::new(namespace)),
            shown: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// What is seen now. Keep the guard for a moment only.
    pub fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the cluster does not answer, as far as the watch knows; `None`: it does.
    pub fn lost_contact(&self) -> Option<String> {
        self.index().lost_contact().map(str::to_owned)
    }

    /// The next change.
    pub fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// Returns once what is seen fulfils a wish.
    pub async fn until(&self, fulfils: impl Fn(&Index) -> bool) {
        loop {
            let mut changed = std::pin::pin!(self.changed());
            // Whatever changes from here on is noticed.
            changed.as_mut().enable();
            if fulfils(&self.index()) {
                return;
            }
            changed.await;
        }
    }

    /// Follows the watch, for as long as anybody awaits this.
    pub async fn follow(&self, ports: &Ports, recorder: &Recorder<'_>) {
        let mut changes = ports.workloads().watch(&self.namespace);
        while let Some(change) = changes.next().await {
            if let Some(news) = self.news(&change) {
                recorder.say(news);
            }
            self.fold(recorder, change);
            self.changed.notify_waiters();
        }
        // A watch that ends by itself leaves the steps to their deadlines.
        std::future::pending::<()>().await;
    }

    /// What a person should know about a change that is about no object.
    fn news(&self, change: &Change) -> Option<EventKind> {
        let note = |text| Some(EventKind::Note { text });
        match change {
            Change::Contact { up, what } if *up == self.index().lost_contact().is_some() => {
                Some(EventKind::Contact { up: *up, what: what.clone() })
            }
            Change::Blind { kind, why } => note(format!("cannot see {kind}: {why}; going on without")),
            Change::Clock { ahead } if ahead.abs() >= WRONG => {
                let minutes = ahead.abs().as_secs() / 60;
                let way = if ahead.is_positive() { "behind" } else { "ahead of" };
                note(format!("this machine's clock is {minutes} min {way} the cluster's; logins may fail for it"))
            }
            _ => None,
        }
    }

    fn fold(&self, recorder: &Recorder<'_>, change: Change) {
        let mut index = self.index();
        for touched in index.apply(change) {
            match touched {
                Touched::Pod(name) => {
                    if let Some(line) = index.pod(&name).map(|pod| pod::line(&index, pod)) {
                        self.show(recorder, line);
                    }
                }
                Touched::PodGone(name) => self.gone(recorder, name),
            }
        }
    }

    fn show(&self, recorder: &Recorder<'_>, line: pod::PodLine) {
        let change = PodChange::from(line);
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let line = (digest(&change), change.process);
        if shown.insert(change.name.as_str().into(), line) != Some(line) {
            recorder.say(EventKind::PodChanged(change));
        }
    }

    fn gone(&self, recorder: &Recorder<'_>, name: String) {
        let known = self.shown.lock().unwrap_or_else(PoisonError::into_inner).remove(name.as_str());
        if let Some((_, process)) = known {
            recorder.say(EventKind::PodGone { namespace: self.namespace.clone(), name, process });
        }
    }
}

/// The whole line would take the room once more that it takes where it is shown; that two lines of one pod have the same digest will not happen.
fn digest(line: &PodChange) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(line)
}
