//! The review through the whole front end: keys and news in, pictures and wishes out.
mod files;
mod saving;

use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Terminal, backend::TestBackend, style::Modifier};

use super::Review;
use crate::{
    answers::{
        draft::Draft,
        facts::Facts,
        invalid::Invalid,
        layers::{Layers, Origin},
        preset, resolve, shipped,
    },
    front::{
        tui::{app::App, screen::Screen, theme::Theme},
        wizard::{
            shared::Shared,
            turn::{Place, Turn},
            wish::{FileView, Intent, News, Opened, Preview, Wish},
        },
    },
    plan::{
        self,
        render::{self, Body},
    },
    problem::Problem,
};

const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 40), (200, 60)];

fn trial() -> Layers {
    let mut layers = Layers::new();
    let shipped = shipped::find("trial-kubernetes").unwrap();
    layers.push_preset("trial-kubernetes", preset::parse(shipped.text, shipped.name).unwrap());
    layers
}

fn app(layers: Layers) -> App {
    let mut shared = Shared::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
    shared.draft = Draft::new(layers);
    App::new(shared, Theme::COLOUR)
}

/// What a look at an empty cluster would tell; `deployed` makes what is deployed of a file's text.
fn preview(app: &App, deployed: impl Fn(&str, &str) -> Option<String>) -> Preview {
    let spec = resolve::resolve(&app.shared.draft.layers().merged(), &Facts::default()).unwrap();
    let plan = plan::build(&spec, &Facts::default());
    let files = render::files(&plan).into_iter().map(|file| {
        let text = match file.body {
            Body::Text(text) => text,
            Body::Secret(secret) => format!("{secret:?}"),
        };
        FileView { deployed: deployed(&file.path, &text), path: file.path, text }
    });
    Preview {
        place: "into namespace hub of prod".to_owned(),
        files: files.collect(),
        problems: Vec::new(),
        warnings: Vec::new(),
        helm: None,
        commands: Vec::new(),
        unasked: false,
        plan,
    }
}

/// At the review, with what the target told.
fn checked(layers: Layers, change: impl Fn(&mut Preview)) -> App {
    let mut app = app(layers);
    app.begin(Place::Review);
    let mut preview = preview(&app, |_, _| None);
    change(&mut preview);
    app.news(&News::Previewed(Box::new(preview)));
    app
}

fn press(app: &mut App, code: KeyCode) -> Vec<Wish> {
    app.input(&Input::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn press_all(app: &mut App, keys: &str) -> Vec<Wish> {
    keys.chars().flat_map(|key| press(app, KeyCode::Char(key))).collect()
}

fn start(app: &mut App) -> Vec<Wish> {
    app.input(&Input::Key(KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL)))
}

fn terminal(app: &App, (width, height): (u16, u16)) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| app.draw(frame)).unwrap();
    terminal
}

fn picture(app: &App, size: (u16, u16)) -> String {
    let terminal = terminal(app, size);
    let buffer = terminal.backend().buffer();
    let row = |y| (0..size.0).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned() + "\n";
    (0..size.1).map(row).collect()
}

fn assert_shows(app: &App, size: (u16, u16), expected: &[&str]) {
    let picture = picture(app, size);
    for words in expected {
        assert!(picture.contains(words), "`{words}` is not in\n{picture}");
    }
}

fn intent(wishes: &[Wish]) -> Option<&Intent> {
    wishes.iter().find_map(|wish| match wish {
        Wish::Deploy(intent) => Some(&**intent),
        _ => None,
    })
}

fn at_files(app: &mut App) {
    (0..3).for_each(|_| drop(press(app, KeyCode::Tab)));
}

fn is_preview(wish: &Wish) -> bool {
    matches!(wish, Wish::Preview(_))
}

