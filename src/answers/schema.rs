//! The JSON Schema of preset files, for editors: shape from the types, words, defaults and choices from the questions.
//! Must not know where the schema is written.
use serde_json::{Map, Value, json};

use super::{
    explain,
    facts::Facts,
    preset::SCHEMA,
    question::{Kind, Question, Rows},
    questions,
    tree::{Pool, Profile},
};

/// The schema, draft 2020-12.
pub fn schema() -> Value {
    let mut properties = Map::new();
    properties.insert("schema".into(), json!({"const": SCHEMA, "title": "Version of the file format"}));
    properties.insert("title".into(), json!({"type": "string", "title": "A few words about the preset"}));
    properties
        .insert("description".into(), json!({"type": "string", "title": "One or two sentences about the preset"}));
    for question in questions::all() {
        insert(&mut properties, question.key, property(question, &explain::on_each_target()));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hubwright preset",
        "type": "object",
        "additionalProperties": false,
        "required": ["schema"],
        "properties": properties,
    })
}

fn insert(properties: &mut Map<String, Value>, key: &str, property: Value) {
    match key.split_once('.') {
        None => drop(properties.insert(key.to_owned(), property)),
        Some((section, rest)) => {
            let section = properties.entry(section).or_insert_with(
                || json!({"type": ["object", "null"], "additionalProperties": false, "properties": {}}),
            );
            if let Some(Value::Object(inner)) = section.get_mut("properties") {
                insert(inner, rest, property);
            }
        }
    }
}

fn property<T>(question: &Question<T>, trees: &[T]) -> Value {
    let mut property = shape(question.kind);
    property.insert("title".into(), question.title.into());
    let defaults: Vec<Value> = trees.iter().map(|tree| (question.default)(tree, &Facts::default())).collect();
    // An editor shows one default only: where each target has its own, both stand in the words.
    let one = defaults.windows(2).all(|pair| pair.first() == pair.last());
    let both = explain::default_words(question, trees).filter(|_| !one);
    let more: Vec<String> = question.text().into_iter().skip(1).map(str::to_owned).chain(both).collect();
    let words =
        if more.is_empty() { question.help.to_owned() } else { format!("{}. {}", question.help, more.join(" ")) };
    property.insert("description".into(), words.into());
    property.extend(
        defaults.into_iter().next().filter(|default| one && !default.is_null()).map(|usual| ("default".into(), usual)),
    );
    Value::Object(property)
}

fn shape(kind: Kind) -> Map<String, Value> {
    let shape = match kind {
        Kind::Choice(choices) => {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            json!({"enum": names})
        }
        Kind::Text => json!({"type": "string"}),
        Kind::Int { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Secret => {
            json!({"type": "string", "pattern": "^(env|file|command|ask):.+|^secret:[^/]+/.+", "examples": ["env:NAME", "file:/path", "secret:name/key", "ask:LABEL"]})
        }
        Kind::Quantity => json!({"type": ["string", "number"], "examples": ["500m", "4", "16Gi"]}),
        Kind::List => json!({"type": "array", "items": {"type": "string"}}),
        Kind::Map => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        Kind::Table(rows) => json!({"type": "array", "items": row(rows)}),
    };
    match shape {
        Value::Object(shape) => shape,
        _ => Map::new(),
    }
}

fn row(rows: Rows) -> Value {
    let properties: Map<String, Value> = match rows {
        Rows::Pools(fields) => {
            fields.iter().map(|field| (field.key.to_owned(), property(field, &[Pool::default()]))).collect()
        }
        Rows::Profiles(fields) => {
            fields.iter().map(|field| (field.key.to_owned(), property(field, &[Profile::default()]))).collect()
        }
    };
    json!({"type": "object", "additionalProperties": false, "required": ["name"], "properties": properties})
}
