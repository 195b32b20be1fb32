//! What steps do on this machine: the environment, Secrets in files, services. Must not know how any of it is done.
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};

use super::{Failure, Run, wait::Wait};
use crate::{
    health::text,
    plan::graph::{Action, Environment, SecretObject, Service, Step, digest},
    problem::Problem,
    run::{
        event::{EventKind, Progress},
        ports::{Applied, Machine, Platform},
        reach::after,
    },
};

/// How calls begin that a run may be cut off after.
const WRITE: &str = "write ";
const KEEP: &str = "keep Secret ";
const RESTART: &str = "restart ";
/// Time between two looks whether the supervisor runs.
const REVIVE: Duration = Duration::from_secs(10);

/// Time between two looks at the progress of an environment.
const SHOW: Duration = Duration::from_millis(500);

impl Run<'_> {
    /// Makes the environment unless it is there, whole. Whether anything was changed.
    pub(super) async fn environment(
        &self,
        environment: &Environment,
        wait: &mut Wait<'_>,
    ) -> Result<bool, Box<Failure>> {
        let machine = self.ports.machine()?;
        if machine.is_prepared(environment)? {
            return Ok(false);
        }
        let name = &environment.name;
        self.calling(wait.step, format!("make environment {name}"), name.clone())?;
        let heard = Mutex::new(Progress::default());
        let said = |progress| *heard.lock().unwrap_or_else(PoisonError::into_inner) = progress;
        let mut prepared = machine.prepare(environment, &said);
        loop {
            tokio::select! {
                ended = &mut prepared => {
                    ended?;
                    break;
                }
                // What was started ends with the future; what is there is taken up by the next run.
                () = self.cancel.cancelled() => return Err(self.interrupted()),
                () = self.ports.clock.sleep(SHOW) => {}
            }
            let progress = heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
            self.show(progress, wait);
            self.in_time(wait)?;
        }
        // Only what was seen whole is called done.
        if machine.is_prepared(environment)? { Ok(true) } else { Err(Failure::new(not_whole(name))) }
    }

    /// Shows progress where there is any; as long as there is, a slow network makes no step fail.
    fn show(&self, mut progress: Progress, wait: &mut Wait<'_>) {
        progress.what = text::line(&progress.what);
        let said = progress.to_string();
        if wait.said != said {
            wait.said = said;
            wait.downloading(self.ports.clock.now());
            self.recorder.show(EventKind::StepProgress { step: wait.step.id.clone(), progress });
        }
    }

    /// Has the deployment start with the machine. Whether it did not before.
    pub(super) async fn start_at_boot(&self, step: &Step) -> Result<bool, Box<Failure>> {
        let machine = self.ports.machine()?;
        self.calling(step, "start with the machine".to_owned(), String::new())?;
        Ok(machine.start_at_boot(true).await? != Applied::Unchanged)
    }

    /// Writes what changed and has the processes run. Whether anything was changed.
    pub(super) async fn service(&self, step: &Step, service: &Service) -> Result<bool, Box<Failure>> {
        let machine = self.ports.machine()?;
        self.end_what_is_no_longer_wanted(machine, step).await?;
        let mut written = false;
        for file in &service.files {
            self.calling(step, format!("{WRITE}{}", file.path), digest(&file.text))?;
            written |= machine.write(file)? != Applied::Unchanged;
        }
        let names: Vec<String> = service.processes.iter().map(|process| process.name.clone()).collect();
        self.calling(step, format!("run {}", names.join(", ")), digest(&format!("{:?}", service.processes)))?;
        let served = machine.serve(&service.processes).await? != Applied::Unchanged;
        // Files that somebody else had changed belong to no new process: they are read again all the same.
        let unread = written || self.was_cut_off(step, WRITE) || self.was_cut_off(step, RESTART);
        let restarted = !served && unread && self.restart_processes(machine, step, &names).await?;
        Ok(written || served || restarted)
    }

    /// Keeps Secrets; whoever reads them starts again if they changed, once for all of them.
    pub(super) async fn secret_files(
        &self,
        machine: &dyn Machine,
        step: &Step,
        secrets: &[SecretObject],
        readers: &[String],
    ) -> Result<bool, Box<Failure>> {
        let mut changed = false;
        for secret in secrets {
            changed |= self.secret_file(machine, step, secret).await?;
        }
        // A run that was killed between a Secret and the restart of those who read it left them with the old one.
        let unread = changed || self.was_cut_off(step, KEEP) || self.was_cut_off(step, RESTART);
        let restarted = unread && self.restart_processes(machine, step, readers).await?;
        Ok(changed || restarted)
    }

    async fn secret_file(
        &self,
        machine: &dyn Machine,
        step: &Step,
        secret: &SecretObject,
    ) -> Result<bool, Box<Failure>> {
        let existing = machine.secret(&secret.name)?;
        let mut values = BTreeMap::new();
        for (key, source) in &secret.data {
            let known = existing.as_ref().and_then(|values| values.get(key)).map(SecretString::expose_secret);
            values.insert(key.clone(), SecretString::from(self.value(step, known, source).await?));
        }
        if existing.is_some_and(|existing| same(&existing, &values)) {
            return Ok(false);
        }
        let keys: Vec<&str> = values.keys().map(String::as_str).collect();
        self.calling(step, format!("{KEEP}{}", secret.name), digest(&keys.join(",")))?;
        machine.keep_secret(&secret.name, &values)?;
        Ok(true)
    }

    /// Starts those of the processes again that are there. Whether there were any.
    async fn restart_processes(
        &self,
        machine: &dyn Machine,
        step: &Step,
        names: &[String],
    ) -> Result<bool, Box<Failure>> {
        let mut there = machine.holdings()?.processes;
        there.retain(|name| names.contains(name));
        if there.is_empty() {
            return Ok(false);
        }
        self.calling(step, format!("{RESTART}{}", there.join(", ")), String::new())?;
        machine.restart(&there).await?;
        Ok(true)
    }

    /// Whether an earlier run was cut off after a call of the step that began so.
    fn was_cut_off(&self, step: &Step, call: &str) -> bool {
        self.remembered.cut_off(&step.id).is_some_and(|last| last.starts_with(call))
    }

    /// Ends what earlier answers had run here before anything else starts, which may want its ports. Nobody's work is in it.
    async fn end_what_is_no_longer_wanted(&self, machine: &dyn Machine, step: &Step) -> Result<(), Box<Failure>> {
        let wanted = self.wanted_processes();
        let mut others = machine.holdings()?.processes;
        others.retain(|name| !wanted.contains(name));
        if others.is_empty() {
            return Ok(());
        }
        self.calling(step, format!("end {}", others.join(", ")), String::new())?;
        let ended = machine.keep_only(&wanted, None).await?;
        // Steps at the same time look as well; one of them was the first.
        if !ended.is_empty() {
            let text = format!("ended, as no longer among the answers: {}", ended.join(", "));
            self.recorder.say(EventKind::Note { text });
        }
        Ok(())
    }

    fn wanted_processes(&self) -> Vec<String> {
        let processes = self.plan.steps.iter().filter_map(|step| match &step.action {
            Action::Service(service) => Some(&service.processes),
            _ => None,
        });
        processes.flatten().map(|process| process.name.clone()).collect()
    }

    /// Removes the environments of earlier answers, now that nothing runs from them any more, and processes where no service
    /// is wanted at all.
    pub(super) async fn remove_what_is_no_longer_wanted(&self, machine: &dyn Machine) {
        let wanted = self.plan.steps.iter().find_map(|step| match &step.action {
            Action::Environment(environment) => Some((step, environment.name.as_str())),
            _ => None,
        });
        let Some((step, environment)) = wanted else { return };
        // Only room on the disk: where it fails, the run has ended well all the same.
        if let Err(failure) = self.remove_environments(machine, step, environment).await {
            let text = format!("{}; the next `hubwright install` tries again", failure.problem.title);
            self.recorder.say(EventKind::Note { text });
        }
    }

    async fn remove_environments(&self, machine: &dyn Machine, step: &Step, wanted: &str) -> Result<(), Box<Failure>> {
        let holdings = machine.holdings()?;
        if holdings.at_boot && !self.plan.steps.iter().any(|step| step.action == Action::StartAtBoot) {
            self.calling(step, "start with the machine no longer".to_owned(), String::new())?;
            machine.start_at_boot(false).await?;
        }
        let mut others = holdings.environments;
        others.retain(|name| name != wanted);
        if others.is_empty() {
            return Ok(());
        }
        self.calling(step, format!("remove environment {}", others.join(", ")), String::new())?;
        machine.keep_only(&self.wanted_processes(), Some(wanted)).await?;
        Ok(())
    }

    /// Starts a supervisor again that ended while a step waits for its processes.
    pub(super) async fn revive(&self, wait: &mut Wait<'_>) -> Result<(), Box<Failure>> {
        let (Platform::Machine(machine), Action::Service(_)) = (&self.ports.platform, &wait.step.action) else {
            return Ok(());
        };
        let now = self.ports.clock.now();
        if now < wait.revive || self.cancel.is_cancelled() {
            return Ok(());
        }
        wait.revive = after(now, REVIVE);
        if machine.start().await? {
            let text = "the supervisor of the processes had ended; it was started again".to_owned();
            self.recorder.say(EventKind::Note { text });
        }
        Ok(())
    }
}

fn same(one: &BTreeMap<String, SecretString>, other: &BTreeMap<String, SecretString>) -> bool {
    let equal = |(key, value): (&String, &SecretString)| {
        other.get(key).is_some_and(|other| other.expose_secret() == value.expose_secret())
    };
    one.len() == other.len() && one.iter().all(equal)
}

fn not_whole(name: &str) -> Problem {
    Problem::new("environment-incomplete", format!("environment `{name}` was made, but is not whole"))
        .hint("`hubwright resume` makes what is missing")
        .retry()
}
