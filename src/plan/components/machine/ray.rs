//! Ray on this machine: a head, and one more node for each worker that a pool always has. Each node is a process that
//! brings its own ones. Nothing makes further nodes here, so a pool's maximum means nothing.
use serde_json::{Map, Value, json};

use super::{
    super::{
        ray,
        secrets::{GENERATED, RAY_TOKEN},
    },
    Context, LOOPBACK, asset, from_secrets, internal,
    ports::{Port, Raylet},
    process, secrets, served, step, variables,
};
use crate::{
    answers::spec::{Pool, Ray, Resources},
    plan::graph::{Checks, Probe, Process, RayCheck, Service, Step, TextFile},
};

/// Id of the step.
const STEP: &str = "ray";
/// Name of the head's process.
const HEAD: &str = "ray-head";
/// Name of the cluster, which nobody chooses here: there is one. Its service is called after it, as everywhere.
const CLUSTER: &str = "ray";
const SERVICE: &str = "ray-head-svc";
/// The store of objects gets this part of a node's memory, but not less than Ray takes.
const OBJECTS: u64 = 3;
const LEAST_OBJECTS: u64 = 80 * 1024 * 1024;

/// What every node is told: to stay on loopback (the variable is meant for other systems, and keeps Ray from taking the
/// machine's address in the network for its own), to give its programs time on a busy machine, to do without gRPC's fork
/// handlers as the head of a cluster does, and to report to nobody.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0"),
    ("RAY_raylet_start_wait_time_s", "120"),
    ("GRPC_ENABLE_FORK_SUPPORT", "0"),
    ("RAY_USAGE_STATS_ENABLED", "0"),
];

/// Runs head and workers.
pub fn steps(context: &Context) -> Vec<Step> {
    let Some(ray) = &context.spec.ray else { return Vec::new() };
    let launcher = asset("config/ray_node.py", include_str!("../../../../assets/local/ray_node.py"));
    let workers =
        (1..).zip(workers(ray)).map(|(number, (name, pool))| worker(context, ray, &name, number, pool, &launcher));
    let processes = std::iter::once(head(context, ray, &launcher)).chain(workers).collect();
    vec![step(STEP, "Ray", secrets::needed(context), Service { files: vec![launcher], processes })]
}

/// What to prove.
pub fn checks(context: &Context, checks: &mut Checks) {
    checks.ray = context.spec.ray.as_ref().map(|ray| RayCheck {
        cluster: CLUSTER.to_owned(),
        address: address(context),
        ..ray::check(ray)
    });
}

/// Names of all processes.
pub fn names(ray: &Ray) -> Vec<String> {
    std::iter::once(HEAD.to_owned()).chain(workers(ray).into_iter().map(|(name, _)| name)).collect()
}

/// Environment of a notebook; the token comes from the hub's own environment.
pub fn notebook_environment(context: &Context, ray: &Ray) -> Map<String, Value> {
    let mode = ray.token_auth.then(|| ("RAY_AUTH_MODE".to_owned(), json!("token")));
    std::iter::once(("RAY_ADDRESS".to_owned(), json!(address(context)))).chain(mode).collect()
}

/// The variable that holds Ray's token, where it asks for one.
pub fn token(ray: &Ray) -> Option<(&'static str, &'static str, &'static str)> {
    ray.token_auth.then_some(("RAY_AUTH_TOKEN", GENERATED, RAY_TOKEN))
}

fn address(context: &Context) -> String {
    format!("ray://{}", Port::RayClient.address(context))
}

/// Every worker with its name, `ray-POOL-1` and so on.
fn workers(ray: &Ray) -> Vec<(String, &Pool)> {
    let named = |pool: &Pool, number: u32| format!("ray-{}-{number}", pool.name);
    ray.pools.iter().flat_map(|pool| (1..=pool.min).map(move |number| (named(pool, number), pool))).collect()
}

