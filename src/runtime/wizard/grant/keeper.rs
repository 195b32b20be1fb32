//! Errands with files, one after another in the order of the wishes: what is kept is what was wished last.
//! Must not contact a target.
use std::path::{Path, PathBuf};

use tokio::sync::mpsc::{Sender, UnboundedReceiver};

use super::{beginnings, draft, opening, saving};
use crate::{
    answers::layers::Layers,
    cli::Setup,
    drivers::folder,
    front::tui::wish::{News, Source},
    problem::Problem,
};

/// Name of the file with the last copied text.
pub const COPIED: &str = "copied.txt";

/// Something to be done with files.
pub enum Errand {
    /// Tell what there is to begin with.
    Beginnings,
    /// Open answers.
    Open(Source),
    /// Keep the answers for the next time.
    KeepDraft(Box<Layers>),
    /// The draft is no longer needed.
    DropDraft,
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
}

impl Keeper {
    /// Somebody who has done nothing yet.
    pub const fn new(args: Setup) -> Self {
        Self { args, saved: Vec::new(), copied: None }
    }

    /// Does errands until there will be no more, and says where copies are. Blocks: for a thread of its own.
    pub fn work(mut self, mut errands: UnboundedReceiver<Errand>, told: &Sender<News>) -> Option<PathBuf> {
        while let Some(errand) = errands.blocking_recv() {
            if let Some(news) = self.run(errand) {
                // Nobody listens any more once the screens are gone; what is to be kept is kept all the same.
                let _ = told.blocking_send(news);
            }
        }
        self.copied
    }

    fn run(&mut self, errand: Errand) -> Option<News> {
        let done = match errand {
            Errand::Beginnings => Ok(Some(News::Beginnings(Box::new(beginnings::all())))),
            Errand::Open(source) => {
                opening::open(&source, &self.args).map(|opened| Some(News::Opened(Box::new(opened))))
            }
            Errand::KeepDraft(layers) => draft::keep(&layers).map(|()| None).map_err(one),
            Errand::DropDraft => {
                draft::drop();
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
        Ok(Some(News::Copied(Some(path))))
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
