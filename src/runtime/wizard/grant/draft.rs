//! Drafts: answers of setups that were left unfinished, each in a file in the form of a preset. It holds what was said and not
//! the defaults, and which presets that lies over, so that origins are the same when it is opened again.
//! Must not hold a secret: answers hold references only.
use std::{io::ErrorKind, os::unix::fs::OpenOptionsExt, path::PathBuf};

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    answers::{
        draft::NEW_ROW,
        edit::row_of,
        invalid::Invalid,
        kept,
        layers::{Layers, Origin, covers},
        preset::{self, Preset},
        question::Kind,
        questions,
        tree::Answers,
    },
    drivers::folder,
    front::wizard::wish::{DraftLine, Source},
    health::text,
    problem::{Explain, Problem},
    runtime::runs,
};

/// Names of the files. As many setups are kept; one more takes the place of the oldest.
const NAMES: [&str; 5] = ["draft.yaml", "draft-2.yaml", "draft-3.yaml", "draft-4.yaml", "draft-5.yaml"];
/// How its first lines begin, each of which names a preset under it, lowest first.
const BASE: &str = "# over preset: ";

/// Where the answers that are open are kept: of a setup that was not kept before, nowhere yet.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    name: Option<String>,
    /// Why the file does not hold what was said last.
    lacks: Option<Problem>,
}

impl Draft {
    /// The one that answers were opened from.
    pub fn behind(source: &Source) -> Self {
        match source {
            Source::Draft(name) => Self { name: Some(name.clone()), lacks: None },
            Source::Fresh(_) | Source::Preset(_) | Source::Deployment(_) => Self::default(),
        }
    }

    /// Whether there is a file, with all that was said.
    pub const fn is_kept(&self) -> bool {
        self.name.is_some() && self.lacks.is_none()
    }

    /// Why what was said last is not kept.
    pub const fn lacks(&self) -> Option<&Problem> {
        self.lacks.as_ref()
    }

    /// Says which of the drafts it is.
    pub fn mark(&self, lines: &mut [DraftLine]) {
        lines.iter_mut().for_each(|line| line.open = self.name.as_ref() == Some(&line.name));
    }

    /// Keeps the answers.
    pub fn keep(&mut self, layers: &Layers) -> Result<(), Problem> {
        let written = self.write(layers);
        self.lacks = written.clone().err();
        written
    }

    fn write(&mut self, layers: &Layers) -> Result<(), Problem> {
        let base = bases(&layers.presets());
        let draft = Preset { title: "Unfinished setup".to_owned(), answers: layers.said(), ..Preset::default() };
        folder::make(&folder::root()?)?;
        let name = self.name.clone().map_or_else(free, Ok)?;
        let at = path(&name)?;
        let written = folder::write_private(&at, &format!("{base}{}", preset::write_said(&draft)));
        match written {
            Ok(()) => self.name = Some(name),
            // A name that was taken for this is given back.
            Err(_) if self.name.is_none() && std::fs::metadata(&at).is_ok_and(|file| file.len() == 0) => {
                let _ = std::fs::remove_file(at);
            }
            Err(_) => {}
        }
        written
    }

