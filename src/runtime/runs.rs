//! Finds the runs that are remembered on this machine.
//! Must not change anything.
use std::path::{Path, PathBuf};

use super::{deploying::ANSWERS, naming};
use crate::{
    answers::{
        invalid::Invalid,
        preset,
        spec::{self, Target},
        tree::{self, TargetKind},
    },
    cli::Place,
    drivers::{folder, journal, machine::layout::Layout},
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

/// A deployment as what is installed: `into namespace hub of prod`, `hub on this machine, in FOLDER`.
pub fn as_object(target: &Target) -> String {
    let Some(machine) = target.machine() else { return format!("into {}", words(target)) };
    let layout = Layout::of(&target.namespace, machine.folder.as_deref()).ok();
    let folder = layout.map(|layout| format!(", in {}", layout.folder().display())).unwrap_or_default();
    format!("`{}` on this machine{folder}", text::line(&target.namespace))
}

/// All deployments that are remembered, of the place that was named if one was.
pub fn all(place: &Place) -> Result<Vec<Remembered>, Problem> {
    let (mut found, unreadable) = found()?;
    let any = place.context.is_none() && place.namespace.is_none() && !place.this_machine;
    if let Some(problem) = unreadable.into_iter().next().filter(|_| any && found.is_empty()) {
        return Err(problem);
    }
    found.retain(|run| meant(place, &run.target));
    Ok(found)
}

/// All deployments that are remembered, and why nothing is known of those whose answers cannot be read.
pub fn found() -> Result<(Vec<Remembered>, Vec<Problem>), Problem> {
    let (mut found, mut unreadable) = (Vec::new(), Vec::new());
    let Ok(entries) = std::fs::read_dir(folder::root()?) else { return Ok((found, unreadable)) };
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    for loaded in folders.iter().filter_map(|folder| load(folder, ANSWERS)) {
        match loaded {
            Ok(run) => found.push(run),
            Err(problem) => unreadable.push(problem),
        }
    }
    Ok((found, unreadable))
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
    let mut found = entries.flatten().filter_map(|entry| load(&entry.path(), REMOVED)?.ok());
    let meant = |run: &Remembered| run.target.machine().is_some() && meant(place, &run.target);
    let first = found.find(meant)?;
    found.all(|other| !meant(&other)).then_some(first)
}

/// What is remembered in a folder.
pub fn at(folder: &Path) -> Option<Remembered> {
    load(folder, ANSWERS)?.ok()
}

/// `None`: no deployment was made there. The error: its answers cannot be read.
fn load(folder: &Path, answers: &str) -> Option<Result<Remembered, Problem>> {
    let path = folder.join(answers);
    let text = std::fs::read_to_string(&path).ok()?;
    let (preset, wrong) = preset::parse_all(&text, ANSWERS);
    let target = preset.map(|preset| target(preset.answers.target, preset.answers.machine));
    Some(match (target, wrong.first()) {
        (Some(target), None) => {
            Ok(Remembered { folder: folder.to_owned(), target, state: RunState::fold(&journal::read(folder)) })
        }
        (target, why) => Err(unreadable(&path, target.as_ref(), why)),
    })
}

/// Why nothing is known of a deployment that was made. What is in a cluster is found without answers, too.
fn unreadable(answers: &Path, target: Option<&Target>, why: Option<&Invalid>) -> Problem {
    let why = why.map(|why| why.explain().title).unwrap_or_default();
    let title = format!("a deployment is remembered, and its answers cannot be read: {why}");
    let hint =
        format!("mend `{}`, or take the hubwright that wrote it: a newer one knows more answers", answers.display());
    let problem = Problem::new("answers-unreadable", title).hint(hint);
    if target.is_some_and(|target| target.machine().is_some()) {
        return problem;
    }
    let flags = target.map_or_else(|| "-n NAMESPACE".to_owned(), flags);
    problem.hint(format!(
        "or name the deployment: `hubwright status {flags}`, and `verify` and `uninstall` so, need no answers"
    ))
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
