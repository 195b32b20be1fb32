//! Sets one answer from text: `--set`, environment variables, prompts. Knows the syntax of keys, tables included.
//! Must not know layers or who says it.
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    facts::Facts,
    invalid::Invalid,
    preset,
    question::{Kind, Question, Rows},
    questions,
    tree::{Answers, Pool, Profile},
    yaml,
};

/// Sets `key` to `text`; returns the question whose answer changed.
pub fn set(answers: &mut Answers, key: &str, text: &str) -> Result<&'static Question<Answers>, Invalid> {
    let Some((table, row)) = key.split_once('[') else { return set_plain(answers, key, text) };
    let (index, field) = row.split_once("].").ok_or_else(|| {
        Invalid::at(key, "names no field of a row")
            .hint(format!("write `{table}[0].name`, or `{table}[+].name` for a new row"))
    })?;
    let question = questions::find(table).ok_or_else(|| unknown(key))?;
    match question.kind {
        Kind::Table(Rows::Pools(fields)) => set_row::<Pool>(question, fields, answers, key, index, field, text)?,
        Kind::Table(Rows::Profiles(fields)) => set_row::<Profile>(question, fields, answers, key, index, field, text)?,
        _ => return Err(Invalid::at(key, format!("is no table, but a {}", question.kind.name()))),
    }
    Ok(question)
}

/// What is wrong with a text for `key`: what [`set`] would refuse, in the words of the question alone.
pub fn check(answers: &Answers, key: &str, text: &str) -> Result<(), String> {
    let Some((table, _)) = key.split_once('[') else {
        let question = questions::find(key).ok_or_else(|| unknown(key).message)?;
        return match question.kind {
            Kind::Table(rows) => parse_table(key, rows, text).map(|_| ()).map_err(|error| error.to_string()),
            kind => kind.parse(text).and_then(|value| question.check(&value)),
        };
    };
    let column = |check: Option<Result<(), String>>| check.unwrap_or_else(|| Err(unknown(key).message));
    let field = key.split_once("].").map_or("", |(_, field)| field);
    let checked = match questions::find(table).map(|question| question.kind) {
        Some(Kind::Table(Rows::Pools(fields))) => column(check_column(fields, field, text)),
        Some(Kind::Table(Rows::Profiles(fields))) => column(check_column(fields, field, text)),
        _ => column(None),
    };
    checked.and_then(|()| set(&mut answers.clone(), key, text).map(|_| ()).map_err(|error| error.message))
}

fn check_column<R>(fields: &[Question<R>], name: &str, text: &str) -> Option<Result<(), String>> {
    let column = fields.iter().find(|column| column.key == name)?;
    Some(column.kind.parse(text).and_then(|value| column.check(&value)))
}

/// Table, row and field of a row's key: `ray.pools[0].max`.
pub fn row_of(key: &str) -> Option<(&str, usize, &str)> {
    let (table, row) = key.split_once('[')?;
    let (index, field) = row.split_once("].")?;
    Some((table, index.parse().ok()?, field))
}

/// An unknown key, with the nearest known one.
pub fn unknown(key: &str) -> Invalid {
    let section = format!("{key}.");
    let inside: Vec<_> = questions::all().filter(|question| question.key.starts_with(&section)).collect();
    if !inside.is_empty() {
        let keys = inside.iter().map(|question| format!("`{}`", question.key)).collect::<Vec<_>>().join(", ");
        return Invalid::at(key, "is a section, not an answer").hint(format!("its answers are {keys}"));
    }
    let invalid = Invalid::at(key, "is no answer of hubwright");
    match questions::nearest(&without_index(key)) {
        Some(near) => invalid.hint(format!("the nearest is `{near}`; `hubwright questions` lists all")),
        None => invalid.hint("`hubwright questions` lists all"),
    }
}

/// `ray.pools[0].max` as the registry writes it: `ray.pools[].max`.
fn without_index(key: &str) -> String {
    match (key.split_once('['), key.split_once(']')) {
        (Some((table, _)), Some((_, field))) => format!("{table}[]{field}"),
        _ => key.to_owned(),
    }
}

fn set_plain(answers: &mut Answers, key: &str, text: &str) -> Result<&'static Question<Answers>, Invalid> {
    let question = questions::find(key).ok_or_else(|| unknown(key))?;
    let value = match question.kind {
        Kind::Table(rows) => parse_table(key, rows, text)?,
        kind => kind.parse(text).map_err(|error| wrong_value(question, key, &error))?,
    };
    question.check(&value).map_err(|error| wrong_value(question, key, &error))?;
    (question.at.set)(answers, value).map_err(|error| Invalid::at(key, error))?;
    Ok(question)
}

fn wrong_value<T>(question: &Question<T>, key: &str, error: &str) -> Invalid {
    let invalid = Invalid::at(key, format!("cannot be set so: {error}"));
    match question.kind {
        Kind::Secret => invalid.hint(format!(
            "what stands on a command line can be read by everybody on this machine: put the secret into a variable and say `--set {key}=env:NAME`"
        )),
        _ => invalid,
    }
}

