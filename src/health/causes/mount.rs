//! Volumes that exist but cannot be mounted: held elsewhere, NFS servers that do not answer, tools that are missing.
use super::{Context, answers, named};
use crate::health::{index::Noted, objects::Pod, verdict::Finding};

/// Seconds until a failed mount counts: the first tries often race with the volume's attachment.
const PATIENCE: i64 = 20;
/// Seconds after which a mount event that is not repeated is history.
const STALE: i64 = 300;

/// The pod and what is said about its volume, if it does not start for want of one.
fn failure<'a>(on: &Context<'a>) -> Option<(&'a Pod, &'a Noted)> {
    let pod = on.pod()?;
    let starting = pod.statuses().all(|status| status.state.running.is_none());
    let telling = |event: &&Noted| matches!(&*event.reason, "FailedMount" | "FailedAttachVolume" | "FailedMapVolume");
    let event = on.index.pod_events(pod).filter(|_| starting).find(telling)?;
    (on.is_past(event.first, PATIENCE) && !on.is_past(event.last, STALE)).then_some((pod, event))
}

fn says<'a>(on: &Context<'a>, words: &[&str]) -> Option<(&'a Pod, &'a Noted)> {
    failure(on).filter(|(_, event)| words.iter().any(|word| event.message.contains(word)))
}

fn finding(code: &str, pod: &Pod, event: &Noted, title: impl AsRef<str>) -> Finding {
    Finding::new(code, named(pod), title).detail(&event.message).since(event.first)
}

pub fn held(on: &Context<'_>) -> Option<Finding> {
    let (pod, event) = says(on, &["Multi-Attach error", "already exclusively attached"])?;
    let title = "its disk is still held by another pod, and only one may hold it";
    let finding = finding("volume-held", pod, event, title);
    Some(
        finding
            .retry("it goes on by itself once the other pod is gone; a node that died holds its disks for six minutes"),
    )
}

pub fn nfs_tools_missing(on: &Context<'_>) -> Option<Finding> {
    let (pod, event) = says(on, &["you might need a /sbin/mount.", "rpc.statd is not running", "bad option;"])?;
    let node = answers::node(pod);
    let finding =
        finding("nfs-tools-missing", pod, event, format!("{node} lacks the tools to mount this kind of volume"));
    Some(finding.command("sudo apt-get install nfs-common", format!("install them on {node} (and the others)")))
}

pub fn nfs_denied(on: &Context<'_>) -> Option<Finding> {
    let (pod, event) = says(on, &["access denied by server"])?;
    let title = format!("the file server does not let {} mount the folder", answers::node(pod));
    Some(finding("nfs-denied", pod, event, title).tell("add the node's address to the server's `/etc/exports`"))
}

pub fn nfs_no_answer(on: &Context<'_>) -> Option<Finding> {
    let (pod, event) = says(
        on,
        &[
            "mount.nfs: Connection timed out",
            "mount.nfs: No route",
            "mount.nfs: Connection refused",
            "Failed to resolve server",
        ],
    )?;
    let title = format!("the file server does not answer {}", answers::node(pod));
    Some(
        finding("nfs-no-answer", pod, event, title)
            .tell("check its address, that it runs, and the firewall (port 2049)"),
    )
}

pub fn failed(on: &Context<'_>) -> Option<Finding> {
    let (pod, event) = failure(on).filter(|(_, event)| event.count >= 3)?;
    let title = format!("{} cannot mount a volume", answers::node(pod));
    Some(finding("mount-failed", pod, event, title).retry("Kubernetes tries again by itself"))
}
