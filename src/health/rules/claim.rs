//! A claim is ready when it is bound, or when its kind of disk is made on first use and nobody uses it yet.
use super::{View, found};
use crate::health::{
    causes::{self, Subject},
    objects::{PersistentVolumeClaim, Pod, StorageClass, Watched},
    pod, root,
    verdict::Verdict,
};

pub fn evaluate(view: View<'_>, name: &str) -> Verdict {
    match found(&view.index.on.claims, name) {
        Ok(claim) => rule(view, claim),
        Err(verdict) => verdict,
    }
}

pub fn rule(view: View<'_>, claim: &PersistentVolumeClaim) -> Verdict {
    if claim.status.phase.as_deref() == Some("Bound") {
        return Verdict::ready();
    }
    if let Some(finding) = causes::of(view, Subject::Claim(claim)) {
        return Verdict::Blocked(finding);
    }
    if !class_of(view, claim).is_some_and(StorageClass::waits_for_consumer) {
        return Verdict::progressing(format!("claim {} waits for its volume", claim.name()));
    }
    let users: Vec<&Pod> = users(view, claim).collect();
    if users.is_empty() {
        return Verdict::noted("will be made when first used");
    }
    wait_of_users(view, claim, &users)
}

/// A claim that waits for its first pod hangs on that pod: its cause is the root.
fn wait_of_users(view: View<'_>, claim: &PersistentVolumeClaim, users: &[&Pod]) -> Verdict {
    if let Some(finding) = root::fold(super::pods::findings(view, &[], users)).into_iter().next() {
        return Verdict::Blocked(finding);
    }
    let why = users.iter().find_map(|user| pod::why_not_ready(view.index, user));
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    Verdict::progressing(format!("claim {} waits for its first pod{why}", claim.name()))
}

/// The storage class that makes the claim's volume: the named one, else the default.
pub fn class_of<'a>(view: View<'a>, claim: &PersistentVolumeClaim) -> Option<&'a StorageClass> {
    let classes = &view.index.on.storage_classes;
    match claim.spec.storage_class_name.as_deref() {
        Some(name) => classes.get(name),
        None => classes.iter().find(|class| class.is_default()),
    }
}

fn users<'a>(view: View<'a>, claim: &'a PersistentVolumeClaim) -> impl Iterator<Item = &'a Pod> {
    let uses = |pod: &Pod| {
        let claims = pod.spec.volumes.iter().filter_map(|volume| volume.persistent_volume_claim.as_deref());
        claims.into_iter().any(|volume| &*volume.claim_name == claim.name())
    };
    view.index.pods().filter(|pod| !pod.has_ended() && !pod.is_terminating()).filter(move |pod| uses(pod))
}
