//! `Question`: everything about one answer in one place – words, kind, default, rule, and where it lives in the tree.
//! Must not know any particular question, nor how questions are shown.
use serde_json::Value;

use super::{
    facts::Facts,
    quantity::Quantity,
    secret::SecretRef,
    tree::{Pool, Profile, TargetKind},
    yaml,
};

/// One question about a `T`: the whole [`Answers`](super::tree::Answers), or a row of one of its tables.
#[derive(Debug, Clone, Copy)]
pub struct Question<T: 'static> {
    /// Path in the tree, kebab-case: `login.client-id`.
    pub key: &'static str,
    /// A few words, for forms and comments.
    pub title: &'static str,
    /// One sentence for a person who sees the question for the first time.
    pub help: &'static str,
    /// More, for `explain` and the reference; may be empty.
    pub doc: &'static str,
    /// What kind of value it takes.
    pub kind: Kind,
    /// The value if nobody says one; `Null`: none.
    pub default: fn(&T, &Facts) -> Value,
    /// The only target where the question matters; `None`: on every one.
    pub only: Option<TargetKind>,
    /// Whether the question matters, given the other answers, on a target that it fits.
    relevant: fn(&T) -> bool,
    /// Whether an answer is needed, given the other answers, where there is no default.
    pub required: fn(&T) -> bool,
    /// A rule beyond the kind's own. Errors say what is allowed.
    pub rule: fn(&Value) -> Result<(), String>,
    /// What the target has that can be chosen; anything else that fits may be said as well.
    pub offers: fn(&Facts) -> Vec<Offer>,
    /// What counts where nobody says anything and there is no default, in a few words.
    pub unsaid: fn(&T) -> String,
    /// What most people would choose here, and why; nothing is said by it.
    pub suggestion: fn(&T) -> Option<(&'static str, &'static str)>,
    /// Where the answer lives.
    pub at: Lens<T>,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The value, as it is typed.
    pub value: String,
    /// One line about it; may be empty.
    pub words: String,
}

