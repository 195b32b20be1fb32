//! Dask Gateway on this machine: its server, which brings its proxy, and the clusters of people as processes. With a hub it
//! lets the hub's people in and is reached by browsers through the hub's proxy; without one it asks a made-up password.
use serde_json::{Map, Value, json};

use super::{
    super::{
        dask::{self, PREFIX, STEP},
        secrets::{DASK_PASSWORD, DASK_TOKEN, GENERATED},
    },
    Context, asset, from_secrets, internal, json_file, jupyterhub,
    ports::Port,
    process, secrets, served, step,
};
use crate::{
    answers::spec::{Dask, Resources},
    plan::graph::{Checks, DaskCheck, Probe, Process, Service, Step, TextFile},
};

/// Name of the process, and of its service.
pub const PROCESS: &str = "dask-gateway";
/// Port of the gateway's proxy as it is asked for everywhere.
const PORT: u16 = 80;

/// Runs the gateway.
pub fn steps(context: &Context) -> Vec<Step> {
    let Some(dask) = &context.spec.dask else { return Vec::new() };
    let files = vec![
        asset("config/dask_gateway_config.py", include_str!("../../../../assets/local/dask_gateway_config.py")),
        json_file("config/dask.json", &given(context, dask)),
    ];
    let processes = vec![gateway(context, &files)];
    vec![step(STEP, "Dask Gateway", secrets::needed(context), Service { files, processes })]
}

/// What to prove.
pub fn checks(context: &Context, checks: &mut Checks) {
    checks.dask = context.spec.dask.as_ref().map(|_| DaskCheck {
        service: PROCESS.to_owned(),
        address: address(context),
        ..dask::check(context)
    });
}

/// Where the hub's proxy finds the gateway.
pub fn behind(context: &Context) -> String {
    format!("http://{}", Port::DaskProxy.address(context))
}

/// Environment of a notebook.
pub fn notebook_environment(context: &Context) -> Map<String, Value> {
    dask::reached(&address(context), &Port::DaskProxy.address(context))
}

/// The variable that holds the token which the gateway shows the hub.
pub const TOKEN: (&str, &str, &str) = ("HUBWRIGHT_DASK_TOKEN", GENERATED, DASK_TOKEN);

fn address(context: &Context) -> String {
    format!("{}{PREFIX}", behind(context))
}

fn gateway(context: &Context, files: &[TextFile]) -> Process {
    // By Python itself: the first line of an installed script holds a path, and may be too long for the system.
    let start = ["-c", "from dask_gateway_server.app import main; main()"].map(str::to_owned);
    let config = files.iter().take(1).map(|file| format!("--config={{folder}}/{}", file.path));
    let arguments = start.into_iter().chain(config).collect();
    let mut gateway = process(context, PROCESS, "python", arguments, &files.iter().collect::<Vec<_>>());
    let (proxy, server) = (Port::DaskProxy.at(context), Port::DaskServer.at(context));
    let password = ("DASK_PASSWORD", GENERATED, DASK_PASSWORD);
    gateway.secrets = from_secrets(&[if context.spec.hub.is_some() { TOKEN } else { password }]);
    gateway.ports = vec![served(PROCESS, PORT, proxy), internal(server)];
    gateway.probe = Probe::Http { port: proxy, path: format!("{PREFIX}/api/health"), tls: false };
    gateway
}

/// What `dask_gateway_config.py` reads.
fn given(context: &Context, dask: &Dask) -> Value {
    json!({
        "hub": context.spec.hub.as_ref().map(|_| jupyterhub::api(context)),
        "clusters_per_user": dask.limits.clusters_per_user,
        "config": {
            "DaskGateway": {"address": Port::DaskServer.address(context)},
            "Proxy": {"address": Port::DaskProxy.address(context)},
            "ClusterConfig": cluster(dask),
        },
    })
}

/// Sizes of schedulers and workers, and limits. Cores are whole here.
fn cluster(dask: &Dask) -> Value {
    let cores = |resources: &Resources| resources.cpu.whole().max(1);
    let mut traits = Map::from_iter([
        ("scheduler_cores".to_owned(), json!(cores(&dask.scheduler))),
        ("scheduler_memory".to_owned(), json!(dask.scheduler.memory.whole())),
        ("worker_cores".to_owned(), json!(cores(&dask.worker))),
        ("worker_memory".to_owned(), json!(dask.worker.memory.whole())),
    ]);
    traits.extend(dask::limits(&dask.limits).into_iter().map(|(name, amount)| (name.to_owned(), amount)));
    Value::Object(traits)
}
