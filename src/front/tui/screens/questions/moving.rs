//! Keys while the cursor moves over a form: along its lines, from stop to stop, and what each line does. Must not draw.
use super::{
    Mode, Questions, answering,
    form::{self, Item},
    keys,
    picker::{Choice, Does, Picker},
    target, value,
    way::{At, Spot, Stop},
};
use crate::{
    answers::{draft::Field, layers::Origin, question::Kind},
    front::{
        tui::keys::{Action, Binding},
        wizard::{
            shared::Shared,
            turn::{Place, Turn},
        },
    },
    plan::fit::Fitness,
};

impl Questions {
    /// The keys that work where the cursor stands.
    pub(super) fn form_keys(&self, shared: &Shared) -> Vec<Binding> {
        let items = self.items(shared);
        let here = form::standing(&items, &self.way.spot());
        let field = self.field(shared);
        let text = field.as_ref().is_some_and(|field| answering::takes_text(field.kind));
        let typed = field.is_some_and(|field| field.origin == Origin::Typed);
        let table = matches!(here, Some(At::Row(..) | At::Add(_)));
        let row = matches!(here, Some(At::Row(..)));
        let callback = callback(&items).is_some();
        let looks = items.iter().any(|item| matches!(item, Item::Look));
        let works = |binding: &&Binding| match binding.does {
            Action::Add => table,
            Action::Delete | Action::MoveUp | Action::MoveDown => row,
            Action::Copy => row || callback,
            Action::Look => looks,
            Action::Toggle => matches!(here, Some(At::Field(_))),
            Action::Unsay => typed,
            Action::Undo => shared.draft.can_undo(),
            _ => true,
        };
        let named = |binding: &Binding| match (binding.does, &here) {
            (Action::Enter, Some(At::GoOn | At::Problem(_))) => binding.named("go on"),
            (Action::Enter, Some(At::Row(..))) => binding.named("open"),
            (Action::Enter, Some(At::Add(_))) => binding.named("add"),
            (Action::Enter, Some(At::Callback)) => binding.named("copy"),
            (Action::Enter, Some(At::Look)) => binding.named("look again"),
            (Action::Add, Some(At::Add(_))) | (Action::Copy, Some(At::Callback)) | (Action::Look, Some(At::Look)) => {
                binding.named("")
            }
            _ => *binding,
        };
        let pressed = |binding: Binding| if text { binding.without_letters() } else { Some(binding) };
        let bindings = keys::FORM.iter().filter(works).map(named).filter_map(pressed);
        bindings.chain(text.then_some(keys::SPACE)).collect()
    }

    pub(super) fn items(&self, shared: &Shared) -> Vec<Item> {
        form::items(shared, &self.way)
    }

    /// Where the cursor stands.
    pub(super) fn here(&self, shared: &Shared) -> Option<At> {
        form::standing(&self.items(shared), &self.way.spot())
    }

    /// The field that the cursor stands on.
    pub(super) fn field(&self, shared: &Shared) -> Option<Field> {
        match self.here(shared)? {
            At::Field(key) => shared.draft.field(&key),
            _ => None,
        }
    }

    pub(super) fn put(&mut self, at: Option<At>) {
        self.way.stand(Spot { at, ..self.way.spot() });
    }

    /// Does what a key means.
    pub(super) fn moved(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        // Whoever looks at a new row and goes back did not mean it; whoever does anything else keeps it.
        let looks =
            matches!(action, Action::Up | Action::Down | Action::First | Action::Last | Action::Enter | Action::Back);
        self.fresh = self.fresh.take().filter(|_| looks);
        match action {
            Action::Up => self.step(-1, shared),
            Action::Down => self.step(1, shared),
            Action::First => self.step(isize::MIN, shared),
            Action::Last => self.step(isize::MAX, shared),
            Action::Left => self.turn(false, shared),
            Action::Right => self.turn(true, shared),
            Action::Toggle => self.toggle(shared),
            Action::Unsay => self.forget(shared),
            Action::Undo => return self.take_back(shared),
            Action::Add | Action::Delete | Action::MoveUp | Action::MoveDown => {
                return self.change_rows(action, shared);
            }
            Action::Copy => return self.copy(shared),
            Action::Next | Action::PageDown => return self.go(self.way.next(&shared.draft), shared),
            Action::Previous | Action::PageUp => return self.go(self.way.previous(&shared.draft), shared),
            Action::Enter => return self.enter_here(shared),
            Action::Back => return self.back(shared),
            Action::Filter => self.find(shared),
            Action::Look => return vec![Turn::Wish(shared.look_at_target(false))],
            Action::Save => return save(shared),
            Action::Fit => return leave(shared, Turn::Go(Place::Fit, None)),
            Action::Review => return leave(shared, Turn::Go(Place::Review, None)),
            _ => {}
        }
        Vec::new()
    }

