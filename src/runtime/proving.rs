//! `verify`: climbs the ladder against a deployment, on its own.
//! Must not change anything but what a rung makes and takes away again.
use tokio_util::sync::CancellationToken;

use super::{
    Outcome, answering,
    connecting::Place,
    looking, naming, running, runs,
    showing::{self, Shown},
};
use crate::{
    answers::{facts::Facts, spec::Spec},
    cli::Verify,
    plan::{self, graph::Checks},
    problem::Problem,
    run::{
        event::{self, EventKind, RungOutcome, RungResult, command},
        ports::Ports,
        recorder::{Recorder, Sink},
    },
    verify,
};

/// `hubwright verify`
pub async fn verify(args: &Verify) -> Outcome {
    let (place, said) = place(args).await?;
    let ports = place.forgetful_ports(Place::no_helm());
    let (checks, rungs) = (checks(&place, &ports, said).await?, &args.rungs);
    known(rungs, &checks)?;
    let climb = async |shown: &Shown, cancel: &CancellationToken| climb(&checks, &ports, rungs, shown, cancel).await;
    Ok(showing::exit(showing::show(args.showing, climb).await))
}

/// What is to be proven: what the answers made, else what is found in the namespace.
pub async fn checks(place: &Place, ports: &Ports, said: Option<Spec>) -> Result<Checks, Vec<Problem>> {
    let checks = match said {
        Some(spec) => plan::build(&spec, &Facts::default()).checks,
        None => verify::discover(ports, &place.namespace).await.map_err(|error| vec![*error.problem])?,
    };
    if checks.hub.is_none() && checks.ray.is_none() && checks.dask.is_none() {
        let problem = Problem::new("nothing-to-verify", format!("there is no hub, Ray or Dask in {}", place.words()));
        return Err(vec![problem.hint("name the namespace with `-n`, and the cluster with `--context`")]);
    }
    Ok(checks)
}

/// A name that is no rung is a slip, and not a wish for nothing.
fn known(rungs: &[String], checks: &Checks) -> Result<(), Vec<Problem>> {
    let ladder = verify::ladder(checks, false);
    let strange = |rung: &&String| !ladder.iter().any(|plan| plan.rung == **rung);
    let Some(strange) = rungs.iter().find(strange) else { return Ok(()) };
    let names: Vec<String> = ladder.iter().map(|plan| format!("`{}`", plan.rung)).collect();
    let problem = Problem::new("no-such-rung", format!("`{strange}` is no rung of this deployment's verification"));
    Err(vec![problem.hint(format!("its rungs are {}", names.join(", ")))])
}

/// Where to look, and the answers: those of the command line, else of the run that made the deployment, else none.
async fn place(args: &Verify) -> Result<(Place, Option<Spec>), Vec<Problem>> {
    if !args.answering.presets.is_empty() || !args.answering.set.is_empty() {
        let (_, spec) = answering::complete(&args.answering, &args.place)?;
        return Ok((looking::reach(&spec).await?, Some(spec)));
    }
    let mut named = naming::named(&args.place, "verify")?;
    let place = named.reach().await?;
    // A cluster that was not named by its context may be remembered all the same.
    if named.run.is_none() {
        named.run = runs::at(&place.folder);
    }
    Ok((place, named.answers()?.map(|(_, spec)| spec)))
}

/// Climbs the ladder, or some rungs of it with what they need below; whatever happens goes to `sink`.
pub async fn climb(
    checks: &Checks,
    ports: &Ports,
    rungs: &[String],
    sink: &dyn Sink,
    cancel: &CancellationToken,
) -> event::Outcome {
    let recorder = Recorder::new(ports, sink, 0);
    let began = ports.clock.now();
    recorder.say(running::looking_on(command::VERIFY, &checks.namespace, ports));
    recorder.say(EventKind::LadderPlanned { rungs: verify::part(checks, ports.machine().is_ok(), rungs) });
    let rungs = verify::climb_rungs(checks, ports, &|kind| recorder.say(kind), cancel, rungs).await;
    let outcome = outcome(&rungs, cancel.is_cancelled());
    let took_ms = u64::try_from(ports.clock.now().duration_since(began).as_millis()).unwrap_or_default();
    recorder.say(EventKind::RunFinished { outcome, took_ms, changed: false, summary: summary(&rungs) });
    outcome
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
