//! Everything about one pod, for somebody who opens it: facts, containers, conditions, events, what is wrong. A process of this
//! machine is told like a pod. All words of the cluster are cleaned. Must not know how it is shown.
use jiff::Timestamp;

use super::{
    causes,
    index::{Index, Noted},
    objects::{Condition, Container, ContainerStatus, Pod},
    pod, text,
    verdict::Finding,
};

/// Longest words of the cluster on a page, in characters.
const WORDS: usize = 1_000;
/// Longest single word of the cluster, in characters.
const WORD: usize = 60;

/// Everything about one pod.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PodPage {
    /// Its name.
    pub name: String,
    /// Facts by word: `node`, `owner`, `image` …
    pub facts: Vec<(String, String)>,
    /// Containers.
    pub containers: Vec<ContainerLine>,
    /// Conditions, those that are not met first: type, status, why.
    pub conditions: Vec<(String, bool, String)>,
    /// Events, newest first.
    pub events: Vec<EventLine>,
    /// What is wrong with it, in plain words.
    pub findings: Vec<Finding>,
}

/// A container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContainerLine {
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: String,
    /// State in a word.
    pub state: String,
    /// Whether it is ready.
    pub ready: bool,
    /// Restarts.
    pub restarts: u32,
    /// Why, if it is not ready.
    pub reason: String,
}

/// An event of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLine {
    /// When it was last seen.
    pub at: Option<Timestamp>,
    /// Whether it is a warning.
    pub warning: bool,
    /// Its reason, a word.
    pub reason: String,
    /// Its words, cleaned.
    pub text: String,
    /// How often.
    pub count: u32,
}

/// The page of a pod at a moment of this machine's clock; `None`: there is no such pod.
pub fn of(index: &Index, name: &str, now: Timestamp) -> Option<PodPage> {
    let pod = index.pod(name)?;
    let init = pod.spec.init_containers.iter();
    // Those of a process are made up, so that rules can read them.
    let told = pod.status.conditions.iter().filter(|_| pod.log_file().is_none());
    let mut conditions: Vec<_> = told.map(condition).collect();
    conditions.sort_by_key(|(_, met, _)| *met);
    Some(PodPage {
        name: text::brief(name, text::TITLE),
        facts: facts(index, pod),
        containers: init.chain(&pod.spec.containers).map(|container| line(pod, container)).collect(),
        conditions,
        events: index.pod_events(pod).map(event).collect(),
        findings: causes::of_pod(index, pod, now).into_iter().collect(),
    })
}

