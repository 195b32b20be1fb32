//! Brings answers together: presets from files or shipped ones, environment, `--set`, flags.
//! Must not contact a cluster.
use std::{io::Read, os::unix::fs::FileTypeExt};

use super::{presets, tell};
use crate::{
    answers::{
        facts::Facts,
        invalid::Invalid,
        layers::{self, Layers, Origin, covers},
        preset::{self, Preset},
        resolve, shipped,
        spec::Spec,
        warn,
    },
    cli::{Answering, Place},
    drivers::folder,
    front::message,
    health::text,
    problem::{Explain, Problem},
};

/// Longest preset file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// What was said, as far as it can be read, and what is wrong with the rest.
pub struct Said {
    /// What can be read.
    pub layers: Layers,
    /// What is wrong with the rest.
    pub wrong: Vec<Invalid>,
    /// Presets that could not be found, or opened.
    unread: Vec<Problem>,
    /// Whether every preset could be read at least in part, so that something can be said about what is missing.
    pub whole: bool,
}

impl Said {
    /// All that is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        self.unread.iter().cloned().chain(self.wrong.iter().map(Explain::explain)).collect()
    }
}

/// Everything that was said on the command line, in presets and in the environment.
pub fn layers(answering: &Answering, place: &Place) -> Result<Layers, Vec<Problem>> {
    let said = said(answering, place);
    let problems = said.problems();
    if problems.is_empty() { Ok(said.layers) } else { Err(problems) }
}

/// The same with the spec that follows from it: what cannot be read, what is missing and what is impossible is all reported
/// at once.
pub fn complete(answering: &Answering, place: &Place) -> Result<(Layers, Spec), Vec<Problem>> {
    let said = said(answering, place);
    let mut problems = said.problems();
    match spec(&said.layers, &Facts::default()) {
        Ok(spec) if problems.is_empty() => {
            warn::unused(&said.layers).iter().for_each(|problem| tell(&message::warning(problem)));
            return Ok((said.layers, spec));
        }
        Err(more) if said.whole => {
            // An answer that cannot be read is not missing as well, nor are those of a section that cannot be read.
            let new = |at: &String| !said.wrong.iter().filter_map(|it| it.key.as_ref()).any(|key| covers(key, at));
            problems.extend(more.into_iter().filter(|more| more.at.as_ref().is_none_or(new)));
        }
        _ => {}
    }
    Err(problems)
}

/// Everything that was said, as far as it can be read.
pub fn said(answering: &Answering, place: &Place) -> Said {
    let mut layers = Layers::new();
    let (mut wrong, mut unread, mut whole) = (Vec::new(), Vec::new(), true);
    for name in &answering.presets {
        let preset = match read_all(name) {
            Ok((preset, refused)) => {
                wrong.extend(refused);
                preset
            }
            Err(problem) => {
                unread.push(problem);
                None
            }
        };
        whole &= preset.is_some();
        preset.into_iter().for_each(|preset| layers.push_preset(name, preset));
    }
    let (pairs, unreadable) = variables();
    wrong.extend(unreadable);
    wrong.extend(layers.environment(pairs).err().into_iter().flatten());
    let here = place.this_machine.then(|| "this-machine".to_owned());
    let flags = [("target.kind", &here), ("target.context", &place.context), ("target.namespace", &place.namespace)];
    let flags = flags.into_iter().filter_map(|(key, value)| value.as_deref().map(|value| format!("{key}={value}")));
    for set in answering.set.iter().cloned().chain(flags) {
        wrong.extend(say(&mut layers, &set).err());
    }
    Said { layers, wrong, unread, whole }
}

/// The environment's answers, and what is no text among them. The value may be a secret and is never shown.
fn variables() -> (Vec<(String, String)>, Vec<Invalid>) {
    let mut pairs = Vec::new();
    let mut wrong = Vec::new();
    for (name, value) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        match value.into_string() {
            Ok(value) => pairs.push((name, value)),
            Err(_) if layers::is_answer(&name) => wrong.push(not_a_text(&name)),
            Err(_) => {}
        }
    }
    (pairs, wrong)
}

fn not_a_text(name: &str) -> Invalid {
    let name = text::line(name);
    Invalid::new(format!("environment variable `{name}` holds bytes that are no text in UTF-8"))
        .hint(format!("set it again, or `unset {name}`"))
}

