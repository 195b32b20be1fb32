//! Climbs the ladder: tracks at the same time, rungs one after another, each within its limit, stopping a track's rungs at
//! the first red one they need. Must not know any rung.
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::future::join_all;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    place,
    rung::{Notes, Rung, Stop, Track},
    rungs::{HUB_ADDRESS, NOTEBOOK, TAKES, TRACKS},
    scene::Scene,
};
use crate::{
    plan::graph::Checks,
    problem::Problem,
    run::{
        event::{EventKind, RungOutcome, RungPlan, RungResult},
        ports::Ports,
    },
};

/// Longest time that cleaning up after a track may take.
const CLEANING: Duration = Duration::from_secs(180);

/// The rungs that these checks ask for, in the order of the table, as they are called where the deployment is.
pub fn ladder(checks: &Checks, on_this_machine: bool) -> Vec<RungPlan> {
    let plan = |rung: &Rung| RungPlan {
        rung: rung.id.to_owned(),
        height: rung.height,
        title: place::title(rung.title, on_this_machine),
    };
    every_rung().filter(|rung| (rung.wanted)(checks)).map(plan).collect()
}

/// The part of the ladder that a climb of some rungs tries: those, and what they need below. No rungs named: all of it.
pub fn part(checks: &Checks, on_this_machine: bool, rungs: &[String]) -> Vec<RungPlan> {
    let chosen = chosen(rungs);
    ladder(checks, on_this_machine).into_iter().filter(|plan| chosen.contains(plan.rung.as_str())).collect()
}

/// Climbs the whole ladder. Results come in the order of the table. To stop early, cancel the token and go on awaiting:
/// the check's user, server and Dask cluster are removed before this returns. Dropping the future leaves them behind,
/// until the next climb finds and removes them.
pub async fn climb(
    checks: &Checks,
    ports: &Ports,
    emit: &(dyn Fn(EventKind) + Send + Sync),
    cancel: &CancellationToken,
) -> Vec<RungResult> {
    climb_rungs(checks, ports, emit, cancel, &[]).await
}

/// Climbs some rungs by id, with what they need below, for another try after a red one; no ids: the whole ladder. What is not
/// a rung of these checks is passed over. Ends, and cleans up, as [`climb`] does.
pub async fn climb_rungs(
    checks: &Checks,
    ports: &Ports,
    emit: &(dyn Fn(EventKind) + Send + Sync),
    cancel: &CancellationToken,
    rungs: &[String],
) -> Vec<RungResult> {
    let (scene, chosen) = (Scene::new(checks, ports, emit), chosen(rungs));
    let climb = Climb { scene: &scene, chosen: &chosen, cancel };
    let none = BTreeMap::new();
    let tracks = join_all(TRACKS.iter().map(|track| climb.track(track, &none))).await;
    let mut results: Vec<RungResult> = tracks.into_iter().flatten().collect();
    let lower = results.iter().map(|result| (result.rung.clone(), result.outcome)).collect();
    results.extend(climb.track(&NOTEBOOK, &lower).await);
    results
}

fn every_rung() -> impl Iterator<Item = &'static Rung> {
    TRACKS.iter().chain([&NOTEBOOK]).flat_map(|track| track.rungs)
}

/// Rungs with all that they need below, and what they take from others.
fn chosen(rungs: &[String]) -> BTreeSet<&'static str> {
    let mut chosen = BTreeSet::new();
    let mut open: Vec<&Rung> =
        every_rung().filter(|rung| rungs.is_empty() || rungs.iter().any(|id| id == rung.id)).collect();
    while let Some(rung) = open.pop() {
        let takes = TAKES.iter().filter(|(who, _)| *who == rung.id).map(|(_, from)| from);
        let below: Vec<&str> = rung.needs.iter().chain(takes).copied().collect();
        if chosen.insert(rung.id) {
            open.extend(every_rung().filter(|other| below.contains(&other.id)));
        }
    }
    chosen
}

/// The hub's public address, if a climb found that it leads to the hub.
pub fn address(results: &[RungResult]) -> Option<&str> {
    let green = |result: &&RungResult| result.rung == HUB_ADDRESS && result.outcome == RungOutcome::Passed;
    let tried = results.iter().find(green)?.tried.trim_end_matches('/');
    tried.contains("://").then_some(tried)
}

/// One climb: on what, of which rungs, until when.
struct Climb<'c> {
    scene: &'c Scene<'c>,
    chosen: &'c BTreeSet<&'static str>,
    cancel: &'c CancellationToken,
}

impl Climb<'_> {
    /// A track without a chosen rung made nothing, and has nothing to clean.
    async fn track(&self, track: &Track, lower: &BTreeMap<String, RungOutcome>) -> Vec<RungResult> {
        let mut outcomes = lower.clone();
        let mut results = Vec::new();
        let chosen = |rung: &&Rung| (rung.wanted)(self.scene.checks) && self.chosen.contains(rung.id);
        for rung in track.rungs.iter().filter(chosen) {
            let result = self.rung(rung, &outcomes).await;
            outcomes.insert(result.rung.clone(), result.outcome);
            self.scene.event(EventKind::RungDone(result.clone()));
            results.push(result);
        }
        if !results.is_empty() {
            clean(self.scene, track).await;
        }
        results
    }

    async fn rung(&self, rung: &Rung, outcomes: &BTreeMap<String, RungOutcome>) -> RungResult {
        match red_below(rung, outcomes) {
            Some(below) => untried(self.scene, rung, not_tried(self.scene, below)),
            None if self.cancel.is_cancelled() => untried(self.scene, rung, interrupted()),
            None => climb_rung(self.scene, rung, self.cancel).await,
        }
    }
}

fn red_below<'a>(rung: &Rung, outcomes: &'a BTreeMap<String, RungOutcome>) -> Option<&'a str> {
    let mut needed = rung.needs.iter().filter_map(|need| outcomes.get_key_value(*need));
    needed.find(|(_, outcome)| **outcome != RungOutcome::Passed).map(|(name, _)| name.as_str())
}

fn not_tried(scene: &Scene<'_>, below: &str) -> Problem {
    let title = every_rung().find(|rung| rung.id == below).map_or(below, |rung| rung.title);
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
