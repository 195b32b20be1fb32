//! The simulated machine: environments that take time and may be half made, Secrets, files, and processes that a supervisor
//! keeps running, in the shape of pods. It notes what a machine must never be asked for.
use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use futures::{future::BoxFuture, stream::BoxStream};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{NAMESPACE, STARTS, World, error, lock, now};
use crate::{
    answers::facts::Facts,
    health::objects::Change,
    plan::graph::{Environment, Plan, Process, TextFile},
    problem::Problem,
    run::{
        event::{Progress, Unit},
        ports::{Applied, Clock, FailureKind, Forward, Holdings, Machine, ObjectRef, PortResult, Workloads},
    },
};

/// Pieces that an environment is made of, and how often progress is told of each.
const PIECES: u64 = 4;
/// Variable of a process that names the file which it reads.
pub const READS: &str = "READS";

/// What is wrong with a process.
#[derive(Clone, Copy)]
pub enum Illness {
    /// It ends with these last words whenever it starts.
    Crashes(&'static str),
    /// It runs, and never answers.
    Silent,
}

/// What a machine holds.
#[derive(Default)]
pub struct State {
    /// Environments; `true`: whole.
    environments: BTreeMap<String, bool>,
    pub(super) secrets: BTreeMap<String, BTreeMap<String, String>>,
    files: BTreeMap<String, String>,
    /// What is to run.
    wanted: BTreeMap<String, Process>,
    running: BTreeMap<String, Running>,
    starts: u32,
    supervised: bool,
    installers: u32,
    at_boot: bool,
    data: bool,
    ill: BTreeMap<String, Illness>,
    /// With what the next environment fails.
    refused: Option<&'static str>,
    /// Seconds that a piece of an environment takes beyond the first.
    slow: u64,
    /// What a look before the first change finds.
    shortcomings: Vec<Problem>,
}

/// A process at work, with what it read when it started.
struct Running {
    number: u32,
    ready: bool,
    restarts: u32,
    read: String,
}

impl State {
    /// The supervisor is gone, and all its processes.
    pub fn end_all(&mut self) {
        self.supervised = false;
        self.running.clear();
    }

    /// What a process reads when it starts.
    fn material(&self, process: &Process) -> String {
        let file = process.environment.get(READS).and_then(|path| self.files.get(path));
        let secrets = process.secrets.values().map(|(name, key)| self.secrets.get(name).and_then(|all| all.get(key)));
        format!("{file:?} {:?}", secrets.collect::<Vec<_>>())
    }

    /// Why a process cannot work, or must not.
    fn lacks(&self, process: &Process) -> Option<String> {
        let material = self.material(process);
        let program = process.command.first().cloned().unwrap_or_default();
        let whole = self.environments.iter().any(|(name, whole)| *whole && program.contains(name));
        (!whole || material.contains("None"))
            .then(|| format!("`{}` was started without what it needs: {program}, {material}", process.name))
    }
}

/// What happens to a machine.
impl World {
    /// A process is ill from its next start on.
    pub fn ails(&self, process: &str, illness: Illness) {
        lock(&self.state).machine.ill.insert(process.to_owned(), illness);
    }

    /// It is ill no more after so many seconds.
    pub fn heals_after(&self, seconds: i64, process: &'static str) {
        let world = self.clone();
        self.time.later(seconds, move || {
            lock(&world.state).machine.ill.remove(process);
        });
    }

    /// The next environment fails with a code, once.
    pub fn refuse_environment(&self, code: &'static str) {
        lock(&self.state).machine.refused = Some(code);
    }

    /// Each piece of an environment but the first takes so many seconds.
    pub fn slow_environment(&self, seconds: u64) {
        lock(&self.state).machine.slow = seconds;
    }

    /// A look before the first change finds this.
    pub fn lack(&self, problem: Problem) {
        lock(&self.state).machine.shortcomings.push(problem);
    }

