//! Grants the screens' wishes: what takes a while is a task, what has to do with files is an errand, and whatever comes of it is
//! told through a channel. Never waits. Must not know what a screen shows.
mod beginnings;
mod deploy;
mod desk;
pub mod draft;
mod funnel;
mod keeper;
pub mod looking;
pub mod opening;
mod pods;
pub mod saving;
mod verify;
mod watch;
mod work;

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc::{self, Sender, UnboundedSender},
    task::{AbortHandle, JoinHandle},
};

use self::{
    desk::Desk,
    keeper::{Errand, Keeper},
    work::{Job, Work},
};
use super::{contacts::Contacts, preview};
use crate::{
    answers::layers::Layers,
    cli::Setup,
    front::tui::wish::{Ended, Intent, LogOf, News, Wish},
    problem::Problem,
    run::event::Outcome,
};

/// How long files may take to be written when the program ends.
const FILES: Duration = Duration::from_secs(2);

/// Grants wishes; answers come through a channel.
pub struct Granter {
    told: Sender<News>,
    contacts: Contacts,
    desk: Arc<Desk>,
    errands: UnboundedSender<Errand>,
    keeper: JoinHandle<Option<PathBuf>>,
    asked: Asked,
    work: Option<Work>,
}

/// Questions on their way: the next one of a kind takes the place of the one before.
#[derive(Default)]
struct Asked {
    look: Option<AbortHandle>,
    preview: Option<AbortHandle>,
    pod: Option<AbortHandle>,
    logs: Option<AbortHandle>,
}

impl Granter {
    /// Grants wishes of a setup: its `--set`s and flags lie over whatever is opened.
    pub fn new(told: Sender<News>, args: &Setup) -> Self {
        let (errands, wished) = mpsc::unbounded_channel();
        let (keeper, to) = (Keeper::new(args.clone()), told.clone());
        let keeper = tokio::task::spawn_blocking(move || keeper.work(wished, &to));
        let contacts = Contacts::default();
        let desk = Arc::new(Desk::new(contacts.clone()));
        Self { told, contacts, desk, errands, keeper, asked: Asked::default(), work: None }
    }

    /// Grants a wish; returns at once. What needs the terminal itself is not for here.
    pub fn grant(&mut self, wish: Wish) {
        match wish {
            Wish::Beginnings => self.send(Errand::Beginnings),
            Wish::Open(source) => self.send(Errand::Open(source)),
            Wish::KeepDraft(layers) => self.send(Errand::KeepDraft(layers)),
            Wish::DropDraft => self.send(Errand::DropDraft),
            Wish::SavePreset { name, title, layers, over } => {
                self.send(Errand::SavePreset { name, title, layers, over });
            }
            Wish::Copy(text) => self.send(Errand::Copy(text)),
            Wish::Keep { name, text } => self.send(Errand::Keep { folder: self.desk.folder(), name, text }),
            Wish::Look { layers, .. } => self.look(*layers),
            Wish::Preview(intent) => self.preview(intent),
            Wish::Inspect(pod) => self.inspect(pod),
            Wish::Logs(of) => self.logs(of),
            Wish::Deploy(intent) => self.begin(Job::Deploy(intent)),
            Wish::Resume(folder) => self.begin(Job::Resume(folder)),
            Wish::Verify { folder, rungs } => self.begin(Job::Verify { folder, rungs }),
            Wish::Watch(folder) => self.begin(Job::Watch(folder)),
            Wish::Cancel => self.work.iter().for_each(Work::cancel),
            Wish::Skip(step) => self.work.iter().for_each(|work| work.skip(step.clone())),
            Wish::Suspend | Wish::Redraw | Wish::Leave(_) => {}
        }
    }

    /// Looks at the target with the terminal lent: a credential plugin may ask the person. Returns when it did.
    pub fn look_asking(&mut self, layers: &Layers) {
        let looked = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(looking::look(&self.contacts, layers, true))
        });
        // Nobody reads while the terminal is lent: to wait for room would be for ever.
        self.ask(async { looked });
    }

    /// Stops what runs, cleanly, and says what a person should read after the screens are gone.
    pub async fn wind_down(self) -> Vec<String> {
        let Self { errands, keeper, work, .. } = self;
        drop(errands);
        let ended = match work {
            Some(work) => work.wind_down().await,
            None => None,
        };
        let copied = tokio::time::timeout(FILES, keeper).await;
        let copied = copied.into_iter().flatten().flatten();
        let copied = copied.map(|path| format!("what was copied is in `{}`, too", path.display()));
        ended.and_then(way_back).into_iter().chain(copied).collect()
    }

    /// The keeper's thread ends with the program only.
    fn send(&self, errand: Errand) {
        let _ = self.errands.send(errand);
    }

    /// Asks something that takes a while.
    fn ask(&self, question: impl Future<Output = News> + Send + 'static) -> AbortHandle {
        let told = self.told.clone();
        let asked = tokio::spawn(async move {
            // Nobody hears it once the screens are gone.
            let _ = told.send(question.await).await;
        });
        asked.abort_handle()
    }

    fn look(&mut self, layers: Layers) {
        let contacts = self.contacts.clone();
        let look = self.ask(async move { looking::look(&contacts, &layers, false).await });
        instead(&mut self.asked.look, look);
    }

    fn preview(&mut self, intent: Box<Intent>) {
        let contacts = self.contacts.clone();
        let preview = self.ask(async move {
            match preview::preview(&intent, &contacts).await {
                Ok(preview) => News::Previewed(Box::new(preview)),
                Err(problems) => News::Wrong(problems),
            }
        });
        instead(&mut self.asked.preview, preview);
    }

    fn inspect(&mut self, pod: String) {
        let desk = Arc::clone(&self.desk);
        let page = self.ask(async move { pods::inspect(pod, &desk).await });
        instead(&mut self.asked.pod, page);
    }

    fn logs(&mut self, of: LogOf) {
        let desk = Arc::clone(&self.desk);
        let logs = self.ask(async move { pods::logs(of, &desk).await });
        instead(&mut self.asked.logs, logs);
    }

    /// Begins work; a look that goes on gives way, anything else is ended first by the person.
    fn begin(&mut self, job: Job) {
        if self.work.as_ref().is_some_and(Work::is_busy) {
            self.ask(async { News::Wrong(vec![busy()]) });
            return;
        }
        let before = self.work.take();
        self.work = Some(Work::begin(job, Arc::clone(&self.desk), self.told.clone(), before));
    }
}

/// The answer to the question before is of no use any more.
fn instead(before: &mut Option<AbortHandle>, now: AbortHandle) {
    if let Some(before) = before.replace(now) {
        before.abort();
    }
}

/// What leads back to a deployment, once the screens are gone.
fn way_back(ended: Ended) -> Option<String> {
    let Ended { again, outcome: Some(outcome), .. } = ended else { return None };
    let what = match outcome {
        Outcome::Done => "shows how it is",
        Outcome::Unverified => "tries the verification again",
        Outcome::Failed | Outcome::Interrupted => "goes on",
    };
    Some(format!("`{again}` {what}")).filter(|_| !again.is_empty())
}

fn busy() -> Problem {
    Problem::new("busy", "something else still goes on").hint("wait for its end, or cancel it first")
}
