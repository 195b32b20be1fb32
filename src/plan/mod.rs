//! PURE. Turns a complete [`Spec`](crate::answers::spec::Spec) into a [`Plan`](graph::Plan): steps in a graph, and the files they use.
//! Must not know files, clocks, clusters or how a step is carried out; `run` does that.
pub mod graph;
