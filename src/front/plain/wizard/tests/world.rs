//! Who stands in: a person who says what is on a list, and a world in which everything is at hand.
use std::{collections::VecDeque, path::Path};

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    answers::{
        draft::Draft,
        facts::{Facts, StorageClassFact},
        layers::Layers,
        preset,
        resolve::resolve,
        shipped,
    },
    front::{
        plain::{
            Secret,
            wizard::{
                Heard, Host,
                asker::{Asker, Reply},
            },
        },
        wizard::{
            shared::Shared,
            wish::{Beginnings, ContainerLine, Ended, FileView, Intent, News, Opened, PodPage, Preview, Wish},
        },
    },
    health::verdict::Finding,
    plan::{
        self,
        graph::StepId,
        render::{self, Body},
    },
    problem::Problem,
    run::event::{Event, EventKind, FORMAT, Outcome, PlannedStep, PodChange},
};

/// Esc, Ctrl-C.
pub const ESC: &str = "<esc>";
pub const CTRL_C: &str = "<ctrl-c>";

/// Says what is on a list, then Enter up to the review and there what is on another; presses Ctrl-C at their end.
#[derive(Default)]
pub struct Person {
    pub replies: VecDeque<String>,
    pub at_review: VecDeque<&'static str>,
    pub secret: &'static str,
    pub told: Vec<String>,
    pub asked: Vec<String>,
}

impl Asker for Person {
    fn tell(&mut self, text: &str) {
        self.told.push(text.to_owned());
    }

    fn line(&mut self, question: &str, initial: &str) -> Result<Reply, Problem> {
        self.asked.push(format!("{question} {initial}"));
        let reviewed = question == "Number or word:";
        let reply = self.replies.pop_front().or_else(|| match self.at_review.is_empty() {
            true => None,
            false if reviewed => self.at_review.pop_front().map(str::to_owned),
            false => Some(String::new()),
        });
        Ok(match reply.as_deref() {
            None | Some(CTRL_C) => Reply::Leave,
            Some(ESC) => Reply::Back,
            Some("") => Reply::Text(initial.to_owned()),
            Some(text) => Reply::Text(text.to_owned()),
        })
    }

    fn secret(&mut self, _title: &str, _key: &str) -> Result<Secret, Problem> {
        Ok(Secret::Typed(self.secret.to_owned().into()))
    }
}

/// A world in which everything is at hand; what was done there can be asked for.
pub struct World {
    pub layers: Layers,
    pub beginnings: Beginnings,
    pub kept: usize,
    pub saved: Vec<String>,
    pub looks: usize,
    pub gone: bool,
    pub begun: Vec<String>,
    /// What is heard while something goes on.
    pub heard: VecDeque<Heard>,
}

impl World {
    pub fn of(layers: Layers) -> Self {
        let (kept, looks, gone) = (0, 0, false);
        let (saved, begun, heard) = (Vec::new(), Vec::new(), VecDeque::new());
        Self { layers, beginnings: Beginnings::default(), kept, saved, looks, gone, begun, heard }
    }

    pub fn preset(name: &str) -> Self {
        Self::of(preset_draft(name).layers().clone())
    }

    /// What is begun ends like this.
    pub fn ends(mut self, ended: Ended) -> Self {
        self.heard.push_back(Heard::News(News::Ended(Box::new(ended))));
        self
    }

    fn begin(&mut self, word: &str) -> Option<News> {
        self.begun.push(word.to_owned());
        if self.heard.is_empty() {
            self.heard.push_back(Heard::News(News::Ended(Box::new(ended(Some(Outcome::Done))))));
        }
        None
    }
}

pub fn ended(outcome: Option<Outcome>) -> Ended {
    Ended { outcome, ..Ended::default() }
}

/// Without any target: what would be done there is new.
pub fn preview(intent: &Intent) -> News {
    let (facts, answers) = (Facts::default(), intent.layers.merged());
    let Ok(spec) = resolve(&answers, &facts) else { return News::Wrong(Vec::new()) };
    let plan = plan::build(&spec, &facts);
    let text = |body| if let Body::Text(text) = body { text } else { String::new() };
    let files = render::files(&plan).into_iter();
    let files = files.map(|file| FileView { path: file.path, text: text(file.body), deployed: None }).collect();
    let (place, problems) = ("into namespace hub of prod".to_owned(), Vec::new());
    let preview = Preview {
        plan,
        place,
        files,
        problems,
        warnings: Vec::new(),
        helm: None,
        commands: Vec::new(),
        unasked: false,
    };
    News::Previewed(Box::new(preview))
}

