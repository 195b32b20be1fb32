//! A look at the target of answers that are not complete yet. Must not change anything.
use std::time::Duration;

use crate::{
    answers::{facts::Facts, layers::Layers},
    drivers::kube,
    front::wizard::wish::News,
    problem::Problem,
    runtime::{connecting::Place, runs, wizard::contacts::Contacts},
};

/// How long a target may take to tell everything.
const LOOK: Duration = Duration::from_secs(20);

/// Looks at the target. `asking`: the terminal is lent to a credential plugin.
pub async fn look(contacts: &Contacts, layers: &Layers, asking: bool) -> News {
    let answers = layers.merged();
    let target = runs::target(answers.target, answers.machine);
    let place = if asking { contacts.ask(&target).await } else { contacts.reach(&target).await };
    let seen = match place {
        Ok(place) => facts(&place).await,
        Err(problem) => Err(problem),
    };
    match seen {
        Ok(facts) => News::Looked(Box::new(facts)),
        Err(problem) => {
            contacts.forget(&target);
            let asks = kube::wants_login(&problem) && kube::has_plugin(target.context());
            News::NotLooked { problem: Box::new(problem), asks: asks && target.machine().is_none() }
        }
    }
}

async fn facts(place: &Place) -> Result<Facts, Problem> {
    let ports = place.forgetful_ports(Place::no_helm());
    let seen = tokio::time::timeout(LOOK, ports.workloads().facts(&place.namespace)).await;
    let mut facts = seen.map_err(|_| silent(place))?.map_err(|error| *error.problem)?;
    if let Ok((contexts, current)) = kube::contexts() {
        (facts.contexts, facts.current_context) = (contexts, current);
    }
    Ok(facts)
}

fn silent(place: &Place) -> Problem {
    let title = format!("{} did not tell everything within {} s", place.words(), LOOK.as_secs());
    Problem::new("api-unreachable", title).hint("check the network, VPN and proxy, and try again").retry()
}
