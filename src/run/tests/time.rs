//! Time that jumps: a future is polled until it only waits, then the clock jumps to the next moment at which something
//! happens. Runs of many minutes take milliseconds, and always go the same way.
use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use crate::run::ports::Clock;

/// Locks what a killed run may have poisoned.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

type Happening = Box<dyn FnOnce() + Send>;

/// A clock that jumps.
#[derive(Clone)]
pub struct Time(Arc<Mutex<State>>);

struct State {
    now: Timestamp,
    sleepers: Vec<(Timestamp, Waker)>,
    happenings: Vec<(Timestamp, Happening)>,
}

impl Time {
    pub fn new() -> Self {
        let now = "2026-01-01T12:00:00Z".parse().unwrap();
        Self(Arc::new(Mutex::new(State { now, sleepers: Vec::new(), happenings: Vec::new() })))
    }

    pub fn now(&self) -> Timestamp {
        lock(&self.0).now
    }

    /// Lets something happen after so many seconds, whoever runs then.
    pub fn later(&self, seconds: i64, what: impl FnOnce() + Send + 'static) {
        let at = self.now() + SignedDuration::from_secs(seconds);
        lock(&self.0).happenings.push((at, Box::new(what)));
    }

    /// The machine sleeps for so many seconds: they pass at once.
    pub fn leap(&self, seconds: i64) {
        lock(&self.0).now += SignedDuration::from_secs(seconds);
    }

    /// Drives a future to its end.
    pub fn drive<F: Future>(&self, future: F) -> F::Output {
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        lock(&self.0).sleepers.clear();
        loop {
            while woken.0.swap(false, Ordering::SeqCst) {
                if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                    return output;
                }
            }
            self.jump();
        }
    }

    /// Goes to the next moment at which something happens or somebody wakes.
    fn jump(&self) {
        let mut state = lock(&self.0);
        let sleeps = state.sleepers.iter().map(|(at, _)| *at).min();
        let happens = state.happenings.iter().map(|(at, _)| *at).min();
        let next = sleeps.into_iter().chain(happens).min().expect("nothing will ever happen: the run hangs");
        state.now = state.now.max(next);
        let due = |at: &Timestamp| *at <= next;
        let (waking, sleeping) = std::mem::take(&mut state.sleepers).into_iter().partition(|(at, _)| due(at));
        let (happening, later) = std::mem::take(&mut state.happenings).into_iter().partition(|(at, _)| due(at));
        (state.sleepers, state.happenings) = (sleeping, later);
        drop(state);
        let happening: Vec<(Timestamp, Happening)> = happening;
        let waking: Vec<(Timestamp, Waker)> = waking;
        happening.into_iter().for_each(|(_, what)| what());
        waking.into_iter().for_each(|(_, waker)| waker.wake());
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Clock for Time {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let until = self.now() + SignedDuration::try_from(duration).unwrap();
        Box::pin(std::future::poll_fn(move |context| {
            if self.now() >= until {
                return Poll::Ready(());
            }
            lock(&self.0).sleepers.push((until, context.waker().clone()));
            Poll::Pending
        }))
    }
}
