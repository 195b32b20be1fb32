//! Secrets that a person types (`ask:LABEL`): those that were typed for this run, and those that still have to be. Nothing
//! keeps them but the target: where it holds one already, nobody is asked for it again.
//! Must not ask, nor show a value.
use std::collections::BTreeMap;

use futures::{FutureExt, future::BoxFuture};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::ports::{FailureKind, ObjectRef, Platform, PortError, PortResult, Ports, Secrets};
use crate::{
    answers::secret::SecretRef,
    plan::graph::{Action, Plan, SecretKind, SecretObject, SecretSource},
    problem::Problem,
};

/// Code of a secret that nobody typed and the target does not hold.
pub const NOT_SAID: &str = "secret-not-said";

/// Typed secrets, by label of their reference.
pub type Typed = BTreeMap<String, SecretString>;

/// Typed secrets before any other ones.
struct TypedSecrets {
    typed: Typed,
    others: Box<dyn Secrets>,
}

impl Secrets for TypedSecrets {
    fn resolve<'a>(&'a self, namespace: &'a str, reference: &'a SecretRef) -> BoxFuture<'a, PortResult<SecretString>> {
        match reference {
            SecretRef::Ask(label) => {
                let typed = self.typed.get(label).filter(|value| !value.expose_secret().is_empty());
                let value = typed.cloned().ok_or_else(|| PortError::new(FailureKind::NotFound, not_said(label)));
                futures::future::ready(value).boxed()
            }
            _ => self.others.resolve(namespace, reference),
        }
    }

    fn generate(&self) -> PortResult<SecretString> {
        self.others.generate()
    }

    fn password(&self) -> PortResult<SecretString> {
        self.others.password()
    }
}

impl Ports {
    /// The same with secrets that were typed for this run.
    #[must_use]
    pub fn with_typed(self, typed: Typed) -> Self {
        Self { secrets: Box::new(TypedSecrets { typed, others: self.secrets }), ..self }
    }
}

/// A secret that nobody typed. Names its label, which is the key of the answer unless somebody chose another one.
pub fn not_said(label: &str) -> Problem {
    Problem::new(NOT_SAID, format!("the secret `ask:{label}` was not typed, and the target does not hold it yet"))
        .hint(format!("run it on a terminal, which asks for it, or say `--set {label}=env:NAME`"))
        .at(label)
}

/// Labels of the plan's secrets that nobody typed and that the target does not hold, in the order of the plan.
pub async fn unsaid(plan: &Plan, ports: &Ports) -> PortResult<Vec<String>> {
    let mut labels: Vec<String> = Vec::new();
    for (secret, key, label) in asked(plan) {
        let reference = SecretRef::Ask(label.to_owned());
        let typed = ports.secrets.resolve(&plan.namespace, &reference).await.is_ok();
        if !typed && !labels.iter().any(|known| known == label) && kept(plan, ports, secret, key).await?.is_none() {
            labels.push(label.to_owned());
        }
    }
    Ok(labels)
}

/// Secrets of a plan that are asked for: where they go, under which key, and their label.
fn asked(plan: &Plan) -> impl Iterator<Item = (&SecretObject, &str, &str)> {
    let secrets = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Secrets { secrets, .. } => Some(secrets),
        _ => None,
    });
    secrets.flatten().flat_map(|secret| {
        secret.data.iter().filter_map(move |(key, source)| match source {
            SecretSource::Reference(SecretRef::Ask(label)) => Some((secret, key.as_str(), label.as_str())),
            _ => None,
        })
    })
}

/// What the target holds already. Who may not read it is told so by the step that writes it.
async fn kept(plan: &Plan, ports: &Ports, secret: &SecretObject, key: &str) -> PortResult<Option<SecretString>> {
    match &ports.platform {
        Platform::Kubernetes(kubernetes) => {
            let reference = ObjectRef::new("v1", "Secret", &plan.namespace, &secret.name);
            match kubernetes.cluster.get(&reference).await {
                Err(error) if error.kind == FailureKind::Forbidden => Ok(None),
                existing => Ok(existing?.and_then(|existing| held(secret, &existing, key)).map(SecretString::from)),
            }
        }
        Platform::Machine(machine) => Ok(machine.secret(&secret.name)?.and_then(|mut values| values.remove(key))),
    }
}

/// A value of a Secret as the cluster holds it; of a registry's credentials, its password.
pub(super) fn held(secret: &SecretObject, existing: &Value, key: &str) -> Option<String> {
    let value = match &secret.kind {
        SecretKind::Opaque => decoded(existing, key)?,
        SecretKind::DockerConfig { server, .. } => {
            let config: Value = serde_json::from_str(&decoded(existing, ".dockerconfigjson")?).ok()?;
            config.get("auths")?.get(server)?.get("password")?.as_str()?.to_owned()
        }
    };
    Some(value).filter(|value| !value.is_empty())
}

fn decoded(existing: &Value, key: &str) -> Option<String> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let encoded = existing.get("data")?.get(key)?.as_str()?;
    String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
}
