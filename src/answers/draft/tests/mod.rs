//! Promises of the editing model.
use secrecy::ExposeSecret;

use super::*;
use crate::answers::{layers::Origin, preset, shipped};

mod properties;
mod refused;

fn fresh() -> Draft {
    Draft::new(Layers::new())
}

fn with_preset(name: &str) -> Draft {
    let mut layers = Layers::new();
    layers.push_preset(name, preset::parse(shipped::find(name).unwrap().text, name).unwrap());
    Draft::new(layers)
}

fn text(draft: &Draft, key: &str) -> String {
    draft.field(key).unwrap_or_else(|| panic!("no field {key}")).text()
}

#[test]
fn what_was_typed_is_taken_back_to_the_preset_and_the_default() {
    let mut draft = with_preset("github");
    let before = text(&draft, "login.allow");
    draft.say("login.allow", "all").unwrap();
    assert_eq!(
        (text(&draft, "login.allow"), draft.field("login.allow").unwrap().origin),
        ("all".into(), Origin::Typed)
    );
    draft.unsay("login.allow");
    assert_eq!(text(&draft, "login.allow"), before);
    draft.say("cull.timeout", "").unwrap();
    let over = draft.field("cull.timeout").unwrap();
    assert_eq!((over.text(), over.origin), ("3600".to_owned(), Origin::Typed), "the preset's is taken back");
    let mut draft = fresh();
    draft.say("cull.timeout", "60").unwrap();
    draft.say("cull.timeout", "").unwrap();
    let field = draft.field("cull.timeout").unwrap();
    assert_eq!((field.text(), field.origin), ("3600".to_owned(), Origin::Default));
}

#[test]
fn rows_of_a_default_table_are_shown_and_become_typed() {
    let mut draft = fresh();
    assert_eq!(text(&draft, "ray.pools[0].name"), "small");
    assert_eq!(draft.field("ray.pools[0].name").unwrap().origin, Origin::Default);
    assert_eq!(draft.add_row("ray.pools"), 1);
    assert_eq!(text(&draft, "ray.pools[1].name"), "pool-2");
    assert_eq!(draft.copy_row("ray.pools", 0), 1);
    assert_eq!(text(&draft, "ray.pools[1].name"), "small-2");
    assert_eq!(draft.move_row("ray.pools", 1, true), 0);
    assert_eq!(draft.move_row("ray.pools", 0, true), 0);
    draft.delete_row("ray.pools", 2);
    let names: Vec<String> = draft.rows("ray.pools").iter().map(|row| row.field("name").unwrap().text()).collect();
    assert_eq!(names, ["small-2", "small"]);
    assert_eq!(draft.layers().origin("ray.pools"), Origin::Typed);
}

#[test]
fn a_field_of_a_row_is_taken_back_alone() {
    let mut draft = fresh();
    draft.say("ray.pools[0].max", "5").unwrap();
    draft.say("ray.pools[0].min", "2").unwrap();
    draft.unsay("ray.pools[0].max");
    assert_eq!((text(&draft, "ray.pools[0].min"), text(&draft, "ray.pools[0].max")), ("2".into(), "2".into()));
    draft.unsay("ray.pools[0].min");
    assert_eq!(draft.layers().origin("ray.pools"), Origin::Default);
}

#[test]
fn a_combination_is_a_problem_of_its_field_and_of_its_section() {
    let mut draft = with_preset("trial-kubernetes");
    draft.say("ray.pools[0].min", "4").unwrap();
    draft.say("ray.pools[0].max", "2").unwrap();
    let (section, at) = draft.seat("ray.pools[0].max").unwrap();
    assert_eq!(draft.fields(section)[at].key, "ray.pools");
    assert!(draft.fields(section)[at].problem.as_deref().unwrap().contains("row 1"));
    assert!(draft.field("ray.pools[0].max").unwrap().problem.is_some());
    assert_eq!(draft.standing(section), SectionStanding::Attention(1));
    assert_eq!(draft.first_problem(section).as_deref(), Some("ray.pools[0].max"));
    let none = ["jupyterhub", "ray", "dask"].map(|name| format!("components.{name}"));
    none.iter().for_each(|key| draft.say(key, "false").unwrap());
    assert!(draft.field("components.jupyterhub").unwrap().problem.unwrap().contains("nothing to install"));
    let login = draft.seat("login.method").unwrap().0;
    assert_eq!(draft.standing(login), SectionStanding::NotRelevant);
}

#[test]
fn fields_of_the_other_target_are_left_out() {
    let mut draft = fresh();
    assert!(draft.field("machine.port").is_none() && draft.field("access.method").is_some());
    draft.say("target.kind", "this-machine").unwrap();
    assert!(draft.field("machine.port").is_some() && draft.field("access.method").is_none());
}

