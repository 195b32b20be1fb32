//! What keeps people from reaching a Service: no load balancer, no ingress controller.
use super::{Context, Subject};
use crate::health::{
    index::Noted,
    objects::{Ingress, Service, Watched},
    rules::age,
    verdict::Finding,
};

/// Seconds until a missing address counts: clouds take a minute.
const BALANCER: i64 = 90;
/// Seconds until a missing backend counts: helm makes things one after another.
const BACKEND: i64 = 20;

fn without_address<'a>(on: &Context<'a>) -> Option<&'a Service> {
    let Subject::Service(service) = on.subject else { return None };
    crate::health::rules::wants_address(service).then_some(service)
}

fn finding(code: &str, service: &Service, title: &str) -> Finding {
    let since = service.metadata.made;
    Finding::new(code, format!("Service/{}", service.name()), title).since(since)
}

fn other_ways(finding: Finding, on: &Context<'_>, service: &Service) -> Finding {
    let command = format!("kubectl -n {} port-forward service/{} 8080:80", on.index.namespace(), service.name());
    finding
        .edit("access.method", "choose `node-port` or `ingress`")
        .command(command, "reach it from this machine meanwhile")
}

pub fn load_balancer_failed(on: &Context<'_>) -> Option<Finding> {
    let service = without_address(on)?;
    let failed = |event: &&Noted| {
        matches!(&*event.reason, "SyncLoadBalancerFailed" | "CreatingLoadBalancerFailed" | "AllocationFailed")
    };
    let event = on.index.events("Service", service.name(), service.uid()).find(failed)?;
    let finding =
        finding("load-balancer-failed", service, "the cloud could not make a load balancer").detail(&event.message);
    Some(other_ways(finding, on, service))
}

pub fn no_load_balancer(on: &Context<'_>) -> Option<Finding> {
    let service = without_address(on).filter(|service| age(*service, on.now) >= BALANCER)?;
    let title = "nothing in this cluster hands out addresses (normal on machines of your own)";
    let finding = other_ways(finding("no-load-balancer", service, title), on, service);
    Some(finding.or("install a load balancer such as MetalLB"))
}

fn ingress<'a>(on: &Context<'a>) -> Option<(&'a Ingress, Finding)> {
    let Subject::Ingress(ingress) = on.subject else { return None };
    let since = ingress.metadata.made;
    Some((ingress, Finding::new("", format!("Ingress/{}", ingress.name()), "").since(since)))
}

fn titled(finding: Finding, code: &str, title: &str) -> Finding {
    Finding { since: finding.since, ..Finding::new(code, finding.subject, title) }
}

/// With what to do about a class that nobody serves.
fn with_classes(on: &Context<'_>, finding: Finding) -> Finding {
    let names: Vec<&str> = on.index.on.ingress_classes.iter().map(Watched::name).collect();
    if names.is_empty() {
        return finding.tell("install an ingress controller: this cluster has none");
    }
    finding.edit("access.ingress-class", format!("classes here: {}", names.join(", ")))
}

pub fn ingress_class_missing(on: &Context<'_>) -> Option<Finding> {
    let (ingress, finding) = ingress(on)?;
    let classes = &on.index.on.ingress_classes;
    // the annotation of old names a controller that may have no class object
    let class = ingress.spec.ingress_class_name.as_deref()?;
    (classes.is_synced() && classes.get(class).is_none()).then(|| {
        let title = format!("nothing in this cluster serves ingress class `{class}`");
        with_classes(on, titled(finding, "ingress-class-missing", &title))
    })
}

pub fn no_default_ingress_class(on: &Context<'_>) -> Option<Finding> {
    let (ingress, finding) = ingress(on)?;
    let classes = &on.index.on.ingress_classes;
    let defaulted = classes.iter().any(crate::health::objects::IngressClass::is_default);
    (ingress.class().is_none() && classes.is_synced() && !defaulted).then(|| {
        let title = "the Ingress names no class, and this cluster has no default one";
        with_classes(on, titled(finding, "no-default-ingress-class", title))
    })
}

pub fn ingress_backend_missing(on: &Context<'_>) -> Option<Finding> {
    let (ingress, finding) = ingress(on).filter(|(ingress, _)| age(*ingress, on.now) >= BACKEND)?;
    let services = &on.index.on.services;
    let missing = |name: &str| services.is_synced() && services.get(name).is_none();
    let backend = ingress.backends().find(|backend| missing(&backend.name) || !has_port(on, backend))?;
    let title = format!("the Ingress leads to Service `{}` or a port of it that is not there", backend.name);
    Some(titled(finding, "ingress-backend-missing", &title))
}

fn has_port(on: &Context<'_>, backend: &crate::health::objects::ServiceBackend) -> bool {
    let Some(service) = on.index.on.services.get(&backend.name) else { return true };
    service.spec.ports.iter().any(|port| {
        let by_name = backend.port.name.is_some() && backend.port.name == port.name;
        by_name || backend.port.number == Some(port.port)
    })
}
