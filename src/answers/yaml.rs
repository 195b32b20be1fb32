//! The only file that knows the YAML crate. Writes YAML that helm reads back as the same strings (`no`, `on`, `1_000`
//! and dates are quoted), reads it strictly, and never shows a line of the file in an error: it may hold a secret.
use std::fmt;

use serde::{
    Deserialize, Serialize,
    de::{Deserializer, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::Spanned;

/// Longest text that is read, in bytes: an answers file has some hundred lines.
pub const LONGEST: usize = 1 << 20;

/// Deepest nesting of an untyped tree; answers are five deep. In a debug build 16 levels take between 512 and 768 KiB of
/// stack, and the crate's own limit of 64 overflows a thread of 2 MiB, which ends the process.
const DEEPEST: usize = 16;

/// Most keys and values of an untyped tree, aliases counted each time. 200 pools with every field make about 4,000.
const MOST_NODES: usize = 10_000;

/// Why a text is not the YAML that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct YamlError {
    /// Line, from 1, if known.
    pub line: Option<u64>,
    /// What is wrong, without any text of the file around it.
    pub message: String,
}

/// A value of a document, with the line where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Line, from 1; 0 if unknown.
    pub line: u64,
    /// The value.
    pub value: Tree,
}

/// An untyped value. Plain scalars are typed by YAML 1.2 rules (`yes` is a text).
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A section: key, its line, its value.
    Map(Vec<(String, u64, Node)>),
}

impl Node {
    /// The value without lines.
    pub fn plain(&self) -> serde_json::Value {
        match &self.value {
            Tree::Null => serde_json::Value::Null,
            Tree::Bool(value) => (*value).into(),
            Tree::Number(value) => serde_json::Value::Number(value.clone()),
            Tree::Text(value) => value.as_str().into(),
            Tree::List(items) => items.iter().map(Self::plain).collect(),
            Tree::Map(items) => {
                serde_json::Value::Object(items.iter().map(|(key, _, node)| (key.clone(), node.plain())).collect())
            }
        }
    }
}

/// Comments are no part of what is read, but the parser counts those in a row, 32 at most unless it is told otherwise.
/// No text that is short enough has more than this.
const MOST_COMMENTS: usize = LONGEST;

/// What is wrong, in words that hold nothing of the file. Only messages known to be fixed words are passed on: the crate's
/// others repeat values, and any value may be a secret that was pasted in the wrong place.
#[expect(clippy::disallowed_types, reason = "this is the one file that knows the YAML crate")]
fn reason(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::Error;
    match error {
        // The parser's own messages: fixed words, at most with one character of the text.
        Error::ExternalMessage { msg, .. } => format!("is not valid YAML: {msg}"),
        Error::Eof { .. } => "ends too early".to_owned(),
        Error::MultipleDocuments { .. } => "holds more than one document: expected one, without `---` in it".to_owned(),
        Error::Unexpected { expected, .. } => format!("is not what belongs here: expected {expected}"),
        Error::DuplicateMappingKey { .. } => "the same key stands twice in one section".to_owned(),
        Error::UnknownAnchor { .. } => {
            "`*` begins an alias in YAML: put a text that begins with it in quotes".to_owned()
        }
        Error::NonFiniteFloat { .. } => "is not a number that can be used: put a text in quotes".to_owned(),
        Error::SerdeMissingField { field, .. } => format!("field `{field}` is missing"),
        Error::AliasError { error, .. } => reason(error),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => "is too large or too deeply nested".to_owned(),
        _ => "is not what was expected here".to_owned(),
    }
}

/// Reads a document into an untyped tree that knows its lines. An empty document is `Null`.
pub fn nodes(text: &str) -> Result<Node, YamlError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Node { line: 1, value: Tree::Null });
    }
    if text.len() > LONGEST {
        return Err(too_long());
    }
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            max_nodes: MOST_NODES,
            flow_nesting_limit: DEEPEST,
            max_buffered_comment_events: MOST_COMMENTS,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MOST_NODES },
    };
    serde_saphyr::from_str_with_options::<Spanned<Tree>>(text, options).map(node).map_err(|error| {
        let line = error.location().map(|at| at.line());
        YamlError { line, message: first_line(&reason(error.without_snippet())) }
    })
}

