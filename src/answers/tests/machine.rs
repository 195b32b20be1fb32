//! This machine as a target: which questions matter where, what is refused there and what is taken, and presets of clusters
//! laid under it.
use serde_json::{Value, json};

use super::{resolved, said, words};
use crate::answers::{
    explain,
    facts::Facts,
    layers::{Layers, Origin, complete},
    preset::{self, Preset},
    question::{Kind, Rows},
    questions,
    resolve::resolve,
    shipped::{self, SHIPPED},
    spec::{Database, Homes, Placement, Pool, Provider, Spec, Tls},
    tree::{Answers, TargetKind},
    versions,
    warn::warnings,
};

const TRIAL: &[(&str, &str)] = &[("target.kind", "this-machine"), ("login.method", "dummy")];
const CLUSTER: &[(&str, &str)] = &[("login.method", "dummy"), ("access.method", "none")];
const CERTIFICATE: &[(&str, &str)] = &[("machine.certificate", "/c.pem"), ("machine.key", "/k.pem")];
const OAUTH: &[(&str, &str)] = &[("login.client-id", "x"), ("login.client-secret", "env:X"), ("login.allow", "all")];

type Sets<'s> = &'s [(&'s str, &'s str)];

fn here(more: Sets) -> Spec {
    resolved(&[TRIAL, more].concat()).unwrap_or_else(|wrong| panic!("{more:?}: {}", words(&wrong)))
}

fn refused(more: Sets) -> Vec<String> {
    let wrong = resolved(&[TRIAL, more].concat()).err().into_iter().flatten();
    wrong.filter_map(|wrong| wrong.key).collect()
}

fn url(more: Sets) -> String {
    here(more).hub.unwrap().access.url().unwrap()
}

fn warned(more: Sets) -> Vec<String> {
    warnings(&here(more)).into_iter().map(|warning| warning.code).collect()
}

fn memory(spec: &Spec) -> f64 {
    let ray = spec.ray.iter().map(|ray| ray.head.memory.value());
    ray.chain(spec.dask.iter().map(|dask| dask.scheduler.memory.value() + dask.worker.memory.value())).sum()
}

#[test]
fn the_trial_asks_nothing_stays_on_this_machine_and_is_small() {
    let preset = preset::parse(shipped::find("trial").unwrap().text, "trial").unwrap();
    let spec = resolve(&preset.answers, &Facts::default()).unwrap();
    assert_eq!(SHIPPED[0].name, "trial", "who begins sees it first");
    let hub = spec.hub.as_ref().unwrap();
    assert_eq!(hub.access.url().as_deref(), Some("http://127.0.0.1:8000"));
    assert!(hub.access.listens().unwrap().ip().is_loopback() && !hub.access.exposed());
    assert!(
        matches!(&hub.login.provider, Provider::Dummy { password } if password.to_string().starts_with("secret:hubwright-generated/"))
    );
    assert_eq!(hub.login.callback, None, "no provider sends anybody back");
    let ray = spec.ray.as_ref().unwrap();
    assert!(ray.pools.is_empty() && ray.head.cpu.value() >= 1.0, "the head works itself");
    assert!(memory(&spec) <= 2.0 * 1_073_741_824.0, "{}", memory(&spec));
    assert_eq!(warnings(&spec), []);
}

/// A value that the kind takes, and that hardly any rule would.
fn careless(kind: Kind) -> Value {
    match kind {
        Kind::Choice(choices) => choices.iter().map(|(name, _)| json!(name)).next_back().unwrap(),
        Kind::Int { max, .. } => json!(max),
        Kind::Bool => json!(true),
        Kind::Secret => json!("env:NAME"),
        Kind::Table(Rows::Pools(_) | Rows::Profiles(_)) => json!([{"name": "a", "gpus": 1}, {"name": "a"}]),
        Kind::Map => json!({"": "b"}),
        Kind::List => json!(["--a b"]),
        Kind::Text | Kind::Quantity => json!("relative path"),
    }
}

fn what_is_said_for_the_other_target_changes_nothing(sets: Sets, other: TargetKind) -> usize {
    let answers = said(sets);
    let plain = resolve(&answers, &Facts::default()).unwrap();
    let others = questions::all().filter(|question| question.only == Some(other));
    let each = others.map(|question| {
        let mut careless_too = answers.clone();
        (question.at.set)(&mut careless_too, careless(question.kind)).unwrap();
        assert_eq!(resolve(&careless_too, &Facts::default()).as_ref(), Ok(&plain), "{}", question.key);
    });
    each.count()
}

