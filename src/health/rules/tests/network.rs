//! Services and Ingresses.
use super::*;

pub fn service(kind: &str, made: i64) -> Value {
    json!({"kind": "Service", "metadata": {"name": "proxy-public", "creationTimestamp": ago(made)},
        "spec": {"type": kind, "selector": {"component": "proxy"}, "ports": [{"name": "http", "port": 80}]},
        "status": {"loadBalancer": {}}})
}

pub fn endpoints(ready: bool) -> Value {
    json!({"kind": "EndpointSlice", "metadata": {"name": "proxy-public-x", "labels": {"kubernetes.io/service-name": "proxy-public"}},
        "addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.9"], "conditions": {"ready": ready}}], "ports": null})
}

#[test]
fn a_service_needs_a_ready_pod_and_an_address_if_it_wants_one() {
    let expect = Expect::Service("proxy-public".into());
    let inside = |ready| World::new().with(service("ClusterIP", 600)).with(endpoints(ready)).verdict(&expect);
    assert!(inside(true).is_ready());
    assert_eq!(what(&inside(false)), "no pod behind Service proxy-public is ready yet");
    let waits = World::new().with(service("LoadBalancer", 30)).with(endpoints(true));
    assert_eq!(what(&waits.verdict(&expect)), "Service proxy-public waits for an address");
    let never = World::new().with(service("LoadBalancer", 91)).with(endpoints(true));
    assert_eq!(blocked(&never.verdict(&expect)).code, "no-load-balancer");
    let mut given = service("LoadBalancer", 600);
    given["status"]["loadBalancer"] = json!({"ingress": [{"ip": "10.1.2.3", "ipMode": "VIP"}]});
    assert!(World::new().with(given).with(endpoints(true)).verdict(&expect).is_ready());
}

#[test]
fn a_service_without_ready_pods_names_the_cause_of_its_pods() {
    let mut crashing = crashing_pod("proxy-1-a", HUB, 4, json!({"exitCode": 1, "reason": "Error"}));
    crashing["metadata"]["labels"] = json!({"component": "proxy"});
    let world = World::new().with(service("ClusterIP", 600)).with(endpoints(false)).with(crashing);
    assert_eq!(blocked(&world.verdict(&Expect::Service("proxy-public".into()))).code, "crash-loop");
}

fn ingress(class: Value, port: Value) -> Value {
    json!({"kind": "Ingress", "metadata": {"name": "jupyterhub"}, "spec": {"ingressClassName": class, "rules": [{"host": "hub.example.org",
        "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "proxy-public", "port": port}}}]}}]},
        "status": {"loadBalancer": {}}})
}

fn ingress_class(default: &str) -> Value {
    json!({"kind": "IngressClass", "metadata": {"name": "nginx", "annotations": {"ingressclass.kubernetes.io/is-default-class": default}},
        "spec": {"controller": "k8s.io/ingress-nginx"}})
}

#[test]
fn an_ingress_needs_its_class_and_its_backend_but_no_address() {
    let expect = Expect::Ingress("jupyterhub".into());
    let world = |class: Value, port: Value, default: &str| {
        World::new()
            .with(ingress_class(default))
            .with(service("ClusterIP", 600))
            .with(endpoints(true))
            .with(ingress(class, port))
            .verdict(&expect)
    };
    let http = json!({"name": "http"});
    assert!(world(json!("nginx"), http.clone(), "false").is_ready());
    assert!(world(json!(null), http.clone(), "true").is_ready());
    assert!(world(json!("nginx"), json!({"number": 80}), "false").is_ready());
    assert_eq!(blocked(&world(json!(null), http.clone(), "false")).code, "no-default-ingress-class");
    assert_eq!(blocked(&world(json!("traefik"), http, "true")).code, "ingress-class-missing");
    assert_eq!(blocked(&world(json!("nginx"), json!({"number": 81}), "false")).code, "ingress-backend-missing");
}
