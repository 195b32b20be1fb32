//! A small world for tests: objects as the API server prints them, put into an index at a fixed time.
#![expect(clippy::needless_pass_by_value, reason = "objects are written where they are used")]
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    causes,
    index::{Index, Touched},
    objects::{Change, KindVisitor, Object, Watched, each_kind},
    rules,
    verdict::{Finding, Verdict},
};
use crate::plan::graph::Expect;

/// Namespace of everything.
pub const NAMESPACE: &str = "hub";

/// The time.
pub fn now() -> Timestamp {
    "2026-01-01T12:00:00Z".parse().unwrap()
}

/// So many seconds ago, as the API server prints it.
pub fn ago(seconds: i64) -> String {
    now().checked_sub(SignedDuration::from_secs(seconds)).unwrap().to_string()
}

/// Reads an object of any watched kind by its `kind`.
pub fn read(json: &Value) -> Object {
    struct Reader<'a>(&'a Value, Option<Object>);
    impl KindVisitor for Reader<'_> {
        fn visit<W: Watched>(&mut self) {
            if self.0["kind"] == W::KIND.kind {
                self.1 = Some(serde_json::from_value::<W>(self.0.clone()).unwrap().into_object());
            }
        }
    }
    let mut reader = Reader(json, None);
    each_kind(&mut reader);
    reader.1.unwrap_or_else(|| panic!("not a watched kind: {}", json["kind"]))
}

/// What is known, and the time.
pub struct World {
    pub index: Index,
    pub now: Timestamp,
}

impl World {
    /// A world in which every kind has been listed and nothing was there.
    pub fn new() -> Self {
        let mut world = Self { index: Index::new(NAMESPACE), now: now() };
        for kind in super::objects::KINDS {
            world.index.apply(Change::Synced { kind: kind.kind });
        }
        world
    }

    /// Puts an object there, its metadata completed: namespace, UID `Kind-name`, made ten minutes ago.
    pub fn add(&mut self, json: Value) -> Vec<Touched> {
        self.index.apply(Change::Applied(Box::new(read(&completed(json)))))
    }

    /// The same, for chains.
    pub fn with(mut self, json: Value) -> Self {
        self.add(json);
        self
    }

    /// With several.
    pub fn with_all(self, objects: impl IntoIterator<Item = Value>) -> Self {
        objects.into_iter().fold(self, Self::with)
    }

    /// Later.
    pub fn after(mut self, seconds: i64) -> Self {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
        self
    }

    pub fn verdict(&self, expect: &Expect) -> Verdict {
        rules::evaluate(&self.index, expect, self.now)
    }

    /// Everything that is wrong, root first.
    pub fn findings(&self) -> Vec<Finding> {
        causes::all(&self.index, self.now)
    }
}

fn completed(mut json: Value) -> Value {
    let kind = json["kind"].as_str().unwrap().to_owned();
    let name = json["metadata"]["name"].as_str().unwrap().to_owned();
    let defaults = [
        ("uid", json!(format!("{kind}-{name}"))),
        ("creationTimestamp", json!(ago(600))),
        ("generation", json!(1)),
        ("namespace", json!(NAMESPACE)),
    ];
    let cluster_wide = super::objects::KINDS.iter().any(|one| one.kind == kind && !one.namespaced);
    for (key, value) in defaults.into_iter().take(if cluster_wide { 3 } else { 4 }) {
        json["metadata"].as_object_mut().unwrap().entry(key).or_insert(value);
    }
    json
}

/// Lays one object over another.
pub fn merged(mut base: Value, over: &Value) -> Value {
    match (base.as_object_mut(), over.as_object()) {
        (Some(map), Some(over)) => {
            for (key, value) in over {
                let old = map.remove(key).unwrap_or(Value::Null);
                map.insert(key.clone(), merged(old, value));
            }
            base
        }
        _ => over.clone(),
    }
}

/// `metadata.ownerReferences` of what a thing controls.
pub fn owned_by(kind: &str, name: &str) -> Value {
    json!([{"apiVersion": "v1", "kind": kind, "name": name, "uid": format!("{kind}-{name}"),
        "controller": true, "blockOwnerDeletion": true}])
}

