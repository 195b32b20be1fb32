//! What a rung of the ladder is. Must not know any rung, nor how they are climbed.
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures::future::BoxFuture;

use super::scene::Scene;
use crate::{health::text, plan::graph::Checks, problem::Problem};

/// One rung: a row of the table.
pub struct Rung {
    /// Stable kebab-case name.
    pub id: &'static str,
    /// Height in the ladder, 0–6.
    pub height: u8,
    /// A few words.
    pub title: &'static str,
    /// Whether these checks ask for it.
    pub wanted: fn(&Checks) -> bool,
    /// Rungs that must be green before it is tried. Those that are not wanted do not count.
    pub needs: &'static [&'static str],
    /// How long it may take.
    pub limit: Duration,
    /// Tries it. May be dropped at any await: what must not stay behind is the track's `clean`'s business.
    pub run: for<'a> fn(&'a Scene<'a>, &'a Notes) -> BoxFuture<'a, Result<(), Stop>>,
}

/// Removes what rungs left.
pub type Clean = for<'a> fn(&'a Scene<'a>) -> BoxFuture<'a, Result<(), Problem>>;

/// Rungs that are climbed one after another; tracks are climbed at the same time.
pub struct Track {
    /// The rungs, lowest first.
    pub rungs: &'static [Rung],
    /// Removes what the rungs left in the cluster. Runs after the last of them however they ended: red, cancelled, timed out.
    pub clean: Option<Clean>,
}

/// Why a rung is not green.
#[derive(Debug)]
pub enum Stop {
    /// Red, with the cause.
    Failed(Problem),
    /// It cannot be tried here, with the reason and how that could change.
    Skipped(Problem),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

/// Most lines of each kind that are kept: a rung writes a handful, a hostile cluster might make it write without end.
const MOST: usize = 200;

/// What a rung writes down while it is tried; kept when it fails, times out or is cancelled.
#[derive(Debug, Default)]
pub struct Notes(Mutex<Written>);

#[derive(Debug, Default, Clone)]
struct Written {
    tried: Vec<String>,
    seen: Vec<String>,
}

impl Notes {
    /// What is being tried: a request, an address, a call.
    pub fn tried(&self, what: impl AsRef<str>) {
        self.write(|written| push(&mut written.tried, what.as_ref()));
    }

    /// Something that was seen: a version, a count, an answer.
    pub fn seen(&self, what: impl AsRef<str>) {
        self.write(|written| push(&mut written.seen, what.as_ref()));
    }

    /// What was tried in one line, and what was seen.
    pub fn read(&self) -> (String, Vec<String>) {
        let written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (written.tried.join(", "), written.seen.clone())
    }

    fn write(&self, change: impl FnOnce(&mut Written)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn push(lines: &mut Vec<String>, line: &str) {
    if lines.len() < MOST {
        lines.push(text::line(line));
    }
}
