//! The simulated cluster: objects that are applied, listed, watched and deleted, and workloads made of them.
use futures::{StreamExt, channel::mpsc, future::BoxFuture, stream::BoxStream};
use serde_json::{Value, json};

use super::{NAMESPACE, World, error, lock, now};
use crate::{
    answers::facts::Facts,
    health::objects::{Change, KindVisitor, Object, Watched, each_kind},
    run::ports::{Applied, Cluster, FailureKind, Forward, ObjectRef, Permission, PortResult, Workloads},
};

/// A Deployment of a chart's name with its ReplicaSet and pod.
pub fn workload(name: &str, ready: bool, stuck: Option<Value>) -> [Value; 3] {
    let made = |kind: &str, owner: Option<(&str, &str)>| {
        let owners = owner.map(|(kind, uid)| json!([{"kind": kind, "name": name, "uid": uid, "apiVersion": "apps/v1", "controller": true}]));
        json!({"name": name, "namespace": NAMESPACE, "uid": format!("{kind}-{name}"), "generation": 1, "ownerReferences": owners,
            "creationTimestamp": "2026-01-01T12:00:00Z", "annotations": {"meta.helm.sh/release-name": name}})
    };
    let count = u32::from(ready);
    let waiting = json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-01-01T12:00:00Z"}],
        "containerStatuses": [{"name": "main", "ready": false, "restartCount": 0, "state": {"waiting": {"reason": "ContainerCreating"}}}]});
    let running = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [{"name": "main", "ready": true, "restartCount": 0, "state": {"running": {}}}]});
    [
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": made("Deployment", None), "spec": {"replicas": 1},
            "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "readyReplicas": count, "availableReplicas": count}}),
        json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": made("ReplicaSet", Some(("Deployment", &format!("Deployment-{name}")))),
            "spec": {"replicas": 1}, "status": {"replicas": 1}}),
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": made("Pod", Some(("ReplicaSet", &format!("ReplicaSet-{name}")))),
            "spec": {"nodeName": "n1", "containers": [{"name": "main", "image": "registry.example.org/hub:1"}]},
            "status": stuck.unwrap_or(if ready { running } else { waiting })}),
    ]
}

pub fn merge(object: &mut Value, part: &Value) {
    match (object, part) {
        (Value::Object(object), Value::Object(part)) => {
            part.iter().for_each(|(key, part)| merge(object.entry(key).or_insert(Value::Null), part));
        }
        (object, part) => *object = part.clone(),
    }
}

pub fn key(object: &Value) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    format!("{}/{}", text("/kind"), text("/metadata/name"))
}

pub fn watched(object: &Value) -> Option<Object> {
    struct Reader<'a>(&'a Value, Option<Object>);
    impl KindVisitor for Reader<'_> {
        fn visit<W: Watched>(&mut self) {
            if self.0["kind"] == W::KIND.kind && W::KIND.kind != "Secret" {
                self.1 = serde_json::from_value::<W>(self.0.clone()).ok().map(Watched::into_object);
            }
        }
    }
    let mut reader = Reader(object, None);
    each_kind(&mut reader);
    reader.1
}

impl Workloads for World {
    fn context(&self) -> String {
        "sim".to_owned()
    }

    fn facts<'a>(&'a self, _: &'a str) -> BoxFuture<'a, PortResult<Facts>> {
        now(Ok(Facts::default()))
    }

    fn watch<'a>(&'a self, _: &'a str) -> BoxStream<'a, Change> {
        let (sender, changes) = mpsc::unbounded();
        lock(&self.state).watchers.push(sender);
        futures::stream::iter(self.seen()).chain(changes).boxed()
    }

    fn logs<'a>(&'a self, _: &'a ObjectRef, _: &'a str, _: bool, _: u32) -> BoxFuture<'a, PortResult<Vec<String>>> {
        now(Ok(vec!["starting".to_owned(), "database is locked".to_owned()]))
    }

    fn forward<'a>(&'a self, _: &'a str, service: &'a str, port: u16) -> BoxFuture<'a, PortResult<Forward>> {
        self.answer(|| {
            let local = lock(&self.state).forwards.get(&(service.to_owned(), port)).copied();
            let local = local.ok_or_else(|| error(FailureKind::NotFound, "no-endpoints"))?;
            Ok(Forward { local, guard: Box::new(()) })
        })
    }
}

impl Cluster for World {
    fn version(&self) -> BoxFuture<'_, PortResult<String>> {
        now(Ok("v1.36.3".to_owned()))
    }

    fn refused<'a>(&'a self, _: &'a [Permission]) -> BoxFuture<'a, PortResult<Vec<Permission>>> {
        now(Ok(Vec::new()))
    }

    fn apply<'a>(&'a self, object: &'a Value) -> BoxFuture<'a, PortResult<Applied>> {
        self.answer(|| {
            let key = key(object);
            if object.pointer("/metadata/namespace").is_some() {
                let namespace = self.namespace().ok_or_else(|| error(FailureKind::NotFound, "namespace-missing"))?;
                if namespace.pointer("/metadata/deletionTimestamp").is_some() {
                    return Err(error(FailureKind::Conflict, "namespace-terminating"));
                }
            }
            let applied = match self.object(&key) {
                None => Applied::Created,
                Some(old) if old == *object => Applied::Unchanged,
                Some(_) => Applied::Changed,
            };
            self.put(object.clone());
            if applied != Applied::Unchanged && !key.starts_with("Lease/") {
                self.changed(format!("apply {key}"));
            }
            Ok(applied)
        })
    }

    fn get<'a>(&'a self, object: &'a ObjectRef) -> BoxFuture<'a, PortResult<Option<Value>>> {
        self.answer(|| Ok(self.object(&object.to_string())))
    }

    fn list<'a>(&'a self, kind_of: &'a ObjectRef, selector: &'a str) -> BoxFuture<'a, PortResult<Vec<Value>>> {
        let is = |object: &&Value| {
            let mut labels = selector.split(',').filter_map(|label| label.split_once('='));
            object["kind"] == kind_of.kind.as_str()
                && labels.all(|(key, value)| object["metadata"]["labels"][key] == value)
        };
        self.answer(|| Ok(lock(&self.state).objects.values().filter(is).cloned().collect()))
    }

    fn delete<'a>(&'a self, object: &'a ObjectRef) -> BoxFuture<'a, PortResult<bool>> {
        self.answer(|| {
            let there = self.take(&object.to_string());
            if there && object.kind != "Lease" {
                self.changed(format!("delete {object}"));
            }
            Ok(there)
        })
    }

    fn patch<'a>(&'a self, object: &'a ObjectRef, part: &'a Value) -> BoxFuture<'a, PortResult<()>> {
        self.answer(|| {
            let Some(mut patched) = self.object(&object.to_string()) else {
                return Err(error(FailureKind::NotFound, "not-found"));
            };
            merge(&mut patched, part);
            self.put(patched);
            self.changed(format!("patch {object}"));
            Ok(())
        })
    }
}
