//! Presets: answers as a YAML file. Reading reports everything that is wrong at once, by key and line, and never shows a
//! line of the file. Writing gives a complete file, defaults written out, titles as comments.
//! Must not know where the file is: texts come in as arguments.
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    edit,
    facts::Facts,
    invalid::Invalid,
    layers::complete,
    question::{Kind, Question, Rows},
    questions,
    tree::Answers,
    yaml::{self, Node, Tree},
};

/// Version of the file format that is written, and the newest that is read.
pub const SCHEMA: u64 = 1;
/// Name of the file beside a preset that tells editors what may stand in it: what `hubwright schema` prints.
pub const SCHEMA_FILE: &str = "preset.schema.json";

/// Most things that are reported as wrong in one file.
const MOST_WRONG: usize = 50;

/// Changes an older file's tree step by step: entry `n` turns version `n + 1` into `n + 2`.
const MIGRATIONS: &[fn(Node) -> Node] = &[];

/// A preset file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preset {
    /// A few words.
    pub title: String,
    /// One or two sentences.
    pub description: String,
    /// What it says.
    pub answers: Answers,
    /// Where it says so: lines, from 1, by key; also of sections (`login`), rows (`ray.pools[0]`) and their fields.
    pub lines: BTreeMap<String, u64>,
}

/// Reads a preset. `file` is its name for messages.
pub fn parse(text: &str, file: &str) -> Result<Preset, Vec<Invalid>> {
    match parse_all(text, file) {
        (Some(preset), wrong) if wrong.is_empty() => Ok(preset),
        (_, wrong) => Err(wrong),
    }
}

/// Reads what can be read of a preset, and says everything that is wrong with the rest. `None`: nothing can be said about
/// its answers, because it is no YAML, or of a newer format.
pub fn parse_all(text: &str, file: &str) -> (Option<Preset>, Vec<Invalid>) {
    let tree = match yaml::nodes(text) {
        Ok(tree) => tree,
        Err(error) => {
            let invalid =
                Invalid::new(error.message).hint("expected a preset in YAML; `hubwright save -o FILE` writes one");
            return (None, vec![invalid.place(file, error.line.unwrap_or(0))]);
        }
    };
    let mut wrong = Vec::new();
    let Some(tree) = migrate(tree, file, &mut wrong) else { return (None, wrong) };
    let mut preset = read(&tree, &mut |line, invalid: Invalid| wrong.push(invalid.place(file, line)));
    note_lines("", &tree, &mut preset.lines);
    (Some(preset), at_most(MOST_WRONG, wrong, file))
}

fn note_lines(path: &str, node: &Node, lines: &mut BTreeMap<String, u64>) {
    let mut add = |path: String, line: u64, node: &Node| {
        note_lines(&path, node, lines);
        lines.insert(path, line);
    };
    match &node.value {
        Tree::Map(items) => {
            let dot = if path.is_empty() { "" } else { "." };
            items.iter().for_each(|(key, line, node)| add(format!("{path}{dot}{key}"), *line, node));
        }
        Tree::List(items) => {
            items.iter().enumerate().for_each(|(index, node)| add(format!("{path}[{index}]"), node.line, node));
        }
        _ => {}
    }
}

/// So many that a person reads on; a file that is no preset at all could be wrong ten thousand times.
fn at_most(most: usize, mut wrong: Vec<Invalid>, file: &str) -> Vec<Invalid> {
    let more = wrong.len().saturating_sub(most);
    if more > 0 {
        wrong.truncate(most);
        wrong.push(Invalid::new(format!("and {more} more answers are wrong")).place(file, 0));
    }
    wrong
}

/// The tree in today's format; `None` if it is of no format that is known.
fn migrate(tree: Node, file: &str, wrong: &mut Vec<Invalid>) -> Option<Node> {
    let schema = match &tree.value {
        Tree::Map(items) => items.iter().find(|(key, ..)| key == "schema"),
        _ => None,
    };
    let version = schema.and_then(|(_, _, node)| node.plain().as_u64());
    match (schema, version) {
        (_, Some(version)) if (1..=SCHEMA).contains(&version) => {
            let done = usize::try_from(version - 1).unwrap_or(usize::MAX);
            Some(MIGRATIONS.iter().skip(done).fold(tree, |tree, step| step(tree)))
        }
        (Some((_, line, _)), version) => {
            let expected = format!("is not a format that this hubwright knows: expected `schema: {SCHEMA}`");
            let invalid = match version {
                Some(1..) => Invalid::at("schema", expected).hint("a newer preset needs a newer hubwright"),
                _ => Invalid::at("schema", expected),
            };
            wrong.push(invalid.place(file, *line));
            None
        }
        (None, _) => {
            let invalid = Invalid::at("schema", format!("is missing: expected `schema: {SCHEMA}` as the first line"));
            wrong.push(invalid.place(file, 1));
            Some(tree)
        }
    }
}

