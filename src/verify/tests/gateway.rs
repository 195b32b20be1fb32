//! A Dask Gateway as the check sees it, with the answers of dask-gateway-server 2026.3; its clusters' schedulers say what
//! distributed 2026.3.0 said.
use std::{collections::BTreeMap, sync::Mutex};

use serde_json::{Value, json};

use super::server::{PEM, Reply, Request, Site};
use crate::{run::tests::time::lock, verify::dask::frames::field};

const PREFIX: &str = "/services/dask-gateway";

#[derive(Default)]
pub struct Gateway {
    /// Most workers of a cluster; `None`: as many as are asked for.
    limit: Option<u64>,
    /// Whether workers never come.
    empty: bool,
    /// Workers by cluster.
    clusters: Mutex<BTreeMap<String, u64>>,
    made: Mutex<u32>,
}

impl Gateway {
    pub fn limited_to(workers: u64) -> Self {
        Self { limit: Some(workers), ..Self::default() }
    }

    /// Workers never come.
    pub fn without_workers() -> Self {
        Self { empty: true, ..Self::default() }
    }

    /// What a check that was killed left.
    pub fn leave_a_cluster(&self) {
        lock(&self.clusters).insert("hub.left".to_owned(), 0);
    }

    pub fn clusters(&self) -> Vec<String> {
        lock(&self.clusters).keys().cloned().collect()
    }

    fn make(&self) -> Reply {
        let mut made = lock(&self.made);
        *made += 1;
        let name = format!("hub.made{made}");
        lock(&self.clusters).insert(name.clone(), 0);
        Reply::Json(201, json!({"name": name}))
    }

    fn scale(&self, cluster: &str, count: u64) -> Reply {
        let given = self.limit.map_or(count, |limit| count.min(limit));
        lock(&self.clusters).insert(cluster.to_owned(), given);
        let words = format!("Scale request of {count} workers would exceed resource limit of {given} workers");
        let words = if given == count { Value::Null } else { words.into() };
        Reply::Json(200, json!({"ok": given == count, "msg": words}))
    }

    fn cluster(&self, method: &str, rest: &str, body: &Value) -> Reply {
        let (name, action) = rest.split_once('/').unwrap_or((rest, ""));
        if !lock(&self.clusters).contains_key(name) {
            return Reply::Json(404, Value::Null);
        }
        match (method, action) {
            ("GET", "") => {
                Reply::Json(200, json!({"name": name, "status": "RUNNING", "tls_cert": PEM, "tls_key": PEM}))
            }
            ("DELETE", "") => {
                lock(&self.clusters).remove(name);
                Reply::Json(204, Value::Null)
            }
            ("POST", "scale") => self.scale(name, body["count"].as_u64().unwrap()),
            _ => Reply::Json(405, Value::Null),
        }
    }

    fn workers(&self, path: &str) -> Option<u64> {
        let name = path.strip_prefix("/clusters/")?.strip_suffix("/json/counts.json")?;
        let workers = lock(&self.clusters).get(name).copied();
        if self.empty { Some(0) } else { workers }
    }
}

impl Site for Gateway {
    fn answer(&self, request: &Request) -> Reply {
        let Some(path) = request.path.strip_prefix(PREFIX) else { return Reply::Json(404, Value::Null) };
        if let Some(workers) = self.workers(path) {
            return Reply::Json(200, json!({"workers": workers}));
        }
        match (request.method.as_str(), path) {
            (_, "/api/health") => Reply::Json(200, json!({"status": "pass"})),
            (_, "/api/version") => Reply::Json(200, json!({"version": "2026.3.0"})),
            (_, "/api/v1/options") => Reply::Json(401, Value::Null),
            ("POST", "/api/v1/clusters/") => self.make(),
            ("GET", "/api/v1/clusters/") => {
                let all: BTreeMap<String, Value> = self.clusters().into_iter().map(|name| (name, json!({}))).collect();
                Reply::Json(200, json!(all))
            }
            (method, path) => match path.strip_prefix("/api/v1/clusters/") {
                Some(rest) => self.cluster(method, rest, &request.body),
                None => Reply::Json(404, Value::Null),
            },
        }
    }

    fn scheduled(&self, message: &rmpv::Value) -> &'static [u8] {
        let operation = |message: &rmpv::Value| field(message, "op").and_then(|op| op.as_str().map(str::to_owned));
        match (operation(message).as_deref(), field(message, "msg").and_then(operation).as_deref()) {
            (Some("identity"), _) => include_bytes!("../dask/recorded/identity.bin"),
            (Some("versions"), _) => include_bytes!("../dask/recorded/versions.bin"),
            (Some("broadcast"), Some("versions")) => include_bytes!("../dask/recorded/worker-versions.bin"),
            (Some("broadcast"), Some("run")) => include_bytes!("../dask/recorded/run.bin"),
            _ => include_bytes!("../dask/recorded/hello.bin"),
        }
    }
}