fn facts(index: &Index, pod: &Pod) -> Vec<(String, String)> {
    let line = pod::line(index, pod);
    let since = pod.status.start_time.map(|at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
    let node = line.node.filter(|_| !line.process);
    let facts = [
        ("state", Some(line.state)),
        ("why", line.reason),
        ("owner", Some(line.owner).filter(|owner| !owner.is_empty())),
        ("node", node),
        ("started", since),
        ("log", pod.log_file().map(|path| text::brief(path, WORDS))),
    ];
    let said = |(word, value): (&str, Option<String>)| value.map(|value| (word.to_owned(), value));
    facts.into_iter().filter_map(said).collect()
}

fn line(pod: &Pod, container: &Container) -> ContainerLine {
    let status = pod.statuses().find(|status| status.name == container.name);
    let (state, reason) = status.map_or_else(|| ("Waiting".to_owned(), String::new()), state);
    ContainerLine {
        name: text::brief(&container.name, WORD),
        image: text::brief(&container.image, WORDS),
        state,
        ready: status.is_some_and(|status| status.ready),
        restarts: status.map_or(0, |status| status.restart_count),
        reason,
    }
}

/// State in a word, and why; of a container that runs again, how it ended before.
fn state(status: &ContainerStatus) -> (String, String) {
    let (now, before) = (&status.state, &status.last_state);
    if let Some(waiting) = &now.waiting {
        let word = waiting.reason.as_deref().unwrap_or("Waiting");
        return (text::brief(word, WORD), text::brief(waiting.message.as_deref().unwrap_or_default(), WORDS));
    }
    if let Some(end) = &now.terminated {
        let word = end.reason.as_deref().unwrap_or("Terminated");
        let words = if end.exit_code == 0 { String::new() } else { causes::exit_words(end) };
        return (text::brief(word, WORD), text::brief(&words, WORDS));
    }
    let ended = before.terminated.as_deref().map(|end| format!("before: {}", causes::exit_words(end)));
    let word = if now.running.is_some() { "Running" } else { "Waiting" };
    (word.to_owned(), text::brief(&ended.unwrap_or_default(), WORDS))
}

fn condition(condition: &Condition) -> (String, bool, String) {
    let words = [condition.reason.as_deref().unwrap_or_default(), condition.words()];
    let words: Vec<&str> = words.into_iter().filter(|words| !words.is_empty()).collect();
    (text::brief(&condition.kind, WORD), condition.is_true(), text::brief(&words.join(": "), WORDS))
}

fn event(noted: &Noted) -> EventLine {
    EventLine {
        at: noted.last,
        warning: noted.warning,
        reason: text::brief(&noted.reason, WORD),
        text: text::brief(&noted.message, WORDS),
        count: noted.count,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::health::fixtures::{World, ago};

    fn pod() -> serde_json::Value {
        json!({
            "kind": "Pod",
            "metadata": {"name": "hub-1"},
            "spec": {
                "nodeName": "node-1",
                "initContainers": [{"name": "wait", "image": "busybox"}],
                "containers": [{"name": "hub", "image": "quay.io/hub:4"}]
            },
            "status": {
                "phase": "Running",
                "startTime": ago(600),
                "conditions": [
                    {"type": "PodScheduled", "status": "True"},
                    {"type": "Ready", "status": "False", "reason": "ContainersNotReady", "message": "no \u{1b}[31mred"}
                ],
                "initContainerStatuses": [
                    {"name": "wait", "ready": true, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
                ],
                "containerStatuses": [{
                    "name": "hub", "ready": false, "restartCount": 4,
                    "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 2m40s"}},
                    "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": ago(30)}}
                }]
            }
        })
    }

    fn event(name: &str, kind: &str, seconds: i64, message: &str) -> serde_json::Value {
        json!({
            "kind": "Event", "metadata": {"name": name}, "type": kind, "reason": "BackOff", "message": message,
            "involvedObject": {"kind": "Pod", "name": "hub-1", "uid": "Pod-hub-1"}, "count": 3,
            "lastTimestamp": ago(seconds)
        })
    }

    #[test]
    fn a_page_tells_what_is_wrong_first_and_never_drives_a_terminal() {
        let world = World::new().with(pod()).with(event("old", "Normal", 300, "pulled")).with(event(
            "new",
            "Warning",
            10,
            "Back-off \u{1b}]0;x\u{7}restarting",
        ));
        let page = of(&world.index, "hub-1", world.now).unwrap();
        let fact = |word: &str| page.facts.iter().find(|(name, _)| name == word).map(|(_, value)| value.as_str());
        assert_eq!((fact("state"), fact("node")), (Some("CrashLoopBackOff"), Some("node-1")));
        let seen: Vec<_> =
            page.containers.iter().map(|one| (one.name.as_str(), one.state.as_str(), one.ready)).collect();
        assert_eq!(seen, [("wait", "Completed", true), ("hub", "CrashLoopBackOff", false)]);
        assert_eq!((page.containers[1].restarts, page.containers[1].image.as_str()), (4, "quay.io/hub:4"));
        assert_eq!(page.conditions[0], ("Ready".to_owned(), false, "ContainersNotReady: no red".to_owned()));
        assert!(page.conditions[1].1, "{:?}", page.conditions);
        let events: Vec<_> = page.events.iter().map(|event| (event.warning, event.text.as_str())).collect();
        assert_eq!(events, [(true, "Back-off restarting"), (false, "pulled")]);
        assert_eq!(page.findings.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>(), ["crash-loop"]);
        assert!(!format!("{page:?}").contains('\u{1b}'));
    }

    #[test]
    fn a_process_has_a_log_and_no_node_and_a_pod_that_is_gone_has_no_page() {
        let process = json!({
            "kind": "Pod",
            "metadata": {"name": "proxy", "annotations": {"hubwright.io/log": "/d/log/proxy.log"}},
            "spec": {"nodeName": "here", "containers": [{"name": "proxy"}]},
            "status": {"phase": "Running", "containerStatuses": [{"name": "proxy", "ready": true, "state": {"running": {}}}]}
        });
        let world = World::new().with(process);
        let page = of(&world.index, "proxy", world.now).unwrap();
        assert!(page.facts.contains(&("log".to_owned(), "/d/log/proxy.log".to_owned())), "{:?}", page.facts);
        assert!(!page.facts.iter().any(|(word, _)| word == "node"));
        assert_eq!((page.containers[0].state.as_str(), page.containers[0].ready), ("Running", true));
        assert_eq!(of(&world.index, "gone", world.now), None);
    }
}
