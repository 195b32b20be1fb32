//! Dask Gateway's rungs above the pods: port, HTTP, a cluster, workers. The cluster is deleted however they end.
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use crate::{
    plan::components::jupyterhub::CHECK_SERVICE,
    problem::Problem,
    verify::{
        causes::{dask as causes, network},
        compare::{self, DaskVersions},
        dask::{Cluster, gateway::Gateway, scheduler::Scheduler},
        rung::{Notes, Stop},
        scene::{Scene, needed},
        sniff::{self, Answer},
        stuck::explained,
        web::Web,
    },
};

/// Port of the gateway's proxy, for HTTP and for schedulers.
const PORT: u16 = 80;
/// How long workers may take.
const COMING: Duration = Duration::from_secs(120);
/// How long the gateway's proxy may take until it knows the way to a new scheduler.
const ROUTED: Duration = Duration::from_secs(30);
/// How long the gateway may take until it is up.
const STARTING: Duration = Duration::from_secs(60);

/// Height 1: the proxy's port answers.
pub async fn port(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let check = scene.dask()?;
    let door = scene.place.forward(scene, notes, &check.service, PORT).await?;
    match sniff::sniff(&door.addresses).await {
        Ok(Answer::Http1 | Answer::Http2) => {}
        Ok(Answer::Tls) => return Err(network::problem(sniff::Reach::Strange, &door.name).into()),
        Err(reach) => return Err(network::problem(reach, &door.name).into()),
    }
    notes.seen(door.answers());
    let _ = scene.found.dask.set(door);
    Ok(())
}

/// Height 2: the gateway is well, names its version, and turns strangers away.
pub async fn http(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let gateway = Gateway::new(web(scene)?);
    notes.tried(format!("HTTP at {}", gateway.place()));
    let begun = Instant::now();
    while let Err(problem) = gateway.health().await {
        if begun.elapsed() > STARTING {
            return Err(problem.into());
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    notes.seen(format!("healthy, version {}", gateway.version().await?));
    gateway.closed_to_strangers().await?;
    notes.seen("strangers are turned away");
    Ok(())
}

/// Height 3: a cluster starts, and its scheduler speaks.
pub async fn cluster(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let gateway = ours(scene).await?;
    notes.tried(format!("a new cluster at {}", gateway.place()));
    // The account is the check's alone, so all its clusters are leftovers.
    gateway.delete_all().await?;
    let gateway = scene.found.dask_ours.get_or_init(|| gateway);
    let begun = Instant::now();
    let name = gateway.create().await?;
    let cluster = match gateway.running(&name).await {
        Ok(cluster) => cluster,
        Err(problem) => return Err(explained(scene, problem, "dask-scheduler-").await.into()),
    };
    notes.seen(format!("cluster {} runs after {} s", cluster.name, begun.elapsed().as_secs()));
    let mut scheduler = connected(scene, &cluster).await?;
    scheduler.workers().await?;
    let packages = scheduler.versions().await?;
    notes.seen(format!("scheduler: {}", compare::show(&packages)));
    let gateway = gateway.version().await?;
    let _ = scene.found.dask_versions.set(DaskVersions { gateway, scheduler: packages });
    let _ = scene.found.cluster.set(cluster);
    Ok(())
}

/// Height 4: workers come, have the scheduler's versions, and run a function; then the cluster goes.
pub async fn workers(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let (check, cluster) = (scene.dask()?, needed(&scene.found.cluster)?);
    let gateway = needed(&scene.found.dask_ours)?;
    let wanted = check.workers.max(1);
    notes.tried(format!("{wanted} workers of cluster {}, and a function on each", cluster.name));
    let wanted = match gateway.scale(&cluster.name, wanted).await? {
        given if given < wanted => {
            notes.seen(format!("the gateway's limits allow {given} of them"));
            given
        }
        all => all,
    };
    let _ = scene.found.dask_workers.set(wanted);
    if let Err(problem) = wait_for_workers(notes, gateway, &cluster.name, wanted).await {
        return Err(explained(scene, problem, "dask-worker-").await.into());
    }
    let mut scheduler = connected(scene, cluster).await?;
    let scheduler_packages = scheduler.versions().await?;
    for (worker, packages) in scheduler.worker_versions().await? {
        compare::dask_worker(&scheduler_packages, &worker, &packages)?;
    }
    notes.seen(format!("scheduler and workers: {}", compare::show(&scheduler_packages)));
    for (worker, ran) in scheduler.run_everywhere().await? {
        ran.map_err(|words| causes::worker_failed(&worker, &words))?;
        notes.seen(format!("a function ran on {worker}"));
    }
    gateway.delete_all().await?;
    notes.seen("the cluster is deleted");
    Ok(())
}

/// The proxy learns the way to a new scheduler a moment after the gateway calls the cluster running; until then it shows a
/// certificate of its own.
async fn connected(scene: &Scene<'_>, cluster: &Cluster) -> Result<Scheduler, Problem> {
    let door = needed(&scene.found.dask)?;
    let begun = Instant::now();
    loop {
        match Scheduler::connect(door, cluster).await {
            Err(problem) if problem.code == causes::BLOCKED && begun.elapsed() < ROUTED => {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            ended => return ended,
        }
    }
}

async fn wait_for_workers(notes: &Notes, gateway: &Gateway, cluster: &str, wanted: u32) -> Result<(), Problem> {
    let begun = Instant::now();
    loop {
        let came = gateway.workers(cluster).await?;
        if came >= u64::from(wanted) {
            notes.seen(format!("{came} workers after {} s", begun.elapsed().as_secs()));
            return Ok(());
        }
        if begun.elapsed() > COMING {
            return Err(causes::workers_missing(came, wanted));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Deletes every cluster of the check's own account: this climb's, also one whose name is not known yet, and older ones.
pub async fn clean(scene: &Scene<'_>) -> Result<(), Problem> {
    let Some(gateway) = scene.found.dask_ours.get() else { return Ok(()) };
    if scene.found.cluster.get().is_none() {
        // It may have been asked for a moment ago, and not be listed yet.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    gateway.delete_all().await
}

async fn ours(scene: &Scene<'_>) -> Result<Gateway, Stop> {
    let (scheme, secret) = credentials(scene).await?;
    Ok(Gateway::new(web(scene)?.authorized(scheme, &secret)))
}

/// With a hub the token of the check's service; without one the password of the gateway's simple login.
async fn credentials(scene: &Scene<'_>) -> Result<(&'static str, SecretString), Stop> {
    if let Some(place) = &scene.dask()?.password {
        let password = scene.secret(place).await?;
        let pair = format!("{}:{}", CHECK_SERVICE, password.expose_secret());
        return Ok(("Basic", SecretString::from(STANDARD.encode(pair))));
    }
    match scene.checks.hub.as_ref().and_then(|hub| hub.token.as_ref()) {
        Some(place) => Ok(("jupyterhub", scene.secret(place).await?)),
        None => Err(Stop::Skipped(causes::no_login())),
    }
}

fn web(scene: &Scene<'_>) -> Result<Web, Problem> {
    let prefix = prefix(&scene.dask()?.address);
    Ok(Web::new(needed(&scene.found.dask)?)?.under(prefix))
}

/// `/services/dask-gateway` of `http://traefik-dask-gateway/services/dask-gateway`.
fn prefix(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default()
}
