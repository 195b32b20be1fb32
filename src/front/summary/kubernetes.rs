//! What a person does next with a hub in a cluster.
use crate::{
    answers::spec::{Exposure, Hub, Provider, Tls},
    plan::components,
};

/// Where the hub is, and how to log in. `flags` name the deployment, to `kubectl` as well.
pub fn hub(hub: &Hub, flags: &str, verified: bool) -> Vec<String> {
    [open(hub, flags, verified), log_in(hub, flags)].into_iter().flatten().collect()
}

/// Commands for later.
pub fn next(flags: &str) -> Vec<String> {
    let command = |what: &str, verb: &str| format!("{what}: `hubwright {verb} {flags}`");
    vec![
        [command("look", "status"), command("check again", "verify")].join("   "),
        [command("change", "upgrade"), command("remove", "uninstall")].join("   "),
    ]
}

fn open(hub: &Hub, flags: &str, verified: bool) -> Option<String> {
    let place = match (hub.access.url(), &hub.access.exposure) {
        (_, Exposure::ClusterIp) if hub.access.tls != Tls::Offload => {
            format!("`kubectl {flags} port-forward service/proxy-public 8000:80`, then http://localhost:8000")
        }
        (Some(url), _) => url,
        (None, _) if verified => return None,
        (None, Exposure::LoadBalancer { .. }) => {
            format!("the address that `kubectl {flags} get service proxy-public` shows")
        }
        (None, _) => format!("any node's address, port of `kubectl {flags} get service proxy-public`"),
    };
    Some(format!("open the hub: {place}"))
}

fn log_in(hub: &Hub, flags: &str) -> Option<String> {
    let Provider::Dummy { password } = &hub.login.provider else { return None };
    let secret = if components::secrets::is_generated(password) { components::GENERATED } else { components::SECRETS };
    Some(format!(
        "log in: any name, password from `kubectl {flags} get secret {secret} -o jsonpath='{{.data.dummy-password}}' | base64 -d`"
    ))
}
