//! helm, as a run has it work: the program, a process of it, and its records in the cluster. Must not know how any is called.
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;

use super::PortResult;
use crate::plan::graph::Release;

/// The helm program.
pub trait Helm: Send + Sync {
    /// Its version, such as `4.3.1`.
    fn version(&self) -> String;
    /// Starts `helm upgrade --install` without waiting for readiness; `describe` becomes the release's description.
    fn install<'a>(
        &'a self,
        namespace: &'a str,
        release: &'a Release,
        describe: &'a str,
    ) -> BoxFuture<'a, PortResult<Box<dyn HelmRun>>>;
    /// Name of this machine, as in [`ChildProcess::host`].
    fn host(&self) -> String;
    /// A helm process that an earlier run on this machine started for a release, and that still lives.
    fn left_behind(&self, release: &str) -> Option<ChildProcess>;
    /// Takes up a helm process that an earlier run of hubwright started, if it still lives.
    fn adopt(&self, child: ChildProcess) -> BoxFuture<'_, Option<Box<dyn HelmRun>>>;
    /// Uninstalls a release; `false` if there is none.
    fn uninstall<'a>(&'a self, namespace: &'a str, release: &'a str) -> BoxFuture<'a, PortResult<bool>>;
    /// The command a person would type, values file as `FILE`.
    fn command_line(&self, namespace: &str, release: &Release, file: &str) -> String;
}

/// A process that can be found again after a crash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildProcess {
    /// Process id.
    pub pid: u32,
    /// Start time in clock ticks since boot.
    pub started: u64,
    /// Host name.
    pub host: String,
}

/// A running helm.
pub trait HelmRun: Send {
    /// To find it again.
    fn child(&self) -> ChildProcess;
    /// Waits for its end. Cancelling the future leaves helm running.
    fn wait(&mut self) -> BoxFuture<'_, PortResult<()>>;
    /// Asks it to stop (SIGTERM), waits up to 10 s, then SIGKILL.
    fn stop(&mut self) -> BoxFuture<'_, ()>;
}

/// The newest revision of a helm release, read from its Secret's labels and metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseState {
    /// Revision number.
    pub revision: u32,
    /// `deployed`, `failed`, `pending-install` …
    pub status: String,
    /// Release description (our marker).
    pub description: String,
    /// Chart and version, `jupyterhub-4.4.0`.
    pub chart: String,
    /// When the Secret was last modified.
    pub modified: Option<Timestamp>,
}

/// What the newest revision of a helm release was made with.
#[derive(Debug, Clone, PartialEq)]
pub struct InstalledRelease {
    /// Chart and version, `jupyterhub-4.4.0`.
    pub chart: String,
    /// `deployed`, `failed`, `pending-install` …
    pub status: String,
    /// Values that were given. Of a release of somebody else they may hold secrets: never shown as they are.
    pub values: Value,
}

/// helm's records in the cluster.
pub trait Releases: Send + Sync {
    /// Newest revision of a release; `None` if there is none.
    fn state<'a>(&'a self, namespace: &'a str, release: &'a str) -> BoxFuture<'a, PortResult<Option<ReleaseState>>>;
    /// What the newest revision of a release was made with; `None` if there is none, or its record cannot be read.
    fn installed<'a>(
        &'a self,
        namespace: &'a str,
        release: &'a str,
    ) -> BoxFuture<'a, PortResult<Option<InstalledRelease>>>;
    /// Marks a pending revision that nobody works on as failed, so that helm accepts the next upgrade.
    fn unlock<'a>(&'a self, namespace: &'a str, release: &'a str, revision: u32) -> BoxFuture<'a, PortResult<()>>;
}
