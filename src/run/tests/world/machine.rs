//! The simulated machine: environments that take time and may be half made, Secrets, files, and processes that a supervisor
//! keeps running, in the shape of pods. It notes what a machine must never be asked for.
mod here;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub use self::here::Here;
use super::{NAMESPACE, STARTS, World, lock};
use crate::{plan::graph::Process, problem::Problem};

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
