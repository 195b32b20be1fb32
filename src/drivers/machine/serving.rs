//! How the driver has the supervisor do things: it writes down what is wanted, starts the supervisor where none is, and
//! waits until that was taken in. Must not know what a process is for.
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use rustix::process::Signal;
use tokio::time::Instant;

use super::{
    followed::Followed,
    inherited,
    layout::Layout,
    logs,
    seen::Seen,
    supervisor::strays::{self, Whose},
    wanted::Wanted,
};
use crate::{
    drivers::{folder, processes::Identity},
    health::text,
    plan::graph::Process,
    problem::Problem,
    run::ports::Applied,
};

/// How often one looks.
const GLANCE: Duration = Duration::from_millis(50);
/// How long the supervisor may take to take something in, over and above what ends before.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long those who watch may take to see it.
const SIGHT: Duration = Duration::from_secs(2);
/// How much of the supervisor's own log is shown if it ends.
const WORDS: usize = 10;

/// The way to the supervisor of a deployment.
pub struct Serving {
    layout: Layout,
    /// Program and first arguments of the supervisor.
    program: Vec<OsString>,
    /// Who watches.
    pub followed: Arc<Followed>,
}

impl Serving {
    /// The way to the supervisor of a folder, which is this program again.
    pub fn new(layout: Layout) -> Self {
        Self::through(layout, vec![own_program().into(), "supervise".into()])
    }

    /// The way to a supervisor that is started by this command, to which `--folder FOLDER` is added.
    pub fn through(layout: Layout, program: Vec<OsString>) -> Self {
        Self { layout, program, followed: Arc::default() }
    }

    /// Has processes run as described, beside those that run.
    pub async fn serve(&self, processes: &[Process]) -> Result<Applied, Problem> {
        self.layout.make()?;
        self.renew().await?;
        let (generation, applied) = Wanted::change(&self.layout, |wanted| {
            wanted.inherited = inherited::own();
            wanted.merge(processes)
        })?;
        let ran = self.is_supervised();
        self.take_in(generation).await?;
        Ok(if ran || applied != Applied::Unchanged { applied } else { Applied::Changed })
    }

    /// Has processes start again.
    pub async fn restart(&self, names: &[String]) -> Result<(), Problem> {
        if !self.layout.is_ours() {
            return Ok(());
        }
        let (generation, ()) = Wanted::change(&self.layout, |wanted| wanted.restart(names))?;
        if self.is_supervised() { self.take_in(generation).await } else { Ok(()) }
    }

    /// Ends every process that is not named. Names of what was ended.
    pub async fn keep_only(&self, names: &[String]) -> Result<Vec<String>, Problem> {
        if !self.layout.is_ours() {
            return Ok(Vec::new());
        }
        let farewell = self.farewell();
        let (generation, gone) = Wanted::change(&self.layout, |wanted| wanted.keep_only(names))?;
        if self.is_supervised() {
            self.take_in(generation).await?;
            self.wait_for(farewell, || self.has_ended(names)).await;
        }
        Ok(gone)
    }

    fn has_ended(&self, names: &[String]) -> bool {
        let seen = Seen::read(&self.layout).unwrap_or_default();
        seen.processes.iter().all(|process| names.contains(&process.name)) || !self.is_supervised()
    }

    /// Starts what was to run last. `false`: it runs already.
    pub async fn start(&self) -> Result<bool, Problem> {
        let wanted = Wanted::read(&self.layout);
        if wanted.processes.is_empty() {
            let folder = self.layout.folder().display();
            return Err(Problem::new("nothing-deployed", format!("nothing was deployed in `{folder}`"))
                .hint("`hubwright install` does that"));
        }
        let ran = self.is_supervised();
        self.take_in(wanted.generation).await?;
        Ok(!ran)
    }

    /// Ends a supervisor of another version, so that the next one is of this version. Not while people have servers or
    /// clusters: those end with it, and it goes on until `hubwright restart`.
    async fn renew(&self) -> Result<(), Problem> {
        let is_other = |seen: Seen| seen.version != env!("CARGO_PKG_VERSION");
        let other = Seen::read(&self.layout).is_some_and(is_other) && self.is_supervised();
        let in_use = || strays::is_used(self.layout.folder()) || strays::is_within(self.layout.folder());
        if other && !in_use() { self.stop().await } else { Ok(()) }
    }

