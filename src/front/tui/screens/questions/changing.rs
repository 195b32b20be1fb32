//! Changes of answers: said, forgotten and taken back, and rows of tables. Must not know how an answer is given.
use super::{
    Questions, form,
    moving::{callback, row_of},
    way::{At, Spot},
};
use crate::{
    answers::kept::Kept,
    front::{
        tui::keys::Action,
        wizard::{shared::Shared, turn::Turn, wish::Wish},
    },
};

impl Questions {
    /// Says an answer.
    pub(super) fn say(&mut self, key: &str, text: &str, shared: &mut Shared) -> Result<(), String> {
        shared.draft.say(key, text).map_err(|invalid| invalid.message)?;
        // A secret that was typed before is not meant any more.
        shared.secrets.remove(key);
        self.changed(shared);
        Ok(())
    }

    pub(super) fn changed(&mut self, shared: &mut Shared) {
        shared.unsaved = true;
        self.fresh = None;
    }

    /// What was typed for the field goes.
    pub(super) fn forget(&mut self, shared: &mut Shared) {
        let Some(field) = self.field(shared) else { return };
        shared.draft.unsay(&field.key);
        shared.secrets.remove(&field.key);
        self.changed(shared);
    }

    /// The last change is taken back, and the cursor goes there.
    pub(super) fn take_back(&mut self, shared: &mut Shared) -> Vec<Turn> {
        let Some(key) = shared.draft.undo() else { return Vec::new() };
        self.changed(shared);
        // Of a secret that was typed only its place comes back.
        let draft = &shared.draft;
        let meant = |label: &str| draft.field(label).is_some_and(|field| Kept::of(&field.text()) == Some(Kept::Typed));
        shared.secrets.retain(|label, _| meant(label));
        match row_of(&key).filter(|_| !key.contains("].")) {
            Some((table, row)) => self.stand_on_row(&table, row, shared),
            None => self.jump(&key, shared),
        }
        let title = title(shared, &key);
        vec![Turn::Say(format!("taken back: {title}"))]
    }

    fn stand_on_row(&mut self, table: &str, row: usize, shared: &Shared) {
        let Some((section, _)) = shared.draft.seat(table) else { return };
        self.way.go(section, &shared.draft);
        self.way.stand(Spot { row: None, at: Some(At::Row(table.to_owned(), row)) });
    }

    pub(super) fn change_rows(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        let (table, row) = match self.here(shared) {
            Some(At::Row(table, row)) => (table, Some(row)),
            Some(At::Add(table)) => (table, None),
            _ => return Vec::new(),
        };
        match (action, row) {
            (Action::Add, _) => {
                let row = shared.draft.add_row(&table);
                self.changed(shared);
                self.fresh = Some((table.clone(), row));
                self.open_row(table, row);
            }
            (Action::Delete, Some(row)) => return self.delete(table, row, shared),
            (Action::MoveUp | Action::MoveDown, Some(row)) => {
                let row = shared.draft.move_row(&table, row, action == Action::MoveUp);
                self.changed(shared);
                self.put(Some(At::Row(table, row)));
            }
            _ => {}
        }
        Vec::new()
    }

    fn delete(&mut self, table: String, row: usize, shared: &mut Shared) -> Vec<Turn> {
        shared.draft.delete_row(&table, row);
        self.changed(shared);
        self.put(Some(At::Row(table, row)));
        vec![Turn::Say("deleted: ^U brings it back".to_owned())]
    }

    /// A copy of the row, or of the callback URL.
    pub(super) fn copy(&mut self, shared: &mut Shared) -> Vec<Turn> {
        let items = self.items(shared);
        if let Some(At::Row(table, row)) = form::standing(&items, &self.way.spot()) {
            let row = shared.draft.copy_row(&table, row);
            self.changed(shared);
            self.put(Some(At::Row(table, row)));
            return Vec::new();
        }
        callback(&items).map(|url| Turn::Wish(Wish::Copy(url))).into_iter().collect()
    }
}

/// What an answer is called, a row by its table.
fn title(shared: &Shared, key: &str) -> String {
    let table = row_of(key).map_or_else(|| key.to_owned(), |(table, _)| table);
    let field = shared.draft.field(key).or_else(|| shared.draft.field(&table));
    field.map_or(table, |field| field.title.to_owned())
}
