//! The driver of "this machine": one deployment in a folder of its own, kept running by a supervisor that outlives the
//! run. Must not decide anything: rules are in `health`, order is in `run`.
pub mod layout;
