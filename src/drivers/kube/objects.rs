//! Any object by its kind: apply, get, list, delete, patch. Kinds that are not in the table are discovered once.
use std::{collections::HashMap, sync::Mutex, sync::PoisonError};

use kube::{
    Api, Client,
    api::{DeleteParams, ListParams, Patch, PatchParams},
    core::{ApiResource, DynamicObject, GroupVersionKind, ObjectMeta},
    discovery,
};
use serde_json::Value;

use super::{CALL, KubeCluster, call};
use crate::{
    problem::Problem,
    run::ports::{Applied, FailureKind, ObjectRef, PortError, PortResult},
};

/// Field manager of everything we apply.
const MANAGER: &str = "hubwright";

/// Kinds that were discovered.
#[derive(Default)]
pub struct Kinds {
    known: Mutex<HashMap<(String, String), ApiResource>>,
}

/// Kinds of Kubernetes itself, whose plural follows from the name.
const REGULAR: &[&str] = &[
    "v1",
    "apps/v1",
    "batch/v1",
    "networking.k8s.io/v1",
    "storage.k8s.io/v1",
    "rbac.authorization.k8s.io/v1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "apiextensions.k8s.io/v1",
    "policy/v1",
    "ray.io/v1",
    "gateway.dask.org/v1alpha1",
];

async fn resource(cluster: &KubeCluster, object: &ObjectRef) -> PortResult<ApiResource> {
    let (group, version) = object.api_version.split_once('/').unwrap_or(("", object.api_version.as_str()));
    let kind = GroupVersionKind::gvk(group, version, &object.kind);
    if REGULAR.contains(&object.api_version.as_str()) {
        return Ok(ApiResource::from_gvk(&kind));
    }
    let key = (object.api_version.clone(), object.kind.clone());
    let known = cluster.kinds.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let (found, _) =
        call(CALL, &format!("find the kind {}", object.kind), discovery::pinned_kind(&cluster.client, &kind)).await?;
    cluster.kinds.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
    Ok(found)
}

async fn api(cluster: &KubeCluster, object: &ObjectRef) -> PortResult<Api<DynamicObject>> {
    let resource = resource(cluster, object).await?;
    let client: Client = cluster.client.clone();
    Ok(match &object.namespace {
        Some(namespace) => Api::namespaced_with(client, namespace, &resource),
        None => Api::all_with(client, &resource),
    })
}

/// Server-side apply.
pub async fn apply(cluster: &KubeCluster, object: &Value) -> PortResult<Applied> {
    let reference = ObjectRef::of(object);
    if reference.kind.is_empty() || reference.name.is_empty() {
        let problem = Problem::new("no-kind", "an object of the plan has no kind or name");
        return Err(PortError::new(FailureKind::Other, problem));
    }
    let api = api(cluster, &reference).await?;
    let doing = format!("apply {reference}");
    let before = call(CALL, &doing, api.get_metadata_opt(&reference.name)).await?;
    let params = PatchParams::apply(MANAGER).force();
    let after = call(CALL, &doing, api.patch(&reference.name, &params, &Patch::Apply(object))).await?;
    Ok(match before {
        None => Applied::Created,
        Some(before) if same(&before.metadata, &after.metadata) => Applied::Unchanged,
        Some(_) => Applied::Changed,
    })
}

/// Whether an apply changed nothing. The server raises the version only where something changed; but a controller may have
/// written the status or an annotation of its own in between, which leaves the generation, and what is ours, alone.
fn same(before: &ObjectMeta, after: &ObjectMeta) -> bool {
    before.resource_version == after.resource_version
        || before.generation.is_some() && before.generation == after.generation && ours(before) == ours(after)
}

/// The fields that this program applied, as the server notes them, and the values of labels and annotations among them.
fn ours(of: &ObjectMeta) -> Option<(&Value, Vec<Option<&String>>)> {
    let entry = of
        .managed_fields
        .iter()
        .flatten()
        .find(|entry| entry.manager.as_deref() == Some(MANAGER) && entry.operation.as_deref() == Some("Apply"))?;
    let fields = &entry.fields_v1.as_ref()?.0;
    let keys = |field: &str| {
        let noted = fields.pointer(&format!("/f:metadata/f:{field}")).and_then(Value::as_object);
        noted.into_iter().flat_map(serde_json::Map::keys).filter_map(|key| key.strip_prefix("f:"))
    };
    let labels = keys("labels").map(|key| of.labels.as_ref()?.get(key));
    let annotations = keys("annotations").map(|key| of.annotations.as_ref()?.get(key));
    Some((fields, labels.chain(annotations).collect()))
}

/// One object.
pub async fn get(cluster: &KubeCluster, object: &ObjectRef) -> PortResult<Option<Value>> {
    let api = api(cluster, object).await?;
    let found = call(CALL, &format!("read {object}"), api.get_opt(&object.name)).await?;
    Ok(found.and_then(|found| serde_json::to_value(found).ok()))
}

/// Objects of a kind. A kind that is not installed has none.
pub async fn list(cluster: &KubeCluster, kind_of: &ObjectRef, selector: &str) -> PortResult<Vec<Value>> {
    let api = match api(cluster, kind_of).await {
        Err(error) if error.kind == FailureKind::NotFound => return Ok(Vec::new()),
        api => api?,
    };
    let mut params = ListParams::default().limit(500);
    if !selector.is_empty() {
        params = params.labels(selector);
    }
    let mut objects = Vec::new();
    loop {
        let page = match call(CALL, &format!("list {}", kind_of.kind), api.list(&params)).await {
            Err(error) if error.kind == FailureKind::NotFound => return Ok(objects),
            page => page?,
        };
        objects.extend(page.items.into_iter().filter_map(|item| serde_json::to_value(item).ok()));
        match page.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => params.continue_token = Some(token),
            None => return Ok(objects),
        }
    }
}

/// Deletes in the foreground.
pub async fn delete(cluster: &KubeCluster, object: &ObjectRef) -> PortResult<bool> {
    let api = api(cluster, object).await?;
    match call(CALL, &format!("delete {object}"), api.delete(&object.name, &DeleteParams::foreground())).await {
        Ok(_) => Ok(true),
        Err(error) if error.kind == FailureKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Merge patch.
pub async fn patch(cluster: &KubeCluster, object: &ObjectRef, merge: &Value) -> PortResult<()> {
    let api = api(cluster, object).await?;
    let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
    call(CALL, &format!("change {object}"), api.patch(&object.name, &params, &Patch::Merge(merge))).await.map(|_| ())
}
