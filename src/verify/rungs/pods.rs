//! Height 0: something is there. Services exist and have ready endpoints; where they have none, the pods say why.
use std::time::Duration;

use serde_json::Value;

use crate::{
    health::text,
    problem::{Explain, Problem},
    run::ports::ObjectRef,
    verify::{
        public,
        ray::service,
        rung::{Notes, Stop},
        scene::Scene,
        stuck::explained,
    },
};

/// Pause between two looks.
const PAUSE: Duration = Duration::from_secs(2);
/// How long a service may have no endpoint before that is a failure: pods that restart come back within this time.
const PATIENCE: Duration = Duration::from_secs(120);

/// The hub and its proxy.
pub async fn hub(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    behind(scene, notes, "hub").await?;
    behind(scene, notes, "proxy-public").await
}

/// Ray's head.
pub async fn ray(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    behind(scene, notes, service(scene.ray()?)).await
}

/// Dask Gateway's proxy.
pub async fn dask(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    behind(scene, notes, &scene.dask()?.service).await
}

/// Waits until a Service has a ready endpoint.
async fn behind(scene: &Scene<'_>, notes: &Notes, service: &str) -> Result<(), Stop> {
    notes.tried(format!("endpoints of Service `{service}`"));
    let spec = public::service(scene, service).await?;
    let begun = tokio::time::Instant::now();
    loop {
        let ready = ready_endpoints(scene, service).await?;
        if ready > 0 {
            let word = if ready == 1 { "endpoint" } else { "endpoints" };
            notes.seen(format!("Service `{service}`: {ready} ready {word}"));
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err(no_endpoints(scene, notes, service, &spec).await.into());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn ready_endpoints(scene: &Scene<'_>, service: &str) -> Result<usize, Problem> {
    let kind = ObjectRef::new("discovery.k8s.io/v1", "EndpointSlice", &scene.checks.namespace, "");
    let selector = format!("kubernetes.io/service-name={service}");
    let slices = scene.cluster()?.list(&kind, &selector).await.map_err(|error| error.explain())?;
    let endpoints = slices.iter().filter_map(|slice| slice.get("endpoints")?.as_array()).flatten();
    Ok(endpoints.filter(|endpoint| endpoint.pointer("/conditions/ready") != Some(&Value::Bool(false))).count())
}

async fn no_endpoints(scene: &Scene<'_>, notes: &Notes, service: &str, spec: &Value) -> Problem {
    let namespace = &scene.checks.namespace;
    let selector = selector(spec);
    let kind = ObjectRef::new("v1", "Pod", namespace, "");
    let pods = match scene.cluster() {
        Ok(cluster) => cluster.list(&kind, &selector).await.unwrap_or_default(),
        Err(problem) => return problem,
    };
    for pod in &pods {
        notes.seen(format!("pod {}", state(pod)));
    }
    let why = if pods.is_empty() { "no pod carries its labels" } else { "none of its pods is ready" };
    let problem = Problem::new("no-endpoints", format!("nothing answers behind Service `{service}`: {why}"))
        .hint(format!("`kubectl -n {namespace} get pods -l {selector}` shows the pods, `kubectl -n {namespace} get events` why they do not start"))
        .retry();
    let name = pods.iter().find_map(|pod| pod.pointer("/metadata/name")?.as_str());
    explained(scene, problem, name.unwrap_or(service)).await
}

fn selector(service: &Value) -> String {
    let labels = service.pointer("/spec/selector").and_then(Value::as_object).into_iter().flatten();
    labels.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect::<Vec<_>>().join(",")
}

/// `hub-abc: Pending, ImagePullBackOff`.
fn state(pod: &Value) -> String {
    let name = pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or("?");
    let phase = pod.pointer("/status/phase").and_then(Value::as_str).unwrap_or("?");
    let statuses = pod.pointer("/status/containerStatuses").and_then(Value::as_array).into_iter().flatten();
    let reasons = statuses.filter_map(|status| status.pointer("/state/waiting/reason")?.as_str());
    text::line(
        &std::iter::once(format!("{name}: {phase}")).chain(reasons.map(str::to_owned)).collect::<Vec<_>>().join(", "),
    )
}