/// What kind of value a question takes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// One of these: value and one line of explanation.
    Choice(&'static [(&'static str, &'static str)]),
    /// One line of text.
    Text,
    /// A whole number in a range.
    Int {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// `true` or `false`.
    Bool,
    /// A reference to a secret.
    Secret,
    /// A Kubernetes quantity, such as `500m` or `16Gi`.
    Quantity,
    /// Texts.
    List,
    /// Texts by name.
    Map,
    /// Rows.
    Table(Rows),
}

/// The questions about the rows of a table.
#[derive(Debug, Clone, Copy)]
pub enum Rows {
    /// Worker pools.
    Pools(&'static [Question<Pool>]),
    /// Notebook profiles.
    Profiles(&'static [Question<Profile>]),
}

/// Reads and writes one answer in a tree.
#[derive(Debug, Clone, Copy)]
pub struct Lens<T: 'static> {
    /// The answer; `Null`: not said.
    pub get: fn(&T) -> Value,
    /// Sets the answer; `Null` unsays it. The error says what is wrong with the value's shape.
    pub set: fn(&mut T, Value) -> Result<(), String>,
}

/// A lens on a field of a tree: `lens!(Answers, login.client_id)`.
macro_rules! lens {
    ($tree:ty, $($field:ident).+) => {
        $crate::answers::question::Lens::<$tree> {
            get: |tree| serde_json::to_value(&tree.$($field).+).unwrap_or(serde_json::Value::Null),
            set: |tree, value| {
                tree.$($field).+ = serde_json::from_value(value).map_err(|error| error.to_string())?;
                Ok(())
            },
        }
    };
}
pub(crate) use lens;

impl<T> Question<T> {
    /// A question that always matters, without default or further rule.
    pub const fn new(key: &'static str, title: &'static str, help: &'static str, kind: Kind, at: Lens<T>) -> Self {
        Self {
            key,
            title,
            help,
            doc: "",
            kind,
            default: |_, _| Value::Null,
            only: None,
            relevant: |_| true,
            required: |_| false,
            rule: |_| Ok(()),
            offers: |_| Vec::new(),
            unsaid: |_| "none".to_owned(),
            suggestion: |_| None,
            at,
        }
    }

    /// Says more, for `explain` and the reference.
    #[must_use]
    pub const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }

    /// Gives a default.
    #[must_use]
    pub const fn or(mut self, default: fn(&T, &Facts) -> Value) -> Self {
        self.default = default;
        self
    }

    /// Says that the question matters on one target only: what is said for it is ignored on the others.
    #[must_use]
    pub const fn only(mut self, target: TargetKind) -> Self {
        self.only = Some(target);
        self
    }

    /// Says when the question matters.
    #[must_use]
    pub const fn when(mut self, relevant: fn(&T) -> bool) -> Self {
        self.relevant = relevant;
        self
    }

    /// The question needs an answer whenever it matters.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = |_| true;
        self
    }

    /// The question needs an answer in these cases.
    #[must_use]
    pub const fn required_when(mut self, required: fn(&T) -> bool) -> Self {
        self.required = required;
        self
    }

    /// Adds a rule.
    #[must_use]
    pub const fn rule(mut self, rule: fn(&Value) -> Result<(), String>) -> Self {
        self.rule = rule;
        self
    }

    /// Says what of the target can be chosen.
    #[must_use]
    pub const fn offers(mut self, offers: fn(&Facts) -> Vec<Offer>) -> Self {
        self.offers = offers;
        self
    }

    /// Says what counts where nobody says anything and there is no default.
    #[must_use]
    pub const fn unsaid(mut self, words: fn(&T) -> String) -> Self {
        self.unsaid = words;
        self
    }

    /// Suggests one of the choices, with the reason.
    #[must_use]
    pub const fn suggests(mut self, suggestion: fn(&T) -> Option<(&'static str, &'static str)>) -> Self {
        self.suggestion = suggestion;
        self
    }

    /// Whether the question has a meaning on a target.
    pub fn fits(&self, on: TargetKind) -> bool {
        self.only.is_none_or(|only| only == on)
    }

    /// Whether the question matters on a target, given the other answers.
    pub fn matters(&self, tree: &T, on: TargetKind) -> bool {
        self.fits(on) && (self.relevant)(tree)
    }

    /// Everything there is to say about the question, as sentences; the first without full stop.
    pub fn text(&self) -> Vec<&'static str> {
        let only = match self.only {
            Some(TargetKind::Kubernetes) => "On Kubernetes only.",
            Some(TargetKind::ThisMachine) => "On this machine only.",
            None => "",
        };
        [self.help, self.doc, only].into_iter().filter(|text| !text.is_empty()).collect()
    }

    /// Whether a value is allowed here: first the kind, then the question's own rule. `Null` always is.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        if value.is_null() {
            return Ok(());
        }
        self.kind.check(value)?;
        (self.rule)(value)
    }
}

impl Kind {
    /// Whether a value has the kind's shape. The error says what was expected, and never repeats what could be a secret.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        match self {
            Self::Choice(choices) => check_choice(choices, value),
            Self::Text => value.as_str().map(|_| ()).ok_or_else(|| expected("a text (in quotes)", value)),
            Self::Int { min, max } => check_int(*min, *max, value),
            Self::Bool => value.as_bool().map(|_| ()).ok_or_else(|| expected("`true` or `false`", value)),
            Self::Secret => check_secret(value),
            Self::Quantity => check_quantity(value),
            Self::List => check_list(value),
            Self::Map => check_map(value),
            Self::Table(_) => value.as_array().map(|_| ()).ok_or_else(|| expected("a list of rows", value)),
        }
    }

    /// Turns the text after `--set KEY=` or of an environment variable into a value. An empty text unsays the answer.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        if text.is_empty() {
            return Ok(Value::Null);
        }
        let value = match self {
            Self::Text | Self::Secret => Value::from(text),
            Self::Choice(_) | Self::Quantity => Value::from(text.trim()),
            Self::Int { min, max } => {
                let text = text.trim();
                let wrong = |_| format!("`{text}` is not a whole number between {min} and {max}");
                text.parse::<i64>().map(Value::from).map_err(wrong)?
            }
            Self::Bool => {
                text.trim().parse::<bool>().map(Value::from).map_err(|_| "expected `true` or `false`".to_owned())?
            }
            Self::List => parse_list(text)?,
            Self::Map => parse_map(text)?,
            Self::Table(_) => {
                return Err(
                    "is a table: set one field of a row, such as `[0].name`, or `[+].name` for a new row".to_owned()
                );
            }
        };
        self.check(&value).map(|()| value)
    }

    /// What can be chosen whatever the target has.
    pub fn choices(&self) -> Vec<Offer> {
        let offer = |(value, words): &(&str, &str)| Offer { value: (*value).to_owned(), words: (*words).to_owned() };
        match self {
            Self::Choice(choices) => choices.iter().map(offer).collect(),
            Self::Bool => [("true", "yes"), ("false", "no")].iter().map(offer).collect(),
            _ => Vec::new(),
        }
    }

    /// One word or two for what is expected.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Choice(_) => "choice",
            Self::Text => "text",
            Self::Int { .. } => "whole number",
            Self::Bool => "true or false",
            Self::Secret => "secret reference",
            Self::Quantity => "quantity",
            Self::List => "list of texts",
            Self::Map => "texts by name",
            Self::Table(_) => "table",
        }
    }
}

