//! `Layers`: answers said by presets, environment, `--set` and typing, one over the other, remembering who said what.
//! Must not know where texts come from: the caller reads files and the environment.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    detect, edit,
    facts::Facts,
    invalid::Invalid,
    preset::Preset,
    question::{Kind, Question},
    questions,
    tree::{Answers, TargetKind},
};

/// Who said an answer. Later ones win.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Nobody: the question's own default.
    Default,
    /// A probe of the target.
    Detected,
    /// A preset, by name or file.
    Preset(String),
    /// A draft of an earlier session, in which it is not known who said it.
    Kept,
    /// An environment variable.
    Environment(String),
    /// `--set`, or a flag.
    Set,
    /// The person, in the wizard or at a prompt.
    Typed,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Detected => f.write_str("detected"),
            Self::Preset(name) => write!(f, "preset {name}"),
            Self::Kept => f.write_str("kept"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Set => f.write_str("--set"),
            Self::Typed => f.write_str("typed"),
        }
    }
}

impl Origin {
    /// The same in one word, where there is no room for names.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Detected => "detected",
            Self::Preset(_) => "preset",
            Self::Kept => "kept",
            Self::Environment(_) => "env",
            Self::Set => "--set",
            Self::Typed => "typed",
        }
    }
}

/// Variables that begin with `HUBWRIGHT_` and are no answers, with what they are; `HUBWRIGHT_BED_…` belongs to the test bed,
/// too.
pub const RESERVED: &[(&str, &str)] = &[
    ("HUBWRIGHT_HELM", "the helm program, as `--helm`"),
    ("HUBWRIGHT_STATE", "folder for journals; `~/.local/state/hubwright` if not said"),
    ("HUBWRIGHT_NO_PROGRESS", "no moving bars on a terminal, lines only"),
    ("HUBWRIGHT_CACHE", "folder in which the test bed keeps what it builds"),
    ("HUBWRIGHT_BED", "name of a test bed that runs"),
    ("HUBWRIGHT_CHARTS", "folder of upstream charts that the tests are run against"),
];

/// Layers of answers, lowest first.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    layers: Vec<Layer>,
}

/// What one of them said.
#[derive(Debug, Clone)]
struct Layer {
    origin: Origin,
    answers: Answers,
    /// Keys of answers that were taken back, whatever lower layers say.
    unsaid: BTreeSet<&'static str>,
    /// Lines of a file by key.
    lines: BTreeMap<String, u64>,
}

impl Layer {
    fn new(origin: Origin, answers: Answers) -> Self {
        Self { origin, answers, unsaid: BTreeSet::new(), lines: BTreeMap::new() }
    }

    fn speaks_of(&self, question: &Question<Answers>) -> bool {
        self.unsaid.contains(question.key) || !(question.at.get)(&self.answers).is_null()
    }

    fn speaks(&self) -> bool {
        !self.unsaid.is_empty() || self.answers != Answers::default()
    }

    /// Says an answer; `Null` takes back what lower layers say.
    fn say(&mut self, question: &Question<Answers>, value: Value) -> Result<(), String> {
        let null = value.is_null();
        (question.at.set)(&mut self.answers, value)?;
        if null {
            self.unsaid.insert(question.key);
        } else {
            self.unsaid.remove(question.key);
        }
        Ok(())
    }
}

impl Layers {
    /// No answers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a layer above all others.
    pub fn push(&mut self, origin: Origin, answers: Answers) {
        self.layers.push(Layer::new(origin, answers));
    }

    /// Adds what a preset says above all others. `name` is its file or shipped name.
    pub fn push_preset(&mut self, name: &str, preset: Preset) {
        let origin = Origin::Preset(name.to_owned());
        self.layers.push(Layer { lines: preset.lines, ..Layer::new(origin, preset.answers) });
    }

