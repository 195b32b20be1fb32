//! Which deployment a command is about: the one that was named, else the only one that is remembered.
//! Must not contact it.
use super::{
    answering,
    connecting::Place,
    runs::{self, Remembered},
};
use crate::{
    answers::{
        facts::Facts,
        layers::Layers,
        spec::{self, Machine, Spec, Target},
    },
    cli,
    problem::Problem,
};

/// Namespace where none was named and none is remembered.
const USUAL: &str = "hub";

/// The deployment that a command is about, and what is remembered of it.
pub struct Named {
    /// Where it is.
    pub target: Target,
    /// Its last run, if this machine remembers one.
    pub run: Option<Remembered>,
}

/// The deployment that was named. `verb`: what is to be done with it, for questions.
pub fn named(place: &cli::Place, verb: &str) -> Result<Named, Vec<Problem>> {
    let mut runs = runs::all(place).map_err(one)?;
    match (runs.pop(), runs.is_empty()) {
        (Some(run), true) => Ok(Named { target: run.target.clone(), run: Some(run) }),
        (Some(run), false) => {
            runs.push(run);
            Err(vec![runs::which(verb, &runs)])
        }
        (None, _) if place.this_machine => Err(vec![nothing_here()]),
        (None, _) => Ok(Named { target: on_cluster(place), run: None }),
    }
}

/// The same, for what only this machine can do.
pub fn here(place: &cli::Place, verb: &str) -> Result<Named, Vec<Problem>> {
    let mut place = place.clone();
    if place.context.is_none() {
        place.this_machine = true;
    }
    let named = named(&place, verb)?;
    if named.target.machine().is_some() {
        return Ok(named);
    }
    let problem = Problem::new("not-on-this-machine", format!("`hubwright {verb}` is for deployments of this machine"));
    Err(vec![problem.hint("on a cluster, Kubernetes keeps things running; `hubwright uninstall` removes them")])
}

impl Named {
    /// Connects.
    pub async fn reach(&self) -> Result<Place, Vec<Problem>> {
        Place::reach(&self.target).await.map_err(one)
    }

    /// The answers of its last run, if it is remembered, with what follows from them.
    pub fn answers(&self) -> Result<Option<(Layers, Spec)>, Vec<Problem>> {
        let Some(layers) = self.layers()? else { return Ok(None) };
        let spec = answering::spec(&layers, &Facts::default())?;
        Ok(Some((layers, spec)))
    }

    /// The answers of its last run, if it is remembered.
    pub fn layers(&self) -> Result<Option<Layers>, Vec<Problem>> {
        let Some(run) = &self.run else { return Ok(None) };
        let mut layers = Layers::new();
        layers.push_preset("the last run", answering::load(&run.answers().display().to_string())?);
        Ok(Some(layers))
    }
}

fn on_cluster(place: &cli::Place) -> Target {
    let namespace = place.namespace.clone().unwrap_or_else(|| USUAL.to_owned());
    Target { place: spec::Place::Kubernetes { context: place.context.clone() }, namespace }
}

/// A deployment of this machine, in the usual folder unless another was said.
pub fn on_this_machine(folder: Option<String>, name: String) -> Target {
    Target { place: spec::Place::Machine(Machine { folder, ..Machine::default() }), namespace: name }
}

fn nothing_here() -> Problem {
    Problem::new("no-deployment", "no deployment of this machine is remembered under that name")
        .hint("`hubwright install trial` makes one; `hubwright status` shows those that are remembered")
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}
