//! Dask Gateway.

/// The check's cluster.
#[derive(Debug)]
pub struct Cluster;
