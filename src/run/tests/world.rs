//! A small world behind the ports: a cluster whose workloads become ready a while after helm made them, helm processes that
//! outlive the run that started them, and a journal after whose N-th line the machine kills the run.
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex},
};

use futures::{
    StreamExt,
    channel::mpsc::{self, UnboundedSender},
    future::{self, BoxFuture},
    stream::BoxStream,
};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::time::{Time, lock};
use crate::{
    answers::{facts::Facts, secret::SecretRef},
    health::objects::{Change, KINDS, KindVisitor, Object, Watched, each_kind},
    plan::graph::Release,
    problem::Problem,
    run::ports::{
        Applied, ChildProcess, Cluster, FailureKind, Forward, Helm, HelmRun, Journal, ObjectRef, Permission, PortError,
        PortResult, Ports, ReleaseState, Releases, Secrets,
    },
};

/// Namespace of everything.
pub const NAMESPACE: &str = "hub";
/// Seconds that helm takes.
const HELM: i64 = 3;
/// Seconds from helm's end until a workload is ready.
const STARTS: i64 = 10;

/// What a run that was killed unwinds with.
pub struct Killed;

/// The world; clones are the same world.
#[derive(Clone)]
pub struct World {
    pub time: Time,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Value>,
    releases: BTreeMap<String, ReleaseState>,
    helms: BTreeMap<u32, Process>,
    watchers: Vec<UnboundedSender<Change>>,
    journal: Vec<String>,
    /// Calls that changed something, in order.
    changes: Vec<String>,
    /// What must never happen, and did.
    wrong: Vec<String>,
    random: u32,
    kill: Option<Kill>,
    /// Charts whose workload never becomes ready, with what its pod says.
    stuck: BTreeMap<String, Value>,
    refused: BTreeSet<String>,
    down: bool,
}

/// When the run is killed.
#[derive(Clone, Copy)]
pub struct Kill {
    /// After so many lines of this run's journal.
    pub lines: usize,
    /// Whether helm dies as well: the machine lost power.
    pub helm_too: bool,
}

struct Process {
    release: String,
    ended: Option<PortResult<()>>,
}

impl World {
    pub fn new() -> Self {
        Self { time: Time::new(), state: Arc::default() }
    }

    pub fn ports(&self) -> Ports {
        Ports {
            cluster: Box::new(self.clone()),
            helm: Box::new(self.clone()),
            releases: Box::new(self.clone()),
            secrets: Box::new(self.clone()),
            clock: Box::new(self.time.clone()),
            journal: Box::new(self.clone()),
        }
    }

    pub fn journal_lines(&self) -> Vec<String> {
        lock(&self.state).journal.clone()
    }

    pub fn changes(&self) -> Vec<String> {
        lock(&self.state).changes.clone()
    }

    pub fn wrong(&self) -> Vec<String> {
        lock(&self.state).wrong.clone()
    }

    /// Kills the run that is begun next.
    pub fn kill(&self, kill: Kill) {
        let mut state = lock(&self.state);
        let lines = state.journal.len() + kill.lines;
        state.kill = Some(Kill { lines, ..kill });
    }

    /// The workload of a chart never becomes ready; its pod says why.
    pub fn stick(&self, chart: &str, status: Value) {
        lock(&self.state).stuck.insert(chart.to_owned(), status);
    }

    /// helm fails for a chart.
    pub fn refuse(&self, chart: &str) {
        lock(&self.state).refused.insert(chart.to_owned());
    }

    /// Somebody mends it after so many seconds.
    pub fn mend_after(&self, seconds: i64, chart: &'static str) {
        let world = self.clone();
        self.time.later(seconds, move || {
            lock(&world.state).stuck.remove(chart);
            world.become_ready(chart);
        });
    }

    /// The API server does not answer for a while.
    pub fn silence(&self, from: i64, to: i64) {
        for (at, up) in [(from, false), (to, true)] {
            let world = self.clone();
            self.time.later(at, move || {
                lock(&world.state).down = !up;
                world.tell(&Change::Contact { up, what: "the cluster".to_owned() });
            });
        }
    }

    /// Everything that a person would find there, without versions and times.
    pub fn outcome(&self) -> (BTreeMap<String, Value>, BTreeMap<String, (String, String)>) {
        let state = lock(&self.state);
        let lasting = state.objects.iter().filter(|(key, _)| !key.starts_with("Lease/"));
        let releases =
            state.releases.iter().map(|(name, one)| (name.clone(), (one.status.clone(), one.description.clone())));
        (lasting.map(|(key, object)| (key.clone(), object.clone())).collect(), releases.collect())
    }

