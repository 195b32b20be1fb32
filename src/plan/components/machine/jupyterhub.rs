//! JupyterHub on this machine: the proxy that browsers speak to, and the hub behind it. User servers are the hub's own
//! children; its proxy is not, so that a hub which starts again cuts nobody off.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use serde_json::{Map, Value, json};

use super::{
    super::{
        jupyterhub::{self, STEP},
        login,
        secrets::{CHECK_TOKEN, GENERATED},
    },
    Context, LOOPBACK, asset, dask, environment, from_secrets, internal, json_file,
    ports::Port,
    process, ray, secrets, served, step,
};
use crate::{
    answers::spec::{Access, Database, Hub, Tls},
    plan::graph::{Checks, Probe, Process, ServedPort, Service, Step, TextFile},
};

/// Name of the proxy's process.
pub const PROXY: &str = "proxy";
/// Name of the hub's process, and of its service.
pub const HUB: &str = "hub";
/// Service of the proxy, and its port, as they are asked for everywhere.
const PROXY_SERVICE: (&str, u16) = ("proxy-public", 80);
/// The hub's port as it is asked for everywhere.
const HUB_PORT: u16 = 8081;
/// The token that the hub shows its proxy; both read it under this name.
const TOKEN: (&str, &str, &str) = ("CONFIGPROXY_AUTH_TOKEN", GENERATED, secrets::PROXY_TOKEN);

/// Runs proxy and hub.
pub fn steps(context: &Context) -> Vec<Step> {
    let Some(hub) = &context.spec.hub else { return Vec::new() };
    let files = vec![
        asset("config/jupyterhub_config.py", include_str!("../../../../assets/local/jupyterhub_config.py")),
        json_file("config/hub.json", &given(context, hub)),
    ];
    let processes = vec![proxy(context, &hub.access), the_hub(context, hub, &files)];
    vec![step(STEP, "JupyterHub", secrets::needed(context), Service { files, processes })]
}

/// What to prove. There are no profiles here.
pub fn checks(context: &Context, checks: &mut Checks) {
    checks.hub = context.spec.hub.as_ref().map(jupyterhub::check);
}

/// The hub's API.
pub fn api(context: &Context) -> String {
    format!("http://{}/hub/api", Port::Hub.address(context))
}

/// Where people reach the proxy. Specs of this machine always say it.
fn listens(access: &Access) -> SocketAddr {
    access.listens().unwrap_or_else(|| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0))
}

fn proxy(context: &Context, access: &Access) -> Process {
    let public = listens(access);
    let certificate = certificate(access);
    let (hub, api) = (Port::Hub.address(context), Port::ProxyApi.at(context));
    let mut arguments = vec![
        environment::program(context, "configurable-http-proxy"),
        format!("--ip={}", public.ip()),
        format!("--port={}", public.port()),
        format!("--api-ip={LOOPBACK}"),
        format!("--api-port={api}"),
        format!("--default-target=http://{hub}"),
        format!("--error-target=http://{hub}/hub/error"),
    ];
    let tls = !certificate.is_empty();
    arguments.extend(certificate);
    let mut proxy = process(context, PROXY, "node", arguments, &[]);
    proxy.secrets = from_secrets(&[TOKEN]);
    let address = asked_at(public.ip());
    let port = ServedPort { address, ..served(PROXY_SERVICE.0, PROXY_SERVICE.1, public.port()) };
    proxy.ports = vec![port, internal(api)];
    proxy.probe = if public.ip() == Ipv4Addr::LOCALHOST || public.ip().is_unspecified() {
        // The proxy's own answer: behind any other path is the hub.
        Probe::Http { port: public.port(), path: "/_chp_healthz".to_owned(), tls }
    } else {
        // Probes look on loopback, where it then has its API only.
        Probe::Tcp { port: api }
    };
    proxy
}

