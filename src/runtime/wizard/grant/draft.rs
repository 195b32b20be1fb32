//! The draft: answers of a setup that was left unfinished, in a file in the form of a preset. It holds what was said and not
//! the defaults, and which presets that lies over, so that origins are the same when it is opened again.
//! Must not hold a secret: answers hold references only.
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    answers::{
        layers::{Layers, Origin},
        preset::{self, Preset},
        question::Kind,
        questions,
        tree::Answers,
    },
    drivers::folder,
    front::tui::wish::DraftLine,
    problem::{Explain, Problem},
    runtime::runs,
};

/// Name of the file.
const NAME: &str = "draft.yaml";
/// How its first lines begin, each of which names a preset under it, lowest first.
const BASE: &str = "# over preset: ";

fn path() -> Result<PathBuf, Problem> {
    Ok(folder::root()?.join(NAME))
}

/// Keeps the answers.
pub fn keep(layers: &Layers) -> Result<(), Problem> {
    let base = bases(&layers.presets());
    let draft = Preset { title: "Unfinished setup".to_owned(), answers: layers.said(), ..Preset::default() };
    folder::make(&folder::root()?)?;
    folder::write_private(&path()?, &format!("{base}{}", preset::write_said(&draft)))
}

/// The first lines. Presets belong together: where one of them cannot be named, none is.
fn bases(presets: &[&str]) -> String {
    let nameable = presets.iter().all(|name| !name.contains('\n'));
    presets.iter().filter(|_| nameable).map(|name| format!("{BASE}{name}\n")).collect()
}

fn presets_of(text: &str) -> Vec<String> {
    text.lines().map_while(|line| line.strip_prefix(BASE)).map(str::to_owned).collect()
}

/// Forgets it.
pub fn drop() {
    if let Ok(path) = path() {
        // What is not there need not go.
        let _ = std::fs::remove_file(path);
    }
}

/// Where it leads, and when it was kept; `None`: there is none.
pub fn line() -> Option<DraftLine> {
    let path = path().ok()?;
    let kept = std::fs::metadata(&path).and_then(|file| file.modified()).ok()?;
    let (preset, _) = preset::parse_all(&std::fs::read_to_string(&path).ok()?, NAME);
    let answers = preset?.answers;
    let words = runs::words(&runs::target(answers.target, answers.machine));
    Some(DraftLine { words, at: Timestamp::try_from(kept).ok()? })
}

/// The presets that it lies over, lowest first, what it says, and what of it cannot be read.
pub fn read() -> Result<(Vec<String>, Answers, Vec<Problem>), Vec<Problem>> {
    let path = path().map_err(|problem| vec![problem])?;
    let text = std::fs::read_to_string(&path).map_err(|error| {
        vec![Problem::new("draft-unreadable", format!("cannot read the draft `{}`: {error}", path.display()))]
    })?;
    let (preset, wrong) = preset::parse_all(&text, NAME);
    let wrong: Vec<Problem> = wrong.iter().map(Explain::explain).collect();
    match preset {
        Some(preset) => Ok((presets_of(&text), preset.answers, wrong)),
        None => Err(wrong),
    }
}

/// Lays a draft over what presets, environment and command line say now: only what differs is typed. What the environment or
/// the command line says of an answer that the draft does not have is new, and counts.
pub fn lay_over(layers: &mut Layers, draft: &Answers) {
    lay_commands(layers, draft);
    let now = layers.merged();
    for question in questions::all() {
        let (was, is) = ((question.at.get)(&now), (question.at.get)(draft));
        let new = is.is_null() && !matches!(layers.origin(question.key), Origin::Preset(_));
        if was != is && !new {
            // An answer of the same shape, under a key of the table of questions, is never refused.
            let _ = layers.say_value(question.key, is);
        }
    }
}

/// Commands that would get secrets may have come with somebody's preset: they are asked for again.
fn lay_commands(layers: &mut Layers, draft: &Answers) {
    let now = layers.merged();
    let is_command = |value: &Value| value.as_str().is_some_and(|text| text.starts_with("command:"));
    let mut kept = Answers::default();
    for question in questions::all().filter(|question| matches!(question.kind, Kind::Secret)) {
        let is = (question.at.get)(draft);
        if is_command(&is) && is != (question.at.get)(&now) {
            let _ = (question.at.set)(&mut kept, is);
        }
    }
    if kept != Answers::default() {
        layers.push(Origin::Kept, kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_presets_under_a_draft_are_remembered_in_their_order() {
        for presets in [&["trial"][..], &["azuread-ingress", "/home/ada/site.yaml", "gpu"], &[]] {
            assert_eq!(presets_of(&(bases(presets) + "schema: 1\n")), presets);
        }
        assert_eq!(bases(&["trial", "a\nb.yaml"]), "", "what follows a line end would be another preset");
    }
}
