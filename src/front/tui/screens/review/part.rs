//! The parts of the review, and what their tabs say.
use super::{Review, checked::Standing};
use crate::front::wizard::{review as words, shared::Shared};

/// A part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Part {
    /// What stands in the way, and the beginning.
    #[default]
    Check,
    /// Answers that are not the default.
    Answers,
    /// The plan.
    Steps,
    /// Its files.
    Files,
    /// The command that does the same.
    Command,
}

impl Part {
    /// All, in the order of their tabs.
    pub const ALL: [Self; 5] = [Self::Check, Self::Answers, Self::Steps, Self::Files, Self::Command];

    /// The place among all.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The one after it, in a circle.
    pub fn next(self) -> Self {
        Self::ALL.into_iter().cycle().skip_while(|part| *part != self).nth(1).unwrap_or(self)
    }

    /// The one before it, in a circle.
    pub fn previous(self) -> Self {
        Self::ALL.into_iter().rev().cycle().skip_while(|part| *part != self).nth(1).unwrap_or(self)
    }

    /// The part of a name: `files`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.title().eq_ignore_ascii_case(name))
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Check => "Check",
            Self::Answers => "Answers",
            Self::Steps => "Steps",
            Self::Files => "Files",
            Self::Command => "Command",
        }
    }

    /// Its title, and how much is in it.
    pub fn words(self, review: &Review, shared: &Shared) -> String {
        let known = review.checked.preview(shared);
        let count = match self {
            Self::Check => return format!("Check{}", trouble(review, shared)),
            Self::Answers => Some(shared.draft.changes().iter().map(|(_, fields)| fields.len()).sum()),
            Self::Steps => known.map(|preview| words::steps(preview, shared.verify)),
            Self::Files => known.map(|preview| preview.files.len()),
            Self::Command => None,
        };
        count.map_or_else(|| self.title().to_owned(), |count| format!("{} {count}", self.title()))
    }
}

fn trouble(review: &Review, shared: &Shared) -> String {
    let checked = &review.checked;
    let wrong = if checked.standing(shared) == Standing::Incomplete {
        shared.draft.problems().len()
    } else {
        checked.problems(shared).len()
    };
    if wrong == 0 { String::new() } else { format!(" {wrong}!") }
}
