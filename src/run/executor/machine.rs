//! What steps do on this machine: the environment, Secrets in files, services. Must not know how any of it is done.
use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use super::{Failure, Run};
use crate::{
    plan::graph::{Action, Environment, SecretObject, Service, Step, digest},
    problem::Problem,
    run::{
        event::EventKind,
        ports::{Applied, Machine},
    },
};

impl Run<'_> {
    /// Whether anything was changed.
    pub(super) async fn environment(&self, step: &Step, environment: &Environment) -> Result<bool, Box<Failure>> {
        let machine = self.ports.machine()?;
        if machine.is_prepared(environment)? {
            return Ok(false);
        }
        self.calling(step, format!("make environment {}", environment.name), environment.name.clone())?;
        let deadline = crate::run::reach::after(self.ports.clock.now(), step.deadline);
        let said = |what: String| self.recorder.say(EventKind::StepWaiting { step: step.id.clone(), what, deadline });
        tokio::select! {
            // What was started ends with the future; what is there is taken up by the next run.
            () = self.cancel.cancelled() => Err(self.interrupted()),
            () = self.ports.clock.sleep(step.deadline) => Err(Failure::new(too_slow(step))),
            ended = machine.prepare(environment, &said) => ended.map(|()| true).map_err(Into::into),
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

fn too_slow(step: &Step) -> Problem {
    let minutes = step.deadline.as_secs() / 60;
    Problem::new("too-late", format!("`{}` was not done within {minutes} minutes", step.id))
        .hint("`hubwright resume` goes on with what is there; a package mirror nearby (`PIP_INDEX_URL`) is faster")
        .retry()
}
