//! What becomes a spec, and what is refused.
use super::*;
use crate::answers::{
    layers::{Layers, Origin},
    secret::SecretRef,
    spec::{Allow, Provider},
};

fn answers(sets: &[(&str, &str)]) -> Answers {
    let mut layers = Layers::new();
    for (key, value) in sets {
        layers.set(Origin::Set, key, value).unwrap();
    }
    layers.merged()
}

fn wrong(sets: &[(&str, &str)]) -> Vec<String> {
    let mut keys: Vec<_> =
        resolve(&answers(sets), &Facts::default()).unwrap_err().into_iter().filter_map(|w| w.key).collect();
    keys.sort();
    keys
}

const GITHUB: &[(&str, &str)] = &[
    ("login.method", "github"),
    ("login.client-id", "x"),
    ("login.client-secret", "env:X"),
    ("login.allow", "organizations"),
    ("login.organizations", "a,b:team"),
    ("access.method", "load-balancer"),
    ("access.host", "hub.example.org"),
];

#[test]
fn nothing_said_names_every_missing_answer_at_once() {
    assert_eq!(wrong(&[]), ["access.method", "login.method"]);
    assert_eq!(
        wrong(&[("login.method", "azuread"), ("access.method", "none")]),
        ["access.host", "login.allow", "login.client-id", "login.client-secret", "login.tenant"]
    );
}

#[test]
fn a_callback_is_computed_from_host_and_certificate() {
    let spec = resolve(&answers(GITHUB), &Facts::default()).unwrap();
    let login = spec.hub.unwrap().login;
    assert_eq!(login.callback.as_deref(), Some("http://hub.example.org/hub/oauth_callback"));
    assert_eq!(login.allow, Allow::Organizations(vec!["a".into(), "b:team".into()]));
    let tls: Vec<_> = GITHUB
        .iter()
        .copied()
        .chain([("access.tls", "lets-encrypt"), ("access.letsencrypt-email", "a@b.org")])
        .collect();
    let spec = resolve(&answers(&tls), &Facts::default()).unwrap();
    assert_eq!(spec.hub.unwrap().login.callback.as_deref(), Some("https://hub.example.org/hub/oauth_callback"));
}

#[test]
fn impossible_combinations_are_refused() {
    let with = |more: &[(&'static str, &'static str)]| {
        wrong(&GITHUB.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>())
    };
    assert_eq!(with(&[("login.allow", "groups")]), ["login.allow"]);
    assert_eq!(with(&[("access.tls", "cert-manager"), ("access.issuer", "x")]), ["access.tls"]);
    assert_eq!(with(&[("access.method", "ingress"), ("access.host", "10.0.0.1")]), ["access.host"]);
    assert_eq!(
        with(&[("ray.pools", "[{name: a, min: 3, max: 2}, {name: a}]")]),
        ["ray.pools[0].max", "ray.pools[1].name"]
    );
    assert_eq!(
        with(&[("profiles", "[{name: A b, default: true}, {name: a-B, default: true}]")]),
        ["profiles", "profiles[1].name"]
    );
    assert_eq!(with(&[("registry.server", "r.example.org")]), ["registry.password", "registry.username"]);
    assert_eq!(
        with(&[("components.jupyterhub", "false"), ("components.ray", "false"), ("components.dask", "false")]),
        ["components"]
    );
}

/// A list that the rule does not look at was ignored without a word: `all` let in everybody although names were listed.
#[test]
fn a_list_of_people_under_another_rule_is_an_impossible_combination() {
    let with = |more: &[(&'static str, &'static str)]| {
        let answers = answers(&GITHUB.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>());
        resolve(&answers, &Facts::default()).err().into_iter().flatten().map(|wrong| wrong.to_string()).collect()
    };
    let everybody = "`login.organizations` has no effect: `login.allow` is `all`, which lets everybody in";
    let said: Vec<String> = with(&[("login.allow", "all")]);
    assert_eq!(said, [everybody]);
    let said: Vec<String> = with(&[("login.allow", "users"), ("login.users", "ada")]);
    assert_eq!(said, ["`login.organizations` has no effect: `login.allow` is `users`, which looks at other names"]);
    let said: Vec<String> = with(&[("login.allow", "all"), ("login.organizations", "")]);
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn defaults_of_a_trial_are_complete() {
    let spec = resolve(&answers(&[("login.method", "dummy"), ("access.method", "none")]), &Facts::default()).unwrap();
    let hub = spec.hub.unwrap();
    assert_eq!(
        hub.login.provider,
        Provider::Dummy {
            password: SecretRef::Kubernetes { name: "hubwright-generated".into(), key: "dummy-password".into() }
        }
    );
    assert_eq!(spec.ray.unwrap().pools.len(), 1);
    assert_eq!(spec.dask.unwrap().image.repository, "ghcr.io/dask/dask-gateway");
}

#[test]
fn slugs_are_labels() {
    assert_eq!(slug("GPU notebook, 1 × H100"), "gpu-notebook-1-h100");
    assert_eq!(slug("4 cores"), "p-4-cores");
    assert_eq!(slug("×"), "");
}
