//! `install` and `resume`: plan, show, ask, do, verify.
//! Must not know how a step is carried out.
use std::{ops::ControlFlow, time::Duration};

use super::{
    Outcome, answering,
    connecting::{self, Place},
    looking::{self, Looked},
    naming, obtaining, password, planning, runs, showing, staying, tell, trusting,
};
use crate::{
    answers::{
        detect::Detected,
        facts::Facts,
        layers::Layers,
        preset::{self, Preset},
        spec::Spec,
    },
    cli::{Acting, Install, Resume, Showing, Upgrade},
    drivers::{folder, journal::FileJournal},
    front::{
        self,
        plain::{Answer, confirm},
    },
    plan::{
        graph::{Action, Plan, StepId},
        show,
    },
    problem::{Exit, Problem},
    run::{
        event,
        executor::{self, INSTALL, Options},
        ports::{Helm, Ports},
        preflight,
        resume::remembered,
        state::RunState,
    },
};

/// File with the answers of a run, for `resume`. References to secrets only.
pub const ANSWERS: &str = "answers.yaml";

/// A deployment that is about to be made.
struct Deployment {
    place: Place,
    layers: Layers,
    spec: Spec,
    plan: Plan,
    facts: Facts,
    detected: Vec<Detected>,
}

/// `hubwright install`
pub async fn install(args: &Install) -> Outcome {
    let (layers, early) = answering::complete(&args.answering, &args.place)?;
    let mut deployment = prepare(layers, &early).await?;
    if args.no_verify {
        deployment.leave_out_verify();
    }
    agreed(&deployment, &args.acting, args.showing, Duration::from_secs(args.patience)).await
}

/// `hubwright upgrade`
pub async fn upgrade(args: &Upgrade) -> Outcome {
    let named = naming::named(&args.place, "upgrade")?;
    let (mut layers, _) = named.answers()?.ok_or_else(|| vec![not_remembered()])?;
    answering::set(&mut layers, &args.set)?;
    let early = answering::spec(&layers, &Facts::default())?;
    let mut deployment = prepare(layers, &early).await?;
    if args.no_verify {
        deployment.leave_out_verify();
    }
    agreed(&deployment, &args.acting, args.showing, Duration::from_secs(args.patience)).await
}

fn not_remembered() -> Problem {
    Problem::new("not-remembered", "this machine does not remember the deployment's answers")
        .hint("`hubwright install PRESET` with its answers upgrades it as well")
}

/// Shows, asks, and does it if the person agrees.
async fn agreed(deployment: &Deployment, acting: &Acting, showing: Showing, patience: Duration) -> Outcome {
    let helm = match obtaining::helm(&deployment.place, acting).await? {
        ControlFlow::Continue(helm) => helm,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    announce(deployment, showing);
    match ask(deployment, acting)? {
        Answer::Yes => deploy(deployment, helm, showing, patience).await,
        Answer::No => {
            tell("nothing was changed");
            Ok(Exit::Change)
        }
        Answer::Interrupted => Ok(Exit::Interrupted),
    }
}

/// `hubwright resume`
pub async fn resume(args: &Resume) -> Outcome {
    let run = runs::unfinished(&args.place).map_err(one)?;
    let preset = answering::load(&run.answers().display().to_string())?;
    let mut layers = Layers::new();
    layers.push_preset("the interrupted run", preset);
    let early = answering::spec(&layers, &Facts::default())?;
    let mut deployment = prepare(layers, &early).await?;
    let announced = |id: &StepId| run.state.steps.iter().any(|step| step.planned.id == *id);
    if !deployment.plan.steps.iter().any(|step| step.action == Action::Verify && announced(&step.id)) {
        deployment.leave_out_verify();
    }
    let helm = match obtaining::helm(&deployment.place, &args.acting).await? {
        ControlFlow::Continue(helm) => helm,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    deploy(&deployment, helm, args.showing, Duration::from_secs(args.patience)).await
}

impl Deployment {
    /// `--no-verify`, which a resumed run keeps to.
    fn leave_out_verify(&mut self) {
        self.plan.steps.retain(|step| step.action != Action::Verify);
    }
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}

async fn prepare(layers: Layers, early: &Spec) -> Result<Deployment, Vec<Problem>> {
    let place = looking::reach(early).await?;
    staying::check(&place).map_err(one)?;
    let looked = looking::look(&place, layers).await?;
    let detected = looked.detected();
    let ports = place.forgetful_ports(Place::no_helm());
    let problems =
        preflight::problems(&looked.plan, &looked.facts, &ports).await.map_err(|error| vec![*error.problem])?;
    if !problems.is_empty() {
        return Err(problems);
    }
    let Looked { layers, facts, spec, plan } = looked;
    Ok(Deployment { place, layers, spec, plan, facts, detected })
}

/// Standard output belongs to events in JSON mode; a person reads this on standard error.
fn announce(deployment: &Deployment, showing: Showing) {
    if !showing.json {
        let detected = front::facts::detected(&deployment.detected);
        tell(&format!("{detected}{}{}\n", planning::head(&deployment.spec), show::steps(&deployment.plan)));
    }
}

fn ask(deployment: &Deployment, acting: &Acting) -> Result<Answer, Vec<Problem>> {
    let commands = trusting::allow_commands(&deployment.layers, acting.yes)?;
    if acting.yes || commands != Answer::Yes {
        return Ok(commands);
    }
    confirm(&format!("Install {}?", deployment.place.as_object()), "--yes").map_err(one)
}

async fn deploy(deployment: &Deployment, helm: Box<dyn Helm>, showing: Showing, patience: Duration) -> Outcome {
    let place = &deployment.place;
    let (ports, state) = open(place, helm).map_err(one)?;
    remember(deployment).map_err(one)?;
    let options = options(deployment, &state, patience);
    let outcome = showing::show(showing, async |shown, cancel| {
        executor::execute(&deployment.plan, &ports, &options, state, shown, cancel).await
    })
    .await;
    if outcome == event::Outcome::Done && !showing.json {
        password::show_once(place, &deployment.spec);
    }
    Ok(showing::exit(outcome))
}

/// The journal of an unfinished installation goes on; that of an ended one, or of a removal, is put aside.
fn open(place: &Place, helm: Box<dyn Helm>) -> Result<(Ports, RunState), Problem> {
    let ports = place.ports(helm)?;
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

fn remember(deployment: &Deployment) -> Result<(), Problem> {
    let preset = Preset {
        title: "Answers of the last run".to_owned(),
        answers: deployment.layers.merged(),
        ..Preset::default()
    };
    let text = preset::write(&preset, &deployment.facts);
    folder::write_private(&deployment.place.folder.join(ANSWERS), &text)
}

fn options(deployment: &Deployment, state: &RunState, patience: Duration) -> Options {
    let fresh = || jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    let run = if state.unfinished(INSTALL) { state.run.clone() } else { fresh() };
    let verified = deployment.plan.steps.iter().any(|step| step.action == Action::Verify);
    let mut summary = front::summary::lines(&deployment.spec, &deployment.plan.checks, verified);
    if let Some(layout) = deployment.place.layout() {
        let folder = layout.folder().display().to_string();
        summary.iter_mut().for_each(|line| *line = line.replace("{folder}", &folder));
    }
    Options { run, holder: connecting::holder(), patience, silence: connecting::SILENCE, summary }
}
