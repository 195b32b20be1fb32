//! The driver of "this machine": one deployment in a folder of its own, kept running by a supervisor that outlives the
//! run. Must not decide anything: rules are in `health`, order is in `run`.
mod boot;
pub mod deployed;
pub mod environment;
pub mod facts;
mod followed;
mod inherited;
pub mod layout;
mod logs;
mod pods;
mod removal;
mod secrets;
mod seen;
mod serving;
pub mod shortcomings;
mod stamp;
pub mod supervisor;
mod wanted;
mod watch;

use std::{
    collections::BTreeMap,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Component, Path},
    sync::Arc,
};

use futures::{FutureExt, future::BoxFuture, stream::BoxStream};
use secrecy::SecretString;

use self::{layout::Layout, serving::Serving, wanted::Wanted};
use crate::{
    answers::facts::Facts,
    drivers::folder,
    health::objects::Change,
    plan::graph::{Environment, Plan, Process, TextFile},
    problem::Problem,
    run::ports::{
        Applied, FailureKind, Forward, Holdings, Machine, ObjectRef, PortError, PortResult, Progress, Workloads,
    },
};

pub use secrets::MachineSecrets;

/// One deployment on this machine.
pub struct ThisMachine {
    name: String,
    layout: Layout,
    serving: Serving,
}

impl ThisMachine {
    /// The deployment of a name in its folder, whether it is there or not.
    pub fn new(name: &str, layout: Layout) -> Self {
        Self { name: name.to_owned(), serving: Serving::new(layout.clone()), layout }
    }

    /// Where everything of it is.
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Whether its processes are kept running.
    pub fn is_running(&self) -> bool {
        self.serving.is_supervised()
    }

    async fn remove_everything(&self, data: bool) -> Result<(), Problem> {
        if self.serving.is_supervised() {
            return Err(Problem::new("still-running", "the deployment runs, so it cannot be removed")
                .hint("stop it first; then the same command goes on"));
        }
        // Where nobody can tell where services are, there is none of ours.
        if let Ok(service) = boot::Service::new(&self.name, self.layout.clone()) {
            service.disable()?;
        }
        let layout = self.layout.clone();
        apart(move || removal::everything(&layout, data)).await
    }

    /// Where a port is that a service is asked for.
    fn place(&self, service: &str, port: u16) -> Result<SocketAddr, Problem> {
        let wanted = Wanted::read(&self.layout);
        let mut ports = wanted.processes.iter().flat_map(|kept| &kept.process.ports);
        let found = ports.find(|served| served.service == service && served.port == port);
        found.map(|served| SocketAddr::new(served.address.unwrap_or(Ipv4Addr::LOCALHOST.into()), served.at)).ok_or_else(
            || {
                Problem::new("no-such-service", format!("nothing on this machine serves port {port} of `{service}`"))
                    .hint("`hubwright install` or `hubwright upgrade` has it run")
            },
        )
    }
}

/// Does what may take long where nobody waits for it.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    let stopped = |_| Err(Problem::new("interrupted", "it was stopped half-way").retry());
    tokio::task::spawn_blocking(work).await.unwrap_or_else(stopped)
}

fn other(problem: Problem) -> PortError {
    PortError::new(FailureKind::Other, problem)
}

impl Workloads for ThisMachine {
    fn context(&self) -> String {
        "this machine".to_owned()
    }

    fn facts<'a>(&'a self, _namespace: &'a str) -> BoxFuture<'a, PortResult<Facts>> {
        async { Ok(facts::probe(&self.layout).await) }.boxed()
    }

    fn watch<'a>(&'a self, namespace: &'a str) -> BoxStream<'a, Change> {
        watch::watch(self.layout.clone(), namespace, Arc::clone(&self.serving.followed))
    }

