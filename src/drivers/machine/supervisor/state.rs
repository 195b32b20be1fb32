//! What the supervisor does when: a state machine from events to effects, without files, processes or a clock.
//! Must not know how an effect is carried out.
use std::time::Duration;

use jiff::Timestamp;

use crate::{
    drivers::{
        machine::{
            seen::{Ended, SeenProcess, State},
            wanted::Kept,
        },
        processes::Identity,
    },
    plan::graph::Probe,
};

/// Pause before a process that ended starts again; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A process that was ready for so long begins with the first pause again.
const HEALTHY: Duration = Duration::from_secs(60);
/// How often a process that has never been ready is asked.
const EAGER: Duration = Duration::from_millis(100);
/// How soon one is asked again that did not answer.
const DOUBTFUL: Duration = Duration::from_secs(1);
/// How often one is asked that answers.
const CALM: Duration = Duration::from_secs(5);
/// So many questions in a row without an answer, and a process is not ready any more.
const MISSES: u32 = 3;

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

#[derive(Debug)]
struct Member {
    kept: Kept,
    since: Timestamp,
    phase: Phase,
    ready: bool,
    turned: Timestamp,
    restarts: u32,
    last: Option<Ended>,
    pause: Duration,
    /// Nobody wants it any more.
    leaves: bool,
}

#[derive(Debug)]
enum Phase {
    Waiting { reason: String, message: Option<String>, at: Duration, until: Option<Timestamp> },
    Starting,
    Running(Running),
    Ending { run: Running, kill_at: Duration, killed: bool },
}

#[derive(Debug, Clone)]
struct Running {
    process: Identity,
    since: Timestamp,
    /// When it is asked next; `None`: an answer is awaited.
    ask_at: Option<Duration>,
    misses: u32,
    ready_since: Option<Duration>,
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
        let ask_at = Some(now.steady);
        member.phase = Phase::Running(Running { process, since: now.wall, ask_at, misses: 0, ready_since: None });
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

impl Member {
    fn new(kept: Kept, now: Moment) -> Self {
        Self {
            kept,
            since: now.wall,
            phase: Phase::at_once(now),
            ready: false,
            turned: now.wall,
            restarts: 0,
            last: None,
            pause: FIRST_PAUSE,
            leaves: false,
        }
    }

    fn name(&self) -> &str {
        &self.kept.process.name
    }

    fn within(&self) -> Duration {
        Duration::from_secs(self.kept.process.ends_within.into())
    }

    fn process(&self) -> Option<Identity> {
        match &self.phase {
            Phase::Running(run) | Phase::Ending { run, .. } => Some(run.process),
            Phase::Waiting { .. } | Phase::Starting => None,
        }
    }

    fn pid(&self) -> Option<u32> {
        self.process().map(|process| process.pid)
    }

    const fn is_ending(&self) -> bool {
        matches!(self.phase, Phase::Ending { .. })
    }

    /// Takes on what is wanted now; starts again if that is something else.
    fn become_like(&mut self, kept: Kept, now: Moment) -> Option<Effect> {
        let same = self.kept == kept;
        let stays = !std::mem::take(&mut self.leaves);
        if same && stays {
            return None;
        }
        self.kept = kept;
        let (restarts, last, pause) = (0, None, FIRST_PAUSE);
        (self.restarts, self.last, self.pause) = (restarts, last, pause);
        match self.phase {
            Phase::Waiting { .. } => {
                self.phase = Phase::at_once(now);
                None
            }
            _ => self.end(now),
        }
    }

    /// Has it end, if it runs.
    fn end(&mut self, now: Moment) -> Option<Effect> {
        let Phase::Running(run) = &self.phase else { return None };
        let (run, process) = (run.clone(), run.process);
        self.phase = Phase::Ending { run, kill_at: now.steady + self.within(), killed: false };
        self.turn(false, now);
        Some(Effect::Terminate(process))
    }

    fn ended(&mut self, end: End, now: Moment) {
        let Phase::Running(run) = &self.phase else {
            // It was asked to: that is no crash.
            self.phase = Phase::at_once(now);
            return;
        };
        self.last = Some(end.told(run.since, now.wall));
        self.restarts = self.restarts.saturating_add(1);
        let message = format!("back-off {} restarting failed process `{}`", span(self.pause), self.name());
        self.wait("CrashLoopBackOff", Some(message), now);
    }

