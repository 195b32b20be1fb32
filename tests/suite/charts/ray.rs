//! Values of the KubeRay charts, which have no schema: held against their default values and the definition of a RayCluster.
use serde_json::{Value, json};

use super::{VARIATIONS, data, defaults, merged, plan_of, release, values};

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

/// What helm makes of the values, as far as it is ours: the chart's own template, in short.
fn ray_cluster(values: &Value) -> Value {
    let pods = |group: &Value| {
        json!({"spec": {
            "imagePullSecrets": values["imagePullSecrets"],
            "nodeSelector": group.get("nodeSelector").cloned().unwrap_or(json!({})),
            "tolerations": group.get("tolerations").cloned().unwrap_or(json!([])),
            "containers": [{"name": "ray", "resources": group["resources"], "env": group["containerEnv"]}],
        }})
    };
    let groups =
        values["additionalWorkerGroups"].as_object().unwrap().iter().filter(|(_, group)| group["disabled"] != true);
    let workers = groups.map(|(name, group)| {
        json!({
            "groupName": name, "replicas": group["replicas"], "minReplicas": group["minReplicas"],
            "maxReplicas": group["maxReplicas"], "rayStartParams": group["rayStartParams"], "template": pods(group),
        })
    });
    let head = &values["head"];
    let mut spec = json!({
        "headGroupSpec": {"rayStartParams": head["rayStartParams"], "template": pods(head)},
        "workerGroupSpecs": workers.collect::<Vec<_>>(),
    });
    for key in ["rayVersion", "enableInTreeAutoscaling", "autoscalerOptions"] {
        spec.as_object_mut().unwrap().extend(head.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    json!({"apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": {"name": values["fullnameOverride"]}, "spec": spec})
}

/// The API server drops silently what a definition does not know: here it is refused.
fn strict(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else { return };
    let open =
        fields.get("x-kubernetes-preserve-unknown-fields").is_some() || fields.contains_key("additionalProperties");
    if let (Some(properties), false) = (fields.get_mut("properties").and_then(Value::as_object_mut), open) {
        properties.values_mut().for_each(strict);
        fields.insert("additionalProperties".to_owned(), json!(false));
    }
    fields.get_mut("items").into_iter().for_each(strict);
}

fn definition() -> Value {
    // Larger than any preset may be.
    let options = serde_saphyr::options! { budget: None };
    let crd: Value = serde_saphyr::from_str_with_options(&data("kuberay/ray.io_rayclusters.yaml"), options).unwrap();
    let mut versions = crd.pointer("/spec/versions").and_then(Value::as_array).unwrap().iter();
    let version = versions.find(|version| version.get("name") == Some(&json!("v1"))).unwrap();
    let mut schema = version.pointer("/schema/openAPIV3Schema").unwrap().clone();
    strict(&mut schema);
    *schema.pointer_mut("/properties/metadata").unwrap() = json!({"type": "object"});
    schema
}

#[test]
fn a_ray_cluster_of_the_values_fits_the_definition_of_the_operator() {
    let validator = jsonschema::draft202012::new(&definition()).unwrap();
    let pools = "[{name: gpu, gpus: 2, gpu-resource: nvidia.com/gpu.shared, node-selector: {a: b}, tolerations: ['a=b:NoSchedule', c]}]";
    let more: &[(&str, &[(&str, &str)])] =
        &[("trial-kubernetes", &[("ray.pools", pools), ("ray.autoscaling", "true")])];
    for (name, sets) in VARIATIONS.iter().chain(more) {
        let plan = plan_of(name, sets);
        if release(&plan, "ray-cluster").is_none() {
            continue;
        }
        let cluster = ray_cluster(&merged(defaults("kuberay/ray-cluster-values.yaml"), &values(&plan, "ray-cluster")));
        let wrong: Vec<String> =
            validator.iter_errors(&cluster).map(|error| format!("{} {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{name} {sets:?}: {wrong:#?}");
    }
    let mut wrong = ray_cluster(&values(&plan_of("trial-kubernetes", &[]), "ray-cluster"));
    wrong["spec"]["headGroupSpec"]["rayStartParms"] = json!({});
    assert!(!validator.is_valid(&wrong), "a key that the definition does not know is found");
}