    fn step(&mut self, by: isize, shared: &Shared) {
        let items = self.items(shared);
        let here = form::standing(&items, &self.way.spot());
        self.put(form::beside(&items, here.as_ref(), by));
    }

    /// Goes to another stop; the answers are kept on the way.
    fn go(&mut self, number: Option<usize>, shared: &mut Shared) -> Vec<Turn> {
        let Some(number) = number else { return Vec::new() };
        self.way.go(number, &shared.draft);
        shared.keep_draft().into_iter().collect()
    }

    /// The choice beside, the number beside.
    fn turn(&mut self, forward: bool, shared: &mut Shared) {
        let Some(field) = self.field(shared) else { return };
        self.put(Some(At::Field(field.key.clone())));
        if let Some(next) = value::step(&field, forward) {
            // What does not fit beside the other answers stands below the field then.
            let _ = self.say(&field.key, &next, shared);
        }
    }

    fn toggle(&mut self, shared: &mut Shared) {
        if self.field(shared).is_some_and(|field| matches!(field.kind, Kind::Bool | Kind::Choice(_))) {
            self.turn(true, shared);
        }
    }

    pub(super) fn open_row(&mut self, table: String, row: usize) {
        self.way.stand(Spot { row: Some((table, row)), at: None });
    }

    /// Out of the row that is open; the cursor stands on it then.
    fn close_row(&mut self) -> bool {
        let Some((table, row)) = self.way.spot().row else { return false };
        self.fresh = None;
        self.way.stand(Spot { row: None, at: Some(At::Row(table, row)) });
        true
    }

    /// Out of the row, or of the questions. A row that was only just added, and in which nothing was said, goes again.
    fn back(&mut self, shared: &mut Shared) -> Vec<Turn> {
        if let Some((table, _)) = self.fresh.take().filter(|fresh| self.way.spot().row.as_ref() == Some(fresh)) {
            shared.draft.undo();
            self.way.stand(Spot { row: None, at: Some(At::Add(table)) });
            return vec![Turn::Say("the new row is gone again".to_owned())];
        }
        if self.close_row() { Vec::new() } else { leave(shared, Turn::Back) }
    }

    fn enter_here(&mut self, shared: &mut Shared) -> Vec<Turn> {
        match self.here(shared) {
            Some(At::Field(key)) => {
                // Where nobody put the cursor it stands on what is missing first: the answer must not move it before it goes on.
                self.put(Some(At::Field(key.clone())));
                self.open(&key, shared);
                Vec::new()
            }
            Some(At::Row(table, row)) => {
                self.open_row(table, row);
                Vec::new()
            }
            Some(At::Add(_)) => self.change_rows(Action::Add, shared),
            Some(At::Look) => vec![Turn::Wish(shared.look_at_target(target::asks(shared)))],
            Some(At::Callback) => self.copy(shared),
            Some(At::Problem(index)) => self.solve(index, shared),
            Some(At::GoOn) => self.go_on(shared),
            None => Vec::new(),
        }
    }

    /// The end of a form was reached.
    fn go_on(&mut self, shared: &mut Shared) -> Vec<Turn> {
        if self.close_row() {
            self.advance(shared);
            return Vec::new();
        }
        match self.way.stop(shared) {
            Stop::Section(_) => self.go_to_open(shared),
            Stop::Fit => {
                let mut turns = self.go(self.way.next(&shared.draft), shared);
                turns.push(Turn::Go(Place::Fit, None));
                turns
            }
            Stop::Review => self.solve(0, shared),
        }
    }

    /// Goes to the next stop, and there to what wants an answer, or to its end: who only presses Enter is asked for what is
    /// needed, and sees the rest.
    fn go_to_open(&mut self, shared: &mut Shared) -> Vec<Turn> {
        let turns = self.go(self.way.next(&shared.draft), shared);
        let items = self.items(shared);
        let at = items.iter().find(|item| item.open()).and_then(Item::at);
        self.way.stand(Spot { row: None, at: Some(at.unwrap_or(At::GoOn)) });
        turns
    }

