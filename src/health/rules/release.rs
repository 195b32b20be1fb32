//! A helm release is ready when everything that helm made for it is. helm marks what it makes with an annotation; hooks
//! carry none, so they are known by their hook annotation and release label, and count only while helm is at work.

use super::{View, claim, daemonset, deployment, ingress, job, raycluster, service, statefulset};
use crate::health::{
    causes::{self, Owner, Subject},
    index::{Index, Shelf},
    objects::{DaemonSet, HelmSecret, Meta, Pod, Watched, annotation, label},
    root,
    verdict::{Finding, Verdict},
};

pub fn evaluate(view: View<'_>, release: &str) -> Verdict {
    if newest_record(view.index, release).is_some_and(|record| record.status().starts_with("pending")) {
        return at_work(view, release);
    }
    let members = members(view, release);
    let verdicts = if members.is_empty() { hooks(view, release) } else { members };
    if verdicts.is_empty() { nothing_there(view.index, release) } else { worst(verdicts) }
}

/// helm waits for its hooks only. What else is there may be of the revision that is about to be mended.
fn at_work(view: View<'_>, release: &str) -> Verdict {
    match worst(hooks(view, release)) {
        Verdict::Ready { .. } => Verdict::progressing("helm is at work"),
        verdict => verdict,
    }
}

/// Whether something that helm waits for while it is at work goes on.
pub fn hook_runs(view: View<'_>, release: &str) -> bool {
    hooks(view, release).iter().any(|(_, verdict)| matches!(verdict, Verdict::Progressing { .. }))
}

/// A release without anything to wait for is ready once helm says that it is deployed.
fn nothing_there(index: &Index, release: &str) -> Verdict {
    match newest_record(index, release).map(HelmSecret::status) {
        Some("deployed") => Verdict::noted("nothing to wait for"),
        _ => Verdict::progressing("helm has not made anything yet"),
    }
}

fn newest_record<'a>(index: &'a Index, release: &str) -> Option<&'a HelmSecret> {
    let of_release = index.on.helm_secrets.iter().filter(|record| record.release() == release);
    of_release.max_by_key(|record| record.revision())
}

/// A member's name and its verdict.
type Named = (String, Verdict);

fn members(view: View<'_>, release: &str) -> Vec<Named> {
    let on = &view.index.on;
    let is = |metadata: &Meta| is_made_for(metadata, release);
    let mut all = each(&on.claims, is, |one| claim::rule(view, one));
    all.extend(each(&on.deployments, is, |one| deployment::evaluate(view, one.name())));
    all.extend(each(&on.stateful_sets, is, |one| statefulset::evaluate(view, one.name())));
    all.extend(each(&on.daemon_sets, is, |one| daemonset::evaluate(view, one.name())));
    all.extend(each(&on.jobs, is, |one| job::rule(view, one)));
    all.extend(each(&on.ray_clusters, is, |one| raycluster::rule(view, one)));
    all.extend(each(&on.services, is, |one| service::rule(view, one)));
    all.extend(each(&on.ingresses, is, |one| ingress::rule(view, one)));
    all
}

fn hooks(view: View<'_>, release: &str) -> Vec<Named> {
    let on = &view.index.on;
    let is = |metadata: &Meta| is_hook_of(metadata, release);
    let mut all = each(&on.daemon_sets, is, |one| hook_daemon_set(view, one));
    all.extend(each(&on.jobs, is, |one| job::rule(view, one)));
    all
}

/// The image puller is a hook that helm itself does not wait for: another hook, a Job, does.
fn hook_daemon_set(view: View<'_>, set: &DaemonSet) -> Verdict {
    match causes::of(view, Subject::Owner(Owner::new(set, &[]))) {
        Some(finding) => Verdict::Blocked(finding),
        None => daemonset::evaluate(view, set.name()),
    }
}

fn is_made_for(metadata: &Meta, release: &str) -> bool {
    annotation(metadata, "meta.helm.sh/release-name") == Some(release)
}

fn is_hook_of(metadata: &Meta, release: &str) -> bool {
    let installs = |hook: &str| hook.contains("-install") || hook.contains("-upgrade");
    let named = label(metadata, "app.kubernetes.io/instance").or_else(|| label(metadata, "release"));
    annotation(metadata, "helm.sh/hook").is_some_and(installs) && named.is_none_or(|name| name == release)
}

fn each<'a, T: Watched>(
    shelf: &'a Shelf<T>,
    is: impl Fn(&Meta) -> bool,
    rule: impl Fn(&'a T) -> Verdict,
) -> Vec<Named> {
    let stays = |object: &&T| object.metadata().leaving.is_none();
    let all = shelf.iter().filter(stays).filter(|object| is(object.metadata()));
    all.map(|object| (format!("{}/{}", T::KIND.kind, object.name()), rule(object))).collect()
}

/// Failed before blocked before on its way before ready; of what is blocked, the root.
fn worst(verdicts: Vec<Named>) -> Verdict {
    let all = verdicts.len();
    let mut ready = 0;
    let mut first_wait = None;
    let mut blocked: Vec<Finding> = Vec::new();
    for (name, verdict) in verdicts {
        match verdict {
            Verdict::Failed(finding) => return Verdict::Failed(finding),
            Verdict::Blocked(finding) => blocked.push(finding),
            Verdict::Progressing { what } => first_wait = first_wait.or(Some(format!("{name}: {what}"))),
            Verdict::Ready { .. } => ready += 1,
        }
    }
    if let Some(root) = root::fold(blocked).into_iter().next() {
        return Verdict::Blocked(root);
    }
    match first_wait {
        Some(wait) => Verdict::progressing(format!("{ready} of {all} parts ready; {wait}")),
        None => Verdict::ready(),
    }
}

/// Pods of everything that helm made for a release, hooks among them.
pub fn pods<'a>(index: &'a Index, release: &str) -> Vec<&'a Pod> {
    let on = &index.on;
    let is = |metadata: &Meta| is_made_for(metadata, release) || is_hook_of(metadata, release);
    let mut pods = Vec::new();
    for deployment in on.deployments.iter().filter(|one| is(&one.metadata)) {
        pods.extend(deployment::all_pods(index, deployment.name()));
    }
    let sets = on.stateful_sets.iter().map(|one| &one.metadata).chain(on.daemon_sets.iter().map(|one| &one.metadata));
    let others = on.jobs.iter().map(|one| &one.metadata).chain(on.ray_clusters.iter().map(|one| &one.metadata));
    for owner in sets.chain(others).filter(|metadata| is(metadata)) {
        pods.extend(index.pods_of(&owner.uid));
    }
    pods
}
