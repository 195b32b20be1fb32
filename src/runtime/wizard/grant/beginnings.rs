//! What there is to begin with: contexts, presets, drafts, remembered deployments. Reads files only; a cluster that is dead
//! or a kubeconfig that is broken keeps nobody from beginning.
use super::draft;
use crate::{
    answers::{preset::Preset, questions, shipped, tree::Answers},
    cli,
    drivers::kube,
    front::{
        status,
        wizard::wish::{Beginnings, DeploymentLine, DraftLine, PresetLine},
    },
    health::text,
    run::event::{Outcome, command::INSTALL},
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
    let runs = runs::all(&cli::Place::default()).unwrap_or_default();
    let drafts = draft::lines().into_iter().filter(|draft| !runs.iter().any(|run| came_true(draft, run))).collect();
    Beginnings { contexts, current, kubeconfig, presets: presets(), drafts, deployments: deployments(&runs) }
}

/// Whether a deployment was finished, maybe by `hubwright resume`, with all that a draft said before it began.
fn came_true(draft: &DraftLine, run: &Remembered) -> bool {
    let done = run.state.outcome == Some(Outcome::Done) && run.state.started.is_some_and(|began| draft.at <= began);
    done && draft::read(&draft.name).is_ok_and(|(_, said, _)| {
        answering::load(&run.answers().display().to_string()).is_ok_and(|made| holds(&made.answers, &said))
    })
}

/// Whether every answer that matters was given in the same way.
fn holds(made: &Answers, said: &Answers) -> bool {
    let on = questions::target(said);
    questions::all().filter(|question| question.matters(said, on)).all(|question| {
        let said = (question.at.get)(said);
        said.is_null() || said == (question.at.get)(made)
    })
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

fn deployments(runs: &[Remembered]) -> Vec<DeploymentLine> {
    let mut lines: Vec<DeploymentLine> = runs.iter().map(deployment).collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::layers::{Layers, Origin};

    #[test]
    fn a_draft_came_true_only_where_the_deployment_has_every_answer_of_it() {
        let answers = |said: &[(&str, &str)]| {
            let mut layers = Layers::new();
            layers.push_preset("trial-kubernetes", answering::load("trial-kubernetes").unwrap());
            said.iter().for_each(|(key, value)| layers.set(Origin::Typed, key, value).unwrap());
            layers.said()
        };
        let made = answers(&[("target.namespace", "hub"), ("hub.announcement", "closed")]);
        assert!(holds(&made, &answers(&[("target.namespace", "hub")])), "what nobody said is no difference");
        assert!(!holds(&made, &answers(&[("target.namespace", "hub"), ("hub.announcement", "open")])));
        assert!(!holds(&made, &answers(&[("target.namespace", "other")])));
    }
}