#[test]
fn the_command_says_the_same_again() {
    let mut draft = with_preset("trial-kubernetes");
    assert_eq!(draft.command(), "hubwright install trial-kubernetes");
    let mut usual = fresh();
    usual.say("target.kind", "kubernetes").unwrap();
    assert_eq!(usual.command(), "hubwright install", "the default needs no flag");
    draft.say("target.namespace", "lab").unwrap();
    draft.say("login.admins", "ada, grace hopper").unwrap();
    let command = draft.command();
    assert!(command.contains(" -n lab ") && command.contains("--set 'login.admins=ada, grace hopper'"), "{command}");
    draft.unsay("login.admins");
    draft.unsay("target.namespace");
    assert_eq!(draft.command(), "hubwright install trial-kubernetes");
}

#[test]
fn answers_are_called_as_their_form_calls_them() {
    let mut draft = with_preset("trial-kubernetes");
    draft.say("ray.pools[0].name", "big").unwrap();
    assert_eq!(draft.label("login.method"), "Login");
    assert_eq!(draft.label("access.method"), "Access and TLS, Access");
    assert_eq!(draft.label("ray.pools[0].memory"), "Ray, Memory of pool big");
    assert_eq!(draft.label("no.such"), "no.such");
}

#[test]
fn presets_of_ones_own_are_named_in_the_command_and_answers_of_a_run_are_said() {
    let preset = || preset::parse("schema: 1\nhub: {announcement: hello}\n", "x").unwrap();
    let command = |name: &str| {
        let mut layers = Layers::new();
        layers.push_preset(name, preset());
        Draft::new(layers).command()
    };
    assert_eq!(command("mine"), "hubwright install mine");
    assert_eq!(command("./my hub.yaml"), "hubwright install './my hub.yaml'");
    assert_eq!(command("the last run"), "hubwright install --set hub.announcement=hello");
}

#[test]
fn a_typed_secret_is_in_no_layer() {
    let mut draft = with_preset("github");
    let (label, value) = draft.say_secret("login.client-secret", " hunter2\n").unwrap();
    assert_eq!((label.as_str(), value.expose_secret()), ("login.client-secret", "hunter2"));
    assert_eq!(text(&draft, "login.client-secret"), "ask:login.client-secret");
    assert!(!format!("{draft:?}").contains("hunter2") && !draft.command().contains("hunter2"));
    assert!(draft.say_secret("login.client-secret", " ").is_err());
}

#[test]
fn changes_are_taken_back_in_turn_and_what_was_seen_stays() {
    let mut draft = with_preset("github");
    let before = draft.layers().merged();
    assert!(!draft.can_undo() && draft.undo().is_none());
    draft.say("cull.timeout", "60").unwrap();
    draft.say("cull.timeout", "61").unwrap();
    draft.unsay("cull.timeout");
    draft.delete_row("ray.pools", 0);
    let facts = Facts { current_context: Some("prod".to_owned()), ..Facts::default() };
    draft.learn(facts.clone());
    assert_eq!(draft.undo().as_deref(), Some("ray.pools[0]"));
    assert_eq!(draft.undo().as_deref(), Some("cull.timeout"));
    assert_eq!(text(&draft, "cull.timeout"), "61");
    assert_eq!(
        draft.undo().as_deref(),
        Some("cull.timeout"),
        "texts for one answer, one after the other, are one change"
    );
    assert_eq!((draft.layers().merged(), draft.facts()), (before, &facts));
    assert!(!draft.can_undo());
    assert!(draft.say("cull.timeout", "never").is_err() && !draft.can_undo(), "what is refused is no change");
}

/// In another shell another context may be current, and `--yes` asks nobody.
#[test]
fn the_command_names_the_cluster_that_was_looked_at() {
    let mut draft = with_preset("github");
    assert!(!draft.command().contains("--context"));
    draft.learn(Facts { current_context: Some("prod".to_owned()), ..Facts::default() });
    assert!(draft.command().contains("--context=prod"), "{}", draft.command());
    draft.say("target.kind", "this-machine").unwrap();
    assert!(!draft.command().contains("--context"), "{}", draft.command());
}

#[test]
fn a_long_way_back_has_an_end() {
    let mut draft = fresh();
    for number in 0..250 {
        draft.say(if number % 2 == 0 { "cull.timeout" } else { "cull.every" }, "600").unwrap();
    }
    let steps = std::iter::from_fn(|| draft.undo()).count();
    assert!((20..=100).contains(&steps), "{steps}");
}
