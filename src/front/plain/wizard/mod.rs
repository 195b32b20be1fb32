//! The plain wizard: the same questions as on the screens, one after the other, in lines – for screen readers, small and simple
//! terminals. It edits a [`Draft`]; every list is numbered, every change is one line, nothing is drawn.
//! Must not know files, clusters or the environment: what needs the world is asked of a [`Host`].
//!
//! ```text
//! 2 of 9  Login: who may come in, and who vouches for them
//!
//! Who may log in (login.allow)
//!   without a rule nobody but admins may: choose one
//!   1) all: everybody the provider knows
//!   2) users: the people listed in `login.users`
//!   now: all, preset github
//! Number or name:
//! ```
mod asker;
mod question;
mod review;
mod table;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use self::asker::Looks;
use self::{
    asker::{Asker, Reply, Terminal},
    review::Choice,
};
use super::ask::is_terminal;
use crate::{
    answers::{
        draft::{Draft, Field, SectionStanding},
        facts::Facts,
        layers::Layers,
        questions::SECTIONS,
    },
    front::message,
    problem::{Explain, Problem},
    run::asked::Typed,
};

/// What the wizard asks of the world.
pub trait Host {
    /// Looks at the target of the answers. A credential plugin may ask the person.
    fn look(&mut self, layers: &Layers) -> Result<Facts, Problem>;
    /// Keeps the answers for the next time.
    fn keep(&mut self, layers: &Layers) -> Result<(), Problem>;
    /// Saves the answers as a preset, under a name or path; gives back where.
    fn save(&mut self, name: &str, title: &str, layers: &Layers) -> Result<PathBuf, Problem>;
}

/// How it ended.
#[derive(Debug)]
pub enum Ended {
    /// The answers are complete and are to be installed, with the secrets that were typed for it.
    Install {
        /// The answers.
        layers: Box<Layers>,
        /// Typed secrets, by label.
        secrets: Typed,
    },
    /// The answers were saved as a preset.
    Saved(PathBuf),
    /// The person left; the answers are kept.
    Left,
}

/// Asks until the answers are complete, or the person leaves. Where nobody can be asked it names at once what is missing.
pub fn run(draft: Draft, looks: Looks, host: &mut dyn Host) -> Result<Ended, Vec<Problem>> {
    if !is_terminal() {
        return Err(missing(&draft));
    }
    let mut terminal = Terminal::new(looks);
    if looks.dumb {
        terminal.tell("On this terminal `<` is Esc, and `-` an empty line.");
    }
    Wizard::new(draft, &mut terminal, host).run().map_err(|problem| vec![problem])
}

/// Nobody can be asked: everything that is missing or wrong, with the flag that says it.
pub fn missing(draft: &Draft) -> Vec<Problem> {
    let nobody = Problem::new("no-terminal", "there is no terminal, so nobody can be asked")
        .hint("say everything in presets, `HUBWRIGHT_…` variables or `--set`, then `hubwright install --yes`");
    std::iter::once(nobody).chain(draft.problems().iter().map(Explain::explain)).collect()
}

/// Where it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Next,
    Back,
    Leave,
}

/// The wizard while it runs.
struct Wizard<'w> {
    draft: Draft,
    secrets: Typed,
    /// What was looked at last: kind, context and name of the target.
    looked: Option<Vec<String>>,
    asker: &'w mut dyn Asker,
    host: &'w mut dyn Host,
}

const HELP: &str = "Enter keeps what is said now. `?` explains, `? letters` lists what can be chosen and holds them. `=` takes \
                    back what you typed. Esc goes back. Ctrl-C leaves; the answers are kept.";

impl<'w> Wizard<'w> {
    fn new(draft: Draft, asker: &'w mut dyn Asker, host: &'w mut dyn Host) -> Self {
        Self { draft, secrets: Typed::new(), looked: None, asker, host }
    }

    fn run(&mut self) -> Result<Ended, Problem> {
        self.tell(HELP);
        let (mut at, mut forward) = (0, true);
        loop {
            if at >= SECTIONS.len() {
                match self.review()? {
                    Choice::Section(section) => {
                        if self.questions(section, false)? == Way::Leave {
                            return Ok(self.leave());
                        }
                        self.keep();
                        if section == 0 {
                            self.look()?;
                        }
                    }
                    Choice::Back => (at, forward) = (SECTIONS.len() - 1, false),
                    Choice::End(ended) => return Ok(ended),
                }
                continue;
            }
            let way = match (self.is_asked(at), forward) {
                (true, _) => self.section(at, !forward)?,
                (false, true) => Way::Next,
                (false, false) => Way::Back,
            };
            // Before the first section there is nothing: it begins again.
            forward = way == Way::Next || at == 0;
            match way {
                Way::Next => at += 1,
                Way::Back => at = at.saturating_sub(1),
                Way::Leave => return Ok(self.leave()),
            }
        }
    }

