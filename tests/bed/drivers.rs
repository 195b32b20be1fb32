//! The Kubernetes driver against a real API server and a real kubelet: apply, facts, rights, watch, logs, forward.
use std::{net::SocketAddr, time::Duration};

use futures::{StreamExt, stream::BoxStream};
use hubwright::{
    drivers::kube::{Connection, KubeCluster},
    health::objects::{Change, KINDS, Object},
    run::ports::{Applied, Cluster, FailureKind, ObjectRef, Permission, Workloads},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    Case,
    bed::{Bed, Namespace, until},
};

/// The tests.
pub const CASES: &[Case] = &[
    ("apply_tells_what_it_did", apply_tells_what_it_did),
    ("kinds_that_are_in_no_table_are_discovered", kinds_that_are_in_no_table_are_discovered),
    ("facts_are_those_of_the_cluster", facts_are_those_of_the_cluster),
    ("pods_of_others_take_room_and_own_ones_none", pods_of_others_take_room),
    ("someone_without_rights_is_told_so_and_sees_what_he_may", someone_without_rights),
    ("a_watch_delivers_what_is_and_what_changes", a_watch_delivers_what_is_and_what_changes),
    ("a_forward_survives_its_pod_and_ends_with_its_guard", a_forward_survives_its_pod),
    ("logs_are_the_last_lines_without_escapes", logs_are_the_last_lines),
];

/// Enough for a pod on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

fn apply_tells_what_it_did(bed: &'static Bed) {
    let (space, cluster) = (bed.namespace("drv-apply"), bed.cluster());
    let deployment = web(&space.name, "web");
    bed.runtime.block_on(async {
        for (object, expected) in [
            (deployment.clone(), Applied::Created),
            (deployment.clone(), Applied::Unchanged),
            (with(&deployment, "/spec/replicas", json!(2)), Applied::Changed),
        ] {
            assert_eq!(cluster.apply(&object).await.unwrap(), expected);
        }
        let reference = ObjectRef::new("apps/v1", "Deployment", &space.name, "web");
        cluster.patch(&reference, &json!({"spec": {"replicas": 0}})).await.unwrap();
        assert_eq!(cluster.get(&reference).await.unwrap().unwrap()["spec"]["replicas"], 0);
        assert_eq!(cluster.list(&reference, "app=web").await.unwrap().len(), 1);
        assert!(cluster.list(&reference, "app=other").await.unwrap().is_empty());
        assert!(cluster.delete(&reference).await.unwrap());
        until(PATIENCE, "the deployment is gone", async || {
            cluster.get(&reference).await.unwrap().is_none().then_some(())
        })
        .await;
        assert!(!cluster.delete(&reference).await.unwrap());
    });
}

fn kinds_that_are_in_no_table_are_discovered(bed: &'static Bed) {
    let cluster = bed.cluster();
    bed.runtime.block_on(async {
        let services = ObjectRef::cluster("apiregistration.k8s.io/v1", "APIService", "");
        assert!(!cluster.list(&services, "").await.unwrap().is_empty());
        let unknown = ObjectRef::new("no.such/v1", "Thing", "default", "x");
        assert_eq!(cluster.get(&unknown).await.unwrap_err().kind, FailureKind::NotFound);
        assert!(cluster.list(&unknown, "").await.unwrap().is_empty());
    });
}

fn facts_are_those_of_the_cluster(bed: &'static Bed) {
    let space = bed.namespace("drv-facts");
    let facts = bed.runtime.block_on(bed.cluster().facts(&space.name)).unwrap();
    assert!(facts.server_version.as_deref().is_some_and(|version| version.starts_with("v1.")), "{facts:?}");
    assert!(facts.namespace_exists && facts.storage_classes.iter().any(|class| class.default), "{facts:?}");
    assert!(facts.nodes.iter().any(|node| node.cpu_millis >= 1000 && node.memory_bytes > 1 << 30), "{facts:?}");
    let elsewhere = bed.runtime.block_on(bed.cluster().facts("drv-no-such")).unwrap();
    assert!(!elsewhere.namespace_exists);
}

