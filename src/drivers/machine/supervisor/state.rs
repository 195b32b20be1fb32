//! What the supervisor does when: a state machine from events to effects, without files, processes or a clock.
//! Must not know how an effect is carried out.
mod member;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;

use self::member::Member;
use crate::{
    drivers::{
        machine::{seen::SeenProcess, wanted::Kept},
        processes::Identity,
    },
    plan::graph::Probe,
};

/// A moment, by a clock that only goes on and by the one on the wall.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Since the supervisor started.
    pub steady: Duration,
    /// For people.
    pub wall: Timestamp,
}

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// These are to run, in this order.
    Wanted(Vec<Kept>),
    /// A process was started.
    Started {
        /// Name.
        name: String,
        /// Process.
        process: Identity,
    },
    /// A process could not be started.
    NotStarted {
        /// Name.
        name: String,
        /// One word.
        reason: &'static str,
        /// A sentence.
        message: String,
    },
    /// A process ended.
    Ended {
        /// Its number.
        pid: u32,
        /// How.
        end: End,
    },
    /// A process was asked whether it is ready.
    Asked {
        /// Process that was asked.
        process: Identity,
        /// Whether it answered.
        answered: bool,
    },
    /// Everything is to end.
    Stop,
    /// Time went on.
    Time,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct End {
    /// Exit code, if no signal ended it.
    pub code: i32,
    /// Signal that ended it.
    pub signal: Option<i32>,
    /// Whether the kernel ran out of memory and chose it.
    pub out_of_memory: bool,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Start a process; an [`Event::Started`] or [`Event::NotStarted`] follows.
    Start(Box<Kept>),
    /// Ask a process whether it is ready; an [`Event::Asked`] follows.
    Ask {
        /// Process.
        process: Identity,
        /// How.
        probe: Probe,
    },
    /// Ask a process to end.
    Terminate(Identity),
    /// End a process at once, with the group that it leads.
    Kill(Identity),
    /// End what a process that is gone for good left behind.
    Sweep {
        /// Name.
        name: String,
        /// Time until SIGKILL.
        within: Duration,
    },
    /// Nothing runs any more: leave.
    Leave,
}

/// A deployment's processes.
#[derive(Debug, Default)]
pub struct Deployment {
    members: Vec<Member>,
    stopping: bool,
}

impl Deployment {
    /// Takes in an event. What is to be done.
    pub fn step(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        let mut effects = match event {
            Event::Wanted(processes) => self.want(processes, now),
            Event::Started { name, process } => self.started(&name, process, now),
            Event::NotStarted { name, reason, message } => self.not_started(&name, reason, message, now),
            Event::Ended { pid, end } => self.ended(pid, end, now),
            Event::Asked { process, answered } => self.asked(process, answered, now),
            Event::Stop => {
                self.stopping = true;
                Vec::new()
            }
            Event::Time => Vec::new(),
        };
        effects.extend(self.due(now));
        effects
    }

    /// How the processes are.
    pub fn seen(&self) -> Vec<SeenProcess> {
        self.members.iter().map(Member::seen).collect()
    }

    /// Whether everything is to end.
    pub const fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// Name of the process of a number.
    pub fn name_of(&self, pid: u32) -> Option<&str> {
        self.members.iter().find(|one| one.pid() == Some(pid)).map(Member::name)
    }

    fn want(&mut self, processes: Vec<Kept>, now: Moment) -> Vec<Effect> {
        if self.stopping {
            return Vec::new();
        }
        let mut effects = Vec::new();
        let names: Vec<String> = processes.iter().map(|kept| kept.process.name.clone()).collect();
        for member in self.members.iter_mut().filter(|one| !names.iter().any(|name| name == one.name())) {
            member.leaves = true;
            effects.extend(member.end(now));
        }
        for kept in processes {
            match self.members.iter_mut().find(|one| one.name() == kept.process.name) {
                Some(member) => effects.extend(member.become_like(kept, now)),
                None => self.members.push(Member::new(kept, now)),
            }
        }
        // Those that leave come last, in their old order.
        let place = |one: &Member| names.iter().position(|name| name == one.name()).unwrap_or(usize::MAX);
        self.members.sort_by_key(place);
        effects.extend(self.let_go());
        effects
    }

    fn started(&mut self, name: &str, process: Identity, now: Moment) -> Vec<Effect> {
        let Some(member) = self.members.iter_mut().find(|one| one.name() == name) else {
            return vec![Effect::Terminate(process)];
        };
        member.started(process, now);
        Vec::new()
    }

    fn not_started(&mut self, name: &str, reason: &str, message: String, now: Moment) -> Vec<Effect> {
        if let Some(member) = self.members.iter_mut().find(|one| one.name() == name) {
            member.wait(reason, Some(message), now);
        }
        Vec::new()
    }

    fn ended(&mut self, pid: u32, end: End, now: Moment) -> Vec<Effect> {
        let Some(member) = self.members.iter_mut().find(|one| one.pid() == Some(pid)) else { return Vec::new() };
        let Some(process) = member.process() else { return Vec::new() };
        // What it started in its own group ends with it; people's servers have groups of their own.
        let mut effects = vec![Effect::Kill(process)];
        member.ended(end, now);
        effects.extend(self.let_go());
        effects
    }

    /// Forgets those who left.
    fn let_go(&mut self) -> Vec<Effect> {
        let gone = |one: &Member| one.leaves && one.pid().is_none();
        let sweep = |one: &Member| Effect::Sweep { name: one.name().to_owned(), within: one.within() };
        let effects = self.members.iter().filter(|one| gone(one)).map(sweep).collect();
        self.members.retain(|one| !gone(one));
        effects
    }

    fn asked(&mut self, process: Identity, answered: bool, now: Moment) -> Vec<Effect> {
        if let Some(member) = self.members.iter_mut().find(|one| one.process() == Some(process)) {
            member.asked(answered, now);
        }
        Vec::new()
    }

    fn due(&mut self, now: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.stopping && !self.members.iter().any(Member::is_ending) {
            match self.members.iter_mut().rev().find(|one| one.pid().is_some()) {
                Some(last) => effects.extend(last.end(now)),
                None => effects.push(Effect::Leave),
            }
        }
        let stopping = self.stopping;
        effects.extend(self.members.iter_mut().filter_map(|one| one.due(stopping, now)));
        effects
    }
}