    /// Ends everything, the supervisor last, whatever state it is in. Not from within: whoever asks would end half-way.
    pub async fn stop(&self) -> Result<(), Problem> {
        if self.is_supervised() && strays::is_within(self.layout.folder()) {
            return Err(Problem::new(
                "within-deployment",
                "this terminal is part of the deployment and would end with it",
            )
            .hint("type the same in a terminal of the machine, outside of the notebooks"));
        }
        let farewell = self.farewell();
        if self.is_supervised() {
            self.signal(Signal::TERM);
            if !self.wait_for(farewell + PATIENCE, || !self.is_supervised()).await {
                self.signal(Signal::KILL);
            }
        }
        strays::end(self.layout.folder(), Whose::Deployment, PATIENCE).await;
        let ended = self.wait_for(PATIENCE, || !self.is_supervised()).await;
        let who = self.supervisor().map_or_else(String::new, |who| format!(" (process {})", who.pid));
        if ended {
            Ok(())
        } else {
            Err(Problem::new("still-running", format!("the supervisor{who} does not end")).retry())
        }
    }

    /// Whether a supervisor keeps the processes running.
    pub fn is_supervised(&self) -> bool {
        let Ok(file) = File::open(self.layout.lock()) else { return false };
        // Given back at once; a supervisor that starts in this moment waits for it.
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    /// Time in which everything ends one after the other.
    fn farewell(&self) -> Duration {
        let each = Wanted::read(&self.layout).processes.into_iter().map(|kept| u64::from(kept.process.ends_within));
        Duration::from_secs(each.sum()) + Duration::from_secs(5)
    }

    /// Starts the supervisor where there is none, and waits until it has taken in a generation and all who watch know.
    async fn take_in(&self, generation: u64) -> Result<(), Problem> {
        let mut started: Option<Child> = None;
        let end = Instant::now() + self.farewell() + PATIENCE;
        self.signal(Signal::HUP);
        while !self.has_taken_in(generation) {
            if !self.is_supervised() {
                match started.as_mut().map(|child| matches!(child.try_wait(), Ok(None))) {
                    Some(true) => {}
                    Some(false) => return Err(self.gone("the supervisor ended as soon as it was started")),
                    None => started = Some(self.launch()?),
                }
            } else if Instant::now() > end {
                return Err(self.gone("the supervisor does not take in what is to run"));
            }
            tokio::time::sleep(GLANCE).await;
        }
        self.followed.wait(generation, SIGHT).await;
        Ok(())
    }

    fn has_taken_in(&self, generation: u64) -> bool {
        let seen = Seen::read(&self.layout).filter(|seen| seen.generation >= generation);
        // One that is being killed gives its lock back a moment before it is seen to have ended.
        seen.is_some_and(|seen| seen.supervisor.lives()) && self.is_supervised()
    }

    /// Starts the supervisor. It leaves our session by itself.
    fn launch(&self) -> Result<Child, Problem> {
        let log = self.layout.log("supervisor");
        let failed = |error: std::io::Error| folder::unwritable(&log, &error);
        let out = OpenOptions::new().append(true).create(true).mode(0o600).open(&log).map_err(failed)?;
        let err = out.try_clone().map_err(failed)?;
        let (program, arguments) = self.program.split_first().ok_or_else(|| self.gone("there is no supervisor"))?;
        Command::new(program)
            .args(arguments)
            .arg("--folder")
            .arg(self.layout.folder())
            // Started from a notebook of its own deployment it would be taken for a part of it.
            .env_remove(strays::DEPLOYMENT)
            .current_dir(self.layout.folder())
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(|error| self.gone(&format!("cannot start `{}`: {error}", Path::new(program).display())))
    }

    /// The supervisor, as it wrote itself into its lock; else as it wrote itself into what is seen.
    fn supervisor(&self) -> Option<Identity> {
        let text = fs::read_to_string(self.layout.lock()).ok();
        let locked = text.and_then(|text| serde_json::from_str::<Identity>(&text).ok());
        locked.or_else(|| Seen::read(&self.layout).map(|seen| seen.supervisor))
    }

    fn signal(&self, signal: Signal) {
        if let Some(who) = self.supervisor().filter(|_| self.is_supervised()) {
            who.signal(signal);
        }
    }

    async fn wait_for(&self, within: Duration, done: impl Fn() -> bool) -> bool {
        let end = Instant::now() + within;
        while !done() {
            if Instant::now() > end {
                return false;
            }
            tokio::time::sleep(GLANCE).await;
        }
        true
    }

    fn gone(&self, what: &str) -> Problem {
        let log = self.layout.log("supervisor");
        let words = logs::last(&log, false, WORDS).unwrap_or_default().join("\n");
        let problem =
            Problem::new("supervisor-gone", what).hint(format!("`less {}` shows what it said", log.display()));
        if words.is_empty() { problem.retry() } else { problem.detail(text::clean(&words)).retry() }
    }
}

/// This program, also if another version took its place meanwhile.
pub fn own_program() -> PathBuf {
    let own = std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into());
    let replaced = own.to_str().and_then(|path| path.strip_suffix(" (deleted)")).map(PathBuf::from);
    match replaced {
        Some(path) if path.exists() => path,
        Some(_) => "/proc/self/exe".into(),
        None => own,
    }
}
