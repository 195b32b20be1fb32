//! One run at a time per namespace: a Lease that is renewed while a run works. helm has no such lock. On this machine there is
//! nothing to hold: its journal has one writer at a time. Must not know what the run does.
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    event::EventKind,
    ports::{Clock, Cluster, FailureKind, ObjectRef, Platform, PortError, PortResult, Ports},
    recorder::Recorder,
};
use crate::{health::text, problem::Problem};

/// Name of the Lease.
const NAME: &str = "hubwright";
/// Code of the problem that another run works here.
const BUSY: &str = "run-in-progress";
/// Code of the problem that somebody else wrote at the same time.
const QUICKER: &str = "conflict";
/// Seconds until a Lease that nobody renews may be taken over.
const SECONDS: i64 = 15;
/// Time after which the Lease of a run that was killed has run out for certain.
const RUNS_OUT: SignedDuration = SignedDuration::from_secs(SECONDS + 1);
/// Time between renewals.
const RENEW: Duration = Duration::from_secs(5);
/// Time until the first renewal. Two runs that begin in the same moment may both get a Lease that was not there; this
/// one tells them soon who has it.
const CONFIRM: Duration = Duration::from_secs(1);
/// How long giving it back may take; it runs out by itself as well.
const GOODBYE: Duration = Duration::from_secs(5);

/// The Lease of a namespace, as this run sees it.
pub struct Lease<'a> {
    /// `None`: this machine, where the journal's lock keeps two runs apart.
    cluster: Option<&'a dyn Cluster>,
    clock: &'a dyn Clock,
    namespace: &'a str,
    holder: &'a str,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: bool,
    /// What another run wrote last, and since when it stays the same.
    seen: Option<(Value, Timestamp)>,
}

impl<'a> Lease<'a> {
    /// A Lease for a run; not held yet.
    pub fn new(ports: &'a Ports, namespace: &'a str, holder: &'a str) -> Self {
        let cluster = match &ports.platform {
            Platform::Kubernetes(kubernetes) => Some(kubernetes.cluster.as_ref()),
            Platform::Machine(_) => None,
        };
        Self { cluster, clock: ports.clock.as_ref(), namespace, holder, state: Mutex::default() }
    }

    /// Takes the Lease, if it is not held yet, before anything is changed. That of a run that was killed is waited for
    /// until it runs out; one that does not run out belongs to a run that lives, and is an error. Whatever else keeps it
    /// from being taken (no namespace yet, no contact) the steps will tell in better words.
    pub async fn take(&self, recorder: &Recorder<'_>, cancel: &CancellationToken) -> Result<(), Problem> {
        let Some(cluster) = self.cluster else { return Ok(()) };
        let until = self.clock.now() + RUNS_OUT;
        let mut said = self.state().held;
        while !self.state().held && !cancel.is_cancelled() {
            let refused = match self.hold(cluster).await {
                Err(error) if [BUSY, QUICKER].contains(&error.problem.code.as_str()) => error.problem,
                _ => break,
            };
            if self.clock.now() > until {
                return Err(*refused);
            }
            if !std::mem::replace(&mut said, true) {
                let text = format!("{}; waiting in case that it was killed", refused.title);
                recorder.say(EventKind::Note { text });
            }
            self.clock.sleep(CONFIRM).await;
        }
        Ok(())
    }

    /// Renews the Lease for as long as it is held, and says when another run has taken it over. Never ends.
    pub async fn keep(&self, lost: impl Fn(Problem)) {
        let Some(cluster) = self.cluster else { return std::future::pending().await };
        let mut pause = CONFIRM;
        loop {
            self.clock.sleep(pause).await;
            if !self.state().held {
                continue;
            }
            pause = RENEW;
            // Without contact nobody else can take it either, or the next renewal tells.
            if let Err(error) = self.hold(cluster).await
                && error.problem.code == BUSY
            {
                self.state().held = false;
                lost(*error.problem);
            }
        }
    }

    /// Gives the Lease back, unless another run has it by now.
    pub async fn release(&self) {
        let Some(cluster) = self.cluster.filter(|_| self.state().held) else { return };
        let give_back = async {
            if let Ok(Some(lease)) = cluster.get(&self.object()).await
                && holder(&lease) == Some(self.holder)
            {
                // Where that fails it runs out by itself.
                let _ = cluster.delete(&self.object()).await;
            }
        };
        tokio::select! {
            () = give_back => {}
            () = self.clock.sleep(GOODBYE) => {}
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn object(&self) -> ObjectRef {
        ObjectRef::new("coordination.k8s.io/v1", "Lease", self.namespace, NAME)
    }

    /// Takes or renews the Lease; refused while another run holds it.
    async fn hold(&self, cluster: &dyn Cluster) -> PortResult<()> {
        let found = cluster.get(&self.object()).await?;
        if let Some(holder) = found.as_ref().and_then(|lease| self.living_holder(lease)) {
            return Err(PortError::new(FailureKind::Conflict, busy(self.namespace, &holder)));
        }
        let version = found.as_ref().and_then(|lease| lease.pointer("/metadata/resourceVersion")).cloned();
        cluster.apply(&self.write(version)).await?;
        self.state().held = true;
        Ok(())
    }

    /// Another holder, unless its Lease stayed as it is for as long as it lasts. Only the time that passes here counts:
    /// the clock of another machine may be wrong by hours.
    fn living_holder(&self, lease: &Value) -> Option<String> {
        let holder = holder(lease).filter(|holder| !holder.is_empty() && *holder != self.holder)?;
        let spec = lease.get("spec")?;
        let now = self.clock.now();
        let mut state = self.state();
        let since = match &state.seen {
            Some((known, since)) if known == spec => *since,
            _ => {
                state.seen = Some((spec.clone(), now));
                now
            }
        };
        (now.duration_since(since) < SignedDuration::from_secs(SECONDS)).then(|| text::line(holder))
    }

    fn write(&self, version: Option<Value>) -> Value {
        let mut metadata = json!({"name": NAME, "namespace": self.namespace, "labels": super::ports::labels()});
        if let (Some(version), Some(metadata)) = (version, metadata.as_object_mut()) {
            // With it, the server refuses the write if somebody else was quicker.
            metadata.insert("resourceVersion".to_owned(), version);
        }
        let time = self.clock.now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": metadata,
            "spec": {"holderIdentity": self.holder, "leaseDurationSeconds": SECONDS, "renewTime": time},
        })
    }
}

fn holder(lease: &Value) -> Option<&str> {
    lease.pointer("/spec/holderIdentity").and_then(Value::as_str)
}

fn busy(namespace: &str, holder: &str) -> Problem {
    Problem::new(BUSY, format!("another hubwright works on namespace `{namespace}`: {holder}"))
        .hint(format!("wait for it, or end it with Ctrl-C there; if it was killed, try again in {SECONDS} s"))
        .retry()
}
