//! Finds the runs that are remembered on this machine.
//! Must not change anything.
use std::path::{Path, PathBuf};

use super::{deploying::ANSWERS, naming};
use crate::{
    answers::{
        preset,
        spec::{self, Target},
        tree::{self, TargetKind},
    },
    cli::Place,
    drivers::{folder, journal},
    health::text,
    plan::render::quoted,
    problem::{Explain, Problem},
    run::{
        event::command::{INSTALL, UNINSTALL},
        state::RunState,
    },
};

/// File with the answers of a deployment that was removed.
pub const REMOVED: &str = "answers.removed.yaml";

/// One remembered deployment.
pub struct Remembered {
    /// Its folder.
    pub folder: PathBuf,
    /// Where it is.
    pub target: Target,
    /// What its journal says.
    pub state: RunState,
}

impl Remembered {
    /// The file with its answers.
    pub fn answers(&self) -> PathBuf {
        self.folder.join(ANSWERS)
    }

    /// The flags that name it.
    pub fn flags(&self) -> String {
        flags(&self.target)
    }
}

/// The flags that name a deployment.
pub fn flags(target: &Target) -> String {
    let name = quoted(&target.namespace);
    match target.context() {
        Some(context) => format!("--context {} -n {name}", quoted(context)),
        None if target.machine().is_some() => format!("--this-machine -n {name}"),
        None => format!("-n {name}"),
    }
}

/// A deployment in a few words: `namespace hub of prod`, `hub on this machine`.
pub fn words(target: &Target) -> String {
    let name = text::line(&target.namespace);
    match target.context() {
        Some(context) => format!("namespace {name} of {}", text::line(context)),
        None if target.machine().is_some() => format!("{name} on this machine"),
        None => format!("namespace {name} of the current context"),
    }
}

/// All deployments that are remembered, of the place that was named if one was.
pub fn all(place: &Place) -> Result<Vec<Remembered>, Problem> {
    let Ok(entries) = std::fs::read_dir(folder::root()?) else { return Ok(Vec::new()) };
    let folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    let mut found: Vec<Remembered> = folders.iter().filter_map(|folder| at(folder)).collect();
    let any = place.context.is_none() && place.namespace.is_none() && !place.this_machine;
    if let Some(problem) = folders.iter().find_map(|folder| unreadable(folder)).filter(|_| any && found.is_empty()) {
        return Err(problem);
    }
    found.retain(|run| meant(place, &run.target));
    found.sort_by(|one, other| one.folder.cmp(&other.folder));
    Ok(found)
}

fn meant(place: &Place, target: &Target) -> bool {
    let named = |said: &Option<String>, name: Option<&str>| said.is_none() || said.as_deref() == name;
    named(&place.context, target.context())
        && named(&place.namespace, Some(&target.namespace))
        && (!place.this_machine || target.machine().is_some())
}

/// The one deployment of this machine that was removed and whose data may have stayed.
pub fn removed(place: &Place) -> Option<Remembered> {
    let entries = std::fs::read_dir(folder::root().ok()?).ok()?;
    let mut found = entries.flatten().filter_map(|entry| load(&entry.path(), REMOVED));
    let meant = |run: &Remembered| run.target.machine().is_some() && meant(place, &run.target);
    let first = found.find(meant)?;
    found.all(|other| !meant(&other)).then_some(first)
}

/// What is remembered in a folder.
pub fn at(folder: &Path) -> Option<Remembered> {
    load(folder, ANSWERS)
}

fn load(folder: &Path, answers: &str) -> Option<Remembered> {
    let text = std::fs::read_to_string(folder.join(answers)).ok()?;
    let answers = preset::parse(&text, ANSWERS).ok()?.answers;
    let state = RunState::fold(&journal::read(folder));
    Some(Remembered { folder: folder.to_owned(), target: target(answers.target, answers.machine), state })
}

/// Why nothing is remembered of a deployment that was made.
fn unreadable(folder: &Path) -> Option<Problem> {
    let path = folder.join(ANSWERS);
    let wrong = preset::parse(&std::fs::read_to_string(&path).ok()?, ANSWERS).err()?;
    let why = wrong.first().map(|wrong| wrong.explain().title).unwrap_or_default();
    let title = format!("a deployment is remembered, and its answers cannot be read: {why}");
    let hint =
        format!("mend `{}`, or take the hubwright that wrote it: a newer one knows more answers", path.display());
    Some(Problem::new("answers-unreadable", title).hint(hint))
}

/// Where answers lead, complete or not.
pub fn target(target: tree::Target, machine: tree::Machine) -> Target {
    let namespace = target.namespace.unwrap_or_else(|| "hub".to_owned());
    match target.kind {
        Some(TargetKind::ThisMachine) => naming::on_this_machine(machine.folder, namespace),
        Some(TargetKind::Kubernetes) | None => {
            Target { place: spec::Place::Kubernetes { context: target.context }, namespace }
        }
    }
}

/// The one installation that was interrupted.
pub fn unfinished(place: &Place) -> Result<Remembered, Problem> {
    let (mut installs, others): (Vec<Remembered>, Vec<Remembered>) =
        all(place)?.into_iter().partition(|run| run.state.unfinished(INSTALL));
    match (installs.pop(), installs.is_empty()) {
        (Some(run), true) => Ok(run),
        (Some(run), false) => Err(several(installs.iter().chain([&run]))),
        (None, _) => Err(nothing(&others)),
    }
}

/// Several are remembered and none was named. `verb`: what was to be done.
pub fn which(verb: &str, runs: &[Remembered]) -> Problem {
    let hint = if runs.is_empty() { "`-n NAMESPACE`".to_owned() } else { names(runs.iter()) };
    Problem::new("which-deployment", format!("say which deployment to {verb}")).hint(hint)
}

fn names<'r>(runs: impl Iterator<Item = &'r Remembered>) -> String {
    runs.map(|run| format!("`{}`", run.flags())).collect::<Vec<_>>().join(", ")
}

fn several<'r>(runs: impl Iterator<Item = &'r Remembered>) -> Problem {
    Problem::new("several-to-resume", "several runs were interrupted").hint(format!("choose one: {}", names(runs)))
}

fn nothing(others: &[Remembered]) -> Problem {
    if let Some(run) = others.iter().find(|run| run.state.unfinished(UNINSTALL)) {
        let again = format!("`hubwright uninstall {}` goes on", run.flags());
        return Problem::new("nothing-to-resume", "the interrupted run is a removal").hint(again);
    }
    Problem::new("nothing-to-resume", "no interrupted run is remembered on this machine")
        .hint("`hubwright install PRESET` with the same answers goes on as well: it looks at what is there and changes only what is missing")
}
