//! One question: told with what is known about it, and asked until the answer is taken. Numbers stand for what is listed.
//! Must not know sections.
use secrecy::ExposeSecret;

use super::{
    Reply, Way, Wizard,
    menu::{meant, one_line},
};
use crate::{
    answers::{
        draft::{Field, Offer},
        kept::{self, Kept},
        layers::Origin,
        question::Kind,
        questions,
        tree::TargetKind,
    },
    front::plain::ask::Secret,
    health::text,
    problem::Problem,
};

/// How many offers are listed unless more are asked for.
const LISTED: usize = 20;

/// A field in a line: title, value, who said it.
pub(super) fn answer(field: &Field) -> String {
    let origin = match &field.origin {
        Origin::Default => String::new(),
        origin => format!(" ({origin})"),
    };
    format!("{}: {}{origin}", field.title, value(field))
}

fn value(field: &Field) -> String {
    match (field.text(), field.kind) {
        (text, _) if text.is_empty() && field.required => "not said".to_owned(),
        (text, _) if text.is_empty() && field.value.is_null() => field.unsaid.clone(),
        (text, _) if text.is_empty() => "none".to_owned(),
        (_, Kind::Table(_)) => match field.value.as_array().map_or(0, Vec::len) {
            1 => "1 row".to_owned(),
            rows => format!("{rows} rows"),
        },
        (text, Kind::Bool) => field.offers.iter().find(|offer| offer.value == text).map_or(text, named),
        // References to secrets are no secrets, and are shown as they are.
        (shown, _) => one_line(&shown),
    }
}

/// What a yes or a no is called.
fn named(offer: &Offer) -> String {
    offer.words.clone()
}

/// How a secret can be given on a target.
fn ways(on: TargetKind) -> String {
    let typed = Kept::Typed.way();
    let references = kept::ways(on).filter(|way| way.kept != Kept::Typed);
    let references: Vec<String> = references.map(|way| format!("{}{}", way.scheme, way.rest)).collect();
    format!("  1) {}: {}\n  or say where it is: {}", typed.name, typed.words, references.join(", "))
}

/// What becomes of a reply.
enum Taken {
    Done,
    Again,
}

