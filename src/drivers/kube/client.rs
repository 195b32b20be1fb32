//! The HTTP client behind the Kubernetes API. kube's own has no TCP keepalive: a laptop that changes its network would
//! wait for minutes on connections that are dead. Must not know what is asked.
use std::time::Duration;

use hyper_util::{
    client::legacy::{Builder, connect::HttpConnector},
    rt::TokioExecutor,
};
use kube::{
    Client, Config,
    client::{Body, ConfigExt},
};
use tower::{BoxError, ServiceBuilder};
use tower_http::decompression::DecompressionLayer;

/// How long a connection may take to open.
const OPEN: Duration = Duration::from_secs(5);
/// Silence after which the other end is asked whether it lives, and how often it may stay silent then.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(10), Duration::from_secs(5), 2);
/// How long something sent may stay unacknowledged.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(20);
/// Longest silence of a server behind a proxy, whose own connection to us says nothing about it. Watches are renewed
/// sooner than this.
const BEHIND_PROXY: Duration = Duration::from_secs(60);

/// A client for a configuration. Runs credential plugins: blocks for as long as they take.
pub fn build(mut config: Config) -> kube::Result<Client> {
    // kube would retry up to 15 times, with up to 1000 s between: the run has its own patience, and says so.
    config.default_retry = false;
    if config.proxy_url.is_some() {
        config.connect_timeout = Some(OPEN);
        config.read_timeout = Some(BEHIND_PROXY);
        return Client::try_from(config);
    }
    let https = config.rustls_https_connector_with_connector(tcp())?;
    // The layers and their order are kube's.
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .layer(DecompressionLayer::new().gzip(!config.disable_compression))
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(Builder::new(TokioExecutor::new()).build::<_, Body>(https));
    Ok(Client::new(service, config.default_namespace))
}

fn tcp() -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(OPEN));
    let (silence, interval, times) = KEEPALIVE;
    tcp.set_keepalive(Some(silence));
    tcp.set_keepalive_interval(Some(interval));
    tcp.set_keepalive_retries(Some(times));
    #[cfg(target_os = "linux")]
    tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
    tcp
}
