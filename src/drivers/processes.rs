//! What `/proc` says about processes of this machine. Must not know what any of them is for.
use std::fs;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde::{Deserialize, Serialize};

/// A process that is recognised even if its number was given away again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Process id.
    pub pid: u32,
    /// Start time in clock ticks since boot; 0 where nobody tells.
    pub started: u64,
}

impl Identity {
    /// The process that has this number now.
    pub fn of(pid: u32) -> Self {
        Self { pid, started: stat(pid).map(|stat| stat.started).unwrap_or_default() }
    }

    /// This process.
    pub fn own() -> Self {
        Self::of(std::process::id())
    }

    /// Whether this very process, not just its number, is there and has not ended.
    pub fn lives(&self) -> bool {
        if self.started == 0 {
            return self.raw().is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok());
        }
        stat(self.pid).is_some_and(|stat| !stat.has_ended() && stat.started == self.started)
    }

    /// Sends a signal to this very process; who ended in between needs none.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = self.raw().filter(|_| self.lives()) {
            let _ = kill_process(pid, signal);
        }
    }

    /// Sends a signal to all of the group that it leads, also after its own end.
    pub fn signal_group(&self, signal: Signal) {
        if let Some(pid) = self.raw() {
            let _ = kill_process_group(pid, signal);
        }
    }

    fn raw(&self) -> Option<Pid> {
        // 1 is never ours, and 0 and less are not processes.
        Pid::from_raw(i32::try_from(self.pid).ok()?).filter(|_| self.pid > 1)
    }
}

/// A line of `/proc/PID/stat`.
pub struct Stat {
    /// `R`, `S`, `Z` …
    state: String,
    /// Number of its parent.
    pub parent: u32,
    /// Start time in clock ticks since boot.
    pub started: u64,
}

impl Stat {
    /// Whether only its number is left.
    pub fn has_ended(&self) -> bool {
        matches!(self.state.as_str(), "Z" | "X")
    }
}

/// How a process is; `None` where there is none, or no `/proc`.
pub fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold blanks and brackets itself: fields are counted from its end.
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?.to_owned();
    let parent = fields.next()?.parse().ok()?;
    let started = fields.nth(17)?.parse().ok()?;
    Some(Stat { state, parent, started })
}

/// Numbers of all processes.
pub fn all() -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// Variables that a process was started with, as `NAME=value`; none where they may not be seen.
pub fn environment(pid: u32) -> Vec<Vec<u8>> {
    let bytes = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    bytes.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect()
}

/// Program and arguments of a process, each with a zero behind it.
pub fn command_line(pid: u32) -> Vec<u8> {
    fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default()
}

/// Name of this machine.
pub fn host() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .map_or_else(|| "this machine".to_owned(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_start_not_by_its_number() {
        let own = Identity::own();
        assert!(own.lives());
        assert!(!Identity { started: own.started + 1, ..own }.lives());
        assert!(all().contains(&own.pid));
        assert!(environment(own.pid).iter().any(|one| one.starts_with(b"PATH=")));
    }
}