#[test]
fn what_was_refused_is_told_with_its_place_and_what_to_do() {
    let mut app = app(trial());
    let wrong = Invalid::at("ray.head-cpu", "`lots` is no quantity").hint("write `500m`").place("mine.yaml", 3);
    app.news(&News::Opened(Box::new(Opened { layers: trial(), title: "mine".to_owned(), wrong: vec![wrong] })));
    press(&mut app, KeyCode::Esc);
    app.begin(Place::Review);
    let lines = ["Ray, Head CPUs: `lots` is no quantity", "said in mine.yaml, line 3", "write `500m`"];
    assert_shows(&app, (120, 40), &lines);
    assert!(!picture(&app, (120, 40)).contains("mine.yaml:3"));
}

#[test]
fn what_is_missing_stands_first_and_leads_to_its_field() {
    let mut app = app(Layers::new());
    let wishes = app.begin(Place::Review);
    assert!(!wishes.iter().any(is_preview), "nothing to check yet: {wishes:?}");
    for size in SIZES {
        assert_shows(&app, size, &["missing or wrong", "Login: needs an answer", "[Check "]);
    }
    assert!(start(&mut app).is_empty());
    assert_shows(&app, (80, 24), &["first say what is missing"]);
    press(&mut app, KeyCode::Enter);
    assert_eq!(app.place(), Place::Questions);
}

#[test]
fn the_target_is_asked_once_for_the_same_answers_and_again_for_others() {
    let mut app = app(trial());
    assert!(app.begin(Place::Review).iter().any(is_preview));
    assert_shows(&app, (80, 24), &["checking against the target"]);
    assert!(!app.begin(Place::Review).iter().any(is_preview), "it is on its way");
    let preview = preview(&app, |_, _| None);
    app.news(&News::Previewed(Box::new(preview)));
    assert!(!app.begin(Place::Review).iter().any(is_preview));
    for size in SIZES {
        assert_shows(
            &app,
            size,
            &["nothing stands in the way", "into namespace hub of prod", "[ Install ]", "are new"],
        );
    }
    app.shared.draft.say("hub.announcement", "closed on Monday").unwrap();
    assert_shows(&app, (80, 24), &["checking against the target"]);
    assert!(start(&mut app).is_empty(), "of other answers than those that were checked");
    assert!(app.begin(Place::Review).iter().any(is_preview));
}

#[test]
fn answers_that_were_changed_and_come_back_to_are_checked() {
    let mut shared = app(trial()).shared;
    let mut review = Review::default();
    assert_eq!(review.enter(None, &mut shared).len(), 1);
    assert!(review.again(&mut shared).is_empty(), "on its way, and the same");
    shared.draft.say("hub.announcement", "closed on Monday").unwrap();
    assert!(matches!(review.again(&mut shared).as_slice(), [Turn::Wish(Wish::Preview(_))]));
}

#[test]
fn what_will_happen_is_said_and_only_a_yes_begins() {
    let mut app = checked(trial(), |preview| {
        preview.helm = Some("helm 4.3.0 from https://get.helm.sh".to_owned());
        preview.commands = vec!["pass show hub".to_owned()];
        preview.warnings = vec![Problem::new("a-warning", "everybody may log in")];
    });
    assert!(start(&mut app).is_empty());
    for size in SIZES {
        let expected = ["Install into namespace hub of prod?", "helm 4.3.0", "pass show hub", "everybody may log in"];
        assert_shows(&app, size, &expected);
    }
    press(&mut app, KeyCode::Esc);
    assert_eq!(app.place(), Place::Review);
    start(&mut app);
    let wishes = press(&mut app, KeyCode::Enter);
    assert!(intent(&wishes).unwrap().verify);
    assert_eq!(app.place(), Place::Deployment);
}

#[test]
fn a_command_that_lacks_answers_says_so() {
    let mut layers = trial();
    layers.set(Origin::Typed, "login.method", "github").unwrap();
    let mut app = app(layers);
    app.begin(Place::Review);
    press(&mut app, KeyCode::BackTab);
    assert_shows(&app, (80, 24), &["answers are missing or wrong; with them, this is the same"]);
}

