//! The ladder on this machine: processes that answer their probes, ports on loopback, homes in folders.
use std::time::Duration;

use crate::{
    health::{index::Index, objects::Watched, pod, text},
    problem::{Explain, Problem},
    run::ports::{Machine, ObjectRef},
    verify::{
        door::Door,
        rung::{Notes, Stop},
        rungs::hub::PROXY,
        scene::Scene,
        stuck::{explained, look},
    },
};

/// Pause between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// How long processes may take: those that start again come back within this time. Tests need not wait for it.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 60 });
/// Port of the hub's proxy as it is asked for, whether it speaks TLS or not.
const PROXY_PORT: u16 = 80;
/// Lines of a log that go with a problem.
const LAST_LINES: u32 = 15;

/// Waits until every process whose name begins so is ready, and there is one.
pub async fn behind(scene: &Scene<'_>, notes: &Notes, named: &str) -> Result<(), Stop> {
    notes.tried(format!("the processes `{named}…`"));
    let begun = tokio::time::Instant::now();
    loop {
        let index = look(scene.ports, &scene.checks.namespace).await;
        let late = late(&index, named);
        if late.as_ref().is_some_and(Vec::is_empty) {
            names(&index, named).for_each(|name| notes.seen(format!("process {name} is ready")));
            return Ok(());
        }
        if stopped(&index) {
            return Err(deployment_stopped(&scene.checks.namespace).into());
        }
        if begun.elapsed() > PATIENCE {
            late.iter().flatten().for_each(|line| notes.seen(line));
            return Err(not_ready(scene, &index, named, late.as_deref()).await.into());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether nothing of it runs, because a person said so: nothing to wait for.
fn stopped(index: &Index) -> bool {
    let mut processes = index.pods().peekable();
    processes.peek().is_some() && processes.all(|process| pod::line(index, process).state == pod::STOPPED)
}

fn deployment_stopped(name: &str) -> Problem {
    Problem::new("deployment-stopped", "the deployment is stopped")
        .hint(format!("`hubwright start -n {name}` starts it again"))
        .retry()
}

fn names<'a>(index: &'a Index, named: &'a str) -> impl Iterator<Item = &'a str> {
    index.pods().map(Watched::name).filter(move |name| name.starts_with(named))
}

/// Those that are not ready, each with why; `None`: there is no such process.
fn late(index: &Index, named: &str) -> Option<Vec<String>> {
    names(index, named).next()?;
    let all = index.pods().filter(|process| process.name().starts_with(named));
    let late = all.filter(|process| !process.is_ready()).map(|process| pod::line(index, process));
    Some(late.map(|line| format!("{}: {}", line.name, line.reason.unwrap_or(line.state))).collect())
}

async fn not_ready(scene: &Scene<'_>, index: &Index, named: &str, late: Option<&[String]>) -> Problem {
    let name = &scene.checks.namespace;
    let Some(first) = late.and_then(<[String]>::first) else {
        let contact = index.lost_contact().unwrap_or_default();
        return Problem::new("process-missing", format!("no process `{named}` runs on this machine"))
            .detail(text::line(contact))
            .hint(format!("`hubwright upgrade -n {name}` starts what is missing"))
            .retry();
    };
    let problem = Problem::new("process-not-ready", format!("a process of `{named}` is not ready"))
        .detail(first)
        .hint(format!("`hubwright status -n {name}` shows all of them"))
        .retry();
    explained(scene, problem, named).await
}

/// A port of this machine, by its own number.
pub async fn forward(scene: &Scene<'_>, notes: &Notes, service: &str, port: u16) -> Result<Door, Problem> {
    let door =
        Door::forward(scene, service, port).await.inspect_err(|_| notes.tried(format!("the port of {service}")))?;
    notes.tried(format!("port {} on this machine", door.port));
    Ok(door.here())
}

/// The proxy serves the hub with TLS or without, as its address says.
pub async fn hub(scene: &Scene<'_>, notes: &Notes) -> Result<Door, Problem> {
    let door = forward(scene, notes, PROXY, PROXY_PORT).await?;
    let secure = scene.hub()?.url.as_deref().is_some_and(|url| url.starts_with("https://"));
    Ok(if secure { door.with_tls() } else { door })
}

/// Removes the folder of a user.
pub fn remove_home(machine: &dyn Machine, user: &str) -> Result<(), Problem> {
    machine.remove_home(user).map(drop).map_err(|error| error.explain())
}

/// A problem with what a process said last.
pub async fn with_log(scene: &Scene<'_>, problem: Problem, process: &str) -> Problem {
    let object = ObjectRef::new("v1", "Pod", &scene.checks.namespace, process);
    let lines = scene.ports.workloads().logs(&object, process, false, LAST_LINES).await.unwrap_or_default();
    if lines.is_empty() {
        return problem;
    }
    let words = format!("the last words of `{process}`:\n{}", text::clean(&lines.join("\n")));
    let detail = problem.detail.iter().cloned().chain([words]).collect::<Vec<_>>().join("\n");
    Problem { detail: Some(detail), ..problem }
}
