//! `Draft`: answers that a person is editing. What the full-screen wizard and the plain one have in common: what each field
//! says and who said it, what is wrong, what is offered, and what is left to do.
//! Must not know how a field is shown, nor keys; facts come in as an argument.
//!
//! Who said what is kept by [`Layers`] alone; everything else here follows from them and from the facts, and is found out
//! once after each change, so that it can be asked for at every frame.
mod field;
mod history;
mod refused;
mod review;
mod revision;
mod rows;
mod settled;

#[cfg(test)]
mod tests;

use secrecy::SecretString;
use serde_json::Value;

use self::{
    field::Offered,
    history::{History, State},
    refused::Refused,
    settled::Settled,
};
pub use self::{
    field::{Field, Row, SectionStanding},
    revision::Revision,
    rows::NEW_ROW,
};
use super::{
    edit,
    facts::Facts,
    invalid::Invalid,
    layers::{Layers, table_of},
    questions::{self, SECTIONS, Section},
    resolve, secret,
    spec::Spec,
};

pub use super::question::Offer;

/// Answers that are being edited.
#[derive(Debug, Clone)]
pub struct Draft {
    layers: Layers,
    facts: Facts,
    offered: Offered,
    settled: Settled,
    /// What was said and could not be taken; until the person says it, nothing else may count in its place.
    refused: Refused,
    revision: Revision,
    history: History,
}

impl Draft {
    /// Answers to begin with, and nothing known of the target.
    pub fn new(layers: Layers) -> Self {
        let facts = Facts::default();
        let offered = Offered::of(&facts);
        let (refused, revision, history) = (Refused::default(), Revision::default(), History::default());
        let settled = Settled::of(&layers, &facts, &offered, &refused);
        Self { layers, facts, offered, settled, refused, revision, history }
    }

    /// What somebody said of these answers and could not be taken, by key: it is wrong until the person says it. What is about
    /// no question stays out of it.
    pub fn refuse(&mut self, refused: impl IntoIterator<Item = Invalid>) {
        self.refused = Refused::new(refused, &self.layers);
        self.settle();
    }

    /// The answers with who said them.
    pub const fn layers(&self) -> &Layers {
        &self.layers
    }

    /// What is known of the target.
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The target was looked at: what it answers is laid under what anybody said, in place of what an earlier look answered.
    pub fn learn(&mut self, facts: Facts) {
        // What a cluster calls its things may be no answer; nothing is detected of that.
        let _ = self.layers.learn(&facts);
        self.offered = Offered::of(&facts);
        self.facts = facts;
        self.settle();
    }

    /// Says an answer as text, as after `--set KEY=`; an empty text takes back what lower layers say. The error says what is
    /// allowed, and nothing changes.
    pub fn say(&mut self, key: &str, text: &str) -> Result<(), Invalid> {
        let before = self.state();
        self.layers.say(key, text)?;
        self.history.said(key, before);
        self.refused.said(&self.numbered(key));
        let lower = self.layers.of(|origin| *origin != super::layers::Origin::Typed).merged();
        let nothing = |key: &str| questions::find(key).is_some_and(|question| (question.at.get)(&lower).is_null());
        if text.is_empty() && nothing(key) {
            self.layers.unsay(key);
        }
        self.settle();
        Ok(())
    }

    /// What is wrong with a text that is being typed, saying what is allowed: exactly what [`Draft::say`] would refuse.
    /// Impossible combinations are found when it is said.
    pub fn check(&self, key: &str, text: &str) -> Result<(), String> {
        edit::check(&self.layers.merged(), key, text)
    }

    /// Says that a secret was typed, and is asked for where it is not known any more. Gives back the label of the reference
    /// with the value, for whoever keeps typed secrets until the target has them: no layer ever holds it.
    pub fn say_secret(&mut self, key: &str, typed: &str) -> Result<(String, SecretString), Invalid> {
        let value = secret::typed(typed).ok_or_else(|| {
            Invalid::at(key, "is empty: type or paste the secret").hint("or refer to it as `env:NAME`")
        })?;
        self.say(key, &format!("ask:{key}"))?;
        Ok((key.to_owned(), value))
    }

    /// Takes back what the person typed, so that preset, look or default count again. Of a row's field, the one that lower
    /// layers say for the row of that name.
    pub fn unsay(&mut self, key: &str) {
        self.history.changed(key, self.state());
        match edit::row_of(key) {
            Some((table, index, field)) => self.unsay_field(table, index, field),
            None => self.layers.unsay(key),
        }
        self.refused.unsaid(key, &self.layers);
        self.settle();
    }

    /// Whether there is a change to take back.
    pub const fn can_undo(&self) -> bool {
        !self.history.is_empty()
    }

    /// Takes the last change back, and each further time the one before; what was found out about the target stays. Gives back
    /// what was changed: a key, or a row such as `ray.pools[1]`.
    pub fn undo(&mut self) -> Option<String> {
        let (key, before) = self.history.pop()?;
        (self.layers, self.refused) = before;
        let facts = self.facts.clone();
        self.learn(facts);
        Some(key)
    }