    /// Adds what the environment says: pairs of name and value. Every wrong name or value is reported.
    pub fn environment(&mut self, pairs: impl IntoIterator<Item = (String, String)>) -> Result<(), Vec<Invalid>> {
        let mut wrong = Vec::new();
        for (name, text) in pairs {
            if !is_answer(&name) {
                continue;
            }
            match questions::all().find(|question| env_name(question.key) == name) {
                Some(question) => {
                    let said = self.set(Origin::Environment(name.clone()), question.key, &text);
                    wrong.extend(said.err().map(|error| Invalid {
                        message: format!("from environment variable `{name}`: {}", error.message),
                        ..error
                    }));
                }
                None => wrong.push(unknown_variable(&name)),
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// Sets one answer from text: `key` as in a preset, rows of tables as `ray.pools[0].max` or `ray.pools[+].name`.
    /// A secret's value is refused: only references are taken. An empty text takes back what lower layers say.
    pub fn set(&mut self, origin: Origin, key: &str, text: &str) -> Result<(), Invalid> {
        let mut answers = self.merged();
        let question = edit::set(&mut answers, key, text)?;
        let value = (question.at.get)(&answers);
        self.put(origin, question, value).map_err(|error| Invalid::at(key, error))
    }

    /// Says what a person typed, as [`Layers::set`] does: each answer once, over all others.
    pub fn say(&mut self, key: &str, text: &str) -> Result<(), Invalid> {
        self.set(Origin::Typed, key, text)
    }

    /// Says a whole answer that a person typed; `Null` takes back what lower layers say. A row's key is none.
    pub fn say_value(&mut self, key: &str, value: Value) -> Result<(), Invalid> {
        let question = questions::find(key).ok_or_else(|| edit::unknown(key))?;
        self.put(Origin::Typed, question, value).map_err(|error| Invalid::at(key, error))
    }

    fn put(&mut self, origin: Origin, question: &'static Question<Answers>, value: Value) -> Result<(), String> {
        let wanted = origin == Origin::Typed;
        let typed = self.layers.last_mut().filter(|last| wanted && last.origin == Origin::Typed);
        if let Some(typed) = typed {
            return typed.say(question, value);
        }
        let mut layer = Layer::new(origin, Answers::default());
        layer.say(question, value)?;
        self.layers.push(layer);
        Ok(())
    }

    /// Takes back what the person typed, so that lower layers count again. A row's key means its whole table.
    pub fn unsay(&mut self, key: &str) {
        let Some(question) = questions::find(table_of(key)) else { return };
        for layer in self.layers.iter_mut().filter(|layer| layer.origin == Origin::Typed) {
            layer.unsaid.remove(question.key);
            unsay_one(question, &mut layer.answers);
        }
        self.layers.retain(|layer| layer.origin != Origin::Typed || layer.speaks());
    }

    /// Puts what a look at the target answers under everything that anybody said, in place of what an earlier look did.
    pub fn learn(&mut self, facts: &Facts) -> Result<(), Invalid> {
        self.layers.retain(|layer| layer.origin != Origin::Detected);
        let found = detect::detect(facts);
        // What a cluster calls one thing may be no answer; the others are.
        let wrong: Vec<Invalid> = found.iter().filter_map(|one| self.detected(one.key, &one.value).err()).collect();
        wrong.into_iter().next().map_or(Ok(()), Err)
    }

    /// Puts an answer that a probe found under everything that anybody said.
    pub fn detected(&mut self, key: &str, text: &str) -> Result<(), Invalid> {
        let mut answers = Answers::default();
        edit::set(&mut answers, key, text)?;
        self.layers.insert(0, Layer::new(Origin::Detected, answers));
        Ok(())
    }

    /// The layers of some who spoke.
    #[must_use]
    pub fn of(&self, wanted: impl Fn(&Origin) -> bool) -> Self {
        Self { layers: self.layers.iter().filter(|layer| wanted(&layer.origin)).cloned().collect() }
    }

    /// All answers that anybody said, later ones over earlier ones. Tables are taken whole.
    pub fn merged(&self) -> Answers {
        let mut merged = Answers::default();
        for layer in &self.layers {
            for question in questions::all().filter(|question| layer.speaks_of(question)) {
                // A layer holds typed answers already, so its value has the right shape.
                let _ = (question.at.set)(&mut merged, (question.at.get)(&layer.answers));
            }
        }
        merged
    }

    /// What people said, as a draft or a preset holds it: what was detected is detected again, maybe on another target.
    pub fn said(&self) -> Answers {
        self.of(|origin| *origin != Origin::Detected).merged()
    }

    /// Keys that a person said for this very run, and that have no meaning on the target. What presets say is not among them:
    /// one of a cluster may well be laid under this machine.
    pub fn unused(&self) -> Vec<(&'static str, Origin)> {
        let answers = self.merged();
        let on = questions::target(&answers);
        let elsewhere =
            questions::all().filter(|question| !question.fits(on) && !(question.at.get)(&answers).is_null());
        let said = elsewhere.map(|question| (question.key, self.origin(question.key)));
        said.filter(|(_, origin)| matches!(origin, Origin::Environment(_) | Origin::Set | Origin::Typed)).collect()
    }

    /// Names of the presets, lowest first.
    pub fn presets(&self) -> Vec<&str> {
        let names = self.layers.iter().filter_map(|layer| match &layer.origin {
            Origin::Preset(name) => Some(name.as_str()),
            _ => None,
        });
        names.collect()
    }

    /// Who said the answer that counts.
    pub fn origin(&self, key: &str) -> Origin {
        let Some(question) = questions::find(table_of(key)) else { return Origin::Default };
        let said = self.layers.iter().rev().find(|layer| layer.speaks_of(question));
        said.map_or(Origin::Default, |layer| layer.origin.clone())
    }

    /// Adds the file and line of the answer that is wrong, if a preset said it.
    pub fn place(&self, invalid: Invalid) -> Invalid {
        let place = invalid.key.as_deref().and_then(|key| self.said_at(key));
        match place {
            Some((file, line)) => invalid.clone().place(file, line),
            None => invalid,
        }
    }

    /// File and line of an answer, a field of a row (`ray.pools[0].max`) or a section.
    fn said_at(&self, key: &str) -> Option<(&str, u64)> {
        let table = table_of(key);
        let speaks = |layer: &&Layer| match questions::find(table) {
            Some(question) => layer.speaks_of(question),
            None => layer.lines.contains_key(key),
        };
        let layer = self.layers.iter().rev().find(speaks)?;
        let Origin::Preset(file) = &layer.origin else { return None };
        let (row, _) = key.split_once("].").unwrap_or((key, ""));
        let line = [key, &format!("{row}]"), table].into_iter().find_map(|key| layer.lines.get(key))?;
        Some((file, *line))
    }
}

/// Whether an environment variable is meant as an answer.
pub fn is_answer(name: &str) -> bool {
    name.starts_with("HUBWRIGHT_")
        && !RESERVED.iter().any(|(reserved, _)| *reserved == name)
        && !name.starts_with("HUBWRIGHT_BED_")
}

/// The answers without those that have no meaning on their target: a preset of a cluster may be laid under this machine.
pub fn fitting(answers: &Answers) -> Answers {
    let on = questions::target(answers);
    let mut fitting = answers.clone();
    questions::all().for_each(|question| unsay(question, &mut fitting, on));
    for pool in fitting.ray.pools.iter_mut().flatten() {
        questions::POOL.iter().for_each(|question| unsay(question, pool, on));
    }
    fitting
}

fn unsay<T>(question: &Question<T>, tree: &mut T, on: TargetKind) {
    if !question.fits(on) {
        unsay_one(question, tree);
    }
}

fn unsay_one<T>(question: &Question<T>, tree: &mut T) {
    // Every answer can be unsaid: all fields of the tree are optional.
    let _ = (question.at.set)(tree, Value::Null);
}

/// The table of a row's key; every other key is its own.
pub fn table_of(key: &str) -> &str {
    key.split_once('[').map_or(key, |(table, _)| table)
}

/// Whether a key is another one, or stands in that section, row or table.
pub fn covers(outer: &str, key: &str) -> bool {
    key == outer || table_of(key) == outer || key.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
}

/// Fills in the default of every question that matters and was not answered, rows of tables included.
pub fn complete(answers: &Answers, facts: &Facts) -> Answers {
    let mut complete = answers.clone();
    let on = questions::target(answers);
    let fill_all = |tree: &mut Answers, tables: bool| {
        let wanted = questions::all().filter(|question| matches!(question.kind, Kind::Table(_)) == tables);
        wanted.for_each(|question| fill(question, tree, on, facts));
    };
    fill_all(&mut complete, false);
    fill_all(&mut complete, true);
    for pool in complete.ray.pools.iter_mut().flatten() {
        questions::POOL.iter().for_each(|question| fill(question, pool, on, facts));
    }
    for profile in complete.profiles.iter_mut().flatten() {
        questions::PROFILE.iter().for_each(|question| fill(question, profile, on, facts));
    }
    complete
}

fn fill<T>(question: &Question<T>, tree: &mut T, on: TargetKind, facts: &Facts) {
    if question.matters(tree, on) && (question.at.get)(tree).is_null() {
        let default = (question.default)(tree, facts);
        if default != Value::Null {
            // A test proves that every default has the shape of its question.
            let _ = (question.at.set)(tree, default);
        }
    }
}

/// The environment variable of a key: `login.client-id` is `HUBWRIGHT_LOGIN_CLIENT_ID`.
pub fn env_name(key: &str) -> String {
    let name: String =
        key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("HUBWRIGHT_{name}")
}

fn unknown_variable(name: &str) -> Invalid {
    let invalid = Invalid::new(format!("environment variable `{name}` is no answer of hubwright"));
    let near = questions::all()
        .map(|question| env_name(question.key))
        .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    match near {
        Some(near) => invalid.hint(format!("the nearest is `{near}`; unset `{name}` if it is not meant")),
        None => invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_layers_win_and_are_remembered() {
        let mut layers = Layers::new();
        layers.set(Origin::Preset("a".into()), "ray.tag", "2.52.0").unwrap();
        layers
            .environment([("HUBWRIGHT_RAY_TAG".to_owned(), "2.60.0".to_owned()), ("HOME".into(), "/".into())])
            .unwrap();
        assert_eq!(layers.merged().ray.tag.as_deref(), Some("2.60.0"));
        assert_eq!(layers.origin("ray.tag"), Origin::Environment("HUBWRIGHT_RAY_TAG".into()));
        assert_eq!(layers.origin("ray.image"), Origin::Default);
    }

    #[test]
    fn a_field_of_a_row_keeps_the_rest_of_the_table() {
        let mut layers = Layers::new();
        layers.set(Origin::Preset("a".into()), "ray.pools[+].name", "cpu").unwrap();
        layers.set(Origin::Set, "ray.pools[0].max", "3").unwrap();
        layers.set(Origin::Set, "ray.pools[+].name", "gpu").unwrap();
        let pools = layers.merged().ray.pools.unwrap();
        let seen: Vec<_> = pools.iter().map(|pool| (pool.name.as_deref(), pool.max)).collect();
        assert_eq!(seen, [(Some("cpu"), Some(3)), (Some("gpu"), None)]);
    }

    #[test]
    fn wrong_variables_are_all_named() {
        let pairs = [("HUBWRIGHT_RAI_TAG", "x"), ("HUBWRIGHT_CULL_EVERY", "often"), ("HUBWRIGHT_BED_NODE", "x")];
        let wrong = Layers::new().environment(pairs.map(|(a, b)| (a.to_owned(), b.to_owned()))).unwrap_err();
        assert_eq!(wrong.len(), 2);
        assert!(wrong[0].hint.as_deref().unwrap().contains("HUBWRIGHT_RAY_TAG"));
        assert!(wrong[1].message.contains("not a whole number"));
    }
}
