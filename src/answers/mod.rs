//! PURE. What the person wants: the questions, their answers, where each answer came from, and the complete valid spec.
//! Must not know files, environment, clocks, clusters or any front end: texts come in as arguments.
pub mod facts;
pub mod quantity;
pub mod secret;
pub mod spec;
pub mod tree;
pub mod yaml;
