//! Login providers: what each one means for the hub. One file each, one arm in each match below.
//! Must not know secret values: the hub reads them from its environment.
mod azuread;
mod dummy;
mod github;
mod moodle;

use serde_json::{Map, Value, json};

use super::{from_secret, secrets};
use crate::answers::{
    secret::SecretRef,
    spec::{Allow, Login, Provider},
};

/// A provider's part of the hub's configuration.
pub struct Authenticator {
    /// Name for `authenticator_class`.
    pub class: &'static str,
    /// Name of the class whose traits `config` sets.
    pub section: &'static str,
    /// Traits, without secrets.
    pub config: Map<String, Value>,
    /// Host that the login page must lead to; `None`: the hub's own form.
    pub host: Option<String>,
    /// Client id, if it has one.
    pub client_id: Option<String>,
}

/// The configuration of a provider.
pub fn authenticator(login: &Login) -> Authenticator {
    match &login.provider {
        Provider::AzureAd { tenant, client, username_claim } => azuread::authenticator(tenant, client, username_claim),
        Provider::GitHub { url, client } => github::authenticator(url.as_deref(), client),
        Provider::Moodle { url, client, label, username_claim } => {
            moodle::authenticator(url, client, label, username_claim)
        }
        Provider::Dummy { .. } => dummy::authenticator(),
    }
}

/// The secret that the person gave for a provider: its key in our Secret, and where it is kept.
pub fn given_secret(provider: &Provider) -> Option<(&'static str, &SecretRef)> {
    match provider {
        Provider::AzureAd { client, .. } | Provider::GitHub { client, .. } | Provider::Moodle { client, .. } => {
            Some((secrets::CLIENT_SECRET, &client.secret))
        }
        Provider::Dummy { password } => {
            (!secrets::is_generated(password)).then_some((secrets::DUMMY_PASSWORD, password))
        }
    }
}

/// Whether the provider asks a password that hubwright makes up.
pub fn made_up_password(provider: &Provider) -> bool {
    matches!(provider, Provider::Dummy { password } if secrets::is_generated(password))
}

/// `hub.config`: the class, its traits, who is let in, and who administers.
pub fn hub_config(login: &Login) -> Value {
    let Authenticator { class, section, mut config, .. } = authenticator(login);
    if let (Some(callback), false) = (&login.callback, class == "dummy") {
        config.insert("oauth_callback_url".to_owned(), callback.as_str().into());
    }
    config.extend(allow(login));
    json!({
        "JupyterHub": {"authenticator_class": class},
        "Authenticator": {"admin_users": login.admins},
        section: config,
    })
}

/// Without an `allow` rule the hub starts and lets nobody in: there is always exactly one.
fn allow(login: &Login) -> Map<String, Value> {
    let rule = match &login.allow {
        Allow::All => vec![("allow_all", json!(true))],
        Allow::Users(users) => vec![("allowed_users", json!(users))],
        Allow::Groups(groups) => vec![("manage_groups", json!(true)), ("allowed_groups", json!(groups))],
        Allow::Organizations(names) => vec![("allowed_organizations", json!(names))],
    };
    rule.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The secret of the login: the variable in which the hub reads it, the Secret that holds it, and its key there.
pub fn hub_secret(login: &Login) -> (&'static str, &'static str, &'static str) {
    match &login.provider {
        Provider::Dummy { password } => {
            let secret = if secrets::is_generated(password) { secrets::GENERATED } else { secrets::SECRETS };
            ("HUBWRIGHT_DUMMY_PASSWORD", secret, secrets::DUMMY_PASSWORD)
        }
        // oauthenticator reads this variable wherever `client_secret` is not set.
        _ => ("OAUTH_CLIENT_SECRET", secrets::SECRETS, secrets::CLIENT_SECRET),
    }
}

/// Environment of the hub: the secrets of the login.
pub fn hub_environment(login: &Login) -> Map<String, Value> {
    let (variable, secret, key) = hub_secret(login);
    Map::from_iter([(variable.to_owned(), from_secret(secret, key))])
}

/// Python that the hub runs at start, by name.
pub fn extra_config(login: &Login) -> Option<(&'static str, &'static str)> {
    matches!(login.provider, Provider::Dummy { .. }).then_some(("hubwright-login", dummy::CONFIG))
}
