//! JupyterHub, through the Zero to JupyterHub chart, whose schema refuses every unknown key.
//! `access` and `notebook` hold the parts about addresses and about user servers.
mod access;
mod notebook;

pub use access::URL;
pub use notebook::guaranteed;

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Context, dask, from_secret, login, ray, secrets};
use crate::{
    answers::spec::{Database, Exposure, Hub, Profile},
    plan::graph::{Action, Checks, Expect, HubCheck, Release, Step, StepId},
};

/// Id of the step; the release's name, too.
pub const STEP: &str = "jupyterhub";
/// Public repository.
const REPOSITORY: &str = "https://hub.jupyter.org/helm-chart/";
/// Name of the hub service whose token the verification uses.
pub const CHECK_SERVICE: &str = "hubwright-check";
/// User whose server the verification starts. Not the service's name: the hub refuses to let it delete itself then.
pub const CHECK_USER: &str = "hubwright-probe";

/// Installs the hub.
pub fn steps(context: &Context) -> Vec<Step> {
    let Some(hub) = &context.spec.hub else { return Vec::new() };
    vec![Step {
        id: StepId::new(STEP),
        title: "JupyterHub".to_owned(),
        needs: secrets::needed(context),
        action: Action::Release(Release {
            name: STEP.to_owned(),
            chart: "jupyterhub".to_owned(),
            repository: context.repository(REPOSITORY),
            version: context.spec.charts.jupyterhub.clone(),
            values: values(context, hub),
            skip_crds: false,
            patches: Vec::new(),
            // The pre-pull hook downloads images of several GB to every node.
            timeout: Duration::from_mins(60),
        }),
        ready: ready(hub),
        deadline: Duration::from_mins(30),
    }]
}

fn ready(hub: &Hub) -> Vec<Expect> {
    let mut ready = vec![
        Expect::Deployment("hub".to_owned()),
        Expect::Deployment("proxy".to_owned()),
        Expect::Service("hub".to_owned()),
        Expect::Service("proxy-public".to_owned()),
    ];
    if matches!(hub.database, Database::SqlitePvc { .. }) {
        ready.push(Expect::Claim("hub-db-dir".to_owned()));
    }
    if matches!(hub.access.exposure, Exposure::Ingress { .. }) {
        ready.push(Expect::Ingress("jupyterhub".to_owned()));
    }
    ready
}

/// What to prove.
pub fn checks(context: &Context, checks: &mut Checks) {
    checks.hub = context.spec.hub.as_ref().map(|hub| {
        let gpu = hub.profiles.iter().find(|profile| profile.gpus.is_some());
        HubCheck {
            profile: plain_profile(hub).map(|profile| profile.slug.clone()),
            gpu_profile: gpu.map(|profile| profile.slug.clone()),
            ..check(hub)
        }
    });
}

/// What is to be proven of a hub wherever it is. Profiles are not among it.
pub fn check(hub: &Hub) -> HubCheck {
    let authenticator = login::authenticator(&hub.login);
    HubCheck {
        url: hub.access.url(),
        login_host: authenticator.host,
        client_id: authenticator.client_id,
        callback: hub.login.callback.clone(),
        token: Some((secrets::GENERATED.to_owned(), secrets::CHECK_TOKEN.to_owned())),
        user: CHECK_USER.to_owned(),
        ..HubCheck::default()
    }
}

/// The profile that most people get, but for one with a GPU: these may be few, and have a rung of their own.
fn plain_profile(hub: &Hub) -> Option<&Profile> {
    let plain = || hub.profiles.iter().filter(|profile| profile.gpus.is_none());
    plain().find(|profile| profile.default).or(plain().next()).or(hub.profiles.first())
}

fn values(context: &Context, hub: &Hub) -> Value {
    let mut values = json!({
        "hub": hub_values(context, hub),
        "proxy": access::proxy(context, hub),
        "singleuser": notebook::singleuser(context, hub),
        "ingress": access::ingress(&hub.access),
        "cull": cull(hub),
        // One scheduler of the chart's own version beside the cluster's: it helps autoscaled clouds only, and breaks on
        // clusters that are newer than it.
        "scheduling": {"userScheduler": {"enabled": false}},
        "prePuller": {"hook": {"enabled": hub.pre_pull}, "continuous": {"enabled": hub.pre_pull}},
    });
    if let (Some(_), Some(values)) = (&context.spec.registry, values.as_object_mut()) {
        values.insert("imagePullSecrets".to_owned(), json!([secrets::REGISTRY]));
    }
    values
}

fn cull(hub: &Hub) -> Value {
    match hub.cull {
        Some(cull) => json!({"enabled": true, "timeout": cull.timeout, "every": cull.every}),
        None => json!({"enabled": false}),
    }
}

