//! Tables in place: which columns a table shows, how they fit into a width, and the lines of its rows. Must not know what a
//! row is made of beyond its fields, nor change any.
use super::form::Item;
use crate::{
    answers::draft::Field,
    front::{
        tui::{text, theme::Theme},
        wizard::shared::Shared,
    },
};

/// Columns of a table, most useful first: key of the table, names of the fields.
const COLUMNS: &[(&str, &[&str])] = &[
    ("ray.pools", &["name", "cpu", "memory", "gpus", "min", "max", "node-selector", "tolerations"]),
    ("profiles", &["name", "cpu", "memory", "gpus", "default", "description", "image", "node-selector", "tolerations"]),
];

/// Widest column, in columns of the terminal.
const WIDEST: usize = 24;

/// The lines of a table on a form: its question, its rows, one more.
pub fn items(shared: &Shared, field: Field) -> Vec<Item> {
    let table = field.key.clone();
    let rows = rows(shared, &table);
    let empty = rows.is_empty();
    let fit = |index: usize| shared.fit_of_row(&format!("{table}[{index}]")).unwrap_or_default();
    let row = |(index, fields)| Item::Row { table: table.clone(), index, fields, fit: fit(index) };
    let rows: Vec<Item> = rows.into_iter().enumerate().map(row).collect();
    [Item::Table(Box::new(field))].into_iter().chain(rows).chain([Item::Add { table: table.clone(), empty }]).collect()
}

/// Fields of each row.
pub fn rows(shared: &Shared, table: &str) -> Vec<Vec<Field>> {
    shared.draft.rows(table).into_iter().map(|row| row.fields).collect()
}

/// What a row is called: `Pool small`.
pub fn name(fields: &[Field]) -> String {
    fields.first().map(|name| format!("{} {}", name.title, name.text())).unwrap_or_default()
}

/// The columns of a table that fit.
#[derive(Debug, Default)]
pub struct Columns {
    /// Name of the field, title, width.
    shown: Vec<(&'static str, &'static str, usize)>,
}

impl Columns {
    /// Of a table among the lines of a form, in `room` columns of the terminal.
    pub fn of(items: &[Item], table: &str, room: usize) -> Self {
        let rows: Vec<(&[Field], &str)> = items.iter().filter_map(|item| row_of(item, table)).collect();
        let fit = rows.iter().map(|(_, fit)| text::width(fit)).max().unwrap_or(0);
        let mut room = room.saturating_sub(fit);
        let wanted = COLUMNS.iter().find(|(key, _)| *key == table).map_or(&[][..], |(_, names)| *names);
        let column = |name: &&'static str| {
            let fields = rows.iter().filter_map(|(fields, _)| find(fields, name));
            let title = fields.clone().next()?.title;
            let wide = fields.map(|field| text::width(&cell(field))).max().unwrap_or(0);
            // What no row says is not worth a column.
            (wide > 0).then(|| (*name, title, wide.max(text::width(title)).min(WIDEST)))
        };
        // What has no room at all is left out, and what comes after it as well: columns do not jump.
        let shown = wanted.iter().filter_map(column).take_while(|(name, _, wide)| {
            let fits = *name == "name" || wide + 2 <= room;
            room = room.saturating_sub(wide + 2);
            fits
        });
        Self { shown: shown.collect() }
    }

    /// The titles in one line.
    pub fn head(&self, theme: &Theme) -> String {
        self.line(|_, title| (*title).to_owned(), theme)
    }

    /// A row in one line.
    pub fn row(&self, fields: &[Field], fit: &str, theme: &Theme) -> String {
        self.line(|name, _| find(fields, name).map(cell).unwrap_or_default(), theme) + fit
    }

    fn line(&self, words: impl Fn(&str, &&'static str) -> String, theme: &Theme) -> String {
        let cell = |(name, title, wide): &(&'static str, &'static str, usize)| {
            text::pad(&words(name, title), *wide, theme.glyphs.ellipsis) + "  "
        };
        self.shown.iter().map(cell).collect()
    }
}

fn row_of<'i>(item: &'i Item, wanted: &str) -> Option<(&'i [Field], &'i str)> {
    match item {
        Item::Row { table, fields, fit, .. } if table == wanted => Some((fields, fit)),
        _ => None,
    }
}

fn find<'f>(fields: &'f [Field], name: &str) -> Option<&'f Field> {
    fields.iter().find(|field| field.key.rsplit("].").next() == Some(name))
}

fn cell(field: &Field) -> String {
    if field.relevant { super::value::words(field) } else { String::new() }
}
