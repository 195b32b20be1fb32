//! Climbs against servers on loopback ports, for what real ones do not do on demand: limits, leftovers, late words, hostile
//! text, and a Ctrl-C in the middle. Real hubs, Ray and Dask are climbed by the test bed's tests.
mod gateway;
mod hub;
mod machine;
mod on_machine;
mod part;
mod server;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use self::{gateway::Gateway, hub::Hub, server::serve};
use super::{climb, discover, door::Door, hub::kernel::Kernel, web::Web};
use crate::{
    plan::graph::{Checks, DaskCheck, HubCheck},
    run::{
        event::{EventKind, RungOutcome, RungResult},
        ports::Ports,
        tests::{
            time::lock,
            world::{NAMESPACE, World},
        },
    },
};

/// A Service with an endpoint.
fn put_service(world: &World, name: &str, port: u16) {
    world.put(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
        "spec": {"type": "ClusterIP", "ports": [{"name": "http", "port": port}]}}));
    world.put(json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": name, "labels": {"kubernetes.io/service-name": name}},
        "endpoints": [{"conditions": {"ready": true}}]}));
}

async fn with_hub(hub: &Arc<Hub>) -> (World, Checks) {
    let world = World::new();
    put_service(&world, "hub", 8081);
    put_service(&world, "proxy-public", 80);
    world.forward_to("proxy-public", 80, serve(Arc::clone(hub)).await);
    let token = Some(("generated".to_owned(), "check-token".to_owned()));
    let user = "hubwright-probe".to_owned();
    let check = HubCheck { base: hub.base.to_owned(), token, user, ..HubCheck::default() };
    (world, Checks { namespace: NAMESPACE.to_owned(), hub: Some(check), ..Checks::default() })
}

async fn with_gateway(gateway: &Arc<Gateway>) -> (World, Checks) {
    let world = World::new();
    put_service(&world, "traefik-dask-gateway", 80);
    world.forward_to("traefik-dask-gateway", 80, serve(Arc::clone(gateway)).await);
    let check = DaskCheck {
        service: "traefik-dask-gateway".to_owned(),
        address: "http://traefik-dask-gateway/services/dask-gateway".to_owned(),
        password: Some(("generated".to_owned(), "dask-password".to_owned())),
        workers: 2,
    };
    (world, Checks { namespace: NAMESPACE.to_owned(), dask: Some(check), ..Checks::default() })
}

/// Climbs, and presses Ctrl-C once `enough` is true of an event. Results, and every event as a line.
async fn climbed(world: &World, checks: &Checks, enough: fn(&EventKind) -> bool) -> (Vec<RungResult>, String) {
    climbed_at(&world.ports(), checks, enough).await
}

async fn climbed_at(ports: &Ports, checks: &Checks, enough: fn(&EventKind) -> bool) -> (Vec<RungResult>, String) {
    // As the program does before anything else; another test may have been quicker.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (cancel, told) = (CancellationToken::new(), Mutex::new(String::new()));
    let emit = |event: EventKind| {
        if enough(&event) {
            cancel.cancel();
        }
        lock(&told).push_str(&format!("{event:?} {}\n", serde_json::to_string(&event).unwrap()));
    };
    let results = climb(checks, ports, &emit, &cancel).await;
    (results, told.into_inner().unwrap())
}

fn rung<'a>(results: &'a [RungResult], name: &str) -> &'a RungResult {
    results.iter().find(|result| result.rung == name).unwrap()
}

fn never(_: &EventKind) -> bool {
    false
}

fn prints_versions(code: &str) -> Option<String> {
    let packages = json!({"python": "3.13.1\u{1b}]0;owned\u{7}", "jupyterhub": "5.5.1"});
    let facts = json!({"kind": "versions", "packages": packages});
    code.contains("metadata.version").then(|| format!("\u{1b}[2Jnoise\nHUBWRIGHT {facts}\n"))
}

#[tokio::test]
async fn a_hub_under_a_path_is_climbed_and_left_as_it_was() {
    let hub = Arc::new(Hub::new("/jupyter", prints_versions));
    hub.leave_a_server();
    let (world, checks) = with_hub(&hub).await;
    world.password("s3cret-t0ken");
    let (results, told) = climbed(&world, &checks, never).await;
    for result in &results {
        assert_eq!(result.outcome, RungOutcome::Passed, "{result:?}");
    }
    assert!(results.iter().any(|result| result.rung == "notebook-versions"));
    assert!(!hub.has_user());
    let calls = hub.calls();
    let leftovers =
        ["DELETE /jupyter/hub/api/users/hubwright-probe/server", "DELETE /jupyter/hub/api/users/hubwright-probe"];
    assert_eq!(calls.first_chunk::<2>().unwrap(), &leftovers, "{calls:?}");
    assert!(told.contains("Pulling image"), "{told}");
    assert!(!told.contains(r"\u{1b}") && !told.contains(r"\u001b") && !told.contains("owned"), "{told}");
    assert!(!told.contains("s3cret-t0ken"), "{told}");
}