fn hub_values(context: &Context, hub: &Hub) -> Value {
    json!({
        "config": login::hub_config(&hub.login),
        "db": database(&hub.database),
        "extraEnv": environment(context, hub),
        "extraConfig": extra_config(context, hub),
        "loadRoles": roles(),
        "networkPolicy": access::network_policy(context, hub),
        "templateVars": announcement(hub),
    })
}

/// Variables of the hub's pages.
pub fn announcement(hub: &Hub) -> Value {
    hub.announcement.as_ref().map_or_else(|| json!({}), |text| json!({"announcement": text}))
}

fn database(database: &Database) -> Value {
    match database {
        Database::SqlitePvc { class } => sqlite_claim(class.as_deref()),
        Database::SqliteMemory | Database::File => json!({"type": "sqlite-memory"}),
        Database::Server { kind, url, .. } => json!({"type": kind, "url": url}),
    }
}

/// The claim is a part of the release: without the annotation, removing the release would remove who people are.
fn sqlite_claim(class: Option<&str>) -> Value {
    let mut claim = json!({"annotations": {"helm.sh/resource-policy": "keep"}});
    if let (Some(class), Some(claim)) = (class, claim.as_object_mut()) {
        claim.insert("storageClassName".to_owned(), class.into());
    }
    json!({"type": "sqlite-pvc", "pvc": claim})
}

fn environment(context: &Context, hub: &Hub) -> Map<String, Value> {
    let mut environment = login::hub_environment(&hub.login);
    environment.insert("HUBWRIGHT_CHECK_TOKEN".to_owned(), from_secret(secrets::GENERATED, secrets::CHECK_TOKEN));
    if context.spec.dask.is_some() {
        environment.insert("HUBWRIGHT_DASK_TOKEN".to_owned(), from_secret(secrets::GENERATED, secrets::DASK_TOKEN));
    }
    if let Database::Server { kind, .. } = &hub.database {
        // The drivers of both servers read their password from these variables.
        let name = if *kind == "postgres" { "PGPASSWORD" } else { "MYSQL_PWD" };
        environment.insert(name.to_owned(), from_secret(secrets::SECRETS, secrets::DATABASE_PASSWORD));
    }
    environment
}

/// Services are added in Python, so that their tokens come from our Secret: then Dask Gateway, which shows such a token,
/// need not wait for the hub's chart.
fn extra_config(context: &Context, hub: &Hub) -> Map<String, Value> {
    let mut services = format!(
        "import os\nc.JupyterHub.services.append({{\"name\": \"{CHECK_SERVICE}\", \"display\": False, \"api_token\": os.environ[\"HUBWRIGHT_CHECK_TOKEN\"]}})\n"
    );
    if context.spec.dask.is_some() {
        services.push_str(&format!(
            "c.JupyterHub.services.append({{\"name\": \"dask-gateway\", \"display\": False, \"url\": \"http://{}\", \"api_token\": os.environ[\"HUBWRIGHT_DASK_TOKEN\"]}})\n",
            dask::traefik(context)
        ));
    }
    let login = login::extra_config(&hub.login).map(|(name, text)| (name.to_owned(), text.into()));
    std::iter::once(("hubwright-services".to_owned(), services.into())).chain(login).collect()
}

/// Just enough for the verification, and for one user only.
pub fn roles() -> Value {
    let scopes: Vec<String> =
        ["admin:users", "servers", "access:servers"].iter().map(|scope| format!("{scope}!user={CHECK_USER}")).collect();
    json!({"hubwright-check": {"description": "lets hubwright start one server and run cells in it", "scopes": scopes, "services": [CHECK_SERVICE]}})
}

/// Rules that let pods reach Ray's head and Dask Gateway's proxy, by their pods' labels.
fn egress(context: &Context) -> Vec<Value> {
    let ray = context.spec.ray.as_ref().map(|ray| {
        json!({
            "to": [{"podSelector": {"matchLabels": {"ray.io/cluster": ray.name, "ray.io/node-type": "head"}}}],
            "ports": [{"port": ray::CLIENT_PORT, "protocol": "TCP"}, {"port": ray::DASHBOARD_PORT, "protocol": "TCP"}],
        })
    });
    ray.into_iter().chain(dask_egress(context)).collect()
}

fn dask_egress(context: &Context) -> Option<Value> {
    context.spec.dask.as_ref().map(|_| {
        json!({
            "to": [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "dask-gateway", "app.kubernetes.io/component": "traefik"}}}],
            "ports": [{"port": 8000, "protocol": "TCP"}],
        })
    })
}
