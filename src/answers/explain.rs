//! Explains answers: what one means and who said it, and the reference of all questions in Markdown.
//! Must not print.
use std::fmt::Write as _;

use serde_json::Value;

use super::{
    edit,
    facts::Facts,
    invalid::Invalid,
    layers::{Layers, Origin, RESERVED, complete, env_name},
    question::{Kind, Question, Rows, WITHIN},
    questions,
    tree::{Answers, Target, TargetKind},
};

/// What is known about one answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Key.
    pub key: String,
    /// Title.
    pub title: String,
    /// Help and doc.
    pub text: Vec<String>,
    /// Kind, choices included.
    pub kind: Vec<String>,
    /// The value that counts; `Null`: none. Secrets are references.
    pub value: Value,
    /// Who said it.
    pub origin: Origin,
    /// Whether it matters, given the other answers.
    pub relevant: bool,
    /// Ways to say it.
    pub ways: Vec<String>,
}

/// Explains `key`, also a field of a table's row (`ray.pools[0].max`).
pub fn explain(key: &str, layers: &Layers, facts: &Facts) -> Result<Explanation, Invalid> {
    let answers = complete(&layers.merged(), facts);
    if let Some((table, _)) = key.split_once('[') {
        return explain_field(key, table, &answers, layers);
    }
    let question = questions::find(key).ok_or_else(|| edit::unknown(key))?;
    let mut explanation = words(question, key);
    explanation.value = (question.at.get)(&answers);
    explanation.origin = layers.origin(key);
    explanation.relevant = question.matters(&answers, questions::target(&answers));
    if let Kind::Table(_) = question.kind {
        explanation.ways = vec![format!("--set {key}[0].FIELD=…"), format!("--set {key}[+].name=…")];
    }
    explanation.ways.push(format!("environment {}", env_name(key)));
    Ok(explanation)
}

fn explain_field(key: &str, table: &str, answers: &Answers, layers: &Layers) -> Result<Explanation, Invalid> {
    let question = questions::find(table).ok_or_else(|| edit::unknown(key))?;
    let (_, row) = key.split_once('[').unwrap_or_default();
    let (index, field) = row.split_once("].").unwrap_or_default();
    let on = questions::target(answers);
    let mut explanation = match question.kind {
        Kind::Table(Rows::Pools(fields)) => column(fields, field, key, on),
        Kind::Table(Rows::Profiles(fields)) => column(fields, field, key, on),
        _ => None,
    }
    .ok_or_else(|| edit::unknown(key))?;
    explanation.relevant &= question.matters(answers, on);
    let rows = (question.at.get)(answers);
    explanation.value =
        index.parse::<usize>().ok().and_then(|index| rows.get(index)?.get(field).cloned()).unwrap_or_default();
    explanation.origin = layers.origin(table);
    Ok(explanation)
}

fn column<R>(fields: &[Question<R>], name: &str, key: &str, on: TargetKind) -> Option<Explanation> {
    let field = fields.iter().find(|field| field.key == name)?;
    Some(Explanation { relevant: field.fits(on), ..words(field, key) })
}

fn words<T>(question: &Question<T>, key: &str) -> Explanation {
    let choices = match question.kind {
        Kind::Choice(choices) => choices.iter().map(|(name, help)| format!("`{name}`: {help}")).collect(),
        Kind::Int { min, max } => vec![format!("whole number, {min} to {max}")],
        Kind::Table(Rows::Pools(fields)) => vec![columns(fields)],
        Kind::Table(Rows::Profiles(fields)) => vec![columns(fields)],
        kind => vec![kind.name().to_owned()],
    };
    Explanation {
        key: key.to_owned(),
        title: question.title.to_owned(),
        text: question.text().into_iter().map(str::to_owned).collect(),
        kind: choices,
        value: Value::Null,
        origin: Origin::Default,
        relevant: true,
        ways: vec![format!("--set {key}=…")],
    }
}

fn columns<R>(fields: &[Question<R>]) -> String {
    let names: Vec<String> = fields.iter().map(|field| format!("`{}`", field.key)).collect();
    format!("table, each row with {}", names.join(", "))
}

