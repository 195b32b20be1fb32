//! What holds for any sequence of answers, rows and looks.
use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::answers::{
    facts::{IngressClassFact, NodeFact, StorageClassFact},
    layers::complete,
    question::Kind,
};

const TABLES: [&str; 2] = ["ray.pools", "profiles"];

/// One thing that a person, or the world, does to a draft.
#[derive(Debug, Clone)]
enum Deed {
    Say(String, String),
    Unsay(String),
    Add(usize),
    Copy(usize, usize),
    Delete(usize, usize),
    Move(usize, usize, bool),
    Learn(u8),
}

fn keys() -> Vec<String> {
    let rows = |key: String| (0..3).map(move |index| key.replacen("[]", &format!("[{index}]"), 1)).collect::<Vec<_>>();
    questions::keys().into_iter().flat_map(|key| if key.contains("[]") { rows(key) } else { vec![key] }).collect()
}

fn kind_of(key: &str) -> Option<Kind> {
    use crate::answers::question::Rows;
    let Some((table, _, name)) = edit::row_of(key) else { return questions::find(key).map(|question| question.kind) };
    match questions::find(table)?.kind {
        Kind::Table(Rows::Pools(fields)) => fields.iter().find(|field| field.key == name).map(|field| field.kind),
        Kind::Table(Rows::Profiles(fields)) => fields.iter().find(|field| field.key == name).map(|field| field.kind),
        _ => None,
    }
}

/// A text that is likely to be taken for a key, or any text at all.
fn text_for(key: &str) -> BoxedStrategy<String> {
    let likely = match kind_of(key) {
        Some(Kind::Choice(choices)) => proptest::sample::select(choices).prop_map(|(name, _)| name.to_owned()).boxed(),
        Some(Kind::Int { min, max }) => (min..=max).prop_map(|number| number.to_string()).boxed(),
        Some(Kind::Bool) => any::<bool>().prop_map(|value| value.to_string()).boxed(),
        Some(Kind::Secret) => {
            proptest::sample::select(vec!["env:X", "file:/x", "ask:x", "secret:a/b"]).prop_map(str::to_owned).boxed()
        }
        Some(Kind::Quantity) => "[1-9][0-9]{0,2}(m|Mi|Gi)?".boxed(),
        Some(Kind::List) => "[a-z]{1,8}(, ?[a-z=:]{1,8}){0,3}|\\[\"a, b\", c\\]|\\[\\]".boxed(),
        Some(Kind::Map) => "[a-z]{1,8}=[a-z=]{0,8}(, ?[a-z]{1,8}=[a-z]{0,4}){0,3}|\\{a: \"b,c\"\\}|\\{\\}".boxed(),
        Some(Kind::Table(_)) => "\\[\\{name: [a-z]{1,4}\\}(, \\{name: [a-z]{1,4}, gpus: [0-9]\\}){0,2}\\]".boxed(),
        Some(Kind::Text) | None => "[a-z][a-z0-9.]{0,8}|/[a-z/]{1,8}|https://[a-z]{1,8}\\.org|[A-Z ,=]{1,6}".boxed(),
    };
    prop_oneof![6 => likely, 1 => Just(String::new()), 1 => "\\PC{0,12}"].boxed()
}

fn deed() -> impl Strategy<Value = Deed> {
    let key = || proptest::sample::select(keys());
    prop_oneof![
        8 => key().prop_flat_map(|key| text_for(&key).prop_map(move |text| Deed::Say(key.clone(), text))),
        2 => key().prop_map(Deed::Unsay),
        1 => (0..2_usize).prop_map(Deed::Add),
        1 => (0..2_usize, 0..4_usize).prop_map(|(table, row)| Deed::Copy(table, row)),
        1 => (0..2_usize, 0..4_usize).prop_map(|(table, row)| Deed::Delete(table, row)),
        1 => (0..2_usize, 0..4_usize, any::<bool>()).prop_map(|(table, row, up)| Deed::Move(table, row, up)),
        1 => any::<u8>().prop_map(Deed::Learn),
    ]
}

/// Clusters of many shapes, some with names that are none.
fn facts(shape: u8) -> Facts {
    let has = |bit: u8| shape & (1 << bit) != 0;
    let name = |bit: u8| if has(7) { "No Name\u{1b}".to_owned() } else { format!("thing-{bit}") };
    let class = |bit| StorageClassFact { name: name(bit), default: has(2), ..StorageClassFact::default() };
    let ingress = |bit| IngressClassFact { name: name(bit), default: has(3), ..IngressClassFact::default() };
    let node = NodeFact {
        gpus: BTreeMap::from([("nvidia.com/gpu".to_owned(), 4)]),
        labels: BTreeMap::from([("pool".to_owned(), "a,b".to_owned())]),
        taints: vec!["gpu=yes:NoSchedule".to_owned()],
        ..NodeFact::default()
    };
    Facts {
        storage_classes: (0..2).filter(|bit| has(*bit)).map(class).collect(),
        ingress_classes: (3..5).filter(|bit| has(*bit)).map(ingress).collect(),
        nodes: if has(5) { vec![node] } else { Vec::new() },
        ray_operator: has(6).then(|| "ray-system".to_owned()),
        current_context: has(4).then(|| "prod".to_owned()),
        ..Facts::default()
    }
}

