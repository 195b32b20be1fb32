//! The supervisor: a program of its own that outlives the run, keeps the processes of one deployment running, and says
//! how they are. What is to run and what runs are files in its folder. Must not know what any process is for.
//!
//! Events come in here, `state` says what they lead to, and the other files carry it out. Everything happens on one
//! thread: the kernel ends a child with the thread that started it.
mod launch;
mod log;
mod memory;
mod probe;
mod state;
pub mod strays;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, VecDeque},
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rustix::process::{WaitOptions, WaitStatus};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
};

use self::{
    launch::Launcher,
    log::Logs,
    memory::OutOfMemory,
    state::{Deployment, Effect, End, Event, Moment},
    strays::Whose,
};
use super::{layout::Layout, seen::Seen, stamp::Stamp, wanted::Wanted};
use crate::{
    drivers::{folder, processes::Identity},
    plan::graph::Probe,
    problem::Problem,
};

pub use launch::run_process;

/// How often it looks whether something is due.
const TICK: Duration = Duration::from_millis(100);
/// How long a lock is waited for that goes by itself: whoever looks whether it is free holds it for that moment.
const MOMENT: Duration = Duration::from_secs(1);
/// Time that a left-behind process has until SIGKILL, if nobody knows which it was.
const FAREWELL: Duration = Duration::from_secs(10);
/// Open files that Ray asks for.
const FILES: u64 = 65_536;

/// Supervises the deployment of a folder until it is told to end. Comes back at once if another supervisor does that.
/// To be called outside of any runtime.
pub fn supervise(folder: &Path) -> Result<(), Problem> {
    supervise_through(folder, launch::own_shim())
}

