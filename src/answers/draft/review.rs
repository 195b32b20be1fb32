//! What was answered, for the review: what is not default, the command that says the same, and the preset.
//! Must not write anything.
use std::path::Path;

use serde_json::Value;

use super::{Draft, field::Field, shown};
use crate::answers::{
    layers::Origin,
    preset::Preset,
    questions::{self, SECTIONS},
    shell::quoted,
    shipped,
};

impl Draft {
    /// Answers that matter and are not the default, by title of their section.
    pub fn changes(&self) -> Vec<(&'static str, Vec<Field>)> {
        let changed = |field: &Field| field.relevant && field.changed();
        let sections = SECTIONS.iter().enumerate().map(|(index, section)| {
            (section.title, self.fields(index).into_iter().filter(changed).collect::<Vec<_>>())
        });
        sections.filter(|(_, fields)| !fields.is_empty()).collect()
    }

    /// The command that installs the same without asking: presets that can be named, and everything else as flags. Of secrets
    /// it holds references only.
    pub fn command(&self) -> String {
        let named: Vec<&str> = self.layers.presets().into_iter().filter(|name| is_nameable(name)).collect();
        // What is detected is detected again.
        let base = self.layers.of(|origin| match origin {
            Origin::Preset(name) => is_nameable(name),
            origin => *origin == Origin::Detected,
        });
        let (base, said) = (base.merged(), self.layers.merged());
        let on = questions::target(&said);
        let mut words: Vec<String> = vec!["hubwright".to_owned(), "install".to_owned()];
        words.extend(named.into_iter().map(quoted));
        for field in self.settled.sections.iter().flatten().filter(|field| field.relevant) {
            let Some(question) = questions::find(&field.key).filter(|question| question.fits(on)) else { continue };
            let (value, named) = ((question.at.get)(&said), (question.at.get)(&base));
            // The default needs no flag, unless a preset says something else.
            if value != named && (field.changed() || !named.is_null()) {
                words.extend(flags(question.key, &value));
            }
        }
        words.join(" ")
    }

    /// The answers as a preset: what people said. What was detected is detected again, maybe on another target.
    pub fn preset(&self, title: &str) -> Preset {
        let said = self.layers.of(|origin| *origin != Origin::Detected);
        Preset { title: title.to_owned(), answers: said.merged(), ..Preset::default() }
    }
}

/// Whether a preset can be named on a command line: a shipped one, or a file.
fn is_nameable(name: &str) -> bool {
    let file = Path::new(name).extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    shipped::find(name).is_some() || name.contains('/') || file
}

fn flags(key: &str, value: &Value) -> Vec<String> {
    match (key, value.as_str()) {
        ("target.kind", Some("this-machine")) => vec!["--this-machine".to_owned()],
        ("target.namespace", Some(name)) => vec!["-n".to_owned(), quoted(name)],
        ("target.context", Some(name)) => vec![quoted(&format!("--context={name}"))],
        _ => vec!["--set".to_owned(), quoted(&format!("{key}={}", shown(value)))],
    }
}
