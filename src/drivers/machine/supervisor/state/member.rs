//! One process of a deployment: since when it is how, when it is asked, when it starts again. Must not know the others.
use std::time::Duration;

use jiff::Timestamp;

use super::{Effect, End, Moment};
use crate::drivers::{
    machine::{
        seen::{Ended, SeenProcess, State},
        wanted::Kept,
    },
    processes::Identity,
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

/// A process that is wanted, or was.
#[derive(Debug)]
pub(super) struct Member {
    kept: Kept,
    since: Timestamp,
    phase: Phase,
    ready: bool,
    turned: Timestamp,
    restarts: u32,
    last: Option<Ended>,
    pause: Duration,
    /// Nobody wants it any more.
    pub(super) leaves: bool,
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

impl Member {
    /// One that is to be started at once.
    pub(super) fn new(kept: Kept, now: Moment) -> Self {
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

    /// Its name.
    pub(super) fn name(&self) -> &str {
        &self.kept.process.name
    }

    /// How long it may take to end.
    pub(super) fn within(&self) -> Duration {
        Duration::from_secs(self.kept.process.ends_within.into())
    }

    /// The process, while there is one.
    pub(super) fn process(&self) -> Option<Identity> {
        match &self.phase {
            Phase::Running(run) | Phase::Ending { run, .. } => Some(run.process),
            Phase::Waiting { .. } | Phase::Starting => None,
        }
    }

    /// Its number, while it runs.
    pub(super) fn pid(&self) -> Option<u32> {
        self.process().map(|process| process.pid)
    }

    /// Whether it was asked to end.
    pub(super) const fn is_ending(&self) -> bool {
        matches!(self.phase, Phase::Ending { .. })
    }

    /// Takes on what is wanted now; starts again if that is something else.
    pub(super) fn become_like(&mut self, kept: Kept, now: Moment) -> Option<Effect> {
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

    /// It was started.
    pub(super) fn started(&mut self, process: Identity, now: Moment) {
        let ask_at = Some(now.steady);
        self.phase = Phase::Running(Running { process, since: now.wall, ask_at, misses: 0, ready_since: None });
    }

    /// Has it end, if it runs.
    pub(super) fn end(&mut self, now: Moment) -> Option<Effect> {
        let Phase::Running(run) = &self.phase else { return None };
        let (run, process) = (run.clone(), run.process);
        self.phase = Phase::Ending { run, kill_at: now.steady + self.within(), killed: false };
        self.turn(false, now);
        Some(Effect::Terminate(process))
    }

    /// It ended.
    pub(super) fn ended(&mut self, end: End, now: Moment) {
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
    pub(super) fn wait(&mut self, reason: &str, message: Option<String>, now: Moment) {
        let (at, until) = (now.steady + self.pause, now.wall.checked_add(self.pause).ok());
        self.phase = Phase::Waiting { reason: reason.to_owned(), message, at, until };
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.turn(false, now);
    }

    /// It was asked whether it is ready.
    pub(super) fn asked(&mut self, answered: bool, now: Moment) {
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
    pub(super) fn due(&mut self, stopping: bool, now: Moment) -> Option<Effect> {
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

    /// How it is.
    pub(super) fn seen(&self) -> SeenProcess {
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
