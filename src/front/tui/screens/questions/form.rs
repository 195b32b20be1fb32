//! The form of a stop: what stands on it, line by line, and where the cursor can stand. Must not know how a line is drawn.
use super::{
    table,
    way::{self, At, Spot, Stop, Way},
};
use crate::{
    answers::{
        draft::{Draft, Field},
        question::Kind,
    },
    front::wizard::shared::Shared,
    plan::fit::{Fitness, Verdict},
};

/// Something that stands on a form.
#[derive(Debug, Clone)]
pub enum Item {
    /// A question with its answer.
    Field(Box<Field>),
    /// The question of a table, above its rows.
    Table(Box<Field>),
    /// A row of a table.
    Row {
        /// Key of the table.
        table: String,
        /// Its place, from 0.
        index: usize,
        /// Its fields.
        fields: Vec<Field>,
        /// Whether and how often it fits, in a few words; empty: not known.
        fit: String,
    },
    /// Below the last row: one more.
    Add {
        /// Key of the table.
        table: String,
        /// Whether there is no row.
        empty: bool,
    },
    /// What is known of the target.
    Look,
    /// Where the login provider sends people back to.
    Callback(String),
    /// Something that is wrong.
    Problem {
        /// Its place in the list.
        index: usize,
        /// Key of the answer, if it is about one.
        key: Option<String>,
        /// What is wrong.
        words: String,
        /// Whether it cannot stay so.
        bad: bool,
    },
    /// A sentence.
    Words(String),
    /// Where it goes on, in words.
    GoOn(String),
}

impl Item {
    /// Where the cursor stands on it; `None`: it cannot.
    pub fn at(&self) -> Option<At> {
        match self {
            Self::Field(field) => field.relevant.then(|| At::Field(field.key.clone())),
            Self::Row { table, index, .. } => Some(At::Row(table.clone(), *index)),
            Self::Add { table, .. } => Some(At::Add(table.clone())),
            Self::Look => Some(At::Look),
            Self::Callback(_) => Some(At::Callback),
            Self::Problem { index, .. } => Some(At::Problem(*index)),
            Self::GoOn(_) => Some(At::GoOn),
            Self::Table(_) | Self::Words(_) => None,
        }
    }

    /// Whether it wants an answer.
    pub fn open(&self) -> bool {
        match self {
            Self::Field(field) => field.relevant && field.problem.is_some(),
            Self::Row { fields, .. } => fields.iter().any(|field| field.relevant && field.problem.is_some()),
            _ => false,
        }
    }
}

/// What stands on the form where one is.
pub fn items(shared: &Shared, way: &Way) -> Vec<Item> {
    match (way.stop(shared), way.spot().row) {
        (Stop::Section(_), Some((table, index))) => row(shared, &table, index),
        (Stop::Section(section), None) => self::section(shared, way, section),
        (Stop::Fit, _) => fit(shared),
        (Stop::Review, _) => review(&shared.draft),
    }
}

fn section(shared: &Shared, way: &Way, section: usize) -> Vec<Item> {
    let draft = &shared.draft;
    let mut items = Vec::new();
    for field in draft.fields(section) {
        match field.kind {
            Kind::Table(_) if field.relevant => items.extend(table::items(shared, field)),
            _ => items.push(Item::Field(Box::new(field))),
        }
    }
    if holds(&items, "login.method") || holds(&items, "access.host") {
        items.extend(draft.sketched().hub.and_then(|hub| hub.login.callback).map(Item::Callback));
    }
    if holds(&items, "target.kind") {
        items.push(Item::Look);
    }
    let next = way.next(draft).map_or("", |next| way::title(draft, next));
    items.push(Item::GoOn(format!("go on: {next}")));
    items
}

fn holds(items: &[Item], key: &str) -> bool {
    items.iter().any(|item| matches!(item, Item::Field(field) if field.key == key))
}

fn row(shared: &Shared, table: &str, index: usize) -> Vec<Item> {
    let fields = table::rows(shared, table).into_iter().nth(index).unwrap_or_default();
    let fields = fields.into_iter().map(|field| Item::Field(Box::new(field)));
    let title = shared.draft.field(table).map_or("the table", |field| field.title);
    fields.chain([Item::GoOn(format!("back to {}", title.to_lowercase()))]).collect()
}

