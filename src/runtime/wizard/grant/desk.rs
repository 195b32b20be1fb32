//! What is before us: the deployment that is made, verified or looked at. Work that goes on and questions about single pods
//! share it. Must not know what is asked.
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    answers::spec::Target,
    drivers::journal,
    front::tui::wish::Ended,
    problem::Problem,
    run::{event::Outcome, executor::INSTALL},
    runtime::{
        connecting::Place,
        deploying::ANSWERS,
        runs::{self, Remembered},
        wizard::contacts::Contacts,
    },
};

/// The deployment that is before us, if there is one.
#[derive(Default)]
pub struct Desk {
    /// The way to targets.
    pub contacts: Contacts,
    place: Mutex<Option<Place>>,
}

impl Desk {
    /// Nothing is before us yet.
    pub fn new(contacts: Contacts) -> Self {
        Self { contacts, place: Mutex::default() }
    }

    /// Connects to where a deployment is or will be, and turns to it.
    pub async fn reach(&self, target: &Target) -> Result<Place, Problem> {
        let place = self.contacts.reach(target).await?;
        *self.held() = Some(place.clone());
        Ok(place)
    }

    /// What is before us.
    pub fn place(&self) -> Option<Place> {
        self.held().clone()
    }

    /// Folder of what is before us.
    pub fn folder(&self) -> Option<PathBuf> {
        self.held().as_ref().map(|place| place.folder.clone())
    }

    /// What is remembered in a folder.
    pub fn remembered(folder: &Path) -> Result<Remembered, Vec<Problem>> {
        runs::at(folder).ok_or_else(|| vec![super::opening::forgotten(folder)])
    }

    /// Names the files of a run that was begun, and the command that goes on with it or looks again.
    pub fn note_files(&self, ended: &mut Ended) {
        let Some(folder) = self.folder() else { return };
        let file = |word: &str, name: &str| (word.to_owned(), folder.join(name));
        let files = [file("answers", ANSWERS), file("journal", journal::NAME)];
        ended.files.extend(files.into_iter().filter(|(_, path)| path.exists()));
        if let (Some(run), Some(outcome)) = (runs::at(&folder), ended.outcome) {
            let verb = match outcome {
                Outcome::Unverified => "verify",
                _ if run.state.unfinished(INSTALL) => "resume",
                _ => "status",
            };
            ended.again = format!("hubwright {verb} {}", run.flags());
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Place>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
