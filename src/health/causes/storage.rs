//! Disks that are not made. The most frequent failure of all hubs, a missing default storage class, is said by Kubernetes
//! in a *Normal* event only.
use super::{Context, Subject, answers};
use crate::health::{
    index::Noted,
    objects::{PersistentVolumeClaim, Pod, StorageClass, Watched},
    rules::age,
    verdict::Finding,
};

/// Seconds until a claim's trouble counts.
const PATIENCE: i64 = 5;
/// Seconds until a provisioner that says nothing counts.
const SILENCE: i64 = 60;
/// Provisioners whose disks only one machine can hold.
const NOT_SHARED: &[&str] = &[
    "ebs.csi.aws.com",
    "pd.csi.storage.gke.io",
    "disk.csi.azure.com",
    "rancher.io/local-path",
    "cinder.csi.openstack.org",
    "kubernetes.io/no-provisioner",
    "disk.csi.linode.com",
    "dobs.csi.digitalocean.com",
    "csi.hetzner.cloud",
];

/// The claim in trouble: the subject, or one that the pod cannot start without.
fn pending<'a>(on: &Context<'a>) -> Option<&'a PersistentVolumeClaim> {
    match on.subject {
        Subject::Claim(claim) => Some(claim).filter(|claim| is_pending(on, claim)),
        Subject::Pod(pod) if pod.spec.node_name.is_none() => {
            claims_of(pod).find_map(|name| on.index.on.claims.get(name).filter(|claim| is_pending(on, claim)))
        }
        _ => None,
    }
}

fn is_pending(on: &Context<'_>, claim: &PersistentVolumeClaim) -> bool {
    let pending = matches!(claim.status.phase.as_deref(), None | Some("Pending"));
    pending && claim.metadata.leaving.is_none() && age(claim, on.now) >= PATIENCE
}

fn claims_of(pod: &Pod) -> impl Iterator<Item = &str> {
    pod.spec.volumes.iter().filter_map(|volume| Some(&*volume.persistent_volume_claim.as_deref()?.claim_name))
}

fn events<'a>(on: &Context<'a>, claim: &'a PersistentVolumeClaim) -> impl Iterator<Item = &'a Noted> {
    on.index.events(PersistentVolumeClaim::KIND.kind, claim.name(), claim.uid())
}

/// The newest word of the provisioner, if it is a failure.
fn failure<'a>(on: &Context<'a>, claim: &'a PersistentVolumeClaim) -> Option<&'a Noted> {
    let telling = |event: &&Noted| matches!(&*event.reason, "ProvisioningFailed" | "ProvisioningSucceeded");
    events(on, claim).find(telling).filter(|event| &*event.reason == "ProvisioningFailed")
}

fn finding(code: &str, claim: &PersistentVolumeClaim, title: impl AsRef<str>) -> Finding {
    let since = claim.metadata.made;
    Finding::new(code, format!("PersistentVolumeClaim/{}", claim.name()), title).since(since)
}

fn size(claim: &PersistentVolumeClaim) -> &str {
    claim.spec.resources.requests.storage.as_deref().unwrap_or("its")
}

fn class_names(on: &Context<'_>) -> Vec<String> {
    on.index.on.storage_classes.iter().map(|class| class.name().to_owned()).collect()
}

fn choose_class(finding: Finding, on: &Context<'_>, claim: &PersistentVolumeClaim) -> Finding {
    let names = class_names(on);
    if names.is_empty() {
        return finding.tell("this cluster has no storage class at all: install one first, such as local-path-provisioner or an NFS provisioner");
    }
    finding.edit(answers::storage_class(claim.name()), format!("choose one of: {}", names.join(", ")))
}

pub fn no_default_class(on: &Context<'_>) -> Option<Finding> {
    let claim = pending(on)?;
    if claim.spec.storage_class_name.is_some() || claim.spec.volume_name.is_some() {
        return None;
    }
    let classes = &on.index.on.storage_classes;
    let said = events(on, claim).find(|event| event.message.contains("no storage class is set"));
    let none = classes.is_synced() && !classes.iter().any(StorageClass::is_default);
    (none || (said.is_some() && !classes.is_synced())).then(|| {
        let title = format!(
            "this cluster has no default storage class, so the {} disk for {} cannot be made",
            size(claim),
            claim.name()
        );
        let finding = finding("no-default-storage-class", claim, title).detail(said.map_or("", |event| &event.message));
        let finding = choose_class(finding, on, claim);
        match class_names(on).first() {
            Some(name) => finding.command(
                format!("kubectl annotate storageclass {name} storageclass.kubernetes.io/is-default-class=true"),
                "or make one of them the default",
            ),
            None => finding,
        }
    })
}

