//! The dashboard's HTTP API: who may ask, versions, and what the autoscaler says.
use serde_json::Value;

use crate::{
    health::text,
    problem::Problem,
    verify::{
        causes::ray as causes,
        compare::RayVersions,
        web::{Reply, Web},
    },
};

/// Whether the cluster asks for a token. Ray before 2.52 has none and does not know the question.
pub async fn asks_token(web: &Web) -> Result<bool, Problem> {
    Ok(web.get("/api/authentication_mode").await?.text("/authentication_mode") == "token")
}

/// Ray and Python of the cluster.
pub async fn versions(web: &Web) -> Result<RayVersions, Problem> {
    let reply = allowed(web, web.get("/api/v0/cluster_metadata").await?)?;
    // Newer Rays wrap the answer in `data`.
    let read = |name: &str| {
        let inner = reply.text(&format!("/data/{name}"));
        if inner.is_empty() { reply.text(&format!("/{name}")) } else { inner }.to_owned()
    };
    let versions = RayVersions { ray: text::line(&read("rayVersion")), python: text::line(&read("pythonVersion")) };
    if versions.ray.is_empty() {
        return Err(causes::unexpected(&web.place(), &reply.summary()));
    }
    Ok(versions)
}

/// Whether the cluster's control service is healthy.
pub async fn healthy(web: &Web) -> Result<Reply, Problem> {
    web.get("/api/gcs_healthz").await
}

/// What the autoscaler said since a moment (seconds since 1970).
pub async fn autoscaler_events(web: &Web, since: i64) -> Vec<String> {
    let Ok(reply) = web.get("/api/v0/cluster_events").await else { return Vec::new() };
    let events = reply.json.pointer("/data/result/result").and_then(Value::as_array);
    events.into_iter().flatten().filter(|event| seconds(event) >= since).filter_map(message).collect()
}

fn message(event: &Value) -> Option<String> {
    event.get("message").and_then(Value::as_str).map(text::line)
}

/// Events carry seconds as a number or a text.
fn seconds(event: &Value) -> i64 {
    let time = event.get("time").or_else(|| event.get("timestamp"));
    let text = time.map(|time| time.as_str().map_or_else(|| time.to_string(), str::to_owned)).unwrap_or_default();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(i64::MAX)
}

/// What tasks wait for, in Ray's words: `{'GPU': 1.0}: 1+ pending tasks/actors`.
pub async fn pending(web: &Web) -> Option<String> {
    let reply = web.get("/api/cluster_status?format=1").await.ok()?;
    let status = reply.text("/data/clusterStatus");
    let demands = status.split("Demands:").nth(1)?;
    Some(text::line(demands))
}

/// An answer, unless it says that the token is missing or wrong.
fn allowed(web: &Web, reply: Reply) -> Result<Reply, Problem> {
    match reply.status {
        401 => Err(causes::token_missing(&web.place())),
        403 => Err(causes::token_refused(&web.place())),
        _ => Ok(reply),
    }
}
