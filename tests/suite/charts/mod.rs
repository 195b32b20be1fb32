//! Rendered values against the real charts: their JSON schemas where they have one, else the keys of their default values.
//! The data is found at `../shared/data` from the project's root, or where `CHART_DATA` points.
mod dask;
mod hub;
mod ray;

use std::{fs, path::PathBuf};

use hubwright::{
    answers::{
        facts::Facts,
        layers::{Layers, Origin},
        preset, resolve, shipped,
        spec::Spec,
        yaml,
    },
    plan::{
        self,
        graph::{Action, Plan, Release},
    },
};
use serde_json::{Value, json};

fn data(path: &str) -> String {
    let root = std::env::var_os("CHART_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let file = root.join(path);
    fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!("{}: {error}; set `CHART_DATA` to the charts' schemas and default values", file.display())
    })
}

fn defaults(path: &str) -> Value {
    yaml::nodes(&data(path)).unwrap().plain()
}

/// What every shipped preset needs to be complete.
const REQUIRED: &[(&str, &str)] = &[
    ("login.tenant", "contoso.onmicrosoft.com"),
    ("login.client-id", "client"),
    ("login.client-secret", "env:CLIENT_SECRET"),
    ("login.url", "https://moodle.example.org"),
    ("login.organizations", "physics,chemistry:staff"),
    ("access.host", "hub.example.org"),
    ("access.issuer", "letsencrypt"),
    ("access.letsencrypt-email", "ada@example.org"),
];

fn spec(name: &str, sets: &[(&str, &str)]) -> Spec {
    let mut layers = Layers::new();
    let preset = preset::parse(shipped::find(name).unwrap().text, name).unwrap();
    if name != "trial-kubernetes" {
        for (key, value) in REQUIRED {
            layers.set(Origin::Set, key, value).unwrap();
        }
        if name != "github" && name != "dask" {
            layers.set(Origin::Set, "login.allow", "all").unwrap();
            layers.set(Origin::Set, "login.organizations", "").unwrap();
        }
        if name.starts_with("github") || name == "dask" {
            layers.set(Origin::Set, "login.url", "").unwrap();
        }
    }
    layers.push(Origin::Preset(name.to_owned()), preset.answers);
    for (key, value) in sets {
        layers.set(Origin::Typed, key, value).unwrap();
    }
    resolve::resolve(&layers.merged(), &Facts::default()).unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"))
}

fn plan_of(name: &str, sets: &[(&str, &str)]) -> Plan {
    plan::build(&spec(name, sets), &Facts::default())
}

fn release<'a>(plan: &'a Plan, chart: &str) -> Option<&'a Release> {
    plan.steps.iter().find_map(|step| match &step.action {
        Action::Release(release) if release.chart == chart => Some(release),
        _ => None,
    })
}

fn values(plan: &Plan, chart: &str) -> Value {
    release(plan, chart).unwrap_or_else(|| panic!("no chart {chart}")).values.clone()
}

/// Ours over the chart's defaults, as helm merges them: sections merge, everything else replaces, null removes.
fn merged(mut under: Value, over: &Value) -> Value {
    if let (Some(under), Some(over)) = (under.as_object_mut(), over.as_object()) {
        for (key, value) in over {
            let known = under.remove(key).unwrap_or(Value::Null);
            if !value.is_null() {
                under.insert(
                    key.clone(),
                    if known.is_object() && value.is_object() { merged(known, value) } else { value.clone() },
                );
            }
        }
        return Value::Object(under.clone());
    }
    over.clone()
}

/// Variations that between them reach every branch of the values.
const VARIATIONS: &[(&str, &[(&str, &str)])] = &[
    ("trial-kubernetes", &[]),
    ("azuread-loadbalancer", &[]),
    (
        "azuread-loadbalancer",
        &[
            ("access.tls", "secret"),
            ("access.tls-secret", "tls"),
            ("access.address", "10.0.0.9"),
            ("storage.homes", "none"),
        ],
    ),
    (
        "azuread-loadbalancer",
        &[
            ("login.allow", "groups"),
            ("login.groups", "a,b"),
            ("storage.database", "postgres"),
            ("storage.database-url", "postgresql://hub@db/hub"),
            ("storage.database-password", "env:X"),
        ],
    ),
    ("azuread-loadbalancer", &[("access.tls", "offload")]),
    ("azuread-ingress", &[]),
    ("azuread-ingress", &[("access.tls", "offload")]),
    (
        "azuread-ingress",
        &[
            ("access.issuer-kind", "issuer"),
            ("access.annotations", "a=yes,b=1_000"),
            ("storage.homes", "static"),
            ("storage.claim", "homes"),
        ],
    ),
    (
        "azuread-ingress",
        &[
            ("access.tls", "secret"),
            ("access.tls-secret", "tls"),
            ("storage.class", "fast"),
            ("storage.database-class", "fast"),
        ],
    ),
    (
        "github",
        &[
            ("registry.server", "r.example.org"),
            ("registry.username", "me"),
            ("registry.password", "env:X"),
            ("storage.database", "sqlite-memory"),
        ],
    ),
    ("moodle-gpu", &[]),
    (
        "moodle-gpu",
        &[
            ("access.node-port", ""),
            ("cull.enabled", "false"),
            ("hub.network-policy", "false"),
            ("components.ray", "true"),
            ("components.dask", "true"),
        ],
    ),
    ("dask", &[("dask.cluster-cpu", "8"), ("dask.cluster-memory", "32Gi")]),
    ("dask", &[("components.jupyterhub", "false")]),
];

