//! A Service is ready when a pod behind it gets traffic and, if it wants an address of its own, it has one.
use super::{View, found, pods as behind};
use crate::health::{
    causes::{self, Subject},
    index::Index,
    objects::{EndpointSlice, Pod, Service, label},
    root,
    verdict::Verdict,
};

pub fn evaluate(view: View<'_>, name: &str) -> Verdict {
    match found(&view.index.on.services, name) {
        Ok(service) => rule(view, service),
        Err(verdict) => verdict,
    }
}

pub fn rule(view: View<'_>, service: &Service) -> Verdict {
    let name = &*service.metadata.name;
    if service.spec.kind.as_deref() == Some("ExternalName") {
        return Verdict::ready();
    }
    let pods = pods(view.index, name);
    // a missing address can only be mended by a person: say it before the pods, which mend themselves
    if let Some(finding) = causes::of(view, Subject::Service(service)) {
        return Verdict::Blocked(finding);
    }
    if !service.spec.selector.is_empty() && ready_endpoints(view.index, name) == 0 {
        return match root::fold(behind::findings(view, &[], &pods)).into_iter().next() {
            Some(finding) => Verdict::Blocked(finding),
            None => Verdict::progressing(format!("no pod behind Service {name} is ready yet")),
        };
    }
    if wants_address(service) {
        return Verdict::progressing(format!("Service {name} waits for an address"));
    }
    Verdict::ready()
}

/// Whether it asks for an address of its own and has none yet.
pub fn wants_address(service: &Service) -> bool {
    let is_balancer = service.spec.kind.as_deref() == Some("LoadBalancer");
    is_balancer && service.status.address().is_none() && service.spec.external_ips.is_empty()
}

/// Endpoints that get traffic.
pub fn ready_endpoints(index: &Index, service: &str) -> u32 {
    let of_service = |slice: &&EndpointSlice| label(&slice.metadata, "kubernetes.io/service-name") == Some(service);
    index.on.endpoint_slices.iter().filter(of_service).map(|slice| slice.endpoints.ready).sum()
}

/// Pods that the Service selects.
pub fn pods<'a>(index: &'a Index, service: &str) -> Vec<&'a Pod> {
    let Some(service) = index.on.services.get(service).filter(|one| !one.spec.selector.is_empty()) else {
        return Vec::new();
    };
    let matches = |pod: &&Pod| {
        let mut wanted = service.spec.selector.iter();
        !pod.is_terminating() && wanted.all(|(key, value)| label(&pod.metadata, key) == Some(value))
    };
    index.pods().filter(matches).collect()
}