fn apply(draft: &mut Draft, deed: &Deed) {
    match deed {
        Deed::Say(key, text) => {
            let before = draft.layers().merged();
            let checked = draft.check(key, text);
            let said = draft.say(key, text);
            assert_eq!(checked.is_ok(), said.is_ok(), "{key}={text}: {checked:?} {said:?}");
            assert!(said.is_ok() || draft.layers().merged() == before, "{key}={text} changed something");
        }
        Deed::Unsay(key) => draft.unsay(key),
        Deed::Add(table) => {
            let row = draft.add_row(TABLES[*table]);
            assert!(draft.rows(TABLES[*table]).len() == row + 1 || draft.rows(TABLES[*table]).is_empty());
        }
        Deed::Copy(table, row) => drop(draft.copy_row(TABLES[*table], *row)),
        Deed::Delete(table, row) => draft.delete_row(TABLES[*table], *row),
        Deed::Move(table, row, up) => drop(draft.move_row(TABLES[*table], *row, *up)),
        Deed::Learn(shape) => draft.learn(facts(*shape)),
    }
}

fn after(deeds: &[Deed]) -> Draft {
    let mut draft = fresh();
    deeds.iter().for_each(|deed| apply(&mut draft, deed));
    draft
}

fn every_field(draft: &Draft) -> Vec<Field> {
    let plain = (0..draft.sections().len()).flat_map(|section| draft.fields(section));
    let rows = TABLES.iter().flat_map(|table| draft.rows(table)).flat_map(|row| row.fields);
    plain.chain(rows).collect()
}

/// The spec, or what is wrong: names of keys only, as words may tell what was typed.
fn outcome(draft: &Draft) -> Result<Spec, Vec<Option<String>>> {
    let resolved = draft.resolved().clone();
    resolved.map_err(|wrong| wrong.into_iter().map(|wrong| wrong.key).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn saying_what_a_field_shows_changes_nothing(deeds in prop::collection::vec(deed(), 0..24), first in 0..12_usize) {
        let draft = after(&deeds);
        let before = outcome(&draft);
        // Not all fields each time: there are hundreds.
        for field in every_field(&draft).iter().filter(|field| field.relevant).skip(first).step_by(12) {
            for text in [field.text(), shown(&field.value)] {
                let mut said = draft.clone();
                prop_assert!(said.say(&field.key, &text).is_ok(), "{}={text}", field.key);
                prop_assert_eq!(outcome(&said), before.clone(), "{}={}", field.key, text);
            }
        }
    }

    #[test]
    fn taking_back_gives_what_was_before(
        deeds in prop::collection::vec(deed(), 0..16),
        (key, text) in proptest::sample::select(keys()).prop_flat_map(|key| (Just(key.clone()), text_for(&key))),
    ) {
        let mut draft = after(&deeds);
        draft.unsay(edit::row_of(&key).map_or(key.as_str(), |(table, ..)| table));
        let before = (draft.layers().merged(), draft.field(&key).map(|field| (field.value, field.origin)));
        let _ = draft.say(&key, &text);
        draft.unsay(&key);
        let now = (draft.layers().merged(), draft.field(&key).map(|field| (field.value, field.origin)));
        prop_assert_eq!(now, before, "{}={}", key, text);
    }

    #[test]
    fn deleting_a_new_row_gives_the_rows_before(deeds in prop::collection::vec(deed(), 0..16), table in 0..2_usize) {
        let mut draft = after(&deeds);
        let before = outcome(&draft);
        let row = draft.add_row(TABLES[table]);
        let names: Vec<Value> = draft.rows(TABLES[table]).iter().map(|row| row.field("name").unwrap().value.clone()).collect();
        let unique: std::collections::BTreeSet<String> = names.iter().map(ToString::to_string).collect();
        let doubled = draft.problems().iter().any(|wrong| wrong.message.contains("another"));
        prop_assert!(unique.len() == names.len() || doubled);
        draft.delete_row(TABLES[table], row);
        prop_assert_eq!(outcome(&draft), before);
    }

    #[test]
    fn all_changes_can_be_taken_back(deeds in prop::collection::vec(deed(), 0..24)) {
        let mut draft = after(&deeds);
        while draft.undo().is_some() {}
        let mut nothing = fresh();
        nothing.learn(draft.facts().clone());
        prop_assert_eq!(outcome(&draft), outcome(&nothing));
    }

    #[test]
    fn a_preset_says_the_same_again(deeds in prop::collection::vec(deed(), 0..24)) {
        let draft = after(&deeds);
        let preset = preset::Preset { title: "mine".to_owned(), answers: draft.layers().said(), ..preset::Preset::default() };
        let text = preset::write(&preset, draft.facts());
        let back = preset::parse(&text, "mine.yaml").map_err(|wrong| format!("{wrong:?}\n{text}"));
        let back = back.map_err(TestCaseError::fail)?;
        prop_assert_eq!(back.answers, complete(&preset.answers, draft.facts()));
    }

    #[test]
    fn every_problem_has_a_seat_and_the_command_is_one_line(deeds in prop::collection::vec(deed(), 0..24)) {
        let draft = after(&deeds);
        let keys: Vec<String> = draft.problems().into_iter().filter_map(|wrong| wrong.key).collect();
        let counted: usize = (0..draft.sections().len())
            .map(|section| if let SectionStanding::Attention(wrong) = draft.standing(section) { wrong } else { 0 })
            .sum();
        prop_assert_eq!(counted, keys.len(), "{:?}", keys);
        for key in keys {
            let (section, at) = draft.seat(&key).unwrap();
            prop_assert!(draft.fields(section)[at].problem.is_some(), "{}", key);
        }
        prop_assert!(!draft.command().contains('\n'));
        prop_assert!(!draft.changes().iter().any(|(_, fields)| fields.is_empty()));
    }
}
