//! Promises of the questions: keys go in, text comes out.
mod choosing;
mod drawing;
mod random;
mod rows;
mod secrets;
mod typing;
mod way;

use crossterm::event::KeyCode;
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Terminal, backend::TestBackend};
use secrecy::ExposeSecret;
use tui_input::InputRequest;

use super::{
    edit::tests::letters,
    way::{At, Spot},
    *,
};
use crate::{
    answers::{
        draft::Draft,
        facts::Facts,
        invalid::Invalid,
        kept::NOT_KEPT,
        layers::{Layers, Origin},
        preset, shipped,
    },
    front::{
        tui::screens::stage::Stage,
        wizard::{
            turn::Place,
            wish::{Beginnings, Opened, Wish},
        },
    },
    problem::Problem,
};

/// The screen with what it knows.
struct Bench {
    screen: Questions,
    shared: Shared,
}

impl Bench {
    fn fresh() -> Self {
        Self { screen: Questions::default(), shared: Shared::new(Timestamp::UNIX_EPOCH, TimeZone::UTC) }
    }

    fn of(preset: &str) -> Self {
        let mut bench = Self::fresh();
        bench.shared.draft = Draft::new(preset_layers(preset));
        bench
    }

    fn act(&mut self, action: Action) -> Vec<Turn> {
        let turns = self.screen.act(action, &mut self.shared);
        for turn in &turns {
            if let Turn::Wish(wish) = turn {
                self.shared.wished(wish);
            }
        }
        turns
    }

    fn acts(&mut self, actions: &[Action]) {
        actions.iter().for_each(|action| drop(self.act(*action)));
    }

    fn write(&mut self, text: &str) {
        assert!(self.screen.typing(), "no field takes letters");
        letters(text).iter().for_each(|edit| self.screen.edit(edit, &mut self.shared));
    }

    /// Opens a field, empties it, types, keeps.
    fn fill(&mut self, key: &str, text: &str) {
        self.at(key);
        self.act(Action::Enter);
        self.screen.edit(&Edit::Key(InputRequest::DeleteLine), &mut self.shared);
        self.write(text);
        self.act(Action::Enter);
    }

    fn at(&mut self, key: &str) -> Vec<Turn> {
        self.screen.enter(Some(key), &mut self.shared)
    }

    fn text(&self, key: &str) -> String {
        self.shared.draft.field(key).unwrap_or_else(|| panic!("no field {key}")).text()
    }

    fn here(&self) -> Option<At> {
        self.screen.here(&self.shared)
    }

    fn on(&self, key: &str) -> bool {
        self.here() == Some(At::Field(key.to_owned()))
    }

    fn draw(&self, width: u16, height: u16, theme: Theme) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let draw = |frame: &mut Frame<'_>| self.screen.draw(frame, frame.area(), &self.shared, &theme);
        terminal.draw(draw).unwrap();
        let buffer = terminal.backend().buffer();
        let row = |y: u16| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..height).map(row).collect::<Vec<_>>().join("\n")
    }

    /// What is seen where title and keys take a line each.
    fn seen(&self, width: u16, height: u16) -> String {
        self.draw(width, height.saturating_sub(2), Theme::COLOUR)
    }
}

#[track_caller]
fn has(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "`{wanted}` is missing in\n{text}");
    }
}

fn preset_layers(name: &str) -> Layers {
    let mut layers = Layers::new();
    layers.push_preset(name, preset::parse(shipped::find(name).unwrap().text, name).unwrap());
    layers
}

/// The whole front end with some answers, at the question of a key.
fn stage(layers: Layers, key: &str) -> Stage {
    let mut stage = Stage::at(Place::Questions);
    stage.news(News::Opened(Box::new(Opened { layers, title: "test".to_owned(), wrong: Vec::new() })));
    to(&mut stage, key);
    stage
}

fn to<'s>(stage: &'s mut Stage, key: &str) -> &'s mut Stage {
    stage.ctrl('f').paste(&format!("({key})")).press(KeyCode::Enter)
}

fn said(stage: &Stage, key: &str) -> String {
    stage.app.shared.draft.field(key).unwrap_or_else(|| panic!("no field {key}")).text()
}

fn footer(stage: &Stage, size: (u16, u16)) -> String {
    stage.seen(size).lines().last().unwrap().to_owned()
}