#[test]
fn no_answer_for_one_target_is_checked_or_used_on_the_other() {
    assert!(what_is_said_for_the_other_target_changes_nothing(TRIAL, TargetKind::Kubernetes) > 30);
    assert_eq!(what_is_said_for_the_other_target_changes_nothing(CLUSTER, TargetKind::ThisMachine), 10);
}

#[test]
fn no_default_of_one_target_is_written_for_the_other() {
    for (sets, on) in [(TRIAL, TargetKind::ThisMachine), (CLUSTER, TargetKind::Kubernetes)] {
        let written = [sets, &[("ray.pools[+].name", "a"), ("ray.pools[0].gpus", "1")]].concat();
        let answers = complete(&said(&written), &Facts::default());
        for question in questions::all().filter(|question| !question.fits(on)) {
            let value = (question.at.get)(&answers);
            assert!(value.is_null() || sets.iter().any(|(key, _)| *key == question.key), "{} is {value}", question.key);
        }
        let pool = &answers.ray.pools.unwrap()[0];
        assert_eq!(pool.node_selector.is_some() && pool.gpu_resource.is_some(), on == TargetKind::Kubernetes);
    }
}

#[test]
fn explain_says_what_does_not_matter_here() {
    let mut layers = Layers::new();
    for (key, value) in TRIAL.iter().chain(&[("ray.pools[+].name", "a")]) {
        layers.set(Origin::Set, key, value).unwrap();
    }
    let relevant = |key: &str| explain::explain(key, &layers, &Facts::default()).unwrap().relevant;
    let here = ["machine.port", "access.host", "login.admins", "ray.pools[0].min", "cull.every"];
    assert_eq!(here.map(relevant), [true; 5]);
    let elsewhere = ["access.method", "charts.operator", "profiles", "ray.pools[0].tolerations"];
    assert_eq!(elsewhere.map(relevant), [false; 4]);
}

/// Every preset of a cluster, with what only a person knows, on this machine.
fn laid_under(name: &str, more: Sets) -> (Layers, Preset) {
    let preset = preset::parse(shipped::find(name).unwrap().text, name).unwrap();
    let mut layers = Layers::new();
    layers.push_preset(name, preset.clone());
    for (key, value) in [("target.kind", "this-machine")].iter().chain(more) {
        layers.set(Origin::Set, key, value).unwrap();
    }
    (layers, preset)
}

const KNOWN: &[(&str, &str)] = &[
    ("login.tenant", "example.org"),
    ("login.client-id", "x"),
    ("login.client-secret", "env:X"),
    ("login.url", "https://example.org"),
];

#[test]
fn a_preset_of_a_cluster_may_be_laid_under_this_machine() {
    for shipped in SHIPPED {
        let people = match shipped.name {
            "github" | "dask" => ("login.organizations", "physics"),
            _ => ("login.allow", "all"),
        };
        let (layers, _) = laid_under(shipped.name, &[KNOWN, &[people]].concat());
        let answers = layers.merged();
        let spec =
            resolve(&answers, &Facts::default()).unwrap_or_else(|wrong| panic!("{}: {}", shipped.name, words(&wrong)));
        let hub = spec.hub.as_ref().unwrap();
        assert_eq!((&hub.homes, &hub.database), (&Homes::Folder, &Database::File), "{}", shipped.name);
        assert!(hub.profiles.is_empty() && hub.packages.is_empty() && !hub.pre_pull, "{}", shipped.name);
        let ray = spec.ray.as_ref();
        let nowhere = |pool: &Pool| pool.placement == Placement::default();
        assert!(ray.is_none_or(|ray| !ray.autoscaling && ray.pools.iter().all(nowhere)), "{}", shipped.name);
        let host = if shipped.name.starts_with("azuread") { "localhost" } else { "127.0.0.1" };
        assert_eq!(hub.access.url(), Some(format!("http://{host}:8000")), "{}", shipped.name);

        let written = preset::write(&Preset { answers, ..Preset::default() }, &Facts::default());
        let back = preset::parse(&written, "written").unwrap_or_else(|wrong| panic!("{}\n{written}", words(&wrong)));
        assert_eq!(resolve(&back.answers, &Facts::default()).as_ref(), Ok(&spec), "{}", shipped.name);
    }
}

