//! Work that goes on while the screens are drawn: a deployment, a verification, a look at what runs. One at a time; it is told
//! as events, and ends with a word about how. Must not know how any of it is done.
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::FutureExt;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{asked::Teller, deploy, desk::Desk, funnel::Funnel, verify, watch};
use crate::{
    front::wizard::wish::{Ended, Intent, News},
    plan::graph::StepId,
    problem::{DEFECT, Problem},
    run::{asked::Typed, event::Outcome, executor::Skips},
};

/// How long work may take to end cleanly when the program ends: longer than a helm that is asked to end.
const CLEAN_END: Duration = Duration::from_secs(30);

/// What is to be done.
pub enum Job {
    /// Install.
    Deploy(Box<Intent>),
    /// Go on with a remembered run, with the secrets that were typed for it.
    Resume(PathBuf, Typed),
    /// Climb the ladder.
    Verify {
        /// The deployment's folder; `None`: the one that was looked at last.
        folder: Option<PathBuf>,
        /// Only these rungs and what they need; empty: all.
        rungs: Vec<String>,
    },
    /// Look on.
    Watch(PathBuf),
}

/// How a job is told what a person wants of it.
pub struct Hand {
    /// Stop cleanly.
    pub cancel: CancellationToken,
    /// Steps that are not waited for.
    pub skips: Skips,
}

/// A job that was begun.
pub struct Work {
    hand: Hand,
    /// Stop now.
    at_once: CancellationToken,
    /// Whether it has ended: said before anybody hears so, as the next wish may come at once.
    over: Arc<AtomicBool>,
    watching: bool,
    task: JoinHandle<Ended>,
}

impl Work {
    /// Begins a job, after the one before has ended.
    pub fn begin(job: Job, desk: Arc<Desk>, told: Teller, before: Option<Self>) -> Self {
        let (cancel, at_once) = (CancellationToken::new(), CancellationToken::new());
        let over = Arc::new(AtomicBool::new(false));
        let (skips, watching) = (Skips::default(), matches!(job, Job::Watch(_)));
        let hand = Hand { cancel: cancel.clone(), skips: skips.clone() };
        let (now, ending) = (at_once.clone(), Arc::clone(&over));
        let task = tokio::spawn(async move {
            if let Some(before) = before {
                before.wind_down().await;
            }
            let ended = Box::pin(told_as_it_goes(job, &desk, &hand, &now, &told)).await;
            ending.store(true, Ordering::Release);
            told.tell(News::Ended(Box::new(ended.clone()))).await;
            ended
        });
        Self { hand: Hand { cancel, skips }, at_once, over, watching, task }
    }

    /// Whether it must end before something else may begin: only a look gives way.
    pub fn is_busy(&self) -> bool {
        !self.watching && !self.over.load(Ordering::Acquire)
    }

    /// Stops it cleanly; said again, at once.
    pub fn cancel(&self) {
        if self.hand.cancel.is_cancelled() {
            self.at_once.cancel();
        }
        self.hand.cancel.cancel();
    }

    /// A step is not waited for.
    pub fn skip(&self, step: StepId) {
        self.hand.skips.skip(step);
    }

    /// Stops it, and says how it ended; what does not end cleanly in time is left as it is.
    pub async fn wind_down(mut self) -> Option<Ended> {
        self.hand.cancel.cancel();
        let ended = tokio::time::timeout(CLEAN_END, &mut self.task).await;
        let ended = if let Ok(ended) = ended {
            ended
        } else {
            self.at_once.cancel();
            self.task.await
        };
        ended.ok().filter(|_| !self.watching)
    }
}

async fn told_as_it_goes(job: Job, desk: &Desk, hand: &Hand, at_once: &CancellationToken, told: &Teller) -> Ended {
    let funnel = Funnel::default();
    let work = async {
        let verifies = matches!(job, Job::Verify { .. });
        let work = std::panic::AssertUnwindSafe(done(job, desk, hand, &funnel)).catch_unwind();
        let mut ended = tokio::select! {
            ended = work => ended.unwrap_or_else(|_| could_not(vec![defect()])),
            () = at_once.cancelled() => ended(Outcome::Interrupted),
        };
        desk.note_files(&mut ended, verifies);
        funnel.close();
        ended
    };
    tokio::join!(work, funnel.pour(told)).0
}

async fn done(job: Job, desk: &Desk, hand: &Hand, funnel: &Funnel) -> Ended {
    let done = match job {
        Job::Deploy(intent) => deploy::deploy(*intent, desk, hand, funnel).await,
        Job::Resume(folder, typed) => deploy::resume(&folder, &typed, desk, hand, funnel).await,
        Job::Verify { folder, rungs } => verify::verify(folder, &rungs, desk, hand, funnel).await,
        Job::Watch(folder) => watch::watch(&folder, desk, hand, funnel).await,
    };
    done.unwrap_or_else(could_not)
}

/// The work of a step that may take long before there is anything to stop. `None`: the person stopped it.
pub async fn unless_cancelled<T>(hand: &Hand, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        () = hand.cancel.cancelled() => None,
    }
}

/// It ended so, and there is nothing else to say.
pub fn ended(outcome: Outcome) -> Ended {
    Ended { outcome: Some(outcome), ..Ended::default() }
}

/// It could not begin.
pub fn could_not(problems: Vec<Problem>) -> Ended {
    Ended { problems, ..Ended::default() }
}

/// What panicked says so itself, to whoever listens for panics.
pub fn defect() -> Problem {
    Problem::new(DEFECT, "a part of hubwright failed while it worked: this is a defect of hubwright")
        .hint("what is there stays as it is; `hubwright resume` goes on with an interrupted installation")
}
