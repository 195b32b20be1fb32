//! Ray's rungs above the pods: ports, HTTP, handshake, tasks on every node, a GPU.
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::gpu::usable;
use crate::{
    health::text,
    problem::{Explain, Problem},
    verify::{
        causes::{network, ray as causes},
        compare::{self, RayVersions},
        door::Door,
        ray::{
            self,
            client::{RayClient, Session},
            dashboard,
            jobs::{Job, Progress, error, stop_leftovers},
            messages::Resource,
        },
        rung::{Notes, Stop},
        scene::{Scene, needed},
        script,
        sniff::{self, Answer},
        stuck::explained,
        web::Web,
    },
};

/// Limit of the CPU tasks.
const TASKS: Duration = Duration::from_secs(60);
/// Limit of the GPU task where the nodes are there.
const GPU: Duration = Duration::from_secs(60);
/// Limit of either where the autoscaler may have to make a node.
const SCALING: Duration = Duration::from_secs(600);
/// What a script has less than its job, to tell what it waits for.
const LAST_WORDS: Duration = Duration::from_secs(20);
/// How long nodes may take to join.
const JOINING: Duration = Duration::from_secs(60);

/// Height 1: both ports answer, and in the right protocol.
pub async fn ports(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let service = ray::service(scene.ray()?);
    for (port, wanted, found) in [
        (ray::CLIENT_PORT, Answer::Http2, &scene.found.ray_client),
        (ray::DASHBOARD_PORT, Answer::Http1, &scene.found.ray_http),
    ] {
        let door = scene.place.forward(scene, notes, &service, port).await?;
        expect(&door, wanted).await?;
        notes.seen(door.answers());
        let _ = found.set(door);
    }
    Ok(())
}

async fn expect(door: &Door, wanted: Answer) -> Result<(), Problem> {
    let place = &door.name;
    match sniff::sniff(&door.addresses).await {
        Ok(answer) if answer == wanted => Ok(()),
        Ok(Answer::Tls) => Err(causes::tls(place)),
        Ok(Answer::Http1) => Err(causes::wrong_port(place, "an HTTP port such as the dashboard's (8265)")),
        Ok(Answer::Http2) => Err(causes::wrong_port(place, "a gRPC port")),
        Err(reach) => Err(network::problem(reach, place)),
    }
}

/// Height 2: the dashboard answers, lets us in, and names the versions.
pub async fn http(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let door = needed(&scene.found.ray_http)?;
    let web = ray::web(scene, door).await?;
    notes.tried(format!("HTTP at {}", web.place()));
    let asks = dashboard::asks_token(&web).await?;
    notes.seen(if asks { "token auth is on" } else { "token auth is off: whoever reaches the ports runs code" });
    if asks && scene.ray()?.token.is_none() {
        return Err(causes::token_missing(&web.place()).into());
    }
    let health = dashboard::healthy(&web).await?;
    if !health.ok() {
        return Err(causes::unexpected(&web.place(), &health.summary()).into());
    }
    let versions = dashboard::versions(&web).await?;
    notes.seen(format!("Ray {}, Python {}", versions.ray, versions.python));
    let _ = scene.found.ray.set(versions);
    Ok(())
}

/// Height 3: Ray Client's handshake, as `ray.init("ray://…")` does it, and the nodes.
pub async fn handshake(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let door = needed(&scene.found.ray_client)?;
    let token = ray::token(scene).await?;
    notes.tried(format!("Ray Client handshake at {} ({})", door.url(), door.via));
    let (mut client, mut session) = session(scene, notes, door, token.as_ref()).await?;
    let info = session.versions().await;
    let complete = wait_for_nodes(scene, notes, &mut client).await;
    let resources = client.resources().await;
    session.close().await;
    let info = info?;
    notes.seen(format!(
        "Ray {} ({}), Python {}, {} client(s)",
        info.ray_version, info.ray_commit, info.python_version, info.num_clients
    ));
    complete?;
    let resources = resources?;
    notes.seen(format!("{} CPU, {} GPU", amount(&resources, "CPU"), amount(&resources, "GPU")));
    let _ = scene.found.ray_cpus.set(amount(&resources, "CPU"));
    Ok(())
}

/// Summed from 0: a bare sum of no numbers is -0.
fn amount(resources: &[Resource], name: &str) -> f64 {
    resources.iter().filter(|row| row.name == name).map(|row| row.amount).fold(0.0, |all, one| all + one)
}

