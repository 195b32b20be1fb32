//! Opens answers: a new setup, a preset, the draft, a remembered deployment; `--set` and flags of the command line lie over them.
//! Must not contact a target.
use std::path::Path;

use super::draft;
use crate::{
    answers::{
        layers::{Layers, Origin},
        tree::TargetKind,
    },
    cli::{Answering, Setup},
    front::wizard::wish::{Opened, Source},
    problem::{Explain, Problem},
    runtime::{
        answering::{self, Said},
        naming::Named,
        runs,
    },
};

/// Opens answers. The error: nothing of them can be used.
pub fn open(source: &Source, args: &Setup) -> Result<Opened, Vec<Problem>> {
    match source {
        Source::Fresh(kind) => fresh(*kind, args),
        Source::Preset(name) => preset(name, args),
        Source::Draft(name) => unfinished(name, args),
        Source::Deployment(folder) => deployment(folder),
    }
}

/// What presets, the environment and the command line say together.
fn said(presets: Vec<String>, args: &Setup) -> Result<Said, Vec<Problem>> {
    let said = answering::said(&Answering { presets, set: args.answering.set.clone() }, &args.place);
    if said.whole { Ok(said) } else { Err(said.problems()) }
}

fn fresh(kind: TargetKind, args: &Setup) -> Result<Opened, Vec<Problem>> {
    let Said { mut layers, wrong, .. } = said(Vec::new(), args)?;
    let name = match kind {
        TargetKind::Kubernetes => "kubernetes",
        TargetKind::ThisMachine => "this-machine",
    };
    layers.set(Origin::Typed, "target.kind", name).map_err(|invalid| vec![invalid.explain()])?;
    Ok(Opened { layers, title: "new setup".to_owned(), wrong })
}

/// The presets of the command line belong together: later ones lie over the first.
fn preset(name: &str, args: &Setup) -> Result<Opened, Vec<Problem>> {
    let all = &args.answering.presets;
    let presets = if all.first().is_some_and(|first| first == name) { all.clone() } else { vec![name.to_owned()] };
    let title = format!("preset {}", presets.join(" "));
    let Said { layers, wrong, .. } = said(presets, args)?;
    Ok(Opened { layers, title, wrong })
}

fn unfinished(name: &str, args: &Setup) -> Result<Opened, Vec<Problem>> {
    let (presets, draft, unread) = draft::read(name)?;
    // Without its presets, everything in the draft counts as typed.
    let Said { mut layers, wrong, .. } = said(presets, args).or_else(|_| said(Vec::new(), args))?;
    let wrong = draft::lay_over(&mut layers, &draft, unread, wrong);
    Ok(Opened { layers, title: "the unfinished setup".to_owned(), wrong })
}

fn deployment(folder: &Path) -> Result<Opened, Vec<Problem>> {
    let run = runs::at(folder).ok_or_else(|| vec![forgotten(folder)])?;
    let title = runs::words(&run.target);
    let layers = Named { target: run.target.clone(), run: Some(run) }.layers()?.unwrap_or_else(Layers::new);
    Ok(Opened { layers, title, wrong: Vec::new() })
}

/// Nothing is remembered in a folder.
pub fn forgotten(folder: &Path) -> Problem {
    let title = format!("no deployment is remembered in `{}` any more", folder.display());
    Problem::new("not-remembered", title).hint("`hubwright status` shows those that are")
}