    /// The complete spec, or everything that is wrong.
    pub const fn resolved(&self) -> &Result<Spec, Vec<Invalid>> {
        &self.settled.resolved
    }

    /// What the answers say so far, whatever is missing or wrong: for a picture, never for a plan.
    pub fn sketched(&self) -> Spec {
        resolve::sketch(&self.layers.merged(), &self.facts)
    }

    /// Whether the person typed anything that lower layers do not say anyway.
    pub fn is_changed(&self) -> bool {
        self.layers.of(|origin| *origin != super::layers::Origin::Typed).merged() != self.layers.merged()
    }

    /// Which state this is: another one after each change.
    pub const fn revision(&self) -> &Revision {
        &self.revision
    }

    /// All sections.
    pub const fn sections(&self) -> &'static [Section] {
        SECTIONS
    }

    /// All questions of a section in their order, also those that do not matter now; not those that have no meaning on the
    /// target.
    pub fn fields(&self, section: usize) -> Vec<Field> {
        self.settled.sections.get(section).cloned().unwrap_or_default()
    }

    /// One field by its key, also of a row: `ray.pools[0].max`.
    pub fn field(&self, key: &str) -> Option<Field> {
        let field = match edit::row_of(key) {
            Some((table, index, _)) => {
                let row = self.settled.tables.get(table)?.get(index)?;
                row.fields.iter().find(|field| field.key == key)
            }
            None => self.settled.sections.iter().flatten().find(|field| field.key == key),
        };
        field.cloned()
    }

    /// The rows of a table; where nobody said any, the default ones.
    pub fn rows(&self, table: &str) -> Vec<Row> {
        self.settled.tables.get(table).cloned().unwrap_or_default()
    }

    /// A key that names its row, as `ray.pools[big].max`, with the row's number: `ray.pools[1].max`; any other as it is.
    pub fn numbered(&self, key: &str) -> String {
        let number = || {
            let (table, rest) = key.split_once('[')?;
            let (name, column) = rest.split_once(']')?;
            let named = |row: &Row| row.field("name").is_some_and(|field| field.text() == name);
            Some(format!("{table}[{}]{column}", self.rows(table).iter().position(named)?))
        };
        number().unwrap_or_else(|| key.to_owned())
    }

    /// Section of a key, and its place among [`Draft::fields`]; of a row's key, that of its table; of a section's key, that of
    /// its first question that matters.
    pub fn seat(&self, key: &str) -> Option<(usize, usize)> {
        let (table, inside) = (table_of(key), format!("{key}."));
        let seat = |wanted: &dyn Fn(&Field) -> bool| {
            let mut sections = self.settled.sections.iter().enumerate();
            sections.find_map(|(section, fields)| Some((section, fields.iter().position(wanted)?)))
        };
        let first = |relevant: bool| seat(&|field| field.key.starts_with(&inside) && (field.relevant || !relevant));
        seat(&|field| field.key == table).or_else(|| first(true)).or_else(|| first(false))
    }

    /// Where a section stands.
    pub fn standing(&self, section: usize) -> SectionStanding {
        let fields = self.settled.sections.get(section).map(Vec::as_slice).unwrap_or_default();
        match self.wrong_in(section).count() {
            0 if fields.iter().any(|field| field.relevant) => SectionStanding::Done,
            0 => SectionStanding::NotRelevant,
            wrong => SectionStanding::Attention(wrong),
        }
    }

    /// Everything that is missing or wrong, with file and line where a preset says it.
    pub fn problems(&self) -> Vec<Invalid> {
        self.wrong().cloned().collect()
    }

    /// Key of the first answer of a section that is missing or wrong.
    pub fn first_problem(&self, section: usize) -> Option<String> {
        let seated = self.wrong_in(section).filter_map(|key| Some((self.seat(key)?, key)));
        seated.min_by_key(|(seat, _)| *seat).map(|(_, key)| key.to_owned())
    }

    fn wrong(&self) -> impl Iterator<Item = &Invalid> {
        self.settled.resolved.as_ref().err().into_iter().flatten()
    }

    fn wrong_in(&self, section: usize) -> impl Iterator<Item = &str> {
        let keys = self.wrong().filter_map(|wrong| wrong.key.as_deref());
        keys.filter(move |key| self.seat(key).is_some_and(|(at, _)| at == section))
    }

    fn state(&self) -> State {
        (self.layers.clone(), self.refused.clone())
    }

    fn settle(&mut self) {
        self.settled = Settled::of(&self.layers, &self.facts, &self.offered, &self.refused);
        self.revision = Revision::default();
    }
}

/// A value as it is put into a text field: saying this text says the value.
pub fn shown(value: &Value) -> String {
    super::explain::shown(value)
}
