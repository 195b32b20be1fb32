//! Height 6: a check user's real server, as users will have it. What it leaves is removed however it ends: kernel, server, user, home.
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};

use super::gpu::usable;
use crate::{
    health::text,
    problem::Problem,
    verify::{
        causes::{hub as causes, ray as ray_causes},
        compare::{self, NotebookVersions},
        door::Door,
        hub::{
            Server,
            api::Hub,
            kernel::{Kernel, Output},
        },
        rung::{Notes, Stop},
        scene::{Scene, needed},
        script,
        stuck::{explained, hopeless},
        web::Web,
    },
};

/// How long a server may take: a node may have to be made for it first.
const SPAWN: Duration = Duration::from_secs(400);
/// Limits of the cells.
const VERSIONS: Duration = Duration::from_secs(30);
const REACH: Duration = Duration::from_secs(15);
const RAY: Duration = Duration::from_secs(60);
const GPU: Duration = Duration::from_secs(60);
const DASK: Duration = Duration::from_secs(240);
const SWEEP: Duration = Duration::from_secs(40);

const SWEEP_CELL: &str = include_str!("../../../assets/verify/cell_sweep.py");

/// The check's user gets a server and a kernel. What an earlier check left is removed first.
pub async fn server(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let (check, hub) = (scene.hub()?, hub(scene).await?);
    notes.tried(format!("a server of user `{}` at {}", hub.user, hub.web.place()));
    hub.may_all().await?;
    let hub = scene.found.keeper.get_or_init(|| hub);
    hub.remove_user().await?;
    hub.create_user().await?;
    let kernel = spawn(scene, notes, hub, check.profile.as_deref()).await?;
    notes.seen("server and kernel run");
    let _ = scene.found.server.set(Server { kernel });
    Ok(())
}

async fn spawn(scene: &Scene<'_>, notes: &Notes, hub: &Hub, profile: Option<&str>) -> Result<Kernel, Problem> {
    let told = Mutex::new(Vec::new());
    let say = |message: &str| {
        told.lock().unwrap_or_else(PoisonError::into_inner).push(message.to_owned());
        scene.say(format!("check's server: {message}"));
    };
    let pod = format!("jupyter-{}", hub.user);
    let started = tokio::select! {
        started = hub.start(profile, &say) => match started {
            Ok(server) => Ok(server),
            Err(problem) => Err(explained(scene, problem, &pod).await),
        },
        problem = hopeless(scene, causes::spawn_stuck(), &pod) => Err(problem),
        () = scene.ports.clock.sleep(SPAWN) => Err(explained(scene, causes::spawn_slow(SPAWN.as_secs()), &pod).await),
    };
    if started.is_err() {
        told.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|message| notes.seen(message));
    }
    let server = match started {
        Ok(server) => server,
        Err(problem) => return Err(scene.place.not_started(scene, problem).await),
    };
    hub.answers(&server).await?;
    Kernel::start(server).await
}

/// What is installed in the notebook; JupyterHub's major must be the hub's.
pub async fn versions(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let kernel = &needed(&scene.found.server)?.kernel;
    notes.tried("a cell that lists what is installed");
    let output =
        cell(kernel, "listing what is installed", include_str!("../../../assets/verify/cell_versions.py"), VERSIONS)
            .await?;
    let facts = output.facts();
    let packages =
        script::of_kind(&facts, "versions").next().and_then(|fact| fact.get("packages")?.as_object().cloned());
    let packages =
        packages.into_iter().flatten().map(|(name, version)| (name, text::line(version.as_str().unwrap_or("?"))));
    let versions: NotebookVersions = packages.collect();
    notes.seen(compare::show(&versions));
    compare::hub(needed(&scene.found.hub_version)?, &versions)?;
    let _ = scene.found.notebook.set(versions);
    Ok(())
}

/// Ray from the notebook: first the versions, then the way, then the guides' cell.
pub async fn ray(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let kernel = &needed(&scene.found.server)?.kernel;
    let check = scene.ray()?;
    let address = check.address.as_str();
    notes.tried(format!("versions, the way, then `ray.init(\"{address}\")` and four tasks"));
    compare::ray(needed(&scene.found.ray)?, needed(&scene.found.notebook)?)?;
    reach(kernel, address).await?;
    let code = script::compose(&json!({"address": address}), &[include_str!("../../../assets/verify/cell_ray.py")]);
    let mut output = kernel.run(&code, RAY).await?;
    for _ in 1..ray_causes::TRIES {
        if !output.error.as_deref().is_some_and(ray_causes::client_process_died) {
            break;
        }
        notes.seen(ray_causes::TRIED_AGAIN);
        output = kernel.run(&code, RAY).await?;
    }
    if let Some(error) = &output.error {
        return Err(ray_failed(address, check.token.is_some(), error).into());
    }
    for fact in script::of_kind(&output.facts(), "context") {
        let said = |name: &str| text::line(script::said(fact, name));
        notes.seen(format!(
            "ClientContext: Ray {} ({}), Python {}, dashboard {}",
            said("/ray_version"),
            said("/ray_commit"),
            said("/python_version"),
            said("/dashboard_url")
        ));
    }
    expect(&output, "task", notes, "the tasks returned")?;
    Ok(())
}

async fn reach(kernel: &Kernel, address: &str) -> Result<(), Problem> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (host, port) = rest.rsplit_once(':').unwrap_or((rest, "10001"));
    let given = json!({"host": host, "port": port.parse::<u16>().unwrap_or(10001)});
    let code = script::compose(&given, &[include_str!("../../../assets/verify/cell_reach.py")]);
    let facts = cell(kernel, "looking for Ray's address", &code, REACH).await?.facts();
    let Some(fact) = script::of_kind(&facts, "reach").next() else { return Ok(()) };
    match script::said(fact, "/verdict") {
        "ok" => Ok(()),
        verdict => Err(causes::notebook_blocked(address, verdict, script::said(fact, "/words"))),
    }
}

