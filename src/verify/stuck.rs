//! Why the pods or processes that a rung waits for do not come: the health rules, asked once or for as long as something is waited for. Must not know any rung.
use std::{collections::BTreeSet, time::Duration};

use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};

use super::{place::Place, scene::Scene};
use crate::{
    health::{
        causes,
        index::Index,
        objects::Change,
        verdict::{Finding, NextStep},
    },
    problem::Problem,
    run::ports::{ObjectRef, Ports},
};

/// How long a look at the namespace may take.
const LOOK: Duration = Duration::from_secs(10);
/// Time between two judgements while something is waited for.
const EVERY: Duration = Duration::from_secs(5);
/// How long a cause may last: an autoscaler says within this time that it makes a machine.
const HOPELESS: SignedDuration = SignedDuration::from_secs(60);

/// The problem with the cause that keeps a pod, or what should make it, whose name begins so from getting ready; the problem
/// alone if none is known.
pub async fn explained(scene: &Scene<'_>, problem: Problem, name: &str) -> Problem {
    let problem = scene.place.told(problem, &scene.checks.namespace);
    let index = look(scene.ports, &scene.checks.namespace).await;
    match cause(&index, scene.ports.clock.now(), name) {
        Some(finding) => because(problem, with_last_words(scene, finding).await),
        None => problem,
    }
}

/// Watches until one cause has kept such a pod from getting ready for so long that it will not go away by itself; that problem. Where
/// the cluster is making a machine for the pod there is no cause.
pub async fn hopeless(scene: &Scene<'_>, problem: Problem, name: &str) -> Problem {
    let mut index = Index::new(&scene.checks.namespace);
    let mut changes = scene.ports.workloads().watch(&scene.checks.namespace);
    let mut lasting: Option<(Timestamp, Finding)> = None;
    loop {
        let mut tick = scene.ports.clock.sleep(EVERY);
        loop {
            tokio::select! {
                () = &mut tick => break,
                Some(change) = changes.next() => drop(index.apply(change)),
            }
        }
        let now = scene.ports.clock.now();
        lasting = cause(&index, now, name).map(|found| (since(lasting.as_ref(), &found).unwrap_or(now), found));
        if let Some((_, finding)) = lasting.take_if(|(since, _)| now.duration_since(*since) >= HOPELESS) {
            return because(problem, finding);
        }
    }
}

/// Since when it is this cause.
fn since(before: Option<&(Timestamp, Finding)>, now: &Finding) -> Option<Timestamp> {
    before.filter(|(_, before)| before.code == now.code).map(|(since, _)| *since)
}

/// What is wrong now with something whose name begins so.
fn cause(index: &Index, now: Timestamp, name: &str) -> Option<Finding> {
    let concerns =
        |finding: &Finding| finding.subject.split_once(['/', ' ']).is_some_and(|(_, it)| it.starts_with(name));
    causes::all(index, now).into_iter().find(concerns)
}

/// A process of this machine says last why it ended, and that may be the cause.
async fn with_last_words(scene: &Scene<'_>, finding: Finding) -> Finding {
    let Some(log) = finding.log.as_ref().filter(|log| log.file.is_some()) else { return finding };
    let process = ObjectRef::new("v1", "Pod", &log.namespace, &log.pod);
    match scene.ports.workloads().logs(&process, &log.container, log.previous, causes::LAST_WORDS).await {
        Ok(lines) => causes::with_last_words(finding, &lines),
        Err(_) => finding,
    }
}

/// The namespace as it is now: a watch until everything that was there has come.
pub async fn look(ports: &Ports, namespace: &str) -> Index {
    let mut index = Index::new(namespace);
    let mut waiting: BTreeSet<&str> = Place::of(ports).kinds().collect();
    let mut changes = ports.workloads().watch(namespace);
    let all = async {
        while !waiting.is_empty() {
            let Some(change) = changes.next().await else { return };
            if let Change::Synced { kind } | Change::Absent { kind } | Change::Blind { kind, .. } = &change {
                waiting.remove(kind);
            }
            index.apply(change);
        }
    };
    // What has come by then may be enough.
    let _ = tokio::time::timeout(LOOK, all).await;
    index
}

/// The cause's name, words and next steps lead; what the rung itself would advise follows.
fn because(problem: Problem, finding: Finding) -> Problem {
    let advice = finding.next.iter().map(ToString::to_string);
    let key = finding.next.iter().find_map(|step| match step {
        NextStep::Edit { key, .. } => Some(key.clone()),
        _ => None,
    });
    Problem {
        code: finding.code,
        title: format!("{}: {}", problem.title, finding.title),
        detail: finding.detail.or(problem.detail),
        hints: advice.chain(problem.hints).collect(),
        // What the rung would have changed was a guess.
        at: key,
        retry: problem.retry,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_leads_and_the_rungs_advice_follows() {
        let problem =
            Problem::new("dask-cluster-pending", "it was not running after 120 s").hint("look").at("dask.image");
        let finding = Finding::new("no-room-cpu", "Pod/dask-scheduler-1", "no node has 1 CPU free")
            .detail("0/1 nodes are available: 1 Insufficient cpu")
            .edit("dask.scheduler-cpu", "ask for less");
        let told = because(problem, finding);
        assert_eq!(told.code, "no-room-cpu");
        assert_eq!(told.title, "it was not running after 120 s: no node has 1 CPU free");
        assert_eq!(told.at.as_deref(), Some("dask.scheduler-cpu"));
        assert_eq!(told.hints, ["change the answer `dask.scheduler-cpu`: ask for less", "look"]);
    }
}
