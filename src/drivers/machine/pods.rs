//! A process in the shape of a pod with one container of the same name, so that whatever reads pods reads processes.
//! Must not know where what was seen comes from.
use jiff::Timestamp;

use super::{
    layout::Layout,
    seen::{Ended, SeenProcess, State},
};
use crate::{
    health::{
        objects::{
            Condition, Container, ContainerState, ContainerStatus, Holds, HttpGet, LOG, Meta, Pod, PodSpec, PodStatus,
            Port, Probe, Running, TcpSocket, Terminated, Waiting,
        },
        pod,
    },
    plan::graph::{self, digest},
};

/// Why nothing runs: its supervisor does not.
const STOPPED: (&str, &str) = (pod::STOPPED, "it does not run: the deployment is stopped");
/// Questions without an answer until a process counts as not answering, every second one.
const PATIENCE: u32 = 120;

/// What pods of a deployment have in common.
pub struct Host<'a> {
    /// Namespace: the deployment's name.
    pub namespace: &'a str,
    /// Node: this machine.
    pub node: &'a str,
    /// Where logs are.
    pub layout: &'a Layout,
    /// Whether a supervisor keeps them running.
    pub supervised: bool,
}

impl Host<'_> {
    /// UID of a process: the same as long as it is called the same.
    pub fn uid(&self, name: &str) -> String {
        digest(&format!("{}/{name}", self.layout.folder().display())).chars().take(32).collect()
    }

    /// A process as a pod.
    pub fn pod(&self, seen: &SeenProcess) -> Pod {
        let runs = self.supervised && matches!(seen.state, State::Running { .. });
        Pod {
            metadata: self.metadata(seen),
            spec: PodSpec {
                node_name: Some(self.node.into()),
                restart_policy: Some("Always".into()),
                containers: Box::new([container(seen)]),
                ..PodSpec::default()
            },
            status: PodStatus {
                phase: Some(if runs { "Running" } else { "Pending" }.into()),
                start_time: Some(seen.since),
                conditions: Box::new([scheduled(seen), ready(seen, self.supervised)]),
                container_statuses: Box::new([self.container_status(seen)]),
                ..PodStatus::default()
            },
        }
    }

    fn metadata(&self, seen: &SeenProcess) -> Meta {
        let log = self.layout.log(&seen.name).display().to_string();
        Meta {
            name: seen.name.as_str().into(),
            namespace: self.namespace.into(),
            uid: self.uid(&seen.name).into(),
            made: Some(seen.since),
            annotations: Box::new([(LOG.into(), log.into())]),
            ..Meta::default()
        }
    }

    fn container_status(&self, seen: &SeenProcess) -> ContainerStatus {
        ContainerStatus {
            name: seen.name.as_str().into(),
            ready: seen.ready && self.supervised,
            started: Some(matches!(seen.state, State::Running { .. })),
            restart_count: seen.restarts,
            state: if self.supervised { state(&seen.state) } else { waiting(STOPPED.0, Some(STOPPED.1)) },
            last_state: seen.last.as_ref().map(ended).unwrap_or_default(),
        }
    }
}

fn container(seen: &SeenProcess) -> Container {
    Container {
        name: seen.name.as_str().into(),
        readiness_probe: probe(&seen.probe).map(Box::new),
        ..Container::default()
    }
}

fn probe(asked: &graph::Probe) -> Option<Probe> {
    let port = |port: u16| Port(port.to_string().into());
    let probe = Probe { period_seconds: 1, failure_threshold: PATIENCE, ..Probe::default() };
    match asked {
        graph::Probe::Tcp { port: 0 } => None,
        graph::Probe::Tcp { port: at } => Some(Probe { tcp_socket: Some(TcpSocket { port: port(*at) }), ..probe }),
        graph::Probe::Http { port: at, path, .. } => {
            Some(Probe { http_get: Some(HttpGet { path: path.as_str().into(), port: port(*at) }), ..probe })
        }
    }
}

