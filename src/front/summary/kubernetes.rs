//! What a person does next with a hub in a cluster.
use crate::{
    answers::spec::{Exposure, Hub, Provider, Tls},
    plan::components,
};

/// Where the hub is, and how to log in.
pub fn hub(hub: &Hub, namespace: &str, verified: bool) -> Vec<String> {
    [open(hub, namespace, verified), log_in(hub, namespace)].into_iter().flatten().collect()
}

/// Commands for later.
pub fn next(namespace: &str) -> Vec<String> {
    vec![format!("check again: `hubwright verify -n {namespace}`   remove: `hubwright uninstall -n {namespace}`")]
}

fn open(hub: &Hub, namespace: &str, verified: bool) -> Option<String> {
    let place = match (hub.access.url(), &hub.access.exposure) {
        (_, Exposure::ClusterIp) if hub.access.tls != Tls::Offload => {
            format!("`kubectl -n {namespace} port-forward service/proxy-public 8000:80`, then http://localhost:8000")
        }
        (Some(url), _) => url,
        (None, _) if verified => return None,
        (None, Exposure::LoadBalancer { .. }) => {
            format!("the address that `kubectl -n {namespace} get service proxy-public` shows")
        }
        (None, _) => format!("any node's address, port of `kubectl -n {namespace} get service proxy-public`"),
    };
    Some(format!("open the hub: {place}"))
}

fn log_in(hub: &Hub, namespace: &str) -> Option<String> {
    let Provider::Dummy { password } = &hub.login.provider else { return None };
    let secret = if components::secrets::is_generated(password) { components::GENERATED } else { components::SECRETS };
    Some(format!(
        "log in: any name, password from `kubectl -n {namespace} get secret {secret} -o jsonpath='{{.data.dummy-password}}' | base64 -d`"
    ))
}
