//! The way through the questions: its stops – the sections, then fit and review – and where the cursor stands at each.
//! Must not know how any of it is drawn.
use crate::{
    answers::draft::{Draft, SectionStanding},
    front::wizard::shared::Shared,
};

/// A stop of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A section, by its place among all.
    Section(usize),
    /// The picture of fit.
    Fit,
    /// The review.
    Review,
}

/// Where the cursor can stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// On a field, by key.
    Field(String),
    /// On a row of a table.
    Row(String, usize),
    /// Below the last row of a table.
    Add(String),
    /// On what is known of the target.
    Look,
    /// On the callback URL.
    Callback,
    /// On something that is wrong, by its place in the list.
    Problem(usize),
    /// At the end, where it goes on.
    GoOn,
}

/// Where the cursor stands at a stop.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spot {
    /// The row of a table that is open as a form.
    pub row: Option<(String, usize)>,
    /// The cursor; `None`: it was never there.
    pub at: Option<At>,
}

/// The way, and where one stands on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    stop: usize,
    spots: Vec<Spot>,
}

/// Stops of a draft.
fn stops(draft: &Draft) -> usize {
    draft.sections().len() + 2
}

/// The stop of a number.
pub fn stop(draft: &Draft, number: usize) -> Stop {
    match number.checked_sub(draft.sections().len()) {
        None => Stop::Section(number),
        Some(0) => Stop::Fit,
        Some(_) => Stop::Review,
    }
}

/// Title of a stop.
pub fn title(draft: &Draft, number: usize) -> &'static str {
    match stop(draft, number) {
        Stop::Section(section) => draft.sections().get(section).map_or("", |section| section.title),
        Stop::Fit => "Fit",
        Stop::Review => "Review",
    }
}

/// Whether anything at a stop matters now.
fn matters(draft: &Draft, number: usize) -> bool {
    match stop(draft, number) {
        Stop::Section(section) => draft.standing(section) != SectionStanding::NotRelevant,
        Stop::Fit | Stop::Review => true,
    }
}

impl Way {
    /// Number of the stop.
    pub const fn number(&self) -> usize {
        self.stop
    }

    /// The stop.
    pub fn stop(&self, shared: &Shared) -> Stop {
        stop(&shared.draft, self.stop)
    }

    /// Where the cursor stands.
    pub fn spot(&self) -> Spot {
        self.spots.get(self.stop).cloned().unwrap_or_default()
    }

    /// Puts the cursor somewhere.
    pub fn stand(&mut self, spot: Spot) {
        if self.spots.len() <= self.stop {
            self.spots.resize(self.stop + 1, Spot::default());
        }
        if let Some(here) = self.spots.get_mut(self.stop) {
            *here = spot;
        }
    }

    /// Goes to a stop; the cursor stands where it was there.
    pub fn go(&mut self, number: usize, draft: &Draft) {
        self.stop = number.min(stops(draft).saturating_sub(1));
    }

    /// The next stop that matters.
    pub fn next(&self, draft: &Draft) -> Option<usize> {
        (self.stop + 1..stops(draft)).find(|number| matters(draft, *number))
    }

    /// The stop before that matters.
    pub fn previous(&self, draft: &Draft) -> Option<usize> {
        (0..self.stop).rev().find(|number| matters(draft, *number))
    }
}
