//! Finds the runs that are remembered on this machine.
//! Must not change anything.
use std::path::{Path, PathBuf};

use super::deploying::ANSWERS;
use crate::{answers::preset, cli::Place, drivers::folder, problem::Problem, run::state::RunState};

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
    let journal = std::fs::read_to_string(folder.join("journal.jsonl")).unwrap_or_default();
    let lines: Vec<String> = journal.lines().map(str::to_owned).collect();
    Some(Remembered {
        folder: folder.to_owned(),
        context: answers.target.context.unwrap_or_default(),
        namespace: answers.target.namespace.unwrap_or_default(),
        state: RunState::fold(&lines),
    })
}

/// The folder of the one run that was interrupted.
pub fn unfinished(place: &Place) -> Result<PathBuf, Problem> {
    let runs: Vec<Remembered> = all(place)?.into_iter().filter(|run| run.state.unfinished()).collect();
    match runs.as_slice() {
        [run] => Ok(run.folder.clone()),
        [] => Err(Problem::new("nothing-to-resume", "no interrupted run is remembered on this machine")
            .hint("`hubwright install PRESET` with the same answers goes on as well: it looks at the cluster and changes only what is missing")),
        many => {
            let names = many.iter().map(|run| format!("`--context {} -n {}`", run.context, run.namespace)).collect::<Vec<_>>();
            Err(Problem::new("several-to-resume", "several runs were interrupted").hint(format!("choose one: {}", names.join(", "))))
        }
    }
}
