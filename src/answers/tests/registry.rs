//! The registry is honest, and everything that is made from it is up to date: presets, schema, reference.
use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::words;
use crate::answers::{
    explain,
    facts::Facts,
    layers::{Layers, Origin, env_name},
    preset,
    question::{Kind, Question, Rows},
    questions,
    resolve::resolve,
    schema,
    shipped::{self, SHIPPED},
    tree::{Answers, Pool, Profile},
    yaml,
};

/// Keys of the leaves of a type's own schema: what serde really reads, not what the questions say.
fn leaves(root: &Value, at: &Value, path: &str, found: &mut BTreeSet<String>) {
    let at = at["$ref"].as_str().and_then(|name| root.pointer(name.trim_start_matches('#'))).unwrap_or(at);
    match at["properties"].as_object() {
        Some(properties) => {
            for (name, property) in properties {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(root, property, &path, found);
            }
        }
        None => assert!(found.insert(path.to_owned()), "{path} twice"),
    }
}

fn leaves_of<T: schemars::JsonSchema>() -> BTreeSet<String> {
    let schema = serde_json::to_value(schemars::schema_for!(T)).unwrap();
    let mut found = BTreeSet::new();
    leaves(&schema, &schema, "", &mut found);
    found
}

fn keys_of<T: 'static>(questions: impl Iterator<Item = &'static Question<T>>) -> BTreeSet<String> {
    let keys: Vec<_> = questions.map(|question| question.key.to_owned()).collect();
    let unique: BTreeSet<_> = keys.iter().cloned().collect();
    assert_eq!(keys.len(), unique.len(), "a key has two questions");
    unique
}

#[test]
fn every_leaf_of_the_answers_has_exactly_one_question() {
    assert_eq!(leaves_of::<Answers>(), keys_of(questions::all()));
    assert_eq!(leaves_of::<Pool>(), keys_of(questions::POOL.iter()));
    assert_eq!(leaves_of::<Profile>(), keys_of(questions::PROFILE.iter()));
}

fn default_holds<T: Default>(question: &Question<T>) {
    let mut tree = T::default();
    let default = (question.default)(&tree, &Facts::default());
    question.check(&default).unwrap_or_else(|error| panic!("{}: {error}", question.key));
    (question.at.set)(&mut tree, default.clone()).unwrap_or_else(|error| panic!("{}: {error}", question.key));
    assert_eq!((question.at.get)(&tree), default, "{}", question.key);
}

#[test]
fn every_default_passes_its_own_check_and_comes_back_from_the_tree() {
    questions::all().for_each(default_holds);
    questions::POOL.iter().for_each(default_holds);
    questions::PROFILE.iter().for_each(default_holds);
}

/// Names that serde takes for a field of the type's schema.
fn variants(key: &str) -> BTreeSet<String> {
    let root = serde_json::to_value(schemars::schema_for!(Answers)).unwrap();
    let mut at = &root;
    for part in key.split('.') {
        at = at["$ref"].as_str().and_then(|name| root.pointer(name.trim_start_matches('#'))).unwrap_or(at);
        at = &at["properties"][part];
    }
    let mut found = BTreeSet::new();
    collect_variants(&root, at, &mut found);
    found
}

