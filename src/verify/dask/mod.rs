//! Dask Gateway as the checks speak to it: REST for the life of a cluster, the scheduler's own protocol for what runs in it.
//! Must not know the order of the rungs.
pub mod frames;
pub mod gateway;
pub mod scheduler;

/// The check's own Dask cluster.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Name that the gateway gave it.
    pub name: String,
    /// Client certificate and the scheduler's own, PEM.
    pub certificate: String,
    /// Key, PEM.
    pub key: secrecy::SecretString,
}
