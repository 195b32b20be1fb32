//! What is known from the target, of which answers, and how far that is from an installation. Must not ask the target itself.
use crate::{
    answers::tree::Answers,
    front::wizard::{
        review,
        shared::Shared,
        turn::Turn,
        wish::{Intent, Preview, Wish},
    },
    plan::diff::Diff,
    problem::Problem,
};

/// What is known from the target.
#[derive(Debug, Default)]
pub struct Checked {
    /// Answers that were asked about last.
    asked: Option<Answers>,
    answer: Answer,
    /// Of each file, what is different from what is deployed; `None`: nothing is.
    pub diffs: Vec<Option<Diff>>,
}

/// What came of the last question.
#[derive(Debug, Default)]
enum Answer {
    /// Nothing was asked.
    #[default]
    None,
    /// It is on its way.
    Waiting,
    /// There is no plan.
    Refused(Vec<Problem>),
    /// There is a preview.
    Told,
}

/// How far the answers are from being installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Answers are missing or wrong.
    Incomplete,
    /// The target is asked, or has to be.
    Checking,
    /// The target could not be asked, or does not do.
    Failed,
    /// Checked, just as they are.
    Checked,
}

impl Checked {
    /// How far the answers are.
    pub fn standing(&self, shared: &Shared) -> Standing {
        if shared.draft.resolved().is_err() {
            return Standing::Incomplete;
        }
        match (&self.answer, self.preview(shared)) {
            _ if !self.is_of(shared) => Standing::Checking,
            (Answer::Refused(_), _) => Standing::Failed,
            (_, Some(preview)) if preview.unasked => Standing::Failed,
            (_, Some(_)) => Standing::Checked,
            (_, None) => Standing::Checking,
        }
    }

    /// The preview, if it is of these answers; it may be of the answers alone.
    pub fn preview<'s>(&self, shared: &'s Shared) -> Option<&'s Preview> {
        let told = matches!(self.answer, Answer::Told) && self.is_of(shared);
        shared.preview.as_ref().filter(|_| told && shared.draft.resolved().is_ok())
    }

    /// The same, if the target was asked.
    pub fn checked<'s>(&self, shared: &'s Shared) -> Option<&'s Preview> {
        self.preview(shared).filter(|preview| !preview.unasked)
    }

    /// What stands in the way, or keeps it from being checked.
    pub fn problems<'s>(&'s self, shared: &'s Shared) -> &'s [Problem] {
        match &self.answer {
            Answer::Refused(why) => why,
            _ => self.preview(shared).map_or(&[], |preview| &preview.problems),
        }
    }

    /// Whether the answer is on its way.
    pub const fn waiting(&self) -> bool {
        matches!(self.answer, Answer::Waiting)
    }

    /// Asks the target, if the answers are complete.
    pub fn ask(&mut self, shared: &Shared) -> Vec<Turn> {
        if shared.draft.resolved().is_err() {
            return Vec::new();
        }
        let asked = Some(shared.draft.layers().merged());
        *self = Self { asked, answer: Answer::Waiting, diffs: Vec::new() };
        // Whether it is verified is a matter of how much is shown.
        vec![Turn::Wish(Wish::Preview(Box::new(Intent { verify: true, ..*shared.intent() })))]
    }

    /// The same where that was not done for just these answers.
    pub fn ask_if_changed(&mut self, shared: &Shared) -> Vec<Turn> {
        let known = self.waiting() || self.standing(shared) == Standing::Checked;
        if known && self.is_of(shared) { Vec::new() } else { self.ask(shared) }
    }

    /// A preview came.
    pub fn told(&mut self, preview: &Preview) {
        self.answer = Answer::Told;
        self.diffs = review::diffs(preview);
    }

    /// None can be made, if one is waited for.
    pub fn refused(&mut self, why: &[Problem]) {
        if self.waiting() {
            self.answer = Answer::Refused(why.to_vec());
        }
    }

    fn is_of(&self, shared: &Shared) -> bool {
        self.asked.as_ref() == Some(&shared.draft.layers().merged())
    }
}