    /// Waits for its next start, each time twice as long.
    fn wait(&mut self, reason: &str, message: Option<String>, now: Moment) {
        let (at, until) = (now.steady + self.pause, now.wall.checked_add(self.pause).ok());
        self.phase = Phase::Waiting { reason: reason.to_owned(), message, at, until };
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.turn(false, now);
    }

    fn asked(&mut self, answered: bool, now: Moment) {
        let ready = self.ready;
        let Phase::Running(run) = &mut self.phase else { return };
        run.misses = if answered { 0 } else { run.misses.saturating_add(1) };
        let pause = match (answered, run.ready_since) {
            (true, _) => CALM,
            (false, None) => EAGER,
            (false, Some(_)) => DOUBTFUL,
        };
        run.ask_at = Some(now.steady + pause);
        if answered && !ready {
            run.ready_since = Some(now.steady);
        }
        let ready = answered || (ready && run.misses < MISSES);
        self.turn(ready, now);
    }

    fn turn(&mut self, ready: bool, now: Moment) {
        if self.ready != ready {
            self.ready = ready;
            self.turned = now.wall;
        }
    }

    /// What its time has come for.
    fn due(&mut self, stopping: bool, now: Moment) -> Option<Effect> {
        match &mut self.phase {
            Phase::Waiting { at, .. } if *at <= now.steady && !stopping => {
                self.phase = Phase::Starting;
                Some(Effect::Start(Box::new(self.kept.clone())))
            }
            Phase::Running(run) => {
                let healthy = |since: Duration| now.steady.saturating_sub(since) >= HEALTHY;
                if self.ready && run.ready_since.is_some_and(healthy) {
                    self.pause = FIRST_PAUSE;
                }
                run.ask_at.take_if(|at| *at <= now.steady)?;
                Some(Effect::Ask { process: run.process, probe: self.kept.process.probe.clone() })
            }
            Phase::Ending { run, kill_at, killed } if *kill_at <= now.steady && !*killed => {
                *killed = true;
                Some(Effect::Kill(run.process))
            }
            Phase::Waiting { .. } | Phase::Starting | Phase::Ending { .. } => None,
        }
    }

    fn seen(&self) -> SeenProcess {
        let process = &self.kept.process;
        SeenProcess {
            name: process.name.clone(),
            revision: process.revision.clone(),
            probe: process.probe.clone(),
            since: self.since,
            state: self.phase.seen(),
            ready: self.ready,
            turned: self.turned,
            restarts: self.restarts,
            last: self.last.clone(),
        }
    }
}

impl Phase {
    /// To be started now.
    fn at_once(now: Moment) -> Self {
        Self::Waiting { reason: "ContainerCreating".to_owned(), message: None, at: now.steady, until: None }
    }

