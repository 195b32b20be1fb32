//! Writes Secrets. What was made up once is never replaced; what did not change is not written.
//! Must not show a value, not even its length.
use secrecy::ExposeSecret;
use serde_json::json;

use super::{Failure, Run};
use crate::{
    answers::secret::SecretRef,
    plan::{
        graph::{SecretObject, SecretSource, Step},
        render,
    },
    run::{
        asked,
        ports::{Applied, ObjectRef, Platform},
    },
};

/// How the call of a restart begins.
const RESTART: &str = "restart";

impl Run<'_> {
    pub(super) async fn secrets(
        &self,
        step: &Step,
        secrets: &[SecretObject],
        readers: &[String],
    ) -> Result<bool, Box<Failure>> {
        if let Platform::Machine(machine) = &self.ports.platform {
            return self.secret_files(machine.as_ref(), step, secrets, readers).await;
        }
        let mut changed = false;
        for secret in secrets {
            changed |= self.secret(step, secret, readers).await?;
        }
        Ok(changed)
    }

    async fn secret(&self, step: &Step, secret: &SecretObject, readers: &[String]) -> Result<bool, Box<Failure>> {
        let kubernetes = self.ports.kubernetes()?;
        let reference = ObjectRef::new("v1", "Secret", &self.plan.namespace, &secret.name);
        let existing = self.reach(step, || kubernetes.cluster.get(&reference)).await?;
        let mut values = Vec::new();
        for (key, source) in &secret.data {
            let known = existing.as_ref().and_then(|existing| asked::held(secret, existing, key));
            values.push((key.clone(), self.value(step, known.as_deref(), source).await?));
        }
        let manifest = render::secret_manifest(&self.plan.namespace, secret, &values);
        // Data only: the server adds fields of its own.
        if existing.as_ref().is_some_and(|existing| existing.get("data") == manifest.get("data")) {
            return self.finish_restart(step, &format!("apply {reference}"), readers).await;
        }
        let keys: Vec<&str> = secret.data.keys().map(String::as_str).collect();
        self.calling(step, format!("apply {reference}"), crate::plan::graph::digest(&keys.join(",")))?;
        let applied = self.reach(step, || kubernetes.cluster.apply(&manifest)).await?;
        if existing.is_some() && applied == Applied::Changed {
            self.restart(step, readers).await?;
        }
        Ok(applied != Applied::Unchanged)
    }

    /// The value that a source has now; `known` is what was kept before.
    pub(super) async fn value(
        &self,
        step: &Step,
        known: Option<&str>,
        source: &SecretSource,
    ) -> Result<String, Box<Failure>> {
        match (source, known) {
            // What a person typed once is in the target: nobody types it again.
            (SecretSource::Reference(SecretRef::Ask(label)), _) => self.typed(label, known).await,
            (SecretSource::Reference(reference), _) => {
                let resolve = || self.ports.secrets.resolve(&self.plan.namespace, reference);
                let value = self.reach(step, resolve).await?;
                Ok(value.expose_secret().to_owned())
            }
            (SecretSource::Generated | SecretSource::Password, Some(value)) => Ok(value.to_owned()),
            (SecretSource::Generated, None) => Ok(self.ports.secrets.generate()?.expose_secret().to_owned()),
            (SecretSource::Password, None) => Ok(self.ports.secrets.password()?.expose_secret().to_owned()),
        }
    }

    /// What was typed for this run, else what is there.
    async fn typed(&self, label: &str, known: Option<&str>) -> Result<String, Box<Failure>> {
        let reference = SecretRef::Ask(label.to_owned());
        match (self.ports.secrets.resolve(&self.plan.namespace, &reference).await, known) {
            (Ok(typed), _) => Ok(typed.expose_secret().to_owned()),
            (Err(_), Some(value)) => Ok(value.to_owned()),
            (Err(error), None) => Err(error.into()),
        }
    }

    /// A run that was killed between a Secret and the restart of those who read it left them with the old one.
    async fn finish_restart(&self, step: &Step, apply: &str, readers: &[String]) -> Result<bool, Box<Failure>> {
        let cut_off = self.remembered.cut_off(&step.id).is_some_and(|call| call == apply || call.starts_with(RESTART));
        if cut_off {
            self.restart(step, readers).await?;
        }
        Ok(cut_off)
    }

    /// Programs read Secrets when they start: those that run already start again.
    async fn restart(&self, step: &Step, readers: &[String]) -> Result<(), Box<Failure>> {
        let kubernetes = self.ports.kubernetes()?;
        let stamp = json!({"spec": {"template": {"metadata": {"annotations": {"hubwright.io/secrets-changed": self.ports.clock.now().to_string()}}}}});
        for name in readers {
            let deployment = ObjectRef::new("apps/v1", "Deployment", &self.plan.namespace, name);
            let there = self.reach(step, || kubernetes.cluster.get(&deployment)).await?.is_some();
            if there {
                self.calling(step, format!("{RESTART} {deployment}"), String::new())?;
                self.reach(step, || kubernetes.cluster.patch(&deployment, &stamp)).await?;
            }
        }
        Ok(())
    }
}
