//! How long a step may take. Time in which nobody could look does not count: while the cluster is silent, or while this
//! machine sleeps. Must not know what is waited for.
use jiff::{SignedDuration, Timestamp};

use crate::{health::verdict::Finding, plan::graph::Step, run::reach::after};

/// More than this between two looks means that this machine slept, or that a call hung.
const STALL: SignedDuration = SignedDuration::from_secs(30);

/// The wait of a step, with what was said of it last.
pub struct Wait<'s> {
    /// Whose.
    pub step: &'s Step,
    /// When the step fails.
    pub deadline: Timestamp,
    /// What was said last.
    pub said: String,
    /// What a person must mend.
    pub blocked: Option<Blocked>,
    /// How long the cluster has been silent while somebody looked.
    pub silence: SignedDuration,
    /// When it is looked next whether the supervisor of this machine's processes runs.
    pub revive: Timestamp,
    looked: Timestamp,
}

/// What a person must mend.
pub struct Blocked {
    /// Code of the cause, before the last words of a program told more.
    pub cause: String,
    /// As it was said.
    pub finding: Finding,
    /// Since when.
    pub since: Timestamp,
}

impl<'s> Wait<'s> {
    /// A wait that begins now.
    pub fn new(step: &'s Step, now: Timestamp) -> Self {
        let deadline = after(now, step.deadline);
        let silence = SignedDuration::ZERO;
        Self { step, deadline, said: String::new(), blocked: None, silence, revive: now, looked: now }
    }

    /// Time passed, in contact with the cluster or without.
    pub fn pass(&mut self, now: Timestamp, contact: bool) {
        let passed = now.duration_since(self.looked);
        self.looked = now;
        self.silence = if contact { SignedDuration::ZERO } else { self.silence + passed.min(STALL) };
        if !contact || passed > STALL {
            self.postpone(passed);
        }
    }

    /// A download that goes on never makes a step fail; the deadline moves along.
    pub fn downloading(&mut self, now: Timestamp) {
        self.deadline = self.deadline.max(after(now, self.step.deadline / 2));
    }

    fn postpone(&mut self, by: SignedDuration) {
        let later = |at: Timestamp| at.checked_add(by).unwrap_or(Timestamp::MAX);
        self.deadline = later(self.deadline);
        if let Some(blocked) = &mut self.blocked {
            blocked.since = later(blocked.since);
        }
    }
}
