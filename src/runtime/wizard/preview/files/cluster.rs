//! What a cluster has in the place of a plan's files: values of releases, objects, keys of Secrets. Must not show a secret.
use serde_json::Value;

use super::secret;
use crate::{
    front::wizard::wish::FileView,
    plan::{
        deployed,
        graph::{Action, Plan, Release, Step},
        render::{Body, PlanFile},
    },
    run::ports::{FailureKind, Kubernetes, ObjectRef, PortError, PortResult},
};

/// A file with what the cluster has in its place.
pub async fn view(plan: &Plan, step: &Step, file: PlanFile, kubernetes: &Kubernetes) -> PortResult<FileView> {
    Ok(match (&step.action, &file.body) {
        (Action::Release(release), _) => release_view(plan, release, file, kubernetes).await?,
        (Action::Apply { objects }, _) => {
            let found = objects_there(objects, kubernetes).await?;
            super::view(file, found)
        }
        (_, Body::Secret(secret)) => {
            let name = ObjectRef::new("v1", "Secret", &plan.namespace, &secret.name);
            let found = unless_refused(kubernetes.cluster.get(&name).await)?.flatten();
            let deployed = found.map(|found| secret::text(secret, Some(&secret::keys(&found))));
            super::view(file, deployed)
        }
        _ => super::view(file, None),
    })
}

/// What somebody may not read is not known; the preflight says what they lack.
fn unless_refused<T>(found: PortResult<T>) -> PortResult<Option<T>> {
    match found {
        Err(PortError { kind: FailureKind::Forbidden, .. }) => Ok(None),
        found => found.map(Some),
    }
}

/// Chart and version are a part of what is deployed, though no value.
async fn release_view(plan: &Plan, release: &Release, file: PlanFile, kubernetes: &Kubernetes) -> PortResult<FileView> {
    let found = unless_refused(kubernetes.releases.installed(&plan.namespace, &release.name).await)?.flatten();
    let deployed = found.map(|found| {
        let failed = if found.status == "deployed" { String::new() } else { format!(", {}", found.status) };
        format!("# chart {}{failed}\n{}", found.chart, deployed::values(&found.values, &release.values))
    });
    let mut view = super::view(file, deployed);
    view.text.insert_str(0, &format!("# chart {}-{}\n", release.chart, release.version));
    Ok(view)
}

async fn objects_there(objects: &[Value], kubernetes: &Kubernetes) -> PortResult<Option<String>> {
    let mut documents = Vec::new();
    for object in objects {
        let found = unless_refused(kubernetes.cluster.get(&ObjectRef::of(object)).await)?.flatten();
        documents.extend(found.map(|found| deployed::object(&found, object)));
    }
    Ok((!documents.is_empty()).then(|| documents.join("---\n")))
}
