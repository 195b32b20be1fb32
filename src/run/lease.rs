//! One run at a time per namespace: a Lease that is renewed while a run works. helm has no such lock.
//! Must not know what the run does.
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::ports::{FailureKind, ObjectRef, PortError, PortResult, Ports};
use crate::problem::Problem;

/// Name of the Lease.
const NAME: &str = "hubwright";
/// Seconds until a Lease that nobody renews may be taken over.
const SECONDS: i64 = 15;
/// Time after which the Lease of a run that was killed has run out for certain.
pub const RUNS_OUT: SignedDuration = SignedDuration::from_secs(SECONDS + 1);
/// Time between renewals.
pub const RENEW: Duration = Duration::from_secs(5);

/// The Lease of a namespace, as this run sees it.
pub struct Lease {
    namespace: String,
    holder: String,
}

impl Lease {
    /// A Lease for a run; not held yet.
    pub fn new(namespace: &str, holder: &str) -> Self {
        Self { namespace: namespace.to_owned(), holder: holder.to_owned() }
    }

    fn object(&self) -> ObjectRef {
        ObjectRef::new("coordination.k8s.io/v1", "Lease", &self.namespace, NAME)
    }

    /// Takes or renews the Lease; refused while another run holds it.
    pub async fn hold(&self, ports: &Ports) -> PortResult<()> {
        let now = ports.clock.now();
        let found = ports.cluster.get(&self.object()).await?;
        if let Some(holder) = found.as_ref().and_then(|lease| other_holder(lease, &self.holder, now)) {
            return Err(PortError::new(FailureKind::Conflict, held(&self.namespace, &holder)));
        }
        let version = found.as_ref().and_then(|lease| lease.pointer("/metadata/resourceVersion")).cloned();
        ports.cluster.apply(&self.write(version, now)).await.map(|_| ())
    }

    /// Gives the Lease back. Where that fails it runs out by itself.
    pub async fn release(&self, ports: &Ports) {
        let _ = ports.cluster.delete(&self.object()).await;
    }

    fn write(&self, version: Option<Value>, now: Timestamp) -> Value {
        let mut metadata = json!({"name": NAME, "namespace": self.namespace, "labels": super::ports::labels()});
        if let (Some(version), Some(metadata)) = (version, metadata.as_object_mut()) {
            // With it, the server refuses the write if somebody else was quicker.
            metadata.insert("resourceVersion".to_owned(), version);
        }
        let time = now.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": metadata,
            "spec": {"holderIdentity": self.holder, "leaseDurationSeconds": SECONDS, "renewTime": time},
        })
    }
}

/// Another holder whose Lease has not run out.
fn other_holder(lease: &Value, own: &str, now: Timestamp) -> Option<String> {
    let holder = lease
        .pointer("/spec/holderIdentity")
        .and_then(Value::as_str)
        .filter(|holder| !holder.is_empty() && *holder != own)?;
    let renewed: Timestamp = lease.pointer("/spec/renewTime").and_then(Value::as_str)?.parse().ok()?;
    let alive = now.duration_since(renewed) < SignedDuration::from_secs(SECONDS);
    alive.then(|| crate::health::text::line(holder))
}

fn held(namespace: &str, holder: &str) -> Problem {
    Problem::new("run-in-progress", format!("another hubwright works on namespace `{namespace}`"))
        .detail(format!("held by {holder}"))
        .hint(format!("wait for it; if it was killed, try again in {SECONDS} s"))
        .retry()
}
