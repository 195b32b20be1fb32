//! How the hub is reached: Service, Ingress, certificate, network policies.
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Context, dask_egress};
use crate::answers::{
    spec::{Access, Exposure, Hub, Tls},
    tree::IssuerKind,
};

/// Secret that cert-manager writes the certificate to.
const CERTIFICATE: &str = "hubwright-tls";
/// Annotation of the proxy's Service: what people type. From the cluster alone a host name or a proxy in front cannot be
/// found out, and `hubwright verify` works without the answers, too.
pub const URL: &str = "hubwright.io/url";

/// `proxy`: the Service, https, and the proxy's own network policy.
pub fn proxy(context: &Context, hub: &Hub) -> Value {
    json!({
        "service": service(&hub.access),
        "https": https(&hub.access),
        "chp": {"networkPolicy": network_policy(context, hub)},
    })
}

/// The hub and its proxy may reach Dask's proxy. Some CNIs match no pod by address, so the rule goes by labels.
pub fn network_policy(context: &Context, hub: &Hub) -> Value {
    json!({"enabled": hub.network_policy, "egress": dask_egress(context).into_iter().collect::<Vec<_>>()})
}

fn service(access: &Access) -> Value {
    let mut service = match &access.exposure {
        Exposure::LoadBalancer { address, .. } => {
            let mut service = Map::from_iter([("type".to_owned(), json!("LoadBalancer"))]);
            service.extend(address.as_ref().map(|address| ("loadBalancerIP".to_owned(), json!(address))));
            service
        }
        Exposure::NodePort { port } => Map::from_iter([
            ("type".to_owned(), json!("NodePort")),
            ("nodePorts".to_owned(), node_ports(*port, &access.tls)),
        ]),
        Exposure::Ingress { .. } | Exposure::ClusterIp | Exposure::Machine { .. } => {
            Map::from_iter([("type".to_owned(), json!("ClusterIP"))])
        }
    };
    service.insert("annotations".to_owned(), annotations(access));
    Value::Object(service)
}

fn annotations(access: &Access) -> Value {
    let own = match &access.exposure {
        Exposure::LoadBalancer { annotations, .. } => annotations.clone(),
        _ => BTreeMap::new(),
    };
    json!(access.url().map(|url| (URL.to_owned(), url)).into_iter().chain(own).collect::<BTreeMap<_, _>>())
}

fn node_ports(port: Option<u16>, tls: &Tls) -> Value {
    let name = if matches!(tls, Tls::Off | Tls::Offload) { "http" } else { "https" };
    port.map_or_else(|| json!({}), |port| Value::Object(Map::from_iter([(name.to_owned(), port.into())])))
}

fn https(access: &Access) -> Value {
    let hosts: Vec<&String> = access.host.iter().collect();
    match (&access.tls, &access.exposure) {
        // A balancer that ends TLS itself takes it on the Service's port 443, which leads to plain HTTP then.
        (Tls::Offload, Exposure::LoadBalancer { .. }) => json!({"enabled": true, "type": "offload"}),
        // The Ingress, or a proxy in front, ends TLS itself.
        (Tls::Off | Tls::Offload | Tls::CertManager { .. } | Tls::Files { .. }, _)
        | (Tls::Secret { .. }, Exposure::Ingress { .. }) => {
            json!({"enabled": false})
        }
        (Tls::Secret { name }, _) => {
            json!({"enabled": true, "type": "secret", "hosts": hosts, "secret": {"name": name, "key": "tls.key", "crt": "tls.crt"}})
        }
        (Tls::LetsEncrypt { email }, _) => {
            json!({"enabled": true, "type": "letsencrypt", "hosts": hosts, "letsencrypt": {"contactEmail": email}})
        }
    }
}

/// `ingress`. The class goes into `ingressClassName`: the old annotation is ignored by most controllers.
pub fn ingress(access: &Access) -> Value {
    let Exposure::Ingress { class, host, annotations } = &access.exposure else { return json!({"enabled": false}) };
    let mut annotations = annotations.clone();
    let secret = match &access.tls {
        Tls::Secret { name } => Some(name.as_str()),
        Tls::CertManager { issuer, kind } => {
            annotations.insert(issuer_annotation(*kind).to_owned(), issuer.clone());
            Some(CERTIFICATE)
        }
        Tls::Off | Tls::Offload | Tls::LetsEncrypt { .. } | Tls::Files { .. } => None,
    };
    let tls: Vec<Value> = secret.into_iter().map(|name| json!({"hosts": [host], "secretName": name})).collect();
    json!({
        "enabled": true,
        "ingressClassName": class,
        "hosts": [host],
        "pathType": "Prefix",
        "annotations": annotations,
        "tls": tls,
    })
}

const fn issuer_annotation(kind: IssuerKind) -> &'static str {
    match kind {
        IssuerKind::ClusterIssuer => "cert-manager.io/cluster-issuer",
        IssuerKind::Issuer => "cert-manager.io/issuer",
    }
}
