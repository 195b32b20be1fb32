//! Tables and their rows; what was changed comes back.
use super::*;

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
    bench.at("login.method");
    bench.act(Action::Undo);
    assert_eq!(names(&bench), ["small-2", "small"]);
    assert_eq!(bench.here(), Some(At::Row("ray.pools".to_owned(), 0)), "the cursor goes where it came back");
    bench.acts(&[Action::Undo, Action::Undo]);
    assert_eq!(names(&bench), ["small"], "one change after the other");
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
fn an_empty_table_has_a_place_for_its_first_row() {
    let mut bench = Bench::fresh();
    bench.at("ray.pools");
    bench.act(Action::Delete);
    assert_eq!(bench.here(), Some(At::Add("ray.pools".to_owned())));
    has(&bench.seen(80, 24), &["(none)  a adds one"]);
    bench.act(Action::Undo);
    assert_eq!(bench.here(), Some(At::Row("ray.pools".to_owned(), 0)));
}

/// Esc after `a` left a row behind that nobody wanted.
#[test]
fn esc_right_after_a_row_was_added_takes_it_away_again() {
    let mut stage = stage(Layers::new(), "ray.pools");
    let names = |stage: &Stage| stage.app.shared.draft.rows("ray.pools").len();
    stage.keys("a").press(KeyCode::Down).press(KeyCode::Esc);
    assert_eq!(names(&stage), 1);
    assert_eq!(stage.app.shared.draft.layers().origin("ray.pools"), Origin::Default, "as if nothing had been");
    has(&stage.seen((80, 24)), &["the new row is gone again", "a adds one"]);
    stage.keys("a").keys("big").press(KeyCode::Enter).press(KeyCode::Esc);
    assert_eq!(names(&stage), 2, "a row in which something was said stays");
    stage.press(KeyCode::Down).keys("a").press(KeyCode::End).press(KeyCode::Enter);
    assert_eq!(names(&stage), 3, "a row that was gone through stays");
    stage.press(KeyCode::Up).press(KeyCode::Up).press(KeyCode::Enter).press(KeyCode::Esc);
    assert_eq!(names(&stage), 3, "it was only looked at");
}

/// Only the row that was deleted last came back.
#[test]
fn changes_are_taken_back_one_after_the_other_wherever_they_were() {
    let mut stage = stage(preset_layers("github"), "ray.pools");
    let before = format!("{:?}", stage.app.shared.draft.layers().merged());
    stage.keys("c").press(KeyCode::Delete).press(KeyCode::Delete);
    to(&mut stage, "access.host").keys("hub.example.org").press(KeyCode::Enter);
    stage.ctrl('u');
    has(&stage.seen((80, 24)), &["taken back: Host name", "Access and TLS"]);
    stage.ctrl('u');
    has(&stage.seen((80, 24)), &["taken back: Worker pools"]);
    stage.ctrl('u').ctrl('u');
    assert_eq!(format!("{:?}", stage.app.shared.draft.layers().merged()), before);
    stage.ctrl('u');
    assert!(!footer(&stage, (120, 40)).contains("^U"), "nothing is left to take back");
}

/// A letter on a row deleted it.
#[test]
fn letters_that_name_a_row_do_not_delete_it() {
    let mut stage = stage(Layers::new(), "ray.pools");
    stage.keys("d");
    assert_eq!(stage.app.shared.draft.rows("ray.pools").len(), 1);
    has(&stage.seen((80, 24)), &["Enter opens the row"]);
}

/// A finding names the field of a table and knows no row.
#[test]
fn a_key_without_a_row_leads_to_the_row_that_it_must_be_about() {
    let mut bench = Bench::fresh();
    bench.at("ray.pools[].memory");
    assert!(bench.on("ray.pools[0].memory"), "the only one: {:?}", bench.here());
    bench.shared.draft.add_row("ray.pools");
    bench.at("ray.pools[].memory");
    assert_eq!(bench.here(), Some(At::Row("ray.pools".to_owned(), 0)), "any of them: the table");
    bench.shared.draft.say("ray.pools[1].memory", "900Gi").unwrap();
    let node = crate::answers::facts::NodeFact {
        name: "a".to_owned(),
        cpu_millis: 16_000,
        memory_bytes: 64 << 30,
        ..Default::default()
    };
    bench.shared.draft.learn(Facts { nodes: vec![node], ..Facts::default() });
    bench.at("ray.pools[].memory");
    assert!(bench.on("ray.pools[1].memory"), "the one that does not fit: {:?}", bench.here());
    bench.shared.draft.say("ray.pools", "[]").unwrap();
    bench.at("ray.pools[].memory");
    assert_eq!(bench.here(), Some(At::Add("ray.pools".to_owned())), "there is none");
}
