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
        ports::{Applied, Machine},
    },
};

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
    fn show(&self, progress: Progress, wait: &mut Wait<'_>) {
        let progress = Progress { what: text::line(&progress.what), ..progress };
        let said = progress.to_string();
        if wait.said != said {
            wait.said = said;
            wait.downloading(self.ports.clock.now());
            self.recorder.show(EventKind::StepProgress { step: wait.step.id.clone(), progress });
        }
    }

    /// Writes what changed and has the processes run. Whether anything was changed.
    pub(super) async fn service(&self, step: &Step, service: &Service) -> Result<bool, Box<Failure>> {
        let machine = self.ports.machine()?;
        let mut changed = false;
        for file in &service.files {
            self.calling(step, format!("write {}", file.path), digest(&file.text))?;
            changed |= machine.write(file)? != Applied::Unchanged;
        }
        let names: Vec<&str> = service.processes.iter().map(|process| process.name.as_str()).collect();
        self.calling(step, format!("run {}", names.join(", ")), digest(&format!("{:?}", service.processes)))?;
        Ok(changed | (machine.serve(&service.processes).await? != Applied::Unchanged))
    }

    /// Keeps a Secret; whoever reads it starts again if it changed.
    pub(super) async fn secret_file(
        &self,
        machine: &dyn Machine,
        step: &Step,
        secret: &SecretObject,
        readers: &[String],
    ) -> Result<bool, Box<Failure>> {
        let existing = machine.secret(&secret.name)?;
        let mut values = BTreeMap::new();
        for (key, source) in &secret.data {
            let known = existing.as_ref().and_then(|values| values.get(key)).map(SecretString::expose_secret);
            values.insert(key.clone(), SecretString::from(self.value(step, known, source).await?));
        }
        let call = format!("keep Secret {}", secret.name);
        if existing.as_ref().is_some_and(|existing| same(existing, &values)) {
            return self.finish_file_restart(machine, step, &call, readers).await;
        }
        let keys: Vec<&str> = values.keys().map(String::as_str).collect();
        self.calling(step, call, digest(&keys.join(",")))?;
        machine.keep_secret(&secret.name, &values)?;
        if existing.is_some() {
            machine.restart(readers).await?;
        }
        Ok(true)
    }

    /// A run that was killed between a Secret and the restart of those who read it left them with the old one.
    async fn finish_file_restart(
        &self,
        machine: &dyn Machine,
        step: &Step,
        call: &str,
        readers: &[String],
    ) -> Result<bool, Box<Failure>> {
        let cut_off = self.remembered.cut_off(&step.id).is_some_and(|last| last == call);
        if cut_off {
            machine.restart(readers).await?;
        }
        Ok(cut_off)
    }

    /// Ends what earlier answers had run here: nobody's work is in it.
    pub(super) async fn end_what_is_no_longer_wanted(&self, machine: &dyn Machine) {
        let mut names = Vec::new();
        let mut environment = "";
        for step in &self.plan.steps {
            match &step.action {
                Action::Service(service) => names.extend(service.processes.iter().map(|process| process.name.clone())),
                Action::Environment(wanted) => environment = &wanted.name,
                _ => {}
            }
        }
        let text = match machine.keep_only(&names, environment).await {
            Ok(ended) if ended.is_empty() => return,
            Ok(ended) => format!("ended, as no longer among the answers: {}", ended.join(", ")),
            Err(error) => format!("{}; `hubwright upgrade` tries again", error.problem.title),
        };
        self.recorder.say(EventKind::Note { text });
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
