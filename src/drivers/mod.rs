//! The only room that touches the world: kube API, helm, files, processes, clocks. Implements `run::ports`.
//! Must not decide anything: rules are in `health`, order is in `run`.
pub mod clock;
pub mod folder;
pub mod helm;
pub mod journal;
pub mod kube;
pub mod machine;
pub mod processes;
pub mod releases;
#[cfg(test)]
pub mod script;
pub mod secrets;