    /// The supervisor ends after so many seconds, with all its processes.
    pub fn supervisor_ends_after(&self, seconds: i64) {
        let world = self.clone();
        self.time.later(seconds, move || world.end_processes());
    }

    /// Somebody changes a file of the deployment.
    pub fn edit_file(&self, path: &str, text: &str) {
        lock(&self.state).machine.files.insert(path.to_owned(), text.to_owned());
    }

    /// People have worked there, and it starts with the machine.
    pub fn settle_in(&self) {
        let machine = &mut lock(&self.state).machine;
        (machine.data, machine.at_boot) = (true, true);
    }

    /// How often processes were started.
    pub fn starts(&self) -> u32 {
        lock(&self.state).machine.starts
    }

    pub(super) fn installs(&self) -> bool {
        lock(&self.state).machine.installers > 0
    }

    pub(super) fn secrets_here(&self) -> BTreeMap<String, String> {
        lock(&self.state).machine.secrets.iter().map(|(name, values)| (name.clone(), format!("{values:?}"))).collect()
    }

    pub(super) fn found_here(&self) -> BTreeMap<String, String> {
        let machine = &lock(&self.state).machine;
        let mut found = BTreeMap::new();
        for (name, whole) in &machine.environments {
            found.insert(format!("environment/{name}"), if *whole { "whole" } else { "half" }.to_owned());
        }
        found.extend(machine.files.iter().map(|(path, text)| (format!("file/{path}"), text.clone())));
        found.extend(machine.secrets.keys().map(|name| (format!("secret/{name}"), String::new())));
        for (name, process) in &machine.wanted {
            let how = machine.running.get(name).map_or("ended", |running| match running {
                Running { read, .. } if *read != machine.material(process) => "runs with what is no longer so",
                Running { ready: true, .. } => "ready",
                Running { .. } => "runs",
            });
            found.insert(format!("process/{name}"), format!("{how} {}", process.revision));
        }
        found.extend(machine.data.then(|| ("data".to_owned(), String::new())));
        found.extend(machine.at_boot.then(|| ("at boot".to_owned(), String::new())));
        found
    }
}

/// How processes live.
impl World {
    fn start_process(&self, name: &str) {
        let mut state = lock(&self.state);
        let machine = &mut state.machine;
        let Some(process) = machine.wanted.get(name).cloned() else { return };
        let lacks = machine.lacks(&process);
        machine.starts += 1;
        let number = machine.starts;
        let read = machine.material(&process);
        machine.running.insert(name.to_owned(), Running { number, ready: false, restarts: 0, read });
        state.wrong.extend(lacks);
        drop(state);
        self.begin(name.to_owned(), number);
    }

    /// It runs, and something comes of it.
    fn begin(&self, name: String, number: u32) {
        let since = self.time.now().to_string();
        self.show(&name, json!({"phase": "Running"}), &json!({"state": {"running": {"startedAt": since}}}));
        let illness = lock(&self.state).machine.ill.get(&name).copied();
        let world = self.clone();
        match illness {
            None => self.time.later(STARTS, move || world.answers(&name, number)),
            Some(Illness::Crashes(_)) => self.time.later(1, move || world.crashes(name, number)),
            Some(Illness::Silent) => {}
        }
    }

    fn lives(&self, name: &str, number: u32) -> bool {
        lock(&self.state).machine.running.get(name).is_some_and(|running| running.number == number)
    }

