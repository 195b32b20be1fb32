//! A deployment from answers to the end of its run: looked at, planned, checked, carried out. The one way for all front ends.
//! Must not print, nor ask: who shows and who agrees is above.
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{
    answering,
    connecting::{self, Place},
    lacking,
    looking::{self, Looked},
    runs::Remembered,
    staying,
};
use crate::{
    answers::{
        detect::Detected,
        facts::Facts,
        layers::Layers,
        preset::{self, Preset},
        spec::Spec,
    },
    drivers::{folder, journal::FileJournal},
    front,
    plan::graph::{Action, Plan, StepId},
    problem::Problem,
    run::{
        asked::Typed,
        event::{Outcome, command::INSTALL},
        executor::{self, Options, Skips},
        ports::{Helm, Ports},
        preflight,
        recorder::Sink,
        resume::remembered,
        state::RunState,
    },
};

/// File with the answers of a run, for `resume`. References to secrets only.
pub const ANSWERS: &str = "answers.yaml";

/// How long a step may stay stuck on something that only a person can mend, where nobody said.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// A deployment that is about to be made.
pub struct Deployment {
    /// Where.
    pub place: Place,
    /// The answers, detected ones under all others.
    pub layers: Layers,
    /// The spec.
    pub spec: Spec,
    /// The plan.
    pub plan: Plan,
    /// What is known about the place.
    pub facts: Facts,
    /// Detected answers that count.
    pub detected: Vec<Detected>,
}

/// A run that can begin: nobody else works on the deployment.
pub struct Ready<'d> {
    plan: &'d Plan,
    ports: Ports,
    state: RunState,
    options: Options,
}

impl Deployment {
    /// Looks at the place, and plans with what it says.
    pub async fn plan(place: Place, layers: Layers) -> Result<Self, Vec<Problem>> {
        staying::check(&place).map_err(one)?;
        let looked = looking::look(&place, layers).await?;
        let detected = looked.detected();
        let Looked { layers, facts, spec, plan } = looked;
        Ok(Self { place, layers, spec, plan, facts, detected })
    }

    /// The same, where nothing stands in the way.
    pub async fn prepare(place: Place, layers: Layers) -> Result<Self, Vec<Problem>> {
        let deployment = Self::plan(place, layers).await?;
        let problems = deployment.obstacles().await.map_err(one)?;
        if problems.is_empty() { Ok(deployment) } else { Err(problems) }
    }

    /// What stands in the way, at the place and on this machine; the error: it could not be looked.
    pub async fn obstacles(&self) -> Result<Vec<Problem>, Problem> {
        let ports = self.place.forgetful_ports(Place::no_helm());
        let there = preflight::problems(&self.plan, &self.facts, &ports).await.map_err(|error| *error.problem)?;
        let lacking = lacking::anywhere(&self.layers, &self.place.namespace, &ports).await;
        Ok(there.into_iter().chain(lacking).collect())
    }

    /// `--no-verify`, which a resumed run keeps to.
    pub fn leave_out_verify(&mut self) {
        self.plan.steps.retain(|step| step.action != Action::Verify);
    }

    /// A run that goes on does what it said at first.
    pub fn keep_to(&mut self, run: &Remembered) {
        let announced = |id: &StepId| run.state.steps.iter().any(|step| step.planned.id == *id);
        if !self.plan.steps.iter().any(|step| step.action == Action::Verify && announced(&step.id)) {
            self.leave_out_verify();
        }
    }

    /// Opens the journal and keeps the answers. Another run that works on the deployment is a problem.
    pub fn begin(
        &self,
        helm: Box<dyn Helm>,
        typed: &Typed,
        patience: Duration,
        skips: Skips,
    ) -> Result<Ready<'_>, Problem> {
        let (ports, state) = open(&self.place, helm, typed)?;
        self.remember()?;
        let options = self.options(&state, patience, skips);
        Ok(Ready { plan: &self.plan, ports, state, options })
    }

    fn remember(&self) -> Result<(), Problem> {
        let preset =
            Preset { title: "Answers of the last run".to_owned(), answers: self.layers.merged(), ..Preset::default() };
        let text = preset::write(&preset, &self.facts);
        folder::write_private(&self.place.folder.join(ANSWERS), &text)
    }

    fn options(&self, state: &RunState, patience: Duration, skips: Skips) -> Options {
        let fresh = || jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
        let run = if state.unfinished(INSTALL) { state.run.clone() } else { fresh() };
        let verified = self.plan.steps.iter().any(|step| step.action == Action::Verify);
        let mut summary = front::summary::lines(&self.spec, &self.plan.checks, verified);
        if let Some(layout) = self.place.layout() {
            let folder = layout.folder().display().to_string();
            summary.iter_mut().for_each(|line| *line = line.replace("{folder}", &folder));
        }
        Options { run, holder: connecting::holder(), patience, silence: connecting::SILENCE, summary, skips }
    }
}

impl Ready<'_> {
    /// Carries it out; whatever happens goes to `sink`.
    pub async fn run(self, sink: &dyn Sink, cancel: &CancellationToken) -> Outcome {
        executor::execute(self.plan, &self.ports, &self.options, self.state, sink, cancel).await
    }
}

/// The answers of an interrupted run.
pub fn answers(run: &Remembered) -> Result<Layers, Vec<Problem>> {
    let mut layers = Layers::new();
    layers.push_preset("the interrupted run", answering::load(&run.answers().display().to_string())?);
    Ok(layers)
}

/// The journal of an unfinished installation goes on; that of an ended one, or of a removal, is put aside.
fn open(place: &Place, helm: Box<dyn Helm>, typed: &Typed) -> Result<(Ports, RunState), Problem> {
    let ports = place.ports(helm, typed)?;
    let state = remembered(&ports).map_err(|error| *error.problem)?;
    if state.unfinished(INSTALL) || state.run.is_empty() {
        return Ok((ports, state));
    }
    let Ports { platform, secrets, clock, journal } = ports;
    drop(journal);
    FileJournal::rotate(&place.folder)?;
    let journal = Box::new(FileJournal::open(&place.folder)?);
    Ok((Ports { platform, secrets, clock, journal }, RunState::default()))
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}
