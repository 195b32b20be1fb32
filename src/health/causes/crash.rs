//! Programs that end: out of memory, or with an exit code; and what their last words mean.
use super::{Context, answers, named};
use crate::health::{
    objects::{ContainerStatus, Pod, Terminated, Watched},
    text,
    verdict::{Finding, LogPointer},
};

/// Restarts until a crash counts: a program whose database is late crashes once or twice, and heals.
const RESTARTS: u32 = 3;
/// Seconds of back-off from which it counts anyway.
const BACK_OFF: u32 = 40;
/// Last lines of a log that are shown.
pub const LAST_WORDS: u32 = 20;

/// How the container ended last.
fn last_end(status: &ContainerStatus) -> Option<&Terminated> {
    status.state.terminated.as_deref().or(status.last_state.terminated.as_deref())
}

fn is_out_of_memory(end: &Terminated) -> bool {
    end.reason.as_deref() == Some("OOMKilled")
}

/// A container that has ended often enough, and how.
fn crashed(pod: &Pod) -> Option<(&ContainerStatus, &Terminated)> {
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

fn log(pod: &Pod, status: &ContainerStatus) -> LogPointer {
    LogPointer {
        namespace: pod.namespace().to_owned(),
        pod: pod.name().to_owned(),
        container: status.name.to_string(),
        // while it waits or runs again, the words are those of the run before
        previous: status.state.terminated.is_none() && status.last_state.terminated.is_some(),
    }
}

pub fn out_of_memory(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod()?;
    let killed = |status: &&ContainerStatus| {
        let down = status.state.running.is_none() || status.restart_count >= RESTARTS;
        down && !status.ready && last_end(status).is_some_and(is_out_of_memory)
    };
    let status = pod.statuses().find(killed)?;
    let limit = pod.container(&status.name).and_then(|container| container.resources.limits.memory);
    let limit = limit.map(|bytes| format!(" ({})", super::figures::bytes(bytes))).unwrap_or_default();
    let title = format!("`{}` used more memory than its limit{limit} and was stopped", status.name);
    let ended = last_end(status).and_then(|end| end.finished_at);
    let finding = Finding::new("out-of-memory", named(pod), title).since(ended).log(log(pod, status));
    Some(match answers::memory(pod) {
        Some(key) => finding.edit(key, format!("allow it more memory{}", answers::in_pool(pod))),
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
    Some(finding.since(end.finished_at).log(log(pod, status)).command(command, "read its last words in full"))
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
    Some(Finding::new("pod-failed", named(pod), title).detail(words).since(end.finished_at).log(log(pod, status)))
}

/// How a program ended, in words.
fn exit_words(end: &Terminated) -> String {
    let code = end.exit_code;
    match code {
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

/// What the last words of a program mean, by words that are in them.
const MEANINGS: &[(&[&str], &str)] = &[
    (&["exec format error"], "the image is built for another processor"),
    (&["no space left on device"], "a disk is full: the node's, or the volume's"),
    (&["database is locked"], "two hubs share one database file: only one may run"),
    (&["read-only file system"], "it writes where it may only read"),
    (
        &["could not connect to server", "connection to server"],
        "its database does not answer: check `storage.database-url`",
    ),
    (
        &["password authentication failed", "access denied for user"],
        "the database refused its password: check `storage.database-password`",
    ),
    (&["permission denied"], "it may not read or write a file: the volume may belong to another user"),
    (&["certificate verify failed", "x509:"], "it does not trust a certificate"),
    (
        &["name or service not known", "temporary failure in name resolution", "no such host"],
        "it cannot find a host by its name: DNS",
    ),
    (&["connection refused"], "what it needs does not answer yet, or is at another address"),
    (&["modulenotfounderror", "no module named"], "its image lacks a Python package"),
    (&["traiterror", "unrecognized alias", "config option"], "it does not accept a value of its configuration"),
    (&["address already in use"], "its port is taken by another program of the pod"),
    (&["version mismatch"], "parts of it have different versions"),
];

/// Adds a program's last words to a finding, cleaned, and what they mean if that is known. `lines`: end of its log.
#[must_use]
pub fn with_last_words(mut finding: Finding, lines: &[String]) -> Finding {
    let from = lines.len().saturating_sub(LAST_WORDS as usize);
    let words = text::clean(&lines.iter().skip(from).cloned().collect::<Vec<_>>().join("\n"));
    if words.is_empty() {
        return finding;
    }
    if let Some(meaning) = meaning(&words) {
        finding = finding.tell(format!("its last words mean: {meaning}"));
    }
    finding.detail = Some(match finding.detail {
        Some(detail) => format!("{detail}\nits last words:\n{words}"),
        None => format!("its last words:\n{words}"),
    });
    finding
}

/// The last line with a known meaning tells.
fn meaning(words: &str) -> Option<&'static str> {
    words.lines().rev().find_map(|line| {
        let line = line.to_lowercase();
        MEANINGS.iter().find(|(known, _)| known.iter().any(|word| line.contains(word))).map(|(_, meaning)| *meaning)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_the_kubelet_writes_them() {
        assert_eq!(["10s", "40s", "1m20s", "5m0s"].map(seconds), [Some(10), Some(40), Some(80), Some(300)]);
        assert_eq!(["", "s", "ms", "99999999999999m0s", "1h"].map(seconds), [None, None, None, None, None]);
    }

    #[test]
    fn last_words_are_cleaned_shown_and_explained() {
        let finding = Finding::new("crash-loop", "Pod/hub-1", "`hub` ends");
        let lines =
            vec!["starting".to_owned(), "\u{1b}[31mPermissionError: [Errno 13] Permission denied: '/srv/x'".to_owned()];
        let finding = with_last_words(finding, &lines);
        assert_eq!(
            finding.detail.unwrap(),
            "its last words:\nstarting\nPermissionError: [Errno 13] Permission denied: '/srv/x'"
        );
        assert!(format!("{:?}", finding.next).contains("another user"));
    }

    #[test]
    fn only_the_end_of_a_long_log_is_shown() {
        let lines: Vec<String> = (0..100).map(|n| format!("line {n}")).collect();
        let detail = with_last_words(Finding::new("crash-loop", "Pod/a", "a"), &lines).detail.unwrap();
        assert!(detail.starts_with("its last words:\nline 80\n") && detail.ends_with("line 99"), "{detail}");
    }
}
