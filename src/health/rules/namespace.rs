//! A namespace is ready when it is active; one that is going away says what holds it.
use super::{View, found};
use crate::health::{
    objects::{Condition, Namespace, condition},
    verdict::{Finding, Verdict},
};

/// Conditions of a namespace that is going away, those that name the obstacle first.
const OBSTACLES: &[&str] = &[
    "NamespaceFinalizersRemaining",
    "NamespaceContentRemaining",
    "NamespaceDeletionContentFailure",
    "NamespaceDeletionDiscoveryFailure",
];

pub fn evaluate(view: View<'_>, name: &str) -> Verdict {
    match found(&view.index.on.namespaces, name) {
        Ok(namespace) if namespace.metadata.leaving.is_some() => Verdict::Blocked(going_away(name, namespace)),
        Ok(_) => Verdict::ready(),
        Err(verdict) => verdict,
    }
}

fn going_away(name: &str, namespace: &Namespace) -> Finding {
    let holds = |kind: &&str| condition(&namespace.status.conditions, kind).filter(|one| one.is_true());
    let obstacle = OBSTACLES.iter().find_map(holds);
    let title = format!("the namespace {name} is still being removed");
    Finding::new("namespace-terminating", format!("Namespace/{name}"), title)
        .detail(obstacle.map_or("", Condition::words))
        .since(namespace.metadata.leaving)
        .retry("it goes on by itself as soon as the namespace is gone")
        .command(format!("kubectl get namespace {name} -o yaml"), "see which finalizer holds it")
        .edit("target.namespace", "or install into another namespace")
}