/// A pod of one container `main` on node `n1`, with a status laid over it.
pub fn pod(name: &str, owner: (&str, &str), over: Value) -> Value {
    let base = json!({"kind": "Pod", "apiVersion": "v1",
        "metadata": {"name": name, "ownerReferences": owned_by(owner.0, owner.1)},
        "spec": {"nodeName": "n1", "restartPolicy": "Always",
            "containers": [{"name": "main", "image": "quay.io/jupyterhub/k8s-hub:4.4.0"}]},
        "status": {"phase": "Pending", "startTime": ago(300),
            "conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": ago(300)}]}});
    merged(base, &over)
}

/// A pod that is ready.
pub fn ready_pod(name: &str, owner: (&str, &str)) -> Value {
    pod(
        name,
        owner,
        json!({"status": {"phase": "Running",
        "conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": ago(300)},
            {"type": "Ready", "status": "True", "lastTransitionTime": ago(200)}],
        "containerStatuses": [{"name": "main", "ready": true, "started": true, "restartCount": 0,
            "state": {"running": {"startedAt": ago(290)}}}]}}),
    )
}

/// A pod whose container waits.
pub fn waiting_pod(name: &str, owner: (&str, &str), reason: &str, message: &str) -> Value {
    pod(
        name,
        owner,
        json!({"status": {"containerStatuses": [{"name": "main", "ready": false, "started": false,
        "restartCount": 0, "state": {"waiting": {"reason": reason, "message": message}}}]}}),
    )
}

/// A pod whose container ends again and again.
pub fn crashing_pod(name: &str, owner: (&str, &str), restarts: u32, end: Value) -> Value {
    pod(
        name,
        owner,
        json!({"status": {"phase": "Running", "containerStatuses": [{"name": "main", "ready": false,
        "started": false, "restartCount": restarts, "lastState": {"terminated": end},
        "state": {"waiting": {"reason": "CrashLoopBackOff",
            "message": format!("back-off 20s restarting failed container=main pod={name}_hub(1)")}}}]}}),
    )
}

/// A pod that no node takes, for so many seconds.
pub fn homeless_pod(name: &str, owner: (&str, &str), seconds: i64, message: &str) -> Value {
    let mut pod = pod(
        name,
        owner,
        json!({"status": {"conditions": [{"type": "PodScheduled", "status": "False",
        "reason": "Unschedulable", "message": message, "lastTransitionTime": ago(seconds)}]}}),
    );
    pod["spec"].as_object_mut().unwrap().remove("nodeName");
    pod["status"].as_object_mut().unwrap().remove("startTime");
    pod
}

/// An event about an object, first and last said so many seconds ago.
pub fn event(kind: &str, name: &str, reason: &str, message: &str, times: (i64, i64, u32)) -> Value {
    let field = if kind == "Pod" { json!("spec.containers{main}") } else { Value::Null };
    json!({"kind": "Event", "metadata": {"name": format!("{name}.{reason}.{}", message.len())},
        "involvedObject": {"kind": kind, "name": name, "namespace": NAMESPACE, "uid": format!("{kind}-{name}"), "fieldPath": field},
        "reason": reason, "message": message, "type": "Warning", "count": times.2,
        "firstTimestamp": ago(times.0), "lastTimestamp": ago(times.1), "eventTime": null})
}

/// A Deployment `hub` of one pod with its ReplicaSet, none ready.
pub fn deployment(status: Value) -> [Value; 2] {
    let base = json!({"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "unavailableReplicas": 1});
    [
        json!({"kind": "Deployment", "metadata": {"name": "hub"}, "spec": {"replicas": 1}, "status": merged(base, &status)}),
        json!({"kind": "ReplicaSet", "metadata": {"name": "hub-1", "ownerReferences": owned_by("Deployment", "hub"),
            "annotations": {"deployment.kubernetes.io/revision": "1"}}, "spec": {"replicas": 1}, "status": {"replicas": 1}}),
    ]
}

/// A node that is ready.
pub fn node(name: &str, over: Value) -> Value {
    let base = json!({"kind": "Node", "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}}, "spec": {},
        "status": {"allocatable": {"cpu": "8", "memory": "32Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": "True"}], "nodeInfo": {"architecture": "amd64"}}});
    merged(base, &over)
}

/// The owner of pods that stand alone.
pub const HUB: (&str, &str) = ("ReplicaSet", "hub-1");
