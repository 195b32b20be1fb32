//! A table as a small menu: its rows in lines, and words for what can be done with them.
//! Must not know which table.
use super::{Reply, Way, Wizard, question::answer};
use crate::{
    answers::draft::{Draft, Field, Row},
    health::text,
    problem::Problem,
};

const MENU: &str =
    "  a number: edit that row; add; copy, delete, up or down with a number, such as `copy 1`; Enter: done";

impl Wizard<'_> {
    pub(super) fn table(&mut self, table: &Field) -> Result<Way, Problem> {
        loop {
            self.tell_rows(&table.key);
            self.tell(MENU);
            let text = match self.asker.line("Row:", "")? {
                Reply::Text(text) => text,
                Reply::Back => return Ok(Way::Back),
                Reply::Leave => return Ok(Way::Leave),
            };
            let mut words = text.split_whitespace();
            let way = match (words.next(), words.next()) {
                (None | Some("done"), _) => return Ok(Way::Next),
                (Some("?"), _) => {
                    self.tell(&format!("  {}. {}", table.help, table.doc));
                    Way::Next
                }
                (Some("="), _) => {
                    self.shared.draft.unsay(&table.key);
                    Way::Next
                }
                (Some("add" | "a"), _) => {
                    let row = self.shared.draft.add_row(&table.key);
                    self.row(&table.key, row)?
                }
                (Some(first), None) => self.edit(&table.key, first)?,
                (Some(deed), Some(number)) => self.change(&table.key, deed, number),
            };
            if way == Way::Leave {
                return Ok(Way::Leave);
            }
        }
    }

    fn tell_rows(&mut self, table: &str) {
        let rows = self.shared.draft.rows(table);
        if rows.is_empty() {
            self.tell("  no rows");
        }
        let fit = self.shared.fit();
        for (index, row) in rows.iter().enumerate() {
            let fits = fit.row(&format!("{table}[{index}]")).map(|fit| format!("; {fit}")).unwrap_or_default();
            self.tell(&format!("  {}) {}{fits}", index + 1, line(row)));
            for field in &row.fields {
                field.problem.iter().for_each(|problem| self.wrong(&format!("{}: {problem}", field.title)));
            }
        }
    }

    fn edit(&mut self, table: &str, number: &str) -> Result<Way, Problem> {
        match self.place(table, number) {
            Some(row) => self.row(table, row),
            None => Ok(Way::Next),
        }
    }

    fn change(&mut self, table: &str, deed: &str, number: &str) -> Way {
        let Some(row) = self.place(table, number) else { return Way::Next };
        match deed {
            "copy" | "c" => drop(self.shared.draft.copy_row(table, row)),
            "delete" | "d" => self.shared.draft.delete_row(table, row),
            "up" | "u" => drop(self.shared.draft.move_row(table, row, true)),
            "down" => drop(self.shared.draft.move_row(table, row, false)),
            _ => self.wrong(&format!("`{}` is none of these", text::line(deed))),
        }
        Way::Next
    }

    /// The row of a number; the person is told if there is none.
    fn place(&mut self, table: &str, number: &str) -> Option<usize> {
        let rows = self.shared.draft.rows(table).len();
        let row = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|row| *row < rows);
        if row.is_none() {
            self.wrong(&format!("there is no row `{}`: there are {rows}", text::line(number)));
        }
        row
    }

    /// Asks for the fields of a row that matter.
    fn row(&mut self, table: &str, row: usize) -> Result<Way, Problem> {
        let list = |draft: &Draft| {
            let fields = draft.rows(table).get(row).map(|row| row.fields.clone()).unwrap_or_default();
            fields.into_iter().filter(|field| field.relevant).map(|field| field.key).collect()
        };
        self.walk(&list, 0)
    }
}

/// A row in a line: its name, and what is said beside it.
fn line(row: &Row) -> String {
    let mut fields = row.fields.iter().filter(|field| field.relevant && !field.text().is_empty());
    let name = fields.next().map(|field| text::line(&field.text())).unwrap_or_default();
    let rest: Vec<String> = fields.map(answer).collect();
    format!("{name}; {}", rest.join(", "))
}
