//! Single rungs climbed again: with what they need below, and nothing else, and as clean as the whole ladder.
use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use super::{gateway::Gateway, hub::Hub, prints_versions, put_service, rung, server::serve, with_gateway, with_hub};
use crate::{
    plan::graph::{Checks, HubCheck, RayCheck},
    run::{
        event::{EventKind, RungOutcome, RungResult},
        tests::world::World,
    },
    verify::{climb_rungs, ladder, part},
};

/// Climbs some rungs, and presses Ctrl-C when one of them begins. Results, and what was begun.
async fn climbed(world: &World, checks: &Checks, rungs: &[&str], stop: &str) -> (Vec<RungResult>, Vec<String>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (cancel, begun) = (CancellationToken::new(), Mutex::new(Vec::new()));
    let emit = |event: EventKind| {
        let EventKind::RungStarted { rung, .. } = event else { return };
        if rung == stop {
            cancel.cancel();
        }
        begun.lock().unwrap().push(rung);
    };
    let rungs: Vec<String> = rungs.iter().map(ToString::to_string).collect();
    let results = climb_rungs(checks, &world.ports(), &emit, &cancel, &rungs).await;
    (results, begun.into_inner().unwrap())
}

fn names(results: &[RungResult]) -> Vec<&str> {
    results.iter().map(|result| result.rung.as_str()).collect()
}

#[tokio::test]
async fn a_notebook_is_tried_again_with_the_hub_below_and_nothing_else() {
    let hub = Arc::new(Hub::new("", prints_versions));
    let (world, mut checks) = with_hub(&hub).await;
    let (_, dask) = with_gateway(&Arc::new(Gateway::default())).await;
    checks.dask = dask.dask;
    let (results, _) = climbed(&world, &checks, &["notebook-server"], "").await;
    assert_eq!(names(&results), ["hub-pods", "hub-port", "hub-http", "hub-address", "notebook-server"]);
    for result in &results {
        assert_eq!(result.outcome, RungOutcome::Passed, "{result:?}");
    }
    assert!(!hub.has_user(), "the check's user goes, although only one rung of the notebook was climbed");
}

#[tokio::test]
async fn a_rung_of_the_hub_makes_no_user() {
    let hub = Arc::new(Hub::new("", prints_versions));
    hub.leave_a_server();
    let (world, checks) = with_hub(&hub).await;
    let (results, _) = climbed(&world, &checks, &["hub-login"], "").await;
    assert_eq!(names(&results), ["hub-pods", "hub-port", "hub-http", "hub-address", "hub-login"]);
    assert!(hub.calls().iter().all(|call| call.starts_with("GET ")), "{:?}", hub.calls());
}

#[tokio::test]
async fn workers_are_tried_again_with_a_cluster_of_their_own() {
    let gateway = Arc::new(Gateway::default());
    let (world, mut checks) = with_gateway(&gateway).await;
    checks.hub = Some(HubCheck::default());
    put_service(&world, "hub", 8081);
    let (results, _) = climbed(&world, &checks, &["dask-workers"], "").await;
    assert_eq!(names(&results), ["dask-pods", "dask-port", "dask-http", "dask-cluster", "dask-workers"]);
    assert_eq!(rung(&results, "dask-workers").outcome, RungOutcome::Passed, "{results:?}");
    assert_eq!(gateway.clusters(), [""; 0]);
}

#[tokio::test]
async fn a_ctrl_c_in_another_try_leaves_nothing_either() {
    let gateway = Arc::new(Gateway::without_workers());
    let (world, checks) = with_gateway(&gateway).await;
    let (results, begun) = climbed(&world, &checks, &["dask-workers"], "dask-workers").await;
    assert_eq!(begun.last().map(String::as_str), Some("dask-workers"));
    assert_eq!(rung(&results, "dask-workers").outcome, RungOutcome::Skipped);
    assert_eq!(gateway.clusters(), [""; 0]);
}

#[tokio::test]
async fn what_is_no_rung_of_the_checks_is_passed_over() {
    let (world, checks) = with_hub(&Arc::new(Hub::new("", prints_versions))).await;
    let (results, begun) = climbed(&world, &checks, &["ray-gpu", "no-such-rung"], "").await;
    assert!(results.is_empty() && begun.is_empty(), "{begun:?}");
}

#[tokio::test]
async fn a_climb_keeps_to_its_plan() {
    let hub = Arc::new(Hub::new("", prints_versions));
    let address = serve(Arc::clone(&hub)).await;
    let (world, mut checks) = with_hub(&hub).await;
    checks.hub.as_mut().unwrap().url = Some(format!("http://{address}"));
    for wanted in [vec![], vec!["notebook-versions"], vec!["hub-port"]] {
        let named: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        let planned: Vec<String> = part(&checks, false, &named).into_iter().map(|plan| plan.rung).collect();
        let (results, begun) = climbed(&world, &checks, &wanted, "").await;
        assert_eq!(names(&results), planned);
        assert_eq!(begun, planned);
    }
}

#[test]
fn the_ladder_holds_what_is_checked_in_the_words_of_the_place() {
    let checks = Checks { hub: Some(HubCheck::default()), ray: Some(RayCheck::default()), ..Checks::default() };
    let on_cluster = ladder(&checks, false);
    let titles: Vec<&str> = on_cluster.iter().map(|plan| plan.title.as_str()).collect();
    assert!(titles.contains(&"hub's pods") && titles.contains(&"Ray from the notebook"), "{titles:?}");
    assert!(!titles.iter().any(|title| title.contains("Dask") || title.contains("GPU")), "{titles:?}");
    assert_eq!(on_cluster.last().map(|plan| plan.height), Some(6));
    let here = ladder(&checks, true);
    assert_eq!(here.len(), on_cluster.len());
    assert!(here.iter().all(|plan| !plan.title.contains("pods")), "{here:?}");
    assert_eq!(ladder(&Checks::default(), false), []);
}