/// A session; tried again where the process that the head starts for it died at once.
async fn session(
    scene: &Scene<'_>,
    notes: &Notes,
    door: &Door,
    token: Option<&SecretString>,
) -> Result<(RayClient, Session), Problem> {
    for _ in 1..causes::TRIES {
        match opened(scene, door, token).await {
            Err(died) if died.detail.as_deref().is_some_and(causes::client_process_died) => {
                notes.seen(causes::TRIED_AGAIN);
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            ended => return ended,
        }
    }
    opened(scene, door, token).await
}

async fn opened(scene: &Scene<'_>, door: &Door, token: Option<&SecretString>) -> Result<(RayClient, Session), Problem> {
    let mut client = RayClient::connect(door, &client_id(scene)?, token).await?;
    client.ping().await?;
    let session = client.open().await?;
    Ok((client, session))
}

/// A new one for every session: the head takes none twice.
fn client_id(scene: &Scene<'_>) -> Result<String, Problem> {
    let random = scene.ports.secrets.generate().map_err(|error| error.explain())?;
    Ok(random.expose_secret().chars().take(32).collect())
}

async fn wait_for_nodes(scene: &Scene<'_>, notes: &Notes, client: &mut RayClient) -> Result<(), Problem> {
    let check = scene.ray()?;
    let wanted = check.nodes;
    let begun = tokio::time::Instant::now();
    loop {
        let known = client.nodes().await?;
        let alive = known.iter().filter(|node| node.get("Alive") == Some(&Value::Bool(true))).count();
        if alive >= wanted as usize {
            notes.seen(format!("{alive} nodes alive, {wanted} wanted"));
            return Ok(());
        }
        if begun.elapsed() > JOINING {
            return Err(explained(scene, causes::nodes_missing(alive, wanted), &check.cluster).await);
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// Height 4: tasks run, on every node.
pub async fn tasks(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let web = ray::web(scene, needed(&scene.found.ray_http)?).await?;
    let left = stop_leftovers(&web).await;
    if left > 0 {
        notes.seen(format!("jobs of an earlier check that were stopped: {left}"));
    }
    let limit = cpu_limit(scene).await?;
    notes.tried("a Ray job: 21 CPU tasks, then one task on every node");
    let given = json!({"timeout": limit.saturating_sub(LAST_WORDS).as_secs()});
    let script = script::compose(&given, &[include_str!("../../../assets/verify/ray_tasks.py")]);
    let job = Job::submit(&web, &scene.found.ray_jobs, "a job of CPU tasks", &script).await?;
    let (ended, facts) = match job.finish(limit).await {
        Ok(facts) => (Ok(()), facts),
        Err((problem, facts)) => (Err(problem), facts),
    };
    let judged = judge_tasks(notes, needed(&scene.found.ray)?, &facts);
    ended?;
    judged.map_err(Stop::from)
}

/// A head may offer no CPU, so that it runs no tasks: then a worker must, or the autoscaler make one.
async fn cpu_limit(scene: &Scene<'_>) -> Result<Duration, Problem> {
    if *needed(&scene.found.ray_cpus)? >= 1.0 {
        return Ok(TASKS);
    }
    if scene.place.scales(scene).await { Ok(SCALING) } else { Err(causes::no_cpu()) }
}

fn judge_tasks(notes: &Notes, cluster: &RayVersions, facts: &[Value]) -> Result<(), Problem> {
    let mut failed = Ok(());
    for fact in script::of_kind(facts, "cpu") {
        if succeeded(fact) {
            notes.seen(format!("CPU tasks: done in {} s", took(fact)));
        } else {
            notes.seen(format!("CPU tasks: {}", error(fact)));
            failed = Err(cpu_failed(fact));
        }
    }
    for fact in script::of_kind(facts, "node") {
        let node = text::line(script::said(fact, "/node"));
        if succeeded(fact) {
            let said = |what: &str| text::line(script::said(fact, what));
            let versions = RayVersions { ray: said("/value/ray"), python: said("/value/python") };
            notes.seen(format!(
                "task on node {node}: done in {} s by Ray {}, Python {}",
                took(fact),
                versions.ray,
                versions.python
            ));
            failed = failed.and(compare::ray_node(cluster, &node, &versions));
        } else {
            notes.seen(format!("task on node {node}: {}", error(fact)));
            failed = failed.and(Err(causes::node_failed(&node, &error(fact))));
        }
    }
    failed
}

fn succeeded(fact: &Value) -> bool {
    fact.get("ok") == Some(&Value::Bool(true))
}

fn took(fact: &Value) -> &Value {
    fact.get("seconds").unwrap_or(&Value::Null)
}

fn cpu_failed(fact: &Value) -> Problem {
    let error = error(fact);
    if error.starts_with("GetTimeoutError") {
        return causes::cpu_unscheduled().detail(error);
    }
    causes::job_failed("a task that asks for one CPU", &error, "")
}

/// Height 5: what Ray believes, what is scheduled, and whether the GPU can be used: three different facts.
pub async fn gpu(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let web = ray::web(scene, needed(&scene.found.ray_http)?).await?;
    let limit = if scene.place.scales(scene).await { SCALING } else { GPU };
    notes.tried(format!("a Ray task with one GPU that writes to it and reads back, within {} s", limit.as_secs()));
    let parts =
        [include_str!("../../../assets/verify/gpu_probe.py"), include_str!("../../../assets/verify/ray_gpu.py")];
    let script = script::compose(&json!({"timeout": limit.as_secs()}), &parts);
    let since = scene.ports.clock.now().as_second();
    let job = Job::submit(&web, &scene.found.ray_jobs, "a job that asks for a GPU", &script).await?;
    let facts = follow_gpu(scene, notes, &web, &job, since, limit).await?;
    judge_gpu(scene, notes, &web, &facts).await
}

async fn follow_gpu(
    scene: &Scene<'_>,
    notes: &Notes,
    web: &Web,
    job: &Job<'_>,
    since: i64,
    limit: Duration,
) -> Result<Vec<Value>, Problem> {
    let (begun, mut told) = (tokio::time::Instant::now(), 0);
    while begun.elapsed() < limit + LAST_WORDS {
        if let Progress::Succeeded(facts) = job.look().await? {
            return Ok(facts);
        }
        let events = dashboard::autoscaler_events(web, since).await;
        for event in events.iter().skip(told) {
            notes.seen(format!("autoscaler: {event}"));
            scene.say(format!("Ray's autoscaler: {event}"));
        }
        told = events.len();
        if let Some(event) = events.iter().find(|event| event.contains("No available node types")) {
            job.stop().await;
            return Err(causes::gpu_impossible(event));
        }
    }
    job.stop().await;
    Err(no_gpu_free(scene, web).await)
}

/// With the cause that keeps a worker with a GPU from coming, if there is one.
async fn no_gpu_free(scene: &Scene<'_>, web: &Web) -> Problem {
    let problem = causes::gpu_unscheduled(&dashboard::pending(web).await.unwrap_or_default());
    match scene.ray() {
        Ok(check) => explained(scene, problem, &check.cluster).await,
        Err(_) => problem,
    }
}

async fn judge_gpu(scene: &Scene<'_>, notes: &Notes, web: &Web, facts: &[Value]) -> Result<(), Stop> {
    if let Some(believed) = script::of_kind(facts, "believed").next() {
        notes.seen(format!("Ray believes in {} GPU(s)", believed.get("gpus").unwrap_or(&Value::Null)));
    }
    let Some(fact) = script::of_kind(facts, "gpu").next() else {
        return Err(causes::unexpected(&web.place(), "the GPU job said nothing about a GPU").into());
    };
    if !succeeded(fact) {
        let problem = match script::said(fact, "/error") {
            "timeout" => no_gpu_free(scene, web).await,
            _ => causes::job_failed("a task that asks for a GPU", &error(fact), ""),
        };
        return Err(problem.into());
    }
    notes.seen(format!("a task was given a GPU on {}", script::said(fact, "/value/host")));
    usable(notes, fact.get("value").unwrap_or(&Value::Null), "ray.pools")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes, and the code of the problem, of a job that printed such facts.
    fn judged(facts: &[Value]) -> (Vec<String>, Option<String>) {
        let cluster = RayVersions { ray: "2.60.0".to_owned(), python: "3.13.1".to_owned() };
        let notes = Notes::default();
        let problem = judge_tasks(&notes, &cluster, facts).err().map(|problem| problem.code);
        (notes.read().1, problem)
    }

    fn node(address: &str, python: &str) -> Value {
        let value = json!({"host": "h", "python": python, "ray": "2.60.0"});
        json!({"kind": "node", "ok": true, "node": address, "seconds": 0.1, "value": value})
    }

    #[test]
    fn every_node_is_told_with_its_versions() {
        let cpu = json!({"kind": "cpu", "ok": true, "value": 2470, "seconds": 0.5});
        let (notes, problem) = judged(&[cpu, node("10.0.0.1", "3.13.1"), node("10.0.0.2", "3.13.9")]);
        assert_eq!(problem, None);
        assert_eq!(notes[0], "CPU tasks: done in 0.5 s");
        assert_eq!(notes[2], "task on node 10.0.0.2: done in 0.1 s by Ray 2.60.0, Python 3.13.9");
    }

    #[test]
    fn the_first_thing_that_fails_is_the_problem() {
        let lost = json!({"kind": "node", "ok": false, "node": "10.0.0.3", "error": "GetTimeoutError: \u{1b}[31mlost"});
        let (notes, problem) = judged(&[node("10.0.0.1", "3.12.1"), lost.clone()]);
        assert_eq!((problem.as_deref(), notes.len()), (Some("ray-version-mismatch"), 2));
        assert_eq!(notes[1], "task on node 10.0.0.3: GetTimeoutError: lost");
        assert_eq!(judged(&[lost]).1.as_deref(), Some("ray-node-failed"));
        let cpu = json!({"kind": "cpu", "ok": false, "error": "GetTimeoutError: Get timed out"});
        assert_eq!(judged(&[cpu]).1.as_deref(), Some("ray-job-slow"));
    }
}
