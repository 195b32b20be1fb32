//! The whole front end on a terminal in memory, for the tests of screens: real keys and real news go in, text comes out.
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Terminal, backend::TestBackend};

use crate::{
    front::{
        tui::{app::App, theme::Theme},
        wizard::{
            shared::Shared,
            turn::Place,
            wish::{News, Wish},
        },
    },
    run::event::{Event, EventKind, FORMAT},
};

/// Sizes that every screen must look right at.
pub const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 40), (200, 60)];

/// The stage.
pub struct Stage {
    /// The front end.
    pub app: App,
    /// What it wished for so far.
    pub wishes: Vec<Wish>,
    second: i64,
}

impl Stage {
    /// At noon, with nothing known.
    pub fn new() -> Self {
        let now = Timestamp::from_second(1_767_268_800).unwrap();
        let app = App::new(Shared::new(now, TimeZone::UTC), Theme::COLOUR);
        Self { app, wishes: Vec::new(), second: 0 }
    }

    /// The same at another screen.
    pub fn at(place: Place) -> Self {
        let mut stage = Self::new();
        stage.wishes = stage.app.begin(place);
        stage
    }

    /// The world tells something.
    #[expect(clippy::needless_pass_by_value, reason = "tests make what they tell in place")]
    pub fn news(&mut self, news: News) -> &mut Self {
        let wishes = self.app.news(&news);
        self.wishes.extend(wishes);
        self
    }

    /// A second passes, and something happens in the run.
    pub fn event(&mut self, kind: EventKind) -> &mut Self {
        self.second += 1;
        let at = Timestamp::from_second(1_767_268_800 + self.second).unwrap();
        self.app.shared.now = at;
        self.news(News::Event(Box::new(Event { v: FORMAT, seq: 1, at, kind })))
    }

    /// A key is pressed.
    pub fn press(&mut self, code: KeyCode) -> &mut Self {
        let wishes = self.app.input(&Input::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        self.wishes.extend(wishes);
        self
    }

    /// A letter is pressed together with Ctrl.
    pub fn ctrl(&mut self, letter: char) -> &mut Self {
        let wishes = self.app.input(&Input::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)));
        self.wishes.extend(wishes);
        self
    }

    /// Letters are typed.
    pub fn keys(&mut self, letters: &str) -> &mut Self {
        for letter in letters.chars() {
            self.press(KeyCode::Char(letter));
        }
        self
    }

    /// Something is pasted.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        let wishes = self.app.input(&Input::Paste(text.to_owned()));
        self.wishes.extend(wishes);
        self
    }

    /// What is seen at a size.
    pub fn seen(&self, (width, height): (u16, u16)) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| self.app.draw(frame)).unwrap();
        let buffer = terminal.backend().buffer();
        let row = |y: u16| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..height).map(row).collect::<Vec<_>>().join("\n")
    }

    /// Draws at every size there may be, for what must never panic.
    pub fn drawn_at_all_sizes(&self) {
        for width in [0, 1, 2, 7, 59, 60, 61, 79, 80, 109, 110, 300] {
            for height in [0, 1, 2, 15, 16, 17, 24, 100] {
                self.seen((width, height));
            }
        }
    }
}
