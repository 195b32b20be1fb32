//! The plain wizard's way to the world: the same granter of wishes as behind the screens, for somebody who waits for each; events
//! become lines, and signals end nothing without a word. Must not ask a question itself.
use std::{
    collections::VecDeque,
    io::Stdout,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crossterm::{cursor::Show, event::DisableBracketedPaste};
use jiff::{Timestamp, tz::TimeZone};
use rustix::termios::{self, OptionalActions, Termios};
use tokio::{
    runtime::Handle,
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc::{self, Receiver, UnboundedReceiver, UnboundedSender},
    task::block_in_place,
    time::{Instant, sleep_until},
};

use super::{
    grant::{self, Granter, Tagged, draft::Draft, opening},
    look,
};
use crate::{
    cli::Setup,
    front::{
        Front,
        plain::{
            Lines,
            wizard::{self, Heard, Host, Looks},
        },
        wizard::{
            shared::Shared,
            wish::{News, Source, Wish},
        },
    },
    problem::{Exit, Problem},
    runtime::{Outcome, inspecting, naming::Named, runs, showing, tell, width},
};

/// News that wait to be told at most; whoever has more waits.
const NEWS: usize = 4096;
/// Time between two turns of the bars.
const TICK: Duration = Duration::from_secs(1);
/// Said on every way out that leaves answers.
const KEPT: &str = "your answers are kept: `hubwright --plain` goes on with them";

/// `hubwright --plain`, `hubwright setup --plain`
pub async fn setup(args: &Setup) -> Outcome {
    let looks = Looks { dumb: look::is_dumb(), width: width(std::io::stderr()) };
    let shared = Shared::new(Timestamp::now(), TimeZone::system());
    let first = args.answering.presets.first().map(|name| Source::Preset(name.clone()));
    let (heard, signals) = mpsc::unbounded_channel();
    let mut world = World::new(args, signals);
    tokio::spawn(mind_signals(Arc::clone(&world.standing), heard));
    let ended = block_in_place(|| wizard::run(shared, first, looks, &mut world));
    let World { granter, standing, .. } = world;
    let wound_down = granter.wind_down().await;
    last_words(wound_down, &standing).iter().for_each(|line| tell(line));
    ended.map_err(|problem| vec![problem])
}

/// What was cut off has ended by now, and said itself what leads back to it.
fn last_words(wound_down: Vec<String>, standing: &Standing) -> Vec<String> {
    standing.note_way_back(None);
    wound_down.into_iter().chain(standing.last_word()).collect()
}

/// The world, for somebody who waits for it.
struct World {
    args: Setup,
    granter: Granter,
    /// Written before anything else happens: a signal may end the program at any moment.
    draft: Draft,
    news: Receiver<Tagged>,
    /// What the work told while somebody read something else.
    later: VecDeque<News>,
    signals: UnboundedReceiver<Told>,
    standing: Arc<Standing>,
    /// Of the work that goes on.
    lines: Option<Lines<Stdout>>,
    ticked: Instant,
    /// Nobody may be there any more: what goes on is stopped, and that is the end.
    ending: bool,
}

/// What a signal wants.
enum Told {
    /// Ctrl-C: the person is asked.
    Interrupt,
    /// SIGTERM or SIGHUP: nobody may be there any more.
    End,
}

/// What has to be known when a signal comes.
struct Standing {
    /// Whether something goes on that is to be stopped first, and nobody is being asked.
    working: AtomicBool,
    /// Whether there are answers to go on with.
    kept: AtomicBool,
    /// What leads back to work that is cut off.
    way_back: Mutex<Option<String>>,
    /// The terminal as it was: while a line is edited it shows no keys.
    terminal: Option<Termios>,
}

impl Standing {
    fn note_way_back(&self, words: Option<String>) {
        *self.way_back.lock().unwrap_or_else(PoisonError::into_inner) = words;
    }

    /// What leads back. A run that is remembered holds the answers itself.
    fn last_word(&self) -> Option<String> {
        let way_back = self.way_back.lock().unwrap_or_else(PoisonError::into_inner).take();
        way_back.or_else(|| self.kept.load(Ordering::Relaxed).then(|| KEPT.to_owned()))
    }

    /// Ends the program at once: what was answered is on the disk, and so is the journal.
    fn end(&self) -> ! {
        if let Some(terminal) = &self.terminal {
            let _ = termios::tcsetattr(std::io::stdin(), OptionalActions::Now, terminal);
        }
        if !look::is_dumb() {
            // What the editor of a line asked of the terminal.
            let _ = crossterm::execute!(std::io::stderr(), DisableBracketedPaste, Show);
        }
        tell("");
        self.last_word().iter().for_each(|word| tell(word));
        std::process::exit(Exit::Interrupted.code().into());
    }
}

impl World {
    fn new(args: &Setup, signals: UnboundedReceiver<Told>) -> Self {
        let (told, news) = mpsc::channel(NEWS);
        let terminal = termios::tcgetattr(std::io::stdin()).ok();
        let standing = Arc::new(Standing {
            working: AtomicBool::new(false),
            kept: AtomicBool::new(false),
            way_back: Mutex::default(),
            terminal,
        });
        Self {
            args: args.clone(),
            granter: Granter::new(told, args),
            draft: Draft::default(),
            news,
            later: VecDeque::new(),
            signals,
            standing,
            lines: None,
            ticked: Instant::now(),
            ending: false,
        }
    }

    /// The answer to what was asked; what the work tells meanwhile waits until somebody looks on. Who does not want to wait for
    /// it any longer does not cut off what goes on: there is no answer then.
    fn answer(&mut self, fits: fn(&News) -> bool) -> Option<News> {
        self.working(self.lines.is_some());
        let answer = waited(async {
            loop {
                tokio::select! {
                    told = self.news.recv() => match self.granter.hear(told?) {
                        Some(news @ (News::Event(_) | News::Ended(_))) => self.later.push_back(news),
                        Some(news) if fits(&news) => return Some(news),
                        Some(_) | None => {}
                    },
                    Some(told) = self.signals.recv() => match told {
                        Told::Interrupt => return None,
                        Told::End => self.standing.end(),
                    },
                }
            }
        });
        self.working(false);
        answer
    }

    fn open(&mut self, source: &Source) -> News {
        match opening::open(source, &self.args) {
            Ok(opened) => {
                self.granter.turned();
                self.turn_to(Draft::behind(source));
                News::Opened(Box::new(opened))
            }
            Err(problems) => News::Wrong(problems),
        }
    }

    fn turn_to(&mut self, draft: Draft) {
        self.draft = draft;
        self.note_kept();
    }

    fn note_kept(&self) {
        self.standing.kept.store(self.draft.is_kept(), Ordering::Relaxed);
    }

    /// Whether a signal goes to the work, and is no reason to leave at once.
    fn working(&self, working: bool) {
        self.standing.working.store(working, Ordering::Release);
    }

    fn show(&mut self, news: &News) {
        match (news, &mut self.lines) {
            (News::Event(event), Some(lines)) => lines.event(event),
            (News::Ended(_), lines) => {
                if let Some(mut lines) = lines.take() {
                    lines.finish();
                }
                self.working(false);
            }
            _ => {}
        }
    }

    /// After SIGTERM and SIGHUP nobody is asked what to do next.
    fn end_if_nobody_is_there(&self, news: &News) {
        if let (true, News::Ended(ended)) = (self.ending, news) {
            self.standing.note_way_back(grant::way_back(ended));
            self.standing.end();
        }
    }

    fn heard(&mut self, news: News) -> Heard {
        self.show(&news);
        self.end_if_nobody_is_there(&news);
        Heard::News(news)
    }

    async fn hear(&mut self) -> Heard {
        if let Some(news) = self.later.pop_front() {
            return self.heard(news);
        }
        loop {
            tokio::select! {
                Some(told) = self.news.recv() => {
                    let Some(news) = self.granter.hear(told) else { continue };
                    return self.heard(news);
                }
                Some(told) = self.signals.recv() => match told {
                    Told::End => {
                        self.ending = true;
                        self.granter.grant(Wish::Cancel);
                    }
                    Told::Interrupt => {
                        self.lines.iter().for_each(Lines::pause);
                        self.standing.note_way_back(self.granter.way_back());
                        self.working(false);
                        return Heard::Interrupted(Timestamp::now());
                    }
                },
                () = sleep_until(self.ticked + TICK) => {
                    self.ticked = Instant::now();
                    self.lines.iter_mut().for_each(|lines| lines.tick(Timestamp::now()));
                }
            }
        }
    }
}

impl Host for World {
    fn grant(&mut self, wish: Wish) -> Option<News> {
        match wish {
            Wish::KeepDraft(layers) => {
                let kept = self.draft.keep(&layers);
                self.note_kept();
                kept.err().map(|problem| News::NotKept(Box::new(problem)))
            }
            Wish::DropDraft => {
                self.draft.forget();
                self.note_kept();
                None
            }
            // Nothing is drawn: a credential plugin may ask.
            Wish::Look { layers, .. } => {
                waited(self.granter.look_asking(&layers));
                self.answer(|_| true)
            }
            Wish::Deploy(_) | Wish::Resume(..) | Wish::Verify { .. } | Wish::Watch(_) => {
                self.lines = Some(showing::lines());
                self.working(true);
                self.granter.grant(wish);
                None
            }
            Wish::PasswordSeen | Wish::Cancel | Wish::Skip(_) | Wish::Suspend | Wish::Redraw | Wish::Leave(_) => {
                self.granter.grant(wish);
                None
            }
            Wish::Open(source) => Some(self.open(&source)),
            wish => {
                // The answer to something that nobody waited for may still come.
                let fits: fn(&News) -> bool = match wish {
                    Wish::Inspect(_) => |news| !matches!(news, News::Logs { .. }),
                    Wish::Logs(_) => |news| !matches!(news, News::Pod { .. }),
                    _ => |news| !matches!(news, News::Pod { .. } | News::Logs { .. }),
                };
                self.granter.grant(wish);
                let mut news = self.answer(fits);
                if let Some(News::Beginnings(known)) = &mut news {
                    self.draft.mark(&mut known.drafts);
                }
                news
            }
        }
    }

    fn next(&mut self) -> Heard {
        self.standing.note_way_back(None);
        self.working(true);
        waited(self.hear())
    }

    fn status(&mut self, folder: &Path) -> Result<String, Vec<Problem>> {
        let run = runs::at(folder).ok_or_else(|| vec![opening::forgotten(folder)])?;
        let named = Named { target: run.target.clone(), run: Some(run) };
        waited(inspecting::told(&named)).map(|(words, _)| words)
    }
}

fn waited<T>(work: impl Future<Output = T>) -> T {
    Handle::current().block_on(work)
}

/// While something is done signals are told; while somebody is asked, or something short is waited for, they end the program.
async fn mind_signals(standing: Arc<Standing>, heard: UnboundedSender<Told>) {
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)] = kinds.map(signal) else { return };
    loop {
        let told = next(&mut interrupt, &mut terminate, &mut hangup).await;
        if !standing.working.load(Ordering::Acquire) || heard.send(told).is_err() {
            standing.end();
        }
    }
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal, hangup: &mut Signal) -> Told {
    tokio::select! {
        _ = interrupt.recv() => Told::Interrupt,
        _ = terminate.recv() => Told::End,
        _ = hangup.recv() => Told::End,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::event::{Event, EventKind, FORMAT};

    fn world() -> World {
        World::new(&Setup::default(), mpsc::unbounded_channel().1)
    }

    /// What was opened in between was written over a preset without a question.
    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_saved_of_other_answers_is_not_written_over_with_these() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("mine.yaml").display().to_string();
        block_in_place(|| {
            let mut world = world();
            let mut save = |preset: Option<&str>| {
                let source = preset.map(|preset| Source::Preset(preset.to_owned()));
                source.into_iter().for_each(|source| assert!(matches!(world.open(&source), News::Opened(_))));
                let (name, title, layers) = (name.clone(), String::new(), Box::default());
                world.grant(Wish::SavePreset { name, title, layers, over: false }).unwrap()
            };
            assert!(matches!(save(Some("trial")), News::Saved { .. }));
            assert!(matches!(save(None), News::Saved { .. }), "the same answers may be saved again");
            assert!(matches!(save(Some("github")), News::PresetThere { .. }));
        });
    }

    /// It was said when what went on was ended, and once more.
    #[tokio::test]
    async fn what_leads_back_is_said_once() {
        let World { standing, .. } = world();
        let back = || "`hubwright resume -n hub` goes on".to_owned();
        standing.note_way_back(Some(back()));
        assert_eq!(last_words(vec![back()], &standing), [back()]);
        standing.note_way_back(Some(back()));
        assert_eq!(standing.last_word(), Some(back()), "where a signal ends the program at once");
    }

    /// The first event was taken for the page, and no line told it.
    #[tokio::test(flavor = "multi_thread")]
    async fn what_happens_while_somebody_reads_is_told_afterwards() {
        let mut world = world();
        let (told, news) = mpsc::channel(NEWS);
        (world.granter, world.news) = (Granter::new(told.clone(), &Setup::default()), news);
        let kind = EventKind::Note { text: "it goes on".to_owned() };
        let event = Event { v: FORMAT, seq: 1, at: Timestamp::UNIX_EPOCH, kind };
        told.send(News::Event(Box::new(event)).into()).await.unwrap();
        let (page, next) = block_in_place(|| (world.grant(Wish::Inspect("hub-1".to_owned())), world.next()));
        assert!(matches!(page, Some(News::Pod { page: Err(_), .. })), "{page:?}");
        let Heard::News(News::Event(event)) = next else { panic!("{next:?}") };
        assert!(matches!(event.kind, EventKind::Note { .. }));
    }
}
