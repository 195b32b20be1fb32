//! The test bed as tests see it: where it is, a runtime for asynchronous calls, namespaces of their own.
use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use hubwright::{
    drivers::kube::{self, Connection, KubeCluster},
    run::ports::{Cluster, ObjectRef},
};
use serde_json::json;
use tokio::runtime::Runtime;

/// A test bed that is up.
pub struct Bed {
    /// Runs asynchronous calls.
    pub runtime: Runtime,
    /// A connection as administrator.
    pub connection: Connection,
    helm3: PathBuf,
    helm4: PathBuf,
}

impl Bed {
    /// The bed that the environment names, or why there is none.
    pub fn find() -> Result<Self, String> {
        if std::env::var_os("HUBWRIGHT_BED").is_none() {
            let why = std::env::var("HUBWRIGHT_BED_MISSING");
            return Err(why.unwrap_or_else(|_| "run `eval \"$(tests/testbed/up)\"` first".to_owned()));
        }
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        let connection = runtime.block_on(kube::connect(None, false)).map_err(|problem| problem.title)?;
        let program = |name: &str| std::env::var_os(name).map(PathBuf::from).unwrap_or_default();
        Ok(Self { runtime, connection, helm3: program("HELM3"), helm4: program("HELM4") })
    }

    /// The cluster.
    pub fn cluster(&self) -> KubeCluster {
        KubeCluster::new(&self.connection)
    }

    /// helm of a major version.
    pub fn helm(&self, major: u32) -> PathBuf {
        let program = if major == 3 { &self.helm3 } else { &self.helm4 };
        assert!(program.is_file(), "the bed did not say where helm {major} is");
        program.clone()
    }

    /// A namespace that is there until it is dropped.
    pub fn namespace(&'static self, name: &str) -> Namespace {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{name}-{}-{number}", std::process::id());
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        self.runtime.block_on(self.cluster().apply(&object)).expect("make a namespace");
        Namespace { bed: self, name }
    }
}

/// Waits until something is there, looking every 50 ms.
pub async fn until<T>(limit: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(limit, looking).await.unwrap_or_else(|_| panic!("not within {limit:?}: {what}"))
}

/// A namespace of a test.
pub struct Namespace {
    bed: &'static Bed,
    /// Its name.
    pub name: String,
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let object = ObjectRef::cluster("v1", "Namespace", &self.name);
        // A failed test must not fail again here; what stays goes with the bed.
        let _ = self.bed.runtime.block_on(self.bed.cluster().delete(&object));
    }
}