    fn logs<'a>(
        &'a self,
        pod: &'a ObjectRef,
        _container: &'a str,
        previous: bool,
        lines: u32,
    ) -> BoxFuture<'a, PortResult<Vec<String>>> {
        async move {
            let path = self.layout.log(&pod.name);
            logs::last(&path, previous, lines as usize).map_err(|error| {
                other(Problem::new("log-unreadable", format!("cannot read `{}`: {error}", path.display())))
            })
        }
        .boxed()
    }

    fn forward<'a>(&'a self, _namespace: &'a str, service: &'a str, port: u16) -> BoxFuture<'a, PortResult<Forward>> {
        async move {
            let local = self.place(service, port).map_err(|problem| PortError::new(FailureKind::NotFound, problem))?;
            Ok(Forward { local, guard: Box::new(()) })
        }
        .boxed()
    }
}

impl Machine for ThisMachine {
    fn shortcomings<'a>(&'a self, plan: &'a Plan) -> BoxFuture<'a, PortResult<Vec<Problem>>> {
        async { Ok(shortcomings::find(&self.layout, plan).await) }.boxed()
    }

    fn is_prepared(&self, environment: &Environment) -> PortResult<bool> {
        Ok(environment::is_prepared(&self.layout, environment))
    }

    fn prepare<'a>(
        &'a self,
        environment: &'a Environment,
        said: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> BoxFuture<'a, PortResult<()>> {
        async { environment::prepare(&self.layout, environment, said).await.map_err(other) }.boxed()
    }

    fn secret(&self, name: &str) -> PortResult<Option<BTreeMap<String, SecretString>>> {
        secrets::all(&self.layout, name).map_err(other)
    }

    fn keep_secret(&self, name: &str, values: &BTreeMap<String, SecretString>) -> PortResult<()> {
        self.layout.make().and_then(|()| secrets::keep(&self.layout, name, values)).map_err(other)
    }

    fn write(&self, file: &TextFile) -> PortResult<Applied> {
        self.layout.make().and_then(|()| write(&self.layout, file)).map_err(other)
    }

    fn serve<'a>(&'a self, processes: &'a [Process]) -> BoxFuture<'a, PortResult<Applied>> {
        async { self.serving.serve(processes).await.map_err(other) }.boxed()
    }

    fn restart<'a>(&'a self, names: &'a [String]) -> BoxFuture<'a, PortResult<()>> {
        async { self.serving.restart(names).await.map_err(other) }.boxed()
    }

    fn keep_only<'a>(
        &'a self,
        names: &'a [String],
        environment: Option<&'a str>,
    ) -> BoxFuture<'a, PortResult<Vec<String>>> {
        async move {
            let ended = self.serving.keep_only(names).await.map_err(other)?;
            if let Some(environment) = environment {
                let (layout, environment) = (self.layout.clone(), environment.to_owned());
                apart(move || removal::environments(&layout, &environment)).await.map_err(other)?;
            }
            Ok(ended)
        }
        .boxed()
    }

    fn remove_home(&self, user: &str) -> PortResult<bool> {
        removal::home(&self.layout, user).map_err(other)
    }

    fn holdings(&self) -> PortResult<Holdings> {
        let names = |wanted: Wanted| wanted.processes.into_iter().map(|kept| kept.process.name).collect();
        let at_boot = boot::Service::new(&self.name, self.layout.clone()).is_ok_and(|service| service.is_there());
        Ok(Holdings {
            folder: self.layout.folder().to_owned(),
            processes: names(Wanted::read(&self.layout)),
            environments: removal::environment_names(&self.layout),
            data: [self.layout.homes(), self.layout.data(), self.layout.secrets()]
                .iter()
                .any(|path| holds_something(path)),
            at_boot,
        })
    }

    fn stop(&self) -> BoxFuture<'_, PortResult<()>> {
        async { self.serving.stop().await.map_err(other) }.boxed()
    }

    fn start(&self) -> BoxFuture<'_, PortResult<bool>> {
        async { self.serving.start().await.map_err(other) }.boxed()
    }

    fn start_at_boot(&self, wanted: bool) -> BoxFuture<'_, PortResult<Applied>> {
        async move {
            let service = boot::Service::new(&self.name, self.layout.clone()).map_err(other)?;
            apart(move || if wanted { service.enable() } else { service.disable() }).await.map_err(other)
        }
        .boxed()
    }

    fn remove(&self, data: bool) -> BoxFuture<'_, PortResult<()>> {
        async move { self.remove_everything(data).await.map_err(other) }.boxed()
    }
}

