//! The loop: keys, news, signals and the clock go to the screens; their wishes go to the world; a frame is drawn when something
//! changed. Never waits for the world. Must not know what a screen shows, nor how a wish is granted.
use std::{io, pin::pin, time::Duration};

use crossterm::event::{Event as Input, EventStream};
use futures::StreamExt;
use jiff::{Timestamp, tz::TimeZone};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{
    grant::{Granter, Tagged},
    line_by_line, look,
};
use crate::{
    answers::layers::Layers,
    cli::Setup,
    front::{
        tui::{
            app::App,
            terminal::{self, Guard},
        },
        wizard::{
            shared::Shared,
            turn::Place,
            wish::{News, Source, Wish},
        },
    },
    problem::{Exit, Problem},
    runtime::{Outcome, tell},
};

/// Shortest time between two frames that nobody pressed a key for.
const FRAME: Duration = Duration::from_millis(16);
/// News that wait for the screens at most; whoever has more waits.
const NEWS: usize = 4096;
/// How long after the terminal was lent a Ctrl-C may still be told that was for somebody else.
const MOMENT: Duration = Duration::from_millis(500);
/// How long an end may take before something is said.
const SILENCE: Duration = Duration::from_millis(300);
/// What is said then.
const STOPPING: &str = "stopping cleanly: what was begun is ended or undone; Ctrl-C ends at once";

/// The full screen, until the person leaves.
pub async fn show(args: &Setup) -> Outcome {
    let (told, news) = mpsc::channel(NEWS);
    let bugs = told.clone();
    terminal::mind_panics(move |problem| drop(bugs.try_send(News::Bug(Box::new(problem)).into())));
    let app = App::new(Shared::new(Timestamp::now(), TimeZone::system()), look::theme(args.appearance));
    let granter = Granter::new(told, args);
    let mut ui = Ui {
        guard: Guard::take(args.appearance.mouse).map_err(|error| no_terminal(&error, args))?,
        app,
        granter,
        keys: None,
        asking: None,
        lent: None,
        changed: true,
        left: None,
    };
    let ended = ui.run(news, args).await;
    let Ui { guard, granter, left, .. } = ui;
    drop(guard);
    wind_down(granter).await.iter().for_each(|line| tell(line));
    ended.map_err(|error| no_terminal(&error, args))?;
    Ok(left.unwrap_or(Exit::Interrupted))
}

/// The screens are gone: what takes a while says so, and who does not want to wait need not.
async fn wind_down(granter: Granter) -> Vec<String> {
    let back = granter.way_back();
    let mut winding = pin!(granter.wind_down());
    if let Ok(last_words) = tokio::time::timeout(SILENCE, &mut winding).await {
        return last_words;
    }
    tell(STOPPING);
    let Ok(mut signals) = Signals::new() else { return winding.await };
    tokio::select! {
        last_words = &mut winding => last_words,
        () = signals.any_end() => {
            back.iter().for_each(|line| tell(line));
            // The journal is synced line by line: nothing is lost by leaving now.
            std::process::exit(Exit::Interrupted.code().into());
        }
    }
}

fn no_terminal(error: &io::Error, args: &Setup) -> Vec<Problem> {
    let problem = Problem::new("no-terminal", format!("the terminal cannot be used: {error}"));
    vec![problem.hint(line_by_line(args))]
}

struct Ui {
    guard: Guard,
    app: App,
    granter: Granter,
    /// `None` while the terminal is lent.
    keys: Option<EventStream>,
    /// A look for which a credential plugin is to have the terminal.
    asking: Option<Box<Layers>>,
    /// Since when the terminal is no longer lent.
    lent: Option<Instant>,
    changed: bool,
    /// The exit code, once the person left.
    left: Option<Exit>,
}

/// Signals that end or continue the program.
struct Signals {
    terminate: Signal,
    hangup: Signal,
    interrupt: Signal,
    go_on: Signal,
}

enum Told {
    Input(Input),
    NoMoreInput,
    News,
    Tick,
    End,
    Interrupt,
    Continued,
    FrameDue,
}

impl Ui {
    async fn run(&mut self, mut news: mpsc::Receiver<Tagged>, args: &Setup) -> io::Result<()> {
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
            if let Some(layers) = self.asking.take() {
                self.look_asking(&layers, &mut signals).await?;
            }
            if self.changed && (at_once || drawn.elapsed() >= FRAME) {
                self.draw()?;
                drawn = Instant::now();
            }
        }
        Ok(())
    }

    async fn next(
        &mut self,
        news: &mut mpsc::Receiver<Tagged>,
        batch: &mut Vec<Tagged>,
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

    fn take(&mut self, told: Told, batch: &mut Vec<Tagged>) -> io::Result<()> {
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
                batch.drain(..).try_for_each(|told| {
                    let Some(news) = self.granter.hear(told) else { return Ok(()) };
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
            Told::Interrupt if self.lent.is_some_and(|lent| lent.elapsed() < MOMENT) => Ok(()),
            Told::NoMoreInput | Told::End | Told::Interrupt => self.end(),
            Told::FrameDue => Ok(()),
        }
    }

    /// The program ends without being asked.
    fn end(&mut self) -> io::Result<()> {
        let wishes = self.app.end();
        self.grant(wishes)?;
        self.left = Some(Exit::Interrupted);
        Ok(())
    }

    /// What needs the terminal is done here, the rest is the world's.
    fn grant(&mut self, wishes: Vec<Wish>) -> io::Result<()> {
        for wish in wishes {
            match wish {
                Wish::Leave(exit) => self.left = Some(exit),
                Wish::Redraw => self.guard.forget()?,
                Wish::Suspend => self.suspend()?,
                Wish::Look { layers, asking: true } => self.asking = Some(layers),
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
    fn suspend(&mut self) -> io::Result<()> {
        self.keys = None;
        let done = self.guard.suspend();
        self.keys = Some(EventStream::new());
        self.changed = true;
        done
    }

    /// A credential plugin has the terminal until it ends, or until somebody ends the program. Ctrl-C is for the plugin there.
    async fn look_asking(&mut self, layers: &Layers, signals: &mut Signals) -> io::Result<()> {
        self.keys = None;
        self.guard.lend();
        let looked = tokio::select! {
            () = self.granter.look_asking(layers) => true,
            () = signals.end() => false,
        };
        self.guard.settle();
        if !looked {
            return self.end();
        }
        self.lent = Some(Instant::now());
        self.guard.retake()?;
        self.keys = Some(EventStream::new());
        self.changed = true;
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        self.changed = false;
        let app = &self.app;
        self.guard.draw(|frame| app.draw(frame))
    }
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            go_on: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
        })
    }

    async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.terminate.recv() => Told::End,
            _ = self.hangup.recv() => Told::End,
            _ = self.interrupt.recv() => Told::Interrupt,
            _ = self.go_on.recv() => Told::Continued,
        }
    }

    /// Somebody ends the program, and not by a key.
    async fn end(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }

    /// The same, by a key or not.
    async fn any_end(&mut self) {
        while matches!(self.next().await, Told::Continued) {}
    }
}
