//! Starting with the machine, where that is wanted.
use std::time::Duration;

use super::{Context, environment};
use crate::plan::graph::{Action, Step, StepId};

/// Has the deployment start with the machine.
pub fn steps(context: &Context) -> Vec<Step> {
    let wanted = context.spec.target.machine().is_some_and(|machine| machine.at_boot);
    let step = || Step {
        id: StepId::new("at-boot"),
        title: "Start with the machine".to_owned(),
        needs: vec![StepId::new(environment::STEP)],
        action: Action::StartAtBoot,
        ready: Vec::new(),
        deadline: Duration::from_mins(1),
    };
    wanted.then(step).into_iter().collect()
}