    fn has_namespace(&self) -> bool {
        lock(&self.state).objects.contains_key(&format!("Namespace/{NAMESPACE}"))
    }

    fn tell(&self, change: &Change) {
        lock(&self.state).watchers.retain(|watcher| watcher.unbounded_send(change.clone()).is_ok());
    }

    /// Somebody else puts an object there.
    pub fn put(&self, object: Value) {
        let watched = watched(&object);
        lock(&self.state).objects.insert(key(&object), object);
        if let Some(watched) = watched {
            self.tell(&Change::Applied(Box::new(watched)));
        }
    }

    /// helm is done: its objects are there, and become ready later.
    fn helm_ends(&self, pid: u32) {
        let mut state = lock(&self.state);
        let Some(process) = state.helms.get_mut(&pid).filter(|process| process.ended.is_none()) else { return };
        process.ended = Some(Ok(()));
        let name = process.release.clone();
        let now = self.time.now();
        let failed = state.refused.contains(&name);
        if failed && let Some(process) = state.helms.get_mut(&pid) {
            process.ended = Some(Err(error(FailureKind::Refused, "values-refused")));
        }
        if let Some(release) = state.releases.get_mut(&name) {
            release.status = if failed { "failed" } else { "deployed" }.to_owned();
            release.modified = Some(now);
        }
        drop(state);
        if !failed {
            workload(&name, false, None).into_iter().for_each(|object| self.put(object));
            let (world, chart) = (self.clone(), name);
            self.time.later(STARTS, move || world.become_ready(&chart));
        }
    }

    fn become_ready(&self, chart: &str) {
        let stuck = lock(&self.state).stuck.get(chart).cloned();
        workload(chart, stuck.is_none(), stuck).into_iter().for_each(|object| self.put(object));
    }
}

/// A Deployment of a chart's name with its ReplicaSet and pod.
fn workload(name: &str, ready: bool, stuck: Option<Value>) -> [Value; 3] {
    let made = |kind: &str, owner: Option<(&str, &str)>| {
        let owners = owner.map(|(kind, uid)| json!([{"kind": kind, "name": name, "uid": uid, "apiVersion": "apps/v1", "controller": true}]));
        json!({"name": name, "namespace": NAMESPACE, "uid": format!("{kind}-{name}"), "generation": 1, "ownerReferences": owners,
            "creationTimestamp": "2026-01-01T12:00:00Z", "annotations": {"meta.helm.sh/release-name": name}})
    };
    let count = u32::from(ready);
    let waiting = json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-01-01T12:00:00Z"}],
        "containerStatuses": [{"name": "main", "ready": false, "restartCount": 0, "state": {"waiting": {"reason": "ContainerCreating"}}}]});
    let running = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [{"name": "main", "ready": true, "restartCount": 0, "state": {"running": {}}}]});
    [
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": made("Deployment", None), "spec": {"replicas": 1},
            "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "readyReplicas": count, "availableReplicas": count}}),
        json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": made("ReplicaSet", Some(("Deployment", &format!("Deployment-{name}")))),
            "spec": {"replicas": 1}, "status": {"replicas": 1}}),
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": made("Pod", Some(("ReplicaSet", &format!("ReplicaSet-{name}")))),
            "spec": {"nodeName": "n1", "containers": [{"name": "main", "image": "registry.example.org/hub:1"}]},
            "status": stuck.unwrap_or(if ready { running } else { waiting })}),
    ]
}

fn key(object: &Value) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    format!("{}/{}", text("/kind"), text("/metadata/name"))
}

fn watched(object: &Value) -> Option<Object> {
    struct Reader<'a>(&'a Value, Option<Object>);
    impl KindVisitor for Reader<'_> {
        fn visit<W: Watched>(&mut self) {
            if self.0["kind"] == W::KIND.kind && W::KIND.kind != "Secret" {
                self.1 = serde_json::from_value::<W>(self.0.clone()).ok().map(Watched::into_object);
            }
        }
    }
    let mut reader = Reader(object, None);
    each_kind(&mut reader);
    reader.1
}

fn error(kind: FailureKind, code: &str) -> PortError {
    PortError::new(kind, Problem::new(code, code))
}

