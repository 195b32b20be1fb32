//! What goes from a cluster, in the order in which nothing is left hanging: what people started, then releases, operators
//! last. Must not know front ends.
use std::time::Duration;

use futures::future::{BoxFuture, try_join_all};
use serde_json::Value;

use super::{Failed, Removal};
use crate::{
    health::text,
    plan::components::{GENERATED, REGISTRY, SECRETS},
    run::{
        ports::{Kubernetes, ObjectRef, PortResult},
        reach::Reach,
    },
};

/// Releases in the order in which they go: who uses others first, operators last.
const RELEASES: [&str; 4] = ["dask-gateway", "jupyterhub", "ray-cluster", "kuberay-operator"];
/// What people started: servers, home directories, and the hub's own claim.
const SERVERS: &str = "app=jupyterhub,component=singleuser-server";
const HOMES: &str = "app=jupyterhub,component=singleuser-storage";
const DATABASE: &str = "app=jupyterhub,component=hub";
/// What JupyterHub's hooks make to download images. It is in no release, so helm leaves it where an installation was interrupted.
const HOOKS: &str = "app=jupyterhub,hub.jupyter.org/deletable=true";
const OF_HOOKS: [(&str, &str); 5] = [
    ("batch/v1", "Job"),
    ("apps/v1", "DaemonSet"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("v1", "ServiceAccount"),
];
/// Dask clusters are of this kind.
const DASK: (&str, &str) = ("gateway.dask.org/v1alpha1", "DaskCluster");
/// Parts of a removal, in order.
pub const PARTS: [&str; 4] = ["servers", "releases", "secrets", "data"];
/// Time between two looks.
const MOMENT: Duration = Duration::from_secs(1);
/// How long objects may take to go.
const PATIENCE: Duration = Duration::from_secs(180);

/// What an uninstall would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The namespace.
    pub namespace: String,
    /// Whether the namespace is ours: made by hubwright.
    pub own_namespace: bool,
    /// Helm releases that go.
    pub releases: Vec<String>,
    /// Secrets of ours that go.
    pub secrets: Vec<String>,
    /// People's running servers that go.
    pub servers: Vec<String>,
    /// Claims: homes and the hub's database.
    pub claims: Vec<String>,
    /// Dask clusters that go.
    pub clusters: Vec<String>,
}

impl Inventory {
    /// Whether there is nothing of a deployment.
    pub fn is_empty(&self) -> bool {
        self.releases.is_empty()
            && self.secrets.is_empty()
            && self.servers.is_empty()
            && self.claims.is_empty()
            && self.clusters.is_empty()
    }