#[test]
fn the_verification_can_be_left_out() {
    let mut app = checked(trial(), |_| {});
    let steps = |app: &mut App| picture(app, (80, 24)).lines().find(|line| line.contains("steps")).map(str::to_owned);
    let with = steps(&mut app);
    press_all(&mut app, "v");
    assert_ne!(steps(&mut app), with);
    start(&mut app);
    assert_shows(&app, (80, 24), &["It is not verified afterwards"]);
    assert!(!intent(&press(&mut app, KeyCode::Enter)).unwrap().verify);
}

#[test]
fn what_stands_in_the_way_has_its_hint_and_leads_to_its_answer() {
    let problem = Problem::new("no-default-storage-class", "this cluster has no default kind of disk")
        .hint("choose one of `ssd`, `hdd`")
        .at("storage.class");
    let mut app = checked(trial(), |preview| preview.problems = vec![problem.clone()]);
    for size in SIZES {
        assert_shows(
            &app,
            size,
            &["1 thing stands in the way", "no default kind of disk", "choose one of `ssd`", "Check 1!"],
        );
    }
    assert!(start(&mut app).is_empty());
    assert_shows(&app, (80, 24), &["first mend what stands in the way"]);
    press(&mut app, KeyCode::Enter);
    assert_eq!(app.place(), Place::Questions);
}

#[test]
fn a_target_that_does_not_answer_is_said_and_asked_again() {
    let mut app = app(trial());
    app.begin(Place::Review);
    app.news(&News::Wrong(vec![Problem::new("api-unreachable", "the cluster does not answer").hint("check the VPN")]));
    press(&mut app, KeyCode::Esc);
    assert_shows(&app, (80, 24), &["it could not be checked", "the cluster does not answer", "check the VPN"]);
    assert!(press_all(&mut app, "r").iter().any(is_preview));
    assert_shows(&app, (80, 24), &["checking against the target"]);
}

#[test]
fn a_dead_cluster_leaves_steps_and_files_from_the_answers_alone() {
    let mut app = checked(trial(), |preview| {
        preview.unasked = true;
        let dead = Problem::new("api-unreachable", "the cluster does not answer").hint("check the VPN");
        preview.problems =
            vec![dead, Problem::new("secret-missing", "the variable is not set").at("login.client-secret")];
    });
    for size in SIZES {
        let expected = ["it could not be checked", "does not answer", "check the VPN", "not set", "Check 2!", "Steps "];
        assert_shows(&app, size, &expected);
    }
    assert!(!picture(&app, (120, 40)).contains("are new"), "nothing is known of what is there");
    assert!(start(&mut app).is_empty());
    assert_shows(&app, (80, 24), &["`r` tries again"]);
    at_files(&mut app);
    for size in SIZES {
        assert_shows(&app, size, &["from the answers alone", "not compared"]);
    }
    press(&mut app, KeyCode::Enter);
    assert_shows(&app, (80, 24), &["whole file   not compared"]);
    press(&mut app, KeyCode::Esc);
    press(&mut app, KeyCode::BackTab);
    assert_shows(&app, (80, 24), &["from the answers alone", " jupyterhub "]);
}

#[test]
fn answers_are_called_as_in_the_form_with_their_keys_where_there_is_room() {
    let mut layers = trial();
    layers.set(Origin::Typed, "ray.pools[0].name", "big").unwrap();
    layers.set(Origin::Typed, "ray.pools[0].min", "9").unwrap();
    layers.set(Origin::Typed, "ray.pools[0].max", "3").unwrap();
    let mut app = app(layers);
    app.begin(Place::Review);
    let narrow = picture(&app, (80, 24));
    assert!(narrow.contains("of pool big: ") && !narrow.contains("ray.pools[0]"), "{narrow}");
    for size in [(100, 30), (120, 40), (200, 60)] {
        assert_shows(&app, size, &["of pool big: ", "ray.pools[0].m"]);
    }
}

#[test]
fn the_way_forward_stands_in_the_footer_of_the_smallest_screen() {
    let footer = |app: &App| picture(app, (60, 16)).lines().last().unwrap().to_owned();
    let mut app = app(Layers::new());
    app.begin(Place::Review);
    assert!(footer(&app).contains("Enter change"), "{}", footer(&app));
    let mut app = checked(trial(), |_| {});
    assert!(footer(&app).contains("Enter install  "), "what is selected first: {}", footer(&app));
    press(&mut app, KeyCode::Tab);
    assert!(footer(&app).contains("^G install"), "{}", footer(&app));
}