fn now<'a, T: Send + 'a>(value: PortResult<T>) -> BoxFuture<'a, PortResult<T>> {
    Box::pin(future::ready(value))
}

impl Cluster for World {
    fn context(&self) -> String {
        "sim".to_owned()
    }

    fn version(&self) -> BoxFuture<'_, PortResult<String>> {
        now(Ok("v1.36.3".to_owned()))
    }

    fn facts<'a>(&'a self, _: &'a str) -> BoxFuture<'a, PortResult<Facts>> {
        now(Ok(Facts::default()))
    }

    fn refused<'a>(&'a self, _: &'a [Permission]) -> BoxFuture<'a, PortResult<Vec<Permission>>> {
        now(Ok(Vec::new()))
    }

    fn apply<'a>(&'a self, object: &'a Value) -> BoxFuture<'a, PortResult<Applied>> {
        let key = key(object);
        if object.pointer("/metadata/namespace").is_some() && !self.has_namespace() {
            return now(Err(error(FailureKind::NotFound, "namespace-missing")));
        }
        let old = lock(&self.state).objects.get(&key).cloned();
        let applied = match &old {
            None => Applied::Created,
            Some(old) if old == object => Applied::Unchanged,
            Some(_) => Applied::Changed,
        };
        if applied != Applied::Unchanged && !key.starts_with("Lease/") {
            lock(&self.state).changes.push(format!("apply {key}"));
        }
        self.put(object.clone());
        now(Ok(applied))
    }

    fn get<'a>(&'a self, object: &'a ObjectRef) -> BoxFuture<'a, PortResult<Option<Value>>> {
        now(Ok(lock(&self.state).objects.get(&object.to_string()).cloned()))
    }

    fn list<'a>(&'a self, _: &'a ObjectRef, _: &'a str) -> BoxFuture<'a, PortResult<Vec<Value>>> {
        now(Ok(Vec::new()))
    }

    fn delete<'a>(&'a self, object: &'a ObjectRef) -> BoxFuture<'a, PortResult<bool>> {
        now(Ok(lock(&self.state).objects.remove(&object.to_string()).is_some()))
    }

    fn patch<'a>(&'a self, _: &'a ObjectRef, _: &'a Value) -> BoxFuture<'a, PortResult<()>> {
        now(Ok(()))
    }

    fn watch<'a>(&'a self, _: &'a str) -> BoxStream<'a, Change> {
        let (sender, changes) = mpsc::unbounded();
        let mut state = lock(&self.state);
        let there = state.objects.values().filter_map(watched).map(|object| Change::Applied(Box::new(object)));
        let first: Vec<Change> = there.chain(KINDS.iter().map(|kind| Change::Synced { kind: kind.kind })).collect();
        state.watchers.push(sender);
        futures::stream::iter(first).chain(changes).boxed()
    }

    fn logs<'a>(&'a self, _: &'a ObjectRef, _: &'a str, _: bool, _: u32) -> BoxFuture<'a, PortResult<Vec<String>>> {
        now(Ok(vec!["starting".to_owned(), "database is locked".to_owned()]))
    }

    fn forward<'a>(&'a self, _: &'a str, _: &'a str, _: u16) -> BoxFuture<'a, PortResult<Forward>> {
        now(Err(error(FailureKind::Other, "no-forward")))
    }
}

impl Helm for World {
    fn version(&self) -> String {
        "4.2.4".to_owned()
    }

