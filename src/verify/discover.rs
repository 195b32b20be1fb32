//! Finds out what a namespace holds, for a verification without the answers: what hubwright installed, and as far as
//! possible what somebody else did. Must not know how anything is proven.
use crate::{
    plan::graph::Checks,
    run::ports::{PortResult, Ports},
};

/// What can be proven about a namespace. Parts that are not there are `None`.
pub async fn discover(ports: &Ports, namespace: &str) -> PortResult<Checks> {
    ports.cluster.version().await?;
    Ok(Checks { namespace: namespace.to_owned(), ..Checks::default() })
}
