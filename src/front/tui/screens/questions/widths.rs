//! The columns of a form: titles, values, and who said them. A value is seen whole where that is possible at all: before it is
//! cut, who said it is told in one word, and then not at all. Must not draw.
use super::{form::Item, value};
use crate::{answers::draft::Field, front::tui::text};

/// Columns before a title: where the cursor and the sign of a line stand.
pub const GUTTER: usize = 3;

/// Widest column of values: farther to the right nobody looks for where they come from.
const WIDEST: usize = 72;

/// Widths of the columns.
#[derive(Debug, Clone, Copy)]
pub struct Widths {
    /// The whole line.
    pub all: usize,
    /// Titles.
    pub title: usize,
    /// Values.
    pub value: usize,
    /// Who said them.
    pub origin: usize,
}

impl Widths {
    /// Of the fields on a form, in `all` columns of the terminal.
    pub fn of(items: &[Item], all: usize) -> Self {
        let fields = || {
            items.iter().filter_map(|item| match item {
                Item::Field(field) | Item::Table(field) => Some(field),
                _ => None,
            })
        };
        let title = fields().map(|field| text::width(field.title)).max().unwrap_or(0).clamp(10, (all / 3).max(10)) + 1;
        let widest = (all / 4).max(8);
        let origin = fields().map(|field| text::width(&told(field, widest))).max().unwrap_or(0);
        let value = all.saturating_sub(GUTTER + title + 1 + 1 + origin + 1).min(WIDEST);
        Self { all, title, value, origin }
    }

    /// What there is for a value and who said it, with a blank between them.
    pub const fn room(self) -> usize {
        self.value + 1 + self.origin
    }

    /// Shares the room between a value of some width and who said it: columns for the value, and the words beside it.
    pub fn share(self, wanted: usize, field: &Field) -> (usize, String) {
        if wanted <= self.value {
            return (self.value, told(field, self.origin));
        }
        let word = brief(field);
        let beside = self.room().saturating_sub(text::width(&word) + 1);
        if wanted <= beside && !word.is_empty() { (beside, word) } else { (self.room(), String::new()) }
    }
}

/// Who said it, in at most so many columns.
fn told(field: &Field, room: usize) -> String {
    let whole = if brief(field).is_empty() || !field.relevant { brief(field) } else { field.origin.to_string() };
    if text::width(&whole) <= room { whole } else { brief(field) }
}

/// Who said it, in a word; nothing where nobody said anything.
fn brief(field: &Field) -> String {
    match field.relevant {
        false => "not used".to_owned(),
        true if value::words(field).is_empty() => String::new(),
        true => field.origin.word().to_owned(),
    }
}
