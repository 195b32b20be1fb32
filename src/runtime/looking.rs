//! Looks at a cluster before anything is changed there: facts, the answers they give, and the plan that follows.
//! Must not change anything.
use super::{answering, connecting::Place};
use crate::{
    answers::{
        detect::{self, Detected},
        facts::Facts,
        layers::{Layers, Origin, complete},
        questions,
        spec::Spec,
    },
    plan::{self, graph::Plan},
    problem::{Explain, Problem},
};

/// What a look at the cluster makes of the answers.
pub struct Looked {
    /// The answers, detected ones under all others.
    pub layers: Layers,
    /// What is known about the cluster.
    pub facts: Facts,
    /// The spec.
    pub spec: Spec,
    /// The plan.
    pub plan: Plan,
}

/// Connects to where the answers lead. `early`: what they say before any cluster was asked.
pub async fn reach(early: &Spec) -> Result<Place, Vec<Problem>> {
    Place::reach(&early.target).await.map_err(|problem| vec![problem])
}

/// Asks the cluster, and plans with what it says.
pub async fn look(place: &Place, mut layers: Layers) -> Result<Looked, Vec<Problem>> {
    let ports = place.forgetful_ports(Place::no_helm());
    let facts = ports.workloads().facts(&place.namespace).await.map_err(|error| vec![*error.problem])?;
    take(place, &facts, &mut layers).map_err(|problem| vec![problem])?;
    let spec = answering::spec(&layers, &facts)?;
    let plan = plan::build(&spec, &facts);
    Ok(Looked { layers, facts, spec, plan })
}

fn take(place: &Place, facts: &Facts, layers: &mut Layers) -> Result<(), Problem> {
    layers.learn(facts).map_err(|invalid| invalid.explain())?;
    // The context is written down, so that `resume` finds the same cluster whatever is current then.
    if let (None, Some(context)) = (layers.merged().target.context, place.context()) {
        layers.set(Origin::Detected, "target.context", context).map_err(|invalid| invalid.explain())?;
    }
    Ok(())
}

impl Looked {
    /// Detected answers that count: nobody said otherwise, and they matter.
    pub fn detected(&self) -> Vec<Detected> {
        let answers = complete(&self.layers.merged(), &self.facts);
        let matters = |key: &str| {
            questions::find(key).is_some_and(|question| question.matters(&answers, questions::target(&answers)))
        };
        let counts = |found: &Detected| self.layers.origin(found.key) == Origin::Detected && matters(found.key);
        detect::detect(&self.facts).into_iter().filter(counts).collect()
    }
}
