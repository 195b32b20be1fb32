//! Dask Gateway's REST API: the life of a cluster.
use std::time::Duration;

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Cluster;
use crate::{
    health::text,
    problem::Problem,
    verify::{causes::dask as causes, web::Web},
};

/// How long a cluster that was asked for may be unknown.
const UNSEEN: Duration = Duration::from_secs(15);
/// Longest time until a cluster runs: its scheduler's image may have to be pulled.
const STARTING: Duration = Duration::from_secs(120);
/// Longest time until clusters that are deleted are gone from the gateway's list.
const STOPPING: Duration = Duration::from_secs(60);
/// Limit of a call that makes the gateway ask others.
const CALL: Duration = Duration::from_secs(30);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// The gateway under its prefix, with or without credentials.
pub struct Gateway {
    web: Web,
}

impl Gateway {
    /// A gateway.
    pub const fn new(web: Web) -> Self {
        Self { web }
    }

    /// Where it is.
    pub fn place(&self) -> String {
        self.web.place()
    }

    /// Fails unless it says that it is well. Needs no credentials.
    pub async fn health(&self) -> Result<(), Problem> {
        let reply = self.web.get("/api/health").await?;
        if reply.ok() && reply.text("/status") == "pass" {
            Ok(())
        } else {
            Err(causes::unhealthy(&self.place(), &reply))
        }
    }

    /// The server's version. Needs no credentials.
    pub async fn version(&self) -> Result<String, Problem> {
        let reply = self.web.get("/api/version").await?;
        if !reply.ok() {
            return Err(causes::unhealthy(&self.place(), &reply));
        }
        Ok(text::line(reply.text("/version")))
    }

    /// Fails unless strangers are turned away.
    pub async fn closed_to_strangers(&self) -> Result<(), Problem> {
        let reply = self.web.get("/api/v1/options").await?;
        match reply.status {
            401 => Ok(()),
            200 => Err(causes::open_to_all(&self.place())),
            _ => Err(causes::unhealthy(&self.place(), &reply)),
        }
    }

    /// Names of the clusters of whoever the credentials belong to.
    pub async fn clusters(&self) -> Result<Vec<String>, Problem> {
        let reply = self.web.call(Method::GET, "/api/v1/clusters/", None, CALL).await?;
        if !reply.ok() {
            return Err(causes::refused(&self.place(), &reply));
        }
        Ok(reply.json.as_object().map(|clusters| clusters.keys().cloned().collect()).unwrap_or_default())
    }

    /// Asks for a cluster; its name. It is not running yet.
    pub async fn create(&self) -> Result<String, Problem> {
        let reply =
            self.web.call(Method::POST, "/api/v1/clusters/", Some(&json!({"cluster_options": {}})), CALL).await?;
        match reply.text("/name") {
            name if reply.status == 201 && !name.is_empty() => Ok(name.to_owned()),
            _ => Err(causes::refused(&self.place(), &reply)),
        }
    }

    /// Waits until a cluster runs.
    pub async fn running(&self, name: &str) -> Result<Cluster, Problem> {
        let begun = Instant::now();
        while begun.elapsed() < STARTING {
            let reply = self.web.call(Method::GET, &format!("/api/v1/clusters/{name}"), None, CALL).await?;
            match reply.text("/status") {
                "RUNNING" => return Ok(cluster(name, &reply.json)),
                "PENDING" => tokio::time::sleep(PAUSE).await,
                // The gateway's API restarts, or its proxy does.
                "" if matches!(reply.status, 500..=504) => tokio::time::sleep(PAUSE).await,
                // On Kubernetes the gateway knows what it has just made only once its own watch tells.
                "" if reply.status == 404 && begun.elapsed() < UNSEEN => tokio::time::sleep(PAUSE).await,
                "" => return Err(causes::refused(&self.place(), &reply)),
                other => return Err(causes::not_running(&text::line(other))),
            }
        }
        Err(causes::pending(STARTING.as_secs()))
    }

    /// Asks for a number of workers; how many the gateway gives, which may be fewer: limits per cluster.
    pub async fn scale(&self, name: &str, count: u32) -> Result<u32, Problem> {
        let path = format!("/api/v1/clusters/{name}/scale");
        let mut given = count;
        loop {
            let reply = self.web.call(Method::POST, &path, Some(&json!({"count": given})), CALL).await?;
            match reply.json.get("ok") {
                Some(Value::Bool(true)) => return Ok(given),
                Some(Value::Bool(false)) if given > 1 => given -= 1,
                _ => return Err(causes::scale_refused(&reply.summary())),
            }
        }
    }

    /// Workers that the scheduler counts, through the gateway's proxy.
    pub async fn workers(&self, name: &str) -> Result<u64, Problem> {
        let reply = self.web.get(&format!("/clusters/{name}/json/counts.json")).await?;
        Ok(reply.json.get("workers").and_then(Value::as_u64).unwrap_or(0))
    }

    /// Deletes every cluster of whoever the credentials belong to, and waits until the gateway lists none any more.
    pub async fn delete_all(&self) -> Result<(), Problem> {
        let begun = Instant::now();
        loop {
            let left = self.clusters().await?;
            let Some(first) = left.first() else { return Ok(()) };
            if begun.elapsed() > STOPPING {
                return Err(causes::not_deleted(first));
            }
            for name in &left {
                self.delete(name).await?;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn delete(&self, name: &str) -> Result<(), Problem> {
        let reply = self.web.call(Method::DELETE, &format!("/api/v1/clusters/{name}"), None, CALL).await?;
        if reply.ok() || reply.status == 404 { Ok(()) } else { Err(causes::not_deleted(name).detail(reply.summary())) }
    }
}

fn cluster(name: &str, report: &Value) -> Cluster {
    let read = |field: &str| report.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    Cluster { name: name.to_owned(), certificate: read("tls_cert"), key: SecretString::from(read("tls_key")) }
}
