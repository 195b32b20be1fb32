//! An answer is being given: fields and lists are opened, and kept or left. Nothing is said until it is decided. Must not
//! draw; a typed secret goes to the shared secrets, and only its reference to the answers.
use serde_json::Value;
use tui_input::InputRequest;

use super::{
    Mode, Questions,
    edit::Typing,
    picker::{Choice, Chosen, Does, Picker},
    target, value,
    way::At,
};
use crate::{
    answers::{
        draft::{Field, Offer, shown},
        kept::{self, Kept},
        question::Kind,
    },
    front::{
        tui::{keys::Action, screen::Edit},
        wizard::{
            shared::Shared,
            turn::{Place, Turn},
        },
    },
};

/// What is wrong with what was typed so far. A secret itself is nobody's to judge.
pub fn wrong(typing: &Typing, shared: &Shared) -> Option<String> {
    if typing.hidden() || (typing.kept.is_some() && typing.text().is_empty()) {
        return None;
    }
    let wrong = shared.draft.check(&typing.key, &said(typing)).err()?;
    let elsewhere = typing.kept.filter(|kept| *kept != Kept::Typed).map(Kept::way);
    Some(elsewhere.map_or(wrong, |way| format!("expected {}, as in `{}{}`", way.wants, way.scheme, way.rest)))
}

/// What would be said: of a secret its reference, which may be typed whole.
fn said(typing: &Typing) -> String {
    let scheme = typing.kept.map_or("", |kept| kept.way().scheme);
    if typing.text().starts_with(scheme) { typing.text().to_owned() } else { scheme.to_owned() + typing.text() }
}

/// Whether something else was said of an answer than what counts, and could not be taken.
fn is_refused(key: &str, shared: &Shared) -> bool {
    shared.draft.field(key).is_some_and(|field| field.refused)
}

/// Whether letters begin an answer of this kind.
pub const fn takes_text(kind: Kind) -> bool {
    !matches!(kind, Kind::Choice(_) | Kind::Bool | Kind::Table(_))
}

impl Questions {
    /// Opens the answer of a field: a list where something can be chosen, else a text.
    pub(super) fn open(&mut self, key: &str, shared: &Shared) {
        let Some(field) = shared.draft.field(key) else { return };
        self.mode = match list(&field, shared) {
            Some(picker) => Mode::Picking(picker),
            None => Mode::Typing(Typing::new(field.key.clone(), field.text(), None, Vec::new())),
        };
    }

    /// Letters on a line that takes text begin its answer anew, as in a table of numbers; where something is offered they
    /// look for it. Elsewhere they do nothing, and a sentence says what does.
    pub(super) fn begun(&mut self, edit: &Edit, shared: &Shared) -> Vec<Turn> {
        let letters = match edit {
            Edit::Key(InputRequest::InsertChar(_)) | Edit::Paste(_) => true,
            Edit::Key(request) => *request == InputRequest::DeletePrevChar,
        };
        match self.field(shared).filter(|field| takes_text(field.kind)) {
            Some(field) if letters => self.begin_field(&field, edit, shared),
            None if letters => return vec![Turn::Say(self.no_text(shared).to_owned())],
            _ => {}
        }
        Vec::new()
    }

    fn begin_field(&mut self, field: &Field, edit: &Edit, shared: &Shared) {
        self.put(Some(At::Field(field.key.clone())));
        let secret = matches!(field.kind, Kind::Secret);
        let typing = |kept| Typing::new(field.key.clone(), field.text(), kept, value::values(field));
        self.mode = match (edit, list(field, shared)) {
            (Edit::Key(InputRequest::DeletePrevChar), _) if secret => return,
            (Edit::Key(InputRequest::DeletePrevChar), _) => Mode::Typing(typing(None)),
            _ if secret => Mode::Typing(Typing::new(field.key.clone(), String::new(), Some(Kept::Typed), Vec::new())),
            (Edit::Key(_), Some(picker)) => Mode::Picking(picker.filtering()),
            _ => Mode::Typing(typing(None).emptied()),
        };
        self.change(edit, shared);
    }

