//! Rows of tables: new, copied, deleted, moved. A table that was only a default becomes what the person typed.
//! Must not know how a row is shown.
use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::Draft;
use crate::answers::{
    layers::Origin,
    question::{Kind, Rows},
    questions,
    tree::Answers,
};

/// Name of the field that names a row.
pub const NEW_ROW: &str = "name";

/// Longest name that a number is put behind.
const LONGEST: usize = 30;

impl Draft {
    /// A new row at the end, with a name of its own such as `pool-2`; gives back where it is.
    pub fn add_row(&mut self, table: &str) -> usize {
        let mut rows = self.said_rows(table);
        let name = free_name(&rows, word(table), separator(table), rows.len() + 1);
        rows.push(Value::Object(Map::from_iter([(NEW_ROW.to_owned(), Value::from(name))])));
        let index = rows.len() - 1;
        self.change_rows(table, index, rows, |row| vec![row]);
        index
    }

    /// A copy of a row below it; gives back where it is.
    pub fn copy_row(&mut self, table: &str, index: usize) -> usize {
        let mut rows = self.said_rows(table);
        let Some(Value::Object(row)) = rows.get(index) else { return index };
        let mut copy = row.clone();
        let base = copy.get(NEW_ROW).and_then(Value::as_str).unwrap_or(word(table)).to_owned();
        copy.insert(NEW_ROW.to_owned(), free_name(&rows, &base, separator(table), 2).into());
        // One row at most is the default.
        copy.remove("default");
        rows.insert(index + 1, Value::Object(copy));
        self.change_rows(table, index, rows, |row| match row.cmp(&index) {
            Ordering::Less => vec![row],
            Ordering::Equal => vec![row, row + 1],
            Ordering::Greater => vec![row + 1],
        });
        index + 1
    }

    /// Takes a row away.
    pub fn delete_row(&mut self, table: &str, index: usize) {
        let mut rows = self.said_rows(table);
        if index < rows.len() {
            rows.remove(index);
            self.change_rows(table, index, rows, |row| match row.cmp(&index) {
                Ordering::Less => vec![row],
                Ordering::Equal => Vec::new(),
                Ordering::Greater => vec![row - 1],
            });
        }
    }

    /// Moves a row by one; gives back where it is then.
    pub fn move_row(&mut self, table: &str, index: usize, up: bool) -> usize {
        let mut rows = self.said_rows(table);
        let to = if up { index.checked_sub(1) } else { index.checked_add(1) };
        let Some(to) = to.filter(|to| *to < rows.len() && index < rows.len()) else { return index };
        rows.swap(index, to);
        self.change_rows(table, index, rows, |row| match row {
            row if row == index => vec![to],
            row if row == to => vec![index],
            row => vec![row],
        });
        to
    }

    /// Of a row's field, what lower layers say for the row of that name counts again.
    pub(super) fn unsay_field(&mut self, table: &str, index: usize, field: &str) {
        let lower = self.rows_in(table, &self.layers.of(|origin| *origin != Origin::Typed).merged());
        let mut rows = self.said_rows(table);
        let Some(Value::Object(row)) = rows.get_mut(index) else { return };
        let same = |other: &&Value| field == NEW_ROW || other.get(NEW_ROW) == row.get(NEW_ROW);
        let at = lower.get(index).filter(same).or_else(|| lower.iter().find(same).filter(|_| field != NEW_ROW));
        match at.and_then(|row| row.get(field)) {
            Some(value) => drop(row.insert(field.to_owned(), value.clone())),
            None if field == NEW_ROW => return,
            None => drop(row.remove(field)),
        }
        if rows == lower {
            self.layers.unsay(table);
        } else {
            self.put_rows(table, rows);
        }
    }

    /// The rows as they are said, without defaults of their fields.
    fn said_rows(&self, table: &str) -> Vec<Value> {
        self.rows_in(table, &self.layers.merged())
    }

    fn rows_in(&self, table: &str, answers: &Answers) -> Vec<Value> {
        let Some(question) = questions::find(table) else { return Vec::new() };
        let said = match (question.at.get)(answers) {
            Value::Null => (question.default)(answers, &self.facts),
            said => said,
        };
        said.as_array().cloned().unwrap_or_default()
    }

    /// Other rows, of which that with the index is another one: a change that can be taken back. `to`: what became of each.
    fn change_rows(&mut self, table: &str, index: usize, rows: Vec<Value>, to: impl Fn(usize) -> Vec<usize>) {
        self.history.changed(&format!("{table}[{index}]"), self.state());
        self.refused.moved(table, to);
        self.put_rows(table, rows);
    }

    fn put_rows(&mut self, table: &str, rows: Vec<Value>) {
        // Rows come from the tree, and a key that is no table's has none.
        let _ = self.layers.say_value(table, Value::Array(rows));
        self.settle();
    }
}

fn rows_of(table: &str) -> Option<Rows> {
    match questions::find(table)?.kind {
        Kind::Table(rows) => Some(rows),
        _ => None,
    }
}

/// What a row is.
pub(super) fn word(table: &str) -> &'static str {
    match rows_of(table) {
        Some(Rows::Pools(_)) => "pool",
        _ => "profile",
    }
}

/// Names of pools are names of Kubernetes; those of profiles people read.
fn separator(table: &str) -> &'static str {
    match rows_of(table) {
        Some(Rows::Pools(_)) => "-",
        _ => " ",
    }
}

/// Whether a new row was given this name, and nobody typed another one.
pub(super) fn is_made_up(table: &str, name: &Value) -> bool {
    let number = name.as_str().and_then(|name| name.strip_prefix(word(table))?.strip_prefix(separator(table)));
    number.is_some_and(|number| number.parse::<usize>().is_ok())
}

/// The first name with a number that no row has, not even with other signs in it.
fn free_name(rows: &[Value], base: &str, separator: &str, from: usize) -> String {
    let plain =
        |name: &str| -> String { name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase() };
    let taken: Vec<String> = rows.iter().filter_map(|row| row.get(NEW_ROW)?.as_str()).map(plain).collect();
    let base = base.trim_end_matches(|c: char| c.is_ascii_digit());
    let base: String = base.trim_end_matches([' ', '-']).chars().take(LONGEST).collect();
    let base = base.trim_end_matches([' ', '-']);
    let names = (from..).map(|number| format!("{base}{separator}{number}"));
    let free = names.take(rows.len() + 1).find(|name| !taken.contains(&plain(name)));
    free.unwrap_or_else(|| base.to_owned())
}