    fn seen(&self) -> State {
        match self {
            Self::Waiting { reason, message, until, .. } => {
                State::Waiting { reason: reason.clone(), message: message.clone(), until: *until }
            }
            Self::Starting => State::Waiting { reason: "ContainerCreating".to_owned(), message: None, until: None },
            Self::Running(run) | Self::Ending { run, .. } => State::Running { process: run.process, since: run.since },
        }
    }
}

impl End {
    /// In the words of Kubernetes.
    fn told(self, began: Timestamp, at: Timestamp) -> Ended {
        let code = self.signal.map_or(self.code, |signal| signal.saturating_add(128));
        let reason = match code {
            _ if self.out_of_memory => "OOMKilled",
            0 => "Completed",
            _ => "Error",
        };
        Ended { code, signal: self.signal, reason: reason.to_owned(), began, at }
    }
}

/// `8s`, `1m0s`: as the kubelet writes it.
fn span(pause: Duration) -> String {
    let seconds = pause.as_secs();
    if seconds < 60 { format!("{seconds}s") } else { format!("{}m{}s", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::graph::Process;

    /// A deployment with a clock that the test winds.
    #[derive(Default)]
    struct Bench {
        deployment: Deployment,
        seconds: f64,
        started: u32,
    }

    impl Bench {
        fn with(names: &[&str]) -> Self {
            let mut bench = Self::default();
            let effects = bench.step(Event::Wanted(names.iter().map(|name| kept(name, "1")).collect()));
            bench.start(&effects);
            bench
        }

        fn step(&mut self, event: Event) -> Vec<Effect> {
            let steady = Duration::from_secs_f64(self.seconds);
            let wall = Timestamp::UNIX_EPOCH.checked_add(steady).unwrap();
            self.deployment.step(event, Moment { steady, wall })
        }

        fn pass(&mut self, seconds: f64) -> Vec<Effect> {
            self.seconds += seconds;
            self.step(Event::Time)
        }

        /// Starts what is to be started, with numbers from 101 on.
        fn start(&mut self, effects: &[Effect]) -> Vec<String> {
            let wanted = effects.iter().filter_map(|one| match one {
                Effect::Start(kept) => Some(kept.process.name.clone()),
                _ => None,
            });
            let names: Vec<String> = wanted.collect();
            for name in &names {
                self.started += 1;
                let process = Identity { pid: 100 + self.started, started: 1 };
                self.step(Event::Started { name: name.clone(), process });
            }
            names
        }

        fn answer(&mut self, pid: u32, answered: bool) -> Vec<Effect> {
            self.step(Event::Asked { process: Identity { pid, started: 1 }, answered })
        }

        fn crash(&mut self, pid: u32) -> Vec<Effect> {
            self.step(Event::Ended { pid, end: End { code: 1, ..End::default() } })
        }

        fn seen(&self, name: &str) -> SeenProcess {
            self.deployment.seen().into_iter().find(|one| one.name == name).unwrap()
        }
    }

    fn kept(name: &str, revision: &str) -> Kept {
        let process =
            Process { name: name.to_owned(), revision: revision.to_owned(), ends_within: 10, ..Process::default() };
        Kept { process, again: 0 }
    }

    fn asks(effects: &[Effect]) -> usize {
        effects.iter().filter(|one| matches!(one, Effect::Ask { .. })).count()
    }

    fn process(pid: u32) -> Identity {
        Identity { pid, started: 1 }
    }

    #[test]
    fn pauses_double_up_to_a_minute_and_health_makes_them_short_again() {
        let mut bench = Bench::with(&["hub"]);
        let mut pauses = Vec::new();
        for n in 0..8 {
            bench.crash(101 + n);
            let before = bench.seconds;
            let effects = loop {
                let effects = bench.pass(0.5);
                if !effects.is_empty() {
                    break effects;
                }
            };
            pauses.push(bench.seconds - before);
            bench.start(&effects);
        }
        assert_eq!(pauses, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]);
        assert_eq!(bench.seen("hub").restarts, 8);
        bench.answer(109, true);
        bench.pass(60.0);
        bench.crash(109);
        let State::Waiting { message, .. } = bench.seen("hub").state else { panic!("it has just ended") };
        assert_eq!(message.unwrap(), "back-off 1s restarting failed process `hub`");
    }

    #[test]
    fn readiness_needs_one_answer_and_is_lost_after_three_misses() {
        let mut bench = Bench::with(&["hub"]);
        assert_eq!(asks(&bench.pass(0.0)), 0, "it was asked when it started, and has not answered");
        assert_eq!(asks(&bench.answer(101, false)), 0);
        assert_eq!(asks(&bench.pass(0.1)), 1, "one that starts is asked often");
        bench.answer(101, true);
        assert!(bench.seen("hub").ready);
        assert_eq!(asks(&bench.pass(1.0)), 0, "one that answers is asked seldom");
        for misses in 1..=3 {
            bench.pass(5.0);
            bench.answer(101, false);
            assert_eq!(bench.seen("hub").ready, misses < 3);
        }
        let turned = bench.seen("hub").turned;
        bench.pass(1.0);
        bench.answer(101, false);
        assert_eq!(bench.seen("hub").turned, turned, "it is not ready since the first time");
    }

    #[test]
    fn a_late_answer_of_an_ended_process_is_not_taken_for_its_successors() {
        let mut bench = Bench::with(&["hub"]);
        bench.crash(101);
        let effects = bench.pass(1.0);
        bench.start(&effects);
        bench.answer(101, true);
        assert!(!bench.seen("hub").ready);
    }

    #[test]
    fn only_what_changed_starts_again_and_what_is_not_wanted_ends() {
        let mut bench = Bench::with(&["proxy", "hub", "ray-head"]);
        let effects = bench.step(Event::Wanted(vec![kept("dask", "1"), kept("proxy", "1"), kept("hub", "2")]));
        assert!(
            effects.contains(&Effect::Terminate(process(102))) && effects.contains(&Effect::Terminate(process(103)))
        );
        assert!(!effects.contains(&Effect::Terminate(process(101))), "nothing about the proxy changed");
        assert_eq!(bench.start(&effects), ["dask"]);
        assert!(!bench.seen("hub").ready);
        let effects = bench.crash(102);
        assert_eq!(bench.start(&effects), ["hub"], "it starts at once: that was no crash");
        assert_eq!((bench.seen("hub").restarts, bench.seen("hub").last), (0, None));
        let effects = bench.crash(103);
        assert!(effects.contains(&Effect::Sweep { name: "ray-head".into(), within: Duration::from_secs(10) }));
        let names: Vec<String> = bench.deployment.seen().into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["dask", "proxy", "hub"]);
    }

    #[test]
    fn one_that_is_wanted_again_while_it_ends_comes_back() {
        let mut bench = Bench::with(&["hub"]);
        bench.step(Event::Wanted(Vec::new()));
        bench.step(Event::Wanted(vec![kept("hub", "1")]));
        let effects = bench.crash(101);
        assert_eq!(bench.start(&effects), ["hub"]);
    }

    #[test]
    fn everything_ends_in_reverse_order_one_after_the_other() {
        let mut bench = Bench::with(&["proxy", "hub"]);
        assert_eq!(bench.step(Event::Stop), [Effect::Terminate(process(102))]);
        assert_eq!(bench.pass(9.0), []);
        assert_eq!(bench.pass(1.0), [Effect::Kill(process(102))], "it had its ten seconds");
        assert_eq!(bench.pass(1.0), [], "once is enough");
        let effects = bench.crash(102);
        assert!(effects.contains(&Effect::Terminate(process(101))) && !effects.contains(&Effect::Leave));
        assert!(bench.crash(101).contains(&Effect::Leave));
    }

    #[test]
    fn what_waits_for_its_next_start_does_not_start_while_all_ends() {
        let mut bench = Bench::with(&["hub"]);
        bench.crash(101);
        assert_eq!(bench.step(Event::Stop), [Effect::Leave]);
        assert!(!bench.pass(60.0).iter().any(|one| matches!(one, Effect::Start(_))));
    }

    #[test]
    fn one_that_cannot_be_started_says_why_and_is_tried_again() {
        let mut bench = Bench::default();
        bench.step(Event::Wanted(vec![kept("hub", "1")]));
        let refused = |bench: &mut Bench| {
            let (name, message) = ("hub".to_owned(), "there is no program".to_owned());
            bench.step(Event::NotStarted { name, reason: "CreateContainerError", message })
        };
        refused(&mut bench);
        let seen = bench.seen("hub");
        let State::Waiting { reason, message, until } = seen.state else { panic!("it does not run") };
        assert_eq!((reason.as_str(), message.as_deref()), ("CreateContainerError", Some("there is no program")));
        assert_eq!(until, Timestamp::from_second(1).ok());
        assert!(matches!(bench.pass(1.0).as_slice(), [Effect::Start(_)]));
        refused(&mut bench);
        assert_eq!(bench.pass(1.0), []);
        assert!(matches!(bench.pass(1.0).as_slice(), [Effect::Start(_)]));
    }

    #[test]
    fn ends_are_told_as_kubernetes_tells_them() {
        let told = |code, signal, out_of_memory| {
            let ended = End { code, signal, out_of_memory }.told(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
            (ended.code, ended.reason)
        };
        assert_eq!(told(0, None, false), (0, "Completed".to_owned()));
        assert_eq!(told(3, None, false), (3, "Error".to_owned()));
        assert_eq!(told(0, Some(15), false), (143, "Error".to_owned()));
        assert_eq!(told(0, Some(9), true), (137, "OOMKilled".to_owned()));
        assert_eq!([8, 60, 90].map(|seconds| span(Duration::from_secs(seconds))), ["8s", "1m0s", "1m30s"]);
    }
}
