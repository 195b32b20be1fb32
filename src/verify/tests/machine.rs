//! This machine as the check sees it: processes in a watch, real servers on loopback ports, homes. Nothing of Kubernetes is there.
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use futures::{
    StreamExt,
    future::{self, BoxFuture},
    stream::{self, BoxStream},
};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::{
    answers::facts::Facts,
    health::objects::{Change, Object, Pod},
    plan::graph::{Environment, Plan, Process, TextFile},
    problem::Problem,
    run::{
        event::Progress,
        ports::{
            Applied, FailureKind, Forward, Holdings, Machine, ObjectRef, Platform, PortError, PortResult, Ports,
            Workloads,
        },
        tests::{
            time::lock,
            world::{NAMESPACE, World},
        },
    },
};

/// The machine; clones are the same.
#[derive(Clone, Default)]
pub struct Here {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    processes: BTreeMap<String, Value>,
    ports: BTreeMap<(String, u16), SocketAddr>,
    words: BTreeMap<String, Vec<String>>,
    homes: Vec<String>,
}

impl Here {
    /// A process that answers its probe.
    pub fn runs(&self, name: &str) {
        let status = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": name, "ready": true, "restartCount": 0, "state": {"running": {}}}]});
        self.put(name, &status);
    }

    /// A process that ends again and again with code 1, and what it says last.
    pub fn crashes(&self, name: &str, words: &str) {
        let status = json!({"phase": "Running", "containerStatuses": [{"name": name, "ready": false, "restartCount": 4,
            "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 1}}}]});
        self.put(name, &status);
        self.says(name, words);
    }

    pub fn says(&self, name: &str, words: &str) {
        lock(&self.state).words.insert(name.to_owned(), words.lines().map(str::to_owned).collect());
    }

    fn put(&self, name: &str, status: &Value) {
        let annotations = json!({"hubwright.io/log": format!("/home/ada/lab/log/{name}.log")});
        let metadata = json!({"name": name, "namespace": NAMESPACE, "uid": name, "annotations": annotations});
        let process = json!({"metadata": metadata, "spec": {"containers": [{"name": name}]}, "status": status});
        lock(&self.state).processes.insert(name.to_owned(), process);
    }

    pub fn serves(&self, service: &str, port: u16, at: SocketAddr) {
        lock(&self.state).ports.insert((service.to_owned(), port), at);
    }

    pub fn has_home(&self, user: &str) {
        lock(&self.state).homes.push(user.to_owned());
    }

    pub fn homes(&self) -> Vec<String> {
        lock(&self.state).homes.clone()
    }

    /// Secrets, time and journal are those of any world.
    pub fn ports(&self, world: &World) -> Ports {
        Ports { platform: Platform::Machine(Box::new(self.clone())), ..world.ports() }
    }
}

fn error(code: &str) -> PortError {
    PortError::new(FailureKind::NotFound, Problem::new(code, code))
}

impl Workloads for Here {
    fn context(&self) -> String {
        "this machine".to_owned()
    }

    fn facts<'a>(&'a self, _: &'a str) -> BoxFuture<'a, PortResult<Facts>> {
        unreachable!("the verification needs no facts")
    }

    /// Only processes are watched, and nothing changes.
    fn watch<'a>(&'a self, _: &'a str) -> BoxStream<'a, Change> {
        let processes: Vec<Pod> =
            lock(&self.state).processes.values().map(|one| serde_json::from_value(one.clone()).unwrap()).collect();
        let applied = processes.into_iter().map(|one| Change::Applied(Box::new(Object::Pod(one))));
        let all: Vec<Change> = applied.chain([Change::Synced { kind: "Pod" }]).collect();
        stream::iter(all).chain(stream::pending()).boxed()
    }

    fn logs<'a>(&'a self, pod: &'a ObjectRef, _: &'a str, _: bool, _: u32) -> BoxFuture<'a, PortResult<Vec<String>>> {
        let words = lock(&self.state).words.get(&pod.name).cloned();
        Box::pin(future::ready(words.ok_or_else(|| error("no-log"))))
    }

    fn forward<'a>(&'a self, _: &'a str, service: &'a str, port: u16) -> BoxFuture<'a, PortResult<Forward>> {
        let at = lock(&self.state).ports.get(&(service.to_owned(), port)).copied();
        let forward = at.map(|local| Forward { local, guard: Box::new(()) });
        Box::pin(future::ready(forward.ok_or_else(|| error("no-such-port"))))
    }
}

/// A check changes nothing on a machine but the home of its own user.
impl Machine for Here {
    fn remove_home(&self, user: &str) -> PortResult<bool> {
        let mut state = lock(&self.state);
        let before = state.homes.len();
        state.homes.retain(|home| home != user);
        Ok(state.homes.len() < before)
    }

    fn shortcomings<'a>(&'a self, _: &'a Plan) -> BoxFuture<'a, PortResult<Vec<Problem>>> {
        unreachable!()
    }
    fn is_prepared(&self, _: &Environment) -> PortResult<bool> {
        unreachable!()
    }
    fn prepare<'a>(
        &'a self,
        _: &'a Environment,
        _: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> BoxFuture<'a, PortResult<()>> {
        unreachable!()
    }
    fn secret(&self, _: &str) -> PortResult<Option<BTreeMap<String, SecretString>>> {
        unreachable!()
    }
    fn keep_secret(&self, _: &str, _: &BTreeMap<String, SecretString>) -> PortResult<()> {
        unreachable!()
    }
    fn write(&self, _: &TextFile) -> PortResult<Applied> {
        unreachable!()
    }
    fn serve<'a>(&'a self, _: &'a [Process]) -> BoxFuture<'a, PortResult<Applied>> {
        unreachable!()
    }
    fn restart<'a>(&'a self, _: &'a [String]) -> BoxFuture<'a, PortResult<()>> {
        unreachable!()
    }
    fn keep_only<'a>(&'a self, _: &'a [String], _: Option<&'a str>) -> BoxFuture<'a, PortResult<Vec<String>>> {
        unreachable!()
    }
    fn holdings(&self) -> PortResult<Holdings> {
        unreachable!()
    }
    fn stop(&self) -> BoxFuture<'_, PortResult<()>> {
        unreachable!()
    }
    fn start(&self) -> BoxFuture<'_, PortResult<bool>> {
        unreachable!()
    }
    fn start_at_boot(&self, _: bool) -> BoxFuture<'_, PortResult<Applied>> {
        unreachable!()
    }
    fn remove(&self, _: bool) -> BoxFuture<'_, PortResult<()>> {
        unreachable!()
    }
}
