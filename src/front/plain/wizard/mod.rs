//! The plain wizard: all that the screens can do, one thing after the other, in lines – for screen readers, small and simple
//! terminals. It knows what the screens know ([`Shared`]), and asks the same [`Wish`]es of the world, through a [`Host`]; every
//! list is numbered, every change is one line, nothing is drawn. Must not know files, clusters or the environment.
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
mod beginning;
mod ended;
mod menu;
mod question;
mod reading;
mod review;
mod table;
mod views;
mod working;

#[cfg(test)]
mod tests;

use std::path::Path;

use jiff::Timestamp;

pub use self::asker::Looks;
use self::{
    asker::{Asker, Reply, Terminal},
    menu::{Line, Picked},
};
use crate::{
    answers::{
        draft::{Draft, Field, Revision, SectionStanding},
        questions::SECTIONS,
    },
    front::{
        message,
        wizard::{
            shared::Shared,
            turn::{Overlay, Turn},
            welcome::words::INTRODUCTION,
            wish::{News, Source, Wish},
        },
    },
    plan::diff::Diff,
    problem::{Exit, Problem},
};

/// Grants wishes to somebody who waits for them.
pub trait Host {
    /// Grants a wish, and gives back what came of it. Work that takes its time is only begun: [`Host::next`] tells of it.
    fn grant(&mut self, wish: Wish) -> Option<News>;
    /// Waits for what comes next of the work that goes on; its events were shown as lines before they are given back.
    fn next(&mut self) -> Heard;
    /// How a deployment is, in words.
    fn status(&mut self, folder: &Path) -> Result<String, Vec<Problem>>;
}

/// What is heard while something goes on.
#[derive(Debug)]
pub enum Heard {
    /// Something happened.
    News(News),
    /// The person pressed Ctrl-C, at that time; no more lines are shown until [`Host::next`] is called again.
    Interrupted(Timestamp),
}

/// Asks and tells until the person leaves. `first`: what is opened at once.
pub fn run(shared: Shared, first: Option<Source>, looks: Looks, host: &mut dyn Host) -> Result<Exit, Problem> {
    let mut terminal = Terminal::new(looks);
    if looks.dumb {
        terminal.tell("On this terminal `<` is Esc.");
    }
    Wizard::new(shared, &mut terminal, host).run(first)
}

/// Where the person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before anything is open.
    Beginning,
    /// In a section; whether they come from behind it.
    Section(usize, bool),
    /// At the end of the questions.
    Review,
    /// After something was done.
    Ended,
    /// Outside.
    End(Exit),
}

/// Where it goes on after a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Next,
    Back,
    /// Past all other sections.
    Review,
    Leave,
}

/// What can be done with a section in which nothing is missing.
#[derive(Clone, Copy)]
enum Section {
    Keep,
    Change,
    KeepAll,
}

/// The wizard while it runs.
struct Wizard<'w> {
    shared: Shared,
    /// What was looked at last: kind, context and name of the target.
    looked: Option<Vec<String>>,
    /// The answers that were checked against the target.
    checked: Option<Revision>,
    /// How the files that follow from them differ from what is deployed.
    diffs: Vec<Option<Diff>>,
    /// The answer that is to be changed once what runs has stopped.
    then: Option<String>,
    asker: &'w mut dyn Asker,
    host: &'w mut dyn Host,
}

const HELP: &str = "Enter keeps what is said now. `?` explains, `? letters` lists what can be chosen and holds them. `=` takes \
                    back what you typed, `-` empties an answer. Esc goes back. Ctrl-C leaves; the answers are kept.";

impl<'w> Wizard<'w> {
    fn new(shared: Shared, asker: &'w mut dyn Asker, host: &'w mut dyn Host) -> Self {
        let (looked, checked, then) = (None, None, None);
        Self { shared, looked, checked, diffs: Vec::new(), then, asker, host }
    }

    fn run(&mut self, first: Option<Source>) -> Result<Exit, Problem> {
        for line in INTRODUCTION {
            self.tell(line);
        }
        self.tell(HELP);
        let mut at = first.map_or(At::Beginning, |source| {
            // Contexts are offered, and names of deployments known, although nothing was chosen.
            self.grant(Wish::Beginnings);
            self.open(source)
        });
        loop {
            at = match at {
                At::Beginning => self.beginning()?,
                At::Section(section, back) => self.section(section, back)?,
                At::Review => self.review()?,
                At::Ended => self.ended()?,
                At::End(exit) => return Ok(exit),
            };
        }
    }

    /// Asks something of the world, and tells what went wrong.
    fn grant(&mut self, wish: Wish) -> Option<News> {
        self.shared.wished(&wish);
        let news = self.host.grant(wish)?;
        self.hear(&news);
        Some(news)
    }

    fn hear(&mut self, news: &News) {
        if let News::Event(event) = news {
            self.shared.tick(event.at);
        }
        self.shared.hear(news).into_iter().for_each(|turn| self.turn(turn));
    }

    /// What a screen would do.
    fn turn(&mut self, turn: Turn) {
        match turn {
            Turn::Wish(wish) => drop(self.grant(wish)),
            Turn::Say(words) => self.tell(&words),
            Turn::Show(overlay) => match *overlay {
                Overlay::Problems(problems) => {
                    problems.iter().for_each(|problem| self.tell(&message::error(problem)));
                }
                // Whether that is to be is asked where it was wished.
                Overlay::Text { title, lines, .. } | Overlay::Confirm { title, lines, .. } => {
                    self.tell(&title);
                    lines.iter().filter(|line| !line.is_empty()).for_each(|line| self.tell(&format!("  {line}")));
                }
                Overlay::Help => {}
            },
            Turn::Go(..) | Turn::Back => {}
        }
    }