/// Puts `--set`s over layers. All that cannot be read is named at once.
pub fn set(layers: &mut Layers, sets: &[String]) -> Result<(), Vec<Problem>> {
    let wrong: Vec<Problem> =
        sets.iter().filter_map(|set| say(layers, set).err()).map(|invalid| invalid.explain()).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn say(layers: &mut Layers, set: &str) -> Result<(), Invalid> {
    let (key, value) = set
        .split_once('=')
        .ok_or_else(|| Invalid::new("`--set` expects `KEY=VALUE`").hint("for example `--set ray.pools[0].max=3`"))?;
    layers.set(Origin::Set, key.trim(), value)
}

/// A preset by name or file.
pub fn load(name: &str) -> Result<Preset, Vec<Problem>> {
    match read_all(name).map_err(|problem| vec![problem])? {
        (Some(preset), wrong) if wrong.is_empty() => Ok(preset),
        (_, wrong) => Err(wrong.iter().map(Explain::explain).collect()),
    }
}

/// What can be read of a preset, and what is wrong with the rest. A name is that of a shipped preset, else of one of the
/// person's own, else a file.
fn read_all(name: &str) -> Result<(Option<Preset>, Vec<Invalid>), Problem> {
    let text = match (shipped::find(name), presets::find(name)) {
        (Some(shipped), _) => shipped.text.to_owned(),
        (None, Some(own)) => read(&own.display().to_string())?,
        (None, None) => read(name)?,
    };
    Ok(preset::parse_all(&text, name))
}

fn read(name: &str) -> Result<String, Problem> {
    let unreadable = |error: &dyn std::fmt::Display| {
        let problem =
            Problem::new("preset-unreadable", format!("cannot read the preset `{}`: {error}", text::line(name)));
        match nearest(name) {
            Some(near) => problem.hint(format!("did you mean the preset `{near}`? `hubwright presets` lists all")),
            None => problem.hint("a preset is a file, or a name; `hubwright presets` lists them"),
        }
    };
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => unreadable(&"there is no such file, nor such a preset"),
        std::io::ErrorKind::PermissionDenied => unreadable(&"you may not read it"),
        _ => unreadable(&error),
    };
    let path = folder::expanded(name);
    let kind = std::fs::metadata(&path).map_err(failed)?.file_type();
    // A pipe is what `<(…)` of a shell gives.
    if !kind.is_file() && !kind.is_fifo() {
        return Err(unreadable(&"it is no file"));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LONGEST {
        return Err(unreadable(&format!("it is larger than {} KiB", LONGEST >> 10)));
    }
    String::from_utf8(bytes).map_err(|_| unreadable(&"it is not a text in UTF-8"))
}

fn nearest(name: &str) -> Option<String> {
    let score = |known: &String| strsim::jaro_winkler(known, name);
    let names = shipped::SHIPPED.iter().map(|preset| preset.name.to_owned()).chain(presets::own());
    names.filter(|known| score(known) > 0.75).max_by(|a, b| score(a).total_cmp(&score(b)))
}

/// The complete valid spec, or everything that is wrong with the answers.
pub fn spec(layers: &Layers, facts: &Facts) -> Result<Spec, Vec<Problem>> {
    resolve::resolve(&layers.merged(), facts)
        .map_err(|wrong| guide(layers, wrong.into_iter().map(|invalid| layers.place(invalid).explain()).collect()))
}

/// Adds a way on for somebody who begins: a preset, or a file in which all that is missing can be filled in.
fn guide(layers: &Layers, mut problems: Vec<Problem>) -> Vec<Problem> {
    let presets = layers.presets();
    let hint = match presets.as_slice() {
        [] => Some("or begin with a preset: `hubwright presets` lists them".to_owned()),
        [name] if shipped::find(name).is_some() && problems.len() > 2 => {
            Some(format!("or fill in a file: `hubwright save {name} -o mine.yaml`, then `hubwright plan mine.yaml`"))
        }
        _ => None,
    };
    if let Some(last) = problems.last_mut() {
        last.hints.extend(hint);
    }
    problems
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;
    use crate::{
        answers::draft::Draft,
        cli::{Cli, Command, Install},
        front::{
            tui::{app::App, theme::Theme},
            wizard::{shared::Shared, turn::Place, wish::Wish},
        },
    };

    /// The command that the review copies, parsed as a shell and then we ourselves parse it.
    fn pasted(layers: &Layers) -> Install {
        let mut shared = Shared::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
        shared.draft = Draft::new(layers.clone());
        let mut app = App::new(shared, Theme::PLAIN);
        app.begin(Place::Review);
        let copied = app.input(&Event::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::NONE)));
        let [Wish::Copy(command)] = copied.as_slice() else { panic!("{copied:?}") };
        let script = format!("hubwright() {{ printf '%s\\0' hubwright \"$@\"; }}\n{command}");
        #[expect(clippy::disallowed_methods, reason = "how a shell reads it, a shell knows")]
        let mut shell = std::process::Command::new("sh");
        let output = shell.arg("-c").arg(script).output().unwrap();
        let words = String::from_utf8(output.stdout).unwrap();
        match Cli::try_parse_from(words.split_terminator('\0')).unwrap().command {
            Some(Command::Install(install)) => install,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_command_of_the_review_says_the_same_when_it_is_pasted() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("my presets/it's mine.yaml").display().to_string();
        std::fs::create_dir(folder.path().join("my presets")).unwrap();
        std::fs::write(&own, "schema: 1\ntarget: {kind: kubernetes}\nlogin: {method: dummy}\n").unwrap();
        let odd = "it's \"closed\" on $HOME `date` \\ -y --set a=b # ünd *";
        let cases: [(&str, &[(&str, &str)]); 5] = [
            ("trial", &[]),
            ("trial", &[("hub.announcement", odd), ("target.namespace", "lab")]),
            (
                "trial-kubernetes",
                &[
                    ("target.context", "arn:aws:eks:eu-1:1:cluster/a b"),
                    ("login.admins", "ada, grace hopper"),
                    ("ray.pools[0].name", "big"),
                    ("ray.pools[0].max", "7"),
                    ("ray.pools[+].name", "small"),
                ],
            ),
            ("github", &[("login.client-id", "id"), ("login.client-secret", "env:HUB_SECRET"), ("login.allow", "all")]),
            (&own, &[("hub.announcement", "")]),
        ];
        for (name, said) in cases {
            let mut layers = Layers::new();
            layers.push_preset(name, load(name).unwrap());
            said.iter().for_each(|(key, value)| layers.set(Origin::Typed, key, value).unwrap());
            let args = pasted(&layers);
            assert!(args.acting.yes && args.answering.presets == [name], "{args:?}");
            let again = super::layers(&args.answering, &args.place).unwrap();
            assert_eq!(again.merged(), layers.merged(), "{name} {said:?}: {args:?}");
        }
    }
}
