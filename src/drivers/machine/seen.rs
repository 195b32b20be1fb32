//! What runs: a file that the supervisor writes, whole or not at all, and everybody reads.
//! Must not know how it is shown.
use std::{fs, io, io::Write, os::unix::fs::OpenOptionsExt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::layout::Layout;
use crate::{drivers::processes::Identity, plan::graph::Probe};

/// What runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Seen {
    /// The supervisor that wrote it.
    pub supervisor: Identity,
    /// Version of the supervisor.
    pub version: String,
    /// What of [`super::wanted::Wanted::generation`] was taken in.
    pub generation: u64,
    /// Processes, in the order in which they start.
    pub processes: Vec<SeenProcess>,
}

/// How a process is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SeenProcess {
    /// Name.
    pub name: String,
    /// SHA-256 of the files it reads.
    pub revision: String,
    /// How it is asked.
    pub probe: Probe,
    /// When it was first asked for.
    pub since: Timestamp,
    /// Whether it runs.
    pub state: State,
    /// Whether it answers.
    pub ready: bool,
    /// When that changed last.
    pub turned: Timestamp,
    /// How often it ended and was started again.
    pub restarts: u32,
    /// How it ended last.
    pub last: Option<Ended>,
}

/// Whether a process runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is to be started.
    Waiting {
        /// One word, as Kubernetes has it: `CrashLoopBackOff`.
        reason: String,
        /// A sentence.
        message: Option<String>,
        /// When it is started, if not at once.
        until: Option<Timestamp>,
    },
    /// It runs.
    Running {
        /// Process.
        process: Identity,
        /// Since when.
        since: Timestamp,
    },
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ended {
    /// Exit code; 128 and the signal where one ended it.
    pub code: i32,
    /// Signal that ended it.
    pub signal: Option<i32>,
    /// `Completed`, `Error`, `OOMKilled`.
    pub reason: String,
    /// When it had begun.
    pub began: Timestamp,
    /// When it ended.
    pub at: Timestamp,
}

impl Seen {
    /// What the last supervisor wrote, whether it lives or not.
    pub fn read(layout: &Layout) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(layout.seen()).ok()?).ok()
    }

    /// Writes it down. Not synced: after a power cut nothing of it is true any more.
    pub fn write(&self, layout: &Layout) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        let part = layout.run().join("seen.part");
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        file.write_all(&text)?;
        fs::rename(&part, layout.seen())
    }
}