    fn answers(&self, name: &str, number: u32) {
        if !self.lives(name, number) {
            return;
        }
        if let Some(running) = lock(&self.state).machine.running.get_mut(name) {
            running.ready = true;
        }
        let ready = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]});
        self.show(name, ready, &json!({"ready": true, "state": {"running": {}}}));
    }

    fn crashes(&self, name: String, number: u32) {
        if !self.lives(&name, number) {
            return;
        }
        let restarts = lock(&self.state).machine.running.get_mut(&name).map_or(0, |running| {
            running.restarts += 1;
            running.restarts
        });
        let pause = 1 << restarts.min(5);
        let message = format!("back-off {pause}s restarting failed container={name}");
        let waits = json!({"waiting": {"reason": "CrashLoopBackOff", "message": message}});
        self.show(&name, json!({"phase": "Running"}), &json!({"state": waits}));
        let world = self.clone();
        self.time.later(pause, move || {
            if world.lives(&name, number) {
                world.begin(name, number);
            }
        });
    }

    /// Shows a process in the shape of a pod with one container of its name.
    fn show(&self, name: &str, mut status: Value, container: &Value) {
        let state = lock(&self.state);
        let Some(Running { number, restarts, .. }) = state.machine.running.get(name) else { return };
        let mut one = json!({"name": name, "ready": false, "restartCount": restarts});
        if *restarts > 0 {
            one["lastState"] = json!({"terminated": {"exitCode": 1, "reason": "Error"}});
        }
        super::cluster::merge(&mut one, container);
        status["containerStatuses"] = json!([one]);
        let metadata = json!({"name": name, "namespace": NAMESPACE, "uid": format!("{name}-{number}"),
            "annotations": {"hubwright.io/log": format!("log/{name}.log")}});
        drop(state);
        let spec = json!({"nodeName": "here", "containers": [{"name": name}]});
        self.put(json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": status}));
    }

    fn end_process(&self, name: &str) {
        lock(&self.state).machine.running.remove(name);
        self.take(&format!("Pod/{name}"));
    }

    fn end_processes(&self) {
        let names: Vec<String> = lock(&self.state).machine.running.keys().cloned().collect();
        names.iter().for_each(|name| self.end_process(name));
        lock(&self.state).machine.end_all();
    }

    /// The supervisor runs. Whether it had to be started; what was to run last runs again then.
    fn supervise(&self) -> bool {
        let mut state = lock(&self.state);
        if std::mem::replace(&mut state.machine.supervised, true) {
            return false;
        }
        let names: Vec<String> = state.machine.wanted.keys().cloned().collect();
        drop(state);
        names.iter().for_each(|name| self.start_process(name));
        true
    }
}

/// A program that makes an environment; it ends with the future that waits for it.
struct Installer(World);

impl Installer {
    fn begin(world: &World) -> Self {
        let mut state = lock(&world.state);
        state.machine.installers += 1;
        if state.machine.installers > 1 {
            state.wrong.push("two programs make one environment".to_owned());
        }
        Self(world.clone())
    }
}

impl Drop for Installer {
    fn drop(&mut self) {
        lock(&self.0.state).machine.installers -= 1;
    }
}

/// The machine as a run sees it.
pub struct Here(pub World);

