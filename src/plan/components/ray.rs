//! The RayCluster, through the ray-cluster chart of KubeRay. That chart has no schema and ignores unknown values silently,
//! so a test holds every key against its defaults.
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Context, from_secret, less_than_a_core, operator, ray_resources, secrets, tolerations};
use crate::{
    answers::{
        spec::{Gpus, Pool, Ray, Resources},
        versions,
    },
    plan::graph::{Action, Checks, Expect, RayCheck, Release, Step, StepId},
};

/// Id of the step; the release's name, too.
pub const STEP: &str = "ray-cluster";
/// Port of Ray Client on the head.
pub const CLIENT_PORT: u16 = 10001;
/// Port of the dashboard and the jobs API on the head.
pub const DASHBOARD_PORT: u16 = 8265;

/// Installs the cluster.
pub fn steps(context: &Context) -> Vec<Step> {
    let Some(ray) = &context.spec.ray else { return Vec::new() };
    let mut needs = secrets::needed(context);
    let mut ready = vec![Expect::RayCluster(ray.name.clone()), Expect::Service(ray.service())];
    if context.spec.charts.operator {
        needs.push(StepId::new(operator::STEP));
        ready.push(Expect::Deployment(operator::STEP.to_owned()));
    }
    vec![Step {
        id: StepId::new(STEP),
        title: "Ray cluster".to_owned(),
        needs,
        action: Action::Release(Release {
            name: STEP.to_owned(),
            chart: "ray-cluster".to_owned(),
            repository: context.repository(operator::REPOSITORY),
            version: context.spec.charts.kuberay.clone(),
            values: values(context, ray),
            skip_crds: false,
            patches: vec![replacing(context, ray)],
            timeout: Duration::from_mins(5),
        }),
        ready,
        deadline: Duration::from_mins(20),
    }]
}

/// What to prove.
pub fn checks(context: &Context, checks: &mut Checks) {
    checks.ray = context.spec.ray.as_ref().map(|ray| RayCheck {
        cluster: ray.name.clone(),
        address: address(ray),
        ..check(ray)
    });
}

/// What is to be proven of a Ray wherever it is. Its name and address are not among it.
pub fn check(ray: &Ray) -> RayCheck {
    RayCheck {
        token: ray.token_auth.then(|| (secrets::GENERATED.to_owned(), secrets::RAY_TOKEN.to_owned())),
        nodes: 1 + ray.pools.iter().map(|pool| pool.min).sum::<u32>(),
        gpu: ray.pools.iter().any(|pool| pool.gpus.is_some()),
        ..RayCheck::default()
    }
}

/// Where a notebook reaches the cluster.
pub fn address(ray: &Ray) -> String {
    format!("ray://{}:{CLIENT_PORT}", ray.service())
}

/// Environment of a notebook: where Ray is and the token to show it.
pub fn notebook_environment(ray: &Ray) -> Map<String, Value> {
    let mut environment = Map::from_iter([("RAY_ADDRESS".to_owned(), json!(address(ray)))]);
    if ray.token_auth {
        environment.insert("RAY_AUTH_MODE".to_owned(), json!("token"));
        environment.insert("RAY_AUTH_TOKEN".to_owned(), from_secret(secrets::GENERATED, secrets::RAY_TOKEN));
    }
    environment
}

/// Pods of an older form would serve for ever: left to itself, the operator only makes and removes pods, and never replaces
/// one. Numbers of workers replace nothing. Known since KubeRay 1.6.
fn replacing(context: &Context, ray: &Ray) -> Value {
    json!({
        "apiVersion": "ray.io/v1",
        "kind": "RayCluster",
        "metadata": {"name": ray.name, "namespace": context.spec.target.namespace},
        "spec": {"upgradeStrategy": {"type": "Recreate"}},
    })
}

fn values(context: &Context, ray: &Ray) -> Value {
    json!({
        "fullnameOverride": ray.name,
        "image": {"repository": ray.image.repository, "tag": ray.image.tag, "pullPolicy": "IfNotPresent"},
        "imagePullSecrets": context.pull_secrets(),
        "head": head(ray),
        // Every pool is an additional group, so that none inherits the chart's own defaults.
        "worker": {"disabled": true},
        "additionalWorkerGroups": groups(ray),
    })
}

