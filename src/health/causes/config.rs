//! Containers that cannot be made: what they are configured with is not there, or is forbidden.
use super::{Context, answers, named};
use crate::health::{
    index::Noted,
    objects::{Pod, Watched},
    verdict::Finding,
};

/// Seconds until a missing object counts: helm makes things one after another, and the kubelet looks only now and then.
const PATIENCE: i64 = 20;
/// Seconds after which a mount event that is not repeated is history.
const STALE: i64 = 300;

const REASONS: &[&str] = &["CreateContainerConfigError", "CreateContainerError", "RunContainerError", "StartError"];

/// What is said about a container that cannot be made, or about a volume that cannot be filled.
fn words<'a>(on: &Context<'a>) -> Option<(&'a Pod, &'a str)> {
    let pod = on.pod().filter(|pod| on.is_past(Context::placed(pod), PATIENCE))?;
    Some((pod, waiting(pod).or_else(|| mount(on, pod))?))
}

pub(super) fn waiting(pod: &Pod) -> Option<&str> {
    pod.statuses().find_map(|status| {
        let waiting = status.state.waiting.as_deref()?;
        REASONS.contains(&waiting.reason.as_deref()?).then(|| waiting.message.as_deref().unwrap_or_default())
    })
}

fn mount<'a>(on: &Context<'a>, pod: &'a Pod) -> Option<&'a str> {
    let starting = pod.status.container_statuses.iter().any(|status| status.state.waiting.is_some());
    let telling = |event: &&Noted| &*event.reason == "FailedMount" && !on.is_past(event.last, STALE);
    let missing = |event: &&Noted| event.message.contains("not found") || event.message.contains("non-existent");
    on.index.pod_events(pod).filter(|_| starting).filter(telling).find(missing).map(|event| &*event.message)
}

/// The name in quotes after a word: `secret "hub" not found` gives `hub` for `secret`.
pub(super) fn quoted<'a>(words: &'a str, before: &str) -> Option<&'a str> {
    let after = words.split_once(before)?.1.trim_start();
    let (name, _) = after.strip_prefix('"')?.split_once('"')?;
    Some(name)
}

fn missing(on: &Context<'_>, code: &str, kind: &str, word: &str) -> Option<Finding> {
    let (pod, words) = words(on)?;
    let name = quoted(words, &format!("{word} ")).filter(|_| words.contains("not found"))?;
    let title = format!("{kind} `{name}` is not there, and `{}` needs it", pod_program(pod));
    let namespace = on.index.namespace();
    let finding = Finding::new(code, format!("{kind}/{name}"), title).detail(words).since(Context::placed(pod));
    let finding = finding.command(format!("kubectl -n {namespace} get {word}s"), "see what is there");
    Some(finding.retry(format!("it goes on by itself as soon as the {kind} is there")))
}

fn pod_program(pod: &Pod) -> &str {
    let unready = pod.statuses().find(|status| status.state.waiting.is_some());
    unready.map_or(pod.name(), |status| &status.name)
}

pub fn secret_missing(on: &Context<'_>) -> Option<Finding> {
    missing(on, "secret-missing", "Secret", "secret")
}

pub fn configmap_missing(on: &Context<'_>) -> Option<Finding> {
    missing(on, "configmap-missing", "ConfigMap", "configmap")
}

pub fn key_missing(on: &Context<'_>) -> Option<Finding> {
    let (pod, words) = words(on)?;
    let rest = words.split_once("couldn't find key ").or_else(|| words.split_once("references non-existent "))?.1;
    let title = format!("a key that `{}` needs is missing: {rest}", pod_program(pod));
    Some(Finding::new("key-missing", named(pod), title).detail(words).since(Context::placed(pod)))
}

pub fn runs_as_root(on: &Context<'_>) -> Option<Finding> {
    let (pod, words) = words(on)?;
    words.contains("runAsNonRoot").then(|| {
        let title = format!("`{}` may not run as root, but its image would", pod_program(pod));
        let finding = Finding::new("runs-as-root", named(pod), title).detail(words).since(Context::placed(pod));
        match answers::image(pod) {
            Some(key) => finding.edit(key, "choose an image whose user is a number other than 0"),
            None => finding,
        }
    })
}

pub fn cannot_start(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod().filter(|pod| on.is_past(Context::placed(pod), PATIENCE))?;
    let started = |status: &crate::health::objects::ContainerStatus| {
        let end = status.last_state.terminated.as_deref().or(status.state.terminated.as_deref())?;
        let never = matches!(end.reason.as_deref(), Some("StartError" | "ContainerCannotRun"));
        never.then(|| end.message.clone().unwrap_or_default())
    };
    let words = waiting(pod).map(Box::from).or_else(|| pod.statuses().find_map(started))?;
    let title = if words.contains("exec format error") {
        format!("the image of `{}` is built for another processor", pod_program(pod))
    } else {
        format!("`{}` cannot be started", pod_program(pod))
    };
    let finding = Finding::new("container-cannot-start", named(pod), title).detail(&words).since(Context::placed(pod));
    Some(match answers::image(pod) {
        Some(key) => finding.edit(key, "choose another image"),
        None => finding,
    })
}
