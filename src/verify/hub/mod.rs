//! JupyterHub as the checks speak to it: the hub's API with the check service's token, and a user's server behind the proxy.
//! Must not know the order of the rungs.
pub mod api;
pub mod kernel;
pub mod progress;

use kernel::Kernel;

/// The check user's running server, and a kernel in it.
pub struct Server {
    /// The kernel that cells run in.
    pub kernel: Kernel,
}