fn parse_table(key: &str, rows: Rows, text: &str) -> Result<Value, Invalid> {
    let node = yaml::nodes(text).map_err(|error| Invalid::at(key, format!("is not a list of rows: {error}")))?;
    let mut wrong = Vec::new();
    let value = preset::table(key, rows, &node, &mut |invalid| wrong.push(invalid));
    match wrong.into_iter().next() {
        // Nothing of the table is taken: it is about all of it.
        Some(first) => {
            Err(Invalid { hint: first.hint.clone(), ..Invalid::at(key, format!("cannot be set so: {first}")) })
        }
        None => Ok(value),
    }
}

fn set_row<R: Default + Serialize + DeserializeOwned>(
    question: &Question<Answers>,
    fields: &[Question<R>],
    answers: &mut Answers,
    key: &str,
    index: &str,
    field: &str,
    text: &str,
) -> Result<(), Invalid> {
    let said = (question.at.get)(answers);
    // A field of a row that exists only as a default: the default table becomes the answer. A new row replaces it.
    let table = match (&said, index) {
        (Value::Null, "+") => Value::Array(Vec::new()),
        (Value::Null, _) => (question.default)(answers, &Facts::default()),
        _ => said,
    };
    let named = named(&table, index);
    let mut rows: Vec<R> = serde_json::from_value(table).map_err(|error| Invalid::at(key, error.to_string()))?;
    let position = named.map_or_else(|| position(index, rows.len()), Ok).map_err(|error| Invalid::at(key, error))?;
    if position == rows.len() {
        rows.push(R::default());
    }
    let column = fields.iter().find(|column| column.key == field).ok_or_else(|| unknown(key))?;
    let value = column.kind.parse(text).and_then(|value| column.check(&value).map(|()| value));
    let value = value.map_err(|error| wrong_value(column, key, &error))?;
    let row = rows.get_mut(position).ok_or_else(|| Invalid::at(key, "has no such row"))?;
    (column.at.set)(row, value).map_err(|error| Invalid::at(key, error))?;
    let table = serde_json::to_value(rows).map_err(|error| Invalid::at(key, error.to_string()))?;
    (question.at.set)(answers, table).map_err(|error| Invalid::at(key, error))
}

/// The row of a name.
fn named(table: &Value, name: &str) -> Option<usize> {
    let is_named = |row: &Value| row.get("name").and_then(Value::as_str) == Some(name);
    table.as_array()?.iter().position(is_named).filter(|_| name.parse::<usize>().is_err())
}

fn position(index: &str, rows: usize) -> Result<usize, String> {
    if index == "+" {
        return Ok(rows);
    }
    match index.parse::<usize>() {
        Ok(position) if position < rows => Ok(position),
        Ok(_) => Err(format!("has no row {index}: there are {rows}, counted from 0; `[+]` adds one")),
        Err(_) => Err(format!("has no row `{index}`: expected a number, the name of a row, or `+`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_on_the_command_line_is_refused_without_repeating_it() {
        let error = set(&mut Answers::default(), "login.client-secret", "hunter2").unwrap_err();
        let text = format!("{error} {}", error.hint.clone().unwrap());
        assert!(text.contains("env:NAME") && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn a_row_is_named_by_its_number_or_its_name() {
        let mut answers = Answers::default();
        for (key, text) in [
            ("ray.pools[+].name", "small"),
            ("ray.pools[+].name", "big"),
            ("ray.pools[big].max", "7"),
            ("ray.pools[0].max", "3"),
        ] {
            set(&mut answers, key, text).unwrap();
        }
        let most: Vec<_> = answers.ray.pools.unwrap().iter().map(|pool| pool.max).collect();
        assert_eq!(most, [Some(3), Some(7)]);
        assert!(set(&mut Answers::default(), "ray.pools[large].max", "1").unwrap_err().message.contains("`large`"));
    }

    #[test]
    fn unknown_keys_name_the_nearest() {
        let error = set(&mut Answers::default(), "login.clientid", "x").unwrap_err();
        assert!(error.hint.unwrap().contains("`login.client-id`"));
        let error = set(&mut Answers::default(), "ray.pools[0].maximum", "3").unwrap_err();
        assert!(error.hint.unwrap().contains("ray.pools[].max"));
    }

    #[test]
    fn a_whole_table_can_be_given_at_once() {
        let mut answers = Answers::default();
        set(&mut answers, "ray.pools", "[{name: a, max: 3}, {name: b}]").unwrap();
        assert_eq!(answers.ray.pools.unwrap().len(), 2);
        let error = set(&mut Answers::default(), "ray.pools", "[{nam: a}]").unwrap_err();
        assert_eq!(error.key.as_deref(), Some("ray.pools"), "nothing of it is taken");
        assert!(error.message.contains("`ray.pools[0].nam` is no field"), "{error}");
    }

    #[test]
    fn a_row_of_the_default_table_can_be_changed() {
        let mut answers = Answers::default();
        set(&mut answers, "ray.pools[0].max", "3").unwrap();
        let pools = answers.ray.pools.unwrap();
        assert_eq!((pools.len(), pools[0].name.as_deref(), pools[0].max), (1, Some("small"), Some(3)));
    }
}
