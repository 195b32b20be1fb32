//! The Kubernetes API through kube. One client per deployment; every call has a limit and words for its failure.
//! Must not decide anything about what it sees.
mod client;
mod config;
mod errors;
mod facts;
mod forward;
mod objects;
mod seen;
mod usage;
mod watch;

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture, stream::BoxStream};
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, Client, api::LogParams};
use secrecy::SecretString;
use serde_json::Value;

use crate::{
    answers::{facts::Facts, secret::SecretRef},
    health::{objects::Change, text},
    problem::Problem,
    run::ports::{
        Applied, Cluster, FailureKind, Forward, ObjectRef, Permission, PortError, PortResult, Secrets, Workloads,
    },
};

pub use config::{Connection, SLOW_LOGIN, connect, contexts, has_plugin, wants_login};

/// Limit of one call.
pub(super) const CALL: Duration = Duration::from_secs(30);

/// A cluster.
#[derive(Clone)]
pub struct KubeCluster {
    client: Client,
    context: String,
    kinds: Arc<objects::Kinds>,
}

impl KubeCluster {
    /// A cluster behind a connection.
    pub fn new(connection: &Connection) -> Self {
        Self { client: connection.client.clone(), context: connection.context.clone(), kinds: Arc::default() }
    }

    /// The client, for what has no port.
    pub const fn client(&self) -> &Client {
        &self.client
    }
}

/// Runs a call with a limit; what fails gets words.
pub(super) async fn call<T>(
    limit: Duration,
    doing: &str,
    request: impl Future<Output = kube::Result<T>>,
) -> PortResult<T> {
    match tokio::time::timeout(limit, request).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(errors::explain(doing, &error)),
        Err(_) => Err(errors::silent(doing, limit)),
    }
}

impl Workloads for KubeCluster {
    fn context(&self) -> String {
        self.context.clone()
    }

    fn facts<'a>(&'a self, namespace: &'a str) -> BoxFuture<'a, PortResult<Facts>> {
        facts::probe(&self.client, namespace).boxed()
    }

    fn watch<'a>(&'a self, namespace: &'a str) -> BoxStream<'a, Change> {
        watch::watch(self.client.clone(), namespace)
    }

    fn logs<'a>(
        &'a self,
        pod: &'a ObjectRef,
        container: &'a str,
        previous: bool,
        lines: u32,
    ) -> BoxFuture<'a, PortResult<Vec<String>>> {
        async move {
            let pods: Api<Pod> = Api::namespaced(self.client.clone(), pod.namespace.as_deref().unwrap_or("default"));
            let params = LogParams {
                container: Some(container.to_owned()),
                previous,
                tail_lines: Some(lines.into()),
                ..LogParams::default()
            };
            let raw = call(CALL, "read a pod's log", pods.logs(&pod.name, &params)).await?;
            // Line by line: cleaning also cuts, and the last lines say most.
            Ok(raw.lines().map(text::clean).collect())
        }
        .boxed()
    }

    fn forward<'a>(&'a self, namespace: &'a str, service: &'a str, port: u16) -> BoxFuture<'a, PortResult<Forward>> {
        forward::open(self, namespace, service, port).boxed()
    }
}

impl Cluster for KubeCluster {
    fn version(&self) -> BoxFuture<'_, PortResult<String>> {
        async {
            let info = call(Duration::from_secs(5), "ask the cluster for its version", self.client.apiserver_version())
                .await?;
            Ok(text::line(&info.git_version))
        }
        .boxed()
    }

    fn refused<'a>(&'a self, wanted: &'a [Permission]) -> BoxFuture<'a, PortResult<Vec<Permission>>> {
        facts::refused(&self.client, wanted).boxed()
    }

    fn apply<'a>(&'a self, object: &'a Value) -> BoxFuture<'a, PortResult<Applied>> {
        objects::apply(self, object).boxed()
    }

    fn get<'a>(&'a self, object: &'a ObjectRef) -> BoxFuture<'a, PortResult<Option<Value>>> {
        objects::get(self, object).boxed()
    }

    fn list<'a>(&'a self, kind_of: &'a ObjectRef, selector: &'a str) -> BoxFuture<'a, PortResult<Vec<Value>>> {
        objects::list(self, kind_of, selector).boxed()
    }

    fn delete<'a>(&'a self, object: &'a ObjectRef) -> BoxFuture<'a, PortResult<bool>> {
        objects::delete(self, object).boxed()
    }

    fn patch<'a>(&'a self, object: &'a ObjectRef, merge: &'a Value) -> BoxFuture<'a, PortResult<()>> {
        objects::patch(self, object, merge).boxed()
    }
}

/// Secrets of this machine and of a cluster.
pub struct ClusterSecrets {
    cluster: KubeCluster,
}

impl ClusterSecrets {
    /// Looks `secret:` references up in this cluster.
    pub const fn new(cluster: KubeCluster) -> Self {
        Self { cluster }
    }

    async fn lookup(&self, namespace: &str, reference: &SecretRef, name: &str, key: &str) -> PortResult<SecretString> {
        use k8s_openapi::api::core::v1::Secret;
        let secrets: Api<Secret> = Api::namespaced(self.cluster.client.clone(), namespace);
        let secret = call(CALL, "read a Secret", secrets.get_opt(name)).await?;
        let missing = |why: &str| PortError::new(FailureKind::NotFound, super::secrets::missing(reference, why));
        let secret = secret.ok_or_else(|| missing("there is no such Secret"))?;
        let value = secret.data.unwrap_or_default().remove(key).ok_or_else(|| missing("the Secret has no such key"))?;
        String::from_utf8(value.0).map(SecretString::from).map_err(|_| missing("it is not a text in UTF-8"))
    }
}

impl Secrets for ClusterSecrets {
    fn resolve<'a>(&'a self, namespace: &'a str, reference: &'a SecretRef) -> BoxFuture<'a, PortResult<SecretString>> {
        async move {
            if let SecretRef::Kubernetes { name, key } = reference {
                return self.lookup(namespace, reference, name, key).await;
            }
            let reference = reference.clone();
            let resolved = tokio::task::spawn_blocking(move || super::secrets::local(&reference)).await;
            let gone = |_| Err(Problem::new("secret-missing", "the command that prints the secret was stopped"));
            resolved.unwrap_or_else(gone).map_err(|problem| PortError::new(FailureKind::NotFound, problem))
        }
        .boxed()
    }

    fn generate(&self) -> PortResult<SecretString> {
        super::secrets::generate()
    }

    fn password(&self) -> PortResult<SecretString> {
        super::secrets::password()
    }
}
