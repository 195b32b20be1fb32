//! The journal of the simulated world, and what happens at a line of it or at a change: the run is killed there, or stopped,
//! or the disk is full.
use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use super::{World, error, lock};
use crate::run::ports::{FailureKind, Journal, PortResult};

/// What a run that was killed unwinds with.
pub struct Killed;

/// When the run is killed, and what dies with it.
#[derive(Clone, Copy)]
pub struct Kill {
    pub at: Moment,
    /// Whether everything here dies as well, helm or the supervisor: the machine lost power.
    pub power_cut: bool,
}

/// A moment of the run that is begun next.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// After so many lines of its journal.
    Line(usize),
    /// After so many changes of the world, before the run hears of the last one.
    Change(usize),
}

impl World {
    /// Kills the run that is begun next.
    pub fn kill(&self, kill: Kill) {
        let mut state = lock(&self.state);
        let at = match kill.at {
            Moment::Line(lines) => Moment::Line(state.journal.len() + lines),
            Moment::Change(changes) => Moment::Change(state.changes.len() + changes),
        };
        state.kill = Some(Kill { at, ..kill });
    }

    /// The person presses Ctrl-C after so many lines of the run that is begun next.
    pub fn cancel(&self, lines: usize, token: &CancellationToken) {
        let mut state = lock(&self.state);
        state.cancel = Some((state.journal.len() + lines, token.clone()));
    }

    /// The disk has room for so many more lines; `None`: for all.
    pub fn room(&self, lines: Option<usize>) {
        let mut state = lock(&self.state);
        state.room = lines.map(|lines| state.journal.len() + lines);
    }

    pub fn journal_lines(&self) -> Vec<String> {
        lock(&self.state).journal.clone()
    }

    pub fn changes(&self) -> Vec<String> {
        lock(&self.state).changes.clone()
    }

    /// Something changed: this is where a run may be killed.
    pub(super) fn changed(&self, what: String) {
        let mut state = lock(&self.state);
        let synced = state.synced;
        if state.journal.iter().skip(synced).any(|line| line.contains(r#""event":"calling""#)) {
            state.wrong.push(format!("`{what}` came before its line was on the disk"));
        }
        state.changes.push(what);
        let now = state.changes.len();
        drop(state);
        self.die_if(|at| matches!(at, Moment::Change(changes) if now >= changes));
    }

    fn die_if(&self, due: impl Fn(Moment) -> bool) {
        let mut state = lock(&self.state);
        let Some(kill) = state.kill.take_if(|kill| due(kill.at)) else { return };
        if kill.power_cut {
            // what was not synced is lost as well
            let synced = state.synced;
            state.journal.truncate(synced);
            for process in state.helms.values_mut().filter(|process| process.ended.is_none()) {
                process.ended = Some(Err(error(FailureKind::Other, "killed")));
            }
            state.power_cut();
        }
        state.watchers.clear();
        drop(state);
        // unwinds without a word, as a kill does
        std::panic::resume_unwind(Box::new(Killed))
    }
}

impl Journal for World {
    fn append(&self, line: &str) -> PortResult<()> {
        let mut state = lock(&self.state);
        if state.room.is_some_and(|room| state.journal.len() >= room) {
            return Err(error(FailureKind::Other, "cannot-write"));
        }
        state.journal.push(line.to_owned());
        let now = state.journal.len();
        if let Some((_, token)) = state.cancel.take_if(|(lines, _)| now >= *lines) {
            token.cancel();
        }
        drop(state);
        self.die_if(|at| matches!(at, Moment::Line(lines) if now >= lines));
        Ok(())
    }

    fn sync(&self) -> PortResult<()> {
        let mut state = lock(&self.state);
        state.synced = state.journal.len();
        Ok(())
    }

    fn lines(&self) -> PortResult<Vec<String>> {
        Ok(self.journal_lines())
    }

    fn path(&self) -> PathBuf {
        PathBuf::from("journal.jsonl")
    }
}
