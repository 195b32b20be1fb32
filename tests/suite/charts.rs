//! Rendered values against the real charts: their JSON schemas where they have one, else the keys of their default values.
//! The data is found at `../shared/data` from the project's root, or where `CHART_DATA` points.
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
        graph::{Action, Expect, Plan, Release},
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
fn jupyterhub_values_pass_the_charts_own_schema() {
    let schema: Value = serde_json::from_str(&data("jupyterhub/values.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let defaults = defaults("jupyterhub/values.yaml");
    let mut seen = 0;
    for (name, sets) in VARIATIONS {
        let plan = plan_of(name, sets);
        let Some(release) = release(&plan, "jupyterhub") else { continue };
        let merged = merged(defaults.clone(), &release.values);
        let errors: Vec<String> =
            validator.iter_errors(&merged).map(|error| format!("{} {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name} {sets:?}: {errors:#?}");
        seen += 1;
    }
    assert_eq!(seen, VARIATIONS.len() - 1);
}

#[test]
fn the_schema_check_finds_what_helm_would_refuse() {
    let schema: Value = serde_json::from_str(&data("jupyterhub/values.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for wrong in [
        json!({"auth": {}}),
        json!({"singleuser": {"image": {"tag": 0.2}}}),
        json!({"ingress": {"className": "x"}}),
        json!({"hub": {"uid": 1}}),
    ] {
        assert!(!validator.is_valid(&merged(defaults("jupyterhub/values.yaml"), &wrong)), "{wrong}");
    }
}

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

/// The KubeRay charts have no schema and ignore unknown keys silently; keys that stand only as comments in the defaults are listed.
const RAY_COMMENTED: &[&str] = &["rayVersion", "enableInTreeAutoscaling", "autoscalerOptions", "disabled"];

fn unknown_keys(known: &Value, ours: &Value, path: &str, free: &[&str], wrong: &mut Vec<String>) {
    for (key, value) in ours.as_object().into_iter().flatten() {
        let here = format!("{path}.{key}");
        if free.iter().any(|free| here.ends_with(free)) {
            continue;
        }
        match known.get(key) {
            None if RAY_COMMENTED.contains(&key.as_str()) => {}
            None => wrong.push(here),
            Some(known) => unknown_keys(known, value, &here, free, wrong),
        }
    }
}

#[test]
fn ray_values_hold_no_key_that_the_chart_does_not_know() {
    let mut known = defaults("kuberay/ray-cluster-values.yaml");
    let group = known["additionalWorkerGroups"]["smallGroup"].clone();
    let operator = defaults("kuberay/kuberay-operator-values.yaml");
    for (name, sets) in VARIATIONS {
        let plan = plan_of(name, sets);
        if release(&plan, "ray-cluster").is_none() {
            continue;
        }
        let ours = values(&plan, "ray-cluster");
        for pool in ours["additionalWorkerGroups"].as_object().unwrap().keys() {
            known["additionalWorkerGroups"][pool] = group.clone();
        }
        let mut wrong = Vec::new();
        unknown_keys(
            &known,
            &ours,
            "",
            &["limits", "requests", "nodeSelector", "rayStartParams", "autoscalerOptions"],
            &mut wrong,
        );
        unknown_keys(&operator, &values(&plan, "kuberay-operator"), "", &[], &mut wrong);
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}

#[test]
fn no_pool_of_the_charts_own_defaults_is_started() {
    let ray = values(&plan_of("azuread-loadbalancer", &[]), "ray-cluster");
    assert_eq!(ray["worker"], json!({"disabled": true}));
    assert_eq!(ray["additionalWorkerGroups"]["smallGroup"], json!({"disabled": true}));
    assert_eq!(ray["additionalWorkerGroups"]["large"]["maxReplicas"], 3);
    assert_eq!(ray["additionalWorkerGroups"]["small"]["minReplicas"], 3);
}

#[test]
fn autoscaling_really_starts_the_autoscaler_and_knows_rays_version() {
    let ray = values(&plan_of("azuread-loadbalancer", &[]), "ray-cluster");
    assert_eq!(ray["head"]["enableInTreeAutoscaling"], true);
    assert_eq!(ray["head"]["rayVersion"], "2.60.0");
    assert_eq!(ray["head"]["autoscalerOptions"]["version"], "v2");
    let fixed = values(&plan_of("azuread-loadbalancer", &[("ray.autoscaling", "false")]), "ray-cluster");
    assert_eq!(fixed["head"].get("enableInTreeAutoscaling"), None);
    assert_eq!(
        fixed["additionalWorkerGroups"]["large"]["maxReplicas"], 1,
        "without autoscaling a maximum does nothing"
    );
}

#[test]
fn the_service_that_notebooks_use_is_the_one_that_kuberay_makes() {
    let plan = plan_of("trial-kubernetes", &[]);
    assert_eq!(values(&plan, "ray-cluster")["fullnameOverride"], "ray-cluster");
    let environment = &values(&plan, "jupyterhub")["singleuser"]["extraEnv"];
    assert_eq!(environment["RAY_ADDRESS"], "ray://ray-cluster-head-svc:10001");
    assert_eq!(environment["DASK_GATEWAY__PROXY_ADDRESS"], "gateway://traefik-dask-gateway-hub:80");
}

/// Roles of the whole cluster are named after it, and its controller serves what carries this name in any namespace.
#[test]
fn dask_gateways_of_two_namespaces_have_names_of_their_own() {
    let long = format!("{}-a", "n".repeat(61));
    let longer = format!("{}-b", "n".repeat(61));
    let mut names = std::collections::BTreeSet::new();
    for namespace in ["hub", "lab", long.as_str(), longer.as_str()] {
        let plan = plan_of("dask", &[("target.namespace", namespace)]);
        let name = values(&plan, "dask-gateway")["fullnameOverride"].as_str().unwrap().to_owned();
        assert!(format!("controller-{name}").len() <= 63, "{name}");
        let expected = Expect::Deployment(format!("controller-{name}"));
        assert!(plan.steps.iter().any(|step| step.ready.contains(&expected)), "{name} is waited for");
        names.insert(name);
    }
    assert_eq!(names.len(), 4, "{names:?}");
}

#[test]
fn gpus_that_the_operator_does_not_count_are_told_to_ray() {
    let pools = "[{name: plain, gpus: 1}, {name: shared, gpus: 2, gpu-resource: nvidia.com/gpu.shared}, {name: slice, gpus: 1, gpu-resource: nvidia.com/mig-1g.10gb}, {name: media, gpus: 1, gpu-resource: nvidia.com/mig-1g.10gb.me}]";
    let groups =
        values(&plan_of("trial-kubernetes", &[("ray.pools", pools)]), "ray-cluster")["additionalWorkerGroups"].clone();
    assert_eq!(groups["plain"]["rayStartParams"], json!({}));
    assert_eq!(groups["shared"]["rayStartParams"], json!({"num-gpus": "2"}));
    assert_eq!(groups["slice"]["rayStartParams"], json!({}));
    assert_eq!(groups["media"]["rayStartParams"], json!({"num-gpus": "1"}));
    assert_eq!(groups["plain"]["resources"]["limits"]["nvidia.com/gpu"], "1");
    assert_eq!(groups["plain"]["resources"]["limits"], groups["plain"]["resources"]["requests"]);
}

#[test]
fn ray_is_not_throttled_below_a_core() {
    // With the chart's own defaults beneath, as helm does it: they limit the head to a core.
    let ray =
        merged(defaults("kuberay/ray-cluster-values.yaml"), &values(&plan_of("trial-kubernetes", &[]), "ray-cluster"));
    assert_eq!(ray["head"]["resources"]["limits"], json!({"memory": "2Gi"}));
    assert_eq!(ray["head"]["resources"]["requests"]["cpu"], "500m");
    assert_eq!(ray["head"]["rayStartParams"], json!({"num-cpus": "1"}));
    let whole = values(&plan_of("azuread-loadbalancer", &[]), "ray-cluster");
    assert_eq!(whole["head"]["resources"]["limits"], whole["head"]["resources"]["requests"]);
}

#[test]
fn every_real_login_has_an_allow_rule_scope_and_callback() {
    for (name, class, section, rule) in [
        ("azuread-loadbalancer", "azuread", "AzureAdOAuthenticator", "allow_all"),
        ("github", "github", "GitHubOAuthenticator", "allowed_organizations"),
        ("moodle-gpu", "generic-oauth", "GenericOAuthenticator", "allow_all"),
    ] {
        let config = values(&plan_of(name, &[]), "jupyterhub")["hub"]["config"].clone();
        assert_eq!(config["JupyterHub"]["authenticator_class"], class);
        assert!(!config[section][rule].is_null(), "{name}: {config}");
        assert!(
            config[section]["oauth_callback_url"].as_str().unwrap().ends_with("://hub.example.org/hub/oauth_callback")
        );
        assert!(!config[section]["scope"].as_array().unwrap().is_empty());
        assert!(config[section].get("client_secret").is_none(), "the secret is in no value");
    }
    let azure =
        values(&plan_of("azuread-loadbalancer", &[]), "jupyterhub")["hub"]["config"]["AzureAdOAuthenticator"].clone();
    assert_eq!(azure["username_claim"], "unique_name", "`name` is a display name and not unique");
}

#[test]
fn moodles_addresses_carry_no_parameters() {
    let config = values(&plan_of("moodle-gpu", &[]), "jupyterhub")["hub"]["config"]["GenericOAuthenticator"].clone();
    assert_eq!(config["authorize_url"], "https://moodle.example.org/local/oauth/login.php");
    assert_eq!(config["token_url"], "https://moodle.example.org/local/oauth/token.php");
    assert_eq!(config["userdata_url"], "https://moodle.example.org/local/oauth/user_info.php");
}

#[test]
fn an_ingress_uses_the_class_and_never_the_old_annotation() {
    let ingress = values(&plan_of("azuread-ingress", &[]), "jupyterhub")["ingress"].clone();
    assert_eq!(ingress["ingressClassName"], "nginx");
    assert_eq!(ingress["annotations"], json!({"cert-manager.io/cluster-issuer": "letsencrypt"}));
    assert_eq!(ingress["tls"], json!([{"hosts": ["hub.example.org"], "secretName": "hubwright-tls"}]));
}

/// TLS that ends in front of the cluster: people type https and the provider sends them back to https, while the cluster
/// serves plain http.
#[test]
fn behind_a_proxy_of_ones_own_people_see_https_and_the_cluster_serves_http() {
    for (name, method, https) in [
        ("moodle-gpu", "node-port", json!({"enabled": false})),
        ("moodle-gpu", "none", json!({"enabled": false})),
        ("azuread-ingress", "ingress", json!({"enabled": false})),
        ("azuread-loadbalancer", "load-balancer", json!({"enabled": true, "type": "offload"})),
    ] {
        let plan = plan_of(name, &[("access.method", method), ("access.tls", "offload")]);
        let hub = values(&plan, "jupyterhub");
        let config = hub["hub"]["config"].as_object().unwrap();
        let callback = config.values().find_map(|section| section["oauth_callback_url"].as_str());
        assert_eq!(callback, Some("https://hub.example.org/hub/oauth_callback"), "{name}");
        assert_eq!(plan.checks.hub.as_ref().unwrap().url.as_deref(), Some("https://hub.example.org"));
        assert_eq!(hub["proxy"]["https"], https, "{method}");
        assert_eq!(hub["proxy"]["service"]["annotations"][plan::components::URL], "https://hub.example.org");
        assert!(hub["ingress"].get("tls").is_none_or(|tls| *tls == json!([])), "{method}");
    }
}

#[test]
fn notebooks_may_reach_ray_and_dask_where_policies_are_enforced() {
    let hub = values(&plan_of("trial-kubernetes", &[]), "jupyterhub");
    let ports = |egress: &Value| {
        egress
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|rule| rule["ports"].as_array().unwrap().clone())
            .map(|port| port["port"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ports(&hub["singleuser"]["networkPolicy"]["egress"]), [json!(10001), json!(8265), json!(8000)]);
    for place in ["/hub/networkPolicy/egress", "/proxy/chp/networkPolicy/egress"] {
        assert_eq!(ports(hub.pointer(place).unwrap()), [json!(8000)], "{place}");
    }
}

#[test]
fn gpu_and_cpu_profiles_are_what_the_guide_asks_for() {
    let hub = values(&plan_of("moodle-gpu", &[]), "jupyterhub");
    let profiles = hub["singleuser"]["profileList"].as_array().unwrap().clone();
    let gpu = &profiles[0]["kubespawner_override"];
    assert_eq!((&profiles[0]["default"], &profiles[1]["default"]), (&json!(true), &json!(false)));
    assert_eq!(gpu["extra_resource_limits"], json!({"nvidia.com/gpu": "1"}));
    assert_eq!(gpu["volumes"]["shm"]["emptyDir"], json!({"medium": "Memory", "sizeLimit": "4Gi"}));
    assert_eq!(gpu["tolerations"], json!([{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]));
    assert_eq!(hub["singleuser"]["extraEnv"]["NVIDIA_VISIBLE_DEVICES"], "void", "a CPU notebook sees no GPU");
    assert_eq!(hub["cull"], json!({"enabled": true, "timeout": 7200, "every": 360}));
    assert_eq!(hub["proxy"]["service"]["type"], "NodePort");
    assert_eq!(hub["proxy"]["service"]["nodePorts"], json!({"http": 31895}));
    assert_eq!(hub["hub"]["templateVars"]["announcement"], "New here? <a href='#'>Get help here</a>");
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