fn read(tree: &Node, wrong: &mut dyn FnMut(u64, Invalid)) -> Preset {
    let mut preset = Preset::default();
    let items = match &tree.value {
        Tree::Map(items) => items.as_slice(),
        Tree::Null => &[],
        _ => {
            wrong(tree.line, Invalid::new("expected sections such as `login:` at the top of a preset"));
            &[]
        }
    };
    for (key, line, node) in items {
        match key.as_str() {
            "schema" => {}
            "title" | "description" => match node.plain().as_str() {
                Some(text) if key == "title" => text.clone_into(&mut preset.title),
                Some(text) => text.clone_into(&mut preset.description),
                None => wrong(*line, Invalid::at(key, "expected a text")),
            },
            _ => read_key("", key, *line, node, &mut preset.answers, wrong),
        }
    }
    preset
}

/// Reads what stands under `name` in a section (`login.`, or nothing at the top).
fn read_key(
    section: &str,
    name: &str,
    line: u64,
    node: &Node,
    answers: &mut Answers,
    wrong: &mut dyn FnMut(u64, Invalid),
) {
    let key = &format!("{section}{name}");
    // Said twice, once so and once in its section, neither would be the same key twice to YAML.
    if let Some((outer, inner)) = name.split_once('.') {
        let invalid = Invalid::at(key, "has a dot: in a preset, sections are indented");
        return wrong(line, invalid.hint(format!("write `{outer}:`, and under it, indented, `{inner}:`")));
    }
    if let Some(question) = questions::find(key) {
        return read_answer(question, line, node, answers, wrong);
    }
    let section = format!("{key}.");
    if !questions::all().any(|question| question.key.starts_with(&section)) {
        return wrong(line, edit::unknown(key));
    }
    match &node.value {
        Tree::Map(items) => {
            for (name, line, node) in items {
                read_key(&section, name, *line, node, answers, wrong);
            }
        }
        Tree::Null => {}
        _ => wrong(line, Invalid::at(key, "is a section: expected indented answers under it")),
    }
}

fn read_answer(
    question: &Question<Answers>,
    line: u64,
    node: &Node,
    answers: &mut Answers,
    wrong: &mut dyn FnMut(u64, Invalid),
) {
    let value = match question.kind {
        // Rows without what is wrong with them: what is missing in the others, too, is said at once.
        Kind::Table(rows) => table_at(question.key, rows, node, wrong),
        kind => coerce(kind, node.plain()),
    };
    let checked = question.check(&value).and_then(|()| (question.at.set)(answers, value));
    if let Err(error) = checked {
        wrong(line, Invalid::at(question.key, error));
    }
}

/// A quantity may be written as a number: `cpu: 4`.
fn coerce(kind: Kind, value: Value) -> Value {
    match (kind, &value) {
        (Kind::Quantity, Value::Number(number)) => Value::from(number.to_string()),
        _ => value,
    }
}

/// Reads the rows of a table; everything that is wrong goes to `wrong`.
pub fn table(key: &str, rows: Rows, node: &Node, wrong: &mut dyn FnMut(Invalid)) -> Value {
    table_at(key, rows, node, &mut |_, invalid| wrong(invalid))
}

fn table_at(key: &str, rows: Rows, node: &Node, wrong: &mut dyn FnMut(u64, Invalid)) -> Value {
    let items = match &node.value {
        Tree::List(items) => items.as_slice(),
        Tree::Null => return Value::Null,
        _ => {
            wrong(node.line, Invalid::at(key, "is a table: expected a list, each row beginning with `- name:`"));
            return Value::Null;
        }
    };
    let row = |(index, node): (usize, &Node)| match rows {
        Rows::Pools(fields) => read_row(&format!("{key}[{index}]"), fields, node, wrong),
        Rows::Profiles(fields) => read_row(&format!("{key}[{index}]"), fields, node, wrong),
    };
    items.iter().enumerate().map(row).collect()
}

fn read_row<R>(key: &str, fields: &[Question<R>], node: &Node, wrong: &mut dyn FnMut(u64, Invalid)) -> Value {
    let mut row = Map::new();
    let Tree::Map(items) = &node.value else {
        wrong(node.line, Invalid::at(key, "expected the fields of a row, such as `name: small`"));
        return Value::Object(row);
    };
    for (name, line, node) in items {
        let Some(field) = fields.iter().find(|field| field.key == name) else {
            wrong(*line, unknown_field(key, name, fields));
            continue;
        };
        let value = coerce(field.kind, node.plain());
        match field.check(&value) {
            Ok(()) => drop(row.insert(name.clone(), value)),
            Err(error) => wrong(*line, Invalid::at(format!("{key}.{name}"), error)),
        }
    }
    Value::Object(row)
}

fn unknown_field<R>(key: &str, name: &str, fields: &[Question<R>]) -> Invalid {
    let near =
        fields.iter().max_by(|a, b| strsim::jaro_winkler(a.key, name).total_cmp(&strsim::jaro_winkler(b.key, name)));
    let invalid = Invalid::at(format!("{key}.{name}"), "is no field of this table");
    match near {
        Some(field) => invalid.hint(format!("the nearest is `{}`", field.key)),
        None => invalid,
    }
}