#[test]
fn dask_gateway_values_pass_the_charts_own_schema() {
    let mut schema: Value = serde_json::from_str(&data("dask-gateway/values.schema.json")).unwrap();
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, sets) in VARIATIONS {
        let plan = plan_of(name, sets);
        let Some(release) = release(&plan, "dask-gateway") else { continue };
        let merged = merged(defaults("dask-gateway/values.yaml"), &release.values);
        let errors: Vec<String> =
            validator.iter_errors(&merged).map(|error| format!("{} {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name} {sets:?}: {errors:#?}");
    }
}

#[test]
fn the_service_that_notebooks_use_is_the_one_that_kuberay_makes() {
    let plan = plan_of("trial-kubernetes", &[]);
    assert_eq!(values(&plan, "ray-cluster")["fullnameOverride"], "ray-cluster");
    let environment = &values(&plan, "jupyterhub")["singleuser"]["extraEnv"];
    assert_eq!(environment["RAY_ADDRESS"], "ray://ray-cluster-head-svc:10001");
    assert_eq!(environment["DASK_GATEWAY__PROXY_ADDRESS"], "gateway://traefik-dask-gateway-hub:80");
}

#[test]
fn private_registry_credentials_reach_every_chart() {
    let sets = [("registry.server", "r.example.org"), ("registry.username", "me"), ("registry.password", "env:X")];
    let plan = plan_of("trial-kubernetes", &sets);
    assert_eq!(values(&plan, "jupyterhub")["imagePullSecrets"], json!(["hubwright-registry"]));
    for chart in ["ray-cluster", "kuberay-operator"] {
        assert_eq!(values(&plan, chart)["imagePullSecrets"], json!([{"name": "hubwright-registry"}]), "{chart}");
    }
    let dask = values(&plan, "dask-gateway");
    for place in [
        "/gateway/imagePullSecrets",
        "/gateway/backend/imagePullSecrets",
        "/controller/imagePullSecrets",
        "/traefik/imagePullSecrets",
    ] {
        assert_eq!(dask.pointer(place), Some(&json!([{"name": "hubwright-registry"}])), "{place}");
    }
}

#[test]
fn dask_has_no_address_of_its_own_and_runs_on_current_distributed() {
    let dask = values(&plan_of("dask", &[]), "dask-gateway");
    assert_eq!(dask["traefik"]["service"]["type"], "ClusterIP");
    assert!(dask["gateway"]["extraConfig"]["commands"].as_str().unwrap().contains("\"dask\", \"scheduler\""));
    assert!(
        dask["gateway"]["extraConfig"]["limits"].as_str().unwrap().contains("c.ClusterConfig.cluster_max_workers = 10")
    );
    // The server ignores settings that it does not know, such as the limits per user of before 0.8.
    let each = dask["gateway"]["extraConfig"]["clusters-per-user"].as_str().unwrap();
    assert!(each.starts_with("LIMIT = 2\n") && each.contains("c.DaskGateway.backend_class ="), "{each}");
    assert_eq!(dask["gateway"]["auth"]["type"], "jupyterhub");
    // The server knows K, M, G and T, but not Kubernetes' Ki, Mi, Gi: bytes are the only amount that both read alike.
    assert!(dask["gateway"]["backend"]["worker"]["memory"]["limit"].is_u64());
}

#[test]
fn words_that_yaml_1_1_would_change_arrive_as_they_were_written() {
    let sets = [
        ("ray.pools", "[{name: 'no'}, {name: 'on'}]"),
        ("notebook.tag", "0.2"),
        ("access.annotations", "a=yes,b=1_000,c=2026-01-01"),
    ];
    let plan = plan_of("azuread-loadbalancer", &sets);
    let text = yaml::write(&values(&plan, "ray-cluster")).unwrap();
    assert!(text.contains("\"no\":") || text.contains("'no':"), "{text}");
    let hub = yaml::write(&values(&plan, "jupyterhub")).unwrap();
    for quoted in ["0.2", "yes", "1_000", "2026-01-01"] {
        assert!(
            hub.contains(&format!("\"{quoted}\"")) || hub.contains(&format!("'{quoted}'")),
            "{quoted} is not quoted in\n{hub}"
        );
    }
}

#[test]
fn the_same_answers_give_the_same_bytes_and_no_secret() {
    for (name, sets) in VARIATIONS {
        let (one, two) = (plan_of(name, sets), plan_of(name, sets));
        assert_eq!(plan::render::files(&one), plan::render::files(&two));
        assert_eq!(one.digest(), two.digest());
        one.check().unwrap();
    }
}

#[test]
fn independent_releases_are_installed_at_the_same_time() {
    let plan = plan_of("trial-kubernetes", &[]);
    let layers: Vec<Vec<&str>> =
        plan.layers().iter().map(|layer| layer.iter().map(|step| step.id.as_str()).collect()).collect();
    assert_eq!(
        layers,
        [
            vec!["namespace"],
            vec!["secrets", "kuberay-operator"],
            vec!["ray-cluster", "jupyterhub", "dask-gateway"],
            vec!["verify"]
        ]
    );
}
