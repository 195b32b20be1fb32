//! A pod as one line: a state word, how many containers are ready, restarts, and why it is not ready yet.
//! Holds no duration, so that a line changes only when the pod does. Must not know what a person should do about it.
use jiff::Timestamp;

use super::{
    causes,
    index::Index,
    objects::{ContainerStatus, Pod, Watched, label},
    owner, text,
};

/// State of a process of this machine whose deployment was stopped by hand.
pub const STOPPED: &str = "Stopped";
/// States that a healthy pod goes through, and that pass by themselves.
pub const PASSING: [&str; 7] =
    ["Pending", "PodInitializing", "Init", "ContainerCreating", "Pulling", "Running", "Terminating"];
/// Longest reason, in characters.
const REASON: usize = 200;

/// A pod as a line on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodLine {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// One word: `Pending`, `Pulling`, `Init`, `Running`, `Ready`, `CrashLoopBackOff` …
    pub state: String,
    /// Containers ready.
    pub ready: u32,
    /// Containers in all, sidecars among them.
    pub containers: u32,
    /// Restarts in all.
    pub restarts: u32,
    /// Why, if it is not ready.
    pub reason: Option<String>,
    /// Node.
    pub node: Option<String>,
    /// Whether it is a process of this machine in the shape of a pod.
    pub process: bool,
    /// What it belongs to in the end, in words: `RayCluster ray`, `Deployment hub`.
    pub owner: String,
    /// Since when it is ready, or not.
    pub since: Option<Timestamp>,
    /// Whether something keeps it from getting ready that does not pass by itself.
    pub stuck: bool,
}

/// A pod as a line.
pub fn line(index: &Index, pod: &Pod) -> PodLine {
    let counted: Vec<&ContainerStatus> = counted(pod).collect();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let sidecars = pod.spec.init_containers.iter().filter(|one| one.is_sidecar()).count();
    PodLine {
        namespace: pod.namespace().to_owned(),
        name: pod.name().to_owned(),
        state: text::brief(&state(index, pod), 60),
        ready: count(counted.iter().filter(|status| status.ready).count()),
        containers: count(pod.spec.containers.len() + sidecars),
        restarts: pod.statuses().fold(0, |sum, status| sum.saturating_add(status.restart_count)),
        reason: why_not_ready(index, pod),
        node: pod.spec.node_name.as_deref().map(str::to_owned),
        process: pod.log_file().is_some(),
        owner: owner::of(index, pod),
        since: since(pod),
        stuck: is_stuck(index, pod),
    }
}

/// Since when it is ready, or not; of one that never came that far, since when it is there.
fn since(pod: &Pod) -> Option<Timestamp> {
    let turned = pod.condition("Ready").and_then(|condition| condition.last_transition_time);
    turned.or(pod.status.start_time).or(pod.metadata.made)
}

/// No node wants it, one of its containers is in trouble, or it ended badly.
fn is_stuck(index: &Index, pod: &Pod) -> bool {
    if pod.is_ready() || pod.is_terminating() || pod.phase() == "Succeeded" {
        return false;
    }
    let unschedulable = pod.condition("PodScheduled").is_some_and(|condition| condition.because("Unschedulable"));
    pod.phase() == "Failed"
        || unschedulable && !causes::is_scaling_up(index, pod)
        || pod.statuses().any(|status| trouble(status).is_some_and(|word| word != STOPPED))
}

/// States of containers and sidecars, which all count for readiness.
fn counted(pod: &Pod) -> impl Iterator<Item = &ContainerStatus> {
    let sidecars = pod.status.init_container_statuses.iter().filter(|status| is_sidecar(pod, status));
    pod.status.container_statuses.iter().chain(sidecars)
}

fn is_sidecar(pod: &Pod, status: &ContainerStatus) -> bool {
    pod.spec.init_containers.iter().any(|one| one.name == status.name && one.is_sidecar())
}

/// One word for how a pod is, much as kubectl says it.
fn state(index: &Index, pod: &Pod) -> String {
    if pod.is_terminating() {
        return "Terminating".to_owned();
    }
    if let Some(reason) = &pod.status.reason {
        return reason.to_string();
    }
    match pod.phase() {
        "Succeeded" => "Completed".to_owned(),
        "Failed" => ended_badly(pod).unwrap_or("Failed").to_owned(),
        _ if pod.is_ready() => "Ready".to_owned(),
        _ if pulls(index, pod).is_some() => "Pulling".to_owned(),
        phase => {
            let word = init_word(pod).or_else(|| container_word(pod).map(str::to_owned));
            word.unwrap_or_else(|| if phase.is_empty() { "Unknown".to_owned() } else { phase.to_owned() })
        }
    }
}

fn ended_badly(pod: &Pod) -> Option<&str> {
    let ended = pod.statuses().filter_map(|status| status.state.terminated.as_deref());
    ended.filter(|end| end.exit_code != 0).find_map(|end| end.reason.as_deref())
}

/// The init container that the pod is at, if init is not over.
pub(super) fn current_init(pod: &Pod) -> Option<&ContainerStatus> {
    pod.status.init_container_statuses.iter().find(|status| {
        let done = match &status.state.terminated {
            Some(end) => end.exit_code == 0,
            None => is_sidecar(pod, status) && status.started == Some(true),
        };
        !done
    })
}

