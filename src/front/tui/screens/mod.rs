//! The screens, one file or folder each. To add one: a file here, a line in [`Place`] and in [`Screens`].
mod deployment;
mod done;
mod fit;
mod questions;
mod review;
#[cfg(test)]
pub mod stage;
mod verification;
mod welcome;

use super::screen::Screen;
use crate::front::wizard::turn::Place;

/// One of each.
#[derive(Default)]
pub struct Screens {
    welcome: welcome::Welcome,
    questions: questions::Questions,
    fit: fit::Fit,
    review: review::Review,
    deployment: deployment::Deployment,
    verification: verification::Verification,
    done: done::Done,
}

impl Screens {
    /// The screen of a place.
    pub fn at(&self, place: Place) -> &dyn Screen {
        match place {
            Place::Welcome => &self.welcome,
            Place::Questions => &self.questions,
            Place::Fit => &self.fit,
            Place::Review => &self.review,
            Place::Deployment => &self.deployment,
            Place::Verification => &self.verification,
            Place::Done => &self.done,
        }
    }

    /// The same, to be changed.
    pub fn at_mut(&mut self, place: Place) -> &mut dyn Screen {
        match place {
            Place::Welcome => &mut self.welcome,
            Place::Questions => &mut self.questions,
            Place::Fit => &mut self.fit,
            Place::Review => &mut self.review,
            Place::Deployment => &mut self.deployment,
            Place::Verification => &mut self.verification,
            Place::Done => &mut self.done,
        }
    }
}
