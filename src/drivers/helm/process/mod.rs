//! One helm process: started apart from us, found again after a crash, asked to stop. Its words go into files of the
//! deployment's folder, for the owner only. Must not know what helm is told.
//!
//! helm's standard output is not asked for as JSON: that repeats the manifest and the values, secrets included, and a
//! failure has none. The status line says enough, and the release's own record in the cluster says the rest.
#[cfg(test)]
mod tests;

use std::{
    ffi::OsString,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use rustix::process::Signal;
use serde::{Deserialize, Serialize};
use tokio::process::{Child, Command};

pub use crate::drivers::processes::host;

use super::{HelmProgram, failure, isolation};
use crate::{
    drivers::{folder, processes::Identity},
    problem::Problem,
    run::ports::{ChildProcess, HelmRun, PortResult},
};

/// How long helm may take to note its end in the cluster after it was asked to stop.
const FAREWELL: Duration = Duration::from_secs(10);
/// How often an adopted process is looked at: it is no child of ours, so nobody tells us of its end.
const GLANCE: Duration = Duration::from_millis(200);
/// How much of helm's words is read, in bytes, from their end: a refusal may repeat an object of hundreds of kilobytes.
const WORDS: u64 = 4 << 20;

/// A helm command to be started.
pub struct Job<'a> {
    /// Release it works on; one process at a time per release.
    pub release: &'a str,
    /// Arguments.
    pub arguments: Vec<OsString>,
    /// Values file, which goes away with the process.
    pub values: Option<PathBuf>,
}

impl Job<'_> {
    /// Starts helm.
    pub fn start(self, helm: &HelmProgram) -> Result<Running, Problem> {
        let trace = Trace::new(&helm.folder, self.release, self.values.clone());
        let child = self.spawn(helm, &trace).map_err(|error| {
            trace.wipe();
            Problem::new("helm-unusable", format!("cannot start `{}`: {error}", helm.program.display()))
        })?;
        let who = identify(child.id().unwrap_or_default());
        // Without the note only a crash could not find helm again; the journal, which shares the disk, says what is wrong.
        let _ = trace.remember(&who);
        Ok(Running { child: Some(child), who, trace })
    }

    /// The working folder is an empty one: in any other, a folder that is called like the chart would be taken for it.
    fn spawn(&self, helm: &HelmProgram, trace: &Trace) -> io::Result<Child> {
        let empty = helm.folder.join("helm/no-plugins");
        DirBuilder::new().recursive(true).mode(0o700).create(&empty)?;
        Command::new(&helm.program)
            .args(&self.arguments)
            .env_clear()
            .envs(isolation::environment(&helm.kubeconfig, &helm.folder))
            .current_dir(&empty)
            .stdin(Stdio::null())
            .stdout(fresh(&trace.out)?)
            .stderr(fresh(&trace.err)?)
            .process_group(0)
            .spawn()
    }
}

