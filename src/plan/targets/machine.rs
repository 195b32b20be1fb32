//! Target "this machine": the components as processes. Must not know what a component does.
use crate::{
    answers::{facts::Facts, spec::Spec},
    plan::{
        components::{Context, machine::COMPONENTS},
        graph::Plan,
    },
};

/// The plan for this machine.
pub fn plan(spec: &Spec, facts: &Facts) -> Plan {
    super::collect(&Context { spec, facts }, COMPONENTS)
}