    /// Forgets it.
    pub fn forget(&mut self) {
        if let Some(Ok(path)) = std::mem::take(self).name.map(|name| path(&name)) {
            // What is not there need not go.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn path(name: &str) -> Result<PathBuf, Problem> {
    if NAMES.contains(&name) {
        return Ok(folder::root()?.join(name));
    }
    Err(Problem::new("draft-unreadable", format!("there is no draft `{}`", text::line(name))))
}

/// The first lines. Presets belong together: where one of them cannot be named, none is.
fn bases(presets: &[&str]) -> String {
    let nameable = presets.iter().all(|name| !name.contains('\n'));
    presets.iter().filter(|_| nameable).map(|name| format!("{BASE}{name}\n")).collect()
}

fn presets_of(text: &str) -> Vec<String> {
    text.lines().map_while(|line| line.strip_prefix(BASE)).map(str::to_owned).collect()
}

/// A name that no draft has; where all have one, that of the oldest. The file is made, so that nobody else takes the name.
fn free() -> Result<String, Problem> {
    let mut new = std::fs::OpenOptions::new();
    new.write(true).create_new(true).mode(0o600);
    for name in NAMES {
        let path = path(name)?;
        match new.open(&path) {
            Ok(_) => return Ok(name.to_owned()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(folder::unwritable(&path, &error)),
        }
    }
    Ok(lines().pop().map_or_else(|| NAMES[0].to_owned(), |line| line.name))
}

/// Where each leads, and when it was kept, the newest first.
pub fn lines() -> Vec<DraftLine> {
    let mut lines: Vec<DraftLine> = NAMES.iter().filter_map(|name| line(name)).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    lines
}

fn line(name: &str) -> Option<DraftLine> {
    let path = path(name).ok()?;
    let kept = std::fs::metadata(&path).and_then(|file| file.modified()).ok()?;
    let (preset, _) = preset::parse_all(&std::fs::read_to_string(&path).ok()?, name);
    let answers = preset?.answers;
    let words = runs::words(&runs::target(answers.target, answers.machine));
    Some(DraftLine { name: name.to_owned(), words, open: false, at: Timestamp::try_from(kept).ok()? })
}

/// The presets that a draft lies over, lowest first, what it says, and what of it cannot be read.
pub fn read(name: &str) -> Result<(Vec<String>, Answers, Vec<Invalid>), Vec<Problem>> {
    let path = path(name).map_err(|problem| vec![problem])?;
    let text = std::fs::read_to_string(&path).map_err(|error| {
        vec![Problem::new("draft-unreadable", format!("cannot read the draft `{}`: {error}", path.display()))]
    })?;
    match preset::parse_all(&text, name) {
        (Some(preset), wrong) => Ok((presets_of(&text), preset.answers, wrong)),
        (None, wrong) => Err(wrong.iter().map(Explain::explain).collect()),
    }
}

/// Lays a draft over what presets, environment and command line say now: only what differs is typed. What the environment or
/// the command line says of an answer that the draft does not have is new, and counts. What cannot be read of the draft says
/// nothing.
///
/// A secret that was typed is gone with the program it was typed into: unless the environment or the command line says where it
/// is now, its answer is open again. All that is wrong comes back: what cannot be read of the draft (`unread`), what is below
/// it (`wrong`), and those secrets.
pub fn lay_over(layers: &mut Layers, draft: &Answers, mut unread: Vec<Invalid>, wrong: Vec<Invalid>) -> Vec<Invalid> {
    lay_commands(layers, draft);
    let now = layers.merged();
    let is_unread = |key: &str| unread.iter().filter_map(|one| one.key.as_deref()).any(|at| covers(at, key));
    let mut gone = Vec::new();
    for question in questions::all().filter(|question| !is_unread(question.key)) {
        let (was, is) = ((question.at.get)(&now), (question.at.get)(draft));
        if was != is && is == format!("ask:{}", question.key) {
            if !matches!(layers.origin(question.key), Origin::Environment(_) | Origin::Set) {
                gone.push(Invalid::at(question.key, kept::NOT_KEPT));
            }
            continue;
        }
        let new = is.is_null() && !matches!(layers.origin(question.key), Origin::Preset(_));
        if was != is && !new {
            // An answer of the same shape, under a key of the table of questions, is never refused.
            let _ = layers.say_value(question.key, is);
        }
    }
    let laid = layers.merged();
    unread.extend(wrong.into_iter().filter_map(|wrong| in_rows(wrong, &now, &laid)));
    unread.extend(gone);
    unread
}

/// What is wrong in a row, where the draft has that row: it may have moved it, or taken it away.
fn in_rows(wrong: Invalid, before: &Answers, after: &Answers) -> Option<Invalid> {
    let Some((table, row, cell)) = wrong.key.as_deref().and_then(row_of) else { return Some(wrong) };
    let rows = |answers| questions::find(table).map(|question| (question.at.get)(answers)).unwrap_or_default();
    let (was, is) = (rows(before), rows(after));
    let name = was.get(row).and_then(|row| row.get(NEW_ROW)).filter(|_| was != is);
    let Some(name) = name else { return Some(wrong) };
    let row = is.as_array()?.iter().position(|row| row.get(NEW_ROW) == Some(name))?;
    Some(Invalid { key: Some(format!("{table}[{row}].{cell}")), ..wrong })
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

    #[test]
    fn a_secret_that_was_typed_is_open_again_and_said_to_be() {
        let key = "login.client-secret";
        let mut before = Layers::new();
        for (key, value) in [("login.method", "github"), (key, "ask:login.client-secret")] {
            before.set(Origin::Typed, key, value).unwrap();
        }
        let mut layers = Layers::new();
        let gone = lay_over(&mut layers, &before.said(), Vec::new(), Vec::new());
        assert_eq!(gone, [Invalid::at(key, kept::NOT_KEPT)]);
        assert_eq!((layers.origin(key), layers.origin("login.method")), (Origin::Default, Origin::Typed));
    }

    /// It was to be typed again.
    #[test]
    fn where_a_typed_secret_is_now_may_be_said_on_the_command_line() {
        let key = "login.client-secret";
        let mut before = Layers::new();
        before.set(Origin::Typed, key, "ask:login.client-secret").unwrap();
        for origin in [Origin::Set, Origin::Environment("HUBWRIGHT_LOGIN_CLIENT_SECRET".to_owned())] {
            let mut layers = Layers::new();
            layers.set(origin.clone(), key, "env:HUB_SECRET").unwrap();
            assert_eq!(lay_over(&mut layers, &before.said(), Vec::new(), Vec::new()), []);
            assert_eq!((layers.origin(key), layers.merged().login.client_secret.is_some()), (origin, true));
        }
    }

    fn read_of(text: &str) -> (Answers, Vec<Invalid>) {
        let (read, wrong) = preset::parse_all(&format!("schema: 1\n{text}"), "it");
        (read.unwrap().answers, wrong)
    }

    fn opened(preset: &str, draft: &str) -> (Layers, Vec<Option<String>>) {
        let ((below, wrong), (draft, unread)) = (read_of(preset), read_of(draft));
        let mut layers = Layers::new();
        layers.push(Origin::Preset("mine.yaml".to_owned()), below);
        let wrong = lay_over(&mut layers, &draft, unread, wrong);
        let mut edited = crate::answers::draft::Draft::new(layers.clone());
        edited.refuse(wrong);
        let keys = edited.problems().into_iter().filter(|wrong| wrong.file.is_some()).map(|wrong| wrong.key);
        (layers, keys.collect())
    }

    /// What the draft said and could not be read was typed as nothing over the preset: nobody was asked.
    #[test]
    fn what_cannot_be_read_of_a_draft_leaves_the_preset_and_is_asked_for() {
        let (layers, wrong) = opened("ray: {head-cpu: 2}\n", "ray: {head-cpu: lots}\n");
        assert_eq!(wrong, [Some("ray.head-cpu".to_owned())]);
        assert_eq!(layers.origin("ray.head-cpu"), Origin::Preset("mine.yaml".to_owned()));
        let (_, wrong) = opened("dask: {image: x}\n", "dask: plenty\n");
        assert_eq!(wrong, [Some("dask".to_owned())]);
        let (_, wrong) = opened("ray: {head-cpu: lots}\n", "ray: {head-cpu: 3}\n");
        assert_eq!(wrong, [], "the draft says it");
    }

    /// A draft says whole tables: what is wrong in a row of it, or of the preset below, was replaced by a default.
    #[test]
    fn what_is_wrong_in_a_row_is_asked_for_in_the_row_of_the_draft() {
        let rows = |rows: &str| format!("ray: {{pools: [{rows}]}}\n");
        let (_, wrong) = opened("", &rows("{name: a, max: lots}"));
        assert_eq!(wrong, [Some("ray.pools[0].max".to_owned())]);
        let preset = rows("{name: a}, {name: b, max: lots}");
        for (draft, wanted) in [
            ("{name: a}, {name: b}", Some("ray.pools[1].max")),
            ("{name: b, min: 1}, {name: a}", Some("ray.pools[0].max")),
            ("{name: a}, {name: b, max: 3}", None),
            ("{name: a}", None),
        ] {
            let (_, wrong) = opened(&preset, &rows(draft));
            let wanted: Vec<_> = wanted.into_iter().map(|key| Some(key.to_owned())).collect();
            assert_eq!(wrong, wanted, "{draft}");
        }
    }
}
