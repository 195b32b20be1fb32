//! The machine of states with a clock that the test winds.
use super::*;
use crate::{drivers::machine::seen::State, plan::graph::Process};

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
    assert!(effects.contains(&Effect::Terminate(process(102))) && effects.contains(&Effect::Terminate(process(103))));
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
