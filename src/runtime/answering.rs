//! Brings answers together: presets from files or shipped ones, environment, `--set`, flags.
//! Must not contact a cluster.
use crate::{
    answers::{
        facts::Facts,
        invalid::Invalid,
        layers::{self, Layers, Origin},
        preset::{self, Preset},
        resolve, shipped,
        spec::Spec,
    },
    cli::{Answering, Place},
    health::text,
    problem::{Explain, Problem},
};

/// Longest preset file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Everything that was said on the command line, in presets and in the environment.
pub fn layers(answering: &Answering, place: &Place) -> Result<Layers, Vec<Problem>> {
    let mut layers = Layers::new();
    let mut wrong = Vec::new();
    for name in &answering.presets {
        match load(name) {
            Ok(preset) => layers.push_preset(name, preset),
            Err(problems) => wrong.extend(problems),
        }
    }
    let (pairs, unreadable) = variables();
    wrong.extend(unreadable);
    wrong.extend(layers.environment(pairs).err().into_iter().flatten().map(|invalid| invalid.explain()));
    let flags = [("target.context", &place.context), ("target.namespace", &place.namespace)];
    let flags = flags.into_iter().filter_map(|(key, value)| value.as_deref().map(|value| format!("{key}={value}")));
    for set in answering.set.iter().cloned().chain(flags) {
        wrong.extend(say(&mut layers, &set).err().map(|invalid| invalid.explain()));
    }
    if wrong.is_empty() { Ok(layers) } else { Err(wrong) }
}

/// The environment's answers, and what is no text among them. The value may be a secret and is never shown.
fn variables() -> (Vec<(String, String)>, Vec<Problem>) {
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

fn not_a_text(name: &str) -> Problem {
    let name = text::line(name);
    Problem::new("not-a-text", format!("environment variable `{name}` holds bytes that are no text in UTF-8"))
        .hint(format!("set it again, or `unset {name}`"))
}

fn say(layers: &mut Layers, set: &str) -> Result<(), Invalid> {
    let (key, value) = set
        .split_once('=')
        .ok_or_else(|| Invalid::new("`--set` expects `KEY=VALUE`").hint("for example `--set ray.pools[0].max=3`"))?;
    layers.set(Origin::Set, key.trim(), value)
}

/// A preset by file or shipped name.
pub fn load(name: &str) -> Result<Preset, Vec<Problem>> {
    let text = match shipped::find(name) {
        Some(shipped) => shipped.text.to_owned(),
        None => read(name).map_err(|problem| vec![problem])?,
    };
    preset::parse(&text, name).map_err(|wrong| wrong.iter().map(Explain::explain).collect())
}

fn read(name: &str) -> Result<String, Problem> {
    let unreadable = |error: &dyn std::fmt::Display| {
        let problem =
            Problem::new("preset-unreadable", format!("cannot read the preset `{}`: {error}", text::line(name)));
        match nearest(name) {
            Some(near) => {
                problem.hint(format!("did you mean the shipped preset `{near}`? `hubwright presets` lists all"))
            }
            None => problem.hint("a preset is a file, or a shipped name; `hubwright presets` lists them"),
        }
    };
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => unreadable(&"there is no such file, nor such a shipped preset"),
        std::io::ErrorKind::PermissionDenied => unreadable(&"you may not read it"),
        _ => unreadable(&error),
    };
    let file = std::fs::metadata(name).map_err(failed)?;
    if !file.is_file() {
        return Err(unreadable(&"it is no file"));
    }
    if file.len() > LONGEST {
        return Err(unreadable(&format!("it is larger than {} KiB", LONGEST >> 10)));
    }
    let bytes = std::fs::read(name).map_err(failed)?;
    String::from_utf8(bytes).map_err(|_| unreadable(&"it is not a text in UTF-8"))
}

fn nearest(name: &str) -> Option<&'static str> {
    let score = |preset: &shipped::Shipped| strsim::jaro_winkler(preset.name, name);
    shipped::SHIPPED
        .iter()
        .filter(|preset| score(preset) > 0.75)
        .max_by(|a, b| score(a).total_cmp(&score(b)))
        .map(|preset| preset.name)
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
