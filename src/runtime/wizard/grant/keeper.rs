//! Errands with files, one after another in the order of the wishes: what is kept is what was wished last.
//! Must not contact a target.
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use tokio::sync::mpsc::{Sender, UnboundedReceiver};

use super::{asked::Tagged, beginnings, draft::Draft, opening, saving, work::defect};
use crate::{
    answers::layers::Layers,
    cli::Setup,
    drivers::folder,
    front::{
        tui::terminal,
        wizard::wish::{News, Source},
    },
    problem::Problem,
    runtime::{connecting::Place, password},
};

/// Name of the file with the last copied text.
pub const COPIED: &str = "copied.txt";

/// Something to be done with files.
pub enum Errand {
    /// Tell what there is to begin with.
    Beginnings,
    /// Open answers.
    Open(Source),
    /// Somebody else opened answers, and keeps them.
    Turned,
    /// Keep the answers for the next time.
    KeepDraft(Box<Layers>),
    /// The draft of the answers that are open is no longer needed.
    DropDraft,
    /// A screen showed the password of a deployment.
    Seen(Place),
    /// Save the answers as a preset.
    SavePreset {
        /// Name or path.
        name: String,
        /// Title.
        title: String,
        /// The answers.
        layers: Box<Layers>,
        /// Whether what is there may go.
        over: bool,
    },
    /// Write a copied text into a file, for terminals that take no copies.
    Copy(String),
    /// Write a text into a folder.
    Keep {
        /// The deployment's folder; `None`: where what belongs to no deployment is.
        folder: Option<PathBuf>,
        /// Name of the file.
        name: String,
        /// What is in it.
        text: String,
    },
}

/// Does errands.
pub struct Keeper {
    args: Setup,
    /// Presets that were saved since the program began: they may be saved again.
    saved: Vec<PathBuf>,
    copied: Option<PathBuf>,
    /// Where the answers that are open are kept.
    draft: Draft,
}

/// What a person may look for once the program ended.
#[derive(Debug, Default)]
pub struct Kept {
    /// The file with the last copied text.
    pub copied: Option<PathBuf>,
    /// Where the answers that were open last are kept.
    pub draft: Draft,
}

impl Keeper {
    /// Somebody who has done nothing yet.
    pub fn new(args: Setup) -> Self {
        Self { args, saved: Vec::new(), copied: None, draft: Draft::default() }
    }

    /// Does errands until there will be no more, and says what is kept. Blocks: for a thread of its own.
    pub fn work(mut self, errands: UnboundedReceiver<Errand>, told: &Sender<Tagged>) -> Kept {
        one_by_one(errands, told, |errand| self.run(errand));
        Kept { copied: self.copied, draft: self.draft }
    }

    fn run(&mut self, errand: Errand) -> Option<News> {
        let done = match errand {
            Errand::Beginnings => {
                let mut known = Box::new(beginnings::all());
                self.draft.mark(&mut known.drafts);
                Ok(Some(News::Beginnings(known)))
            }
            Errand::Open(source) => opening::open(&source, &self.args).map(|opened| {
                self.draft = Draft::behind(&source);
                // What was saved of other answers is not to be written over with these.
                self.saved.clear();
                Some(News::Opened(Box::new(opened)))
            }),
            Errand::Turned => {
                self.saved.clear();
                Ok(None)
            }
            Errand::KeepDraft(layers) => {
                Ok(self.draft.keep(&layers).err().map(|problem| News::NotKept(Box::new(problem))))
            }
            Errand::DropDraft => {
                self.draft.forget();
                Ok(None)
            }
            Errand::Seen(place) => {
                password::seen(&place);
                Ok(None)
            }
            Errand::SavePreset { name, title, layers, over } => self.save(name, title, &layers, over).map_err(one),
            Errand::Copy(text) => self.copy(&text).map_err(one),
            Errand::Keep { folder, name, text } => keep(folder, name, &text).map_err(one),
        };
        done.unwrap_or_else(|problems| Some(News::Wrong(problems)))
    }

    fn save(&mut self, name: String, title: String, layers: &Layers, over: bool) -> Result<Option<News>, Problem> {
        let path = saving::path(&name)?;
        if !over && !self.saved.contains(&path) && path.exists() {
            return Ok(Some(News::PresetThere { path, name, title }));
        }
        saving::save(&name, &path, title, layers, over || self.saved.contains(&path))?;
        self.saved.push(path.clone());
        Ok(Some(News::Saved { what: "preset".to_owned(), path, opens: Some(saving::opens(&name)) }))
    }

    fn copy(&mut self, text: &str) -> Result<Option<News>, Problem> {
        let path = write(&folder::root()?, COPIED, text)?;
        self.copied = Some(path.clone());
        Ok(Some(News::Copied { file: path, clipboard: terminal::can_copy(text) }))
    }
}

/// Each errand by itself: a defect in one is told, and the others are done.
fn one_by_one<E>(mut errands: UnboundedReceiver<E>, told: &Sender<Tagged>, mut work: impl FnMut(E) -> Option<News>) {
    while let Some(errand) = errands.blocking_recv() {
        let done = catch_unwind(AssertUnwindSafe(|| work(errand)));
        if let Some(news) = done.unwrap_or_else(|_| Some(News::Wrong(vec![defect()]))) {
            // Nobody listens any more once the screens are gone; what is to be kept is kept all the same.
            let _ = told.blocking_send(news.into());
        }
    }
}

fn keep(folder: Option<PathBuf>, name: String, text: &str) -> Result<Option<News>, Problem> {
    let folder = folder.map_or_else(folder::root, Ok)?;
    let path = write(&folder, &name, text)?;
    Ok(Some(News::Saved { what: name, path, opens: None }))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, Problem> {
    folder::make(folder)?;
    let path = folder.join(folder::safe(name));
    folder::write_private(&path, text)?;
    Ok(path)
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_in_one_errand_is_told_and_the_next_ones_are_done() {
        let (send, errands) = tokio::sync::mpsc::unbounded_channel();
        (0..3).for_each(|errand| send.send(errand).unwrap());
        drop(send);
        let (told, mut heard) = tokio::sync::mpsc::channel(8);
        let mut done = Vec::new();
        one_by_one(errands, &told, |errand| {
            assert_ne!(errand, 1, "a defect of a test");
            done.push(errand);
            None
        });
        assert_eq!(done, [0, 2]);
        assert!(heard.try_recv().is_ok() && heard.try_recv().is_err(), "one is told");
    }
}
