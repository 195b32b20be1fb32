//! Writes Secrets. What was made up once is never replaced; what did not change is not written.
//! Must not show a value, not even its length.
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{Failure, Run};
use crate::{
    plan::{
        graph::{SecretObject, SecretSource, Step},
        render,
    },
    run::ports::{Applied, FailureKind, ObjectRef},
};

impl Run<'_> {
    pub(super) async fn secrets(&self, step: &Step, secrets: &[SecretObject]) -> Result<bool, Box<Failure>> {
        let mut changed = false;
        for secret in secrets {
            changed |= self.secret(step, secret).await?;
        }
        Ok(changed)
    }

    async fn secret(&self, step: &Step, secret: &SecretObject) -> Result<bool, Box<Failure>> {
        let reference = ObjectRef::new("v1", "Secret", &self.plan.namespace, &secret.name);
        let existing = self.ports.cluster.get(&reference).await?;
        let mut values = Vec::new();
        for (key, source) in &secret.data {
            values.push((key.clone(), self.value(existing.as_ref(), key, source).await?));
        }
        let manifest = render::secret_manifest(&self.plan.namespace, secret, &values);
        // Data only: the server adds fields of its own.
        if existing.as_ref().is_some_and(|existing| existing.get("data") == manifest.get("data")) {
            return Ok(false);
        }
        let keys: Vec<&str> = secret.data.keys().map(String::as_str).collect();
        self.calling(step, format!("apply {reference}"), crate::plan::graph::digest(&keys.join(",")))?;
        let applied = self.ports.cluster.apply(&manifest).await?;
        if existing.is_some() && applied == Applied::Changed {
            self.restart_readers(step).await?;
        }
        Ok(applied != Applied::Unchanged)
    }

    async fn value(&self, existing: Option<&Value>, key: &str, source: &SecretSource) -> Result<String, Box<Failure>> {
        match source {
            SecretSource::Reference(reference) => {
                let value = self.ports.secrets.resolve(&self.plan.namespace, reference).await?;
                Ok(value.expose_secret().to_owned())
            }
            SecretSource::Generated => match existing.and_then(|secret| decoded(secret, key)) {
                Some(value) => Ok(value),
                None => Ok(self.ports.secrets.generate()?.expose_secret().to_owned()),
            },
        }
    }

    /// Programs read Secrets when they start: those that run already start again.
    async fn restart_readers(&self, step: &Step) -> Result<(), Box<Failure>> {
        let stamp = json!({"spec": {"template": {"metadata": {"annotations": {"hubwright.io/secrets-changed": self.ports.clock.now().to_string()}}}}});
        for name in ["hub", "api-dask-gateway"] {
            let deployment = ObjectRef::new("apps/v1", "Deployment", &self.plan.namespace, name);
            self.calling(step, format!("restart {deployment}"), String::new())?;
            match self.ports.cluster.patch(&deployment, &stamp).await {
                Err(error) if error.kind != FailureKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }
}

fn decoded(secret: &Value, key: &str) -> Option<String> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let encoded = secret.get("data")?.get(key)?.as_str()?;
    String::from_utf8(STANDARD.decode(encoded).ok()?).ok().filter(|value| !value.is_empty())
}
