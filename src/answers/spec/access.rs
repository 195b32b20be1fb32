//! How the hub is reached, and its certificate. Must not know how a chart is told.
use std::collections::BTreeMap;

use crate::answers::tree::IssuerKind;

/// How the hub is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Service or Ingress.
    pub exposure: Exposure,
    /// DNS name or address people type, if known.
    pub host: Option<String>,
    /// Port people type, where a node's is used.
    pub port: Option<u16>,
    /// Certificate.
    pub tls: Tls,
}

impl Access {
    /// What people type into the browser, without a path; `None` while the host, or the port of a node, is not known.
    pub fn url(&self) -> Option<String> {
        let (scheme, usual) = if self.tls == Tls::Off { ("http", 80) } else { ("https", 443) };
        let host = self.host.as_ref()?;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let port = match (&self.exposure, &self.tls) {
            (Exposure::NodePort { .. }, Tls::Off | Tls::Secret { .. }) => self.port?,
            _ => usual,
        };
        Some(if port == usual { format!("{scheme}://{host}") } else { format!("{scheme}://{host}:{port}") })
    }
}

/// Service or Ingress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exposure {
    /// Service of type `LoadBalancer`.
    LoadBalancer {
        /// Fixed address.
        address: Option<String>,
        /// Service annotations.
        annotations: BTreeMap<String, String>,
    },
    /// Service of type `NodePort`.
    NodePort {
        /// HTTP port, 30000–32767; `None`: chosen by the cluster.
        port: Option<u16>,
    },
    /// Ingress.
    Ingress {
        /// Class; `None`: the cluster's default.
        class: Option<String>,
        /// Host name.
        host: String,
        /// Annotations.
        annotations: BTreeMap<String, String>,
    },
    /// Inside the cluster only.
    ClusterIp,
}

/// Where the certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Plain HTTP.
    Off,
    /// People speak https to a proxy or load balancer in front, which speaks plain HTTP to the cluster.
    Offload,
    /// Existing `kubernetes.io/tls` Secret.
    Secret {
        /// Its name.
        name: String,
    },
    /// cert-manager signs for the Ingress.
    CertManager {
        /// Issuer name.
        issuer: String,
        /// Issuer kind.
        kind: IssuerKind,
    },
    /// The chart's own ACME client, behind a load balancer.
    LetsEncrypt {
        /// Contact address.
        email: String,
    },
}