impl Wizard<'_> {
    /// Asks for the answer of a key.
    pub(super) fn question(&mut self, key: &str) -> Result<Way, Problem> {
        let Some(field) = self.shared.draft.field(key) else { return Ok(Way::Next) };
        self.describe(&field);
        let before = self.shared.draft.revision().clone();
        let way = match field.kind {
            Kind::Table(_) => self.table(&field),
            _ => self.answer(&field),
        };
        // After each answer: whatever ends the program, it was not in vain.
        if *self.shared.draft.revision() != before {
            self.shared.unsaved = true;
            self.keep();
        }
        way
    }

    fn describe(&mut self, field: &Field) {
        self.tell(&format!("\n{} ({})\n  {}", field.title, field.key, field.help));
        self.list(field, "");
        if let Kind::Secret = field.kind {
            self.tell(&ways(questions::target(&self.shared.draft.layers().merged())));
        }
        if let Kind::List | Kind::Map = field.kind {
            let each = if let Kind::Map = field.kind { "name=text" } else { "a word or a number above" };
            let none = if field.refused { "`-`" } else { "an empty line" };
            self.tell(&format!("  several are parted by commas, each {each}; {none}: none"));
        }
        let now = value(field);
        self.tell(&if field.origin == Origin::Default {
            format!("  now: {now}")
        } else {
            format!("  now: {now}, {}", field.origin)
        });
        if let Some(problem) = &field.problem {
            self.wrong(problem);
        }
    }

    /// Lists what is offered and holds some letters.
    fn list(&mut self, field: &Field, letters: &str) {
        let listed = |offer: &Offer| match field.kind {
            Kind::Bool => named(offer),
            _ if offer.words.is_empty() => offer.value.clone(),
            _ => format!("{}: {}", offer.value, offer.words),
        };
        let letters = letters.to_lowercase();
        let holds = |offer: &str| offer.to_lowercase().contains(&letters);
        let found = field.offers.iter().map(listed).enumerate().filter(|(_, offer)| holds(offer));
        let found: Vec<(usize, String)> = found.collect();
        for (index, offer) in found.iter().take(LISTED) {
            // Names of a cluster could hold anything.
            self.tell(&format!("  {}) {}", index + 1, text::line(offer)));
        }
        self.tell_more(found.len().saturating_sub(LISTED));
    }

    fn answer(&mut self, field: &Field) -> Result<Way, Problem> {
        let chosen = matches!(field.kind, Kind::Choice(_) | Kind::Bool);
        let (question, initial) = match field.kind {
            Kind::Choice(_) | Kind::Bool => ("Number or name:".to_owned(), String::new()),
            Kind::Secret => ("1, or where it is:".to_owned(), String::new()),
            // What is long is changed, what is short is said anew: a number stands for what is listed.
            // What was refused is said anew in any case: the same as counts meanwhile, or nothing.
            Kind::List | Kind::Map if !field.refused => (format!("{}:", field.title), field.text()),
            _ => (format!("{}:", field.title), String::new()),
        };
        loop {
            let text = match self.asker.line(&question, &initial)? {
                Reply::Text(text) => text,
                Reply::Back => return Ok(Way::Back),
                Reply::Leave => return Ok(Way::Leave),
            };
            let taken = match text.trim() {
                _ if text == initial => self.kept(field),
                "=" => self.taken_back(field),
                "-" if !chosen => self.say(field, ""),
                help if help.starts_with('?') => self.explain(field, help.trim_start_matches('?').trim()),
                "1" if matches!(field.kind, Kind::Secret) => self.typed(field)?,
                reply if chosen => self.choose(field, reply),
                _ => self.say(field, &numbers_as_offers(field, &text)),
            };
            if let Taken::Done = taken {
                return Ok(Way::Next);
            }
        }
    }

    fn kept(&mut self, field: &Field) -> Taken {
        if field.refused || (field.required && field.text().is_empty()) {
            self.tell("  left open for now");
        }
        Taken::Done
    }

    fn taken_back(&mut self, field: &Field) -> Taken {
        self.shared.secrets.remove(&field.key);
        self.shared.draft.unsay(&field.key);
        self.told_anew(&field.key)
    }

    fn explain(&mut self, field: &Field, letters: &str) -> Taken {
        if letters.is_empty() {
            self.tell(&format!("  {}. {}", field.help, field.doc));
            self.tell(super::HELP);
        } else {
            self.list(field, letters);
        }
        Taken::Again
    }

    fn choose(&mut self, field: &Field, reply: &str) -> Taken {
        let names: Vec<[String; 2]> =
            field.offers.iter().map(|offer| [offer.value.clone(), offer.words.clone()]).collect();
        let Some(offer) = meant(&names, reply).and_then(|at| field.offers.get(at)) else {
            self.wrong(&format!("type a number from 1 to {}, or a name", field.offers.len()));
            return Taken::Again;
        };
        self.say(field, &offer.value)
    }

    fn typed(&mut self, field: &Field) -> Result<Taken, Problem> {
        let value = match self.asker.secret(field.title, &field.key)? {
            Secret::Typed(value) => value,
            Secret::Back | Secret::Interrupted => return Ok(Taken::Again),
        };
        match self.shared.draft.say_secret(&field.key, value.expose_secret()) {
            Ok((label, value)) => {
                self.shared.secrets.insert(label, value);
                self.tell(&format!("  {}: typed", field.title));
                Ok(Taken::Done)
            }
            Err(invalid) => {
                self.wrong(&invalid.message);
                Ok(Taken::Again)
            }
        }
    }

    fn say(&mut self, field: &Field, text: &str) -> Taken {
        if let Err(wrong) = self.shared.draft.check(&field.key, text) {
            self.wrong(&text::line(&wrong));
            return Taken::Again;
        }
        match self.shared.draft.say(&field.key, text) {
            Ok(()) => {
                // What was typed before is not what counts now.
                self.shared.secrets.remove(&field.key);
                self.told_anew(&field.key)
            }
            Err(invalid) => {
                self.wrong(&invalid.message);
                Taken::Again
            }
        }
    }

    /// The change in a line, and what is wrong with it together with other answers.
    fn told_anew(&mut self, key: &str) -> Taken {
        if let Some(field) = self.shared.draft.field(key) {
            self.tell(&format!("  {}", answer(&field)));
            field.problem.iter().for_each(|problem| self.wrong(problem));
        }
        Taken::Done
    }
}

/// Numbers stand for what is listed: one where one text is wanted, several where several are. A name that is a number wins.
fn numbers_as_offers(field: &Field, text: &str) -> String {
    let one = |word: &str| {
        let named = field.offers.iter().any(|offer| offer.value == word.trim());
        let number = word.trim().parse::<usize>().ok().filter(|_| !named);
        number.and_then(|number| field.offers.get(number.checked_sub(1)?)).map(|offer| offer.value.clone())
    };
    match field.kind {
        Kind::List | Kind::Map if !text.starts_with(['[', '{']) => {
            text.split(',').map(|word| one(word).unwrap_or_else(|| word.to_owned())).collect::<Vec<_>>().join(",")
        }
        _ => one(text).unwrap_or_else(|| text.to_owned()),
    }
}