/// Writes a complete preset: every answer that matters, defaults written out, titles as comments. What must still be said
/// stands there as a comment.
pub fn write(preset: &Preset, facts: &Facts) -> String {
    write_answers(preset, &complete(&preset.answers, facts))
}

/// Writes what a preset says and nothing else, so that what nobody said can still change.
pub fn write_said(preset: &Preset) -> String {
    write_answers(preset, &preset.answers)
}

fn write_answers(preset: &Preset, answers: &Answers) -> String {
    let mut text = format!("# yaml-language-server: $schema={SCHEMA_FILE}\nschema: {SCHEMA}\n");
    for (key, value) in [("title", &preset.title), ("description", &preset.description)] {
        if !value.is_empty() {
            text.push_str(&entry(key, &Value::from(value.as_str())));
        }
    }
    let mut open = "";
    let mut sections: Vec<&str> = Vec::new();
    for question in questions::all() {
        let section = question.key.split('.').next().unwrap_or_default();
        if !sections.contains(&section) {
            sections.push(section);
        }
    }
    for section in sections {
        for question in questions::all().filter(|question| question.key.split('.').next() == Some(section)) {
            write_answer(question, answers, &mut open, &mut text);
        }
    }
    text
}

fn write_answer(question: &Question<Answers>, answers: &Answers, open: &mut &str, text: &mut String) {
    let value = (question.at.get)(answers);
    let needed = value.is_null() && (question.required)(answers);
    // An answer that does not matter now may matter again after another one changes: it is kept.
    if value.is_null() && !(needed && question.matters(answers, questions::target(answers))) {
        return;
    }
    let (section, name) = question.key.split_once('.').map_or(("", question.key), |(section, name)| (section, name));
    let indent = if section.is_empty() { "" } else { "  " };
    if *open != section || section.is_empty() {
        text.push('\n');
        if !section.is_empty() {
            text.push_str(&format!("{section}:\n"));
        }
    }
    *open = question.key.split_once('.').map_or("", |(section, _)| section);
    text.push_str(&format!("{indent}# {}: {}\n", question.title, question.help));
    if needed {
        text.push_str(&format!("{indent}# {name}:   must be said\n"));
        return;
    }
    for line in entry(name, &value).lines() {
        text.push_str(&format!("{indent}{line}\n"));
    }
}

fn entry(key: &str, value: &Value) -> String {
    let section = Value::Object(Map::from_iter([(key.to_owned(), value.clone())]));
    // A tree of texts, numbers and lists can always be written.
    yaml::write(&section).map(|text| if text.ends_with('\n') { text } else { text + "\n" }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_reported_at_once_with_its_line() {
        let text = "schema: 1\nlogin:\n  methd: github\n  allow: everyone\n  client-secret: hunter2\nray:\n  pools:\n    - name: a\n      max: many\n      gpu: 1\nnotebook:\n  tag: 0.2\n";
        let wrong = parse(text, "mine.yaml").unwrap_err();
        let seen: Vec<_> = wrong.iter().map(|w| (w.key.clone().unwrap(), w.line.unwrap())).collect();
        let expected = [
            ("login.methd", 3),
            ("login.allow", 4),
            ("login.client-secret", 5),
            ("ray.pools[0].max", 9),
            ("ray.pools[0].gpu", 10),
            ("notebook.tag", 12),
        ];
        assert_eq!(seen, expected.map(|(key, line)| (key.to_owned(), line)));
        assert!(wrong.iter().all(|w| !format!("{w:?}").contains("hunter2")));
        assert!(wrong[0].hint.as_deref().unwrap().contains("login.method"));
    }

    #[test]
    fn what_is_written_is_read_back_the_same() {
        let text = "schema: 1\ntitle: 'on'\nray:\n  tag: '2.60'\n  pools:\n  - {name: 'no', cpu: 4, max: 3, tolerations: ['a=b:NoSchedule']}\nlogin: {method: dummy}\naccess: {method: none, annotations: {x: 'yes'}}\n";
        let preset = parse(text, "a").unwrap();
        let written = write(&preset, &Facts::default());
        let back = parse(&written, "b").unwrap();
        assert_eq!(back.answers, complete(&preset.answers, &Facts::default()), "{written}");
        assert_eq!(write(&back, &Facts::default()), written);
    }

    #[test]
    fn a_missing_or_newer_schema_is_said() {
        for (text, expected) in [
            ("login: {}\n", "is missing"),
            ("schema: 99\n", "newer hubwright"),
            ("schema: one\n", "expected `schema: 1`"),
            ("", "is missing"),
        ] {
            let wrong = parse(text, "a").unwrap_err();
            let said = format!("{} {}", wrong[0], wrong[0].hint.clone().unwrap_or_default());
            assert!(said.contains(expected), "{said}");
        }
    }
}
