//! Target "an existing Kubernetes cluster": the components that charts install.
//! Must not know what a component does.
use crate::{
    answers::{facts::Facts, spec::Spec},
    plan::{
        components::{COMPONENTS, Context},
        graph::Plan,
    },
};

/// The plan for a cluster.
pub fn plan(spec: &Spec, facts: &Facts) -> Plan {
    super::collect(&Context { spec, facts }, COMPONENTS)
}
