//! What there is to begin with: contexts, presets, drafts, remembered deployments. Asks files only; a cluster that is dead
//! or a kubeconfig that is broken keeps nobody from beginning. A draft that came true is forgotten here.
use serde_json::Value;

use super::draft::{self, Draft};
use crate::{
    answers::{facts::Facts, layers, preset::Preset, questions, shipped, tree::Answers},
    drivers::kube,
    front::{
        status,
        wizard::wish::{Beginnings, DeploymentLine, DraftLine, PresetLine, Source},
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
    let (runs, unreadable) = runs::found().unwrap_or_default();
    let came_true = |draft: &DraftLine| runs.iter().any(|run| came_true(draft, run));
    let (over, drafts): (Vec<_>, Vec<_>) = draft::lines().into_iter().partition(came_true);
    over.into_iter().for_each(|draft| Draft::behind(&Source::Draft(draft.name)).forget());
    Beginnings {
        contexts,
        current,
        kubeconfig,
        presets: presets(),
        drafts,
        deployments: deployments(&runs),
        unreadable,
    }
}

/// Whether a deployment was finished, maybe by `hubwright resume`, with all that a draft said before it began.
fn came_true(draft: &DraftLine, run: &Remembered) -> bool {
    let done = run.state.outcome == Some(Outcome::Done) && run.state.started.is_some_and(|began| draft.at <= began);
    done && draft::read(&draft.name).is_ok_and(|(_, said, wrong)| {
        let made = answering::load(&run.answers().display().to_string());
        // What cannot be read of it was said, too.
        wrong.is_empty() && made.is_ok_and(|made| same_place(&made.answers, &said) && holds(&made.answers, &said))
    })
}

/// Whether both lead to the same name on the same kind of target, said or not; clusters are told apart where both name one.
fn same_place(made: &Answers, said: &Answers) -> bool {
    let [at, to] = [made, said].map(|answers| runs::target(answers.target.clone(), answers.machine.clone()));
    questions::target(made) == questions::target(said) && at.namespace == to.namespace && at.machine() == to.machine()
}

/// Whether everything that was said, as far as it matters, was made so.
fn holds(made: &Answers, said: &Answers) -> bool {
    // What was not said may be what makes another answer matter.
    let (on, whole) = (questions::target(said), layers::complete(said, &Facts::default()));
    let mut asked = questions::all().filter(|question| question.matters(&whole, on));
    asked.all(|question| covers(&(question.at.get)(made), &(question.at.get)(said)))
}

/// Whether a value is the one that was said, where anything was: what was made has every field of every row.
fn covers(made: &Value, said: &Value) -> bool {
    match (made, said) {
        (_, Value::Null) => true,
        (Value::Object(made), Value::Object(said)) => {
            said.iter().all(|(field, said)| covers(made.get(field).unwrap_or(&Value::Null), said))
        }
        (Value::Array(made), Value::Array(said)) => {
            made.len() == said.len() && made.iter().zip(said).all(|(made, said)| covers(made, said))
        }
        _ => made == said,
    }
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
    use crate::answers::{
        layers::{Layers, Origin},
        preset,
    };

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
        // As a deployment keeps them: complete.
        let pool = |more: &str| answers(&[("ray.pools", &format!("[{{name: small, cpu: 200m{more}}}]"))]);
        let kept = preset::write(&Preset { answers: pool(""), ..Preset::default() }, &Facts::default());
        let whole = preset::parse(&kept, "answers").unwrap().answers;
        assert_ne!(whole, pool(""));
        assert!(holds(&whole, &pool("")) && !holds(&whole, &pool(", max: 7")));
        // What nobody said of a new setup decides whether this matters.
        let sized = |size: &str| {
            let mut layers = Layers::new();
            let said = [("target.kind", "kubernetes"), ("storage.size", size)];
            said.iter().for_each(|(key, value)| layers.set(Origin::Typed, key, value).unwrap());
            layers.said()
        };
        assert!(!holds(&answers(&[]), &sized("100Gi")) && holds(&sized("100Gi"), &sized("100Gi")));
    }
}
