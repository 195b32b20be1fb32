//! The same ladder on this machine.
use std::{net::SocketAddr, sync::Arc};

use serde_json::json;

use super::{climbed_at, gateway::Gateway, hub::Hub, machine::Here, never, prints_versions, rung, server::serve};
use crate::{
    plan::graph::{Checks, DaskCheck, HubCheck, RayCheck},
    run::{
        event::RungOutcome,
        tests::world::{NAMESPACE, World},
    },
    verify::discover,
};

async fn with_hub(hub: &Arc<Hub>) -> (Here, Checks, SocketAddr) {
    let (here, at) = (Here::default(), serve(Arc::clone(hub)).await);
    here.runs("hub");
    here.runs("proxy");
    here.serves("proxy-public", 80, at);
    let check = HubCheck {
        url: Some(format!("http://{at}")),
        base: hub.base.to_owned(),
        token: Some(("generated".to_owned(), "check-token".to_owned())),
        user: "hubwright-probe".to_owned(),
        ..HubCheck::default()
    };
    (here, Checks { namespace: NAMESPACE.to_owned(), hub: Some(check), ..Checks::default() }, at)
}

fn ray(here: &Here) -> Checks {
    here.runs("ray-head");
    let check =
        RayCheck { cluster: "ray".to_owned(), address: "ray://127.0.0.1:24101".to_owned(), ..RayCheck::default() };
    Checks { namespace: NAMESPACE.to_owned(), ray: Some(check), ..Checks::default() }
}

#[tokio::test]
async fn a_hub_on_this_machine_is_climbed_and_left_without_the_checks_home() {
    let hub = Arc::new(Hub::new("", prints_versions));
    let (here, checks, at) = with_hub(&hub).await;
    here.has_home("hubwright-probe");
    here.has_home("ada");
    let (results, told) = climbed_at(&here.ports(&World::new()), &checks, never).await;
    for result in &results {
        assert_eq!(result.outcome, RungOutcome::Passed, "{result:?}");
    }
    assert_eq!(rung(&results, "hub-pods").title, "hub's processes");
    assert_eq!(rung(&results, "hub-pods").evidence, ["process hub is ready", "process proxy is ready"]);
    assert_eq!(rung(&results, "hub-port").tried, format!("port {} on this machine", at.port()));
    assert_eq!(super::super::address(&results), Some(format!("http://{at}").as_str()));
    assert!(!hub.has_user());
    assert_eq!(here.homes(), ["ada"]);
    for word in ["Service", "port-forward", "kubectl", "pods"] {
        assert!(!told.replace("hub-pods", "").contains(word), "{word}: {told}");
    }
}

#[tokio::test]
async fn a_gateway_on_this_machine_is_climbed() {
    let (here, gateway) = (Here::default(), Arc::new(Gateway::default()));
    here.runs("dask-gateway");
    here.serves("dask-gateway", 80, serve(Arc::clone(&gateway)).await);
    let check = DaskCheck {
        service: "dask-gateway".to_owned(),
        address: "http://127.0.0.1:24102/services/dask-gateway".to_owned(),
        password: Some(("generated".to_owned(), "dask-password".to_owned())),
        workers: 2,
    };
    let checks = Checks { namespace: NAMESPACE.to_owned(), dask: Some(check), ..Checks::default() };
    let (results, _) = climbed_at(&here.ports(&World::new()), &checks, never).await;
    for result in &results {
        assert_eq!(result.outcome, RungOutcome::Passed, "{result:?}");
    }
    assert_eq!(gateway.clusters(), [""; 0]);
}

#[tokio::test]
async fn a_process_that_ends_is_told_with_what_its_last_words_mean() {
    let (here, checks, _) = with_hub(&Arc::new(Hub::new("", prints_versions))).await;
    here.crashes(
        "proxy",
        "Error: listen EADDRINUSE: address already in use 127.0.0.1:8000\n    at Server.setupListenHandle",
    );
    let (results, _) = climbed_at(&here.ports(&World::new()), &checks, never).await;
    let problem = rung(&results, "hub-pods").problem.as_ref().unwrap();
    assert_eq!((problem.code.as_str(), problem.at.as_deref()), ("port-taken", Some("machine.port")), "{problem:?}");
    assert!(problem.title.ends_with("port 8000, which `proxy` needs, is taken by another program"), "{problem:?}");
    assert!(problem.hints.iter().any(|hint| hint.contains("`less /home/ada/lab/log/proxy.log`")), "{problem:?}");
    assert_eq!(rung(&results, "hub-port").outcome, RungOutcome::Skipped);
}

#[tokio::test]
async fn a_process_that_is_not_there_is_missing() {
    let (here, checks) = (Here::default(), ray(&Here::default()));
    let (results, _) = climbed_at(&here.ports(&World::new()), &checks, never).await;
    let problem = rung(&results, "ray-pods").problem.as_ref().unwrap();
    assert_eq!(problem.code, "process-missing");
    assert!(problem.hints[0].starts_with("`hubwright upgrade -n hub`"), "{problem:?}");
}

#[tokio::test]
async fn another_program_on_rays_port_is_told_in_terms_of_the_machine() {
    let here = Here::default();
    let checks = ray(&here);
    let at = serve(Arc::new(Hub::new("", prints_versions))).await;
    here.serves("ray-head-svc", 10001, at);
    here.serves("ray-head-svc", 8265, at);
    let (results, _) = climbed_at(&here.ports(&World::new()), &checks, never).await;
    let problem = rung(&results, "ray-ports").problem.as_ref().unwrap();
    assert_eq!(problem.code, "ray-wrong-port", "{problem:?}");
    assert!(problem.title.starts_with(&format!("`{at}` is an HTTP port")), "{problem:?}");
    assert!(problem.hints[0].contains("`ss -ltnp`"), "{problem:?}");
}

#[tokio::test]
async fn a_server_that_does_not_start_is_told_with_the_hubs_last_words() {
    let mut hub = Hub::new("", prints_versions);
    hub.progress = vec![json!({"progress": 100, "failed": true, "message": "Spawn failed: Internal error"})];
    let (here, checks, _) = with_hub(&Arc::new(hub)).await;
    here.says("hub", "FileNotFoundError: [Errno 2] No such file or directory: 'jupyterhub-singleuser'");
    let (results, _) = climbed_at(&here.ports(&World::new()), &checks, never).await;
    let problem = rung(&results, "notebook-server").problem.as_ref().unwrap();
    assert_eq!((problem.code.as_str(), problem.at.as_deref()), ("spawn-failed", None), "{problem:?}");
    let detail = problem.detail.as_ref().unwrap();
    assert!(detail.starts_with("Spawn failed") && detail.ends_with("'jupyterhub-singleuser'"), "{detail}");
    assert_eq!(problem.hints, ["`hubwright logs hub -n hub` says why"]);
}

#[tokio::test]
async fn without_answers_nothing_is_made_up() {
    let refused = discover(&Here::default().ports(&World::new()), NAMESPACE).await.unwrap_err();
    assert_eq!(refused.problem.code, "not-remembered");
}
