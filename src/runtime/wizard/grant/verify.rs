//! Has the ladder climbed for a deployment that is there. Must not climb itself.
use std::path::PathBuf;

use super::{
    desk::Desk,
    funnel::Funnel,
    work::{Hand, ended, unless_cancelled},
};
use crate::{
    front::wizard::wish::Ended,
    problem::Problem,
    run::event::Outcome,
    runtime::{connecting::Place, naming::Named, proving},
};

/// Climbs all of the ladder, or some rungs with what they need.
pub async fn verify(
    folder: Option<PathBuf>,
    rungs: &[String],
    desk: &Desk,
    hand: &Hand,
    funnel: &Funnel,
) -> Result<Ended, Vec<Problem>> {
    let folder = folder.or_else(|| desk.folder()).ok_or_else(|| vec![nothing()])?;
    let run = Desk::remembered(&folder)?;
    let Some(place) = unless_cancelled(hand, desk.reach(&run.target)).await else {
        return Ok(ended(Outcome::Interrupted));
    };
    let place = place.map_err(|problem| vec![problem])?;
    let said = Named { target: run.target.clone(), run: Some(run) }.answers()?.map(|(_, spec)| spec);
    let ports = place.forgetful_ports(Place::no_helm());
    let checks = proving::checks(&place, &ports, said).await?;
    Ok(ended(proving::climb(&checks, &ports, rungs, funnel, &hand.cancel).await))
}

fn nothing() -> Problem {
    Problem::new("nothing-to-verify", "nothing was installed or looked at yet")
}
