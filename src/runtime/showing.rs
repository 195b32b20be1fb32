//! Brings a run and a front end together: events on one side, clock ticks and signals on the other.
//! Must not know what the run does.
use std::{
    io::{IsTerminal, Stdout, Write},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::Showing,
    front::{Front, json::Json, plain::Lines},
    problem::Exit,
    run::{
        event::{Event, Outcome},
        recorder::Sink,
    },
};

/// A front end that many tasks may write to.
pub struct Shown(Mutex<Box<dyn Front>>);

impl Shown {
    /// The front end that was asked for.
    pub fn new(showing: Showing) -> Self {
        let front: Box<dyn Front> =
            if showing.json { Box::new(Json::new(std::io::stdout())) } else { Box::new(lines()) };
        Self(Mutex::new(front))
    }

    fn front(&self) -> std::sync::MutexGuard<'_, Box<dyn Front>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Shown {
    fn event(&self, event: &Event) {
        self.front().event(event);
    }
}

/// Lines on standard output; with bars where a terminal can move its cursor.
pub fn lines() -> Lines<Stdout> {
    let bars = std::io::stderr().is_terminal()
        && std::io::stdout().is_terminal()
        && std::env::var_os("HUBWRIGHT_NO_PROGRESS").is_none()
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    Lines::new(std::io::stdout(), TimeZone::system(), bars).fold_at(super::width(std::io::stdout()))
}

/// Runs `work` with a front end; Ctrl-C, SIGTERM and SIGHUP stop it, a second one at once.
pub async fn show<T>(showing: Showing, work: impl AsyncFnOnce(&Shown, &CancellationToken) -> T) -> T {
    let shown = Arc::new(Shown::new(showing));
    let cancel = CancellationToken::new();
    let signals = tokio::spawn(stop_on_signals(cancel.clone()));
    let ticks = tokio::spawn(tick(Arc::clone(&shown)));
    let ended = work(&shown, &cancel).await;
    ticks.abort();
    signals.abort();
    shown.front().finish();
    ended
}

async fn tick(shown: Arc<Shown>) {
    let mut interval = tokio::time::interval(Duration::from_secs(1));
    loop {
        interval.tick().await;
        shown.front().tick(Timestamp::now());
    }
}

async fn stop_on_signals(cancel: CancellationToken) {
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let Ok(mut signals) = kinds.into_iter().map(signal).collect::<Result<Vec<_>, _>>() else { return };
    let mut next = async || {
        let waits = signals.iter_mut().map(|signal| Box::pin(signal.recv()));
        futures::future::select_all(waits).await;
    };
    next().await;
    cancel.cancel();
    // The terminal may be gone (SIGHUP): that must not keep the run from being stopped.
    let _ = writeln!(
        std::io::stderr(),
        "stopping: what was begun is ended, what a check made is removed; Ctrl-C again to leave at once"
    );
    next().await;
    // The journal is synced line by line: nothing is lost by leaving now.
    std::process::exit(Exit::Interrupted.code().into());
}

/// The exit code of a run's outcome.
pub const fn exit(outcome: Outcome) -> Exit {
    match outcome {
        Outcome::Done => Exit::Done,
        Outcome::Failed => Exit::Change,
        Outcome::Unverified => Exit::Unverified,
        Outcome::Interrupted => Exit::Interrupted,
    }
}
