//! Keys, pastes, sizes and news at random: whatever a person and the world do, nothing breaks, nothing is lost by going back,
//! and a typed secret stays where it was typed.
use std::sync::LazyLock;

use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use hubwright::{
    front::{
        tui::{
            app::App,
            demo::{SCENES, Scene, drawn, told},
            screenshot::styled,
            theme::Theme,
        },
        wizard::wish::{ContainerLine, EventLine, LogOf, News, PodPage, Wish},
    },
    problem::Problem,
    run::event::{Event, EventKind, FORMAT, PodChange},
};
use jiff::Timestamp;
use proptest::{
    collection::vec,
    prelude::{Just, ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest},
};
use ratatui::buffer::Cell;
use secrecy::ExposeSecret;

use super::keys::{press, type_text};

static STORY: LazyLock<Vec<News>> = LazyLock::new(|| told().unwrap());

/// Something that happens to the screens.
#[derive(Debug, Clone)]
enum Happening {
    Key(KeyEvent),
    Paste(String),
    Size(u16, u16),
    /// A piece of the story's news, by number.
    Told(usize),
    /// A piece of news with such a text in it.
    Hostile(u8, String),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        12 => key().prop_map(Happening::Key),
        2 => "[a-z0-9:/.é日\\n\\r\\x1b]{0,24}".prop_map(Happening::Paste),
        1 => size().prop_map(|(columns, rows)| Happening::Size(columns, rows)),
        4 => any::<usize>().prop_map(Happening::Told),
        1 => (any::<u8>(), hostile()).prop_map(|(which, text)| Happening::Hostile(which, text)),
    ]
}

fn key() -> impl Strategy<Value = KeyEvent> {
    let named = prop::sample::select(vec![
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Enter,
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::F(1),
    ]);
    let letter = prop::char::ranges(vec![' '..='~', 'é'..='é', '日'..='日'].into()).prop_map(KeyCode::Char);
    let plain = prop_oneof![named, letter].prop_map(|code| KeyEvent::new(code, KeyModifiers::NONE));
    let ctrl =
        prop::char::range('a', 'z').prop_map(|letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL));
    prop_oneof![8 => plain, 1 => ctrl]
}

fn size() -> impl Strategy<Value = (u16, u16)> {
    prop_oneof![
        8 => Just((80, 24)),
        2 => Just((0, 0)),
        6 => (0..130_u16, 0..45_u16),
        1 => (0..300_u16, 0..100_u16),
    ]
}

/// What programs and clusters write that mean no good, or know no better.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("\x1b[2J\x1b[31mred\x1b]0;title\x07".to_owned()),
        Just("日本語".repeat(80)),
        Just("e\u{301}\u{200b}\u{202e}\u{fe0f}👩‍👩‍👧‍👦".repeat(9)),
        Just("line\nline\r\n\tline\u{0}\u{7f}".repeat(20)),
        Just("x".repeat(3000)),
        Just(String::new()),
    ]
}

fn bad_news(which: u8, text: &str) -> News {
    let text = text.to_owned();
    let problem = Problem::new("hostile", text.clone()).detail(text.clone()).hint(text.clone()).at(text.clone());
    let event = |kind| News::Event(Box::new(Event { v: FORMAT, seq: 1, at: Timestamp::UNIX_EPOCH, kind }));
    match which % 10 {
        0 => News::Wrong(vec![problem]),
        1 => News::Bug(Box::new(problem)),
        2 => News::NotLooked { problem: Box::new(problem), asks: true },
        3 => event(EventKind::Note { text }),
        4 => event(EventKind::PodChanged(PodChange {
            step: None,
            namespace: text.clone(),
            name: text.clone(),
            state: text.clone(),
            ready: u32::MAX,
            containers: 0,
            restarts: u32::MAX,
            reason: Some(text.clone()),
            node: None,
            process: false,
            owner: text,
            since: None,
            stuck: true,
        })),
        5 => {
            let page = PodPage {
                name: text.clone(),
                facts: vec![(text.clone(), text.clone())],
                containers: vec![ContainerLine {
                    name: text.clone(),
                    reason: text.clone(),
                    ..ContainerLine::default()
                }],
                conditions: vec![(text.clone(), false, text.clone())],
                events: vec![EventLine {
                    at: None,
                    warning: true,
                    reason: text.clone(),
                    text: text.clone(),
                    count: u32::MAX,
                }],
                findings: Vec::new(),
            };
            News::Pod { of: text, page: Ok(Box::new(page)) }
        }
        6 => News::Logs {
            of: LogOf { pod: text.clone(), container: String::new(), previous: true },
            lines: Ok(vec![text; 3]),
        },
        8 => News::NotKept(Box::new(problem)),
        7 => News::Saved { what: text.clone(), path: text.clone().into(), opens: Some(text) },
        _ => event(EventKind::Contact { up: false, what: text }),
    }
}

/// What must hold whatever happened.
struct Watched {
    app: App,
    size: (u16, u16),
}