fn head(ray: &Ray) -> Value {
    let mut head = json!({
        "resources": head_resources(&ray.head),
        "containerEnv": head_environment(ray),
        "rayStartParams": start_params(&ray.head, None),
    });
    if let Some(head) = head.as_object_mut() {
        if let Some(version) = versions::of_ray_tag(&ray.image.tag) {
            head.insert("rayVersion".to_owned(), version.into());
        }
        if ray.autoscaling {
            head.insert("enableInTreeAutoscaling".to_owned(), true.into());
            head.insert("autoscalerOptions".to_owned(), json!({"version": "v2", "env": token_environment(ray)}));
        }
    }
    head
}

/// Without gRPC's fork handlers: the head forks a process for every Ray client beside the threads of its gRPC server, and
/// the handlers now and then kill it before it begins (ray-project/ray#63202: about 7 % of `ray.init("ray://…")`).
fn head_environment(ray: &Ray) -> Value {
    let own = json!({"name": "GRPC_ENABLE_FORK_SUPPORT", "value": "0"});
    let token = token_environment(ray);
    Value::Array(std::iter::once(own).chain(token.as_array().into_iter().flatten().cloned()).collect())
}

/// The chart limits the head to a core of its own accord; only an explicit null takes that away.
fn head_resources(head: &Resources) -> Value {
    let mut resources = ray_resources(head, None);
    if less_than_a_core(head)
        && let Some(Value::Object(limits)) = resources.get_mut("limits")
    {
        limits.insert("cpu".to_owned(), Value::Null);
    }
    resources
}

/// helm merges the chart's own `smallGroup` under ours: it must be switched off by name.
fn groups(ray: &Ray) -> Value {
    let own = ("smallGroup".to_owned(), json!({"disabled": true}));
    Value::Object(
        std::iter::once(own).chain(ray.pools.iter().map(|pool| (pool.name.clone(), group(ray, pool)))).collect(),
    )
}

fn group(ray: &Ray, pool: &Pool) -> Value {
    json!({
        "disabled": false,
        "replicas": pool.min,
        "minReplicas": pool.min,
        "maxReplicas": if ray.autoscaling { pool.max } else { pool.min.max(1) },
        "resources": ray_resources(&pool.resources, pool.gpus.as_ref()),
        "containerEnv": token_environment(ray),
        "nodeSelector": pool.placement.node_selector,
        "tolerations": tolerations(&pool.placement),
        "rayStartParams": start_params(&pool.resources, pool.gpus.as_ref()),
    })
}

/// The operator counts GPUs by itself for names that end in `gpu` and plain MIG slices, not for other names; and CPUs by
/// their limit, which a part of a core has not.
fn start_params(resources: &Resources, gpus: Option<&Gpus>) -> Value {
    let cpus = less_than_a_core(resources).then(|| ("num-cpus".to_owned(), json!("1")));
    let gpus = gpus.filter(|gpus| !operator_counts(&gpus.resource));
    let gpus = gpus.map(|gpus| ("num-gpus".to_owned(), json!(gpus.count.to_string())));
    Value::Object(cpus.into_iter().chain(gpus).collect())
}

fn operator_counts(resource: &str) -> bool {
    let mig = resource.strip_prefix("nvidia.com/mig-");
    resource.ends_with("gpu") || mig.is_some_and(|slice| slice.ends_with("gb") && slice.matches('.').count() == 1)
}

fn token_environment(ray: &Ray) -> Value {
    if !ray.token_auth {
        return json!([]);
    }
    let mut token = from_secret(secrets::GENERATED, secrets::RAY_TOKEN);
    if let Some(token) = token.as_object_mut() {
        token.insert("name".to_owned(), "RAY_AUTH_TOKEN".into());
    }
    json!([{"name": "RAY_AUTH_MODE", "value": "token"}, token])
}
