//! PURE. Turns a complete [`Spec`] into a [`Plan`]: steps in a graph, and the files they use.
//! Must not know files, clocks, clusters or how a step is carried out; `run` does that.
pub mod components;
pub mod deployed;
pub mod diff;
pub mod fit;
pub mod graph;
pub mod render;
pub mod show;
pub mod targets;

use crate::answers::{
    facts::Facts,
    spec::{Place, Spec},
};
use graph::Plan;

/// The plan for a spec. The same for the same spec and facts, byte for byte.
pub fn build(spec: &Spec, facts: &Facts) -> Plan {
    match spec.target.place {
        Place::Kubernetes { .. } => targets::kubernetes::plan(spec, facts),
        Place::Machine(_) => targets::machine::plan(spec, facts),
    }
}
