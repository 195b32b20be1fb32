//! Promises of the questions: keys go in, text comes out.
mod random;

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
    answers::{facts::Facts, layers::Layers, layers::Origin, preset, shipped},
    front::tui::{
        screen::Place,
        wish::{Beginnings, Wish},
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
        let mut layers = Layers::new();
        layers.push_preset(preset, preset::parse(shipped::find(preset).unwrap().text, preset).unwrap());
        bench.shared.draft = Draft::new(layers);
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

#[test]
fn sections_stand_on_the_left_with_their_state_and_the_form_on_the_right() {
    let mut bench = Bench::of("github");
    bench.at("login");
    let text = bench.seen(80, 24);
    has(&text, &["▸ Login", "Access and TLS", "✓", "Fit", "Review", "│ Login", "Client ID", "preset github", "┴"]);
    let wide = bench.seen(120, 40);
    has(&wide, &["done ✓", "open", "!", "‹ github ›   GitHub or GitHub Enterprise"]);
    has(&bench.seen(200, 60), &["Profiles", "Who may log in"]);
    let narrow = bench.seen(60, 16);
    has(&narrow, &["5/11 Login", "Client ID"]);
    assert!(!narrow.contains("│"), "there is no room for a pane\n{narrow}");
    let plain = bench.draw(80, 22, Theme::PLAIN);
    assert!(plain.is_ascii(), "{plain}");
}

#[test]
fn questions_that_do_not_matter_are_seen_but_passed_over() {
    let mut bench = Bench::of("github");
    bench.at("login.method");
    has(&bench.seen(80, 24), &["– Tenant", "not used"]);
    bench.act(Action::Down);
    assert!(bench.on("login.client-id"), "{:?}", bench.here());
}

#[test]
fn what_is_wrong_stands_below_the_field_while_typing_and_is_not_kept() {
    let mut bench = Bench::fresh();
    bench.at("target.namespace");
    bench.act(Action::Enter);
    bench.write("_");
    let text = bench.seen(80, 24);
    has(&text, &["hub_", "! "]);
    bench.act(Action::Enter);
    assert!(bench.screen.typing(), "what is wrong stays in the field");
    assert_eq!(bench.text("target.namespace"), "hub");
    bench.act(Action::Back);
    assert!(!bench.screen.typing() && !bench.shared.unsaved);
    bench.fill("target.namespace", "lab");
    assert_eq!(bench.text("target.namespace"), "lab");
    has(&bench.seen(80, 24), &["lab", "typed"]);
    assert!(bench.shared.unsaved);
}

#[test]
fn a_paste_never_submits_and_an_unchanged_field_says_nothing() {
    let mut bench = Bench::fresh();
    bench.at("target.namespace");
    bench.act(Action::Enter);
    bench.screen.edit(&Edit::Paste("-one".to_owned()), &mut bench.shared);
    assert!(bench.screen.typing());
    assert_eq!(bench.text("target.namespace"), "hub");
    bench.screen.edit(&Edit::Key(InputRequest::DeletePrevWord), &mut bench.shared);
    bench.acts(&[Action::Back, Action::Enter, Action::Enter]);
    assert_eq!(bench.shared.draft.layers().origin("target.namespace"), Origin::Default);
}

#[test]
fn facts_that_arrive_leave_the_open_field_alone() {
    let mut bench = Bench::fresh();
    bench.at("target.namespace");
    bench.act(Action::Enter);
    bench.write("-x");
    let facts =
        Facts { contexts: vec!["prod".to_owned()], current_context: Some("prod".to_owned()), ..Facts::default() };
    let news = News::Looked(Box::new(facts));
    bench.shared.hear(&news);
    bench.screen.news(&news, &mut bench.shared);
    bench.act(Action::Enter);
    assert_eq!(bench.text("target.namespace"), "hub-x");
    assert_eq!(bench.text("target.context"), "prod");
}

#[test]
fn choices_change_in_place_and_are_chosen_from_a_list_that_explains_them() {
    let mut bench = Bench::fresh();
    bench.at("login.method");
    bench.act(Action::Right);
    assert_eq!(bench.text("login.method"), "azuread");
    has(&bench.seen(80, 24), &["‹ azuread ›", "Microsoft Entra ID"]);
    bench.act(Action::Enter);
    has(&bench.seen(80, 24), &["github", "GitHub or GitHub Enterprise", "Moodle with its OAuth plugin"]);
    bench.acts(&[Action::Down, Action::Enter]);
    assert_eq!(bench.text("login.method"), "github");
    assert!(bench.on("login.client-id"), "the next that matters: {:?}", bench.here());
    bench.at("login.method");
    bench.act(Action::Unsay);
    assert_eq!(bench.text("login.method"), "");
    bench.at("ray.autoscaling");
    bench.act(Action::Toggle);
    has(&bench.seen(80, 24), &["‹ yes ›"]);
    bench.at("cull.timeout");
    bench.act(Action::Left);
    assert_eq!(bench.text("cull.timeout"), "3599");
}

#[test]
fn contexts_are_offered_before_the_target_was_looked_at_and_another_can_be_typed() {
    let mut bench = Bench::fresh();
    let contexts = (0..12).map(|number| format!("cluster-{number}")).collect();
    bench.shared.beginnings =
        Some(Beginnings { contexts, current: Some("cluster-3".to_owned()), ..Beginnings::default() });
    bench.at("target.context");
    bench.act(Action::Enter);
    has(&bench.seen(80, 24), &["cluster-0", "the current context"]);
    bench.act(Action::Filter);
    bench.write("-11");
    assert!(!bench.seen(80, 24).contains("cluster-2"));
    bench.act(Action::Enter);
    assert_eq!(bench.text("target.context"), "cluster-11");
    bench.at("target.context");
    bench.acts(&[Action::Enter, Action::Last, Action::Enter]);
    bench.write("x");
    bench.act(Action::Enter);
    assert_eq!(bench.text("target.context"), "cluster-11x");
}

#[test]
fn a_typed_secret_is_masked_and_in_no_layer() {
    let mut bench = Bench::of("github");
    bench.at("login.client-secret");
    bench.act(Action::Enter);
    has(&bench.seen(80, 24), &["type or paste it", "environment variable", "Secret in the cluster"]);
    bench.acts(&[Action::First, Action::Enter]);
    bench.screen.edit(&Edit::Paste("hunter2".to_owned()), &mut bench.shared);
    let text = bench.seen(80, 24);
    has(&text, &["•••••••"]);
    assert!(!text.contains("hunter2"));
    bench.act(Action::Enter);
    has(&bench.seen(80, 24), &["typed, kept in"]);
    assert_eq!(bench.text("login.client-secret"), "ask:login.client-secret");
    assert!(!format!("{:?}", bench.shared.draft).contains("hunter2"));
    assert_eq!(bench.shared.secrets["login.client-secret"].expose_secret(), "hunter2");
    bench.at("login.client-secret");
    bench.acts(&[Action::Enter, Action::Down, Action::Enter]);
    bench.write("HUB_SECRET");
    bench.act(Action::Enter);
    assert_eq!(bench.text("login.client-secret"), "env:HUB_SECRET");
    assert!(bench.shared.secrets.is_empty(), "what is not meant any more is forgotten");
}

#[test]
fn a_secret_that_is_typed_is_never_judged_aloud() {
    let mut bench = Bench::of("github");
    bench.at("login.client-secret");
    bench.acts(&[Action::Enter, Action::First, Action::Enter]);
    bench.write("   ");
    bench.act(Action::Enter);
    assert!(bench.screen.typing(), "blanks are no secret");
    has(&bench.seen(80, 24), &["is empty"]);
}

#[test]
fn rows_are_added_copied_moved_deleted_and_brought_back() {
    let mut bench = Bench::fresh();
    bench.at("ray.pools");
    has(&bench.seen(80, 24), &["Worker pools", "Memory", "small", "4Gi", "a adds one"]);
    bench.act(Action::Copy);
    bench.act(Action::MoveUp);
    let names = |bench: &Bench| -> Vec<String> {
        bench.shared.draft.rows("ray.pools").iter().map(|row| row.field("name").unwrap().text()).collect()
    };
    assert_eq!(names(&bench), ["small-2", "small"]);
    bench.act(Action::Delete);
    assert_eq!(names(&bench), ["small"]);
    bench.at("ray.tag");
    bench.act(Action::Unsay);
    assert_eq!(names(&bench), ["small"], "it comes back where it was deleted");
    bench.at("ray.pools");
    bench.act(Action::Delete);
    bench.act(Action::Unsay);
    assert_eq!(names(&bench), ["small"]);
    bench.act(Action::Copy);
    bench.act(Action::Add);
    has(&bench.seen(80, 24), &["Ray / Pool pool-3", "CPUs", "back to worker pools"]);
    bench.fill("ray.pools[2].name", "big");
    bench.act(Action::Back);
    assert_eq!(bench.here(), Some(At::Row("ray.pools".to_owned(), 2)));
    assert_eq!(names(&bench), ["small", "small-2", "big"]);
}

#[test]
fn a_row_is_opened_by_its_key_and_shows_what_is_wrong_with_it() {
    let mut bench = Bench::fresh();
    bench.at("ray.pools[0].max");
    assert!(bench.on("ray.pools[0].max"));
    bench.fill("ray.pools[0].min", "4");
    bench.fill("ray.pools[0].max", "2");
    bench.act(Action::Back);
    has(&bench.seen(120, 40), &["!", "Max"]);
    bench.act(Action::Enter);
    assert!(bench.on("ray.pools[0].max"), "a row opens at what is wrong: {:?}", bench.here());
}

#[test]
fn the_target_is_looked_at_when_it_is_another_one_and_never_twice() {
    let mut bench = Bench::fresh();
    let looks = |turns: &[Turn]| {
        turns.iter().filter(|turn| matches!(turn, Turn::Wish(Wish::Look { asking: false, .. }))).count()
    };
    let turns = bench.screen.enter(None, &mut bench.shared);
    assert_eq!(looks(&turns), 1);
    bench.shared.look = Look::Looking;
    has(&bench.seen(80, 24), &["looking"]);
    assert_eq!(looks(&bench.act(Action::Next)), 0);
    bench.at("target.namespace");
    bench.act(Action::Enter);
    bench.write("2");
    assert_eq!(looks(&bench.act(Action::Enter)), 1);
    let problem = Box::new(Problem::new("x", "the login plugin wants to ask").hint("log in first"));
    bench.shared.look = Look::Failed { problem, asks: true };
    has(
        &bench.seen(80, 24),
        &["the login plugin wants to ask", "log in first", "Enter: let the login plugin ask you here"],
    );
    bench.act(Action::Last);
    bench.act(Action::Up);
    assert_eq!(bench.here(), Some(At::Look));
    let turns = bench.act(Action::Enter);
    assert!(matches!(turns.as_slice(), [Turn::Wish(Wish::Look { asking: true, .. })]), "{turns:?}");
}

#[test]
fn the_callback_url_is_shown_and_copied() {
    let mut bench = Bench::of("github");
    bench.shared.draft.say("access.host", "hub.example.org").unwrap();
    bench.at("login.method");
    has(&bench.seen(120, 40), &["hub.example.org/hub/oauth_callback", "c copies it"]);
    let turns = bench.act(Action::Copy);
    let copied = |turn: &Turn| matches!(turn, Turn::Wish(Wish::Copy(url)) if url.ends_with("/hub/oauth_callback"));
    assert!(turns.iter().any(copied), "{turns:?}");
}

#[test]
fn who_only_presses_enter_and_answers_what_is_asked_gets_to_the_review() {
    let mut bench = Bench::fresh();
    bench.screen.enter(None, &mut bench.shared);
    let mut keys = 0;
    let mut way = Vec::new();
    loop {
        keys += 1;
        assert!(keys < 120, "no end: {way:?}");
        if bench.screen.typing()
            && bench.screen.field(&bench.shared).is_some_and(|field| field.required && field.text().is_empty())
        {
            bench.write("hub.example.org");
        }
        way.push(bench.here());
        let turns = bench.act(Action::Enter);
        if turns.iter().any(|turn| matches!(turn, Turn::Go(Place::Review, _))) {
            break;
        }
    }
    assert!(bench.shared.draft.resolved().is_ok(), "{:?}", bench.shared.draft.problems());
    assert!(keys < 60, "{keys} keys: {way:?}");
}

#[test]
fn a_section_remembers_where_one_was_and_the_way_is_kept() {
    let mut bench = Bench::of("github");
    bench.at("access.host");
    bench.fill("access.host", "hub.example.org");
    let here = bench.here();
    let turns = bench.act(Action::Next);
    assert!(turns.iter().any(|turn| matches!(turn, Turn::Wish(Wish::KeepDraft(_)))), "{turns:?}");
    bench.act(Action::Previous);
    assert_eq!(bench.here(), here);
    let turns = bench.act(Action::Back);
    assert!(matches!(turns.as_slice(), [Turn::Back]), "{turns:?}");
}

#[test]
fn the_review_stop_leads_to_what_is_left() {
    let mut bench = Bench::fresh();
    while bench.screen.way.next(&bench.shared.draft).is_some() {
        bench.act(Action::Next);
    }
    has(&bench.seen(80, 24), &["Review", "some things are left"]);
    bench.acts(&[Action::Last, Action::Enter]);
    let left = bench.shared.draft.problems()[0].key.clone().unwrap();
    assert!(bench.on(&left), "{:?}", bench.here());
}

#[test]
fn a_question_is_found_by_its_words() {
    let mut bench = Bench::fresh();
    bench.act(Action::Filter);
    bench.write("idle time");
    bench.act(Action::Enter);
    assert!(bench.on("cull.timeout"), "{:?}", bench.here());
}

#[test]
fn long_forms_scroll_with_marks_and_keep_the_cursor_in_sight() {
    let mut bench = Bench::fresh();
    bench.at("login.method");
    has(&bench.seen(60, 16), &["↓", "more"]);
    bench.act(Action::Last);
    let text = bench.seen(60, 16);
    has(&text, &["↑", "go on: Access and TLS"]);
}

#[test]
fn this_machine_has_its_own_questions() {
    let mut bench = Bench::fresh();
    bench.at("target.kind");
    bench.act(Action::Right);
    assert_eq!(bench.text("target.kind"), "this-machine");
    bench.act(Action::Next);
    for (width, height) in [(80, 24), (120, 40), (200, 60), (60, 16)] {
        has(&bench.seen(width, height), &["This machine", "Folder"]);
    }
}

#[test]
fn nothing_is_too_small() {
    let mut bench = Bench::of("github");
    bench.at("login.method");
    for width in 0..24 {
        for height in 0..12 {
            bench.draw(width, height, Theme::COLOUR);
        }
    }
    bench.screen.way.stand(Spot { row: Some(("ray.pools".to_owned(), 9)), at: None });
    has(&bench.seen(80, 24), &["back to"]);
}

#[test]
fn a_secret_of_an_earlier_session_is_asked_for_again() {
    let mut bench = Bench::of("github");
    bench.shared.draft.say("login.client-secret", "ask:login.client-secret").unwrap();
    bench.at("login.method");
    has(&bench.seen(120, 40), &["! Client secret", "type it again"]);
}

#[test]
fn an_empty_table_has_a_place_for_its_first_row() {
    let mut bench = Bench::fresh();
    bench.at("ray.pools");
    bench.act(Action::Delete);
    assert_eq!(bench.here(), Some(At::Add("ray.pools".to_owned())));
    has(&bench.seen(80, 24), &["(none)  a adds one"]);
    bench.act(Action::Unsay);
    assert_eq!(bench.here(), Some(At::Row("ray.pools".to_owned(), 0)));
}

#[test]
fn lists_with_offers_are_marked_and_what_was_typed_stays_among_them() {
    let mut bench = Bench::fresh();
    let taint = "nvidia.com/gpu=present:NoSchedule";
    let node = crate::answers::facts::NodeFact { taints: vec![taint.to_owned()], ..Default::default() };
    bench.shared.draft.learn(Facts { nodes: vec![node], ..Facts::default() });
    bench.shared.draft.say("ray.pools[0].tolerations", "own=x:NoExecute").unwrap();
    bench.at("ray.pools[0].tolerations");
    bench.act(Action::Enter);
    has(&bench.seen(80, 24), &["[ ] nvidia.com/gpu", "[✓] own=x:NoExecute"]);
    bench.acts(&[Action::First, Action::Toggle, Action::Enter]);
    assert_eq!(bench.text("ray.pools[0].tolerations"), format!("{taint}, own=x:NoExecute"));
}

#[test]
fn the_keys_are_those_that_work_here() {
    let mut bench = Bench::fresh();
    let does = |bench: &Bench| -> Vec<Action> { bench.screen.keys(&bench.shared).iter().map(|key| key.does).collect() };
    bench.at("login.method");
    assert!(!does(&bench).contains(&Action::Delete) && !does(&bench).contains(&Action::Look));
    bench.at("ray.pools");
    assert!(
        [Action::Add, Action::Copy, Action::Delete, Action::MoveUp].iter().all(|action| does(&bench).contains(action))
    );
    bench.at("target.kind");
    assert!(does(&bench).contains(&Action::Look) && !does(&bench).contains(&Action::Add));
}
