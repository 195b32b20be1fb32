//! Grants the screens' wishes: what takes a while is a task, what has to do with files is an errand, and whatever comes of it is
//! told through a channel. Never waits. Must not know what a screen shows.
mod asked;
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

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use tokio::{
    sync::mpsc::{self, Sender, UnboundedSender},
    task::JoinHandle,
};

pub use self::asked::Tagged;
use self::{
    asked::{About, Asked},
    desk::Desk,
    keeper::{Errand, Keeper, Kept},
    work::{Job, Work, could_not, defect},
};
use super::{contacts::Contacts, preview};
use crate::{
    answers::layers::Layers,
    cli::Setup,
    front::wizard::wish::{Ended, Intent, LogOf, News, Wish},
    problem::Problem,
};

/// How long files may take to be written when the program ends.
const FILES: Duration = Duration::from_secs(2);

/// Grants wishes; answers come through a channel.
pub struct Granter {
    told: Sender<Tagged>,
    contacts: Contacts,
    desk: Arc<Desk>,
    errands: UnboundedSender<Errand>,
    keeper: JoinHandle<Kept>,
    asked: Asked,
    work: Option<Work>,
}

impl Granter {
    /// Grants wishes of a setup: its `--set`s and flags lie over whatever is opened.
    pub fn new(told: Sender<Tagged>, args: &Setup) -> Self {
        let (errands, wished) = mpsc::unbounded_channel();
        let (keeper, to) = (Keeper::new(args.clone()), told.clone());
        let keeper = tokio::task::spawn_blocking(move || keeper.work(wished, &to));
        let contacts = Contacts::default();
        let desk = Arc::new(Desk::new(contacts.clone()));
        Self { asked: Asked::new(told.clone()), told, contacts, desk, errands, keeper, work: None }
    }

    /// What came through the channel, unless something newer was asked since.
    pub fn hear(&self, told: Tagged) -> Option<News> {
        self.asked.hear(told)
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
            Wish::PasswordSeen => {
                self.desk.password_seen().into_iter().for_each(|place| self.send(Errand::Seen(place)));
            }
            Wish::Inspect(pod) => self.inspect(pod),
            Wish::Logs(of) => self.logs(of),
            Wish::Deploy(intent) => self.begin(Job::Deploy(intent)),
            Wish::Resume(folder, typed) => self.begin(Job::Resume(folder, typed)),
            Wish::Verify { folder, rungs } => self.begin(Job::Verify { folder, rungs }),
            Wish::Watch(folder) => self.begin(Job::Watch(folder)),
            Wish::Cancel => self.work.iter().for_each(Work::cancel),
            Wish::Skip(step) => self.work.iter().for_each(|work| work.skip(step.clone())),
            Wish::Suspend | Wish::Redraw | Wish::Leave(_) => {}
        }
    }

    /// Answers were opened, and are kept, elsewhere.
    pub fn turned(&self) {
        self.send(Errand::Turned);
    }

    /// Looks at the target with the terminal lent: a credential plugin may ask the person. Ends when it did.
    pub async fn look_asking(&mut self, layers: &Layers) {
        let looked = looking::look(&self.contacts, layers, true).await;
        // Nobody reads while the terminal is lent: to wait for room would be for ever.
        self.ask(About::Look, async { looked }, not_looked);
    }

    /// What leads back to work that is being ended, where that is known before its end.
    pub fn way_back(&self) -> Option<String> {
        let goes_on = self.work.as_ref().is_some_and(Work::is_busy);
        let again = self.desk.unfinished().filter(|_| goes_on)?;
        Some(format!("`{again}` goes on"))
    }

    /// Stops what runs, cleanly, and says what a person should read after the screens are gone.
    pub async fn wind_down(self) -> Vec<String> {
        let Self { errands, keeper, work, desk, .. } = self;
        drop(errands);
        let ended = match work {
            Some(work) => work.wind_down().await,
            None => None,
        };
        let kept = tokio::time::timeout(FILES, keeper).await.into_iter().flatten().next().unwrap_or_default();
        last_words(ended.as_ref(), &kept, &desk)
    }

    /// The keeper's thread ends with the program only.
    fn send(&self, errand: Errand) {
        let _ = self.errands.send(errand);
    }

    /// Asks something that takes a while, in place of what was asked of that kind before. `lost`: what to tell where a defect
    /// took the answer.
    fn ask(
        &mut self,
        about: About,
        question: impl Future<Output = News> + Send + 'static,
        lost: impl FnOnce(Problem) -> News + Send + 'static,
    ) {
        let teller = self.asked.begin(about);
        let task = tokio::spawn(async move {
            let answer = AssertUnwindSafe(question).catch_unwind().await;
            teller.tell(answer.unwrap_or_else(|_| lost(defect()))).await;
        });
        self.asked.at_it(about, task.abort_handle());
    }

    fn look(&mut self, layers: Layers) {
        let contacts = self.contacts.clone();
        self.ask(About::Look, async move { looking::look(&contacts, &layers, false).await }, not_looked);
    }

    fn preview(&mut self, intent: Box<Intent>) {
        let contacts = self.contacts.clone();
        let preview = async move {
            match preview::preview(&intent, &contacts).await {
                Ok(preview) => News::Previewed(Box::new(preview)),
                Err(problems) => News::Wrong(problems),
            }
        };
        self.ask(About::Preview, preview, wrong);
    }

    fn inspect(&mut self, pod: String) {
        let desk = Arc::clone(&self.desk);
        let of = pod.clone();
        let lost = |problem| News::Pod { of, page: Err(Box::new(problem)) };
        self.ask(About::Pod, async move { pods::inspect(pod, &desk).await }, lost);
    }

    fn logs(&mut self, of: LogOf) {
        let (desk, asked) = (Arc::clone(&self.desk), of.clone());
        let lost = |problem| News::Logs { of: asked, lines: Err(Box::new(problem)) };
        self.ask(About::Logs, async move { pods::logs(of, &desk).await }, lost);
    }

    /// Begins work; a look that goes on gives way, anything else is ended first by the person.
    fn begin(&mut self, job: Job) {
        if self.work.as_ref().is_some_and(Work::is_busy) {
            let told = self.told.clone();
            let ended = News::Ended(Box::new(could_not(vec![busy()])));
            tokio::spawn(async move { drop(told.send(ended.into()).await) });
            return;
        }
        let before = self.work.take();
        self.work = Some(Work::begin(job, Arc::clone(&self.desk), self.asked.begin(About::Work), before));
    }
}

