//! What follows from answers and facts: the spec or what is wrong, and every field with its value, origin and problem.
//! Found out once after each change. Must not change any answer.
use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    field::{Field, Offered, Row},
    refused::Refused,
    rows::{NEW_ROW, is_made_up},
};
use crate::answers::{
    edit::row_of,
    facts::Facts,
    invalid::Invalid,
    layers::{Layers, Origin, complete, covers, fitting},
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
    pub fn of(layers: &Layers, facts: &Facts, offered: &Offered, refused: &Refused) -> Self {
        let merged = layers.merged();
        let (answers, on) = (complete(&fitting(&merged), facts), questions::target(&merged));
        let refused = refused.open(&answers, on);
        let placed = |wrong: Vec<Invalid>| wrong.into_iter().map(|wrong| layers.place(wrong)).collect();
        let resolved = unless(&refused, resolve(&merged, facts).map_err(placed));
        let wrong = resolved.as_ref().err().map(Vec::as_slice).unwrap_or_default();
        let look = Look {
            layers,
            facts,
            offered,
            answers,
            on,
            problems: problems(wrong, refused.len()),
            refused: refused.iter().filter_map(|refused| refused.key.as_deref()).collect(),
            said: merged,
        };
        let sections = SECTIONS.iter().map(|section| look.fields(section.questions)).collect();
        let tables = questions::all().filter(|question| question.fits(look.on));
        let tables = tables.filter_map(|question| Some((question.key, look.rows(question)?))).collect();
        Self { resolved, sections, tables }
    }
}

/// What was refused is wrong before anything else is, and nothing is missing there as well.
fn unless(refused: &[&Invalid], resolved: Result<Spec, Vec<Invalid>>) -> Result<Spec, Vec<Invalid>> {
    if refused.is_empty() {
        return resolved;
    }
    let known = |other: &Invalid| {
        let keys = |known: &&Invalid| Some((known.key.clone()?, other.key.clone()?));
        refused.iter().filter_map(keys).any(|(known, other)| covers(&known, &other))
    };
    let others = resolved.err().into_iter().flatten().filter(|other| !known(other));
    Err(refused.iter().copied().cloned().chain(others).collect())
}

/// What is wrong by key, the first of each. The first so many were refused: nothing else tells where those were said.
fn problems(wrong: &[Invalid], refused: usize) -> BTreeMap<String, String> {
    let mut problems = BTreeMap::new();
    for (index, invalid) in wrong.iter().enumerate() {
        let Some(key) = &invalid.key else { continue };
        let words =
            || if index < refused { invalid.words() } else { Invalid { file: None, ..invalid.clone() }.words() };
        problems.entry(key.clone()).or_insert_with(words);
    }
    problems
}

struct Look<'a> {
    layers: &'a Layers,
    facts: &'a Facts,
    offered: &'a Offered,
    said: Answers,
    answers: Answers,
    on: TargetKind,
    problems: BTreeMap<String, String>,
    /// Keys of what was refused.
    refused: Vec<&'a str>,
}

impl Look<'_> {
    fn fields(&self, questions: &'static [Question<Answers>]) -> Vec<Field> {
        questions.iter().filter(|question| question.fits(self.on)).map(|question| self.field(question)).collect()
    }

    fn field(&self, question: &'static Question<Answers>) -> Field {
        let mut field = self.one(question, question.key.to_owned(), question.key, &self.answers);
        field.origin = self.layers.origin(question.key);
        if let Some(section) = self.section_at(question) {
            field.problem = field.problem.or_else(|| self.problems.get(section).cloned());
            field.refused |= self.refused.contains(&section);
        }
        field.problem = field.problem.or_else(|| self.problem_of_rows(question.key));
        field
    }

    /// The section of which this is the first question that matters: there stands what is wrong with all of it.
    fn section_at(&self, question: &Question<Answers>) -> Option<&'static str> {
        let (section, _) = question.key.split_once('.')?;
        let within = |other: &&Question<Answers>| covers(section, other.key) && other.matters(&self.answers, self.on);
        questions::all().find(within).filter(|first| first.key == question.key).map(|_| section)
    }

    /// What is wrong with a row of a table.
    fn problem_of_rows(&self, table: &str) -> Option<String> {
        self.problems.iter().find_map(|(key, words)| {
            let (of, index, field) = row_of(key)?;
            (of == table).then(|| format!("row {}, `{field}` {words}", index + 1))
        })
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
        let before = self.before(table);
        // The tree holds typed rows already.
        let rows: Vec<R> = serde_json::from_value((table.at.get)(&self.answers)).unwrap_or_default();
        let row = |(index, row): (usize, &R)| {
            let field = |question: &'static Question<R>| {
                let key = format!("{}[{index}].{}", table.key, question.key);
                let mut field = self.one(question, key, &format!("{}[].{}", table.key, question.key), row);
                field.origin = said.get(index).map_or(Origin::Default, |row| before.who(row, question.key));
                field.relevant &= relevant;
                field
            };
            Row { fields: fields.iter().filter(|question| question.fits(self.on)).map(field).collect() }
        };
        rows.iter().enumerate().map(row).collect()
    }

    /// The rows of a table as they are without the person.
    fn before(&self, table: &'static Question<Answers>) -> Before {
        let lower = self.layers.of(|origin| *origin != Origin::Typed);
        let answers = lower.merged();
        let (rows, origin) = match (table.at.get)(&answers) {
            Value::Null => ((table.default)(&answers, self.facts), Origin::Default),
            rows => (rows, lower.origin(table.key)),
        };
        Before { table: table.key, rows, origin, now: self.layers.origin(table.key) }
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
            refused: self.refused.contains(&key.as_str()),
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

/// The rows of a table as lower layers say them. Whoever changes one row types the table as a whole.
struct Before {
    table: &'static str,
    rows: Value,
    /// Who said them.
    origin: Origin,
    /// Who says the table now.
    now: Origin,
}

impl Before {
    /// Who said a field of a row that counts now.
    fn who(&self, row: &Value, field: &str) -> Origin {
        let Some(value) = row.get(field).filter(|value| !value.is_null()) else { return Origin::Default };
        if self.now != Origin::Typed {
            return self.now.clone();
        }
        let rows = self.rows.as_array().into_iter().flatten();
        let mut same = rows.filter(|other| other.get(NEW_ROW) == row.get(NEW_ROW));
        match same.next().and_then(|other| other.get(field)) {
            Some(other) if other == value => self.origin.clone(),
            None if field == NEW_ROW && is_made_up(self.table, value) => Origin::Default,
            _ => Origin::Typed,
        }
    }
}
