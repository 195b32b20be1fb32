//! The hub's public address: what the answers fix, as always on this machine, else what the cluster gave its Service.
//! Must not know whether it works.
use reqwest::Url;
use serde_json::Value;

use super::{causes::hub as causes, place::Place, rungs::hub::PROXY, scene::Scene, script::said};
use crate::{
    health::text,
    plan::{components::URL, graph::HubCheck},
    problem::{Explain, Problem},
    run::ports::ObjectRef,
};

/// The URL that people type; `None` if the hub was not to be reached from outside.
pub async fn url(scene: &Scene<'_>, check: &HubCheck) -> Result<Option<Url>, Problem> {
    if let Some(url) = &check.url {
        let read = Url::parse(url);
        return read.map(Some).map_err(|_| Problem::new("bad-url", format!("`{url}` is no URL")).at("access.host"));
    }
    if matches!(scene.place, Place::Machine(_)) {
        return Ok(None);
    }
    let service = service(scene, PROXY).await?;
    let host = match said(&service, "/spec/type") {
        "LoadBalancer" => balancer(&service).ok_or_else(causes::no_load_balancer)?,
        "NodePort" => node(scene).await?,
        _ => return Ok(None),
    };
    let address = address(&service, &host);
    Url::parse(&address)
        .map(Some)
        .map_err(|_| Problem::new("bad-url", format!("`{}` is no address", text::line(&address))))
}

/// A Service of the namespace.
pub async fn service(scene: &Scene<'_>, name: &str) -> Result<Value, Problem> {
    let namespace = &scene.checks.namespace;
    let object = ObjectRef::new("v1", "Service", namespace, name);
    scene.cluster()?.get(&object).await.map_err(|error| error.explain())?.ok_or_else(|| {
        Problem::new("no-service", format!("there is no Service `{name}` in namespace `{namespace}`")).hint(format!(
            "look what is there with `kubectl -n {namespace} get services`; `hubwright install` puts it there"
        ))
    })
}

/// What people type, as the installation wrote it down at the hub's proxy.
pub fn written(service: &Value) -> Option<String> {
    let url = service.pointer("/metadata/annotations")?.get(URL)?.as_str()?;
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.as_str().trim_end_matches('/').to_owned())
}

/// Whether TLS ends behind a Service. Where it ends in front of the cluster, port 443 leads to plain HTTP.
pub fn takes_tls(service: &Value) -> bool {
    port(service, "https").is_some_and(|entry| said(entry, "/targetPort") != "http")
}

/// The Service's port for plain HTTP.
pub fn http_port(service: &Value) -> u16 {
    let entry = port(service, "http").or_else(|| service.pointer("/spec/ports/0"));
    entry.and_then(|entry| number(entry, "port")).unwrap_or(80)
}

fn port<'a>(service: &'a Value, name: &str) -> Option<&'a Value> {
    let ports = service.pointer("/spec/ports").and_then(Value::as_array)?;
    ports.iter().find(|entry| entry.get("name").and_then(Value::as_str) == Some(name))
}

/// `https://HOST:PORT` or `http://HOST:PORT` of a Service that is reached from outside.
fn address(service: &Value, host: &str) -> String {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let field = if said(service, "/spec/type") == "NodePort" { "nodePort" } else { "port" };
    if let Some(port) = port(service, "https").and_then(|entry| number(entry, field)) {
        return format!("https://{host}:{port}");
    }
    let entry = port(service, "http").or_else(|| service.pointer("/spec/ports/0"));
    format!("http://{host}:{}", entry.and_then(|entry| number(entry, field)).unwrap_or(80))
}

fn balancer(service: &Value) -> Option<String> {
    let entry = service.pointer("/status/loadBalancer/ingress/0")?;
    entry.get("ip").or_else(|| entry.get("hostname")).and_then(Value::as_str).map(str::to_owned)
}

/// An address of a node: one from outside if there is one.
async fn node(scene: &Scene<'_>) -> Result<String, Problem> {
    let nodes = scene.cluster()?.list(&ObjectRef::cluster("v1", "Node", ""), "").await;
    let nodes = nodes.map_err(|error| error.explain())?;
    let addresses = || nodes.iter().filter_map(|node| node.pointer("/status/addresses")?.as_array()).flatten();
    let of_kind =
        |kind: &str| addresses().find(|entry| said(entry, "/type") == kind).map(|entry| said(entry, "/address"));
    let found = of_kind("ExternalIP").or_else(|| of_kind("InternalIP")).map(str::to_owned);
    found.ok_or_else(|| Problem::new("no-node-address", "no node of the cluster has an address"))
}

fn number(entry: &Value, field: &str) -> Option<u16> {
    entry.get(field)?.as_u64().and_then(|number| u16::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// With `access.tls: offload` the Service has port 443, too, and it leads to plain HTTP.
    #[test]
    fn tls_that_ends_in_front_is_not_spoken_to_the_service() {
        let service = |target: &str| json!({"spec": {"ports": [{"name": "https", "targetPort": target}]}});
        assert!(takes_tls(&service("https")) && !takes_tls(&service("http")) && !takes_tls(&json!({})));
    }

    #[test]
    fn what_people_type_is_read_from_the_proxys_service() {
        let written = |url: &str| super::written(&json!({"metadata": {"annotations": {"hubwright.io/url": url}}}));
        assert_eq!(written("https://hub.example.org").as_deref(), Some("https://hub.example.org"));
        assert_eq!((written("file:///etc/passwd"), written("x")), (None, None));
    }

    #[test]
    fn the_address_follows_the_services_kind() {
        let ports =
            json!([{"name": "https", "port": 443, "nodePort": 30443}, {"name": "http", "port": 80, "nodePort": 30080}]);
        let service = |kind: &str, ports: &Value| json!({"spec": {"type": kind, "ports": ports}});
        let plain = json!([{"name": "http", "port": 80, "nodePort": 30080}]);
        assert_eq!(address(&service("LoadBalancer", &ports), "10.0.0.1"), "https://10.0.0.1:443");
        assert_eq!(address(&service("LoadBalancer", &plain), "fd00::1"), "http://[fd00::1]:80");
        assert_eq!(address(&service("NodePort", &plain), "10.0.0.1"), "http://10.0.0.1:30080");
    }
}
