//! What an interrupted run left behind, read from its journal. The cluster is the truth; the journal only helps to find
//! processes that still live. Must not change anything.
use super::{
    ports::{PortResult, Ports},
    state::RunState,
};

/// A journal's state, and how many events it holds.
pub fn remembered(ports: &Ports) -> PortResult<RunState> {
    Ok(RunState::fold(&ports.journal.lines()?))
}
