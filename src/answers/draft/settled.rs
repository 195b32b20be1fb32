//! What follows from answers and facts: the spec or what is wrong, and every field with its value, origin and problem.
//! Found out once after each change. Must not change any answer.
use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::field::{Field, Offered, Row};
use crate::answers::{
    edit::row_of,
    facts::Facts,
    invalid::Invalid,
    layers::{Layers, Origin, complete, fitting, table_of},
    question::{Kind, Question, Rows},
    questions::{self, SECTIONS},
    resolve::resolve,
    spec::Spec,
    tree::{Answers, TargetKind},
};

/// What follows from the answers.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The complete spec, or everything that is wrong.
    pub resolved: Result<Spec, Vec<Invalid>>,
    /// Fields by section.
    pub sections: Vec<Vec<Field>>,
    /// Rows by key of their table.
    pub tables: BTreeMap<&'static str, Vec<Row>>,
}

impl Settled {
    /// Finds everything out.
    pub fn of(layers: &Layers, facts: &Facts, offered: &Offered, refused: &[Invalid]) -> Self {
        let merged = layers.merged();
        let (answers, on) = (complete(&fitting(&merged), facts), questions::target(&merged));
        let resolved = unless(still(refused, layers, &answers, on), resolve(&merged, facts));
        let look = Look {
            layers,
            facts,
            offered,
            answers,
            on,
            problems: problems(resolved.as_ref().err().map(Vec::as_slice).unwrap_or_default()),
            said: merged,
        };
        let sections = SECTIONS.iter().map(|section| look.fields(section.questions)).collect();
        let tables = questions::all().filter(|question| question.fits(look.on));
        let tables = tables.filter_map(|question| Some((question.key, look.rows(question)?))).collect();
        Self { resolved, sections, tables }
    }
}

/// What was refused and matters, and nobody has said since.
fn still<'r>(refused: &'r [Invalid], layers: &Layers, answers: &Answers, on: TargetKind) -> Vec<&'r Invalid> {
    let counts = |invalid: &&Invalid| {
        let question = invalid.key.as_deref().and_then(|key| questions::find(table_of(key)));
        question.is_some_and(|it| it.matters(answers, on) && layers.origin(it.key) != Origin::Typed)
    };
    refused.iter().filter(counts).collect()
}

/// What was refused is wrong before anything else is.
fn unless(refused: Vec<&Invalid>, resolved: Result<Spec, Vec<Invalid>>) -> Result<Spec, Vec<Invalid>> {
    if refused.is_empty() {
        return resolved;
    }
    let others = resolved.err().into_iter().flatten();
    let others: Vec<Invalid> = others.filter(|other| refused.iter().all(|known| known.key != other.key)).collect();
    Err(refused.into_iter().cloned().chain(others).collect())
}

/// What is wrong by key, the first of each.
fn problems(wrong: &[Invalid]) -> BTreeMap<String, String> {
    let mut problems = BTreeMap::new();
    for invalid in wrong {
        let Some(key) = &invalid.key else { continue };
        problems.entry(key.clone()).or_insert_with(|| words(invalid));
    }
    problems
}

/// What is wrong, and what to do about it. How a missing answer is said on a command line is no help in a form.
fn words(invalid: &Invalid) -> String {
    match &invalid.hint {
        Some(hint) if !hint.starts_with("`--set ") => format!("{}: {hint}", invalid.message),
        _ => invalid.message.clone(),
    }
}

struct Look<'a> {
    layers: &'a Layers,
    facts: &'a Facts,
    offered: &'a Offered,
    said: Answers,
    answers: Answers,
    on: TargetKind,
    problems: BTreeMap<String, String>,
}

impl Look<'_> {
    fn fields(&self, questions: &'static [Question<Answers>]) -> Vec<Field> {
        questions.iter().filter(|question| question.fits(self.on)).map(|question| self.field(question)).collect()
    }

    fn field(&self, question: &'static Question<Answers>) -> Field {
        let mut field = self.one(question, question.key.to_owned(), question.key, &self.answers);
        field.origin = self.layers.origin(question.key);
        field.problem = field.problem.or_else(|| self.outer_problem(question));
        field
    }

    /// What is wrong with a row of a table, or with the section of which this is the first question.
    fn outer_problem(&self, question: &Question<Answers>) -> Option<String> {
        if let Kind::Table(_) = question.kind {
            return self.problems.iter().find_map(|(key, words)| {
                let (table, index, field) = row_of(key)?;
                (table == question.key).then(|| format!("row {}, `{field}` {words}", index + 1))
            });
        }
        let (section, _) = question.key.split_once('.')?;
        let first =
            questions::all().find(|other| other.key.split_once('.').is_some_and(|(head, _)| head == section))?;
        self.problems.get(section).filter(|_| first.key == question.key).cloned()
    }

    fn rows(&self, question: &'static Question<Answers>) -> Option<Vec<Row>> {
        match question.kind {
            Kind::Table(Rows::Pools(fields)) => Some(self.rows_of(question, fields)),
            Kind::Table(Rows::Profiles(fields)) => Some(self.rows_of(question, fields)),
            _ => None,
        }
    }

    fn rows_of<R: Serialize + DeserializeOwned>(
        &self,
        table: &'static Question<Answers>,
        fields: &'static [Question<R>],
    ) -> Vec<Row> {
        let relevant = table.matters(&self.answers, self.on);
        let said = (table.at.get)(&self.said);
        let origin = self.layers.origin(table.key);
        // The tree holds typed rows already.
        let rows: Vec<R> = serde_json::from_value((table.at.get)(&self.answers)).unwrap_or_default();
        let row = |(index, row): (usize, &R)| {
            let field = |question: &'static Question<R>| {
                let key = format!("{}[{index}].{}", table.key, question.key);
                let mut field = self.one(question, key, &format!("{}[].{}", table.key, question.key), row);
                let spoken =
                    said.get(index).and_then(|row| row.get(question.key)).is_some_and(|value| !value.is_null());
                field.origin = if spoken { origin.clone() } else { Origin::Default };
                field.relevant &= relevant;
                field
            };
            Row { fields: fields.iter().filter(|question| question.fits(self.on)).map(field).collect() }
        };
        rows.iter().enumerate().map(row).collect()
    }

    /// `offers`: the key as the registry writes it.
    fn one<T>(&self, question: &'static Question<T>, key: String, offers: &str, tree: &T) -> Field {
        let suggestion = (question.suggestion)(tree);
        Field {
            title: question.title,
            help: question.help,
            doc: question.doc,
            kind: question.kind,
            value: (question.at.get)(tree),
            usual: if question.matters(tree, self.on) { (question.default)(tree, self.facts) } else { Value::Null },
            origin: Origin::Default,
            relevant: question.matters(tree, self.on),
            required: (question.required)(tree),
            problem: self.problems.get(&key).cloned(),
            offers: match suggestion {
                Some(suggestion) => self.offered.suggesting(offers, suggestion),
                None => self.offered.get(offers),
            },
            suggested: suggestion.map(|(suggested, _)| suggested),
            unsaid: (question.unsaid)(tree),
            key,
        }
    }
}