#[test]
fn a_preset_of_a_cluster_is_itself_again_when_the_target_is() {
    let (mut layers, preset) = laid_under("trial-kubernetes", &[]);
    let saved = preset::write(&Preset { answers: layers.merged(), ..Preset::default() }, &Facts::default());
    layers = Layers::new();
    layers.push_preset("saved", preset::parse(&saved, "saved").unwrap());
    layers.set(Origin::Set, "target.kind", "kubernetes").unwrap();
    let spec = |answers: &Answers| resolve(answers, &Facts::default()).unwrap();
    assert_eq!(spec(&layers.merged()), spec(&preset.answers));
}

#[test]
fn what_the_environment_has_is_not_asked_of_it_again() {
    let own: Vec<&str> = versions::NOTEBOOK_PACKAGES.into_iter().chain(["polars>=1"]).collect();
    let list = serde_json::to_string(&own).unwrap();
    assert_eq!(here(&[("notebook.packages", &list)]).hub.unwrap().packages, ["polars>=1"]);
}

#[test]
fn the_address_that_people_type_follows_the_answers() {
    let port = |port| [("machine.port", port)];
    assert_eq!(url(&port("80")), "http://127.0.0.1");
    assert_eq!(url(&[("machine.address", "::1")]), "http://[::1]:8000");
    assert_eq!(url(&[("access.host", "localhost")]), "http://localhost:8000");
    let far = [CERTIFICATE, &[("machine.address", "192.0.2.1")]].concat();
    assert_eq!(url(&far), "https://192.0.2.1:8000");
    let all = [CERTIFICATE, &[("machine.address", "0.0.0.0"), ("access.host", "hub.example.org")]].concat();
    assert_eq!(url(&[all.as_slice(), &port("443")].concat()), "https://hub.example.org");
    assert_eq!(url(&[all.as_slice(), &port("8443")].concat()), "https://hub.example.org:8443");
    assert_eq!(url(&[("machine.behind-proxy", "true"), ("access.host", "hub.example.org")]), "https://hub.example.org");
    let files = Tls::Files { certificate: "/c.pem".to_owned(), key: "/k.pem".to_owned() };
    assert_eq!(here(CERTIFICATE).hub.unwrap().access.tls, files);
}

#[test]
fn a_provider_sends_people_back_to_loopback() {
    let callback = |method: &[(&str, &str)]| here(&[OAUTH, method].concat()).hub.unwrap().login.callback.unwrap();
    assert_eq!(callback(&[("login.method", "github")]), "http://127.0.0.1:8000/hub/oauth_callback");
    let azure = [("login.method", "azuread"), ("login.tenant", "example.org")];
    assert_eq!(callback(&azure), "http://localhost:8000/hub/oauth_callback", "the only name it takes without https");
}

#[test]
fn whoever_is_reached_from_elsewhere_speaks_https() {
    assert_eq!(refused(&[("machine.address", "192.0.2.1")]), ["machine.address"]);
    assert_eq!(refused(&[("machine.address", "::"), ("access.host", "h.example.org")]), ["machine.address"]);
    let half = |key| [("machine.address", "192.0.2.1"), (key, "/x.pem")];
    assert_eq!(refused(&half("machine.certificate")), ["machine.key"]);
    assert_eq!(refused(&half("machine.key")), ["machine.certificate"]);
    let all = [CERTIFICATE, &[("machine.address", "0.0.0.0")]].concat();
    assert_eq!(refused(&all), ["access.host"], "all addresses have no name");
    assert_eq!(refused(&[("machine.behind-proxy", "true")]), ["access.host"]);
    let both = [CERTIFICATE, &[("machine.behind-proxy", "true"), ("access.host", "h.example.org")]].concat();
    assert_eq!(refused(&both), ["machine.behind-proxy"]);
    let far = [("machine.address", "0.0.0.0"), ("machine.behind-proxy", "true"), ("access.host", "h.example.org")];
    assert_eq!(refused(&far), ["machine.address"], "a proxy of another machine would get plain http over the network");
    let wrong = resolved(&[TRIAL, &[("machine.address", "192.0.2.1")]].concat()).unwrap_err();
    let said = words(&wrong);
    assert!(
        ["unencrypted", "machine.certificate", "machine.behind-proxy"].iter().all(|part| said.contains(part)),
        "{said}"
    );
    assert_eq!(refused(&[("machine.address", "192.0.2.1"), ("components.jupyterhub", "false")]), Vec::<String>::new());
}