/// An empty file for the owner only, whatever was there before.
fn fresh(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// What a helm process leaves in the folder.
#[derive(Debug, Serialize, Deserialize)]
struct Trace {
    folder: PathBuf,
    release: String,
    out: PathBuf,
    err: PathBuf,
    values: Option<PathBuf>,
    started: u64,
    /// Machine on which it runs: a home folder may be shared by many.
    host: String,
}

impl Trace {
    fn new(folder: &Path, release: &str, values: Option<PathBuf>) -> Self {
        Self {
            folder: folder.to_owned(),
            release: release.to_owned(),
            out: folder.join(format!("helm-{release}.out")),
            err: folder.join(format!("helm-{release}.err")),
            values,
            started: 0,
            host: host(),
        }
    }

    fn note(folder: &Path, pid: u32) -> PathBuf {
        folder.join(format!("helm-{pid}.json"))
    }

    /// Writes down whose trace this is, for a later run.
    fn remember(&self, who: &ChildProcess) -> Result<(), Problem> {
        let mut note = serde_json::to_value(self).unwrap_or_default();
        if let Some(started) = note.get_mut("started") {
            *started = who.started.into();
        }
        folder::write_private(&Self::note(&self.folder, who.pid), &note.to_string())
    }

    fn recall(folder: &Path, who: &ChildProcess) -> Option<Self> {
        let text = fs::read_to_string(Self::note(folder, who.pid)).ok()?;
        let trace: Self = serde_json::from_str(&text).ok()?;
        (trace.started == who.started && trace.host == host()).then_some(trace)
    }

    /// Removes what may hold values or a chart's notes. The words of a failure stay, for whoever looks later.
    fn wipe(&self) {
        for path in [Some(&self.out), self.values.as_ref()].into_iter().flatten() {
            // What is not there need not go.
            let _ = fs::remove_file(path);
        }
    }
}

/// A helm process, started by this run or by an earlier one.
pub struct Running {
    /// `None` if an earlier run started it.
    child: Option<Child>,
    who: ChildProcess,
    trace: Trace,
}

impl Running {
    /// The process of an earlier run, if it is the same and still lives. One of another machine is left alone.
    pub fn adopt(folder: &Path, who: ChildProcess) -> Option<Self> {
        let trace = Trace::recall(folder, &who)?;
        let running = Self { child: None, who, trace };
        if lives(&running.who) {
            return Some(running);
        }
        running.tidy();
        None
    }

    /// Waits for the end; `None`: nobody knows how it ended.
    async fn ended(&mut self) -> Option<bool> {
        let Some(child) = &mut self.child else {
            while lives(&self.who) {
                tokio::time::sleep(GLANCE).await;
            }
            return None;
        };
        child.wait().await.ok().map(|status| status.success())
    }

    /// Asks it to stop, and kills it if it does not in time.
    async fn stop_within(&mut self, farewell: Duration) {
        // helm notes `failed` in the cluster on SIGTERM; killed at once, its release would stay pending.
        self.signal(Signal::TERM);
        if tokio::time::timeout(farewell, self.ended()).await.is_err() {
            self.signal(Signal::KILL);
            self.ended().await;
        }
        self.tidy();
    }

    fn outcome(&self, success: Option<bool>) -> PortResult<()> {
        let (out, err) = (tail(&self.trace.out), tail(&self.trace.err));
        self.tidy();
        match success {
            Some(true) => Ok(()),
            None if out.contains("STATUS: deployed") || out.contains("uninstalled") => Ok(()),
            _ => Err(failure::explain(&self.trace.release, &err, &out)),
        }
    }

    fn tidy(&self) {
        self.trace.wipe();
        let _ = fs::remove_file(Trace::note(&self.trace.folder, self.who.pid));
    }

    fn signal(&self, signal: Signal) {
        let who = Identity { pid: self.who.pid, started: self.who.started };
        // The number may belong to another process by now, and so may that of its group.
        if who.lives() {
            who.signal(signal);
            if signal == Signal::KILL {
                who.signal_group(signal);
            }
        }
    }
}

impl HelmRun for Running {
    fn child(&self) -> ChildProcess {
        self.who.clone()
    }

    fn wait(&mut self) -> BoxFuture<'_, PortResult<()>> {
        async move {
            let success = self.ended().await;
            self.outcome(success)
        }
        .boxed()
    }

    fn stop(&mut self) -> BoxFuture<'_, ()> {
        self.stop_within(FAREWELL).boxed()
    }
}

/// The process that works on a release, by the notes of a folder. Notes of those that died go away.
pub fn left_behind(folder: &Path, release: &str) -> Option<ChildProcess> {
    fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let pid = name.strip_prefix("helm-")?.strip_suffix(".json")?.parse().ok()?;
        let trace: Trace = serde_json::from_str(&fs::read_to_string(entry.path()).ok()?).ok()?;
        if trace.release != release {
            return None;
        }
        let who = ChildProcess { pid, started: trace.started, host: trace.host };
        Running::adopt(folder, who.clone()).map(|_| who)
    })
}

/// The end of a file as text; empty if it cannot be read.
fn tail(path: &Path) -> String {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(WORDS)))?;
        let mut bytes = Vec::new();
        file.take(WORDS).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
}

fn identify(pid: u32) -> ChildProcess {
    ChildProcess { pid, started: Identity::of(pid).started, host: host() }
}

/// Whether this very process, not just its number, is there and has not ended.
fn lives(who: &ChildProcess) -> bool {
    Identity { pid: who.pid, started: who.started }.lives()
}