fn head(context: &Context, ray: &Ray, launcher: &TextFile) -> Process {
    let [client, dashboard, control] =
        [Port::RayClient, Port::RayDashboard, Port::RayControl].map(|port| port.at(context));
    // These have no option. Two deployments would otherwise both want the usual ones.
    let metrics =
        [("AUTOSCALER_METRIC_PORT", Port::RayAutoscalerMetrics), ("DASHBOARD_METRIC_PORT", Port::RayDashboardMetrics)]
            .map(|(variable, port)| (variable.to_owned(), port.at(context)));
    let arguments = [
        "--head".to_owned(),
        // Sockets lie there, whose paths may not be long.
        "--temp-dir={runtime}".to_owned(),
        format!("--port={control}"),
        format!("--ray-client-server-port={client}"),
        format!("--dashboard-host={LOOPBACK}"),
        format!("--dashboard-port={dashboard}"),
        "--include-dashboard=true".to_owned(),
    ];
    let mut head = node(context, ray, HEAD, 0, arguments.to_vec(), &ray.head, launcher);
    head.ports.extend([
        served(SERVICE, ray::CLIENT_PORT, client),
        served(SERVICE, ray::DASHBOARD_PORT, dashboard),
        internal(control),
    ]);
    head.ports.extend(metrics.iter().map(|(_, port)| internal(*port)));
    head.environment.extend(metrics.map(|(variable, port)| (variable, port.to_string())));
    head
}

fn worker(context: &Context, ray: &Ray, name: &str, number: u16, pool: &Pool, launcher: &TextFile) -> Process {
    let gpus = pool.gpus.iter().map(|gpus| format!("--num-gpus={}", gpus.count));
    // The head's one reads the logs of all: they are in one folder.
    let arguments =
        [format!("--address={}", Port::RayControl.address(context)), "--include-log-monitor=false".to_owned()];
    let arguments = arguments.into_iter().chain(gpus).collect();
    node(context, ray, name, number, arguments, &pool.resources, launcher)
}

/// A node. It is well when its agent says so: that is the last of its programs to come, and asks the others.
fn node(
    context: &Context,
    ray: &Ray,
    name: &str,
    number: u16,
    own: Vec<String>,
    resources: &Resources,
    launcher: &TextFile,
) -> Process {
    let ports = Raylet::of(context, number);
    let start = [launcher.path.clone(), "start".to_owned(), "--block".to_owned(), "--disable-usage-stats".to_owned()];
    let arguments = start.into_iter().chain(own).chain(listening(ports)).chain(sizes(resources)).collect();
    let mut node = process(context, name, "python", arguments, &[launcher]);
    node.environment.extend(variables(ENVIRONMENT));
    if ray.token_auth {
        node.environment.extend(variables(&[("RAY_AUTH_MODE", "token")]));
    }
    node.secrets = from_secrets(&token(ray).into_iter().collect::<Vec<_>>());
    // It lets running tasks end first.
    node.ends_within = 35;
    node.ports = ports.all().map(internal).to_vec();
    node.probe = Probe::Http { port: ports.agent_http, path: "/api/local_raylet_healthz".to_owned(), tls: false };
    node
}

fn listening(ports: Raylet) -> Vec<String> {
    vec![
        format!("--node-ip-address={LOOPBACK}"),
        format!("--node-manager-port={}", ports.node_manager),
        format!("--object-manager-port={}", ports.object_manager),
        format!("--dashboard-agent-grpc-port={}", ports.agent_grpc),
        format!("--dashboard-agent-listen-port={}", ports.agent_http),
        format!("--runtime-env-agent-port={}", ports.runtime_environment),
        format!("--metrics-export-port={}", ports.metrics),
        // Any free ones.
        "--min-worker-port=0".to_owned(),
        "--max-worker-port=0".to_owned(),
    ]
}

/// What tasks may count on. Memory is Ray's promise to itself, nothing here holds it to that; the store of objects takes
/// its part of it at once.
fn sizes(resources: &Resources) -> Vec<String> {
    let memory = resources.memory.whole();
    let objects = (memory / OBJECTS).max(LEAST_OBJECTS);
    vec![
        format!("--num-cpus={}", resources.cpu.whole().max(1)),
        format!("--memory={}", memory.saturating_sub(objects).max(LEAST_OBJECTS)),
        format!("--object-store-memory={objects}"),
    ]
}
