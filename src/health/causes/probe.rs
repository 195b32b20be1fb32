//! Programs that run but do not answer as they should.
use super::{Context, log, named};
use crate::health::{
    index::Noted,
    objects::{Container, ContainerStatus, Pod, Probe},
    verdict::Finding,
};

/// Seconds after which a program that does not answer is a finding, whatever its probe allows: the hub's readiness probe
/// allows half an hour.
const LONGEST: i64 = 300;
/// Restarts by the liveness probe until they count.
const KILLS: u32 = 2;

pub fn failing(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod()?;
    let (status, container) = unready(pod)?;
    let probe = probe(container)?;
    let started = status.state.running.and_then(|running| running.started_at);
    if !on.is_past(started, allowed(probe)) {
        return None;
    }
    let told = |event: &&Noted| &*event.reason == "Unhealthy" && event.container() == Some(&*status.name);
    let words = on.index.pod_events(pod).find(told).map_or("", |event| &*event.message);
    let what = asked(probe).map(|what| format!(" at {what}")).unwrap_or_default();
    let title = format!("`{}` runs, but does not answer{what}", container.name);
    Some(Finding::new("probe-failing", named(pod), title).detail(words).since(started).log(log(
        pod,
        &status.name,
        false,
    )))
}

fn probe(container: &Container) -> Option<&Probe> {
    [&container.startup_probe, &container.readiness_probe].into_iter().flatten().next().map(|probe| &**probe)
}

/// Where a container is asked whether it is ready: `port 8081, path /hub/health`.
pub(super) fn place(container: &Container) -> Option<String> {
    probe(container).and_then(asked)
}

/// Seconds that a probe allows, within reason.
fn allowed(probe: &Probe) -> i64 {
    let wait = i64::from(probe.failure_threshold) * i64::from(probe.period_seconds);
    (i64::from(probe.initial_delay_seconds) + wait).clamp(30, LONGEST)
}

fn unready(pod: &Pod) -> Option<(&ContainerStatus, &Container)> {
    let status = pod.status.container_statuses.iter().find(|status| !status.ready && status.state.running.is_some())?;
    Some((status, pod.container(&status.name)?))
}

fn asked(probe: &Probe) -> Option<String> {
    let http = probe.http_get.as_ref().map(|get| format!("port {}, path {}", get.port.0, get.path));
    http.or_else(|| probe.tcp_socket.as_ref().map(|tcp| format!("port {}", tcp.port.0)))
}

pub fn liveness_kills(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod()?;
    let killed = |event: &&Noted| &*event.reason == "Killing" && event.message.contains("probe, will be restarted");
    let event = on.index.pod_events(pod).find(killed)?;
    let status =
        pod.statuses().find(|status| Some(&*status.name) == event.container() && status.restart_count >= KILLS)?;
    if status.ready {
        return None;
    }
    let title = format!("Kubernetes keeps stopping `{}` because it does not answer in time", status.name);
    let finding = Finding::new("liveness-kills", named(pod), title).detail(&event.message).since(event.first);
    let finding =
        finding.tell("it may be too slow for its CPUs, or wait for something that does not come: its log tells");
    Some(finding.log(log(pod, &status.name, true)))
}