    /// Goes to the answer behind something that is wrong; to the review if nothing is.
    fn solve(&mut self, index: usize, shared: &mut Shared) -> Vec<Turn> {
        let items = self.items(shared);
        let mut keys = items.iter().filter_map(|item| match item {
            Item::Problem { index: place, key, .. } if *place >= index => key.clone(),
            _ => None,
        });
        match keys.next() {
            Some(key) => {
                self.jump(&key, shared);
                Vec::new()
            }
            None => leave(shared, Turn::Go(Place::Review, None)),
        }
    }

    /// To the next line that matters.
    pub(super) fn advance(&mut self, shared: &Shared) {
        let items = self.items(shared);
        let here = form::standing(&items, &self.way.spot());
        self.put(form::after(&items, here.as_ref()).or(here));
    }

    /// To the line before.
    pub(super) fn retreat(&mut self, shared: &Shared) {
        self.step(-1, shared);
    }

    /// Selects the answer of a key: of a row's field in the row, of a table its first row, of a section its first answer. A key
    /// of no row in particular (`ray.pools[].memory`) leads to the row that it must be about, else to the first.
    pub(super) fn jump(&mut self, key: &str, shared: &Shared) {
        let draft = &shared.draft;
        let key = &draft.numbered(&with_row(key, shared));
        let Some((section, place)) = draft.seat(key) else { return };
        self.way.go(section, draft);
        self.fresh = None;
        let row = row_of(key).filter(|(table, row)| *row < draft.rows(table).len());
        let field = draft.fields(section).into_iter().nth(place);
        let at = match (&row, field) {
            (Some(_), _) => key.contains("].").then(|| At::Field(key.to_owned())),
            (None, Some(field)) if matches!(field.kind, Kind::Table(_)) => Some(At::Row(field.key, 0)),
            (None, field) => field.map(|field| At::Field(field.key)),
        };
        self.way.stand(Spot { row, at });
    }

    /// A list of all questions, to go to one.
    fn find(&mut self, shared: &Shared) {
        let draft = &shared.draft;
        let fields = (0..draft.sections().len()).flat_map(|section| draft.fields(section));
        let choice = |field: Field| Choice {
            value: field.title.to_owned(),
            words: format!("{}  ({})", field.help, field.key),
            marked: false,
            does: Does::Jump(field.key),
        };
        let choices = fields.filter(|field| field.relevant).map(choice).collect();
        self.mode = Mode::Picking(Picker::new("", "Find a question", choices).first().filtering());
    }

    /// Looks at the target again if it is another one than the last time.
    pub(super) fn look_if_another(&mut self, shared: &Shared) -> Option<Turn> {
        let said = target::said(shared);
        if self.looked.as_ref() == Some(&said) {
            return None;
        }
        self.looked = Some(said);
        Some(Turn::Wish(shared.look_at_target(false)))
    }
}

/// Table and row of `ray.pools[0].max`, or of `ray.pools[0]`.
pub(super) fn row_of(key: &str) -> Option<(String, usize)> {
    let (table, rest) = key.split_once('[')?;
    let (row, _) = rest.split_once(']')?;
    Some((table.to_owned(), row.parse().ok()?))
}

/// `ray.pools[].memory` with the number of a row: the one that does not fit, or the only one there is.
fn with_row(key: &str, shared: &Shared) -> String {
    let Some((table, field)) = key.split_once("[].") else { return key.to_owned() };
    let fit = shared.fit();
    let troubles = fit.verdicts.iter().filter(|verdict| verdict.standing != Fitness::Fits);
    let mut rows = troubles.filter_map(|verdict| row_of(verdict.key.as_deref()?)).filter(|(of, _)| of == table);
    let only = || (shared.draft.rows(table).len() == 1).then_some(0);
    match rows.next().map(|(_, row)| row).or_else(only) {
        Some(row) => format!("{table}[{row}].{field}"),
        None => table.to_owned(),
    }
}

pub(super) fn callback(items: &[Item]) -> Option<String> {
    items.iter().find_map(|item| match item {
        Item::Callback(url) => Some(url.clone()),
        _ => None,
    })
}

/// The answers are kept whenever somebody goes.
pub(super) fn leave(shared: &mut Shared, to: Turn) -> Vec<Turn> {
    shared.keep_draft().into_iter().chain([to]).collect()
}

fn save(shared: &mut Shared) -> Vec<Turn> {
    leave(shared, Turn::Say("the answers are kept".to_owned()))
}