pub fn class_missing(on: &Context<'_>) -> Option<Finding> {
    let claim = pending(on)?;
    let name = claim.spec.storage_class_name.as_deref().filter(|name| !name.is_empty())?;
    let classes = &on.index.on.storage_classes;
    let said = failure(on, claim).filter(|event| event.message.contains("storageclass.storage.k8s.io"));
    let missing = if classes.is_synced() { classes.get(name).is_none() } else { said.is_some() };
    missing.then(|| {
        let finding = finding("storage-class-missing", claim, format!("storage class `{name}` is not in this cluster"));
        choose_class(finding.detail(said.map_or("", |event| &event.message)), on, claim)
    })
}

pub fn not_shared(on: &Context<'_>) -> Option<Finding> {
    let claim = pending(on)?;
    claim.spec.access_modes.iter().find(|mode| &***mode == "ReadWriteMany")?;
    let said = failure(on, claim)?;
    let class = claim.spec.storage_class_name.as_deref().and_then(|name| on.index.on.storage_classes.get(name));
    let known = class.is_some_and(|class| NOT_SHARED.contains(&&*class.provisioner));
    let words = ["only supports", "invalid accessmodes", "unsupported access mode", "multi_node", "multi-node"];
    let lower = said.message.to_lowercase();
    (known || words.iter().any(|word| lower.contains(word))).then(|| {
        let title = "shared folders need a kind of disk that several machines can hold (NFS, CephFS, EFS, Azure Files)";
        choose_class(finding("storage-not-shared", claim, title).detail(&said.message), on, claim)
    })
}

pub fn provisioning_failed(on: &Context<'_>) -> Option<Finding> {
    let claim = pending(on)?;
    let said = failure(on, claim).filter(|event| on.is_past(event.first, 15))?;
    let title = format!("the {} disk for {} could not be made", size(claim), claim.name());
    let finding = finding("provisioning-failed", claim, title).detail(&said.message).since(said.first);
    Some(choose_class(finding, on, claim).retry("the provisioner tries again by itself"))
}

pub fn provisioner_silent(on: &Context<'_>) -> Option<Finding> {
    let claim = pending(on)?;
    let telling =
        |event: &&Noted| matches!(&*event.reason, "ExternalProvisioning" | "Provisioning" | "ProvisioningFailed");
    // what the provisioner itself says comes as `Provisioning`; the other is the controller that waits for it
    if events(on, claim).filter(telling).any(|event| &*event.reason != "ExternalProvisioning") {
        return None;
    }
    let waits = events(on, claim).find(telling).filter(|event| on.is_past(event.first, SILENCE))?;
    let name = waits.message.split('\'').nth(1).unwrap_or("?");
    let title = format!("nobody makes the disk for {}: provisioner {name} says nothing", claim.name());
    let finding = finding("provisioner-silent", claim, title).detail(&waits.message).since(waits.first);
    Some(finding.command("kubectl get pods -A | grep -iE 'csi|provisioner'", "see whether it runs"))
}

/// Claims that want a volume made by hand, or whose volume another claim has.
pub fn no_matching_volume(on: &Context<'_>) -> Option<Finding> {
    let claim = pending(on)?;
    let by_hand = claim.spec.storage_class_name.as_deref() == Some("");
    let failed = events(on, claim).find(|event| &*event.reason == "FailedBinding")?;
    let bound = failed.message.contains("already bound");
    (by_hand || bound).then(|| {
        let title = if bound {
            "its volume is held by another claim"
        } else {
            "it wants a volume made by hand, and there is none that fits"
        };
        finding("no-matching-volume", claim, title)
            .detail(&failed.message)
            .command("kubectl get persistentvolumes", "see which volumes there are")
    })
}

pub fn lost(on: &Context<'_>) -> Option<Finding> {
    let is_lost = |claim: &&PersistentVolumeClaim| claim.status.phase.as_deref() == Some("Lost");
    let claim = match on.subject {
        Subject::Claim(claim) => Some(claim).filter(is_lost),
        Subject::Pod(pod) => claims_of(pod).find_map(|name| on.index.on.claims.get(name).filter(is_lost)),
        _ => None,
    }?;
    let title = format!("the disk of claim {} is gone, with what was on it", claim.name());
    Some(finding("volume-lost", claim, title).tell("delete the claim to get a new, empty disk"))
}

pub fn claim_missing(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod().filter(|pod| pod.spec.node_name.is_none())?;
    let scheduled = pod.condition("PodScheduled").filter(|one| on.is_past(one.last_transition_time, 20))?;
    let said = scheduled.words().contains("persistentvolumeclaim \"");
    let claims = &on.index.on.claims;
    let name = claims_of(pod).find(|name| said && claims.is_synced() && claims.get(name).is_none())?;
    let title = format!("claim `{name}` is not there, and {} needs it", pod.name());
    let finding =
        Finding::new("claim-missing", format!("PersistentVolumeClaim/{name}"), title).detail(scheduled.words());
    Some(finding.since(scheduled.last_transition_time).edit("storage.claim", "name a claim that is in this namespace"))
}
