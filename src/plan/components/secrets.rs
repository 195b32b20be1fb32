//! The Secrets that everything else refers to: what the person gave, what is made up, and registry credentials.
//! Holds references only; values are resolved while running.
use std::{collections::BTreeMap, time::Duration};

use super::{Context, dask, login, namespace};
use crate::{
    answers::{secret::SecretRef, spec::Database},
    plan::graph::{Action, SecretKind, SecretObject, SecretSource, Step, StepId},
};

/// Id of the step.
pub const STEP: &str = "secrets";
/// Secret with what the person gave.
pub const SECRETS: &str = "hubwright-secrets";
/// Secret with what was made up once.
pub const GENERATED: &str = "hubwright-generated";
/// Secret with registry credentials.
pub const REGISTRY: &str = "hubwright-registry";

/// Key of the OAuth client secret in [`SECRETS`].
pub const CLIENT_SECRET: &str = "client-secret";
/// Key of the database password in [`SECRETS`].
pub const DATABASE_PASSWORD: &str = "database-password";
/// Key of the trial login's password, in [`SECRETS`] or [`GENERATED`].
pub const DUMMY_PASSWORD: &str = "dummy-password";
/// Key of Ray's token in [`GENERATED`].
pub const RAY_TOKEN: &str = "ray-auth-token";
/// Key of the token that Dask Gateway shows the hub, in [`GENERATED`].
pub const DASK_TOKEN: &str = "dask-gateway-token";
/// Key of the password of Dask Gateway without a hub, in [`GENERATED`].
pub const DASK_PASSWORD: &str = "dask-password";
/// Key of the token of the hub service that the verification uses, in [`GENERATED`].
pub const CHECK_TOKEN: &str = "check-token";

/// Writes the Secrets.
pub fn steps(context: &Context) -> Vec<Step> {
    let secrets = [given(context), generated(context, &[]), registry(context)];
    step(secrets.into_iter().flatten().collect(), vec![StepId::new(namespace::STEP)], readers(context))
}

/// The step that writes Secrets, which `readers` read when they start; none for no Secrets.
pub fn step(secrets: Vec<SecretObject>, needs: Vec<StepId>, readers: Vec<String>) -> Vec<Step> {
    if secrets.is_empty() {
        return Vec::new();
    }
    vec![Step {
        id: StepId::new(STEP),
        title: "Secrets".to_owned(),
        needs,
        action: Action::Secrets { secrets, readers },
        ready: Vec::new(),
        deadline: Duration::from_mins(2),
    }]
}

/// Deployments whose programs read the Secrets when they start.
fn readers(context: &Context) -> Vec<String> {
    let hub = context.spec.hub.as_ref().map(|_| "hub".to_owned());
    let dask = context.spec.dask.as_ref().map(|_| dask::server(context));
    hub.into_iter().chain(dask).collect()
}

/// The steps that everything which refers to a Secret needs.
pub fn needed(context: &Context) -> Vec<StepId> {
    let step = if steps(context).is_empty() { namespace::STEP } else { STEP };
    vec![StepId::new(step)]
}

/// What the person gave.
pub fn given(context: &Context) -> Option<SecretObject> {
    let hub = context.spec.hub.as_ref()?;
    let mut data = BTreeMap::new();
    if let Some((key, reference)) = login::given_secret(&hub.login.provider) {
        data.insert(key.to_owned(), SecretSource::Reference(reference.clone()));
    }
    if let Database::Server { password, .. } = &hub.database {
        data.insert(DATABASE_PASSWORD.to_owned(), SecretSource::Reference(password.clone()));
    }
    opaque(SECRETS, data)
}

/// What is made up: what every target needs for these answers, and `further` keys.
pub fn generated(context: &Context, further: &[&str]) -> Option<SecretObject> {
    let spec = context.spec;
    let hub = spec.hub.as_ref();
    let wanted = [
        (hub.is_some(), CHECK_TOKEN),
        (hub.is_some_and(|hub| login::made_up_password(&hub.login.provider)), DUMMY_PASSWORD),
        (spec.ray.as_ref().is_some_and(|ray| ray.token_auth), RAY_TOKEN),
        (spec.dask.is_some() && hub.is_some(), DASK_TOKEN),
        (spec.dask.is_some() && hub.is_none(), DASK_PASSWORD),
    ];
    let wanted = wanted.iter().filter(|(wanted, _)| *wanted).map(|(_, key)| key);
    let data = wanted.chain(further).map(|key| ((*key).to_owned(), made_up(key)));
    opaque(GENERATED, data.collect())
}

/// What people type is made for them; everything else is for programs, some of which want hex digits.
fn made_up(key: &str) -> SecretSource {
    if [DUMMY_PASSWORD, DASK_PASSWORD].contains(&key) { SecretSource::Password } else { SecretSource::Generated }
}

fn registry(context: &Context) -> Option<SecretObject> {
    let registry = context.spec.registry.as_ref()?;
    Some(SecretObject {
        name: REGISTRY.to_owned(),
        kind: SecretKind::DockerConfig { server: registry.server.clone(), username: registry.username.clone() },
        data: BTreeMap::from([("password".to_owned(), SecretSource::Reference(registry.password.clone()))]),
    })
}

fn opaque(name: &str, data: BTreeMap<String, SecretSource>) -> Option<SecretObject> {
    (!data.is_empty()).then(|| SecretObject { name: name.to_owned(), kind: SecretKind::Opaque, data })
}

/// Whether a reference is to a value that hubwright makes up itself.
pub fn is_generated(reference: &SecretRef) -> bool {
    matches!(reference, SecretRef::Kubernetes { name, .. } if name == GENERATED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_made_for_people_and_nothing_else() {
        for key in [DUMMY_PASSWORD, DASK_PASSWORD] {
            assert_eq!(made_up(key), SecretSource::Password, "{key}");
        }
        for key in [RAY_TOKEN, DASK_TOKEN, CHECK_TOKEN, "proxy-token", "cookie-secret"] {
            assert_eq!(made_up(key), SecretSource::Generated, "{key}");
        }
    }
}