/// Where a proxy is asked that listens on this address; `None`: on loopback as everything else.
fn asked_at(listens: IpAddr) -> Option<IpAddr> {
    match listens {
        IpAddr::V6(address) if address.is_unspecified() => Some(Ipv6Addr::LOCALHOST.into()),
        other => Some(other).filter(|address| !address.is_unspecified() && *address != Ipv4Addr::LOCALHOST),
    }
}

/// What makes the proxy speak https.
fn certificate(access: &Access) -> Vec<String> {
    match &access.tls {
        Tls::Files { certificate, key } => vec![format!("--ssl-cert={certificate}"), format!("--ssl-key={key}")],
        // In front of it, or of a cluster.
        Tls::Off | Tls::Offload | Tls::Secret { .. } | Tls::CertManager { .. } | Tls::LetsEncrypt { .. } => Vec::new(),
    }
}

fn the_hub(context: &Context, hub: &Hub, files: &[TextFile]) -> Process {
    // By Python itself: see Dask Gateway.
    let start = ["-m", "jupyterhub"].map(str::to_owned);
    let config = files.iter().take(1).map(|file| format!("--config={{folder}}/{}", file.path));
    let arguments = start.into_iter().chain(config).collect();
    let mut process = process(context, HUB, "python", arguments, &files.iter().collect::<Vec<_>>());
    let spec = context.spec;
    let token = spec.ray.iter().filter_map(ray::token);
    let dask = spec.dask.iter().map(|_| dask::TOKEN);
    let own = [TOKEN, ("HUBWRIGHT_CHECK_TOKEN", GENERATED, CHECK_TOKEN), login::hub_secret(&hub.login)];
    process.secrets = from_secrets(&own.into_iter().chain(dask).chain(token).collect::<Vec<_>>());
    let port = Port::Hub.at(context);
    process.ports = vec![served(HUB, HUB_PORT, port)];
    process.probe = Probe::Http { port, path: "/hub/health".to_owned(), tls: false };
    process
}

/// What `jupyterhub_config.py` reads: the environment of notebooks, and what the hub's own classes are told.
fn given(context: &Context, hub: &Hub) -> Value {
    json!({
        "environment": notebook_environment(context),
        "dask": context.spec.dask.as_ref().map(|_| dask::behind(context)),
        "cull": hub.cull.map(|cull| json!({"timeout": cull.timeout, "every": cull.every})),
        "config": config(context, hub),
    })
}

fn notebook_environment(context: &Context) -> Map<String, Value> {
    let ray = context.spec.ray.iter().flat_map(|ray| ray::notebook_environment(context, ray));
    ray.chain(context.spec.dask.iter().flat_map(|_| dask::notebook_environment(context))).collect()
}

/// Traits by class: the login's, and where hub and proxy find each other.
fn config(context: &Context, hub: &Hub) -> Value {
    let mut config = login::hub_config(&hub.login);
    let own = [
        Some(("bind_url", json!(bind_url(&hub.access)))),
        Some(("hub_port", json!(Port::Hub.at(context)))),
        Some(("template_vars", jupyterhub::announcement(hub))),
        // The hub cannot see that there is https in front of it.
        hub.access.url().filter(|_| hub.access.tls != Tls::Off).map(|url| ("public_url", json!(url))),
        (hub.database == Database::SqliteMemory).then(|| ("db_url", json!("sqlite://"))),
    ];
    if let Some(Value::Object(section)) = config.get_mut("JupyterHub") {
        section.extend(own.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)));
    }
    if let Some(config) = config.as_object_mut() {
        let api = format!("http://{}", Port::ProxyApi.address(context));
        config.insert("ConfigurableHTTPProxy".to_owned(), json!({"api_url": api}));
    }
    config
}

/// Where the proxy listens, as the hub is told.
fn bind_url(access: &Access) -> String {
    let scheme = if certificate(access).is_empty() { "http" } else { "https" };
    format!("{scheme}://{}", listens(access))
}
