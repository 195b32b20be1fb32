//! Keeps deployments on this machine apart: none is moved to another folder, where it would be made a second time while the
//! first one runs on and is forgotten, and none is made in the folder of another. Must not change anything.
use std::path::{Path, PathBuf};

use super::{connecting::Place, runs};
use crate::{cli, drivers::machine::layout::Layout, problem::Problem};

/// A deployment that is remembered, and its folder.
struct Known {
    name: String,
    layout: Layout,
}

/// Why a deployment cannot be made where its answers say.
pub fn check(place: &Place) -> Result<(), Problem> {
    let Some(layout) = place.layout() else { return Ok(()) };
    let here = cli::Place { this_machine: true, ..cli::Place::default() };
    for run in runs::all(&here)? {
        let Some(machine) = run.target.machine() else { continue };
        let Ok(found) = Layout::of(&run.target.namespace, machine.folder.as_deref()) else { continue };
        let known = Known { name: run.target.namespace.clone(), layout: found };
        // A folder that went away by other means is in nobody's way.
        if known.layout.is_ours()
            && let Some(problem) = conflict(&known, &place.namespace, layout)
        {
            return Err(problem);
        }
    }
    Ok(())
}

fn conflict(known: &Known, name: &str, layout: &Layout) -> Option<Problem> {
    let (before, now) = (known.layout.folder(), layout.folder());
    let problem = match (known.name == name, real(before) == real(now)) {
        (true, false) => Problem::new(
            "deployment-elsewhere",
            format!("`{name}` is in `{}`, and cannot be moved to `{}`", before.display(), now.display()),
        )
        .hint(format!("`hubwright uninstall --this-machine -n {name}` removes it there, but for people's files")),
        (false, true) => {
            Problem::new("folder-in-use", format!("`{}` is the folder of `{}`", now.display(), known.name))
                .hint("name a folder that is empty or not there yet")
        }
        (true, true) | (false, false) => return None,
    };
    Some(problem.hint("another deployment needs a name (`-n`) and a folder of its own").at("machine.folder"))
}

/// The folder that a path leads to, through whatever links.
fn real(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}
