//! An address that leads to a service: its public one, a port-forward through the API server, or a port of this machine. Says which it is.
use std::net::SocketAddr;

use super::{scene::Scene, sniff};
use crate::problem::{Explain, Problem};

/// An open way to a port.
pub struct Door {
    /// Whether it is spoken to with TLS.
    pub tls: bool,
    /// Host, as it stands in URLs and in TLS's server name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Where to connect.
    pub addresses: Vec<SocketAddr>,
    /// "port-forward to Service x port 80", "public address", "on this machine".
    pub via: String,
    /// How a person calls the place: `ray-head-svc:10001`, `127.0.0.1:24104`.
    pub name: String,
    /// Whether this is a port-forward or a port of this machine: authenticated already, and under a name that no certificate has.
    pub forwarded: bool,
    _guard: Option<Box<dyn Send + Sync>>,
}

impl Door {
    /// A port-forward to a Service's port, or the port itself on this machine.
    pub async fn forward(scene: &Scene<'_>, service: &str, port: u16) -> Result<Self, Problem> {
        let forward = scene.ports.workloads().forward(&scene.checks.namespace, service, port).await;
        let forward = forward.map_err(|error| error.explain())?;
        Ok(Self {
            tls: false,
            host: forward.local.ip().to_string(),
            port: forward.local.port(),
            addresses: vec![forward.local],
            via: format!("port-forward to Service {service} port {port}"),
            name: format!("{service}:{port}"),
            forwarded: true,
            _guard: Some(forward.guard),
        })
    }

    /// An address that people use.
    pub async fn public(tls: bool, host: &str, port: u16) -> Result<Self, sniff::Reach> {
        Ok(Self {
            tls,
            host: host.to_owned(),
            port,
            addresses: sniff::resolve(host, port).await?,
            via: "public address".to_owned(),
            name: format!("{host}:{port}"),
            forwarded: false,
            _guard: None,
        })
    }

    /// The same door as a port of this machine.
    #[must_use]
    pub fn here(self) -> Self {
        let name = format!("{}:{}", self.host, self.port);
        Self { via: "on this machine".to_owned(), name, ..self }
    }

    /// The same door, spoken to with TLS.
    #[must_use]
    pub fn with_tls(self) -> Self {
        Self { tls: true, ..self }
    }

    /// That its port answers, in words.
    pub fn answers(&self) -> String {
        let port = self.name.rsplit_once(':').map_or("", |(_, port)| port);
        format!("port {port} answers ({})", self.via)
    }

    /// `https://hub.example.org`, `http://127.0.0.1:40123`: without a trailing slash.
    pub fn url(&self) -> String {
        let (scheme, usual) = if self.tls { ("https", 443) } else { ("http", 80) };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == usual { format!("{scheme}://{host}") } else { format!("{scheme}://{host}:{}", self.port) }
    }
}