impl Here {
    /// A change, of which a call of this run must be on the disk.
    fn changed(&self, call: &str, how: &str) {
        let mut state = lock(&self.0.state);
        let said = format!(r#""call":"{call}""#);
        let synced = state.synced;
        let of_this_run =
            state.journal.iter().take(synced).rev().take_while(|line| !line.contains(r#""event":"run-started""#));
        if !of_this_run.into_iter().any(|line| line.contains(&said)) {
            state.wrong.push(format!("`{call}` was done and is not in the journal"));
        }
        drop(state);
        self.0.changed(format!("{call}{how}"));
    }

    async fn make(&self, name: &str, said: &(dyn Fn(Progress) + Send + Sync)) -> PortResult<()> {
        let _installer = Installer::begin(&self.0);
        let call = format!("make environment {name}");
        let known = lock(&self.0.state).machine.environments.insert(name.to_owned(), false).is_some();
        if !known {
            self.changed(&call, ": begun");
        }
        for piece in 1..=PIECES {
            let slow = lock(&self.0.state).machine.slow;
            self.0.time.sleep(Duration::from_secs(if piece == 1 { 1 } else { slow.max(1) })).await;
            // as pip does it: a line of a hostile package, many times in a moment
            for part in 1..=50 {
                let done = (piece - 1) * 50_000_000 + part * 1_000_000;
                said(Progress::of("downloading \u{1b}[31mpackages").counted(done, Some(200_000_000), Unit::Bytes));
            }
        }
        if let Some(code) = lock(&self.0.state).machine.refused.take() {
            return Err(error(FailureKind::Other, code));
        }
        lock(&self.0.state).machine.environments.insert(name.to_owned(), true);
        self.changed(&call, ": whole");
        Ok(())
    }
}

impl Workloads for Here {
    fn context(&self) -> String {
        "this machine".to_owned()
    }

    fn facts<'a>(&'a self, namespace: &'a str) -> BoxFuture<'a, PortResult<Facts>> {
        self.0.facts(namespace)
    }

    fn watch<'a>(&'a self, namespace: &'a str) -> BoxStream<'a, Change> {
        self.0.watch(namespace)
    }

    fn logs<'a>(&'a self, pod: &'a ObjectRef, _: &'a str, _: bool, _: u32) -> BoxFuture<'a, PortResult<Vec<String>>> {
        let words = match lock(&self.0.state).machine.ill.get(&pod.name) {
            Some(Illness::Crashes(words)) => (*words).to_owned(),
            _ => "all is well".to_owned(),
        };
        now(Ok(vec!["starting".to_owned(), words]))
    }

    fn forward<'a>(&'a self, namespace: &'a str, service: &'a str, port: u16) -> BoxFuture<'a, PortResult<Forward>> {
        self.0.forward(namespace, service, port)
    }
}

impl Machine for Here {
    fn shortcomings<'a>(&'a self, _: &'a Plan) -> BoxFuture<'a, PortResult<Vec<Problem>>> {
        now(Ok(lock(&self.0.state).machine.shortcomings.clone()))
    }

    fn is_prepared(&self, environment: &Environment) -> PortResult<bool> {
        Ok(lock(&self.0.state).machine.environments.get(&environment.name) == Some(&true))
    }