fn init_word(pod: &Pod) -> Option<String> {
    let status = current_init(pod)?;
    Some(match trouble(status) {
        Some(word) => format!("Init:{word}"),
        None if pod.spec.node_name.is_none() => return None,
        None => "Init".to_owned(),
    })
}

fn container_word(pod: &Pod) -> Option<&str> {
    let states = &pod.status.container_statuses;
    let waits = |status: &ContainerStatus| status.state.waiting.is_some();
    let starting = pod.status.container_statuses.iter().any(waits).then_some("ContainerCreating");
    states.iter().find_map(trouble).or(starting)
}

/// The word for a container that is in trouble.
fn trouble(status: &ContainerStatus) -> Option<&str> {
    const NORMAL: &[&str] = &["ContainerCreating", "PodInitializing"];
    let waiting = status.state.waiting.as_deref().and_then(|waiting| waiting.reason.as_deref());
    let ended = status.state.terminated.as_deref().filter(|end| end.exit_code != 0);
    waiting.filter(|word| !NORMAL.contains(word)).or_else(|| ended.map(|end| end.reason.as_deref().unwrap_or("Error")))
}

/// The image that a pod is downloading, if it is: the newest word on it is `Pulling`.
pub(super) fn pulls<'a>(index: &'a Index, pod: &'a Pod) -> Option<&'a str> {
    if pod.is_ready() || pod.has_ended() {
        return None;
    }
    let starts = |status: &&ContainerStatus| {
        let waiting = status.state.waiting.as_deref().and_then(|waiting| waiting.reason.as_deref());
        matches!(waiting, Some("ContainerCreating" | "PodInitializing"))
    };
    pod.statuses().filter(starts).find_map(|status| {
        let of_container = |event: &&super::index::Noted| event.container() == Some(&*status.name);
        let newest = index.pod_events(pod).find(of_container)?;
        (&*newest.reason == "Pulling").then(|| pod.container(&status.name).map(|one| &*one.image)).flatten()
    })
}

/// Whether a pod is a Ray worker whose init container waits for the head.
pub(super) fn waits_for_ray_head(pod: &Pod) -> bool {
    current_init(pod).is_some_and(|status| &*status.name == "wait-gcs-ready" && status.state.running.is_some())
}

/// Why a pod is not ready, in a person's words; `None` if it is ready or has ended well.
pub(super) fn why_not_ready(index: &Index, pod: &Pod) -> Option<String> {
    if pod.is_ready() || pod.phase() == "Succeeded" || pod.is_terminating() {
        return None;
    }
    let why = if pod.has_ended() {
        pod.status.message.as_deref().unwrap_or("it ended with an error").to_owned()
    } else if pod.log_file().is_some() {
        of_process(pod)
    } else if pod.spec.node_name.is_none() {
        waits_for_node(index, pod)
    } else if let Some(image) = pulls(index, pod) {
        format!("downloading image {image}")
    } else if waits_for_ray_head(pod) {
        "waits for the Ray head".to_owned()
    } else {
        on_its_node(pod)
    };
    Some(text::brief(&why, REASON))
}

fn waits_for_node(index: &Index, pod: &Pod) -> String {
    if causes::is_scaling_up(index, pod) {
        return "asking the cloud for a machine".to_owned();
    }
    let unschedulable = pod.condition("PodScheduled").filter(|condition| condition.because("Unschedulable"));
    unschedulable.map_or("waits for a node", |condition| condition.words()).to_owned()
}

fn on_its_node(pod: &Pod) -> String {
    if let Some(status) = current_init(pod) {
        return of_container(status, "init container");
    }
    let unready = pod.status.container_statuses.iter().find(|status| !status.ready);
    match unready {
        Some(status) => of_container(status, "container"),
        None if label(&pod.metadata, "ray.io/cluster").is_some() => "Ray is starting".to_owned(),
        None => "containers are starting".to_owned(),
    }
}

/// A process of this machine waits for no node, and its only container has its name.
fn of_process(process: &Pod) -> String {
    let Some(status) = process.statuses().next() else { return "starting".to_owned() };
    let again = again(status);
    if let Some(words) = status.state.waiting.as_deref().filter(|one| one.reason.as_deref() != Some("CrashLoopBackOff"))
    {
        return words.message.as_deref().map_or_else(|| format!("starting{again}"), str::to_owned);
    }
    if status.state.running.is_some() {
        return format!("runs, not ready yet{again}");
    }
    let end = status.state.terminated.as_deref().or(status.last_state.terminated.as_deref());
    end.map_or_else(
        || format!("starting{again}"),
        |end| format!("{}, starts again soon{again}", causes::exit_words(end)),
    )
}

fn again(status: &ContainerStatus) -> String {
    match status.restart_count {
        0 => String::new(),
        count => format!(", restarted {count} times"),
    }
}

fn of_container(status: &ContainerStatus, what: &str) -> String {
    let (name, again) = (&status.name, again(status));
    if let Some(word) = trouble(status) {
        return match status.state.waiting.as_deref().and_then(|waiting| waiting.message.as_deref()) {
            // the back-off message holds no news but a growing number
            Some(words) if word != "CrashLoopBackOff" => format!("{what} {name}: {words}"),
            _ => format!("{what} {name}: {word}{again}"),
        };
    }
    if status.state.running.is_some() {
        return format!("{what} {name} runs, not ready yet{again}");
    }
    format!("{what} {name} is starting{again}")
}
