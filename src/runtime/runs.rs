//! Finds the runs that are remembered on this machine.
//! Must not change anything.
use std::path::{Path, PathBuf};

use super::deploying::ANSWERS;
use crate::{
    answers::preset,
    cli::Place,
    drivers::{folder, journal},
    problem::Problem,
    run::{executor::INSTALL, state::RunState, uninstall::UNINSTALL},
};

/// One remembered deployment.
pub struct Remembered {
    /// Its folder.
    pub folder: PathBuf,
    /// Context and namespace.
    pub context: String,
    /// Namespace.
    pub namespace: String,
    /// What its journal says.
    pub state: RunState,
}

/// All deployments that are remembered, of the place that was named if one was.
pub fn all(place: &Place) -> Result<Vec<Remembered>, Problem> {
    let Ok(entries) = std::fs::read_dir(folder::root()?) else { return Ok(Vec::new()) };
    let named = |said: &Option<String>, name: &str| said.as_deref().is_none_or(|said| said == name);
    let found = entries.flatten().filter_map(|entry| load(&entry.path()));
    Ok(found.filter(|run| named(&place.context, &run.context) && named(&place.namespace, &run.namespace)).collect())
}

fn load(folder: &Path) -> Option<Remembered> {
    let text = std::fs::read_to_string(folder.join(ANSWERS)).ok()?;
    let answers = preset::parse(&text, ANSWERS).ok()?.answers;
    Some(Remembered {
        folder: folder.to_owned(),
        context: answers.target.context.unwrap_or_default(),
        namespace: answers.target.namespace.unwrap_or_default(),
        state: RunState::fold(&journal::read(folder)),
    })
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
    runs.map(|run| format!("`--context {} -n {}`", run.context, run.namespace)).collect::<Vec<_>>().join(", ")
}

fn several<'r>(runs: impl Iterator<Item = &'r Remembered>) -> Problem {
    Problem::new("several-to-resume", "several runs were interrupted").hint(format!("choose one: {}", names(runs)))
}

fn nothing(others: &[Remembered]) -> Problem {
    if let Some(run) = others.iter().find(|run| run.state.unfinished(UNINSTALL)) {
        let again = format!("`hubwright uninstall --context {} -n {}` goes on", run.context, run.namespace);
        return Problem::new("nothing-to-resume", "the interrupted run is a removal").hint(again);
    }
    Problem::new("nothing-to-resume", "no interrupted run is remembered on this machine")
        .hint("`hubwright install PRESET` with the same answers goes on as well: it looks at the cluster and changes only what is missing")
}
