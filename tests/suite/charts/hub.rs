//! Values of the jupyterhub chart, whose schema refuses every unknown key.
use std::collections::BTreeSet;

use hubwright::{
    answers::{facts::Facts, preset, resolve, yaml},
    plan::{self, components::jupyterhub::CHECK_SERVICE},
};
use serde_json::{Value, json};

use super::{VARIATIONS, data, defaults, merged, plan_of, release, values};

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

/// `docs/guide/verify.md`: what somebody else adds to their own hub must be what ours has.
#[test]
fn the_guide_for_hubs_of_other_installers_says_what_ours_has() {
    let guide = include_str!("../../../docs/guide/verify.md");
    let blocks: Vec<Value> = guide
        .split("```yaml\n")
        .skip(1)
        .map(|rest| yaml::nodes(rest.split("```").next().unwrap()).unwrap().plain())
        .collect();
    let [service, gateway, known, notebooks] = blocks.as_slice() else { panic!("{} blocks", blocks.len()) };
    let plan = plan_of("trial-kubernetes", &[]);
    let (hub, dask) = (values(&plan, "jupyterhub"), values(&plan, "dask-gateway"));
    let role = |values: &Value| {
        let role = values["hub"]["loadRoles"][CHECK_SERVICE].clone();
        assert_eq!(role["services"], json!([CHECK_SERVICE]));
        role["scopes"].clone()
    };
    assert_eq!(role(service), role(&hub));
    assert!(service["hub"]["services"][CHECK_SERVICE].is_object());
    assert_eq!(gateway["gateway"]["prefix"], dask["gateway"]["prefix"]);
    assert_eq!(gateway["gateway"]["auth"]["jupyterhub"]["apiUrl"], dask["gateway"]["auth"]["jupyterhub"]["apiUrl"]);
    let ours = hub["singleuser"]["extraEnv"].as_object().unwrap();
    let theirs = notebooks["singleuser"]["extraEnv"].as_object().unwrap();
    assert_eq!(theirs.keys().collect::<BTreeSet<_>>(), ours.keys().collect::<BTreeSet<_>>());
    for (name, value) in theirs.iter().filter(|(name, _)| name.starts_with("DASK_")) {
        // Only our names hold the namespace: the guide speaks of a release of the chart's own making.
        let ours = ours[name].as_str().unwrap().replace("traefik-dask-gateway-hub", "traefik-dask-gateway");
        assert_eq!(*value, json!(ours), "{name}");
    }
    let ports = |values: &Value| {
        values["singleuser"]["networkPolicy"]["egress"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| rule["ports"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ports(notebooks), ports(&hub));
    let schema: Value = serde_json::from_str(&data("jupyterhub/values.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for block in [service, known, notebooks] {
        assert!(validator.is_valid(&merged(defaults("jupyterhub/values.yaml"), block)), "{block}");
    }
}

/// The address lacked the port: what was shown, and registered with the provider, led nowhere.
#[test]
fn people_who_type_a_nodes_address_type_its_port_too() {
    let url = |sets: &[(&str, &str)]| plan_of("moodle-gpu", sets).checks.hub.unwrap().url;
    // The guide's own proxy is on port 80.
    assert_eq!(url(&[]).as_deref(), Some("http://hub.example.org"));
    assert_eq!(url(&[("access.port", "")]).as_deref(), Some("http://hub.example.org:31895"));
    assert_eq!(url(&[("access.tls", "offload")]).as_deref(), Some("https://hub.example.org"));
    let secret = [("access.port", "31895"), ("access.tls", "secret"), ("access.tls-secret", "hub.example.org-tls")];
    assert_eq!(url(&secret).as_deref(), Some("https://hub.example.org:31895"));
    let chosen = [("access.port", ""), ("access.node-port", ""), ("login.method", "dummy")];
    assert_eq!(url(&chosen), None, "nobody knows the port yet that the cluster chooses");
    assert_eq!(url(&[("access.host", "fd00::1"), ("access.port", "81")]).as_deref(), Some("http://[fd00::1]:81"));
}

#[test]
fn the_metadata_blocker_is_left_out_where_pods_must_not_be_privileged() {
    let blocks = |level: Option<&str>| {
        let facts = Facts { pod_security: level.map(str::to_owned), ..Facts::default() };
        let answers =
            preset::parse("schema: 1\nlogin: {method: dummy}\naccess: {method: none}\n", "a").unwrap().answers;
        let plan = plan::build(&resolve::resolve(&answers, &facts).unwrap(), &facts);
        values(&plan, "jupyterhub").pointer("/singleuser/cloudMetadata/blockWithIptables").cloned()
    };
    assert_eq!(blocks(None), Some(json!(true)));
    assert_eq!(blocks(Some("privileged")), Some(json!(true)));
    assert_eq!(blocks(Some("baseline")), Some(json!(false)));
    assert_eq!(blocks(Some("restricted")), Some(json!(false)));
}

/// helm's own five minutes end while the hook still downloads notebook images.
#[test]
fn the_image_pullers_hook_gets_more_than_helms_five_minutes() {
    for name in ["azuread-ingress", "moodle-gpu"] {
        let plan = plan_of(name, &[]);
        let timeout = release(&plan, "jupyterhub").unwrap().timeout;
        assert!(timeout >= std::time::Duration::from_secs(20 * 60), "{name}: {timeout:?}");
    }
}

#[test]
fn a_fixed_address_and_annotations_reach_the_load_balancer() {
    let sets =
        [("access.address", "10.0.0.9"), ("access.annotations", "loadbalancer.openstack.org/keep-floatingip=true")];
    let service =
        values(&plan_of("azuread-loadbalancer", &sets), "jupyterhub").pointer("/proxy/service").cloned().unwrap();
    assert_eq!(service["type"], "LoadBalancer");
    assert_eq!(service["loadBalancerIP"], "10.0.0.9");
    assert_eq!(service["annotations"]["loadbalancer.openstack.org/keep-floatingip"], "true");
}

/// An extra Service by hand has a port of its own that nobody knows: the chart's is told which one to take.
#[test]
fn a_node_port_is_a_number_and_that_of_https_where_the_cluster_has_the_certificate() {
    let ports = |sets: &[(&str, &str)]| {
        values(&plan_of("moodle-gpu", sets), "jupyterhub").pointer("/proxy/service/nodePorts").cloned()
    };
    assert_eq!(ports(&[]), Some(json!({"http": 31895})));
    let secret = [("access.port", ""), ("access.tls", "secret"), ("access.tls-secret", "tls")];
    assert_eq!(ports(&secret), Some(json!({"https": 31895})));
}