    fn open(&mut self, source: Source) -> At {
        (self.looked, self.checked, self.then) = (None, None, None);
        match self.grant(Wish::Open(source)) {
            Some(News::Opened(opened)) => {
                self.tell(&format!("\n{}", opened.title));
                At::Section(0, false)
            }
            _ => At::Beginning,
        }
    }

    fn leave(&mut self) -> At {
        self.keep();
        At::End(self.shared.interrupted())
    }

    fn keep(&mut self) {
        self.shared.keep_draft().into_iter().for_each(|turn| self.turn(turn));
    }

    fn is_asked(&self, section: usize) -> bool {
        self.shared.draft.standing(section) != SectionStanding::NotRelevant
    }

    /// One section, and where it leads.
    fn section(&mut self, section: usize, back: bool) -> Result<At, Problem> {
        let way = match (self.is_asked(section), back) {
            (true, _) => self.asked_section(section, back)?,
            (false, false) => Way::Next,
            (false, true) => Way::Back,
        };
        Ok(match way {
            Way::Next if section + 1 < SECTIONS.len() => At::Section(section + 1, false),
            Way::Next | Way::Review => At::Review,
            Way::Back if section == 0 => At::Beginning,
            Way::Back => At::Section(section - 1, true),
            Way::Leave => self.leave(),
        })
    }

    /// Where nothing is missing the answers are shown, and asked for only if the person wants to change them.
    fn asked_section(&mut self, section: usize, back: bool) -> Result<Way, Problem> {
        let all: Vec<usize> = (0..SECTIONS.len()).filter(|index| self.is_asked(*index)).collect();
        let place = all.iter().position(|index| *index == section).map_or(0, |place| place + 1);
        let (title, about) = SECTIONS.get(section).map_or(("", ""), |section| (section.title, section.about));
        self.tell(&format!("\n{place} of {}  {title}: {about}", all.len()));
        let way = if section > 0 && self.shared.draft.standing(section) == SectionStanding::Done {
            self.kept_or_changed(section)?
        } else {
            self.questions(section, back)?
        };
        if !matches!(way, Way::Next | Way::Review) {
            return Ok(way);
        }
        self.keep();
        match if section == 0 { self.look()? } else { Way::Next } {
            // To the last question of this section.
            Way::Back => self.asked_section(section, true),
            Way::Leave => Ok(Way::Leave),
            Way::Next | Way::Review => Ok(way),
        }
    }

    fn kept_or_changed(&mut self, section: usize) -> Result<Way, Problem> {
        for field in self.relevant(section) {
            self.tell(&format!("  {}", question::answer(&field)));
        }
        loop {
            let lines = vec![
                Line::new(Section::Keep, "keep these answers", ""),
                Line::new(Section::Change, "change them", ""),
                Line::new(Section::KeepAll, "review", "keep these, and all that follow"),
            ];
            match self.pick(lines, Some(0))? {
                Picked::One(Section::Keep) => return Ok(Way::Next),
                Picked::One(Section::KeepAll) => return Ok(Way::Review),
                Picked::One(Section::Change) => match self.questions(section, false)? {
                    Way::Back => {}
                    way => return Ok(way),
                },
                Picked::Back => return Ok(Way::Back),
                Picked::Leave => return Ok(Way::Leave),
            }
        }
    }

    fn relevant(&self, section: usize) -> Vec<Field> {
        self.shared.draft.fields(section).into_iter().filter(|field| field.relevant).collect()
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
            let keys = list(&self.shared.draft);
            let Some(key) = keys.get(at) else { return Ok(Way::Next) };
            match self.question(key)? {
                // A question before this one cannot have come or gone by this answer, but the list may be shorter.
                Way::Next => {
                    at = list(&self.shared.draft).iter().position(|other| other == key).map_or(at, |at| at + 1);
                }
                Way::Back if at == 0 => return Ok(Way::Back),
                Way::Back => at -= 1,
                way => return Ok(way),
            }
        }
    }

    /// Looks at the target, unless that very one was looked at already.
    fn look(&mut self) -> Result<Way, Problem> {
        let said = |key: &str| self.shared.draft.field(key).map(|field| field.text()).unwrap_or_default();
        let target: Vec<String> = ["target.kind", "target.context", "target.namespace"].map(said).into();
        if self.looked.as_ref() == Some(&target) {
            return Ok(Way::Next);
        }
        loop {
            self.tell("looking at the target");
            match self.grant(self.shared.look_at_target(true)) {
                Some(News::Looked(_)) => {
                    self.looked = Some(target);
                    self.tell_fit();
                    return Ok(Way::Next);
                }
                Some(News::NotLooked { problem, .. }) => self.tell(&message::error(&problem)),
                _ => return Ok(Way::Next),
            }
            let lines = vec![
                Line::new(false, "go on", "without having looked: what the target has is then typed, not chosen"),
                Line::new(true, "again", "look once more"),
            ];
            match self.pick(lines, Some(0))? {
                Picked::One(true) => {}
                Picked::One(false) => return Ok(Way::Next),
                Picked::Back => return Ok(Way::Back),
                Picked::Leave => return Ok(Way::Leave),
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
