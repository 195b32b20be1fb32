//! `install`, `upgrade` and `resume` without screens: show, ask, and have it done.
//! Must not know how a deployment is planned, nor how it is carried out.
use std::{ops::ControlFlow, time::Duration};

use super::{
    Outcome, answering, asking,
    deploying::{self, Deployment},
    looking, naming, obtaining, password, planning, runs, showing, tell, trusting,
};
use crate::{
    answers::{facts::Facts, layers::Layers, spec::Spec},
    cli::{Acting, Install, Resume, Showing, Upgrade},
    front::{
        self,
        plain::{Answer, confirm},
    },
    plan::show,
    problem::{Exit, Problem},
    run::{asked::Typed, event, executor::Skips, ports::Helm},
};

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

/// `hubwright resume`
pub async fn resume(args: &Resume) -> Outcome {
    let run = runs::unfinished(&args.place).map_err(|problem| vec![problem])?;
    let layers = deploying::answers(&run)?;
    let early = answering::spec(&layers, &Facts::default())?;
    let mut deployment = prepare(layers, &early).await?;
    deployment.keep_to(&run);
    let helm = match obtaining::helm(&deployment.place, &args.acting).await? {
        ControlFlow::Continue(helm) => helm,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    let typed = match asking::secrets(&deployment, Typed::new()).await? {
        ControlFlow::Continue(typed) => typed,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    deploy(&deployment, helm, &typed, args.showing, Duration::from_secs(args.patience)).await
}

async fn prepare(layers: Layers, early: &Spec) -> Result<Deployment, Vec<Problem>> {
    Deployment::prepare(looking::reach(early).await?, layers).await
}

/// Shows, asks, and does it if the person agrees.
async fn agreed(deployment: &Deployment, acting: &Acting, showing: Showing, patience: Duration) -> Outcome {
    let helm = match obtaining::helm(&deployment.place, acting).await? {
        ControlFlow::Continue(helm) => helm,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    announce(deployment, showing);
    let typed = match asking::secrets(deployment, Typed::new()).await? {
        ControlFlow::Continue(typed) => typed,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    match ask(deployment, acting)? {
        Answer::Yes => deploy(deployment, helm, &typed, showing, patience).await,
        Answer::No => {
            tell("nothing was changed");
            Ok(Exit::Change)
        }
        Answer::Interrupted => Ok(Exit::Interrupted),
    }
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
    confirm(&format!("Install {}?", runs::as_object(&deployment.spec.target)), "--yes").map_err(|problem| vec![problem])
}

async fn deploy(
    deployment: &Deployment,
    helm: Box<dyn Helm>,
    typed: &Typed,
    showing: Showing,
    patience: Duration,
) -> Outcome {
    let ready = deployment.begin(helm, typed, patience, Skips::default()).map_err(|problem| vec![problem])?;
    let outcome = showing::show(showing, async |shown, cancel| ready.run(shown, cancel).await).await;
    if outcome == event::Outcome::Done && !showing.json {
        password::show_once(&deployment.place, &deployment.spec);
    }
    Ok(showing::exit(outcome))
}
