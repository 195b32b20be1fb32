//! PURE. Objects of a cluster -> a verdict, and for what is stuck a finding in plain English.
//! Must not know how objects are fetched, nor any clock: the time comes in as an argument, and how far the cluster's
//! clock is from it as a change.
//!
//! ```text
//! Change ─► index ─► rules: is it ready? ─► Verdict
//!             │        │ no                    ▲
//!             │        └► causes: why not? ─► root: which cause is the first? ─► Finding
//!             └► pod: a line on the screen
//! text of helm or the API server ─► messages ─► Problem, Finding
//! ```
pub mod causes;
#[cfg(test)]
mod fixtures;
pub mod index;
pub mod messages;
pub mod objects;
mod owner;
pub mod page;
pub mod pod;
#[cfg(test)]
mod recorded;
pub mod root;
pub mod rules;
pub mod text;
pub mod verdict;
