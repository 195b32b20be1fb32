//! An answer is being given: fields and lists are opened, and kept or left. Nothing is said until it is decided. Must not
//! draw; a typed secret goes to the shared secrets, and only its reference to the answers.
use secrecy::SecretString;
use serde_json::Value;

use super::{
    Mode, Questions,
    edit::Typing,
    picker::{Choice, Chosen, Does, Picker},
    secret::{self, Kept},
    target, value,
};
use crate::{
    answers::{
        draft::{Field, Offer, shown},
        question::Kind,
    },
    front::tui::{keys::Action, screen::Turn, shared::Shared},
};

/// What is wrong with what was typed so far. A secret itself is nobody's to judge.
pub fn wrong(typing: &Typing, shared: &Shared) -> Option<String> {
    if typing.hidden() || (typing.kept.is_some() && typing.text().is_empty()) {
        return None;
    }
    shared.draft.check(&typing.key, &said(typing)).err()
}

/// What would be said: of a secret its reference.
fn said(typing: &Typing) -> String {
    typing.kept.map_or("", Kept::scheme).to_owned() + typing.text()
}

impl Questions {
    /// Opens the answer of a field: a list where something can be chosen, else a text.
    pub(super) fn open(&mut self, key: &str, shared: &Shared) {
        let Some(field) = shared.draft.field(key) else { return };
        let offers = value::offers(&field, shared);
        self.mode = match field.kind {
            Kind::Secret => Mode::Picking(secrets(&field, shared)),
            Kind::List | Kind::Map if !offers.is_empty() => Mode::Picking(several(&field, &offers)),
            _ if !offers.is_empty() => Mode::Picking(one(&field, &offers)),
            _ => Mode::Typing(Typing::new(field.key.clone(), field.text(), None, Vec::new())),
        };
    }

    /// A key while a field takes letters.
    pub(super) fn typed(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        let Mode::Typing(typing) = &mut self.mode else { return Vec::new() };
        match action {
            Action::Up | Action::Down => {
                typing.offer(action == Action::Down);
                typing.error = wrong(typing, shared);
            }
            Action::Back => self.mode = Mode::Moving,
            Action::Enter | Action::Next if self.keep(shared) => self.advance(shared),
            Action::Previous if self.keep(shared) => self.retreat(shared),
            _ => {}
        }
        Vec::new()
    }

    /// Keeps what was typed, if it is allowed; else the field stays open and says what is.
    fn keep(&mut self, shared: &mut Shared) -> bool {
        let Mode::Typing(mut typing) = std::mem::take(&mut self.mode) else { return false };
        let kept = match typing.kept {
            _ if !typing.changed() => Ok(()),
            Some(_) if typing.text().is_empty() => Ok(()),
            Some(Kept::Typed) => self.keep_secret(&typing, shared),
            _ => self.say(&typing.key, &said(&typing), shared),
        };
        let Err(error) = kept else { return true };
        typing.error = Some(error);
        self.mode = Mode::Typing(typing);
        false
    }

    fn keep_secret(&mut self, typing: &Typing, shared: &mut Shared) -> Result<(), String> {
        let secret = SecretString::from(typing.text());
        let (label, secret) = shared.draft.say_secret(&typing.key, secret).map_err(|invalid| invalid.message)?;
        shared.secrets.insert(label, secret);
        self.changed(shared);
        Ok(())
    }

    /// A key while something is chosen from a list.
    pub(super) fn picked(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        let Mode::Picking(picker) = &mut self.mode else { return Vec::new() };
        let (key, chosen) = (picker.key.clone(), picker.act(action));
        match chosen {
            Chosen::Stay => {}
            Chosen::Leave => self.mode = Mode::Moving,
            Chosen::One(does) => return self.choose(&key, does, shared),
            Chosen::Many(values) => return self.choose_all(&key, values, shared),
        }
        Vec::new()
    }

    fn choose(&mut self, key: &str, does: Does, shared: &mut Shared) -> Vec<Turn> {
        self.mode = Mode::Moving;
        let field = shared.draft.field(key);
        let text = field.as_ref().map(Field::text).unwrap_or_default();
        match does {
            Does::Say(value) => return self.answer(key, &text, &value, shared),
            Does::Type => {
                let offers = field.map(|field| value::offers(&field, shared)).unwrap_or_default();
                let offers = offers.into_iter().map(|offer| offer.value).collect();
                self.mode = Mode::Typing(Typing::new(key.to_owned(), text, None, offers));
            }
            Does::Kept(kept) => {
                self.mode = Mode::Typing(Typing::new(key.to_owned(), kept.text(&text), Some(kept), Vec::new()));
            }
            Does::Jump(key) => self.jump(&key, shared),
        }
        Vec::new()
    }

    fn choose_all(&mut self, key: &str, values: Vec<String>, shared: &mut Shared) -> Vec<Turn> {
        self.mode = Mode::Moving;
        let Some(field) = shared.draft.field(key) else { return Vec::new() };
        let all = match field.kind {
            Kind::Map => {
                let pair = |value: String| {
                    let (name, value) = value.split_once('=').unwrap_or((&value, ""));
                    (name.to_owned(), Value::from(value))
                };
                Value::Object(values.into_iter().map(pair).collect())
            }
            _ => Value::from(values),
        };
        let before = shown(&field.value);
        self.answer(key, &before, &shown(&all), shared)
    }

    /// Says what was chosen, unless it is what counts anyway.
    fn answer(&mut self, key: &str, before: &str, after: &str, shared: &mut Shared) -> Vec<Turn> {
        let said = if before == after { Ok(()) } else { self.say(key, after, shared) };
        self.advance(shared);
        said.err().map(Turn::Say).into_iter().collect()
    }
}

fn choice(offer: &Offer) -> Choice {
    Choice {
        value: offer.value.clone(),
        words: offer.words.clone(),
        marked: false,
        does: Does::Say(offer.value.clone()),
    }
}

/// Something that is not in the list.
fn another(words: &str) -> Choice {
    Choice { value: "type it".to_owned(), words: words.to_owned(), marked: false, does: Does::Type }
}

/// One of what is offered, or another one where any text is allowed.
fn one(field: &Field, offers: &[Offer]) -> Picker {
    let mut choices: Vec<Choice> = offers.iter().map(choice).collect();
    if !matches!(field.kind, Kind::Choice(_) | Kind::Bool) {
        choices.push(another("another one than those that were found"));
    }
    Picker::new(&field.key, field.title, choices, &field.text())
}

/// Several of what is offered; what was said and is not offered stays among them.
fn several(field: &Field, offers: &[Offer]) -> Picker {
    let said = parts(&field.value);
    let mut choices: Vec<Choice> = offers.iter().map(choice).collect();
    let typed = said.iter().filter(|value| !offers.iter().any(|offer| offer.value == **value));
    choices.extend(typed.map(|value| choice(&Offer { value: value.clone(), words: "typed".to_owned() })));
    choices.iter_mut().for_each(|choice| choice.marked = said.contains(&choice.value));
    choices.push(another("all of them in one line"));
    Picker::new(&field.key, field.title, choices, "").many()
}

/// The parts of a list or map, each as a text.
fn parts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(shown).collect(),
        Value::Object(items) => items.iter().map(|(name, value)| format!("{name}={}", shown(value))).collect(),
        _ => Vec::new(),
    }
}

fn secrets(field: &Field, shared: &Shared) -> Picker {
    let picker = Picker::new(&field.key, field.title, secret::choices(target::kind(shared)), "");
    match Kept::of(&field.text()) {
        Some(kept) => picker.at_kept(kept),
        None => picker,
    }
}
