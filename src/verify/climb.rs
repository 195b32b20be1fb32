//! Climbs the ladder: tracks at the same time, rungs one after another, each within its limit, stopping a track's rungs at
//! the first red one they need. Must not know any rung.
use std::{collections::BTreeMap, time::Duration};

use futures::future::join_all;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    rung::{Notes, Rung, Stop, Track},
    rungs::{HUB_ADDRESS, NOTEBOOK, TRACKS},
    scene::{Scene, Service},
};
use crate::{
    plan::graph::Checks,
    problem::Problem,
    run::{
        event::{EventKind, RungOutcome, RungResult},
        ports::Ports,
    },
};

/// Longest time that cleaning up after a track may take.
const CLEANING: Duration = Duration::from_secs(180);

/// Climbs the whole ladder. Results come in the order of the table. To stop early, cancel the token and go on awaiting:
/// the check's user, server and Dask cluster are removed before this returns. Dropping the future leaves them behind,
/// until the next climb finds and removes them.
pub async fn climb(
    checks: &Checks,
    ports: &Ports,
    emit: &(dyn Fn(EventKind) + Send + Sync),
    cancel: &CancellationToken,
) -> Vec<RungResult> {
    climb_some(checks, ports, emit, cancel, &[Service::Hub, Service::Ray, Service::Dask, Service::Notebook]).await
}

/// Climbs the tracks of some services only, for another try after a red rung. A notebook's rungs need those of the hub, and of
/// Ray or Dask where these are checked, so name them too.
pub async fn climb_some(
    checks: &Checks,
    ports: &Ports,
    emit: &(dyn Fn(EventKind) + Send + Sync),
    cancel: &CancellationToken,
    services: &[Service],
) -> Vec<RungResult> {
    let scene = Scene::new(checks, ports, emit);
    let none = BTreeMap::new();
    let chosen = TRACKS.iter().filter(|track| services.contains(&track.service));
    let mut results: Vec<RungResult> =
        join_all(chosen.map(|track| climb_track(&scene, track, cancel, &none))).await.into_iter().flatten().collect();
    if services.contains(&Service::Notebook) {
        let lower = results.iter().map(|result| (result.rung.clone(), result.outcome)).collect();
        results.extend(climb_track(&scene, &NOTEBOOK, cancel, &lower).await);
    }
    results
}

/// The hub's public address, if a climb found that it leads to the hub.
pub fn address(results: &[RungResult]) -> Option<&str> {
    let green = |result: &&RungResult| result.rung == HUB_ADDRESS && result.outcome == RungOutcome::Passed;
    let tried = results.iter().find(green)?.tried.trim_end_matches('/');
    tried.contains("://").then_some(tried)
}

async fn climb_track(
    scene: &Scene<'_>,
    track: &Track,
    cancel: &CancellationToken,
    lower: &BTreeMap<String, RungOutcome>,
) -> Vec<RungResult> {
    let mut outcomes = lower.clone();
    let mut results = Vec::new();
    for rung in track.rungs.iter().filter(|rung| (rung.wanted)(scene.checks)) {
        let result = match red_below(rung, &outcomes) {
            Some(below) => untried(scene, rung, not_tried(scene, below)),
            None if cancel.is_cancelled() => untried(scene, rung, interrupted()),
            None => climb_rung(scene, rung, cancel).await,
        };
        outcomes.insert(result.rung.clone(), result.outcome);
        scene.event(EventKind::RungDone(result.clone()));
        results.push(result);
    }
    clean(scene, track).await;
    results
}

fn red_below<'a>(rung: &Rung, outcomes: &'a BTreeMap<String, RungOutcome>) -> Option<&'a str> {
    let mut needed = rung.needs.iter().filter_map(|need| outcomes.get_key_value(*need));
    needed.find(|(_, outcome)| **outcome != RungOutcome::Passed).map(|(name, _)| name.as_str())
}

fn not_tried(scene: &Scene<'_>, below: &str) -> Problem {
    let rungs = TRACKS.iter().chain([&NOTEBOOK]).flat_map(|track| track.rungs);
    let title = rungs.into_iter().find(|rung| rung.id == below).map_or(below, |rung| rung.title);
    let title = scene.place.title(title);
    Problem::new("lower-rung", format!("not tried, because {title} (`{below}`) is not green"))
}

fn interrupted() -> Problem {
    Problem::new("interrupted", "stopped by hand before it was done").retry()
}

fn untried(scene: &Scene<'_>, rung: &Rung, problem: Problem) -> RungResult {
    result(scene, rung, &Notes::default(), Err(Stop::Skipped(problem)), Duration::ZERO)
}

async fn climb_rung(scene: &Scene<'_>, rung: &Rung, cancel: &CancellationToken) -> RungResult {
    scene.event(EventKind::RungStarted { rung: rung.id.to_owned(), title: scene.place.title(rung.title) });
    let (notes, begun) = (Notes::default(), Instant::now());
    let ended = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Stop::Skipped(interrupted())),
        ended = tokio::time::timeout(rung.limit, (rung.run)(scene, &notes)) => {
            ended.unwrap_or_else(|_| Err(too_slow(scene, rung).into()))
        }
    };
    result(scene, rung, &notes, ended, begun.elapsed())
}

fn too_slow(scene: &Scene<'_>, rung: &Rung) -> Problem {
    let (limit, title) = (rung.limit.as_secs(), scene.place.title(rung.title));
    Problem::new("rung-timeout", format!("`{title}` was not done after {limit} s"))
        .hint("look at what was seen so far, and at the pods behind it: they may be busy, starting or out of memory")
        .retry()
}

fn result(scene: &Scene<'_>, rung: &Rung, notes: &Notes, ended: Result<(), Stop>, took: Duration) -> RungResult {
    let (tried, evidence) = notes.read();
    let (outcome, problem) = match ended {
        Ok(()) => (RungOutcome::Passed, None),
        Err(Stop::Failed(problem)) => (RungOutcome::Failed, Some(problem)),
        Err(Stop::Skipped(problem)) => (RungOutcome::Skipped, Some(problem)),
    };
    RungResult {
        rung: rung.id.to_owned(),
        height: rung.height,
        title: scene.place.title(rung.title),
        outcome,
        tried,
        evidence,
        problem: problem.map(|problem| scene.place.told(problem, &scene.checks.namespace)),
        took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    }
}

async fn clean(scene: &Scene<'_>, track: &Track) {
    let Some(clean) = track.clean else { return };
    match tokio::time::timeout(CLEANING, clean(scene)).await {
        Ok(Ok(())) => {}
        Ok(Err(problem)) => scene.say(format!("not cleaned up: {problem}; the next `hubwright verify` tries again")),
        Err(_) => scene
            .say(format!("not cleaned up within {} s; the next `hubwright verify` tries again", CLEANING.as_secs())),
    }
}
