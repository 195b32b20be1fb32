//! JupyterHub.

/// The check user's server.
#[derive(Debug)]
pub struct Server;
