//! `Invalid`: one thing that is wrong with the answers. All of them are reported at once.
//! Must never hold a line of a file or the value of a secret.
use crate::problem::{Explain, Problem};

/// One thing that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invalid {
    /// Key of the answer, if it is about one.
    pub key: Option<String>,
    /// What is wrong and what was expected, without full stop.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// File it was said in.
    pub file: Option<String>,
    /// Line in that file, from 1.
    pub line: Option<u64>,
}

impl Invalid {
    /// About one answer.
    pub fn at(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: Some(shown(&key.into())), ..Self::new(message) }
    }

    /// About no answer in particular.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: shown(&message.into()), ..Self::default() }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(shown(&hint.into()));
        self
    }

    /// Adds where it was said.
    #[must_use]
    pub fn place(mut self, file: &str, line: u64) -> Self {
        self.file = Some(file.to_owned());
        self.line = (line > 0).then_some(line);
        self
    }

    /// Where it was said, as `said in mine.yaml, line 3`.
    pub fn said_in(&self) -> Option<String> {
        let line = self.line.map(|line| format!(", line {line}")).unwrap_or_default();
        self.file.as_ref().map(|file| format!("said in {file}{line}"))
    }

    /// What to do next where a form asks: how an answer is said on a command line is no help there.
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref().filter(|hint| !hint.starts_with("`--set "))
    }

    /// What is wrong, where it was said, and what to do about it: a sentence for whom a form tells which answer it is.
    pub fn words(&self) -> String {
        let place = self.said_in().map(|place| format!(" ({place})")).unwrap_or_default();
        let advice = self.advice().map(|advice| format!(": {advice}")).unwrap_or_default();
        format!("{}{place}{advice}", self.message)
    }
}

/// Longest part of an error, in characters.
const LONGEST: usize = 400;

/// A text that may repeat what somebody wrote, made safe for terminals: no control characters, not endless.
fn shown(text: &str) -> String {
    let mut clean = text.chars().filter(|c| !c.is_control());
    let mut shown: String = clean.by_ref().take(LONGEST).collect();
    if clean.next().is_some() {
        shown.push('…');
    }
    shown
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{file}:{line}: ")?,
            (Some(file), None) => write!(f, "{file}: ")?,
            _ => {}
        }
        if let Some(key) = &self.key {
            write!(f, "`{key}` ")?;
        }
        f.write_str(&self.message)
    }
}

impl Explain for Invalid {
    fn explain(&self) -> Problem {
        let mut problem = Problem::new("invalid-answer", self.to_string());
        problem.hints.extend(self.hint.clone());
        problem.at.clone_from(&self.key);
        problem
    }
}