/// Every question, as a page of the reference.
pub fn reference() -> String {
    let mut page = String::from(
        "# Questions\n\nEvery answer that a preset, an environment variable or `--set` can give. Made by `hubwright questions`; do not edit.\n",
    );
    for section in questions::SECTIONS {
        // Writing to a string cannot fail.
        let _ = write!(page, "\n## {}\n\n", section.title);
        for question in section.questions {
            entry(&mut page, question, question.key, &on_each_target());
            match question.kind {
                Kind::Table(Rows::Pools(fields)) => rows(&mut page, question.key, fields),
                Kind::Table(Rows::Profiles(fields)) => rows(&mut page, question.key, fields),
                _ => {}
            }
        }
    }
    page.push_str("\n## Environment\n\nEach answer can be given as a variable: `login.client-id` is `HUBWRIGHT_LOGIN_CLIENT_ID`. Others are no answers:\n\n");
    for (name, meaning) in RESERVED {
        let _ = writeln!(page, "- **`{name}`**: {meaning}.");
    }
    page
}

fn rows<R: Default>(page: &mut String, table: &str, fields: &[Question<R>]) {
    for field in fields {
        entry(page, field, &format!("{table}[].{}", field.key), &[R::default()]);
    }
}

/// Answers that say nothing but the target, the usual one first.
pub(super) fn on_each_target() -> [Answers; 2] {
    let on = |kind| Answers { target: Target { kind: Some(kind), ..Target::default() }, ..Answers::default() };
    [TargetKind::Kubernetes, TargetKind::ThisMachine].map(on)
}

fn entry<T>(page: &mut String, question: &Question<T>, key: &str, trees: &[T]) {
    let text = question.text().into_iter().map(str::to_owned);
    let text: Vec<String> = text.chain(default_words(question, trees)).collect();
    let (help, more) = text.split_first().map_or(("", String::new()), |(help, more)| (help, more.join(" ")));
    let kind = question.kind.name();
    let line = format!("- **`{key}`** ({kind}) {}: {help}. {more}", question.title);
    let _ = writeln!(page, "{}", line.trim_end());
    if let Kind::Choice(choices) = question.kind {
        for (name, help) in choices {
            let _ = writeln!(page, "  - `{name}`: {help}");
        }
    }
}

/// The default as a sentence; both, where this machine has another one.
pub(super) fn default_words<T>(question: &Question<T>, trees: &[T]) -> Option<String> {
    let defaults: Vec<Value> = trees.iter().map(|tree| (question.default)(tree, &Facts::default())).collect();
    match defaults.as_slice() {
        [usual, machine] if usual != machine && question.only.is_none() => {
            Some(format!("Default: {}; on this machine: {}.", quoted(usual), quoted(machine)))
        }
        [usual, ..] if !usual.is_null() => Some(format!("Default: {}.", quoted(usual))),
        _ => None,
    }
}

fn quoted(value: &Value) -> String {
    if value.is_null() { "none".to_owned() } else { format!("`{}`", shown(value)) }
}

/// A value as a person would write it: saying this text says the value. Lists are `a, b` and maps `a=b, c=d` where nothing in
/// them looks like a part of that.
pub fn shown(value: &Value) -> String {
    let plain = match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => items.iter().map(list_item).collect::<Option<Vec<_>>>().and_then(joined('[')),
        Value::Object(items) => items.iter().map(map_item).collect::<Option<Vec<_>>>().and_then(joined('{')),
        Value::Bool(_) | Value::Number(_) => None,
    };
    plain.unwrap_or_else(|| value.to_string())
}

/// Items that do not begin like the other way of writing them; none at all are written that way.
fn joined(bracket: char) -> impl Fn(Vec<String>) -> Option<String> {
    move |items| Some(items.join(", ")).filter(|text| !text.is_empty() && !text.starts_with(bracket))
}

fn list_item(item: &Value) -> Option<String> {
    let whole = |text: &str| {
        let mut pieces = text.split(',').enumerate();
        pieces.all(|(place, piece)| piece.trim() == piece && piece.starts_with(WITHIN) == (place > 0))
    };
    let plain = |text: &&str| !text.is_empty() && whole(text);
    item.as_str().filter(plain).map(str::to_owned)
}

fn map_item((name, value): (&String, &Value)) -> Option<String> {
    let text = value.as_str()?;
    let plain = |text: &str| !text.contains(',') && text.trim() == text;
    (plain(name) && plain(text) && !name.contains('=')).then(|| format!("{name}={text}"))
}
