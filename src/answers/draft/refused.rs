//! What was said of answers and could not be taken: wrong until the person says it. What was refused in a row follows it, and
//! goes with it. Must not know how any of it is shown.
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::NEW_ROW;
use crate::answers::{
    edit::row_of,
    invalid::Invalid,
    layers::{Layers, Origin, covers, table_of},
    question::{Kind, Question, Rows},
    questions,
    tree::{Answers, TargetKind},
};

/// What was refused, and what of it the person has answered since.
#[derive(Debug, Clone, Default)]
pub struct Refused {
    /// As it was told, in the rows of whoever said it.
    told: Vec<One>,
    /// The same in the rows as they are now.
    now: Vec<One>,
}

#[derive(Debug, Clone)]
struct One {
    /// Where it is: an answer, a section, or a field of a row.
    key: String,
    invalid: Invalid,
    answered: bool,
}

impl Refused {
    /// What was refused of answers in layers; what the person typed there is answered.
    pub fn new(told: impl IntoIterator<Item = Invalid>, layers: &Layers) -> Self {
        let said = layers.merged();
        let one = |invalid: Invalid| {
            let key = place(invalid.key.as_deref()?);
            let answered = is_typed(&key, layers) && is_cell_said(&key, &said);
            Some(One { invalid: Invalid { key: Some(key.clone()), ..invalid }, key, answered })
        };
        let told: Vec<One> = told.into_iter().filter_map(one).collect();
        Self { now: told.clone(), told }
    }

    /// What matters of it and is not answered yet.
    pub fn open(&self, answers: &Answers, on: TargetKind) -> Vec<&Invalid> {
        let open = self.now.iter().filter(|one| !one.answered && matters(&one.key, answers, on));
        open.map(|one| &one.invalid).collect()
    }

    /// The person said the answer of a key.
    pub fn said(&mut self, key: &str) {
        self.now.iter_mut().filter(|one| one.is_about(key)).for_each(|one| one.answered = true);
    }

    /// What the person said of a key is taken back in these layers. Of a table, the rows are those below again.
    pub fn unsaid(&mut self, key: &str, layers: &Layers) {
        let inside = |one: &One| one.key != key && table_of(&one.key) == key;
        self.now.retain(|one| !inside(one));
        self.now.extend(self.told.iter().filter(|one| inside(one)).cloned());
        for one in self.now.iter_mut().filter(|one| one.is_about(key)) {
            one.answered = covers(&one.key, key) && one.key != key && is_typed(&one.key, layers);
        }
    }

    /// The person changed the rows of a table: each became those, or none.
    pub fn moved(&mut self, table: &str, to: impl Fn(usize) -> Vec<usize>) {
        let moved = |one: One| match row_of(&one.key) {
            Some((of, row, cell)) if of == table => {
                let keys = to(row).into_iter().map(|row| format!("{of}[{row}].{cell}"));
                keys.map(|key| one.at(key)).collect()
            }
            _ => vec![One { answered: one.answered || covers(&one.key, table), ..one }],
        };
        self.now = std::mem::take(&mut self.now).into_iter().flat_map(moved).collect();
    }
}

impl One {
    /// Whether who says the answer of a key says this.
    fn is_about(&self, key: &str) -> bool {
        covers(&self.key, key) || table_of(&self.key) == key
    }

    fn at(&self, key: String) -> Self {
        Self { invalid: Invalid { key: Some(key.clone()), ..self.invalid.clone() }, key, answered: self.answered }
    }
}

/// What is no row at all wants to begin with a name.
fn place(key: &str) -> String {
    if key.ends_with(']') { format!("{key}.{NEW_ROW}") } else { key.to_owned() }
}

/// Whether the person typed the answer, its table, or one in the section.
fn is_typed(key: &str, layers: &Layers) -> bool {
    let within = |it: &&Question<Answers>| it.key == table_of(key) || covers(key, it.key);
    questions::all().filter(within).any(|it| layers.origin(it.key) == Origin::Typed)
}

/// Whether rows say a field; all that is no field of a row counts as said.
fn is_cell_said(key: &str, said: &Answers) -> bool {
    let Some((table, row, cell)) = row_of(key) else { return true };
    let rows = questions::find(table).map(|it| (it.at.get)(said)).unwrap_or_default();
    rows.get(row).and_then(|row| row.get(cell)).is_some_and(|value| !value.is_null())
}

/// Whether there is a question for it that matters: to any other, nobody could say anything.
fn matters(key: &str, answers: &Answers, on: TargetKind) -> bool {
    match (row_of(key), questions::find(table_of(key))) {
        (Some((_, row, cell)), Some(it)) => it.matters(answers, on) && cell_matters(it, answers, row, cell, on),
        (_, Some(it)) => it.matters(answers, on),
        (_, None) => questions::all().any(|it| covers(key, it.key) && it.matters(answers, on)),
    }
}

fn cell_matters(it: &Question<Answers>, answers: &Answers, row: usize, cell: &str, on: TargetKind) -> bool {
    let rows = (it.at.get)(answers);
    match (it.kind, rows.get(row)) {
        (Kind::Table(Rows::Pools(columns)), Some(row)) => column_matters(columns, row, cell, on),
        (Kind::Table(Rows::Profiles(columns)), Some(row)) => column_matters(columns, row, cell, on),
        _ => false,
    }
}

fn column_matters<R: DeserializeOwned>(columns: &[Question<R>], row: &Value, cell: &str, on: TargetKind) -> bool {
    // The tree holds typed rows already.
    let row = serde_json::from_value::<R>(row.clone());
    columns.iter().any(|column| column.key == cell && row.as_ref().is_ok_and(|row| column.matters(row, on)))
}
