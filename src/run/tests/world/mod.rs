//! A small world behind the ports: a cluster whose workloads become ready a while after helm made them, helm processes that
//! outlive the run that started them; or this machine with its processes and their supervisor. And a journal: the world
//! counts its lines and the changes, and kills the run at any of them.
mod cluster;
mod helm;
mod journal;
mod machine;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use base64::Engine;
use futures::{
    channel::mpsc::UnboundedSender,
    future::{self, BoxFuture},
};
use secrecy::SecretString;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use self::{
    cluster::{key, watched, workload},
    helm::Process,
    machine::Here,
};
pub use self::{
    journal::{Kill, Killed, Moment},
    machine::{Illness, READS},
};
use super::time::{Time, lock};
use crate::{
    answers::secret::SecretRef,
    health::objects::{Change, KINDS},
    problem::Problem,
    run::{
        asked::not_said,
        ports::{FailureKind, Kubernetes, Platform, PortError, PortResult, Ports, ReleaseState, Secrets},
    },
};

/// Namespace of everything.
pub const NAMESPACE: &str = "hub";
/// Seconds that helm takes.
const HELM: i64 = 3;
/// Seconds from helm's end until a workload is ready.
const STARTS: i64 = 10;

/// Where a deployment is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Cluster,
    Machine,
}

/// Both of them: what is true of every run is tested in either.
pub const PLACES: [Place; 2] = [Place::Cluster, Place::Machine];

/// The world; clones are the same world.
#[derive(Clone)]
pub struct World {
    pub time: Time,
    pub place: Place,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Value>,
    releases: BTreeMap<String, ReleaseState>,
    helms: BTreeMap<u32, Process>,
    watchers: Vec<UnboundedSender<Change>>,
    journal: Vec<String>,
    /// Lines that survive a power cut.
    synced: usize,
    /// Seconds until a watch tells what changed.
    lag: i64,
    /// Calls that changed something, in order.
    changes: Vec<String>,
    /// What must never happen, and did.
    wrong: Vec<String>,
    random: u32,
    kill: Option<Kill>,
    /// Lines after which the person presses Ctrl-C.
    cancel: Option<(usize, CancellationToken)>,
    /// Lines after which the disk is full.
    room: Option<usize>,
    /// Charts whose workload never becomes ready, with what its pod says.
    stuck: BTreeMap<String, Value>,
    /// Charts for which helm fails, and with what.
    refused: BTreeMap<String, &'static str>,
    /// Seconds that helm takes for a chart, where it is slow.
    slow: BTreeMap<String, i64>,
    /// Processes so far run on another machine than the next run.
    elsewhere: bool,
    /// Nobody answers, whether the watch noticed that or not; and how that is said.
    down: bool,
    excuse: &'static str,
    /// What the person's reference to a secret leads to.
    password: String,
    /// Where port-forwards lead, by Service and port.
    forwards: BTreeMap<(String, u16), SocketAddr>,
    machine: machine::State,
}

/// What happens to a run.
impl World {
    pub fn new() -> Self {
        Self::at(Place::Cluster)
    }

    pub fn at(place: Place) -> Self {
        let state = State { password: "first".to_owned(), excuse: "api-unreachable", ..State::default() };
        Self { time: Time::new(), place, state: Arc::new(Mutex::new(state)) }
    }

    /// The workload of a chart never becomes ready; its pod says why.
    pub fn stick(&self, chart: &str, status: Value) {
        lock(&self.state).stuck.insert(chart.to_owned(), status);
    }

    /// Somebody mends it after so many seconds.
    pub fn mend_after(&self, seconds: i64, chart: &'static str) {
        let world = self.clone();
        self.time.later(seconds, move || {
            lock(&world.state).stuck.remove(chart);
            world.become_ready(chart);
        });
    }

    /// helm fails for a chart with a code.
    pub fn refuse(&self, chart: &str, code: &'static str) {
        lock(&self.state).refused.insert(chart.to_owned(), code);
    }

    /// helm fails for it no more after so many seconds.
    pub fn accept_after(&self, seconds: i64, chart: &'static str) {
        let world = self.clone();
        self.time.later(seconds, move || {
            lock(&world.state).refused.remove(chart);
        });
    }

    /// The next run is on another machine, with the same home folder.
    pub fn resume_elsewhere(&self) {
        lock(&self.state).elsewhere = true;
    }