fn collect_variants(root: &Value, at: &Value, found: &mut BTreeSet<String>) {
    if let Some(name) = at["$ref"].as_str() {
        return collect_variants(root, root.pointer(name.trim_start_matches('#')).unwrap(), found);
    }
    found.extend(at["const"].as_str().map(str::to_owned));
    found.extend(at["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    for branch in ["anyOf", "oneOf"] {
        at[branch].as_array().into_iter().flatten().for_each(|inner| collect_variants(root, inner, found));
    }
}

#[test]
fn choices_are_exactly_the_variants() {
    for question in questions::all() {
        if let Kind::Choice(choices) = question.kind {
            let named: BTreeSet<_> = choices.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(named, variants(question.key), "{}", question.key);
        }
    }
}

#[test]
fn every_answer_can_be_given_by_an_environment_variable_of_its_own() {
    let mut names = BTreeSet::new();
    for question in questions::all() {
        let name = env_name(question.key);
        let mut layers = Layers::new();
        match layers.environment([(name.clone(), sample(question.kind))]) {
            Ok(()) => assert_eq!(layers.origin(question.key), Origin::Environment(name.clone()), "{name} is ignored"),
            Err(wrong) => assert!(words(&wrong).contains(&name), "{wrong:?}"),
        }
        assert!(names.insert(name), "two keys share a variable");
    }
}

fn sample(kind: Kind) -> String {
    match kind {
        Kind::Choice(choices) => choices[0].0.to_owned(),
        Kind::Int { min, .. } => min.to_string(),
        Kind::Bool => "true".to_owned(),
        Kind::Secret => "env:NAME".to_owned(),
        Kind::Table(Rows::Pools(_) | Rows::Profiles(_)) => "[{name: a}]".to_owned(),
        Kind::Map => "a=b".to_owned(),
        Kind::Text | Kind::List | Kind::Quantity => "1".to_owned(),
    }
}

#[test]
fn a_written_preset_says_what_must_still_be_said() {
    for (name, keys) in [("moodle-gpu", ["url", "client-id"].as_slice()), ("azuread-ingress", &["tenant", "host"])] {
        let shipped = shipped::find(name).unwrap();
        let text = preset::write(&preset::parse(shipped.text, name).unwrap(), &Facts::default());
        for key in keys {
            assert!(text.lines().any(|line| line.trim().starts_with(&format!("# {key}:"))), "{name} {key}\n{text}");
        }
    }
}

/// What each shipped preset still asks of a person; the trials ask nothing.
#[test]
fn shipped_presets_ask_for_what_they_cannot_know_and_nothing_else() {
    let expected: &[(&str, &[&str])] = &[
        ("trial", &[]),
        ("trial-kubernetes", &[]),
        (
            "azuread-loadbalancer",
            &[
                "access.host",
                "access.letsencrypt-email",
                "login.allow",
                "login.client-id",
                "login.client-secret",
                "login.tenant",
            ],
        ),
        (
            "azuread-ingress",
            &["access.host", "access.issuer", "login.allow", "login.client-id", "login.client-secret", "login.tenant"],
        ),
        (
            "github",
            &[
                "access.host",
                "access.letsencrypt-email",
                "login.client-id",
                "login.client-secret",
                "login.organizations",
            ],
        ),
        ("moodle-gpu", &["access.host", "login.client-id", "login.client-secret", "login.url"]),
        ("dask", &["access.host", "login.client-id", "login.client-secret", "login.organizations"]),
    ];
    assert_eq!(expected.len(), SHIPPED.len());
    for (name, keys) in expected {
        let shipped = shipped::find(name).unwrap();
        let preset = preset::parse(shipped.text, name).unwrap_or_else(|wrong| panic!("{}", words(&wrong)));
        let mut missing: Vec<_> =
            resolve(&preset.answers, &Facts::default()).err().into_iter().flatten().filter_map(|w| w.key).collect();
        missing.sort();
        assert_eq!(missing, *keys, "{name}");
    }
}

#[test]
fn shipped_presets_are_complete_and_written_by_the_program() {
    for shipped in SHIPPED {
        let preset = preset::parse(shipped.text, shipped.name).unwrap();
        assert!(!preset.title.is_empty() && !preset.description.is_empty(), "{}", shipped.name);
        assert_eq!(
            shipped.text,
            preset::write(&preset, &Facts::default()),
            "{}: run `hubwright save {0} -o presets/{0}.yaml`",
            shipped.name
        );
    }
}

#[test]
fn shipped_and_written_presets_pass_the_schema_of_editors() {
    let validator = jsonschema::draft202012::new(&schema::schema()).unwrap();
    for shipped in SHIPPED {
        let value = yaml::nodes(shipped.text).unwrap().plain();
        let wrong: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", shipped.name);
    }
    for wrong in [
        json!({}),
        json!({"schema": 1, "login": {"methd": "github"}}),
        json!({"schema": 1, "login": {"client-secret": "hunter2"}}),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
}

/// `text` is what the program makes now; the file of that name is what was committed.
fn committed(file: &str, committed: &str, text: &str, command: &str) {
    assert!(committed.trim_end() == text.trim_end(), "`{file}` is out of date: run `hubwright {command} > {file}`");
}

#[test]
fn generated_files_are_up_to_date() {
    let schema = serde_json::to_string_pretty(&schema::schema()).unwrap();
    committed("presets/preset.schema.json", include_str!("../../../presets/preset.schema.json"), &schema, "schema");
    let page = explain::reference();
    committed("docs/reference/questions.md", include_str!("../../../docs/reference/questions.md"), &page, "questions");
}