/// Supervises with processes that are started through a shim.
fn supervise_through(folder: &Path, shim: Vec<OsString>) -> Result<(), Problem> {
    let layout = Layout::at(folder.to_owned());
    layout.make()?;
    let Some(_alone) = alone(&layout)? else { return Ok(()) };
    settle();
    let broken = |error: &dyn std::fmt::Display| Problem::new("no-runtime", format!("cannot supervise: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| broken(&error))?;
    runtime.block_on(async {
        let signals = Signals::listen().map_err(|error| broken(&error))?;
        let client = probe::client().map_err(|error| broken(&error))?;
        let runtime_folder = layout.make_runtime()?;
        let _kept = hold(&runtime_folder);
        Supervisor::new(layout, shim, client).run(signals).await;
        Ok(())
    })
}

/// Makes sure that nobody else supervises this deployment; `None`: somebody does.
fn alone(layout: &Layout) -> Result<Option<File>, Problem> {
    let path = layout.lock();
    let failed = |error: io::Error| folder::unwritable(&path, &error);
    let open = || OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let mut file = open().map_err(failed)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if begun.elapsed() < MOMENT => std::thread::sleep(MOMENT / 20),
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
    // Whose it is, for whoever wants to end it; on a full disk `seen.json` may still tell.
    let own = serde_json::to_string(&Identity::own()).unwrap_or_default();
    let _ = file.set_len(0).and_then(|()| file.write_all(own.as_bytes()));
    Ok(Some(file))
}

/// Makes this process fit for it; what is not allowed here is done without.
fn settle() {
    // No terminal's signals, files for the owner only.
    let _ = rustix::process::setsid();
    let _ = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    // What loses its parent comes to us: so it is found when all ends.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    let mut files = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    files.current = files.current.map(|now| now.max(files.maximum.unwrap_or(FILES).min(FILES)));
    let _ = rustix::process::setrlimit(rustix::process::Resource::Nofile, files);
}

/// A lock on a folder in `/tmp` keeps systemd from tidying it away.
fn hold(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    file.try_lock_shared().ok().map(|()| file)
}

/// Signals that it listens to.
struct Signals {
    child: Signal,
    nudge: Signal,
    end: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            child: signal(SignalKind::child())?,
            nudge: signal(SignalKind::hangup())?,
            end: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }
}

struct Supervisor {
    layout: Layout,
    launcher: Launcher,
    client: reqwest::Client,
    deployment: Deployment,
    logs: Logs,
    memory: OutOfMemory,
    begun: Instant,
    generation: u64,
    inherited: BTreeMap<String, String>,
    /// Of the file that was read last: it is read again when that changed.
    stamp: Option<Stamp>,
    told: Option<Seen>,
    answers: (mpsc::UnboundedSender<Event>, mpsc::UnboundedReceiver<Event>),
}

impl Supervisor {
    fn new(layout: Layout, shim: Vec<OsString>, client: reqwest::Client) -> Self {
        Self {
            launcher: Launcher::new(layout.clone(), shim),
            layout,
            client,
            deployment: Deployment::default(),
            logs: Logs::default(),
            memory: OutOfMemory::new(),
            begun: Instant::now(),
            generation: 0,
            inherited: BTreeMap::new(),
            stamp: None,
            told: None,
            answers: mpsc::unbounded_channel(),
        }
    }

    async fn run(mut self, mut signals: Signals) {
        let first = self.news().map(|event| self.step(event)).unwrap_or_default();
        // Said before anything else: whoever waits for it need not wait for what was left behind.
        self.tell();
        strays::end(self.layout.folder(), Whose::DeploymentAndBelow, FAREWELL).await;
        clear(&self.layout.runtime());
        let mut runs = self.carry_out(first);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while runs {
            let event = tokio::select! {
                _ = signals.end.recv() => Event::Stop,
                _ = signals.interrupt.recv() => Event::Stop,
                Some(answer) = self.answers.1.recv() => answer,
                _ = signals.child.recv() => Event::Time,
                _ = signals.nudge.recv() => Event::Time,
                _ = tick.tick() => Event::Time,
            };
            let events = std::iter::once(event).chain(self.reaped()).chain(self.news());
            for event in events.collect::<Vec<_>>() {
                let effects = self.step(event);
                runs &= self.carry_out(effects);
            }
            self.tell();
        }
        strays::end(self.layout.folder(), Whose::DeploymentAndBelow, FAREWELL).await;
    }

    fn now(&self) -> Moment {
        Moment { steady: self.begun.elapsed(), wall: Timestamp::now() }
    }

    fn step(&mut self, event: Event) -> Vec<Effect> {
        self.deployment.step(event, self.now())
    }

    /// What is to run, if that changed. A spoiled file is passed over: what runs goes on.
    fn news(&mut self) -> Option<Event> {
        if self.deployment.is_stopping() {
            // Whoever wants something now waits for the next supervisor.
            return None;
        }
        let stamp = Some(Stamp::of(&self.layout.wanted())?);
        if stamp == self.stamp {
            return None;
        }
        self.stamp = stamp;
        let wanted = Wanted::read_if_whole(&self.layout)?;
        (self.generation, self.inherited) = (wanted.generation, wanted.inherited);
        Some(Event::Wanted(wanted.processes))
    }

    /// Children that ended, our own and those that lost their parents.
    fn reaped(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
            let pid = u32::try_from(pid.as_raw_nonzero().get()).unwrap_or_default();
            if self.deployment.name_of(pid).is_none() {
                continue;
            }
            let end = self.end_of(status);
            self.logs.end(pid, &in_words(end));
            events.push(Event::Ended { pid, end });
        }
        events
    }

    fn end_of(&mut self, status: WaitStatus) -> End {
        let signal = status.terminating_signal();
        let killed = signal == Some(rustix::process::Signal::KILL.as_raw());
        let out_of_memory = self.memory.happened() && killed;
        End { code: status.exit_status().unwrap_or_default(), signal, out_of_memory }
    }

    /// Carries effects out, and those that follow. Whether to go on.
    fn carry_out(&mut self, effects: Vec<Effect>) -> bool {
        let mut left = VecDeque::from(effects);
        let mut goes_on = true;
        while let Some(effect) = left.pop_front() {
            match effect {
                Effect::Start(kept) => {
                    let event = self.start(&kept.process);
                    left.extend(self.step(event));
                }
                Effect::Ask { process, probe } => self.ask(process, probe),
                Effect::Terminate(process) => process.signal(rustix::process::Signal::TERM),
                Effect::Kill(process) => {
                    process.signal(rustix::process::Signal::KILL);
                    process.signal_group(rustix::process::Signal::KILL);
                }
                Effect::Sweep { name, within } => self.sweep(name, within),
                Effect::Leave => goes_on = false,
            }
        }
        goes_on
    }

    fn start(&mut self, process: &crate::plan::graph::Process) -> Event {
        let name = process.name.clone();
        match self.launcher.start(process, &self.inherited) {
            Ok((identity, pipe)) => {
                let words = format!("{name}, {}", Timestamp::now().strftime("%F %T UTC"));
                self.logs.begin(&name, &self.layout.log(&name), identity.pid, pipe, &words);
                Event::Started { name, process: identity }
            }
            Err(refused) => Event::NotStarted { name, reason: refused.reason, message: refused.message },
        }
    }

    fn ask(&mut self, process: Identity, probe: Probe) {
        // It runs: what the kernel ended until now was something else.
        self.memory.happened();
        let (client, answers) = (self.client.clone(), self.answers.0.clone());
        tokio::spawn(async move {
            let answered = probe::answers(&client, &probe).await;
            // Nobody listens any more when all ends.
            let _ = answers.send(Event::Asked { process, answered });
        });
    }

    fn sweep(&self, name: String, within: Duration) {
        let folder = self.layout.folder().to_owned();
        tokio::spawn(async move { strays::end(&folder, Whose::Process(&name), within).await });
    }

    /// Writes down what runs, if that changed. What a full disk does not take is tried again.
    fn tell(&mut self) {
        let seen = Seen {
            supervisor: Identity::own(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            generation: self.generation,
            processes: self.deployment.seen(),
        };
        if self.told.as_ref() != Some(&seen) && seen.write(&self.layout).is_ok() {
            self.told = Some(seen);
        }
    }
}

/// How a process ended, for its log.
fn in_words(end: End) -> String {
    let time = Timestamp::now().strftime("%F %T UTC").to_string();
    match end.signal {
        Some(signal) if end.out_of_memory => format!("signal {signal}, memory ran out, {time}"),
        Some(signal) => format!("signal {signal}, {time}"),
        None => format!("exit code {}, {time}", end.code),
    }
}

/// What was there for as long as the processes lived goes with them; what cannot go is in nobody's way.
fn clear(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let _ = if is_folder { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
    }
}