fn pods_of_others_take_room(bed: &'static Bed) {
    let (own, other) = (bed.namespace("drv-room-own"), bed.namespace("drv-room-other"));
    let cluster = bed.cluster();
    let pods = async |namespace: &str| {
        let facts = cluster.facts(namespace).await.unwrap();
        assert!(!facts.unseen.contains("pods"), "{facts:?}");
        facts.nodes.iter().filter_map(|node| node.used.as_ref()).map(|used| used.pods).sum::<u64>()
    };
    bed.runtime.block_on(async {
        cluster.apply(&web(&other.name, "web")).await.unwrap();
        until(PATIENCE, "the pod counts for its neighbours alone", async || {
            (pods(&own.name).await > pods(&other.name).await).then_some(())
        })
        .await;
    });
}

fn someone_without_rights(bed: &'static Bed) {
    let space = bed.namespace("drv-rights");
    let permission = |verb: &str, resource: &str| Permission {
        verb: verb.to_owned(),
        group: String::new(),
        resource: resource.to_owned(),
        namespace: Some(space.name.clone()),
    };
    let wanted = [permission("list", "pods"), permission("create", "secrets")];
    bed.runtime.block_on(async {
        assert!(bed.cluster().refused(&wanted).await.unwrap().is_empty());
        let viewer = viewer(bed, &space.name).await;
        until(PATIENCE, "the binding counts", async || {
            (viewer.refused(&wanted).await.unwrap().len() < wanted.len()).then_some(())
        })
        .await;
        assert_eq!(viewer.refused(&wanted).await.unwrap(), [permission("create", "secrets")]);
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "namespace": space.name}});
        let error = viewer.apply(&secret).await.unwrap_err();
        assert_eq!((error.kind, error.problem.code.as_str()), (FailureKind::Forbidden, "forbidden"));
        assert!(!error.problem.hints.is_empty() && viewer.facts(&space.name).await.unwrap().unseen.contains("nodes"));
        assert!(viewer.facts(&space.name).await.unwrap().unseen.contains("pods"));
        let (mut seen, mut blind) = (Vec::new(), Vec::new());
        let mut changes = viewer.watch(&space.name);
        while seen.len() + blind.len() < KINDS.len() {
            match next(&mut changes).await {
                Change::Synced { kind } => seen.push(kind),
                Change::Blind { kind, .. } => blind.push(kind),
                _ => {}
            }
        }
        assert_eq!(seen, ["Pod"], "blind for {blind:?}");
    });
}

/// Somebody who may list and watch pods and nothing else.
async fn viewer(bed: &Bed, namespace: &str) -> KubeCluster {
    let name = "viewer";
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": {"name": name, "namespace": namespace},
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]});
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": name}]});
    for object in [role, binding] {
        bed.cluster().apply(&object).await.unwrap();
    }
    let mut config = kube::Config::infer().await.unwrap();
    config.auth_info.impersonate = Some(name.to_owned());
    let client = kube::Client::try_from(config).unwrap();
    KubeCluster::new(&Connection { client, context: name.to_owned() })
}

async fn next(changes: &mut BoxStream<'_, Change>) -> Change {
    tokio::time::timeout(PATIENCE, changes.next()).await.expect("a change in time").expect("a watch never ends")
}

fn a_watch_delivers_what_is_and_what_changes(bed: &'static Bed) {
    let (space, cluster) = (bed.namespace("drv-watch"), bed.cluster());
    bed.runtime.block_on(async {
        cluster.apply(&service(&space.name, "before", None)).await.unwrap();
        let mut changes = cluster.watch(&space.name);
        let (mut listing, mut applied) = (false, false);
        loop {
            match next(&mut changes).await {
                Change::Listing { kind: "Service" } => listing = true,
                Change::Applied(object) if is_service(&object, "before") => applied = listing,
                Change::Synced { kind: "Service" } => break,
                _ => {}
            }
        }
        assert!(applied, "what was there is delivered between the begin and the end of the list");
        cluster.apply(&service(&space.name, "after", None)).await.unwrap();
        let uid = loop {
            if let Change::Applied(object) = next(&mut changes).await
                && is_service(&object, "after")
            {
                break object.uid().to_owned();
            }
        };
        cluster.delete(&ObjectRef::new("v1", "Service", &space.name, "after")).await.unwrap();
        while next(&mut changes).await != (Change::Deleted { kind: "Service", uid: uid.clone() }) {}
    });
}

fn is_service(object: &Object, name: &str) -> bool {
    object.kind() == "Service" && object.name() == name
}