fn expected(what: &str, got: &Value) -> String {
    let got = match got {
        Value::Null => "nothing",
        Value::Bool(_) => "`true` or `false`",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a section",
    };
    format!("expected {what}, found {got}")
}

fn check_choice(choices: &[(&str, &str)], value: &Value) -> Result<(), String> {
    let allowed = || choices.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let Some(text) = value.as_str() else { return Err(expected(&format!("one of {}", allowed()), value)) };
    if choices.iter().any(|(name, _)| *name == text) {
        return Ok(());
    }
    Err(format!("`{text}` is not one of {}", allowed()))
}

fn check_int(min: i64, max: i64, value: &Value) -> Result<(), String> {
    let number = value.as_i64().ok_or_else(|| expected("a whole number, without quotes", value))?;
    if (min..=max).contains(&number) { Ok(()) } else { Err(format!("{number} is not between {min} and {max}")) }
}

fn check_secret(value: &Value) -> Result<(), String> {
    let text = value.as_str().ok_or_else(|| expected("a reference to a secret", value))?;
    text.parse::<SecretRef>().map(|_| ()).map_err(|error| error.to_string())
}

fn check_quantity(value: &Value) -> Result<(), String> {
    let text = value.as_str().ok_or_else(|| expected("a quantity in quotes, such as `\"4\"` or `16Gi`", value))?;
    text.parse::<Quantity>().map(|_| ()).map_err(|error| error.to_string())
}

fn check_list(value: &Value) -> Result<(), String> {
    let items = value.as_array().ok_or_else(|| expected("a list of texts", value))?;
    items.iter().find(|item| !item.is_string()).map_or(Ok(()), |item| Err(expected("texts in the list", item)))
}

fn check_map(value: &Value) -> Result<(), String> {
    let items = value.as_object().ok_or_else(|| expected("a section of `name: text`", value))?;
    items.values().find(|item| !item.is_string()).map_or(Ok(()), |item| Err(expected("texts in the section", item)))
}

/// What a comma stands before within one text, as in the requirement `a>=1,<2`: no text of a list begins so.
pub const WITHIN: [char; 5] = ['<', '>', '=', '!', '~'];

/// `a,b`, or `[a, "b,c"]` where a text holds a comma.
fn parse_list(text: &str) -> Result<Value, String> {
    if text.starts_with('[') {
        return yaml::nodes(text).map(|node| node.plain()).map_err(|error| error.to_string());
    }
    let mut items: Vec<String> = Vec::new();
    for piece in text.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
        match items.last_mut().filter(|_| piece.starts_with(WITHIN)) {
            Some(item) => *item += &format!(",{piece}"),
            None => items.push(piece.to_owned()),
        }
    }
    Ok(items.into_iter().collect())
}

/// `a=b,c=d`, or `{a: "b,c"}` where a text holds a comma.
fn parse_map(text: &str) -> Result<Value, String> {
    if text.starts_with('{') {
        return yaml::nodes(text).map(|node| node.plain()).map_err(|error| error.to_string());
    }
    text.split(',')
        .map(|pair| pair.split_once('=').map(|(name, value)| (name.trim().to_owned(), Value::from(value.trim()))))
        .collect::<Option<serde_json::Map<_, _>>>()
        .map(Value::Object)
        .ok_or_else(|| "expected `name=text,name=text`".to_owned())
}
