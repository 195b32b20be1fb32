//! Target "an existing Kubernetes cluster": collects the components' steps and ends with the verification.
//! Must not know what a component does.
use std::time::Duration;

use crate::{
    answers::{facts::Facts, spec::Spec},
    plan::{
        components::{COMPONENTS, Context},
        graph::{Action, Checks, Plan, Step, StepId},
    },
};

/// The plan for a cluster.
pub fn plan(spec: &Spec, facts: &Facts) -> Plan {
    let context = Context { spec, facts };
    let mut steps: Vec<Step> = COMPONENTS.iter().flat_map(|component| (component.steps)(&context)).collect();
    let mut checks = Checks { namespace: spec.target.namespace.clone(), ..Checks::default() };
    for component in COMPONENTS {
        (component.checks)(&context, &mut checks);
    }
    steps.push(Step {
        id: StepId::new("verify"),
        title: "Verification".to_owned(),
        needs: steps.iter().map(|step| step.id.clone()).collect(),
        action: Action::Verify,
        ready: Vec::new(),
        deadline: Duration::from_mins(15),
    });
    Plan { context: spec.target.context().map(str::to_owned), namespace: spec.target.namespace.clone(), steps, checks }
}
