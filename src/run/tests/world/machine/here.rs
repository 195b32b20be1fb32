//! The machine as a run sees it: what it is asked for is done to the world, and noted where it must not be asked for.
use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use futures::{future::BoxFuture, stream::BoxStream};
use secrecy::{ExposeSecret, SecretString};

use super::{
    super::{World, error, lock, now},
    Illness, PIECES,
};
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
