//! What differs per target: which components there are. One file per target, one line here and one arm in `plan::build`.
//! Must not know any component's values.
pub mod kubernetes;
pub mod machine;

use std::time::Duration;

use super::{
    components::{Component, Context},
    graph::{Action, Checks, Plan, Step, StepId},
};

/// The components' steps, with the verification at the end.
fn collect(context: &Context, components: &[Component]) -> Plan {
    let target = &context.spec.target;
    let mut steps: Vec<Step> = components.iter().flat_map(|component| (component.steps)(context)).collect();
    let mut checks = Checks { namespace: target.namespace.clone(), ..Checks::default() };
    for component in components {
        (component.checks)(context, &mut checks);
    }
    steps.push(Step {
        id: StepId::new("verify"),
        title: "Verification".to_owned(),
        needs: steps.iter().map(|step| step.id.clone()).collect(),
        action: Action::Verify,
        ready: Vec::new(),
        deadline: Duration::from_mins(15),
    });
    Plan { context: target.context().map(str::to_owned), namespace: target.namespace.clone(), steps, checks }
}