fn a_forward_survives_its_pod(bed: &'static Bed) {
    let (space, cluster) = (bed.namespace("drv-forward"), bed.cluster());
    bed.runtime.block_on(async {
        let nobody = cluster.forward(&space.name, "web", 80).await.err().expect("there is no such Service");
        assert_eq!(nobody.kind, FailureKind::NotFound);
        serve(&cluster, &space).await;
        for service in ["web", "headless"] {
            let port = if service == "web" { 80 } else { 8000 };
            let forward = cluster.forward(&space.name, service, port).await.unwrap();
            let (one, two) = tokio::join!(get(forward.local), get(forward.local));
            assert!(one.starts_with("HTTP/1.0 200") && two.starts_with("HTTP/1.0 200"), "{service}: {one} {two}");
        }
        let forward = cluster.forward(&space.name, "web", 80).await.unwrap();
        let pods = ObjectRef::new("v1", "Pod", &space.name, "");
        let old = cluster.list(&pods, "app=web").await.unwrap()[0]["metadata"]["name"].as_str().unwrap().to_owned();
        cluster.delete(&ObjectRef::new("v1", "Pod", &space.name, &old)).await.unwrap();
        until(PATIENCE, "the new pod answers", async || get(forward.local).await.starts_with("HTTP").then_some(()))
            .await;
        let local = forward.local;
        drop(forward);
        until(PATIENCE, "nobody listens", async || TcpStream::connect(local).await.is_err().then_some(())).await;
    });
}

/// A web server with a Service of each sort, ready.
async fn serve(cluster: &KubeCluster, space: &Namespace) {
    cluster.apply(&web(&space.name, "web")).await.unwrap();
    cluster.apply(&service(&space.name, "web", None)).await.unwrap();
    cluster.apply(&service(&space.name, "headless", Some("None"))).await.unwrap();
    let pods = ObjectRef::new("v1", "Pod", &space.name, "");
    until(PATIENCE, "the web server is ready", async || {
        let pods = cluster.list(&pods, "app=web").await.unwrap();
        let ready = pods.iter().any(|pod| pod["status"]["containerStatuses"][0]["ready"] == true);
        ready.then_some(())
    })
    .await;
}

/// What a web server says, empty if nothing.
async fn get(address: SocketAddr) -> String {
    let mut said = Vec::new();
    if let Ok(mut stream) = TcpStream::connect(address).await
        && stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.is_ok()
    {
        let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut said)).await;
    }
    String::from_utf8_lossy(&said).into_owned()
}

fn logs_are_the_last_lines(bed: &'static Bed) {
    let (space, cluster) = (bed.namespace("drv-logs"), bed.cluster());
    let script = "for i in $(seq 100); do printf '\\033[31mline %s\\033[0m %0200d\\n' $i 0; done; sleep 600";
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "talker", "namespace": space.name}, "spec": {
        "terminationGracePeriodSeconds": 0,
        "containers": [{"name": "main", "image": "busybox:1", "command": ["bash", "-c", script]}]}});
    bed.runtime.block_on(async {
        cluster.apply(&pod).await.unwrap();
        let reference = ObjectRef::new("v1", "Pod", &space.name, "talker");
        let lines = until(PATIENCE, "the log is there", async || {
            cluster
                .logs(&reference, "main", false, 20)
                .await
                .ok()
                .filter(|lines| lines.last().is_some_and(|line| line.starts_with("line 100 0")))
        })
        .await;
        assert_eq!(lines.len(), 20);
        assert!(lines.iter().all(|line| !line.contains('\u{1b}')));
        let error = cluster.logs(&reference, "other", false, 20).await.unwrap_err();
        assert!(error.problem.detail.as_deref().is_some_and(|words| words.contains("other")), "{error:?}");
    });
}

fn web(namespace: &str, name: &str) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": {
            "metadata": {"labels": {"app": name}},
            "spec": {"terminationGracePeriodSeconds": 0, "containers": [{
                "name": "web", "image": "busybox:1", "command": ["python3", "-u", "-m", "http.server", "8000"],
                "ports": [{"name": "http", "containerPort": 8000}],
                "readinessProbe": {"httpGet": {"path": "/", "port": "http"}, "periodSeconds": 1}}]}}}})
}

fn service(namespace: &str, name: &str, address: Option<&str>) -> Value {
    let port = if address.is_some() { 8000 } else { 80 };
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}, "spec": {
        "clusterIP": address, "selector": {"app": "web"}, "ports": [{"port": port, "targetPort": "http"}]}})
}

fn with(object: &Value, pointer: &str, value: Value) -> Value {
    let mut changed = object.clone();
    *changed.pointer_mut(pointer).unwrap() = value;
    changed
}