#[tokio::test]
async fn where_the_public_address_is_not_reached_a_port_forward_is() {
    let mut hub = Hub::new("", prints_versions);
    hub.login = 500;
    let (world, mut checks) = with_hub(&Arc::new(hub)).await;
    checks.hub.as_mut().unwrap().url = Some("http://127.0.0.1:1".to_owned());
    let (results, _) = climbed(&world, &checks, never).await;
    let code = |name: &str| rung(&results, name).problem.as_ref().map(|problem| problem.code.as_str());
    assert_eq!((code("hub-address"), code("hub-login")), (Some("refused"), Some("login-page")), "{results:?}");
    assert_eq!(rung(&results, "notebook-versions").outcome, RungOutcome::Passed, "{results:?}");
}

#[tokio::test]
async fn a_certificate_of_nobody_is_refused_in_public_and_taken_through_a_port_forward() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A TLS server that speaks no HTTP.
    let address = serve(Arc::new(Gateway::default())).await;
    let public = Door::public(true, "127.0.0.1", address.port()).await.unwrap();
    let refused = Web::new(&public).unwrap().get("/").await.unwrap_err();
    assert_eq!(refused.code, "tls-untrusted", "{refused:?}");
    let (world, checks) = with_gateway(&Arc::new(Gateway::default())).await;
    world.forward_to("proxy-public", 443, address);
    let ports = world.ports();
    let scene = super::Scene::new(&checks, &ports, &|_| ());
    let forwarded = Door::forward(&scene, "proxy-public", 443).await.unwrap().with_tls();
    let taken = Web::new(&forwarded).unwrap().get("/").await.unwrap_err();
    assert_ne!(taken.code, "tls-untrusted", "{taken:?}");
}

#[tokio::test]
async fn a_ctrl_c_while_the_server_starts_leaves_neither_server_nor_user() {
    let mut hub = Hub::new("", prints_versions);
    hub.progress.truncate(1); // and nothing more
    let hub = Arc::new(hub);
    let (world, checks) = with_hub(&hub).await;
    let home = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {
        "name": "claim-hubwright-probe", "labels": {"component": "singleuser-storage"},
        "annotations": {"hub.jupyter.org/username": "hubwright-probe"}}});
    world.put(home);
    let starting = |event: &EventKind| matches!(event, EventKind::Note { text } if text.contains("Pulling"));
    let (results, _) = climbed(&world, &checks, starting).await;
    let server = rung(&results, "notebook-server");
    assert_eq!(server.outcome, RungOutcome::Skipped);
    assert_eq!(server.problem.as_ref().unwrap().code, "interrupted");
    assert!(!hub.has_user());
    let calls = hub.calls();
    assert!(calls.iter().any(|call| call.ends_with("/server") && call.starts_with("DELETE")), "{calls:?}");
    assert!(world.object("PersistentVolumeClaim/claim-hubwright-probe").is_none());
}

#[tokio::test]
async fn a_server_that_does_not_start_is_told_with_the_cause() {
    let mut hub = Hub::new("", prints_versions);
    let words = "Spawn failed: pod did not start in 600 seconds!\u{1b}[0m";
    hub.progress = vec![json!({"progress": 100, "failed": true, "message": words})];
    let (world, checks) = with_hub(&Arc::new(hub)).await;
    let unschedulable = json!({"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
        "message": "0/1 nodes are available: 1 Insufficient memory.", "lastTransitionTime": "2026-01-01T11:00:00Z"});
    world.put(json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "jupyter-hubwright-probe", "namespace": NAMESPACE, "uid": "p1", "creationTimestamp": "2026-01-01T11:00:00Z"},
        "spec": {"containers": [{"name": "notebook", "image": "registry.example.org/notebook:1",
            "resources": {"requests": {"memory": "64Gi"}}}]},
        "status": {"phase": "Pending", "conditions": [unschedulable]}}));
    let (results, told) = climbed(&world, &checks, never).await;
    let server = rung(&results, "notebook-server");
    let problem = server.problem.as_ref().unwrap();
    assert_eq!((server.outcome, problem.code.as_str()), (RungOutcome::Failed, "not-enough-memory"), "{problem:?}");
    assert!(problem.title.starts_with("the check user's server does not start: "), "{problem:?}");
    assert_eq!(rung(&results, "notebook-versions").outcome, RungOutcome::Skipped);
    assert!(!told.contains(r"\u001b"), "{told}");
}

#[tokio::test]
async fn a_limit_of_one_worker_is_kept_to() {
    let gateway = Arc::new(Gateway::limited_to(1));
    gateway.leave_a_cluster();
    let (world, checks) = with_gateway(&gateway).await;
    let (results, _) = climbed(&world, &checks, never).await;
    let workers = rung(&results, "dask-workers");
    assert_eq!(workers.outcome, RungOutcome::Passed, "{results:?}");
    assert!(workers.evidence.iter().any(|line| line.contains("limits allow 1")), "{workers:?}");
    assert_eq!(gateway.clusters(), [""; 0]);
}

