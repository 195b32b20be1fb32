//! What both wizards know once the world told something, before any screen or line is about it. Must not know how it is shown.
use std::path::Path;

use super::Shared;
use crate::{
    answers::draft::Draft,
    front::wizard::{
        review,
        turn::{Look, Overlay, Turn},
        wish::{Beginnings, Ended, News, Opened, Wish},
    },
    problem::{Explain, Problem},
    run::event::{Outcome, command},
};

impl Shared {
    /// Takes in what the world told, before any screen hears it.
    pub fn hear(&mut self, news: &News) -> Vec<Turn> {
        self.forget_elsewhere();
        match news {
            News::Beginnings(beginnings) => return self.begun(beginnings),
            News::Opened(opened) => return self.opened(opened),
            News::Looked(_) | News::NotLooked { .. } if !self.is_of_target() => {}
            News::Looked(facts) => {
                self.draft.learn((**facts).clone());
                self.offer_contexts();
                self.look = Look::Seen(self.now);
            }
            News::NotLooked { problem, asks } => {
                self.look = Look::Failed { problem: problem.clone(), asks: *asks };
            }
            News::Previewed(preview) => self.preview = Some((**preview).clone()),
            News::NotKept(problem) => {
                self.unsaved = true;
                return wrong(vec![(**problem).clone()]);
            }
            News::Wrong(problems) => return wrong(problems.clone()),
            News::Event(event) => self.run.apply(event),
            News::Ended(ended) => return self.is_over(ended),
            News::Bug(problem) => return wrong(vec![(**problem).clone()]),
            News::Saved { what, path, opens } => return vec![saved(what, path, opens.as_deref(), &self.draft)],
            News::PresetThere { path, name, title } => return vec![self.ask_over(path, name, title)],
            News::Copied { file, clipboard } => return vec![Turn::Say(copied(file, *clipboard))],
            News::Pod { .. } | News::Logs { .. } => {}
        }
        Vec::new()
    }

    /// What there is to begin with. What cannot be read of it is told once.
    fn begun(&mut self, beginnings: &Beginnings) -> Vec<Turn> {
        let before = self.beginnings.replace(beginnings.clone()).unwrap_or_default();
        self.offer_contexts();
        let new = beginnings.unreadable.iter().filter(|problem| !before.unreadable.contains(problem));
        wrong(new.cloned().collect())
    }

    /// Other answers: nothing that was known of those before counts for them.
    fn opened(&mut self, opened: &Opened) -> Vec<Turn> {
        self.draft = Draft::new(opened.layers.clone());
        self.draft.refuse(opened.wrong.iter().cloned());
        self.leads = None;
        self.about.clone_from(&opened.title);
        self.look = Look::Not;
        self.preview = None;
        self.verify = true;
        let drafts = self.beginnings.iter_mut().flat_map(|known| &mut known.drafts);
        drafts.for_each(|draft| draft.open = false);
        // What was typed for other answers must not reach these.
        self.secrets.clear();
        self.unsaved = false;
        self.offer_contexts();
        wrong(opened.wrong.iter().map(Explain::explain).collect())
    }

    /// Answers that came true are no unfinished setup any more.
    fn is_over(&mut self, ended: &Ended) -> Vec<Turn> {
        (self.running, self.stopped) = (false, None);
        self.ended = Some(ended.clone());
        let same = self.deployed.as_ref() == Some(&self.draft.layers().said());
        if ended.outcome == Some(Outcome::Done) && self.run.command() == command::INSTALL && same {
            self.unsaved = false;
            return vec![Turn::Wish(Wish::DropDraft)];
        }
        Vec::new()
    }

    /// Asks whether a preset that is there may go.
    fn ask_over(&self, path: &Path, name: &str, title: &str) -> Turn {
        let layers = Box::new(self.draft.layers().clone());
        let wish = Wish::SavePreset { name: name.to_owned(), title: title.to_owned(), layers, over: true };
        Turn::Show(Box::new(Overlay::Confirm {
            title: "Write over it?".to_owned(),
            lines: vec![
                format!("`{}` is there already.", path.display()),
                "With these answers in it, what it says now is lost.".to_owned(),
            ],
            yes: "write over",
            then: vec![Turn::Wish(wish)],
        }))
    }
}

/// A preset says how it is used; of anything else it is enough to know where it is.
fn saved(what: &str, path: &Path, opens: Option<&str>, draft: &Draft) -> Turn {
    let Some(opens) = opens else { return Turn::Say(format!("{what} saved: {}", path.display())) };
    let title = format!("The {what} is saved");
    let mut lines =
        vec![format!("It is in {}", path.display()), String::new(), format!("`{opens}` begins with these answers.")];
    let wrong = draft.problems().len();
    lines.extend((wrong > 0).then(|| format!("{}: whoever opens it is asked.", review::unanswered(wrong))));
    Turn::Show(Box::new(Overlay::Text { title, lines }))
}

fn copied(file: &Path, clipboard: bool) -> String {
    let file = file.display();
    if clipboard {
        format!("copied, and written to {file}")
    } else {
        format!("too long to be copied: written to {file}")
    }
}

fn wrong(problems: Vec<Problem>) -> Vec<Turn> {
    if problems.is_empty() {
        return Vec::new();
    }
    vec![Turn::Show(Box::new(Overlay::Problems(problems)))]
}