fn fit(shared: &Shared) -> Vec<Item> {
    let fit = shared.fit();
    let troubles = fit.verdicts.iter().filter(|verdict| verdict.standing != Fitness::Fits);
    let trouble = |(index, verdict): (usize, &Verdict)| Item::Problem {
        index,
        key: verdict.key.clone(),
        words: verdict.words.clone(),
        bad: verdict.standing == Fitness::No,
    };
    let troubles: Vec<Item> = troubles.enumerate().map(trouble).collect();
    let words = match (fit.verdicts.is_empty(), troubles.len()) {
        (true, _) => {
            "the nodes as bars, filled with what these answers would place on them; nothing is known of them yet"
        }
        (false, 0) => {
            "all of it fits: the picture shows the nodes as bars, filled with what these answers would place there"
        }
        (false, _) => "not all of it fits; Enter goes to the answer, and the picture shows the nodes as bars",
    };
    let go_on = Item::GoOn("look at the picture of fit".to_owned());
    [Item::Words(words.to_owned())].into_iter().chain(troubles).chain([go_on]).collect()
}

fn review(draft: &Draft) -> Vec<Item> {
    let problems = draft.problems();
    let words = match problems.len() {
        0 => {
            "every question that matters has an answer: the review shows what will be installed before anything begins"
        }
        1 => "one thing is left; Enter goes there",
        _ => "some things are left; Enter goes there",
    };
    let problem = |(index, problem): (usize, crate::answers::invalid::Invalid)| {
        let words = draft.told(&problem, &problem.message);
        Item::Problem { index, key: problem.key, words, bad: true }
    };
    let mut items = vec![Item::Words(words.to_owned())];
    items.extend(problems.into_iter().enumerate().map(problem));
    let go_on = if items.len() > 1 { "go to the first" } else { "review" };
    items.push(Item::GoOn(go_on.to_owned()));
    items
}

/// Where the cursor really stands: where it was put, if that is still there, else at the first thing that wants an answer.
pub fn standing(items: &[Item], spot: &Spot) -> Option<At> {
    let places = || items.iter().filter_map(Item::at);
    let kept = spot.at.as_ref().filter(|at| places().any(|place| place == **at)).cloned();
    let near = || match &spot.at {
        Some(At::Row(table, _)) => last_row(items, table),
        _ => None,
    };
    let open = || items.iter().find(|item| item.open()).and_then(Item::at);
    kept.or_else(near).or_else(open).or_else(|| places().next())
}

/// The last row of a table of which the one with the cursor is gone; where none is left, the place for one more.
fn last_row(items: &[Item], table: &str) -> Option<At> {
    let of_table = |at: &At| matches!(at, At::Row(name, _) if name == table);
    let places = || items.iter().filter_map(Item::at);
    places().rfind(of_table).or_else(|| places().find(|at| matches!(at, At::Add(name) if name == table)))
}

/// The place some places after another one; before it, if negative. The ends are the ends.
pub fn beside(items: &[Item], at: Option<&At>, by: isize) -> Option<At> {
    let places: Vec<At> = items.iter().filter_map(Item::at).collect();
    let here = places.iter().position(|place| Some(place) == at).unwrap_or_default();
    places.get(here.saturating_add_signed(by).min(places.len().saturating_sub(1))).cloned()
}

/// Where Enter leads after a place: to the next field, past rows that are answered and past what asks for nothing.
pub fn after(items: &[Item], at: Option<&At>) -> Option<At> {
    let rest = items.iter().skip_while(|item| item.at().as_ref() != at).skip(1);
    let mut wanted = rest.filter(|item| match item {
        Item::Row { .. } => item.open(),
        Item::Add { .. } | Item::Look | Item::Callback(_) => false,
        _ => true,
    });
    wanted.find_map(Item::at)
}

/// The first line that is seen, so that the lines `from..=to` are, in the middle if possible.
pub fn top(from: usize, to: usize, total: usize, rows: usize) -> usize {
    let middle = usize::midpoint(from, to).saturating_sub(rows / 2);
    let top = if to.saturating_sub(from) >= rows { from } else { middle };
    top.min(total.saturating_sub(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_selected_is_seen_and_the_ends_are_filled() {
        assert_eq!(top(0, 0, 10, 20), 0, "all fits");
        assert_eq!(top(9, 9, 10, 4), 6, "no line is empty at the end");
        assert_eq!(top(5, 6, 20, 4), 3);
        assert_eq!(top(5, 9, 20, 3), 5, "what is longer than the screen begins at its top");
        assert_eq!(top(5, 5, 20, 0), 5);
    }
}