/// Ray's own message is the same for many causes; those that the cell before cannot see are told by their words, and by
/// whether the cluster asks for a token.
fn ray_failed(address: &str, token: bool, error: &str) -> Problem {
    let timeout = error.contains("connection timeout");
    if ray_causes::client_process_died(error) || (timeout && !token) {
        return ray_causes::no_session(address).detail(error);
    }
    if error.contains("Version mismatch") || (error.contains("Initialization failure") && error.contains("Error")) {
        return Problem::new(
            "ray-version-mismatch",
            "Ray Client refuses to connect: the notebook's Ray or Python differs from the cluster's",
        )
        .detail(error)
        .at("notebook.tag");
    }
    if timeout || error.contains("authentication token") {
        return ray_causes::token_refused(address).detail(error).hint(
            "notebooks need `RAY_AUTH_MODE` and `RAY_AUTH_TOKEN`: servers that were started before a change lack them",
        );
    }
    causes::cell_failed("the guides' Ray cell", error)
}

/// Dask from the notebook: first the versions, then the guides' cell. Older clusters of the check's user are stopped first.
pub async fn dask(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let kernel = &needed(&scene.found.server)?.kernel;
    let workers = *needed(&scene.found.dask_workers)?;
    notes.tried(format!("versions, then a cluster with {workers} workers, a mean, and its shutdown"));
    let (cluster, notebook) = (needed(&scene.found.dask_versions)?, needed(&scene.found.notebook)?);
    compare::gateway(cluster, notebook).iter().for_each(|words| notes.seen(words));
    compare::dask(cluster, notebook)?;
    let parts = [SWEEP_CELL, include_str!("../../../assets/verify/cell_dask.py")];
    scene.found.sweep.store(true, std::sync::atomic::Ordering::Relaxed);
    let output =
        cell(kernel, "the guides' Dask cell", &script::compose(&json!({"workers": workers}), &parts), DASK).await?;
    scene.found.sweep.store(false, std::sync::atomic::Ordering::Relaxed);
    for (kind, what) in [("cluster", "cluster"), ("workers", "workers"), ("mean", "mean"), ("end", "shut down")] {
        expect(&output, kind, notes, what)?;
    }
    Ok(())
}

/// A GPU in the notebook: another server, with the profile that has one.
pub async fn gpu(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let (check, hub) = (scene.hub()?, needed(&scene.found.keeper)?);
    let profile = check.gpu_profile.as_deref();
    notes.tried(format!("a server with profile `{}`, and its GPU", profile.unwrap_or_default()));
    hub.stop().await?;
    let kernel = spawn(scene, notes, hub, profile).await?;
    let parts =
        [include_str!("../../../assets/verify/gpu_probe.py"), include_str!("../../../assets/verify/cell_gpu.py")];
    let facts = cell(&kernel, "the GPU cell", &parts.join("\n"), GPU).await?.facts();
    let Some(fact) = script::of_kind(&facts, "gpu").next() else {
        return Err(causes::cell_failed("the GPU cell", "it said nothing").into());
    };
    usable(notes, fact.get("value").unwrap_or(&Value::Null), "profiles")
}

/// Removes what the rungs left: Dask clusters of the check's user, the server with its kernel, the user, the home.
pub async fn clean(scene: &Scene<'_>) -> Result<(), Problem> {
    let Some(hub) = scene.found.keeper.get() else { return Ok(()) };
    if let (Some(server), true) =
        (scene.found.server.get(), scene.found.sweep.load(std::sync::atomic::Ordering::Relaxed))
    {
        // Servers can hang: then the user and the home go all the same.
        let _ = tokio::time::timeout(SWEEP, sweep(&server.kernel)).await;
    }
    if let Some(server) = scene.found.server.get() {
        server.kernel.stop().await;
    }
    hub.remove_user().await?;
    scene.place.remove_home(scene, &hub.user).await
}

/// The kernel may still be busy with the cell that was cut off: another one stops the clusters.
async fn sweep(kernel: &Kernel) {
    if let Ok(other) = kernel.another().await {
        let _ = other.run(SWEEP_CELL, SWEEP).await;
        other.stop().await;
    }
}

async fn cell(kernel: &Kernel, what: &str, code: &str, limit: Duration) -> Result<Output, Problem> {
    let output = kernel.run(code, limit).await?;
    match &output.error {
        Some(error) => Err(causes::cell_failed(what, error)),
        None => Ok(output),
    }
}

/// Notes a fact that the cell must have printed.
fn expect(output: &Output, kind: &str, notes: &Notes, what: &str) -> Result<(), Problem> {
    let facts = output.facts();
    let fact = script::of_kind(&facts, kind).next();
    let fact = fact.ok_or_else(|| causes::cell_failed("a cell", &format!("it did not come to: {what}")))?;
    let mut fact = fact.clone();
    if let Some(fields) = fact.as_object_mut() {
        fields.remove("kind");
    }
    notes.seen(if kind == "end" { what.to_owned() } else { format!("{what}: {fact}") });
    Ok(())
}

async fn hub(scene: &Scene<'_>) -> Result<Hub, Stop> {
    let check = scene.hub()?;
    let Some(place) = &check.token else { return Err(Stop::Skipped(causes::no_token())) };
    let door: &Door = scene.found.public.get().map_or_else(|| needed(&scene.found.hub), Ok)?;
    let web = Web::new(door)?.under(&check.base).authorized("token", &scene.secret(place).await?);
    Ok(Hub { web, user: check.user.clone() })
}