fn not_looked(problem: Problem) -> News {
    News::NotLooked { problem: Box::new(problem), asks: false }
}

fn wrong(problem: Problem) -> News {
    News::Wrong(vec![problem])
}

/// What a person should know once the screens are gone: how to go on, and where things are that they may look for.
fn last_words(ended: Option<&Ended>, kept: &Kept, desk: &Desk) -> Vec<String> {
    let back = ended.and_then(way_back);
    // A run that is remembered holds the answers itself.
    let answers = kept.draft.is_kept() && !back.as_ref().is_some_and(|back| back.contains("hubwright resume"));
    let answers =
        answers.then(|| "your answers are kept: `hubwright`, then `Go on answering`, goes on with them".to_owned());
    let lost = kept.draft.lacks().map(|problem| format!("what was answered last is not kept: {}", problem.title));
    let password =
        desk.password_unseen().map(|path| format!("the password that was made up is in `{}`", path.display()));
    let copied = kept.copied.as_ref().map(|path| format!("what was copied is in `{}`, too", path.display()));
    [back, answers, lost, password, copied].into_iter().flatten().collect()
}

/// What leads back to a deployment.
pub fn way_back(ended: &Ended) -> Option<String> {
    let what = match ended.again.split_whitespace().nth(1)? {
        "resume" => "goes on",
        "verify" => "tries the verification again",
        _ => "shows how it is",
    };
    ended.outcome.map(|_| format!("`{}` {what}", ended.again))
}

fn busy() -> Problem {
    Problem::new("busy", "something else still goes on").hint("wait for its end, or cancel it first")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::event::Outcome;

    fn granter() -> (Granter, mpsc::Receiver<Tagged>) {
        let (told, heard) = mpsc::channel(8);
        (Granter::new(told, &Setup::default()), heard)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_defect_that_takes_an_answer_is_told_in_its_place() {
        let (mut granter, mut heard) = granter();
        granter.ask(About::Look, async { panic!("a defect of a test") }, not_looked);
        let told = granter.hear(heard.recv().await.unwrap());
        assert!(matches!(told, Some(News::NotLooked { asks: false, .. })), "{told:?}");
        granter.ask(About::Preview, async { panic!("a defect of a test") }, wrong);
        let told = granter.hear(heard.recv().await.unwrap());
        assert!(matches!(&told, Some(News::Wrong(problems)) if problems.len() == 1), "{told:?}");
    }

    #[test]
    fn the_way_back_says_what_its_command_does() {
        let said = |again: &str, outcome| {
            way_back(&Ended { again: again.to_owned(), ..work::ended(outcome) }).unwrap_or_default()
        };
        assert_eq!(said("hubwright resume -n a", Outcome::Interrupted), "`hubwright resume -n a` goes on");
        assert_eq!(said("hubwright status -n a", Outcome::Interrupted), "`hubwright status -n a` shows how it is");
        assert_eq!(said("", Outcome::Interrupted), "");
    }
}
