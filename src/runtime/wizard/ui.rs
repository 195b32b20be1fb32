//! The loop: keys, news, signals and the clock go to the screens; their wishes go to the world; a frame is drawn when something
//! changed. Never waits for the world. Must not know what a screen shows, nor how a wish is granted.
use std::{io, time::Duration};

use crossterm::event::{Event as Input, EventStream};
use futures::StreamExt;
use jiff::{Timestamp, tz::TimeZone};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{grant::Granter, look};
use crate::{
    cli::Setup,
    front::tui::{
        app::App,
        screen::Place,
        shared::Shared,
        terminal::{self, Guard},
        wish::{News, Source, Wish},
    },
    problem::{Exit, Problem},
    runtime::Outcome,
};

/// Shortest time between two frames that nobody pressed a key for.
const FRAME: Duration = Duration::from_millis(16);
/// News that wait for the screens at most; whoever has more waits.
const NEWS: usize = 4096;

/// The full screen, until the person leaves.
pub async fn show(args: &Setup) -> Outcome {
    let (told, news) = mpsc::channel(NEWS);
    let bugs = told.clone();
    terminal::mind_panics(move |problem| drop(bugs.try_send(News::Bug(Box::new(problem)))));
    let app = App::new(Shared::new(Timestamp::now(), TimeZone::system()), look::theme(args.appearance));
    let granter = Granter::new(told, args);
    let mut ui = Ui {
        guard: Guard::take().map_err(|error| no_terminal(&error))?,
        app,
        granter,
        keys: None,
        changed: true,
        left: None,
    };
    let ended = ui.run(news, args).await;
    let Ui { guard, granter, left, .. } = ui;
    drop(guard);
    let last_words = granter.wind_down().await;
    last_words.iter().for_each(|line| crate::runtime::tell(line));
    ended.map_err(|error| no_terminal(&error))?;
    Ok(left.unwrap_or(Exit::Interrupted))
}

fn no_terminal(error: &io::Error) -> Vec<Problem> {
    let problem = Problem::new("no-terminal", format!("the terminal cannot be used: {error}"));
    vec![problem.hint("`hubwright --plain` asks the same questions line by line")]
}

struct Ui {
    guard: Guard,
    app: App,
    granter: Granter,
    /// `None` while the terminal is lent.
    keys: Option<EventStream>,
    changed: bool,
    /// The exit code, once the person left.
    left: Option<Exit>,
}

/// Signals that end or continue the program.
struct Signals {
    end: [Signal; 3],
    go_on: Signal,
}

enum Told {
    Input(Input),
    NoMoreInput,
    News,
    Tick,
    End,
    Continued,
    FrameDue,
}

impl Ui {
    async fn run(&mut self, mut news: mpsc::Receiver<News>, args: &Setup) -> io::Result<()> {
        let mut signals = Signals::new()?;
        self.draw()?;
        self.keys = Some(EventStream::new());
        let wishes = match args.answering.presets.first() {
            Some(name) => self.app.begin_with(Source::Preset(name.clone())),
            None => self.app.begin(Place::Welcome),
        };
        self.grant(wishes)?;
        let (mut drawn, mut batch) = (Instant::now(), Vec::new());
        while self.left.is_none() {
            let told = self.next(&mut news, &mut batch, &mut signals, drawn).await;
            let at_once = matches!(told, Told::Input(_) | Told::Continued);
            self.take(told, &mut batch)?;
            if self.changed && (at_once || drawn.elapsed() >= FRAME) {
                self.draw()?;
                drawn = Instant::now();
            }
        }
        Ok(())
    }

    async fn next(
        &mut self,
        news: &mut mpsc::Receiver<News>,
        batch: &mut Vec<News>,
        signals: &mut Signals,
        drawn: Instant,
    ) -> Told {
        let (changed, ticks) = (self.changed, self.app.ticks());
        let keys = &mut self.keys;
        let input = async {
            match keys {
                Some(keys) => keys.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            input = input => match input {
                Some(Ok(input)) => Told::Input(input),
                Some(Err(_)) | None => Told::NoMoreInput,
            },
            told = signals.next() => told,
            () = sleep_until(drawn + FRAME), if changed => Told::FrameDue,
            _ = news.recv_many(batch, NEWS) => Told::News,
            () = sleep_until(drawn + Duration::from_secs(1)), if ticks => Told::Tick,
        }
    }

    fn take(&mut self, told: Told, batch: &mut Vec<News>) -> io::Result<()> {
        let wishes = self.app.tick(Timestamp::now());
        self.grant(wishes)?;
        match told {
            Told::Input(input) => {
                self.changed = true;
                let wishes = self.app.input(&input);
                self.grant(wishes)
            }
            Told::News => {
                self.changed = true;
                batch.drain(..).try_for_each(|news| {
                    let wishes = self.app.news(&news);
                    self.grant(wishes)
                })
            }
            Told::Tick => {
                self.changed = true;
                Ok(())
            }
            Told::Continued => {
                self.changed = true;
                self.guard.retake()
            }
            Told::NoMoreInput | Told::End => {
                let wishes = self.app.end();
                self.grant(wishes)?;
                self.left = Some(Exit::Interrupted);
                Ok(())
            }
            Told::FrameDue => Ok(()),
        }
    }

    /// What needs the terminal is done here, the rest is the world's.
    fn grant(&mut self, wishes: Vec<Wish>) -> io::Result<()> {
        for wish in wishes {
            match wish {
                Wish::Leave(exit) => self.left = Some(exit),
                Wish::Redraw => self.guard.forget()?,
                Wish::Suspend => self.lent(Guard::suspend)?,
                Wish::Look { layers, asking: true } => {
                    let granter = &mut self.granter;
                    self.keys = None;
                    let looked = self.guard.lend(|| granter.look_asking(&layers));
                    self.keys = Some(EventStream::new());
                    looked?;
                }
                Wish::Copy(text) => {
                    self.guard.copy(&text, look::in_tmux())?;
                    self.granter.grant(Wish::Copy(text));
                }
                wish => self.granter.grant(wish),
            }
        }
        Ok(())
    }

    /// Nobody reads keys while something else has the terminal.
    fn lent(&mut self, to: impl FnOnce(&mut Guard) -> io::Result<()>) -> io::Result<()> {
        self.keys = None;
        let done = to(&mut self.guard);
        self.keys = Some(EventStream::new());
        self.changed = true;
        done
    }

    fn draw(&mut self) -> io::Result<()> {
        self.changed = false;
        let app = &self.app;
        self.guard.draw(|frame| app.draw(frame))
    }
}

impl Signals {
    fn new() -> io::Result<Self> {
        let end = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()];
        let [terminate, hangup, interrupt] = end.map(signal);
        let go_on = signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?;
        Ok(Self { end: [terminate?, hangup?, interrupt?], go_on })
    }

    async fn next(&mut self) -> Told {
        let [terminate, hangup, interrupt] = &mut self.end;
        tokio::select! {
            _ = terminate.recv() => Told::End,
            _ = hangup.recv() => Told::End,
            _ = interrupt.recv() => Told::End,
            _ = self.go_on.recv() => Told::Continued,
        }
    }
}