#[tokio::test]
async fn a_ctrl_c_while_workers_come_leaves_no_cluster() {
    let gateway = Arc::new(Gateway::without_workers());
    let (world, checks) = with_gateway(&gateway).await;
    let waiting = |event: &EventKind| matches!(event, EventKind::RungStarted { rung, .. } if rung == "dask-workers");
    let (results, _) = climbed(&world, &checks, waiting).await;
    assert_eq!(rung(&results, "dask-cluster").outcome, RungOutcome::Passed, "{results:?}");
    assert_eq!(rung(&results, "dask-workers").outcome, RungOutcome::Skipped);
    assert_eq!(gateway.clusters(), [""; 0]);
}

#[tokio::test]
async fn late_words_of_a_cell_are_not_taken_for_the_next_ones() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let hub = Arc::new(Hub::new("", |code| (code != "hangs").then(|| code.to_owned())));
    let world = World::new();
    world.forward_to("proxy-public", 80, serve(Arc::clone(&hub)).await);
    let (checks, ports) = (Checks { namespace: NAMESPACE.to_owned(), ..Checks::default() }, world.ports());
    let scene = super::Scene::new(&checks, &ports, &|_| ());
    let door = Door::forward(&scene, "proxy-public", 80).await.unwrap();
    let kernel = Kernel::start(Web::new(&door).unwrap().at("/user/hubwright-probe/")).await.unwrap();
    let hung = kernel.run("hangs", Duration::from_millis(200)).await.unwrap_err();
    assert_eq!(hung.code, "cell-slow");
    let next = kernel.run("print", Duration::from_secs(10)).await.unwrap();
    assert_eq!((next.text.as_str(), next.error), ("print", None));
    let calls: Vec<String> = hub.calls().iter().filter_map(|call| call.rsplit('/').next().map(str::to_owned)).collect();
    assert_eq!(calls, ["kernels", "interrupt", "restart"]);
}

/// A deployment of somebody else: nothing is known but what is in the namespace.
#[tokio::test]
async fn what_is_in_a_namespace_is_found() {
    let world = World::new();
    put_service(&world, "proxy-public", 80);
    let put = |api: &str, kind: &str, name: &str, rest: Value| {
        let mut object = json!({"apiVersion": api, "kind": kind, "metadata": {"name": name}});
        object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        world.put(object);
    };
    let backend = json!({"service": {"name": "proxy-public", "port": {"number": 80}}});
    let rule = json!({"host": "hub.example.org", "http": {"paths": [{"path": "/jupyter", "backend": backend}]}});
    put("networking.k8s.io/v1", "Ingress", "jupyterhub", json!({"spec": {"rules": [rule], "tls": [{}]}}));
    let probe = json!([{"readinessProbe": {"httpGet": {"path": "/jupyter/hub/health"}}}]);
    put("apps/v1", "Deployment", "hub", json!({"spec": {"template": {"spec": {"containers": probe}}}}));
    put("v1", "Secret", "hub", json!({"data": {"hub.services.hubwright-check.apiToken": "eA=="}}));
    let groups = json!([{"minReplicas": 1, "maxReplicas": 3}]);
    put("ray.io/v1", "RayCluster", "science", json!({"spec": {"workerGroupSpecs": groups}}));
    let labels = json!({"app.kubernetes.io/name": "dask-gateway"});
    put(
        "v1",
        "Service",
        "traefik-dhub-dask-gateway",
        json!({"metadata": {"name": "traefik-dhub-dask-gateway", "labels": labels}}),
    );
    let checks = discover(&world.ports(), NAMESPACE).await.unwrap();
    let hub = checks.hub.unwrap();
    assert_eq!((hub.url.as_deref(), hub.base.as_str()), (Some("https://hub.example.org"), "/jupyter"));
    assert_eq!(hub.token, Some(("hub".to_owned(), "hub.services.hubwright-check.apiToken".to_owned())));
    let ray = checks.ray.unwrap();
    assert_eq!((ray.address.as_str(), ray.nodes), ("ray://science-head-svc:10001", 2));
    assert_eq!(checks.dask.unwrap().address, "http://traefik-dhub-dask-gateway");
}

/// The path comes from the hub; the secret must not follow it to another host.
#[tokio::test]
async fn a_servers_path_cannot_lead_to_another_host() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let door = Door::public(false, "127.0.0.1", 8000).await.unwrap();
    let place = |path: &str| Web::new(&door).unwrap().at(path).place();
    assert!(place("@evil.example.org/").starts_with("http://127.0.0.1:8000/ "));
    assert!(place("/user/ada/").starts_with("http://127.0.0.1:8000/user/ada/ "));
}
