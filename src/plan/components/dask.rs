//! Dask Gateway, through its chart. With a hub it lets the hub's people in and is reached by browsers through the hub's
//! proxy; without one it asks a made-up password.
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Context, from_secret, secrets};
use crate::{
    answers::spec::{Dask, DaskLimits, Resources},
    plan::graph::{Action, Checks, DaskCheck, Expect, Release, Step, StepId, digest},
};

/// Id of the step; the release's name, too.
pub const STEP: &str = "dask-gateway";
/// Public repository.
const REPOSITORY: &str = "https://helm.dask.org";
/// Path under which the gateway is served, also through the hub's proxy.
pub const PREFIX: &str = "/services/dask-gateway";
/// Longest namespace that names of the chart's objects hold whole: `controller-` comes before them, and 63 is the end.
const LONGEST: usize = 63 - "controller-dask-gateway-".len();

/// What the chart names its objects after. Its roles are the whole cluster's, and its controller and proxy serve every
/// namespace where they find this name: with the namespace in it, deployments of one cluster leave each other alone.
fn full_name(context: &Context) -> String {
    let namespace = &context.spec.target.namespace;
    if namespace.len() <= LONGEST {
        return format!("{STEP}-{namespace}");
    }
    let digest = digest(namespace);
    let short: String = namespace.chars().take(LONGEST - 9).chain(['-']).chain(digest.chars().take(8)).collect();
    format!("{STEP}-{short}")
}

/// Deployment and Service of the gateway's proxy.
pub fn traefik(context: &Context) -> String {
    format!("traefik-{}", full_name(context))
}

/// Deployment of the gateway's server.
pub fn server(context: &Context) -> String {
    format!("api-{}", full_name(context))
}

/// Installs the gateway.
pub fn steps(context: &Context) -> Vec<Step> {
    let Some(dask) = &context.spec.dask else { return Vec::new() };
    vec![Step {
        id: StepId::new(STEP),
        title: "Dask Gateway".to_owned(),
        needs: secrets::needed(context),
        action: Action::Release(Release {
            name: STEP.to_owned(),
            chart: "dask-gateway".to_owned(),
            repository: context.repository(REPOSITORY),
            version: context.spec.charts.dask_gateway.clone(),
            values: values(context, dask),
            // helm never touches a CRD that is there, so a cluster's own Traefik keeps its versions of them.
            skip_crds: false,
            patches: Vec::new(),
            timeout: Duration::from_mins(5),
        }),
        ready: vec![
            Expect::Deployment(server(context)),
            Expect::Deployment(format!("controller-{}", full_name(context))),
            Expect::Deployment(traefik(context)),
            Expect::Service(traefik(context)),
        ],
        deadline: Duration::from_mins(15),
    }]
}

/// What to prove.
pub fn checks(context: &Context, checks: &mut Checks) {
    checks.dask = context.spec.dask.as_ref().map(|_| DaskCheck {
        service: traefik(context),
        address: address(context),
        ..check(context)
    });
}

/// What is to be proven of a gateway wherever it is. Its place is not among it.
pub fn check(context: &Context) -> DaskCheck {
    let own_login = || (secrets::GENERATED.to_owned(), secrets::DASK_PASSWORD.to_owned());
    DaskCheck {
        password: context.spec.hub.is_none().then(own_login),
        workers: DaskCheck::WORKERS,
        ..DaskCheck::default()
    }
}

/// Where a notebook reaches the gateway.
pub fn address(context: &Context) -> String {
    format!("http://{}{PREFIX}", traefik(context))
}

/// Environment of a notebook of the cluster.
pub fn notebook_environment(context: &Context) -> Map<String, Value> {
    reached(&address(context), &format!("{}:80", traefik(context)))
}

/// Environment of a notebook, so that `Gateway()` needs no argument: the gateway's address, and where its proxy takes what is
/// said to schedulers.
pub fn reached(address: &str, proxy: &str) -> Map<String, Value> {
    Map::from_iter([
        ("DASK_GATEWAY__ADDRESS".to_owned(), json!(address)),
        ("DASK_GATEWAY__PROXY_ADDRESS".to_owned(), json!(format!("gateway://{proxy}"))),
        ("DASK_GATEWAY__PUBLIC_ADDRESS".to_owned(), json!(format!("{PREFIX}/"))),
        ("DASK_GATEWAY__AUTH__TYPE".to_owned(), json!("jupyterhub")),
    ])
}