    fn install<'a>(
        &'a self,
        _: &'a str,
        release: &'a Release,
        describe: &'a str,
    ) -> BoxFuture<'a, PortResult<Box<dyn HelmRun>>> {
        let mut state = lock(&self.state);
        let name = release.name.clone();
        if state.helms.values().any(|process| process.release == name && process.ended.is_none()) {
            state.wrong.push(format!("two helms work on `{name}` at once"));
        }
        let old = state.releases.get(&name).cloned();
        if old.as_ref().is_some_and(|old| old.status.starts_with("pending")) {
            state.wrong.push(format!("helm was started on the pending release `{name}`"));
            return now(Err(error(FailureKind::Conflict, "release-pending")));
        }
        let pid = u32::try_from(state.helms.len()).unwrap() + 1;
        state.helms.insert(pid, Process { release: name.clone(), ended: None });
        state.changes.push(format!("helm {name}"));
        state.releases.insert(
            name,
            ReleaseState {
                revision: old.as_ref().map_or(1, |old| old.revision + 1),
                status: if old.is_some() { "pending-upgrade" } else { "pending-install" }.to_owned(),
                description: describe.to_owned(),
                chart: release.chart.clone(),
                modified: Some(self.time.now()),
            },
        );
        drop(state);
        let world = self.clone();
        self.time.later(HELM, move || world.helm_ends(pid));
        now(Ok(Box::new(Running { world: self.clone(), pid })))
    }

    fn adopt(&self, child: ChildProcess) -> BoxFuture<'_, Option<Box<dyn HelmRun>>> {
        let lives = lock(&self.state).helms.get(&child.pid).is_some_and(|process| process.ended.is_none());
        let run: Option<Box<dyn HelmRun>> =
            lives.then(|| Box::new(Running { world: self.clone(), pid: child.pid }) as Box<dyn HelmRun>);
        Box::pin(future::ready(run))
    }

    fn uninstall<'a>(&'a self, _: &'a str, release: &'a str) -> BoxFuture<'a, PortResult<bool>> {
        now(Ok(lock(&self.state).releases.remove(release).is_some()))
    }

    fn command_line(&self, _: &str, release: &Release, _: &str) -> String {
        format!("helm upgrade --install {}", release.name)
    }
}

/// A helm process; dropping this leaves it running, as the real one.
struct Running {
    world: World,
    pid: u32,
}

impl HelmRun for Running {
    fn child(&self) -> ChildProcess {
        ChildProcess { pid: self.pid, started: 1, host: "sim".to_owned() }
    }

    fn wait(&mut self) -> BoxFuture<'_, PortResult<()>> {
        Box::pin(async move {
            loop {
                let ended = lock(&self.world.state).helms.get(&self.pid).and_then(|process| process.ended.clone());
                if let Some(ended) = ended {
                    return ended;
                }
                crate::run::ports::Clock::sleep(&self.world.time, std::time::Duration::from_millis(500)).await;
            }
        })
    }

    fn stop(&mut self) -> BoxFuture<'_, ()> {
        let mut state = lock(&self.world.state);
        let release = state.helms.get_mut(&self.pid).filter(|process| process.ended.is_none()).map(|process| {
            process.ended = Some(Err(error(FailureKind::Other, "helm-stopped")));
            process.release.clone()
        });
        if let Some(release) = release.and_then(|name| state.releases.get_mut(&name)) {
            release.status = "failed".to_owned();
        }
        Box::pin(future::ready(()))
    }
}

impl Releases for World {
    fn state<'a>(&'a self, _: &'a str, release: &'a str) -> BoxFuture<'a, PortResult<Option<ReleaseState>>> {
        now(Ok(lock(&self.state).releases.get(release).cloned()))
    }

    fn unlock<'a>(&'a self, _: &'a str, release: &'a str, revision: u32) -> BoxFuture<'a, PortResult<()>> {
        let mut state = lock(&self.state);
        if state.helms.values().any(|process| process.release == release && process.ended.is_none()) {
            state.wrong.push(format!("`{release}` was unlocked while helm worked on it"));
        }
        if let Some(found) = state.releases.get_mut(release).filter(|found| found.revision == revision) {
            found.status = "failed".to_owned();
        }
        now(Ok(()))
    }
}

impl Secrets for World {
    fn resolve<'a>(&'a self, _: &'a str, _: &'a SecretRef) -> BoxFuture<'a, PortResult<SecretString>> {
        now(Ok(SecretString::from("resolved")))
    }

    fn generate(&self) -> PortResult<SecretString> {
        let mut state = lock(&self.state);
        state.random += 1;
        Ok(SecretString::from(format!("random-{}", state.random)))
    }
}

impl Journal for World {
    fn append(&self, line: &str) -> PortResult<()> {
        let mut state = lock(&self.state);
        state.journal.push(line.to_owned());
        let Some(kill) = state.kill.filter(|kill| state.journal.len() >= kill.lines) else { return Ok(()) };
        state.kill = None;
        if kill.helm_too {
            for process in state.helms.values_mut().filter(|process| process.ended.is_none()) {
                process.ended = Some(Err(error(FailureKind::Other, "killed")));
            }
        }
        state.watchers.clear();
        drop(state);
        // unwinds without a word, as a kill does
        std::panic::resume_unwind(Box::new(Killed))
    }

    fn lines(&self) -> PortResult<Vec<String>> {
        Ok(self.journal_lines())
    }

    fn path(&self) -> PathBuf {
        PathBuf::from("journal.jsonl")
    }
}