impl Watched {
    fn new(scene: usize, theme: Theme) -> Self {
        Self { app: SCENES[scene % SCENES.len()].app(theme).unwrap(), size: (80, 24) }
    }

    fn happen(&mut self, happening: &Happening) -> Vec<Wish> {
        match happening {
            Happening::Key(key) => self.app.input(&Input::Key(*key)),
            Happening::Paste(text) => self.app.input(&Input::Paste(text.clone())),
            Happening::Size(columns, rows) => {
                self.size = (*columns, *rows);
                Vec::new()
            }
            Happening::Told(which) => self.app.news(&STORY[which % STORY.len()]),
            Happening::Hostile(which, text) => self.app.news(&bad_news(*which, text)),
        }
    }

    /// What is drawn, cell by cell.
    fn picture(&self) -> String {
        drawn(&self.app, self.size).content().iter().map(Cell::symbol).collect()
    }

    /// Secrets that were typed, as far as they are long enough not to be met by chance.
    fn secrets(&self) -> Vec<String> {
        let typed = self.app.shared.secrets.values().map(|secret| secret.expose_secret().to_owned());
        typed.filter(|secret| secret.len() > 7).collect()
    }
}

/// Whether a text could leave the program by a way that is not the target's: wishes as they are logged and written down.
fn tells(wishes: &[Wish], secret: &str) -> bool {
    wishes.iter().any(|wish| format!("{wish:?}").contains(secret))
}

/// What a terminal would take for a command.
fn raw(picture: &str) -> Option<char> {
    picture.chars().find(|letter| letter.is_control())
}

fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, cases: count, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn nothing_that_happens_breaks_the_screens(
        scene in 0..SCENES.len(),
        plain in any::<bool>(),
        happenings in vec(happening(), 1..40),
    ) {
        let mut watched = Watched::new(scene, if plain { Theme::PLAIN } else { Theme::COLOUR });
        for happening in &happenings {
            let wishes = watched.happen(happening);
            let picture = watched.picture();
            prop_assert_eq!(raw(&picture), None, "control characters reach the terminal:\n{}", picture);
            for secret in watched.secrets() {
                prop_assert!(!tells(&wishes, &secret), "a typed secret is told: {:?}", wishes);
            }
        }
    }

    /// Whatever is opened and left with Esc: what is looked at then, and what was answered, is what it was before.
    #[test]
    fn going_forward_and_back_changes_nothing(
        moves in vec(prop::sample::select(vec!["Tab", "S-Tab", "Up", "Down", "Down", "Home", "End"]), 0..25),
        letters in "[a-z0-9]{0,12}",
        way in prop::sample::select(WAYS.to_vec()),
    ) {
        let mut watched = Watched { app: scene("login").app(Theme::PLAIN).unwrap(), size: (100, 40) };
        press(&mut watched.app, &moves.join(" "));
        let looked_at = |watched: &Watched| styled(&drawn(&watched.app, watched.size));
        let before = (looked_at(&watched), answers(&watched.app));
        let (there, back) = way;
        press(&mut watched.app, there);
        if *there == *"^F" {
            type_text(&mut watched.app, &letters);
        }
        press(&mut watched.app, back);
        let after = looked_at(&watched);
        prop_assert!(after == before.0, "{} {}: before\n{}\nafter\n{}", there, back, before.0, after);
        prop_assert_eq!(answers(&watched.app), before.1);
    }

    /// Typed into its field and kept, a secret is in no picture and no wish, whatever is done then.
    #[test]
    fn a_typed_secret_is_seen_nowhere(happenings in vec(happening(), 0..15)) {
        const SECRET: &str = "hunter2-canary-of-the-tests";
        let mut watched = Watched { app: scene("login").app(Theme::PLAIN).unwrap(), size: (120, 40) };
        press(&mut watched.app, "^F");
        type_text(&mut watched.app, "(login.client-secret)");
        press(&mut watched.app, "Enter Enter");
        press(&mut watched.app, "Home Enter");
        watched.app.input(&Input::Paste(SECRET.to_owned()));
        prop_assert!(!watched.picture().contains(SECRET), "it is drawn while it is typed");
        let mut wishes = press(&mut watched.app, "Enter");
        prop_assert_eq!(watched.secrets(), vec![SECRET.to_owned()], "it was not taken:\n{}", watched.picture());
        for happening in &happenings {
            wishes.extend(watched.happen(happening));
            prop_assert!(!watched.picture().contains(SECRET), "it is drawn after {:?}", happening);
        }
        wishes.extend(press(&mut watched.app, "^S"));
        prop_assert!(!tells(&wishes, SECRET) && !answers(&watched.app).contains(SECRET));
    }
}

/// Keys that lead somewhere, and those that lead back.
const WAYS: &[(&str, &str)] = &[("?", "Esc"), ("^P", "Esc"), ("^R", "Esc"), ("^F", "Esc")];

fn scene(name: &str) -> &'static Scene {
    SCENES.iter().find(|scene| scene.name == name).unwrap()
}

fn answers(app: &App) -> String {
    format!("{:?}", app.shared.draft.layers().merged())
}
