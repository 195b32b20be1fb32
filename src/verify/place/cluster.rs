//! The ladder in a cluster: Services with ready endpoints, port-forwards, claims.
use std::time::Duration;

use serde_json::Value;

use crate::{
    health::text,
    problem::{Explain, Problem},
    run::ports::{Cluster, ObjectRef},
    verify::{
        door::Door,
        public,
        rung::{Notes, Stop},
        rungs::hub::PROXY,
        scene::Scene,
        stuck::explained,
    },
};

/// Pause between two looks.
const PAUSE: Duration = Duration::from_secs(2);
/// How long a service may have no endpoint before that is a failure: pods that restart come back within this time.
const PATIENCE: Duration = Duration::from_secs(120);
/// Service of the plain proxy behind the chart's own ACME client, and its port.
const PLAIN_PROXY: (&str, u16) = ("proxy-http", 8000);

/// Waits until a Service has a ready endpoint.
pub async fn behind(cluster: &dyn Cluster, scene: &Scene<'_>, notes: &Notes, service: &str) -> Result<(), Stop> {
    notes.tried(format!("endpoints of Service `{service}`"));
    let spec = public::service(scene, service).await?;
    let begun = tokio::time::Instant::now();
    loop {
        let ready = ready_endpoints(cluster, scene, service).await?;
        if ready > 0 {
            let word = if ready == 1 { "endpoint" } else { "endpoints" };
            notes.seen(format!("Service `{service}`: {ready} ready {word}"));
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err(no_endpoints(cluster, scene, notes, service, &spec).await.into());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn ready_endpoints(cluster: &dyn Cluster, scene: &Scene<'_>, service: &str) -> Result<usize, Problem> {
    let kind = ObjectRef::new("discovery.k8s.io/v1", "EndpointSlice", &scene.checks.namespace, "");
    let selector = format!("kubernetes.io/service-name={service}");
    let slices = cluster.list(&kind, &selector).await.map_err(|error| error.explain())?;
    let endpoints = slices.iter().filter_map(|slice| slice.get("endpoints")?.as_array()).flatten();
    Ok(endpoints.filter(|endpoint| endpoint.pointer("/conditions/ready") != Some(&Value::Bool(false))).count())
}

async fn no_endpoints(cluster: &dyn Cluster, scene: &Scene<'_>, notes: &Notes, service: &str, spec: &Value) -> Problem {
    let namespace = &scene.checks.namespace;
    let selector = selector(spec);
    let pods = cluster.list(&ObjectRef::new("v1", "Pod", namespace, ""), &selector).await.unwrap_or_default();
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

/// Where https is on, port 80 only redirects: then the plain proxy behind it if there is one, else the https port.
pub async fn hub(scene: &Scene<'_>, notes: &Notes) -> Result<Door, Problem> {
    let service = public::service(scene, PROXY).await?;
    if !public::takes_tls(&service) {
        return scene.place.forward(scene, notes, PROXY, public::http_port(&service)).await;
    }
    let (name, port) = PLAIN_PROXY;
    if public::service(scene, name).await.is_ok() {
        return scene.place.forward(scene, notes, name, port).await;
    }
    Ok(scene.place.forward(scene, notes, PROXY, 443).await?.with_tls())
}

/// Whether Ray may make nodes by itself.
pub async fn scales(cluster: &dyn Cluster, scene: &Scene<'_>) -> bool {
    let Ok(check) = scene.ray() else { return false };
    let object = ObjectRef::new("ray.io/v1", "RayCluster", &scene.checks.namespace, &check.cluster);
    let found = cluster.get(&object).await.ok().flatten();
    found.is_some_and(|found| found.pointer("/spec/enableInTreeAutoscaling") == Some(&Value::Bool(true)))
}

/// Deletes the claim of a user by the annotation that `KubeSpawner` writes.
pub async fn remove_home(cluster: &dyn Cluster, scene: &Scene<'_>, user: &str) -> Result<(), Problem> {
    let kind = ObjectRef::new("v1", "PersistentVolumeClaim", &scene.checks.namespace, "");
    let claims = cluster.list(&kind, "component=singleuser-storage").await.map_err(|error| error.explain())?;
    let owned = claims.iter().filter(|claim| owner(claim) == Some(user));
    for name in owned.filter_map(|claim| claim.pointer("/metadata/name")?.as_str()) {
        let claim = ObjectRef { name: name.to_owned(), ..kind.clone() };
        cluster.delete(&claim).await.map_err(|error| error.explain())?;
    }
    Ok(())
}

fn owner(claim: &Value) -> Option<&str> {
    claim.pointer("/metadata/annotations/hub.jupyter.org~1username")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_check_users_home_is_its_own() {
        let claim =
            |user: &str| json!({"metadata": {"name": "claim-x", "annotations": {"hub.jupyter.org/username": user}}});
        assert_eq!(owner(&claim("hubwright-probe")), Some("hubwright-probe"));
        assert_eq!(owner(&json!({"metadata": {"name": "claim-hubwright-probe"}})), None);
    }
}
