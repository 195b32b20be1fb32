//! Steps whose wait a person gave up: what a step made stays, nobody waits until it is ready, and what needs it begins all the
//! same. Must not know why.
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Notify;

use crate::plan::graph::StepId;

/// What is said of a step that was not waited for.
pub const BY_HAND: &str = "not waited for: skipped by hand";

/// Steps that are not waited for. A handle: its clones are the same, so that it can be said while the run goes on.
#[derive(Debug, Clone, Default)]
pub struct Skips(Arc<Said>);

#[derive(Debug, Default)]
struct Said {
    steps: Mutex<BTreeSet<StepId>>,
    more: Notify,
}

impl Skips {
    /// A step is not waited for, whether it has begun or not.
    pub fn skip(&self, step: StepId) {
        self.0.steps.lock().unwrap_or_else(PoisonError::into_inner).insert(step);
        self.0.more.notify_waiters();
    }

    /// Whether a step is not waited for.
    pub fn has(&self, step: &StepId) -> bool {
        self.0.steps.lock().unwrap_or_else(PoisonError::into_inner).contains(step)
    }

    /// Returns as soon as a step is not waited for.
    pub async fn until(&self, step: &StepId) {
        loop {
            let more = self.0.more.notified();
            let mut more = std::pin::pin!(more);
            // What is said from here on is heard.
            more.as_mut().enable();
            if self.has(step) {
                return;
            }
            more.await;
        }
    }
}