fn holds_something(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// Writes a file below the folder, if it is not there just so.
fn write(layout: &Layout, file: &TextFile) -> Result<Applied, Problem> {
    let path = Path::new(&file.path);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    if !plain || file.path.is_empty() {
        return Err(Problem::new("defect", format!("`{}` is not within the deployment's folder", file.path)));
    }
    let path = layout.folder().join(path);
    let found = fs::read(&path).ok();
    if found.as_deref() == Some(file.text.as_bytes()) {
        return Ok(Applied::Unchanged);
    }
    path.parent().map_or(Ok(()), folder::make)?;
    folder::write_private(&path, &file.text)?;
    Ok(if found.is_some() { Applied::Changed } else { Applied::Created })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::graph::ServedPort;

    fn machine() -> (tempfile::TempDir, ThisMachine) {
        let folder = tempfile::tempdir().unwrap();
        let machine = ThisMachine::new("trial", Layout::at(folder.path().join("trial")));
        (folder, machine)
    }

    fn file(path: &str, text: &str) -> TextFile {
        TextFile { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn files_are_written_where_they_differ_and_nowhere_else() {
        let (_folder, machine) = machine();
        assert_eq!(machine.write(&file("config/hub/a.py", "1")).unwrap(), Applied::Created);
        assert_eq!(machine.write(&file("config/hub/a.py", "1")).unwrap(), Applied::Unchanged);
        assert_eq!(machine.write(&file("config/hub/a.py", "2")).unwrap(), Applied::Changed);
        for outside in ["../a.py", "/tmp/a.py", "config/../../a.py", ""] {
            assert_eq!(machine.write(&file(outside, "1")).unwrap_err().problem.code, "defect", "{outside}");
        }
    }

    #[tokio::test]
    async fn what_is_there_is_told_and_removed() {
        let (_folder, machine) = machine();
        assert!(machine.holdings().unwrap().is_empty());
        machine.write(&file("homes/ada/thesis.tex", "words")).unwrap();
        fs::create_dir_all(machine.layout.env("one")).unwrap();
        let holdings = machine.holdings().unwrap();
        assert_eq!((holdings.environments, holdings.data), (vec!["one".to_owned()], true));
        machine.remove(false).await.unwrap();
        let holdings = machine.holdings().unwrap();
        assert!(holdings.is_empty() && holdings.data);
        machine.remove(true).await.unwrap();
        assert!(!machine.layout.folder().exists());
    }

    #[tokio::test]
    async fn a_port_on_another_address_was_looked_for_on_loopback() {
        let (_folder, machine) = machine();
        machine.layout.make().unwrap();
        let port =
            ServedPort { service: "web".into(), port: 80, at: 8000, address: Some("192.0.2.7".parse().unwrap()) };
        let process = Process { name: "web".into(), ports: vec![port], ..Process::default() };
        Wanted::change(&machine.layout, |wanted| wanted.merge(&[process])).unwrap();
        assert_eq!(machine.forward("trial", "web", 80).await.unwrap().local.to_string(), "192.0.2.7:8000");
    }

    #[tokio::test]
    async fn passwords_that_were_kept_could_not_be_removed_without_other_data() {
        let (_folder, machine) = machine();
        let values = BTreeMap::from([("token".to_owned(), "s3cret".into())]);
        machine.keep_secret("hub", &values).unwrap();
        machine.remove(false).await.unwrap();
        assert!(machine.holdings().unwrap().data);
    }

    #[tokio::test]
    async fn a_port_that_nobody_serves_is_named() {
        let (_folder, machine) = machine();
        let error = machine.forward("trial", "hub", 8081).await.err().unwrap();
        assert_eq!(error.kind, FailureKind::NotFound);
        assert!(error.problem.title.contains("port 8081 of `hub`"));
        assert_eq!(machine.start().await.unwrap_err().problem.code, "nothing-deployed");
        machine.stop().await.unwrap();
    }
}
