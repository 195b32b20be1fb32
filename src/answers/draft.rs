//! `Draft`: answers that a person is editing. What the full-screen wizard and the plain one have in common: what each field
//! says and who said it, what is wrong, what is offered, and what is left to do.
//! Must not know how a field is shown, nor keys; facts come in as an argument.
use super::{
    facts::Facts,
    invalid::Invalid,
    layers::{Layers, Origin},
    question::Kind,
    questions::{SECTIONS, Section},
    spec::Spec,
};
use serde_json::Value;

/// Answers that are being edited.
#[derive(Debug, Clone)]
pub struct Draft {
    layers: Layers,
    facts: Facts,
    resolved: Result<Spec, Vec<Invalid>>,
}

/// One field of a form: a question with its answer.
#[derive(Debug, Clone)]
pub struct Field {
    /// Full key: `login.method`, `ray.pools[0].max`.
    pub key: String,
    /// Title.
    pub title: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// More; may be empty.
    pub doc: &'static str,
    /// Kind of value.
    pub kind: Kind,
    /// What counts: what was said, else the default; `Null`: neither.
    pub value: Value,
    /// Who said it.
    pub origin: Origin,
    /// Whether it matters, given the other answers.
    pub relevant: bool,
    /// Whether it needs an answer.
    pub required: bool,
    /// What is wrong with it, and what is allowed.
    pub problem: Option<String>,
    /// What can be chosen: the kind's own choices, or what was found. Empty: anything that fits the kind.
    pub offers: Vec<Offer>,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The value, as it is typed.
    pub value: String,
    /// One line about it; may be empty.
    pub words: String,
}

/// Where a section stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is missing or wrong.
    Done,
    /// So many answers are missing or wrong.
    Attention(usize),
    /// None of its questions matters now.
    NotRelevant,
}

impl Draft {
    /// Answers to begin with, and nothing known of the target.
    pub fn new(layers: Layers) -> Self {
        let mut draft = Self { layers, facts: Facts::default(), resolved: Err(Vec::new()) };
        draft.settle();
        draft
    }

    /// The answers with who said them.
    pub const fn layers(&self) -> &Layers {
        &self.layers
    }

    /// What is known of the target.
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The target was looked at.
    pub fn learn(&mut self, facts: Facts) {
        self.facts = facts;
        self.settle();
    }

    /// Says an answer as text, as after `--set KEY=`; an empty text takes back what lower layers say. The error says what is
    /// allowed, and nothing changes.
    pub fn say(&mut self, key: &str, text: &str) -> Result<(), Invalid> {
        self.layers.set(Origin::Typed, key, text)?;
        self.settle();
        Ok(())
    }

    /// The complete spec, or everything that is wrong.
    pub const fn resolved(&self) -> &Result<Spec, Vec<Invalid>> {
        &self.resolved
    }

    /// All sections.
    pub const fn sections(&self) -> &'static [Section] {
        SECTIONS
    }

    fn settle(&mut self) {
        self.resolved = super::resolve::resolve(&self.layers.merged(), &self.facts);
    }
}