    /// The namespace is being removed for so many seconds more, with all that is in it.
    pub fn remove_namespace(&self, seconds: i64) {
        let metadata =
            serde_json::json!({"name": NAMESPACE, "uid": "old", "deletionTimestamp": "2026-01-01T12:00:00Z"});
        self.put(serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}));
        let world = self.clone();
        self.time.later(seconds, move || {
            world.take(&format!("Namespace/{NAMESPACE}"));
        });
    }

    /// The clock of the cluster is ahead of this machine's by so many seconds.
    pub fn clock_is_ahead(&self, seconds: i64) {
        self.tell(&Change::Clock { ahead: jiff::SignedDuration::from_secs(seconds) });
    }

    /// helm takes so many seconds for a chart.
    pub fn slow(&self, chart: &str, seconds: i64) {
        lock(&self.state).slow.insert(chart.to_owned(), seconds);
    }

    /// helm never ends for a chart.
    pub fn never_ends(&self, chart: &str) {
        self.slow(chart, 1_000_000);
    }

    /// The API server does not answer for a while; the watch notices that a little later.
    pub fn silence(&self, from: i64, to: i64) {
        for (at, up) in [(from, false), (to, true)] {
            let world = self.clone();
            self.time.later(at, move || {
                lock(&world.state).down = !up;
                let seen = if up { world.seen() } else { Vec::new() };
                seen.iter().for_each(|change| world.tell(change));
            });
            let world = self.clone();
            self.time.later(at + 2, move || world.tell(&Change::Contact { up, what: "the cluster".to_owned() }));
        }
    }

    /// The login has run out for a while.
    pub fn logged_out(&self, from: i64, to: i64) {
        lock(&self.state).excuse = "not-logged-in";
        self.silence(from, to);
    }

    /// A watch tells what changed so many seconds later.
    pub fn lag(&self, seconds: i64) {
        lock(&self.state).lag = seconds;
    }

    /// The person's secret has another value from now on.
    pub fn password(&self, value: &str) {
        value.clone_into(&mut lock(&self.state).password);
    }

    /// Changes what helm noted about a release.
    pub fn note(&self, release: &str, change: impl FnOnce(&mut ReleaseState)) {
        change(lock(&self.state).releases.get_mut(release).unwrap());
    }

    /// A port-forward to a Service's port leads to a real server of the test.
    pub fn forward_to(&self, service: &str, port: u16, address: SocketAddr) {
        lock(&self.state).forwards.insert((service.to_owned(), port), address);
    }

    /// Somebody else puts an object there.
    pub fn put(&self, object: Value) {
        let watched = watched(&object);
        lock(&self.state).objects.insert(key(&object), object);
        if let Some(watched) = watched {
            self.tell(&Change::Applied(Box::new(watched)));
        }
    }

    /// Somebody takes an object away; `false`: it was not there.
    pub fn take(&self, key: &str) -> bool {
        let Some(object) = lock(&self.state).objects.remove(key) else { return false };
        let kind = KINDS.iter().find(|kind| object["kind"] == kind.kind);
        if let (Some(kind), Some(uid)) = (kind, object.pointer("/metadata/uid").and_then(Value::as_str)) {
            self.tell(&Change::Deleted { kind: kind.kind, uid: uid.to_owned() });
        }
        true
    }
}

/// What is seen of it from outside.
impl World {
    /// Whether a Secret of the deployment has this value.
    pub fn holds(&self, value: &str) -> bool {
        let state = lock(&self.state);
        let encoded = Value::from(base64::engine::general_purpose::STANDARD.encode(value));
        let in_cluster = state.objects.values().filter(|object| object["kind"] == "Secret");
        let mut in_cluster = in_cluster.filter_map(|secret| secret["data"].as_object());
        let mut here = state.machine.secrets.values().flat_map(BTreeMap::values);
        in_cluster.any(|data| data.values().any(|held| *held == encoded)) || here.any(|held| held == value)
    }

    pub fn ports(&self) -> Ports {
        let kubernetes = || Kubernetes {
            cluster: Box::new(self.clone()),
            helm: Box::new(self.clone()),
            releases: Box::new(self.clone()),
        };
        Ports {
            platform: match self.place {
                Place::Cluster => Platform::Kubernetes(kubernetes()),
                Place::Machine => Platform::Machine(Box::new(Here(self.clone()))),
            },
            secrets: Box::new(self.clone()),
            clock: Box::new(self.time.clone()),
            journal: Box::new(self.clone()),
        }
    }

    pub fn wrong(&self) -> Vec<String> {
        lock(&self.state).wrong.clone()
    }

    pub fn object(&self, key: &str) -> Option<Value> {
        lock(&self.state).objects.get(key).cloned()
    }

    /// Whether a helm works.
    pub fn helm_works(&self) -> bool {
        lock(&self.state).helms.values().any(|process| process.ended.is_none())
    }

