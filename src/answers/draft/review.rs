//! What was answered, for the review: what is not default, what each answer is called, and the command that says the same.
//! Must not write anything.
use serde_json::Value;

use super::{Draft, NEW_ROW, field::Field, rows, shown};
use crate::answers::{
    edit,
    invalid::Invalid,
    layers::Origin,
    preset_name,
    questions::{self, SECTIONS},
    shell::quoted,
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
            // Whichever context is current where it is run: it is this cluster that was looked at.
            let fixed = question.key == "target.context";
            let value = if fixed { field.value.clone() } else { (question.at.get)(&said) };
            let named = (question.at.get)(&base);
            // The default needs no flag, unless a preset says something else.
            if value != named && (field.changed() || fixed || !named.is_null()) {
                words.extend(flags(question.key, &value));
            }
        }
        words.join(" ")
    }

    /// What is wrong, after what the form calls the answer: `Ray, Head CPU: expected …`.
    pub fn told(&self, wrong: &Invalid, words: &str) -> String {
        wrong.key.as_deref().map_or_else(|| words.to_owned(), |key| format!("{}: {words}", self.label(key)))
    }

    /// What the form calls an answer: `Login, Client ID`, `Ray, Memory of pool big`; what it does not have keeps its key.
    pub fn label(&self, key: &str) -> String {
        let section = self.seat(key).and_then(|(section, _)| SECTIONS.get(section)).map(|section| section.title);
        let title = match edit::row_of(key) {
            Some((table, index, _)) => self.field(key).map(|field| {
                let row = self.rows(table).into_iter().nth(index);
                let name = row.and_then(|row| row.field(NEW_ROW)?.value.as_str().map(str::to_owned));
                let name = name.unwrap_or_else(|| (index + 1).to_string());
                format!("{} of {} {name}", field.title, rows::word(table))
            }),
            None => self.field(key).map(|field| field.title.to_owned()),
        };
        match (section, title) {
            (Some(section), Some(title)) if section != title => format!("{section}, {title}"),
            (_, Some(title)) => title,
            (Some(section), None) => section.to_owned(),
            _ => key.to_owned(),
        }
    }
}

/// Whether a preset can be named on a command line: not what only stands for the answers of an earlier run.
fn is_nameable(name: &str) -> bool {
    preset_name::is_name(name) || preset_name::is_path(name)
}

fn flags(key: &str, value: &Value) -> Vec<String> {
    match (key, value.as_str()) {
        ("target.kind", Some("this-machine")) => vec!["--this-machine".to_owned()],
        ("target.namespace", Some(name)) => vec!["-n".to_owned(), quoted(name)],
        ("target.context", Some(name)) => vec![quoted(&format!("--context={name}"))],
        _ => vec!["--set".to_owned(), quoted(&format!("{key}={}", shown(value)))],
    }
}
