//! Port-forwards through the API server: a loopback address that leads to a pod behind a Service.
//! One websocket per connection; the listener ends with its guard.
use std::{net::Ipv4Addr, time::Duration};

use k8s_openapi::{
    api::core::v1::{Pod, Service},
    apimachinery::pkg::util::intstr::IntOrString,
};
use kube::{Api, ResourceExt, api::ListParams};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{CALL, KubeCluster, call};
use crate::{
    problem::Problem,
    run::ports::{FailureKind, Forward, PortError, PortResult},
};

/// Opens a forward to `port` of a Service.
pub async fn open(cluster: &KubeCluster, namespace: &str, service: &str, port: u16) -> PortResult<Forward> {
    // Nothing behind it now: whoever asked should know at once.
    target(cluster, namespace, service, port).await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|error| no_listener(&error))?;
    let local = listener.local_addr().map_err(|error| no_listener(&error))?;
    let end = CancellationToken::new();
    let way = Way { cluster: cluster.clone(), namespace: namespace.to_owned(), service: service.to_owned(), port };
    tokio::spawn(accept(listener, way, end.clone()));
    Ok(Forward { local, guard: Box::new(Guard(end.drop_guard())) })
}

/// Where a forward leads. The pod is looked up for each connection: it may have been replaced since the last one.
#[derive(Clone)]
struct Way {
    cluster: KubeCluster,
    namespace: String,
    service: String,
    port: u16,
}

struct Guard(#[expect(dead_code, reason = "dropping it ends the forward")] DropGuard);

fn no_listener(error: &std::io::Error) -> PortError {
    PortError::new(
        FailureKind::Other,
        Problem::new("no-listener", format!("cannot listen on this machine's loopback address: {error}")),
    )
}

fn nothing_behind(service: &str, why: &str) -> PortError {
    PortError::new(
        FailureKind::NotFound,
        Problem::new("no-endpoints", format!("nothing answers behind Service `{service}`: {why}")).retry(),
    )
}

async fn target(cluster: &KubeCluster, namespace: &str, name: &str, port: u16) -> PortResult<(String, u16)> {
    let services: Api<Service> = Api::namespaced(cluster.client.clone(), namespace);
    let service = call(CALL, "read a Service", services.get_opt(name)).await?;
    let service =
        service.and_then(|service| service.spec).ok_or_else(|| nothing_behind(name, "there is no such Service"))?;
    let selector = service.selector.unwrap_or_default();
    let labels: Vec<String> = selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    if labels.is_empty() {
        return Err(nothing_behind(name, "it selects no pods"));
    }
    let pods: Api<Pod> = Api::namespaced(cluster.client.clone(), namespace);
    let pods = call(CALL, "list a Service's pods", pods.list(&ListParams::default().labels(&labels.join(",")))).await?;
    let pod = pods.items.into_iter().find(is_ready).ok_or_else(|| nothing_behind(name, "none of its pods is ready"))?;
    let entry = service.ports.unwrap_or_default().into_iter().find(|entry| entry.port == i32::from(port));
    let number = match entry.and_then(|entry| entry.target_port) {
        Some(IntOrString::Int(number)) => u16::try_from(number).unwrap_or(port),
        Some(IntOrString::String(name)) => named_port(&pod, &name).unwrap_or(port),
        None => port,
    };
    Ok((pod.name_any(), number))
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    pod.metadata.deletion_timestamp.is_none() && conditions.iter().any(|c| c.type_ == "Ready" && c.status == "True")
}

fn named_port(pod: &Pod, name: &str) -> Option<u16> {
    let spec = pod.spec.as_ref()?;
    // Sidecars are init containers.
    let containers = spec.containers.iter().chain(spec.init_containers.iter().flatten());
    let port = containers.flat_map(|c| c.ports.iter().flatten()).find(|port| port.name.as_deref() == Some(name))?;
    u16::try_from(port.container_port).ok()
}

async fn accept(listener: TcpListener, way: Way, end: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = end.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (way, end) = (way.clone(), end.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        () = end.cancelled() => {}
                        // A connection that cannot be forwarded is closed: its user says so in its own words.
                        _ = serve(stream, &way) => {}
                    }
                });
            }
            // Out of files, for example: that passes.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn serve(mut stream: TcpStream, way: &Way) -> PortResult<()> {
    let (pod, port) = target(&way.cluster, &way.namespace, &way.service, way.port).await?;
    let pods: Api<Pod> = Api::namespaced(way.cluster.client.clone(), &way.namespace);
    let mut forwarder = call(CALL, "open a port-forward", pods.portforward(&pod, &[port])).await?;
    if let Some(mut remote) = forwarder.take_stream(port) {
        // Either side may hang up at any time: that is how connections end.
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut remote).await;
    }
    forwarder.abort();
    Ok(())
}
