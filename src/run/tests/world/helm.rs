//! The simulated helm: processes that outlive the run that started them, and the records that they leave.
use std::time::Duration;

use futures::future::{self, BoxFuture};

use super::{HELM, STARTS, World, cluster::workload, error, lock, now};
use crate::{
    plan::graph::Release,
    run::ports::{
        ChildProcess, Clock, FailureKind, Helm, HelmRun, InstalledRelease, PortResult, ReleaseState, Releases,
    },
};

/// A helm process.
pub struct Process {
    pub release: String,
    pub ended: Option<PortResult<()>>,
}

impl World {
    /// helm is done: its objects are there, and become ready later. Without contact it cannot even note that it failed.
    fn helm_ends(&self, pid: u32) {
        let mut state = lock(&self.state);
        let down = state.refused_all();
        let Some(process) = state.helms.get(&pid).filter(|process| process.ended.is_none()) else { return };
        let name = process.release.clone();
        let refused = state.refused.get(&name).copied();
        let ended = match (&down, refused) {
            (Some(error), _) => Err(error.clone()),
            (_, Some(code)) => Err(error(FailureKind::Refused, code)),
            _ => Ok(()),
        };
        if let Some(release) = state.releases.get_mut(&name).filter(|_| down.is_none()) {
            release.status = if refused.is_some() { "failed" } else { "deployed" }.to_owned();
            release.modified = Some(self.time.now());
        }
        let good = ended.is_ok();
        state.helms.insert(pid, Process { release: name.clone(), ended: Some(ended) });
        drop(state);
        if good {
            workload(&name, false, None).into_iter().for_each(|object| self.put(object));
            let world = self.clone();
            self.time.later(STARTS, move || world.become_ready(&name));
        }
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
        if let Some(error) = state.refused_all() {
            return now(Err(error));
        }
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
        let takes = state.slow.get(&name).copied().unwrap_or(HELM);
        state.releases.insert(
            name.clone(),
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
        self.time.later(takes, move || world.helm_ends(pid));
        self.changed(format!("helm {name}"));
        now(Ok(Box::new(Running { world: self.clone(), pid })))
    }

    fn host(&self) -> String {
        if lock(&self.state).elsewhere { "elsewhere" } else { "sim" }.to_owned()
    }

    fn left_behind(&self, release: &str) -> Option<ChildProcess> {
        let state = lock(&self.state);
        if state.elsewhere {
            return None;
        }
        let lives = |(_, process): &(&u32, &Process)| process.release == release && process.ended.is_none();
        let pid = *state.helms.iter().find(lives)?.0;
        Some(ChildProcess { pid, started: 1, host: "sim".to_owned() })
    }

    fn adopt(&self, child: ChildProcess) -> BoxFuture<'_, Option<Box<dyn HelmRun>>> {
        let state = lock(&self.state);
        let lives = !state.elsewhere && state.helms.get(&child.pid).is_some_and(|process| process.ended.is_none());
        drop(state);
        let run: Option<Box<dyn HelmRun>> =
            lives.then(|| Box::new(Running { world: self.clone(), pid: child.pid }) as Box<dyn HelmRun>);
        Box::pin(future::ready(run))
    }

    fn uninstall<'a>(&'a self, _: &'a str, release: &'a str) -> BoxFuture<'a, PortResult<bool>> {
        self.answer(|| {
            let mut state = lock(&self.state);
            if state.helms.values().any(|process| process.release == release && process.ended.is_none()) {
                state.wrong.push(format!("`{release}` was uninstalled while helm worked on it"));
            }
            let there = state.releases.remove(release).is_some();
            drop(state);
            for kind in ["Deployment", "ReplicaSet", "Pod"] {
                self.take(&format!("{kind}/{release}"));
            }
            if there {
                self.changed(format!("helm uninstall {release}"));
            }
            Ok(there)
        })
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
                self.world.time.sleep(Duration::from_millis(500)).await;
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
        self.answer(|| Ok(lock(&self.state).releases.get(release).cloned()))
    }

    fn installed<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, PortResult<Option<InstalledRelease>>> {
        self.answer(|| Ok(None))
    }

    fn unlock<'a>(&'a self, _: &'a str, release: &'a str, revision: u32) -> BoxFuture<'a, PortResult<()>> {
        self.answer(|| {
            let mut state = lock(&self.state);
            if state.helms.values().any(|process| process.release == release && process.ended.is_none()) {
                state.wrong.push(format!("`{release}` was unlocked while helm worked on it"));
            }
            if let Some(found) = state.releases.get_mut(release).filter(|found| found.revision == revision) {
                found.status = "failed".to_owned();
            }
            drop(state);
            self.changed(format!("unlock {release}"));
            Ok(())
        })
    }
}
