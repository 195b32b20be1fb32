//! Asks a person for the secrets of a plan that were not typed yet (`ask:LABEL`): on a terminal, one prompt each; without one
//! it names them all. Must not keep a value anywhere but in what it gives back.
use std::ops::ControlFlow;

use super::{connecting::Place, deploying::Deployment, tell};
use crate::{
    answers::{layers::Layers, question::Kind, questions},
    front::plain::{Secret, ask_secret, is_terminal},
    problem::{Exit, Problem},
    run::asked::{self, Typed},
};

/// The secrets that the target does not hold, as a person types them; or how the command ends if they don't.
/// `typed`: those that were typed before.
pub async fn secrets(deployment: &Deployment, mut typed: Typed) -> Result<ControlFlow<Exit, Typed>, Vec<Problem>> {
    if !is_terminal() {
        complete(deployment, &typed).await?;
    }
    for label in unsaid(deployment, &typed).await? {
        let (key, title) = question(&deployment.layers, &label).unwrap_or((&label, "Secret"));
        match ask_secret(title, key).map_err(|problem| vec![problem])? {
            Secret::Typed(value) => drop(typed.insert(label, value)),
            Secret::Back => {
                tell("nothing was changed");
                return Ok(ControlFlow::Break(Exit::Change));
            }
            Secret::Interrupted => return Ok(ControlFlow::Break(Exit::Interrupted)),
        }
    }
    Ok(ControlFlow::Continue(typed))
}

/// Asks nobody: names the secrets that were not typed and that the target does not hold.
pub async fn complete(deployment: &Deployment, typed: &Typed) -> Result<(), Vec<Problem>> {
    let labels = unsaid(deployment, typed).await?;
    if labels.is_empty() {
        return Ok(());
    }
    Err(labels.iter().map(|label| missing(&deployment.layers, label)).collect())
}

async fn unsaid(deployment: &Deployment, typed: &Typed) -> Result<Vec<String>, Vec<Problem>> {
    let ports = deployment.place.forgetful_ports(Place::no_helm()).with_typed(typed.clone());
    asked::unsaid(&deployment.plan, &ports).await.map_err(|error| vec![*error.problem])
}

/// What is still to be typed, by the key of its answer: labels are anything.
fn missing(layers: &Layers, label: &str) -> Problem {
    let key = question(layers, label).map_or(label, |(key, _)| key);
    let problem = asked::not_said(label);
    if key == label {
        problem
    } else {
        problem.hint(format!("it is the answer `{key}`: `--set {key}=env:NAME`")).at(key)
    }
}

/// Key and title of the answer that has this label.
fn question(layers: &Layers, label: &str) -> Option<(&'static str, &'static str)> {
    let answers = layers.merged();
    let reference = format!("ask:{label}");
    let mut secrets = questions::all().filter(|question| matches!(question.kind, Kind::Secret));
    let question = secrets.find(|question| (question.at.get)(&answers).as_str() == Some(&reference))?;
    Some((question.key, question.title))
}
