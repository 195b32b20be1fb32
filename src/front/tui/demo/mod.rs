//! A story to draw the screens from, for the pictures of the docs and for tests: a person sets a hub up on a cluster of three
//! nodes, with a pool that is too large for them. The events are those of a real run, told in the words of that cluster, and the
//! screens are the real ones. Must not know files, clocks or any cluster.
mod world;

use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

use super::{app::App, screenshot, theme::Theme};
use crate::{
    front::wizard::{
        shared::Shared,
        turn::Place,
        wish::{News, Wish},
    },
    problem::Problem,
    run::event::Event,
};

/// A moment of the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scene {
    /// Name of its picture.
    pub name: &'static str,
    /// Title of its picture.
    pub title: &'static str,
    /// Columns and rows of its picture.
    pub size: (u16, u16),
    /// What the person looks at.
    place: Place,
    /// What was told until then.
    told: Told,
    /// Seconds after the run began.
    at: i64,
    /// Keys that were pressed there.
    keys: &'static [KeyCode],
}

/// How far the story is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    /// What there is to begin with.
    Beginnings,
    /// Answers were opened, and the cluster was looked at.
    Answers,
    /// What would be done is known.
    Preview,
    /// It runs.
    Running,
    /// It ended.
    Ended,
}

/// The moments, in the order of the story.
pub const SCENES: &[Scene] = &[
    Scene::new("welcome", "hubwright", (100, 30), Place::Welcome, Told::Beginnings, -600),
    Scene::new("login", "hubwright: the questions", (100, 30), Place::Questions, Told::Answers, -180).after(&[
        KeyCode::Tab,
        KeyCode::Tab,
        KeyCode::Tab,
    ]),
    Scene::new("wizard", "hubwright: the questions", (100, 30), Place::Questions, Told::Answers, -120).after(&[
        KeyCode::Tab,
        KeyCode::Tab,
        KeyCode::Tab,
        KeyCode::Tab,
        KeyCode::Tab,
        KeyCode::Tab,
    ]),
    Scene::new("fit", "hubwright: will it run there", (100, 30), Place::Fit, Told::Answers, -60),
    Scene::new("review", "hubwright: what will be done", (100, 36), Place::Review, Told::Preview, -10),
    Scene::new(
        "deployment",
        "hubwright: what happens, and why it waits",
        (110, 34),
        Place::Deployment,
        Told::Running,
        76,
    ),
    Scene::new("verification", "hubwright: the proof", (110, 34), Place::Verification, Told::Running, 215),
    Scene::new("done", "hubwright: done", (110, 42), Place::Done, Told::Ended, 306),
];

impl Scene {
    const fn new(name: &'static str, title: &'static str, size: (u16, u16), place: Place, told: Told, at: i64) -> Self {
        Self { name, title, size, place, told, at, keys: &[] }
    }

    const fn after(self, keys: &'static [KeyCode]) -> Self {
        Self { keys, ..self }
    }

    /// The front end at this moment. Fails only where the story itself is not well-formed, which a test rules out.
    pub fn app(&self, theme: Theme) -> Result<App, Problem> {
        let events = world::events()?;
        let began = events.first().map_or(Timestamp::UNIX_EPOCH, |event| event.at);
        let now = Timestamp::from_second(began.as_second().saturating_add(self.at)).unwrap_or(began);
        let mut app = App::new(Shared::new(began, TimeZone::UTC), theme);
        app.begin(Place::Welcome);
        for news in self.news(events, now)? {
            app.news(&news);
        }
        app.shared.tick(now);
        app.shared.running = self.told == Told::Running;
        let wishes = app.begin(self.place);
        if wishes.iter().any(|wish| matches!(wish, Wish::Look { .. })) {
            app.news(&News::Looked(Box::new(world::facts()?)));
        }
        if wishes.iter().any(|wish| matches!(wish, Wish::Preview(_))) {
            app.news(&News::Previewed(Box::new(world::preview()?)));
        }
        for code in self.keys {
            app.input(&Input::Key(KeyEvent::new(*code, KeyModifiers::NONE)));
        }
        Ok(app)
    }

    /// The picture of this moment, as SVG.
    pub fn picture(&self) -> Result<String, Problem> {
        Ok(screenshot::svg(&drawn(&self.app(Theme::COLOUR)?, self.size), self.title))
    }

    fn news(&self, events: Vec<Event>, now: Timestamp) -> Result<Vec<News>, Problem> {
        let mut told = vec![News::Beginnings(Box::new(world::beginnings(now)))];
        if self.told >= Told::Answers {
            told.push(News::Opened(Box::new(world::opened()?)));
            told.push(News::Looked(Box::new(world::facts()?)));
        }
        if self.told >= Told::Preview {
            told.push(News::Previewed(Box::new(world::preview()?)));
        }
        if self.told >= Told::Running {
            let until = events.into_iter().filter(|event| event.at <= now);
            told.extend(until.map(|event| News::Event(Box::new(event))));
        }
        if self.told == Told::Ended {
            told.push(News::Ended(Box::new(world::ended())));
        }
        Ok(told)
    }
}

/// The whole story: everything that the world tells in it, in order.
pub fn told() -> Result<Vec<News>, Problem> {
    let last = SCENES.iter().max_by_key(|scene| scene.told);
    last.map_or_else(|| Ok(Vec::new()), |scene| scene.news(world::events()?, Timestamp::MAX))
}

/// What a front end draws at a size.
pub fn drawn(app: &App, (columns, rows): (u16, u16)) -> Buffer {
    let Ok(mut terminal) = Terminal::new(TestBackend::new(columns, rows));
    let Ok(drawn) = terminal.draw(|frame| app.draw(frame));
    drawn.buffer.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_can_be_told_at_every_moment() {
        for scene in SCENES {
            let app = scene.app(Theme::PLAIN).unwrap();
            assert_eq!(app.place(), scene.place, "{}", scene.name);
        }
        assert!(told().unwrap().len() > 100);
    }
}
