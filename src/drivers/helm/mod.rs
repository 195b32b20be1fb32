//! helm as a child process: found on this machine, told everything explicitly, kept apart from the person's own helm.
//! Must not wait for readiness, nor decide when to retry.
//!
//! helm runs in its own process group, so that Ctrl-C does not reach it, and writes into files, so that the end of
//! hubwright does not end it. A later run finds it again by process id and start time.
mod arguments;
pub mod download;
mod failure;
mod find;
mod isolation;
mod process;

use std::path::{Path, PathBuf};

use futures::{FutureExt, future::BoxFuture};

pub use find::{Found, MISSING, find};
pub use isolation::Kubeconfig;

use self::{
    arguments::Target,
    find::Version,
    process::{Job, Running},
};
use super::folder;
use crate::{
    answers::yaml,
    plan::graph::Release,
    problem::Problem,
    run::ports::{ChildProcess, FailureKind, Helm, HelmRun, PortError, PortResult},
};

/// Stands in where helm is not needed. Whoever calls it after all learns that there is none.
#[derive(Debug, Clone, Copy, Default)]
pub struct MissingHelm;

fn not_found() -> PortError {
    let problem = Problem::new("helm-missing", "this needs helm, and none was looked for");
    PortError::new(FailureKind::NotFound, problem.hint("put `helm` into `PATH`, or name it with `--helm FILE`"))
}

impl Helm for MissingHelm {
    fn version(&self) -> String {
        String::new()
    }

    fn install<'a>(&'a self, _: &'a str, _: &'a Release, _: &'a str) -> BoxFuture<'a, PortResult<Box<dyn HelmRun>>> {
        futures::future::ready(Err(not_found())).boxed()
    }

    fn host(&self) -> String {
        process::host()
    }

    fn left_behind(&self, _: &str) -> Option<ChildProcess> {
        None
    }

    fn adopt(&self, _: ChildProcess) -> BoxFuture<'_, Option<Box<dyn HelmRun>>> {
        futures::future::ready(None).boxed()
    }

    fn uninstall<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, PortResult<bool>> {
        futures::future::ready(Err(not_found())).boxed()
    }

    fn command_line(&self, _: &str, _: &Release, _: &str) -> String {
        String::new()
    }
}

/// A helm program, and the cluster and folder that it works with.
#[derive(Debug, Clone)]
pub struct HelmProgram {
    program: PathBuf,
    version: Version,
    context: String,
    kubeconfig: Kubeconfig,
    folder: PathBuf,
}

impl HelmProgram {
    /// helm for a context. `folder` is the deployment's own, for output, values and helm's directories.
    pub fn new(found: &Found, context: &str, kubeconfig: Kubeconfig, folder: &Path) -> Self {
        Self {
            program: found.program.clone(),
            version: found.version.clone(),
            context: context.to_owned(),
            kubeconfig,
            folder: folder.to_owned(),
        }
    }

    fn target<'a>(&'a self, namespace: &'a str) -> Target<'a> {
        Target { context: &self.context, kubeconfig: self.kubeconfig.file(), namespace }
    }

    fn start(&self, namespace: &str, release: &Release, describe: &str) -> Result<Running, Problem> {
        let values = self.folder.join(format!("helm-{}.values.yaml", release.name));
        let text = yaml::write(&release.values)
            .map_err(|error| Problem::new("values-unwritable", format!("the values of `{}`: {error}", release.name)))?;
        folder::write_private(&values, &text)?;
        let arguments = arguments::upgrade(&self.target(namespace), release, describe, &values, self.version.major());
        Job { release: &release.name, arguments, values: Some(values) }.start(self)
    }

    async fn remove(&self, namespace: &str, release: &str) -> PortResult<bool> {
        let arguments = arguments::uninstall(&self.target(namespace), release);
        let mut running = Job { release, arguments, values: None }.start(self).map_err(failed)?;
        match running.wait().await {
            Ok(()) => Ok(true),
            Err(error) if error.kind == FailureKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn failed(problem: Problem) -> PortError {
    PortError::new(FailureKind::Other, problem)
}

impl Helm for HelmProgram {
    fn version(&self) -> String {
        self.version.to_string()
    }

    fn install<'a>(
        &'a self,
        namespace: &'a str,
        release: &'a Release,
        describe: &'a str,
    ) -> BoxFuture<'a, PortResult<Box<dyn HelmRun>>> {
        async move {
            let running = self.start(namespace, release, describe).map_err(failed)?;
            Ok(Box::new(running) as Box<dyn HelmRun>)
        }
        .boxed()
    }

    fn host(&self) -> String {
        process::host()
    }

    fn left_behind(&self, release: &str) -> Option<ChildProcess> {
        process::left_behind(&self.folder, release)
    }

    fn adopt(&self, child: ChildProcess) -> BoxFuture<'_, Option<Box<dyn HelmRun>>> {
        async move { Running::adopt(&self.folder, child).map(|running| Box::new(running) as Box<dyn HelmRun>) }.boxed()
    }

    fn uninstall<'a>(&'a self, namespace: &'a str, release: &'a str) -> BoxFuture<'a, PortResult<bool>> {
        self.remove(namespace, release).boxed()
    }

    fn command_line(&self, namespace: &str, release: &Release, file: &str) -> String {
        arguments::command_line(&self.context, namespace, release, file)
    }
}