/// It is on this machine from the beginning.
fn scheduled(seen: &SeenProcess) -> Condition {
    condition("PodScheduled", true, seen.since)
}

fn ready(seen: &SeenProcess, supervised: bool) -> Condition {
    condition("Ready", seen.ready && supervised, seen.turned)
}

fn condition(kind: &str, holds: bool, since: Timestamp) -> Condition {
    let status = if holds { Holds::True } else { Holds::False };
    Condition { kind: kind.into(), status, last_transition_time: Some(since), ..Condition::default() }
}

fn state(state: &State) -> ContainerState {
    match state {
        State::Waiting { reason, message, .. } => waiting(reason, message.as_deref()),
        State::Running { since, .. } => {
            ContainerState { running: Some(Running { started_at: Some(*since) }), ..ContainerState::default() }
        }
    }
}

fn waiting(reason: &str, message: Option<&str>) -> ContainerState {
    let waiting = Waiting { reason: Some(reason.into()), message: message.map(Into::into) };
    ContainerState { waiting: Some(Box::new(waiting)), ..ContainerState::default() }
}

fn ended(ended: &Ended) -> ContainerState {
    let terminated = Terminated {
        exit_code: ended.code,
        signal: ended.signal,
        reason: Some(ended.reason.as_str().into()),
        message: None,
        started_at: Some(ended.began),
        finished_at: Some(ended.at),
    };
    ContainerState { terminated: Some(Box::new(terminated)), ..ContainerState::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        drivers::processes::Identity,
        health::{
            index::Index,
            objects::{Change, Object, annotation},
            pod,
        },
    };

    fn seen(state: State, ready: bool) -> SeenProcess {
        let at = Timestamp::UNIX_EPOCH;
        let last = Ended { code: 137, signal: Some(9), reason: "OOMKilled".into(), began: at, at };
        SeenProcess {
            name: "hub".into(),
            revision: "1".into(),
            probe: graph::Probe::Tcp { port: 8081 },
            since: at,
            state,
            ready,
            turned: at,
            restarts: 2,
            last: Some(last),
        }
    }

    /// The line on the screen, by way of the index that all targets share.
    fn line(seen: &SeenProcess, supervised: bool) -> (String, u32, u32, Option<String>) {
        let layout = Layout::at("/srv/trial".into());
        let pod = Host { namespace: "trial", node: "laptop", layout: &layout, supervised }.pod(seen);
        assert_eq!(annotation(&pod.metadata, LOG), Some("/srv/trial/log/hub.log"));
        let mut index = Index::new("trial");
        index.apply(Change::Applied(Box::new(Object::Pod(pod))));
        let line = pod::line(&index, index.pod("hub").unwrap());
        assert_eq!((line.node.as_deref(), line.containers), (Some("laptop"), 1));
        (line.state, line.ready, line.restarts, line.reason)
    }

    fn running() -> State {
        State::Running { process: Identity::default(), since: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_process_reads_like_a_pod() {
        assert_eq!(line(&seen(running(), true), true), ("Ready".into(), 1, 2, None));
        let (state, _, _, reason) = line(&seen(running(), false), true);
        assert_eq!((state.as_str(), reason.unwrap().contains("not ready yet")), ("Running", true));
        let waiting = |reason: &str, message: &str| State::Waiting {
            reason: reason.into(),
            message: Some(message.into()),
            until: None,
        };
        let (state, ..) = line(&seen(waiting("CrashLoopBackOff", "back-off 8s"), false), true);
        assert_eq!(state, "CrashLoopBackOff");
        let (_, _, _, reason) = line(&seen(waiting("CreateContainerError", "port 8000 is taken"), false), true);
        assert!(reason.unwrap().contains("port 8000 is taken"));
    }

    #[test]
    fn without_its_supervisor_nothing_is_called_ready() {
        let (state, ready, _, reason) = line(&seen(running(), true), false);
        assert_eq!((state.as_str(), ready), ("Stopped", 0));
        assert!(reason.unwrap().contains("the deployment is stopped"));
    }
}
