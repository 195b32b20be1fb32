//! Looks on at a deployment until somebody stops that: its pods, and what is wrong. Must not change anything.
use std::{path::Path, time::Duration};

use super::{
    desk::Desk,
    funnel::Funnel,
    work::{Hand, ended, unless_cancelled},
};
use crate::{
    front::wizard::wish::Ended,
    health::{causes, verdict::Finding},
    problem::Problem,
    run::{
        event::{EventKind, Outcome, command},
        ports::Ports,
        recorder::Recorder,
        watching::World,
    },
    runtime::{connecting::Place, running},
};

/// Time between two judgements of what is wrong.
const JUDGE: Duration = Duration::from_secs(2);

/// Looks on.
pub async fn watch(folder: &Path, desk: &Desk, hand: &Hand, funnel: &Funnel) -> Result<Ended, Vec<Problem>> {
    let run = Desk::remembered(folder)?;
    let Some(place) = unless_cancelled(hand, desk.reach(&run.target)).await else {
        return Ok(ended(Outcome::Done));
    };
    let place = place.map_err(|problem| vec![problem])?;
    let ports = place.forgetful_ports(Place::no_helm());
    let recorder = Recorder::new(&ports, funnel, 0);
    recorder.say(running::looking_on(command::WATCH, &place.namespace, &ports));
    let world = World::new(&place.namespace);
    tokio::select! {
        () = hand.cancel.cancelled() => {}
        () = world.follow(&ports, &recorder) => {}
        () = judge(&world, &ports, &recorder) => {}
    }
    Ok(ended(Outcome::Done))
}

/// Says what is wrong whenever that changes. Some causes only count after a while, so time alone may change it.
async fn judge(world: &World, ports: &Ports, recorder: &Recorder<'_>) {
    let mut said: Vec<Finding> = Vec::new();
    loop {
        ports.clock.sleep(JUDGE).await;
        let findings = causes::all(&world.index(), ports.clock.now());
        if findings != said {
            said.clone_from(&findings);
            recorder.say(EventKind::Findings { findings });
        }
    }
}