    /// What goes and what stays, for a person to decide.
    pub fn lines(&self, delete_data: bool) -> Vec<String> {
        let line = |what: &str, names: &[String]| (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")));
        let claims = if delete_data {
            "goes for ever, people's files and the hub's database"
        } else {
            "stays, people's files and the hub's database"
        };
        [
            line("goes, running servers", &self.servers),
            line("goes, Dask clusters", &self.clusters),
            line("goes, helm releases", &self.releases),
            line("goes, Secrets", &self.secrets),
            line(claims, &self.claims),
            (delete_data && self.own_namespace)
                .then(|| format!("goes, with everything in it: namespace {}", self.namespace)),
            Some("stays, for other users of the cluster: custom resource definitions".to_owned()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// What stays, once the removal is done.
    pub fn left(&self, delete_data: bool) -> Vec<String> {
        let claims = (!delete_data && !self.claims.is_empty()).then(|| {
            format!("stays: {} with people's files; a new installation finds them again", self.claims.join(", "))
        });
        let namespace = (!delete_data || !self.own_namespace).then(|| format!("stays: namespace `{}`", self.namespace));
        claims
            .into_iter()
            .chain(namespace)
            .chain(["stays: custom resource definitions of Ray, Dask and Traefik".to_owned()])
            .collect()
    }
}

/// Releases of ours that are there, in the order in which they go.
pub async fn installed(kubernetes: &Kubernetes, namespace: &str) -> PortResult<Vec<String>> {
    let mut releases = Vec::new();
    for release in RELEASES {
        if kubernetes.releases.state(namespace, release).await?.is_some() {
            releases.push(release.to_owned());
        }
    }
    Ok(releases)
}

/// Looks at what is there.
pub async fn inventory(kubernetes: &Kubernetes, namespace: &str) -> PortResult<Inventory> {
    let names = |objects: Vec<Value>| objects.iter().map(name).collect::<Vec<_>>();
    let of = |api: &str, kind: &str| ObjectRef::new(api, kind, namespace, "");
    let releases = installed(kubernetes, namespace).await?;
    let mut secrets =
        names(kubernetes.cluster.list(&of("v1", "Secret"), "app.kubernetes.io/managed-by=hubwright").await?);
    secrets.retain(|name| [SECRETS, GENERATED, REGISTRY].contains(&name.as_str()));
    let mut claims = names(kubernetes.cluster.list(&of("v1", "PersistentVolumeClaim"), HOMES).await?);
    claims.extend(names(kubernetes.cluster.list(&of("v1", "PersistentVolumeClaim"), DATABASE).await?));
    let own = kubernetes.cluster.get(&ObjectRef::cluster("v1", "Namespace", namespace)).await?;
    Ok(Inventory {
        namespace: namespace.to_owned(),
        own_namespace: own.as_ref().and_then(|object| object.pointer("/metadata/labels/app.kubernetes.io~1managed-by"))
            == Some(&"hubwright".into()),
        releases,
        secrets,
        servers: names(kubernetes.cluster.list(&of("v1", "Pod"), SERVERS).await?),
        claims,
        clusters: names(kubernetes.cluster.list(&of(DASK.0, DASK.1), "").await?),
    })
}

fn name(object: &Value) -> String {
    text::line(object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default())
}

/// A removal at work in a cluster.
pub struct Work<'a> {
    /// What is the same everywhere.
    pub removal: &'a Removal<'a>,
    /// What is to go.
    pub inventory: &'a Inventory,
    /// Where it is.
    pub kubernetes: &'a Kubernetes,
}

impl Work<'_> {
    /// Removes part by part.
    pub async fn run(&self) -> Result<(), Failed> {
        let [servers, releases, secrets, data] = PARTS;
        let removal = self.removal;
        removal.part(servers, self.servers()).await?;
        removal.part(releases, self.releases()).await?;
        removal.part(secrets, self.objects(secrets, ("v1", "Secret"), &self.inventory.secrets)).await?;
        if removal.delete_data {
            removal.part(data, self.data()).await?;
        }
        Ok(())
    }

    /// What people started is in no release: the hub would be gone, and nobody left to stop it.
    async fn servers(&self) -> PortResult<()> {
        let [servers, ..] = PARTS;
        self.sweep(servers, DASK, "").await?;
        // The gateway's controller must still run to clean up behind its clusters.
        self.gone(DASK, "").await?;
        self.sweep(servers, ("v1", "Pod"), SERVERS).await
    }

    async fn releases(&self) -> PortResult<()> {
        let [_, releases, ..] = PARTS;
        for release in RELEASES.iter().filter(|release| self.inventory.releases.iter().any(|name| name == *release)) {
            self.removal.calling(releases, format!("helm uninstall {release}"))?;
            self.end_helm(release).await;
            self.reach(|| self.kubernetes.helm.uninstall(&self.inventory.namespace, release)).await?;
            if *release == "ray-cluster" {
                // Its operator must see it go, or finalizers would keep it for ever.
                self.gone(("ray.io/v1", "RayCluster"), "").await?;
            }
        }
        for kind in OF_HOOKS {
            self.sweep(releases, kind, HOOKS).await?;
        }
        // Somebody may have started a server while there was a hub.
        self.sweep(releases, ("v1", "Pod"), SERVERS).await?;
        self.gone(("v1", "Pod"), "ray.io/is-ray-node=yes").await?;
        self.gone(("v1", "Pod"), "app=jupyterhub").await
    }

    /// A helm that a killed run left behind would go on installing what is removed here.
    async fn end_helm(&self, release: &str) {
        if let Some(child) = self.kubernetes.helm.left_behind(release)
            && let Some(mut helm) = self.kubernetes.helm.adopt(child).await
        {
            self.removal.note(format!("helm still works on `{release}`; stopping it"));
            helm.stop().await;
        }
    }

    /// Deletes all objects of a kind that are there now.
    async fn sweep(&self, part: &str, (api_version, kind): (&str, &str), selector: &str) -> PortResult<()> {
        let of = ObjectRef::new(api_version, kind, &self.inventory.namespace, "");
        let there: Vec<String> =
            self.reach(|| self.kubernetes.cluster.list(&of, selector)).await?.iter().map(name).collect();
        self.objects(part, (api_version, kind), &there).await
    }

    async fn objects(&self, part: &str, (api_version, kind): (&str, &str), names: &[String]) -> PortResult<()> {
        let objects: Vec<ObjectRef> =
            names.iter().map(|name| ObjectRef::new(api_version, kind, &self.inventory.namespace, name)).collect();
        for object in &objects {
            self.removal.calling(part, format!("delete {object}"))?;
        }
        try_join_all(objects.iter().map(|object| self.reach(move || self.kubernetes.cluster.delete(object))))
            .await
            .map(|_| ())
    }

    async fn data(&self) -> PortResult<()> {
        let [.., data] = PARTS;
        self.objects(data, ("v1", "PersistentVolumeClaim"), &self.inventory.claims).await?;
        if !self.inventory.own_namespace {
            return Ok(());
        }
        let namespace = ObjectRef::cluster("v1", "Namespace", &self.inventory.namespace);
        self.removal.calling(data, format!("delete {namespace}"))?;
        self.reach(|| self.kubernetes.cluster.delete(&namespace)).await?;
        let left = async || {
            let found = self.reach(|| self.kubernetes.cluster.get(&namespace)).await?;
            Ok(found.iter().map(name).collect())
        };
        self.wait_until_gone("Namespace", left).await
    }

    /// Calls the cluster, again while it does not answer.
    async fn reach<'c, T>(&self, call: impl Fn() -> BoxFuture<'c, PortResult<T>>) -> PortResult<T> {
        let Removal { ports, options, cancel, .. } = self.removal;
        let reach = Reach { clock: ports.clock.as_ref(), silence: options.silence, cancel };
        let ended = reach.call(|problem, _| self.removal.note(format!("{}; trying again", problem.title)), call).await;
        ended.unwrap_or_else(|| Err(self.removal.interrupted()))
    }

    async fn moment(&self) -> PortResult<()> {
        self.removal.ports.clock.sleep(MOMENT).await;
        self.removal.go_on()
    }

    /// Waits until no object of a kind is left.
    async fn gone(&self, (api_version, kind): (&str, &str), selector: &str) -> PortResult<()> {
        let of = ObjectRef::new(api_version, kind, &self.inventory.namespace, "");
        let left =
            async || Ok(self.reach(|| self.kubernetes.cluster.list(&of, selector)).await?.iter().map(name).collect());
        self.wait_until_gone(kind, left).await
    }

    /// Waits until nothing is left. What stays longer is left to the cluster, and a note says so.
    async fn wait_until_gone(&self, kind: &str, left: impl AsyncFn() -> PortResult<Vec<String>>) -> PortResult<()> {
        let mut waited = Duration::ZERO;
        while waited < PATIENCE {
            let names = left().await?;
            if names.is_empty() {
                return Ok(());
            }
            if waited.is_zero() {
                self.removal.note(format!("waiting until gone, {kind}: {}", names.join(", ")));
            }
            self.moment().await?;
            waited += MOMENT;
        }
        self.removal.note(format!("still there after {} s, {kind}: {}", PATIENCE.as_secs(), left().await?.join(", ")));
        Ok(())
    }
}