fn values(context: &Context, dask: &Dask) -> Value {
    json!({
        "fullnameOverride": full_name(context),
        "gateway": gateway(context, dask),
        "controller": {"imagePullSecrets": context.pull_secrets()},
        // No address of its own: whoever reaches it could run code, and the hub's proxy leads there.
        "traefik": {"imagePullSecrets": context.pull_secrets(), "service": {"type": "ClusterIP"}},
    })
}

fn gateway(context: &Context, dask: &Dask) -> Value {
    let mut gateway = json!({
        "prefix": PREFIX,
        "imagePullSecrets": context.pull_secrets(),
        "auth": {"type": "jupyterhub", "jupyterhub": {
            "apiTokenFromSecretName": secrets::GENERATED,
            "apiTokenFromSecretKey": secrets::DASK_TOKEN,
            "apiUrl": "http://hub:8081/hub/api",
        }},
        "backend": {
            "image": {"name": dask.image.repository, "tag": dask.image.tag},
            "imagePullSecrets": context.pull_secrets(),
            "scheduler": sizes(&dask.scheduler),
            "worker": sizes(&dask.worker),
        },
        "extraConfig": extra_config(context, dask),
    });
    if let (None, Some(gateway)) = (&context.spec.hub, gateway.as_object_mut()) {
        let mut password = from_secret(secrets::GENERATED, secrets::DASK_PASSWORD);
        if let Some(password) = password.as_object_mut() {
            password.insert("name".to_owned(), "DASK_PASSWORD".into());
        }
        gateway.insert("auth".to_owned(), json!({"type": "simple"}));
        gateway.insert("env".to_owned(), json!([password]));
    }
    gateway
}

/// Cores and memory of a scheduler or worker. A part of a core is only requested: held to it, Python needs minutes to start.
/// Memory in bytes: the server's own units (`M` is a mebibyte to it) are not Kubernetes' (`Mi`), which it refuses.
fn sizes(resources: &Resources) -> Value {
    let (cores, bytes) = (resources.cpu.value(), resources.memory.whole());
    json!({"cores": {"request": cores, "limit": cores.max(1.0)}, "memory": {"request": bytes, "limit": bytes}})
}

fn extra_config(context: &Context, dask: &Dask) -> Value {
    let mut snippets = Map::new();
    // distributed 2026.6 removed the `dask-scheduler` and `dask-worker` programs that the server starts by default.
    snippets.insert(
        "commands".to_owned(),
        json!("c.ClusterConfig.scheduler_cmd = [\"dask\", \"scheduler\"]\nc.ClusterConfig.worker_cmd = [\"dask\", \"worker\"]\n"),
    );
    if context.spec.hub.is_none() {
        snippets.insert(
            "password".to_owned(),
            json!("import os\nc.SimpleAuthenticator.password = os.environ[\"DASK_PASSWORD\"]\n"),
        );
    }
    let lines: String =
        limits(&dask.limits).into_iter().map(|(name, most)| format!("c.ClusterConfig.{name} = {most}\n")).collect();
    if !lines.is_empty() {
        snippets.insert("limits".to_owned(), lines.into());
    }
    if let Some(count) = dask.limits.clusters_per_user {
        let class = include_str!("../../../assets/dask/clusters_per_user.py");
        snippets.insert("clusters-per-user".to_owned(), format!("LIMIT = {count}\n{class}").into());
    }
    Value::Object(snippets)
}

/// Traits that limit a cluster, where there are limits.
pub fn limits(limits: &DaskLimits) -> Vec<(&'static str, Value)> {
    let all = [
        ("cluster_max_cores", limits.cluster_cpu.as_ref().map(|cpu| number(cpu.value()))),
        ("cluster_max_memory", limits.cluster_memory.as_ref().map(|memory| json!(memory.whole()))),
        ("cluster_max_workers", limits.cluster_workers.map(|count| json!(count))),
    ];
    all.into_iter().filter_map(|(name, most)| Some((name, most?))).collect()
}

/// A number as short as it can be written: whole ones without a point.
fn number(value: f64) -> Value {
    serde_json::from_str(&value.to_string()).unwrap_or_else(|_| json!(value))
}
