//! What a pod belongs to in the end, in words: the RayCluster, the Deployment, the person's Dask cluster. Must not know
//! how pods are shown.
use super::{
    causes::answers::{self, Role},
    index::Index,
    objects::{Pod, Watched, label},
    text,
};

/// Longest words, in characters.
const WORDS: usize = 80;

/// The words; empty where nothing controls it.
pub fn of(index: &Index, pod: &Pod) -> String {
    let words = if pod.log_file().is_some() {
        service(pod.name())
    } else {
        by_label(pod).unwrap_or_else(|| controller(index, pod))
    };
    text::brief(&words, WORDS)
}

/// Processes of this machine are told apart by their names.
fn service(name: &str) -> String {
    match name.split('-').next() {
        Some("hub" | "proxy" | "jupyterhub") => "JupyterHub".to_owned(),
        Some("ray") => "Ray cluster".to_owned(),
        Some("dask" | "gateway") => "Dask Gateway".to_owned(),
        _ => name.to_owned(),
    }
}

/// What stands between these pods and what a person made is no controller, or one that nobody knows.
fn by_label(pod: &Pod) -> Option<String> {
    if let Some(cluster) = label(&pod.metadata, "ray.io/cluster") {
        return Some(format!("RayCluster {cluster}"));
    }
    if label(&pod.metadata, "hub.jupyter.org/username").is_some() {
        return Some("notebooks of users".to_owned());
    }
    match answers::role(pod) {
        Role::DaskGateway => Some("Dask Gateway".to_owned()),
        Role::DaskScheduler | Role::DaskWorker => {
            let cluster = label(&pod.metadata, "gateway.dask.org/cluster").unwrap_or("without a name");
            Some(format!("Dask cluster {cluster}"))
        }
        _ => None,
    }
}

/// A ReplicaSet belongs to its Deployment, whose name it has with the hash that its pods carry: pods may be seen before it is.
fn controller(index: &Index, pod: &Pod) -> String {
    let Some(owner) = pod.metadata.controller() else { return String::new() };
    let hash = label(&pod.metadata, "pod-template-hash").filter(|_| &*owner.kind == "ReplicaSet");
    if let Some(deployment) = hash.and_then(|hash| owner.name.strip_suffix(hash)?.strip_suffix('-')) {
        return format!("Deployment {deployment}");
    }
    let set = (&*owner.kind == "ReplicaSet").then(|| index.on.replica_sets.get(&owner.name)).flatten();
    let above = set.and_then(|set| set.metadata.owners.first());
    let owner = above.unwrap_or(owner);
    format!("{} {}", owner.kind, owner.name)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::health::{
        fixtures::{HUB, World, deployment, owned_by},
        pod,
    };

    fn owner(world: World, metadata: &Value) -> String {
        let pod = json!({"kind": "Pod", "metadata": metadata, "spec": {"containers": [{"name": "a"}]}});
        let world = world.with(pod);
        pod::line(&world.index, world.index.pod("one").unwrap()).owner
    }

    #[test]
    fn a_pod_belongs_to_what_a_person_made() {
        let of_hub = json!({"name": "one", "ownerReferences": owned_by(HUB.0, HUB.1)});
        assert_eq!(owner(World::new().with_all(deployment(json!({}))), &of_hub), "Deployment hub");
        assert_eq!(owner(World::new(), &of_hub), "ReplicaSet hub-1", "its Deployment is not seen");
        let labelled =
            json!({"name": "one", "labels": {"pod-template-hash": "1"}, "ownerReferences": owned_by(HUB.0, HUB.1)});
        assert_eq!(owner(World::new(), &labelled), "Deployment hub", "not even its ReplicaSet is seen");
        let ray = json!({"name": "one", "labels": {"ray.io/cluster": "ray", "ray.io/node-type": "head"}});
        assert_eq!(owner(World::new(), &ray), "RayCluster ray");
        let dask = json!({"name": "one", "labels": {"app.kubernetes.io/component": "dask-worker", "gateway.dask.org/cluster": "a1"}});
        assert_eq!(owner(World::new(), &dask), "Dask cluster a1");
        assert_eq!(owner(World::new(), &json!({"name": "one"})), "");
        let hostile = json!({"name": "one", "labels": {"ray.io/cluster": "\u{1b}[31mred"}});
        assert_eq!(owner(World::new(), &hostile), "RayCluster red");
        let process = json!({"name": "one", "annotations": {"hubwright.io/log": "/log/one.log"}});
        assert_eq!(owner(World::new(), &process), "one");
    }
}
