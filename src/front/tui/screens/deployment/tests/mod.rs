//! The screen as a person sees and uses it: events and keys in, a picture and turns out.
mod acting;
mod colourless;
mod crowd;
mod log;
mod page;
mod picture;

use crossterm::event::KeyCode;
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::{
    front::{
        tui::{screens::stage::Stage, theme::Theme},
        wizard::{
            follow::tests::{event, pod, second, started},
            turn::{Overlay, Place},
            wish::{ContainerLine, Ended, EventLine, LogOf, Opened, PodPage, Source, Wish},
        },
    },
    health::verdict::{Finding, LogPointer},
    problem::Problem,
    run::event::{EventKind, PodChange, Progress, Unit},
};

/// The screen with what it shares.
struct Seen {
    screen: Deployment,
    shared: Shared,
    wishes: Vec<Wish>,
    went: Vec<(Place, Option<String>)>,
}

impl Seen {
    fn new() -> Self {
        let shared = Shared::new(second(0), TimeZone::UTC);
        Self { screen: Deployment::default(), shared, wishes: Vec::new(), went: Vec::new() }
    }

    fn tell(&mut self, news: &News) {
        self.shared.hear(news);
        let turns = self.screen.news(news, &mut self.shared);
        self.carry_out(turns);
    }

    fn say(&mut self, at: i64, kind: EventKind) {
        self.shared.tick(second(at));
        let turns = self.screen.tick(&self.shared);
        self.carry_out(turns);
        self.tell(&News::Event(Box::new(event(at, kind))));
    }

    fn press(&mut self, action: Action) {
        let turns = self.screen.act(action, &mut self.shared);
        self.carry_out(turns);
    }

    /// Says yes to whatever is asked.
    fn carry_out(&mut self, turns: Vec<Turn>) {
        for turn in turns {
            match turn {
                Turn::Wish(wish) => {
                    if self.shared.wished(&wish) {
                        self.screen.forget();
                    }
                    self.wishes.push(wish);
                }
                Turn::Go(place, at) => self.went.push((place, at)),
                Turn::Show(overlay) => {
                    if let Overlay::Confirm { then, .. } = *overlay {
                        self.carry_out(then);
                    }
                }
                Turn::Back | Turn::Say(_) => {}
            }
        }
    }

    fn picture(&self, width: u16, height: u16, theme: &Theme) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| self.screen.draw(frame, frame.area(), &self.shared, theme)).unwrap();
        // The test backend cannot print a screen without columns.
        if width == 0 { String::new() } else { terminal.backend().to_string() }
    }

    fn works(&self, action: Action) -> bool {
        self.screen.keys(&self.shared).iter().any(|binding| binding.does == action)
    }
}

fn change(name: &str, state: &str, owner: &str) -> EventKind {
    let stuck = state == "CrashLoopBackOff";
    let owner = owner.to_owned();
    EventKind::PodChanged(PodChange { state: state.to_owned(), owner, stuck, ..pod(name) })
}

fn stuck(step: &str) -> EventKind {
    let log = LogPointer {
        namespace: "hub".to_owned(),
        pod: "ray-big-1".to_owned(),
        container: "ray-worker".to_owned(),
        previous: true,
        file: None,
    };
    let finding = Finding::new("too-big", "Pod/ray-big-1", "each worker of pool `big` asks 130 GiB, no node has it")
        .detail("0/3 nodes are available: 3 Insufficient memory.")
        .edit("ray.pools[0].memory", "make it 90 GiB or less")
        .command("kubectl -n hub describe pod ray-big-1", "says more")
        .log(log);
    EventKind::StepBlocked { step: StepId::new(step), finding, deadline: second(700) }
}

/// A run that is stuck at its second step.
fn story() -> Seen {
    let mut seen = Seen::new();
    seen.carry_out(vec![Turn::Wish(Wish::Deploy(seen.shared.intent()))]);
    seen.wishes.clear();
    seen.say(0, started(&["operator", "ray", "verify"]));
    seen.say(1, EventKind::StepStarted { step: StepId::new("operator") });
    seen.say(32, EventKind::StepDone { step: StepId::new("operator"), changed: true, took_ms: 31_000, note: None });
    seen.say(33, EventKind::StepStarted { step: StepId::new("ray") });
    seen.say(34, change("operator-1", "Ready", "Deployment operator"));
    seen.say(40, change("ray-head", "Ready", "RayCluster ray"));
    seen.say(41, change("ray-big-1", "CrashLoopBackOff", "RayCluster ray"));
    seen.say(60, stuck("ray"));
    seen
}

fn end(seen: &mut Seen, outcome: Option<Outcome>, problems: Vec<Problem>) {
    let again = "hubwright resume -n hub".to_owned();
    let ended = Ended { outcome, problems, password: None, files: Vec::new(), again };
    seen.tell(&News::Ended(Box::new(ended)));
}
