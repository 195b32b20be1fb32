//! Has a deployment made, or gone on with, for a person who agreed on the review: to the plan, to foreign commands, to a helm
//! that is fetched. Must not plan, nor carry anything out itself.
use std::path::Path;

use super::{
    desk::Desk,
    funnel::Funnel,
    work::{Hand, ended, unless_cancelled},
};
use crate::{
    answers::layers::Layers,
    front::wizard::wish::{Ended, Intent},
    problem::Problem,
    run::{asked::Typed, event::Outcome, ports::Helm},
    runtime::{
        asking,
        deploying::{self, Deployment, PATIENCE},
        obtaining, password, runs,
    },
};

/// Installs.
pub async fn deploy(intent: Intent, desk: &Desk, hand: &Hand, funnel: &Funnel) -> Result<Ended, Vec<Problem>> {
    let Intent { layers, secrets, verify } = intent;
    let Some(prepared) = unless_cancelled(hand, prepare(layers, &secrets, desk)).await else {
        return Ok(ended(Outcome::Interrupted));
    };
    let (mut deployment, helm) = prepared?;
    if !verify {
        deployment.leave_out_verify();
    }
    carry_out(&deployment, helm, &secrets, desk, hand, funnel).await
}

/// Goes on with a remembered run.
pub async fn resume(
    folder: &Path,
    typed: &Typed,
    desk: &Desk,
    hand: &Hand,
    funnel: &Funnel,
) -> Result<Ended, Vec<Problem>> {
    let run = Desk::remembered(folder)?;
    let layers = deploying::answers(&run)?;
    let Some(prepared) = unless_cancelled(hand, prepare(layers, typed, desk)).await else {
        return Ok(ended(Outcome::Interrupted));
    };
    let (mut deployment, helm) = prepared?;
    deployment.keep_to(&run);
    carry_out(&deployment, helm, typed, desk, hand, funnel).await
}

async fn prepare(layers: Layers, typed: &Typed, desk: &Desk) -> Result<(Deployment, Box<dyn Helm>), Vec<Problem>> {
    // What the answers lack may be found there.
    let answers = layers.merged();
    let place = desk.reach(&runs::target(answers.target, answers.machine)).await.map_err(one)?;
    let deployment = Deployment::prepare(place, layers).await?;
    asking::complete(&deployment, typed).await?;
    let helm = obtaining::found_or_fetched(&deployment.place).await.map_err(one)?;
    Ok((deployment, helm))
}

async fn carry_out(
    deployment: &Deployment,
    helm: Box<dyn Helm>,
    typed: &Typed,
    desk: &Desk,
    hand: &Hand,
    funnel: &Funnel,
) -> Result<Ended, Vec<Problem>> {
    let ready = deployment.begin(helm, typed, PATIENCE, hand.skips.clone()).map_err(one)?;
    let outcome = ready.run(funnel, &hand.cancel).await;
    let mut ended = ended(outcome);
    if outcome == Outcome::Done {
        ended.password = password::unseen(&deployment.place, &deployment.spec).map(|value| {
            desk.made_password(&deployment.place);
            ("password".to_owned(), value)
        });
    }
    Ok(ended)
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}
