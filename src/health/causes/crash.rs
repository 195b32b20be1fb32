//! Programs that end: out of memory, or with an exit code. What their last words mean is the business of `words`.
use jiff::Timestamp;

use super::{Context, answers, log, named};
use crate::health::{
    objects::{ContainerStatus, Pod, Terminated, Watched},
    verdict::{Finding, LogPointer},
};

/// Restarts until a crash counts: a program whose database is late crashes once or twice, and heals.
const RESTARTS: u32 = 3;
/// Seconds of back-off from which it counts anyway.
const BACK_OFF: u32 = 40;

/// How the container ended last.
pub(super) fn last_end(status: &ContainerStatus) -> Option<&Terminated> {
    status.state.terminated.as_deref().or(status.last_state.terminated.as_deref())
}

fn is_out_of_memory(end: &Terminated) -> bool {
    end.reason.as_deref() == Some("OOMKilled")
}

/// A container that has ended often enough, and how.
pub(super) fn crashed(pod: &Pod) -> Option<(&ContainerStatus, &Terminated)> {
    pod.statuses().find_map(|status| {
        let end = last_end(status)?;
        let down = status.state.running.is_none() || !status.ready;
        (down && (status.restart_count >= RESTARTS || back_off(status) >= BACK_OFF)).then_some((status, end))
    })
}

/// Seconds of `back-off 40s restarting failed container…`, 0 if it does not wait.
fn back_off(status: &ContainerStatus) -> u32 {
    let waiting = status.state.waiting.as_deref().filter(|one| one.reason.as_deref() == Some("CrashLoopBackOff"));
    let words = waiting.and_then(|one| one.message.as_deref()).unwrap_or_default();
    let span = words.split_once("back-off ").map_or("", |(_, rest)| rest.split(' ').next().unwrap_or_default());
    seconds(span).unwrap_or(0)
}

/// `1m20s`, `40s`, `5m0s` in seconds.
fn seconds(span: &str) -> Option<u32> {
    let (minutes, rest) = span.split_once('m').unwrap_or(("0", span));
    let seconds = rest.strip_suffix('s')?;
    minutes.parse::<u32>().ok()?.checked_mul(60)?.checked_add(seconds.parse().ok()?)
}

/// The words of the run before, while it waits or runs again.
pub(super) fn log_of(pod: &Pod, status: &ContainerStatus) -> LogPointer {
    let again = status.state.terminated.is_none() && status.last_state.terminated.is_some();
    log(pod, &status.name, again)
}

/// The container that was stopped for its memory.
pub(super) fn killed_for_memory(pod: &Pod) -> Option<&ContainerStatus> {
    pod.statuses().find(|status| {
        let down = status.state.running.is_none() || status.restart_count >= RESTARTS;
        down && !status.ready && last_end(status).is_some_and(is_out_of_memory)
    })
}

/// When it ended last.
pub(super) fn ended_at(status: &ContainerStatus) -> Option<Timestamp> {
    last_end(status).and_then(|end| end.finished_at)
}

pub fn out_of_memory(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod()?;
    let status = killed_for_memory(pod)?;
    let limit = pod.container(&status.name).and_then(|container| container.resources.limits.memory);
    let limit = limit.map(|bytes| format!(" ({})", crate::answers::figures::bytes(bytes))).unwrap_or_default();
    let title = format!("`{}` used more memory than its limit{limit} and was stopped", status.name);
    let finding = Finding::new("out-of-memory", named(pod), title).since(ended_at(status)).log(log_of(pod, status));
    Some(match answers::memory(pod) {
        Some(key) => finding.edit(answers::of_row(pod, key), "allow it more memory"),
        None => finding,
    })
}

pub fn crash_loop(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod()?;
    let (status, end) = crashed(pod)?;
    let title =
        format!("`{}` ends soon after it starts: {} ({} restarts)", status.name, exit_words(end), status.restart_count);
    let finding = Finding::new("crash-loop", named(pod), title).detail(end.message.as_deref().unwrap_or_default());
    let command = format!("kubectl -n {} logs {} -c {} --previous", pod.namespace(), pod.name(), status.name);
    Some(finding.since(end.finished_at).log(log_of(pod, status)).command(command, "read its last words in full"))
}

/// A pod that will not be started again.
pub fn pod_failed(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod().filter(|pod| pod.phase() == "Failed")?;
    let failed = |status: &&ContainerStatus| last_end(status).is_some_and(|end| end.exit_code != 0);
    let words = pod.status.message.as_deref().unwrap_or_default();
    let Some(status) = pod.statuses().find(failed) else {
        return Some(Finding::new("pod-failed", named(pod), "the pod failed").detail(words));
    };
    let end = last_end(status)?;
    let title = format!("`{}` failed: {}", status.name, exit_words(end));
    let words = end.message.as_deref().unwrap_or(words);
    Some(Finding::new("pod-failed", named(pod), title).detail(words).since(end.finished_at).log(log_of(pod, status)))
}

/// Whether somebody, or the system, killed it with signal 9.
pub(super) fn was_killed(end: &Terminated) -> bool {
    exit_code(end) == 137
}

/// Exit code as shells say it: 128 and the signal, where that ended the program.
fn exit_code(end: &Terminated) -> i32 {
    end.signal.filter(|signal| (1..128).contains(signal)).map_or(end.exit_code, |signal| 128 + signal)
}

/// How a program ended, in words.
pub fn exit_words(end: &Terminated) -> String {
    match exit_code(end) {
        _ if is_out_of_memory(end) => "it used more memory than its limit".to_owned(),
        0 => "it finished on purpose, but should keep running".to_owned(),
        126 => "its command may not be run (exit code 126)".to_owned(),
        127 => "its command was not found (exit code 127)".to_owned(),
        134 => "it aborted itself (exit code 134)".to_owned(),
        137 => "it was killed (exit code 137)".to_owned(),
        139 => "it crashed in native code (exit code 139)".to_owned(),
        143 => "it was told to stop (exit code 143)".to_owned(),
        code => format!("exit code {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_the_kubelet_writes_them() {
        assert_eq!(["10s", "40s", "1m20s", "5m0s"].map(seconds), [Some(10), Some(40), Some(80), Some(300)]);
        assert_eq!(["", "s", "ms", "99999999999999m0s", "1h"].map(seconds), [None, None, None, None, None]);
    }
}
