//! Pods that the server refuses to make: quota, limit range, pod security, admission webhooks. There is no pod to look
//! at; only a condition or an event of what should make it tells.
use super::Context;
use crate::health::{
    index::Noted,
    messages,
    objects::{Condition, condition},
    verdict::Finding,
};

/// Seconds until a refusal counts that often heals: a service account or webhook that is not there yet.
const PATIENCE: i64 = 30;
/// Seconds after which a refusal that is not repeated is history. Controllers try at most every 16 minutes or so.
const STALE: i64 = 1_200;

/// A refusal, its code one of `messages`.
pub fn refused(on: &Context<'_>) -> Option<Finding> {
    let owner = on.owner()?;
    let (words, since) = failed_create(on)?;
    let finding = messages::finding(&words, &owner.subject(), on.index.namespace()).unwrap_or_else(|| {
        Finding::new("refused", owner.subject(), "the cluster refuses to make the pod").detail(&words)
    });
    let heals = matches!(
        finding.code.as_str(),
        "webhook-not-ready" | "service-account-missing" | "refused" | "api-unreachable"
    );
    (!heals || on.is_past(since, PATIENCE)).then(|| finding.since(since))
}

/// What was said when the newest pod was refused, unless one has been made since.
fn failed_create(on: &Context<'_>) -> Option<(String, Option<jiff::Timestamp>)> {
    let owner = on.owner()?;
    let condition =
        condition(owner.conditions, "ReplicaFailure").filter(|one| one.is_true() && one.because("FailedCreate"));
    if let Some(failure) = condition {
        return Some((failure.words().to_owned(), failure.last_transition_time));
    }
    if !matches!(owner.kind, "StatefulSet" | "DaemonSet" | "Job" | "RayCluster") {
        return None;
    }
    let telling = |event: &&Noted| {
        is_refusal(event) || event.reason.starts_with("SuccessfulCreate") || event.reason.starts_with("Created")
    };
    let newest = on.index.events(owner.kind, owner.name, owner.uid).find(telling)?;
    let fresh = is_refusal(newest) && !on.is_past(newest.last, STALE);
    fresh.then(|| (newest.message.to_string(), newest.first))
}

/// `FailedCreate` of the controllers; KubeRay says `FailedToCreateHeadPod`, `FailedToCreateWorkerPod`.
fn is_refusal(event: &Noted) -> bool {
    &*event.reason == "FailedCreate" || event.reason.starts_with("FailedToCreate")
}

/// Whether an owner's own words say that it cannot make pods.
pub(super) fn says_so(conditions: &[Condition]) -> Option<&Condition> {
    condition(conditions, "ReplicaFailure").filter(|one| one.is_true())
}
