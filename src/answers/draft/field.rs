//! What a form shows: fields with their answers, rows of tables, where a section stands, and what is offered.
//! Must not know how answers are changed, nor how any of it is drawn.
use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use crate::answers::{
    explain::shown,
    facts::Facts,
    layers::Origin,
    question::{Kind, Offer, Question, Rows},
    questions,
};

/// One field of a form: a question with its answer.
#[derive(Debug, Clone)]
pub struct Field {
    /// Full key: `login.method`, `ray.pools[0].max`.
    pub key: String,
    /// Title.
    pub title: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// More; may be empty.
    pub doc: &'static str,
    /// Kind of value.
    pub kind: Kind,
    /// What counts: what was said, else the default; `Null`: neither. Of a table, its rows with their defaults.
    pub value: Value,
    /// What counts where nobody says anything; `Null`: nothing.
    pub usual: Value,
    /// Who said it.
    pub origin: Origin,
    /// Whether it matters, given the other answers.
    pub relevant: bool,
    /// Whether it needs an answer.
    pub required: bool,
    /// What is wrong with it, and what is allowed.
    pub problem: Option<String>,
    /// Whether that is what was said and could not be taken: who says what counts meanwhile answers it, too.
    pub refused: bool,
    /// What can be chosen: the kind's own choices, or what was found. Empty: anything that fits the kind.
    pub offers: Arc<[Offer]>,
    /// Which of them is suggested; its words say why.
    pub suggested: Option<&'static str>,
    /// What counts where there is no value, in a few words: `the cluster's default`.
    pub unsaid: String,
}

impl Field {
    /// The text that an editor of this field begins with; saying it changes nothing. Empty where the value is empty anyway.
    pub fn text(&self) -> String {
        if is_empty(&self.value) && is_empty(&self.usual) { String::new() } else { shown(&self.value) }
    }

    /// Whether its answer is another than the default.
    pub fn changed(&self) -> bool {
        let same = match self.kind {
            Kind::Table(_) => rows_as_said(&self.value, &self.usual),
            _ => self.value == self.usual,
        };
        self.origin != Origin::Default && !same
    }
}

/// Whether a value is one that says nothing.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether completed rows are those of a sparse table, as far as that one speaks.
fn rows_as_said(complete: &Value, sparse: &Value) -> bool {
    let rows = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (complete, sparse) = (rows(complete), rows(sparse));
    let same = |(row, said): (&Value, &Value)| {
        said.as_object().is_some_and(|said| said.iter().all(|(name, value)| row.get(name) == Some(value)))
    };
    complete.len() == sparse.len() && complete.iter().zip(&sparse).all(same)
}

/// One row of a table, with full keys.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its fields, in the order of the questions.
    pub fields: Vec<Field>,
}

impl Row {
    /// A field by its short name: `max`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key.rsplit("].").next() == Some(name))
    }
}

/// Where a section stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionStanding {
    /// Nothing is missing or wrong.
    Done,
    /// So many answers are missing or wrong.
    Attention(usize),
    /// None of its questions matters now.
    NotRelevant,
}

/// What is offered for each question, by key as the registry writes it (`ray.pools[].max`).
#[derive(Debug, Clone)]
pub struct Offered(BTreeMap<String, Arc<[Offer]>>);

impl Offered {
    /// What a target has.
    pub fn of(facts: &Facts) -> Self {
        let mut offered = BTreeMap::new();
        for question in questions::all() {
            insert(&mut offered, question.key.to_owned(), question, facts);
            match question.kind {
                Kind::Table(Rows::Pools(fields)) => insert_all(&mut offered, question.key, fields, facts),
                Kind::Table(Rows::Profiles(fields)) => insert_all(&mut offered, question.key, fields, facts),
                _ => {}
            }
        }
        Self(offered)
    }

    /// Offers of one question.
    pub fn get(&self, key: &str) -> Arc<[Offer]> {
        self.0.get(key).cloned().unwrap_or_default()
    }

    /// The same, where one of them is suggested.
    pub fn suggesting(&self, key: &str, (suggested, why): (&str, &str)) -> Arc<[Offer]> {
        let offer = |offer: &Offer| {
            let words = if offer.value == suggested { format!("{why}: {}", offer.words) } else { offer.words.clone() };
            Offer { words, ..offer.clone() }
        };
        self.get(key).iter().map(offer).collect()
    }
}

fn insert_all<R>(offered: &mut BTreeMap<String, Arc<[Offer]>>, table: &str, fields: &[Question<R>], facts: &Facts) {
    for field in fields {
        insert(offered, format!("{table}[].{}", field.key), field, facts);
    }
}

fn insert<T>(offered: &mut BTreeMap<String, Arc<[Offer]>>, key: String, question: &Question<T>, facts: &Facts) {
    let own = question.kind.choices();
    let offers = if own.is_empty() { (question.offers)(facts) } else { own };
    offered.insert(key, offers.into());
}