#[test]
fn no_two_things_are_given_the_same_port() {
    for (port, first, expected) in [
        ("24100", "24100", &["machine.port"][..]),
        ("24299", "24100", &["machine.port"]),
        ("24300", "24100", &[]),
        ("24099", "24100", &[]),
        ("8000", "22800", &[]),
        ("8000", "22801", &["machine.first-port"]),
        ("8000", "23999", &["machine.first-port"]),
        ("8000", "24000", &[]),
        ("23000", "24100", &["machine.port"]),
        ("22999", "24100", &[]),
        ("8000", "65336", &[]),
    ] {
        assert_eq!(refused(&[("machine.port", port), ("machine.first-port", first)]), expected, "{port} {first}");
    }
    let without_ray = [("machine.port", "23000"), ("machine.first-port", "23100"), ("components.ray", "false")];
    assert_eq!(refused(&without_ray), Vec::<String>::new());
    assert_eq!(here(&[("machine.first-port", "65336")]).target.machine().unwrap().ports(), 65336..=65535);
    assert!(Layers::new().set(Origin::Set, "machine.first-port", "65337").is_err(), "the last one would be 65536");
}

#[test]
fn workers_that_the_ports_do_not_suffice_for_are_refused() {
    let workers = |min: &str| refused(&[("ray.pools[+].name", "a"), ("ray.pools[0].min", min)]);
    assert_eq!((workers("18"), workers("19")), (vec![], vec!["ray.pools".to_owned()]));
}

#[test]
fn paths_are_absolute_and_plain() {
    for key in ["machine.folder", "machine.python", "machine.wheels", "machine.certificate", "machine.key"] {
        for path in ["hub", "~/hub", "./hub", "/a b", "/a/../b", "/a:b", "/a'b", "/$HOME", "/a%h", "/a\nb"] {
            assert!(Layers::new().set(Origin::Set, key, path).is_err(), "{key}={path:?}");
        }
        Layers::new().set(Origin::Set, key, "/srv/hüb-1.0_x/@a+b").unwrap();
    }
    assert!(Layers::new().set(Origin::Set, "machine.folder", "//").is_err(), "it would be removed with the deployment");
    assert_eq!(here(&[("machine.folder", "/srv/hub/")]).target.machine().unwrap().folder.as_deref(), Some("/srv/hub"));
    for address in ["localhost", "127.0.0.1:8000", "hub.example.org", "127.1"] {
        assert!(Layers::new().set(Origin::Set, "machine.address", address).is_err(), "{address}");
    }
}

#[test]
fn what_is_unwise_on_this_machine_is_warned_of() {
    let none = Vec::<String>::new();
    assert_eq!(warned(&[]), none, "alone on this machine");
    let github = [OAUTH, &[("login.method", "github"), ("login.allow", "users"), ("login.users", "ada")]].concat();
    assert_eq!(warned(&github), ["people-not-kept-apart"], "what stays on this machine needs no https");
    let far = [CERTIFICATE, &[("machine.address", "192.0.2.1")]].concat();
    assert_eq!(warned(&far), ["dummy-login-exposed", "people-not-kept-apart"]);
    let proxy = [("machine.behind-proxy", "true"), ("access.host", "hub.example.org")];
    assert_eq!(warned(&proxy), ["dummy-login-exposed", "people-not-kept-apart"]);
    assert_eq!(warned(&[("access.host", "hub.example.org")]), ["host-leads-elsewhere"]);
    assert_eq!(warned(&[("access.host", "localhost"), ("machine.port", "80")]), ["port-of-the-system"]);
    for (first, expected) in
        [("32569", &["ports-handed-out"][..]), ("32568", &[]), ("60999", &["ports-handed-out"]), ("61000", &[])]
    {
        assert_eq!(warned(&[("machine.first-port", first)]), expected, "{first}");
    }
    assert_eq!(warned(&[("ray.pools[+].name", "a"), ("ray.pools[0].max", "2")]), ["max-without-autoscaling"]);
    assert_eq!(warned(&[("components.jupyterhub", "false")]), none);
}