impl Host for World {
    fn grant(&mut self, wish: Wish) -> Option<News> {
        match wish {
            Wish::Beginnings => Some(News::Beginnings(Box::new(self.beginnings.clone()))),
            Wish::Open(source) => {
                let title = format!("{source:?}");
                Some(News::Opened(Box::new(Opened { layers: self.layers.clone(), title, wrong: Vec::new() })))
            }
            Wish::Look { .. } => {
                self.looks += 1;
                let problem = || Box::new(Problem::new("gone", "the cluster does not answer"));
                let name = "fast\u{1b}[2J".to_owned();
                let class = StorageClassFact { name, default: true, ..StorageClassFact::default() };
                let facts = || Box::new(Facts { storage_classes: vec![class], ..Facts::default() });
                let seen = || News::Looked(facts());
                Some(if self.gone { News::NotLooked { problem: problem(), asks: false } } else { seen() })
            }
            Wish::KeepDraft(layers) => {
                self.kept += 1;
                self.layers = *layers;
                None
            }
            Wish::Preview(intent) => Some(preview(&intent)),
            Wish::SavePreset { name, .. } => {
                self.saved.push(name.clone());
                Some(News::Saved { what: "preset".to_owned(), path: name.into(), opens: None })
            }
            Wish::Keep { name, .. } => Some(News::Saved { path: (&name).into(), what: name, opens: None }),
            Wish::Inspect(of) => Some(News::Pod { page: Ok(Box::new(page(&of))), of }),
            Wish::Logs(of) => {
                let words = format!("last words of {} in {}, previous: {}", of.container, of.pod, of.previous);
                Some(News::Logs { of, lines: Ok(vec![words]) })
            }
            Wish::Deploy(intent) => {
                let typed = intent.secrets.keys().cloned().collect::<Vec<_>>().join(",");
                self.begin(format!("deploy {typed}").trim())
            }
            Wish::Resume(folder, _) => self.begin(&format!("resume {}", folder.display())),
            Wish::Watch(folder) => self.begin(&format!("watch {}", folder.display())),
            Wish::Verify { rungs, .. } => self.begin(&format!("verify {}", rungs.join(","))),
            Wish::Cancel => {
                self.begun.push("cancel".to_owned());
                self.heard.push_back(Heard::News(News::Ended(Box::new(ended(Some(Outcome::Interrupted))))));
                None
            }
            Wish::Skip(step) => {
                self.begun.push(format!("skip {step}"));
                None
            }
            _ => None,
        }
    }

    fn next(&mut self) -> Heard {
        self.heard.pop_front().unwrap_or_else(|| panic!("nothing goes on: {:?}", self.begun))
    }

    fn status(&mut self, _folder: &Path) -> Result<String, Vec<Problem>> {
        Ok("all is well".to_owned())
    }
}

pub fn preset_draft(name: &str) -> Draft {
    let mut layers = Layers::new();
    layers.push_preset(name, preset::parse(shipped::find(name).unwrap().text, name).unwrap());
    Draft::new(layers)
}

/// Nobody did anything yet.
pub fn nothing() -> Shared {
    Shared::new(Timestamp::UNIX_EPOCH, TimeZone::UTC)
}

pub fn says(replies: &[&str]) -> Person {
    Person { replies: replies.iter().map(|&reply| reply.to_owned()).collect(), secret: "hunter2", ..Person::default() }
}

pub fn hub_is_stuck() -> EventKind {
    let finding = Finding::new("crash-loop", "Pod/hub-1", "the hub crashes").edit("hub.memory", "give it more");
    EventKind::StepBlocked { step: StepId::new("hub"), finding, deadline: Timestamp::UNIX_EPOCH }
}

pub fn run_began() -> EventKind {
    let step = PlannedStep { id: StepId::new("hub"), title: "JupyterHub".to_owned(), needs: Vec::new() };
    let (run, command, deployment) = ("r".to_owned(), "install".to_owned(), "prod/hub".to_owned());
    EventKind::RunStarted { run, command, deployment, plan: String::new(), resumed: false, steps: vec![step] }
}

pub fn happens(kind: EventKind) -> Heard {
    happens_at(0, kind)
}

pub fn happens_at(second: i64, kind: EventKind) -> Heard {
    let at = Timestamp::from_second(second).unwrap();
    Heard::News(News::Event(Box::new(Event { v: FORMAT, seq: 1, at, kind })))
}

/// Ctrl-C.
pub fn interrupted(second: i64) -> Heard {
    Heard::Interrupted(Timestamp::from_second(second).unwrap())
}

pub fn pod(name: &str, state: &str) -> EventKind {
    let (name, state, owner) = (name.to_owned(), state.to_owned(), "Deployment hub".to_owned());
    EventKind::PodChanged(PodChange { name, state, owner, ..crate::front::wizard::follow::tests::pod("") })
}

fn page(name: &str) -> PodPage {
    let container = |name: &str, restarts| {
        let (name, state) = (name.to_owned(), "CrashLoopBackOff".to_owned());
        ContainerLine { name, state, restarts, reason: "back-off\u{1b}[2J".to_owned(), ..ContainerLine::default() }
    };
    PodPage {
        name: name.to_owned(),
        facts: vec![("node".to_owned(), "node-1".to_owned())],
        containers: vec![container("hub", 4), container("sidecar", 0)],
        conditions: vec![("Ready".to_owned(), false, "ContainersNotReady".to_owned())],
        findings: vec![Finding::new("crash-loop", "Pod/hub-1", "the hub crashes")],
        ..PodPage::default()
    }
}
