//! What is before us: the deployment that is made, verified or looked at. Work that goes on and questions about single pods
//! share it. Must not know what is asked.
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    answers::spec::Target,
    drivers::journal,
    front::wizard::wish::Ended,
    problem::Problem,
    run::event::{Outcome, command::INSTALL},
    runtime::{
        connecting::Place,
        deploying::ANSWERS,
        password,
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
    /// A deployment with a password that was made up and that nobody has seen yet.
    unseen: Mutex<Option<Place>>,
}

impl Desk {
    /// Nothing is before us yet.
    pub fn new(contacts: Contacts) -> Self {
        Self { contacts, place: Mutex::default(), unseen: Mutex::default() }
    }

    /// Connects to where a deployment is or will be, and turns to it.
    pub async fn reach(&self, target: &Target) -> Result<Place, Problem> {
        // Where another one cannot be reached, nothing is said of the one before.
        held(&self.place).take_if(|before| !before.is_at(target));
        let place = self.contacts.reach(target).await?;
        *held(&self.place) = Some(place.clone());
        Ok(place)
    }

    /// What is before us.
    pub fn place(&self) -> Option<Place> {
        held(&self.place).clone()
    }

    /// Folder of what is before us.
    pub fn folder(&self) -> Option<PathBuf> {
        held(&self.place).as_ref().map(|place| place.folder.clone())
    }

    /// What is remembered in a folder.
    pub fn remembered(folder: &Path) -> Result<Remembered, Vec<Problem>> {
        runs::at(folder).ok_or_else(|| vec![super::opening::forgotten(folder)])
    }

    /// A password was made up that a screen may show.
    pub fn made_password(&self, place: &Place) {
        *held(&self.unseen) = Some(place.clone());
    }

    /// A screen showed it: of which deployment.
    pub fn password_seen(&self) -> Option<Place> {
        held(&self.unseen).take()
    }

    /// The file of a password that no screen has shown.
    pub fn password_unseen(&self) -> Option<PathBuf> {
        held(&self.unseen).as_ref().and_then(password::kept_in)
    }

    /// The command that goes on with the installation that is before us, if it was begun and is not done.
    pub fn unfinished(&self) -> Option<String> {
        let run = runs::at(&self.folder()?).filter(|run| run.state.unfinished(INSTALL))?;
        Some(format!("hubwright resume {}", run.flags()))
    }

    /// Names the files of a run that was begun, and the command that goes on with it or looks again. `verifies`: nothing but the
    /// ladder was climbed.
    pub fn note_files(&self, ended: &mut Ended, verifies: bool) {
        let Some(folder) = self.folder() else { return };
        let file = |word: &str, name: &str| (word.to_owned(), folder.join(name));
        let files = [file("answers", ANSWERS), file("journal", journal::NAME)];
        ended.files.extend(files.into_iter().filter(|(_, path)| path.exists()));
        if let (Some(run), Some(outcome)) = (runs::at(&folder), ended.outcome) {
            let verb = match outcome {
                Outcome::Unverified => "verify",
                Outcome::Interrupted if verifies => "verify",
                _ if run.state.unfinished(INSTALL) => "resume",
                _ => "status",
            };
            ended.again = format!("hubwright {verb} {}", run.flags());
        }
    }
}

fn held(place: &Mutex<Option<Place>>) -> MutexGuard<'_, Option<Place>> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}