    fn prepare<'a>(
        &'a self,
        environment: &'a Environment,
        said: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> BoxFuture<'a, PortResult<()>> {
        Box::pin(self.make(&environment.name, said))
    }

    fn secret(&self, name: &str) -> PortResult<Option<BTreeMap<String, SecretString>>> {
        let values = lock(&self.0.state).machine.secrets.get(name).cloned();
        let secret = |(key, value): (String, String)| (key, SecretString::from(value));
        Ok(values.map(|values| values.into_iter().map(secret).collect()))
    }

    fn keep_secret(&self, name: &str, values: &BTreeMap<String, SecretString>) -> PortResult<()> {
        let plain = |(key, value): (&String, &SecretString)| (key.clone(), value.expose_secret().to_owned());
        lock(&self.0.state).machine.secrets.insert(name.to_owned(), values.iter().map(plain).collect());
        self.changed(&format!("keep Secret {name}"), "");
        Ok(())
    }

    fn write(&self, file: &TextFile) -> PortResult<Applied> {
        let old = lock(&self.0.state).machine.files.insert(file.path.clone(), file.text.clone());
        let applied = match old {
            Some(old) if old == file.text => return Ok(Applied::Unchanged),
            Some(_) => Applied::Changed,
            None => Applied::Created,
        };
        self.changed(&format!("write {}", file.path), "");
        Ok(applied)
    }

    fn serve<'a>(&'a self, processes: &'a [Process]) -> BoxFuture<'a, PortResult<Applied>> {
        Box::pin(async move {
            let mut changed = self.0.supervise();
            let mut names = Vec::new();
            for process in processes {
                let old = lock(&self.0.state).machine.wanted.insert(process.name.clone(), process.clone());
                names.push(process.name.as_str());
                if old.as_ref() != Some(process) {
                    changed = true;
                    self.0.end_process(&process.name);
                    self.0.start_process(&process.name);
                }
            }
            if !changed {
                return Ok(Applied::Unchanged);
            }
            self.changed(&format!("run {}", names.join(", ")), "");
            Ok(Applied::Changed)
        })
    }

    fn restart<'a>(&'a self, names: &'a [String]) -> BoxFuture<'a, PortResult<()>> {
        Box::pin(async move {
            let there = |name: &&String| lock(&self.0.state).machine.running.contains_key(*name);
            for name in names.iter().filter(there) {
                self.0.end_process(name);
                self.0.start_process(name);
            }
            self.changed(&format!("restart {}", names.join(", ")), "");
            Ok(())
        })
    }

    fn keep_only<'a>(
        &'a self,
        names: &'a [String],
        environment: Option<&'a str>,
    ) -> BoxFuture<'a, PortResult<Vec<String>>> {
        Box::pin(async move {
            let mut ended: Vec<String> = lock(&self.0.state).machine.wanted.keys().cloned().collect();
            ended.retain(|name| !names.contains(name));
            for name in &ended {
                lock(&self.0.state).machine.wanted.remove(name);
                self.0.end_process(name);
            }
            if !ended.is_empty() {
                self.changed(&format!("end {}", ended.join(", ")), "");
            }
            if let Some(environment) = environment {
                self.remove_environments(environment);
            }
            Ok(ended)
        })
    }

    fn remove_home(&self, _: &str) -> PortResult<bool> {
        Ok(false)
    }

    fn holdings(&self) -> PortResult<Holdings> {
        let machine = &lock(&self.0.state).machine;
        Ok(Holdings {
            folder: PathBuf::from("/here/trial"),
            processes: machine.wanted.keys().cloned().collect(),
            environments: machine.environments.keys().cloned().collect(),
            data: machine.data,
            at_boot: machine.at_boot,
        })
    }

    fn stop(&self) -> BoxFuture<'_, PortResult<()>> {
        Box::pin(async move {
            let names: Vec<String> = lock(&self.0.state).machine.wanted.keys().cloned().collect();
            let names = if names.is_empty() { "what may run".to_owned() } else { names.join(", ") };
            if lock(&self.0.state).machine.supervised {
                self.0.end_processes();
                self.changed(&format!("stop {names}"), "");
            }
            Ok(())
        })
    }

    fn start(&self) -> BoxFuture<'_, PortResult<bool>> {
        now(Ok(self.0.supervise()))
    }

    fn start_at_boot(&self, wanted: bool) -> BoxFuture<'_, PortResult<Applied>> {
        lock(&self.0.state).machine.at_boot = wanted;
        self.changed("start with this machine no longer", "");
        now(Ok(Applied::Changed))
    }

    fn remove(&self, data: bool) -> BoxFuture<'_, PortResult<()>> {
        Box::pin(async move {
            let call = format!("remove {} in /here/trial", if data { "data" } else { "programs" });
            let mut state = lock(&self.0.state);
            if state.machine.supervised {
                state.wrong.push("programs were removed while they ran".to_owned());
            }
            state.machine.environments.values_mut().for_each(|whole| *whole = false);
            state.machine.files.clear();
            drop(state);
            self.changed(&call, ": half");
            let mut state = lock(&self.0.state);
            state.machine.environments.clear();
            state.machine.wanted.clear();
            if data {
                state.machine.secrets.clear();
                state.machine.data = false;
            }
            drop(state);
            self.changed(&call, "");
            Ok(())
        })
    }
}

impl Here {
    fn remove_environments(&self, but: &str) {
        let mut state = lock(&self.0.state);
        let machine = &mut state.machine;
        let gone: Vec<String> = machine.environments.keys().filter(|name| *name != but).cloned().collect();
        machine.environments.retain(|name, _| name == but);
        let used =
            |name: &String| machine.wanted.values().any(|one| one.command.iter().any(|word| word.contains(name)));
        let wrong = gone.iter().find(|name| used(name)).map(|name| format!("environment {name} is in use"));
        state.wrong.extend(wrong);
        drop(state);
        if !gone.is_empty() {
            self.changed(&format!("remove environment {}", gone.join(", ")), "");
        }
    }
}