    fn leave(&mut self) -> Ended {
        self.keep();
        Ended::Left
    }

    /// What cannot be kept is no reason to stop: the person is told.
    fn keep(&mut self) {
        if let Err(problem) = self.host.keep(self.draft.layers()) {
            self.tell(&message::warning(&problem));
        }
    }

    fn is_asked(&self, section: usize) -> bool {
        self.draft.standing(section) != SectionStanding::NotRelevant
    }

    /// One section: where nothing is missing its answers are shown, and asked for only if the person wants to change them.
    /// `back`: the person comes from behind it.
    fn section(&mut self, section: usize, back: bool) -> Result<Way, Problem> {
        let all: Vec<usize> = (0..SECTIONS.len()).filter(|index| self.is_asked(*index)).collect();
        let place = all.iter().position(|index| *index == section).map_or(0, |place| place + 1);
        let (title, about) = SECTIONS.get(section).map_or(("", ""), |section| (section.title, section.about));
        self.tell(&format!("\n{place} of {}  {title}: {about}", all.len()));
        let way = if section > 0 && self.draft.standing(section) == SectionStanding::Done {
            self.kept_or_changed(section)?
        } else {
            self.questions(section, back)?
        };
        if way == Way::Next {
            self.keep();
            if section == 0 {
                self.look()?;
            }
        }
        Ok(way)
    }

    fn kept_or_changed(&mut self, section: usize) -> Result<Way, Problem> {
        for field in self.relevant(section) {
            self.tell(&format!("  {}", question::answer(&field)));
        }
        loop {
            self.tell("  1) keep these answers\n  2) change them");
            match self.asker.line("Number (Enter: 1):", "")? {
                Reply::Text(text) => match text.trim() {
                    "" | "1" => return Ok(Way::Next),
                    "2" => match self.questions(section, false)? {
                        Way::Back => {}
                        way => return Ok(way),
                    },
                    "?" => self.tell(HELP),
                    _ => self.wrong("type 1 or 2"),
                },
                Reply::Back => return Ok(Way::Back),
                Reply::Leave => return Ok(Way::Leave),
            }
        }
    }

    fn relevant(&self, section: usize) -> Vec<Field> {
        self.draft.fields(section).into_iter().filter(|field| field.relevant).collect()
    }

    /// The questions of a section that matter; which do may change with each answer.
    fn questions(&mut self, section: usize, back: bool) -> Result<Way, Problem> {
        let list = |draft: &Draft| {
            let fields = draft.fields(section).into_iter().filter(|field| field.relevant);
            fields.map(|field| field.key).collect()
        };
        let first = if back { self.relevant(section).len().saturating_sub(1) } else { 0 };
        self.walk(&list, first)
    }

    /// Asks for keys one after the other, back and forth, from one of them on.
    fn walk(&mut self, list: &dyn Fn(&Draft) -> Vec<String>, first: usize) -> Result<Way, Problem> {
        let mut at = first;
        loop {
            let keys = list(&self.draft);
            let Some(key) = keys.get(at) else { return Ok(Way::Next) };
            match self.question(key)? {
                // A question before this one cannot have come or gone by this answer, but the list may be shorter.
                Way::Next => at = list(&self.draft).iter().position(|other| other == key).map_or(at, |at| at + 1),
                Way::Back if at == 0 => return Ok(Way::Back),
                Way::Back => at -= 1,
                Way::Leave => return Ok(Way::Leave),
            }
        }
    }

    /// Looks at the target, unless that very one was looked at already.
    fn look(&mut self) -> Result<(), Problem> {
        let said = |key: &str| self.draft.field(key).map(|field| field.text()).unwrap_or_default();
        let target: Vec<String> = ["target.kind", "target.context", "target.namespace"].map(said).into();
        if self.looked.as_ref() == Some(&target) {
            return Ok(());
        }
        loop {
            self.tell("looking at the target");
            match self.host.look(self.draft.layers()) {
                Ok(facts) => {
                    self.draft.learn(facts);
                    self.looked = Some(target);
                    self.tell_fit();
                    return Ok(());
                }
                Err(problem) => self.tell(&message::error(&problem)),
            }
            self.tell("  1) go on without having looked\n  2) look again");
            match self.asker.line("Number (Enter: 1):", "")? {
                Reply::Text(text) if text.trim() == "2" => {}
                _ => return Ok(()),
            }
        }
    }

    fn tell(&mut self, text: &str) {
        self.asker.tell(text);
    }

    fn wrong(&mut self, text: &str) {
        self.asker.tell(&format!("  ! {text}"));
    }
}
