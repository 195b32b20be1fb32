//! `verify`: climbs the ladder against a deployment, on its own.
//! Must not change anything but what a rung makes and takes away again.
use super::{Outcome, answering, connecting::Place, runs, showing};
use crate::{
    answers::{facts::Facts, layers::Layers},
    cli::Verify,
    plan::{self, graph::Checks},
    problem::Problem,
    run::{
        event::{self, EventKind, RungOutcome, RungResult},
        ports::Ports,
        recorder::Recorder,
    },
    verify,
};

/// `hubwright verify`
pub async fn verify(args: &Verify) -> Outcome {
    let layers = layers(args)?;
    let said = layers.as_ref().map(|layers| answering::spec(layers, &Facts::default())).transpose()?;
    let context = said.as_ref().and_then(|spec| spec.target.context.clone()).or_else(|| args.place.context.clone());
    let namespace = said.as_ref().map(|spec| spec.target.namespace.clone()).or_else(|| args.place.namespace.clone());
    let place = Place::reach(context.as_deref(), namespace.as_deref().unwrap_or("hub"))
        .await
        .map_err(|problem| vec![problem])?;
    let ports = place.forgetful_ports(Place::no_helm());
    let checks = match said {
        Some(spec) => plan::build(&spec, &Facts::default()).checks,
        None => verify::discover(&ports, &place.namespace).await.map_err(|error| vec![*error.problem])?,
    };
    if checks.hub.is_none() && checks.ray.is_none() && checks.dask.is_none() {
        let problem = Problem::new(
            "nothing-to-verify",
            format!("there is no hub, Ray or Dask in namespace `{}`", place.namespace),
        );
        return Err(vec![problem.hint("name the namespace with `-n`, and the cluster with `--context`")]);
    }
    climb(args, &checks, &ports).await
}

/// Answers from the command line, else those of the run that made the deployment, else none.
fn layers(args: &Verify) -> Result<Option<Layers>, Vec<Problem>> {
    if !args.answering.presets.is_empty() || !args.answering.set.is_empty() {
        return answering::layers(&args.answering, &args.place).map(Some);
    }
    let runs = runs::all(&args.place).map_err(|problem| vec![problem])?;
    let [run] = runs.as_slice() else { return Ok(None) };
    let preset = answering::load(&run.folder.join(super::deploying::ANSWERS).display().to_string())?;
    let mut layers = Layers::new();
    layers.push_preset("the last run", preset);
    Ok(Some(layers))
}

async fn climb(args: &Verify, checks: &Checks, ports: &Ports) -> Outcome {
    let outcome = showing::show(args.showing, async |shown, cancel| {
        let recorder = Recorder::new(ports, shown, 0);
        let began = ports.clock.now();
        recorder.say(started(checks, ports));
        let rungs = verify::climb(checks, ports, &|kind| recorder.say(kind), cancel).await;
        let outcome = outcome(&rungs, cancel.is_cancelled());
        let took_ms = u64::try_from(ports.clock.now().duration_since(began).as_millis()).unwrap_or_default();
        recorder.say(EventKind::RunFinished { outcome, took_ms, changed: false, summary: summary(&rungs) });
        outcome
    })
    .await;
    Ok(showing::exit(outcome))
}

fn started(checks: &Checks, ports: &Ports) -> EventKind {
    EventKind::RunStarted {
        run: ports.clock.now().strftime("%Y%m%d-%H%M%S").to_string(),
        command: "verify".to_owned(),
        deployment: format!("{}/{}", ports.cluster.context(), checks.namespace),
        plan: String::new(),
        resumed: false,
        steps: Vec::new(),
    }
}

fn outcome(rungs: &[RungResult], cancelled: bool) -> event::Outcome {
    let failed = rungs.iter().any(|rung| rung.outcome == RungOutcome::Failed);
    match (cancelled, failed || rungs.is_empty()) {
        (true, _) => event::Outcome::Interrupted,
        (false, true) => event::Outcome::Unverified,
        (false, false) => event::Outcome::Done,
    }
}

fn summary(rungs: &[RungResult]) -> Vec<String> {
    let count = |outcome| rungs.iter().filter(|rung| rung.outcome == outcome).count();
    let (passed, failed, skipped) =
        (count(RungOutcome::Passed), count(RungOutcome::Failed), count(RungOutcome::Skipped));
    vec![format!("{passed} rungs green, {failed} red, {skipped} not tried")]
}
