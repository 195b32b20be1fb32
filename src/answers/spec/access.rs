//! How the hub is reached, and its certificate. Must not know how a chart is told.
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use crate::answers::tree::IssuerKind;

/// How the hub is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Service or Ingress, or an address of this machine.
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
            (Exposure::Machine { port, .. }, Tls::Off | Tls::Files { .. }) => *port,
            _ => usual,
        };
        Some(if port == usual { format!("{scheme}://{host}") } else { format!("{scheme}://{host}:{port}") })
    }

    /// Address and port of this machine that the hub listens on; `None` on Kubernetes.
    pub const fn listens(&self) -> Option<SocketAddr> {
        match self.exposure {
            Exposure::Machine { address, port } => Some(SocketAddr::new(address, port)),
            _ => None,
        }
    }

    /// Whether others than those on the machine, or with a way into the cluster, reach the hub.
    pub fn exposed(&self) -> bool {
        match self.exposure {
            Exposure::ClusterIp => false,
            Exposure::Machine { address, .. } => !address.is_loopback() || self.tls == Tls::Offload,
            Exposure::LoadBalancer { .. } | Exposure::NodePort { .. } | Exposure::Ingress { .. } => true,
        }
    }
}

/// Service or Ingress, or an address of this machine.
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
    /// An address of this machine; what is not loopback has [`Tls::Files`].
    Machine {
        /// Address.
        address: IpAddr,
        /// Port.
        port: u16,
    },
}

/// Where the certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Plain HTTP.
    Off,
    /// People speak https to a proxy or load balancer in front, which speaks plain HTTP to the cluster, or to loopback.
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
    /// PEM files of this machine.
    Files {
        /// Absolute path of the certificate, with its chain.
        certificate: String,
        /// Absolute path of its key.
        key: String,
    },
}