#[test]
fn answers_stand_by_section_with_who_said_them_and_lead_to_their_field() {
    let mut layers = trial();
    layers.set(Origin::Typed, "hub.announcement", "closed on Monday").unwrap();
    let mut app = checked(layers, |_| {});
    press(&mut app, KeyCode::Tab);
    for size in SIZES {
        assert_shows(&app, size, &["[Answers ", "Login", "preset trial"]);
    }
    press(&mut app, KeyCode::End);
    for size in SIZES {
        assert_shows(&app, size, &["closed on Monday", "typed"]);
    }
    press(&mut app, KeyCode::Enter);
    assert_eq!(app.place(), Place::Questions);
}

#[test]
fn steps_are_a_tree_with_what_runs_at_the_same_time() {
    let mut app = checked(trial(), |_| {});
    press_all(&mut app, "\t");
    press(&mut app, KeyCode::Tab);
    press(&mut app, KeyCode::Tab);
    let picture = picture(&app, (80, 24));
    assert!(picture.contains("[Steps "), "{picture}");
    let at = |name: &str| picture.lines().position(|line| line.contains(&format!(" {name} "))).unwrap();
    assert!(at("namespace") < at("secrets") && at("secrets") < at("jupyterhub"), "{picture}");
    assert!(picture.contains("├ ") && picture.contains("└ ") && picture.contains("after namespace"), "{picture}");
}

#[test]
fn the_command_is_shown_alone_and_copied_as_it_is() {
    let mut layers = trial();
    layers.set(Origin::Typed, "hub.announcement", "closed on Monday").unwrap();
    let mut app = checked(layers, |_| {});
    (0..4).for_each(|_| drop(press(&mut app, KeyCode::Tab)));
    let lines = ["hubwright install trial-kubernetes \\", "  --set 'hub.announcement=closed on Monday' \\", "  --yes"];
    for size in SIZES {
        assert_shows(&app, size, &lines);
    }
    let wishes = press_all(&mut app, "c");
    let Some(Wish::Copy(text)) = wishes.first() else { panic!("{wishes:?}") };
    assert_eq!(text.lines().collect::<Vec<_>>(), lines);
}

#[test]
fn typed_secrets_are_on_no_part_of_the_screen() {
    let mut layers = trial();
    for (key, value) in
        [("login.method", "github"), ("login.client-id", "id"), ("login.client-secret", "ask:login.client-secret")]
    {
        layers.set(Origin::Typed, key, value).unwrap();
    }
    let mut app = app(layers);
    app.shared.secrets.insert("login.client-secret".to_owned(), "hunter2".into());
    app.begin(Place::Review);
    for _ in 0..5 {
        assert!(!picture(&app, (200, 60)).contains("hunter2"));
        press(&mut app, KeyCode::Tab);
    }
    press(&mut app, KeyCode::Tab);
    assert_shows(&app, (120, 40), &["••••••"]);
}

#[test]
fn any_size_can_be_drawn_and_the_selected_row_is_always_in_sight() {
    let mut app = checked(trial(), |preview| {
        let problem = |number: usize| {
            Problem::new("x", format!("problem number {number}.")).hint("a hint").at("hub.announcement")
        };
        preview.problems = (0..40).map(problem).collect();
    });
    for number in 0..40 {
        for size in SIZES {
            let picture = picture(&app, size);
            let cursor = picture.lines().find(|line| line.contains('▸')).unwrap_or_else(|| panic!("{picture}"));
            assert!(cursor.contains(&format!("number {number}.")), "{number}\n{picture}");
        }
        press(&mut app, KeyCode::Down);
    }
    for _ in 0..5 {
        for (width, height) in [(0, 0), (1, 1), (3, 2), (59, 15), (60, 16), (61, 17), (110, 16), (500, 3)] {
            picture(&app, (width, height));
        }
        press(&mut app, KeyCode::Tab);
    }
}