    /// Whether anything works that a run started and nobody looks after.
    pub fn is_busy(&self) -> bool {
        self.helm_works() || self.installs()
    }

    /// What a person would find there, and how it is, without versions and times.
    pub fn found(&self) -> BTreeMap<String, String> {
        if self.place == Place::Machine {
            return self.found_here();
        }
        let (objects, releases) = self.outcome();
        let releases =
            releases.into_iter().map(|(name, (status, made))| (format!("helm/{name}"), status + " " + &made));
        objects.into_keys().map(|key| (key, String::new())).chain(releases).collect()
    }

    /// The values of all Secrets.
    pub fn secrets(&self) -> BTreeMap<String, String> {
        if self.place == Place::Machine {
            return self.secrets_here();
        }
        let secrets = self.outcome().0.into_iter().filter(|(key, _)| key.starts_with("Secret/"));
        secrets.map(|(key, secret)| (key, secret["data"].to_string())).collect()
    }

    /// Everything that a person would find there, without versions and times.
    pub fn outcome(&self) -> (BTreeMap<String, Value>, BTreeMap<String, (String, String)>) {
        let state = lock(&self.state);
        let lasting = state.objects.iter().filter(|(key, _)| !key.starts_with("Lease/"));
        let releases =
            state.releases.iter().map(|(name, one)| (name.clone(), (one.status.clone(), one.description.clone())));
        (lasting.map(|(key, object)| (key.clone(), object.clone())).collect(), releases.collect())
    }
}

/// How it works.
impl World {
    fn namespace(&self) -> Option<Value> {
        self.object(&format!("Namespace/{NAMESPACE}"))
    }

    /// Everything as a watch says it at its beginning; without contact it says nothing.
    fn seen(&self) -> Vec<Change> {
        let state = lock(&self.state);
        if state.down {
            return Vec::new();
        }
        let objects = state.objects.values().filter_map(watched).map(|object| Change::Applied(Box::new(object)));
        objects.chain(KINDS.iter().map(|kind| Change::Synced { kind: kind.kind })).collect()
    }

    fn tell(&self, change: &Change) {
        let lag = lock(&self.state).lag;
        if lag == 0 {
            return self.tell_now(change);
        }
        let (world, change) = (self.clone(), change.clone());
        self.time.later(lag, move || world.tell_now(&change));
    }

    fn tell_now(&self, change: &Change) {
        let mut state = lock(&self.state);
        if state.down && !matches!(change, Change::Contact { .. }) {
            return;
        }
        state.watchers.retain(|watcher| watcher.unbounded_send(change.clone()).is_ok());
    }

    fn become_ready(&self, chart: &str) {
        if self.object(&format!("Deployment/{chart}")).is_none() {
            return;
        }
        let stuck = lock(&self.state).stuck.get(chart).cloned();
        workload(chart, stuck.is_none(), stuck).into_iter().for_each(|object| self.put(object));
    }

    /// The answer of a cluster, or its silence.
    fn answer<'a, T: Send + 'a>(&self, answer: impl FnOnce() -> PortResult<T>) -> BoxFuture<'a, PortResult<T>> {
        let refused = lock(&self.state).refused_all();
        now(refused.map_or_else(answer, Err))
    }
}

impl State {
    /// Everything on this machine has ended; what was to run is still written down.
    fn power_cut(&mut self) {
        self.machine.end_all();
        self.objects.retain(|_, object| object.pointer("/metadata/annotations/hubwright.io~1log").is_none());
    }

    /// What every call ends with while nobody answers.
    fn refused_all(&self) -> Option<PortError> {
        let kind = if self.excuse == "not-logged-in" { FailureKind::Unauthorized } else { FailureKind::Unreachable };
        self.down.then(|| error(kind, self.excuse))
    }
}

fn error(kind: FailureKind, code: &str) -> PortError {
    PortError::new(kind, Problem::new(code, code))
}

fn now<'a, T: Send + 'a>(value: PortResult<T>) -> BoxFuture<'a, PortResult<T>> {
    Box::pin(future::ready(value))
}

impl Secrets for World {
    fn resolve<'a>(&'a self, _: &'a str, reference: &'a SecretRef) -> BoxFuture<'a, PortResult<SecretString>> {
        if let SecretRef::Ask(label) = reference {
            return now(Err(PortError::new(FailureKind::NotFound, not_said(label))));
        }
        now(Ok(SecretString::from(lock(&self.state).password.clone())))
    }

    fn generate(&self) -> PortResult<SecretString> {
        let mut state = lock(&self.state);
        state.random += 1;
        Ok(SecretString::from(format!("random-{}", state.random)))
    }

    fn password(&self) -> PortResult<SecretString> {
        self.generate()
    }
}