/// Writes a value as a YAML document.
pub fn write<T: Serialize>(value: &T) -> Result<String, YamlError> {
    serde_saphyr::to_string(value).map_err(|error| YamlError { line: None, message: first_line(&error.to_string()) })
}

fn too_long() -> YamlError {
    YamlError { line: None, message: format!("is longer than {LONGEST} bytes") }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect()
}

fn node(spanned: Spanned<Tree>) -> Node {
    Node { line: spanned.referenced.line(), value: spanned.value }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

/// A number too wide for JSON stays the text it was: the questions say what they expected.
fn wide_number(digits: String) -> Tree {
    Tree::Text(digits)
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Tree, E> {
        Ok(wide_number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Tree, E> {
        Ok(wide_number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Tree::Null, Tree::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element::<Spanned<Tree>>()? {
            items.push(node(item));
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(key) = access.next_key::<Spanned<String>>()? {
            let value = access.next_value::<Spanned<Tree>>()?;
            items.push((key.value, key.referenced.line(), node(value)));
        }
        Ok(Tree::Map(items))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_that_yaml_1_1_would_change_are_quoted() {
        for word in
            ["no", "yes", "on", "off", "y", "n", "NO", "1_000", "12:30:45", "2026-01-01", "0.2", "1e3", "~", "null", ""]
        {
            let text = write(&std::collections::BTreeMap::from([("key", word)])).unwrap();
            assert_ne!(text, format!("key: {word}\n"), "{word} must be quoted");
            let back = nodes(&text).unwrap().plain();
            assert_eq!(back["key"], word);
        }
    }

    #[test]
    fn a_tree_knows_its_lines() {
        let tree = nodes("a: 1\nb:\n  - x\n  - yes\n").unwrap();
        let Tree::Map(items) = tree.value else { panic!("a section") };
        let (key, line, list) = &items[1];
        assert_eq!((key.as_str(), *line), ("b", 2));
        let Tree::List(list) = &list.value else { panic!("a list") };
        assert_eq!(list[1], Node { line: 4, value: Tree::Text("yes".into()) });
    }

    #[test]
    fn hostile_documents_are_refused_quickly_and_without_their_text() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
        let deep = "[".repeat(20_000);
        let long = "x".repeat(LONGEST + 1);
        for text in
            [bomb, &deep, &long, "a: b: hunter2\n", "a: 1\na: hunter2\n", "\u{0}hunter2", "- \"hunter2", "a: *nowhere"]
        {
            let error = nodes(text).unwrap_err();
            assert!(!error.message.contains("hunter2"), "{}", error.message);
        }
    }

    /// `32` was the parser's own limit: a preset with a licence or a long explanation at its top was refused.
    #[test]
    fn any_number_of_comments_is_fine() {
        for place in [0, 1, 2, 3, 4] {
            let mut lines = vec!["schema: 1", "login:", "  method: dummy", "profiles:", "- name: a"];
            let comments = "  # a comment\n".repeat(5_000);
            lines.insert(place, comments.trim_end());
            let tree = nodes(&lines.join("\n")).unwrap_or_else(|error| panic!("before line {place}: {error}"));
            assert_eq!(tree.plain()["profiles"][0]["name"], "a");
        }
        let comments = "#\n".repeat(LONGEST / 2 - 10);
        assert_eq!(nodes(&format!("{comments}a: 1\n")).unwrap().plain()["a"], 1);
    }

    #[test]
    fn an_empty_document_and_a_byte_order_mark_are_fine() {
        assert_eq!(nodes("# only a comment\n").unwrap().value, Tree::Null);
        assert_eq!(nodes("\u{feff}a: 1\r\n").unwrap().plain()["a"], 1);
    }
}
