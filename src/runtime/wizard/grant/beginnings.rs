//! What there is to begin with: contexts, presets, drafts, remembered deployments. Reads files only; a cluster that is dead
//! or a kubeconfig that is broken keeps nobody from beginning.
use super::draft;
use crate::{
    answers::{preset::Preset, questions, shipped},
    cli,
    drivers::kube,
    front::{
        status,
        tui::wish::{Beginnings, DeploymentLine, PresetLine},
    },
    health::text,
    run::executor::INSTALL,
    runtime::{
        answering, presets,
        runs::{self, Remembered},
    },
};

/// All of it.
pub fn all() -> Beginnings {
    let (contexts, current, kubeconfig) = match kube::contexts() {
        Ok((contexts, current)) => (contexts, current, None),
        Err(problem) => (Vec::new(), None, Some(problem)),
    };
    Beginnings { contexts, current, kubeconfig, presets: presets(), drafts: draft::lines(), deployments: deployments() }
}

/// Own ones first. One that cannot be read at all is left out: `hubwright presets` says so.
fn presets() -> Vec<PresetLine> {
    let own = presets::own().into_iter().filter(|name| shipped::find(name).is_none()).map(|name| (name, true));
    let shipped = shipped::SHIPPED.iter().map(|shipped| (shipped.name.to_owned(), false));
    let line = |(name, own): (String, bool)| Some(preset(&answering::load(&name).ok()?, name, own));
    own.chain(shipped).filter_map(line).collect()
}

fn preset(preset: &Preset, name: String, own: bool) -> PresetLine {
    let title = if preset.title.is_empty() { name.clone() } else { text::line(&preset.title) };
    let (description, target) = (text::line(&preset.description), questions::target(&preset.answers));
    PresetLine { name, title, description, target, own }
}

fn deployments() -> Vec<DeploymentLine> {
    let mut lines: Vec<DeploymentLine> =
        runs::all(&cli::Place::default()).unwrap_or_default().iter().map(deployment).collect();
    lines.sort_by_key(|line| !line.unfinished);
    lines
}

fn deployment(run: &Remembered) -> DeploymentLine {
    DeploymentLine {
        folder: run.folder.clone(),
        words: runs::words(&run.target),
        flags: run.flags(),
        unfinished: run.state.unfinished(INSTALL),
        ended: status::ended(&run.state),
    }
}
