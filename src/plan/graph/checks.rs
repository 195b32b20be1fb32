//! What the verification is to prove. Data; must not know how it is proven.
use serde::{Deserialize, Serialize};

/// What the verification has to know. Addresses are discovered in the cluster.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Checks {
    /// The namespace.
    pub namespace: String,
    /// `JupyterHub` is there.
    pub hub: Option<HubCheck>,
    /// Ray is there.
    pub ray: Option<RayCheck>,
    /// Dask Gateway is there.
    pub dask: Option<DaskCheck>,
}

/// What to prove about the hub.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct HubCheck {
    /// Public URL without trailing slash, if the answers fix one.
    pub url: Option<String>,
    /// Path under which the hub is served, `/jupyter`; empty for the root, where hubwright puts it.
    pub base: String,
    /// Host that `/hub/oauth_login` must redirect to; `None` for the dummy login.
    pub login_host: Option<String>,
    /// `client_id` expected in that redirect.
    pub client_id: Option<String>,
    /// `redirect_uri` expected in that redirect.
    pub callback: Option<String>,
    /// Secret and key that hold the token of the hub service that the check uses; `None`: no such service is known.
    pub token: Option<(String, String)>,
    /// User whose server is started for the check.
    pub user: String,
    /// Slug of the profile to start; `None`: the hub has no profiles.
    pub profile: Option<String>,
    /// Slug of a GPU profile to start for the GPU cell, if there is one.
    pub gpu_profile: Option<String>,
}

/// What to prove about Ray.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct RayCheck {
    /// Name of the `RayCluster`.
    pub cluster: String,
    /// Address as a notebook writes it: `ray://NAME-head-svc:10001`. Its host is the head's Service.
    pub address: String,
    /// Secret and key that hold the token, if token auth is on.
    pub token: Option<(String, String)>,
    /// Nodes that must be alive: head and the minimum of every pool.
    pub nodes: u32,
    /// A pool has GPUs, so a GPU must be proven usable.
    pub gpu: bool,
}

/// What to prove about Dask Gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct DaskCheck {
    /// Service of the gateway's proxy (Traefik), HTTP port `web`.
    pub service: String,
    /// Address as a notebook writes it.
    pub address: String,
    /// Secret and key that hold the password of the gateway's simple login; `None`: it asks the hub about tokens.
    pub password: Option<(String, String)>,
    /// Workers to ask for.
    pub workers: u32,
}

impl DaskCheck {
    /// How many workers are asked for: enough to see that they find each other.
    pub const WORKERS: u32 = 2;
}