    /// What to do on a line that takes no text.
    fn no_text(&self, shared: &Shared) -> &'static str {
        match self.here(shared) {
            Some(At::Field(_)) => "Left and Right choose, Enter lists what there is",
            Some(At::Row(..)) => "Enter opens the row, ? lists what can be done",
            _ => "nothing is typed here: ? lists what can be done",
        }
    }

    /// Changes the text of the field, or of the filter, that is open.
    pub(super) fn change(&mut self, edit: &Edit, shared: &Shared) {
        match &mut self.mode {
            Mode::Moving => {}
            Mode::Typing(typing) => {
                typing.edit(edit);
                typing.error = wrong(typing, shared);
            }
            Mode::Picking(picker) => picker.edit(edit),
        }
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
            Action::Enter | Action::Next | Action::Previous | Action::Review => {
                return match self.keep(shared) {
                    Ok(()) => self.go_on_from_field(action, shared),
                    Err(_) => vec![Turn::Say("not kept: what is wrong stands below the field".to_owned())],
                };
            }
            _ => {}
        }
        Vec::new()
    }

    fn go_on_from_field(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        match action {
            Action::Previous => self.retreat(shared),
            Action::Review => return super::moving::leave(shared, Turn::Go(Place::Review, None)),
            _ => self.advance(shared),
        }
        Vec::new()
    }

    /// Keeps what was typed, if it is allowed; else the field stays open and says what is.
    fn keep(&mut self, shared: &mut Shared) -> Result<(), String> {
        let Mode::Typing(mut typing) = std::mem::take(&mut self.mode) else { return Ok(()) };
        let kept = match typing.kept {
            _ if !typing.changed() && !is_refused(&typing.key, shared) => Ok(()),
            Some(_) if typing.text().is_empty() => Ok(()),
            Some(Kept::Typed) => self.keep_secret(&typing, shared),
            _ => self.say(&typing.key, &said(&typing), shared),
        };
        kept.map_err(|error| {
            let error = wrong(&typing, shared).unwrap_or(error);
            typing.error = Some(error.clone());
            self.mode = Mode::Typing(typing);
            error
        })
    }

    fn keep_secret(&mut self, typing: &Typing, shared: &mut Shared) -> Result<(), String> {
        let (label, secret) = shared.draft.say_secret(&typing.key, typing.text()).map_err(|invalid| invalid.message)?;
        shared.secrets.insert(label, secret);
        self.changed(shared);
        Ok(())
    }

    /// A key while something is chosen from a list.
    pub(super) fn picked(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        let Mode::Picking(picker) = &mut self.mode else { return Vec::new() };
        match picker.act(action) {
            Chosen::Stay => Vec::new(),
            Chosen::Nothing => vec![Turn::Say("nothing is selected yet: Up and Down go to one".to_owned())],
            Chosen::Leave => {
                self.mode = Mode::Moving;
                Vec::new()
            }
            Chosen::One(does) => {
                let (key, letters) = (picker.key.clone(), picker.letters().to_owned());
                self.choose(&key, does, &letters, shared)
            }
            Chosen::Many(values) => {
                let key = picker.key.clone();
                self.choose_all(&key, values, shared)
            }
        }
    }

    /// `letters`: what the list was filtered by.
    fn choose(&mut self, key: &str, does: Does, letters: &str, shared: &mut Shared) -> Vec<Turn> {
        self.mode = Mode::Moving;
        let field = shared.draft.field(key);
        let text = field.as_ref().map(Field::text).unwrap_or_default();
        match does {
            Does::Say(value) => return self.answer(key, &text, &value, shared),
            Does::Type => {
                let offers = field.as_ref().map(value::values).unwrap_or_default();
                self.mode = Mode::Typing(Typing::new(key.to_owned(), text, None, offers));
                if !letters.is_empty() {
                    self.change(&Edit::Key(InputRequest::DeleteLine), shared);
                    self.change(&Edit::Paste(letters.to_owned()), shared);
                }
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

    /// Says what was chosen, unless it is what counts anyway and nobody said anything else.
    fn answer(&mut self, key: &str, before: &str, after: &str, shared: &mut Shared) -> Vec<Turn> {
        let counts = before == after && !is_refused(key, shared);
        let said = if counts { Ok(()) } else { self.say(key, after, shared) };
        self.advance(shared);
        said.err().map(Turn::Say).into_iter().collect()
    }
}

/// The list that the answer of a field is chosen from, where there is one.
fn list(field: &Field, shared: &Shared) -> Option<Picker> {
    match field.kind {
        Kind::Secret => Some(secrets(field, shared)),
        _ if field.offers.is_empty() => None,
        Kind::List | Kind::Map => Some(several(field)),
        _ => Some(one(field)),
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

/// One of what is offered, or another one where any text is allowed. Without an answer the cursor stands at what is suggested,
/// or nowhere: nothing looks as if it were chosen.
fn one(field: &Field) -> Picker {
    let mut choices: Vec<Choice> = field.offers.iter().map(choice).collect();
    if takes_text(field.kind) {
        choices.push(another("another one than those that were found"));
    }
    let text = field.text();
    let at = if text.is_empty() { field.suggested.unwrap_or_default() } else { &text };
    Picker::new(&field.key, field.title, choices).at(&Does::Say(at.to_owned())).now(
        match value::words(field).as_str() {
            "" => value::absent(field),
            words => words.to_owned(),
        },
    )
}

/// Several of what is offered; what was said and is not offered stays among them.
fn several(field: &Field) -> Picker {
    let said = parts(&field.value);
    let mut choices: Vec<Choice> = field.offers.iter().map(choice).collect();
    let typed = said.iter().filter(|value| !field.offers.iter().any(|offer| offer.value == **value));
    choices.extend(typed.map(|value| choice(&Offer { value: value.clone(), words: "typed".to_owned() })));
    choices.iter_mut().for_each(|choice| choice.marked = said.contains(&choice.value));
    choices.push(another("all of them in one line"));
    Picker::new(&field.key, field.title, choices).first().many()
}

/// The parts of a list or map, each as a text.
fn parts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(shown).collect(),
        Value::Object(items) => items.iter().map(|(name, value)| format!("{name}={}", shown(value))).collect(),
        _ => Vec::new(),
    }
}

/// The ways to give a secret.
fn secrets(field: &Field, shared: &Shared) -> Picker {
    let choice = |way: &kept::Way| Choice {
        value: way.name.to_owned(),
        words: way.words.to_owned(),
        marked: false,
        does: Does::Kept(way.kept),
    };
    let choices = kept::ways(target::kind(shared)).map(choice).collect();
    let kept = Kept::of(&field.text()).unwrap_or(Kept::Typed);
    Picker::new(&field.key, field.title, choices).first().at(&Does::Kept(kept))
}
