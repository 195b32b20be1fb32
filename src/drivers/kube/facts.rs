//! What can be learned about a cluster before anything is changed there. What may not be seen is left out.
use std::collections::BTreeMap;

use futures::future::try_join_all;
use k8s_openapi::{
    api::{
        apps::v1::Deployment,
        authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec},
        core::v1::{Namespace, Node},
        networking::v1::IngressClass,
        storage::v1::StorageClass,
    },
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kube::{
    Api, Client, ResourceExt,
    api::{ListParams, PostParams},
    core::{ApiResource, DynamicObject, GroupVersionKind},
};
use serde::de::DeserializeOwned;

use super::{CALL, call, usage};
use crate::{
    answers::{
        facts::{Closed, Facts, IngressClassFact, NodeFact, StorageClassFact, UsedFact},
        quantity::Quantity,
    },
    health::text,
    run::ports::{FailureKind, Permission, PortResult},
};

/// Looks at everything that a plan or a preflight asks for.
pub async fn probe(client: &Client, namespace: &str) -> PortResult<Facts> {
    let version = call(CALL, "ask the cluster for its version", client.apiserver_version()).await?;
    let (storage, ingress, nodes, used) = futures::try_join!(
        all::<StorageClass>(client),
        all::<IngressClass>(client),
        all::<Node>(client),
        usage::of_others(client, namespace)
    )?;
    let seen = [
        ("storageclasses", storage.is_some()),
        ("ingressclasses", ingress.is_some()),
        ("nodes", nodes.is_some()),
        ("pods", used.is_some()),
    ];
    let unseen = seen.iter().filter(|(_, seen)| !seen).map(|(kind, _)| (*kind).to_owned()).collect();
    let (ray, dask, traefik) = futures::try_join!(
        crd(client, "rayclusters.ray.io"),
        crd(client, "daskclusters.gateway.dask.org"),
        crd(client, "ingressroutes.traefik.io")
    )?;
    let (namespace, issuers, ray_operator) = futures::try_join!(
        one::<Namespace>(client, namespace),
        cluster_issuers(client),
        ray_operator(client, namespace)
    )?;
    // One that is going away will have to be made.
    let namespace = namespace.filter(|namespace| namespace.metadata.deletion_timestamp.is_none());
    Ok(Facts {
        server_version: Some(text::line(&version.git_version)),
        unseen,
        storage_classes: storage.iter().flatten().map(storage_class).collect(),
        ingress_classes: ingress.iter().flatten().map(ingress_class).collect(),
        nodes: nodes.iter().flatten().map(|one| node(one, used.as_ref())).collect(),
        ray_crd_versions: ray
            .map(|crd| crd.spec.versions.into_iter().filter(|v| v.served).map(|v| v.name).collect())
            .unwrap_or_default(),
        ray_operator,
        dask_crd: dask.is_some(),
        traefik_crds: traefik.is_some(),
        cluster_issuers: issuers,
        namespace_exists: namespace.is_some(),
        pod_security: namespace
            .and_then(|namespace| namespace.labels().get("pod-security.kubernetes.io/enforce").cloned()),
        ..Facts::default()
    })
}

/// All objects of a kind; nothing where the account may not list them.
async fn all<K>(client: &Client) -> PortResult<Option<Vec<K>>>
where
    K: kube::Resource<DynamicType = ()> + Clone + DeserializeOwned + std::fmt::Debug,
{
    let api: Api<K> = Api::all(client.clone());
    match call(CALL, &format!("list {}", K::plural(&())), api.list(&ListParams::default())).await {
        Ok(list) => Ok(Some(list.items)),
        Err(error) if error.kind == FailureKind::Forbidden => Ok(None),
        Err(error) => Err(error),
    }
}

async fn one<K>(client: &Client, name: &str) -> PortResult<Option<K>>
where
    K: kube::Resource<DynamicType = ()> + Clone + DeserializeOwned + std::fmt::Debug,
{
    let api: Api<K> = Api::all(client.clone());
    match call(CALL, &format!("read {} {name}", K::kind(&())), api.get_opt(name)).await {
        Err(error) if error.kind == FailureKind::Forbidden => Ok(None),
        found => found,
    }
}

async fn crd(client: &Client, name: &str) -> PortResult<Option<CustomResourceDefinition>> {
    one(client, name).await
}

/// cert-manager's cluster issuers; none where it is not installed.
async fn cluster_issuers(client: &Client) -> PortResult<Vec<String>> {
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("cert-manager.io", "v1", "ClusterIssuer"));
    let api: Api<DynamicObject> = Api::all_with(client.clone(), &kind);
    match call(CALL, "list clusterissuers", api.list_metadata(&ListParams::default())).await {
        Ok(list) => Ok(list.items.iter().map(|issuer| text::line(&issuer.name_any())).collect()),
        Err(error) if matches!(error.kind, FailureKind::Forbidden | FailureKind::NotFound) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Where a KubeRay operator is that looks after this namespace from another one.
async fn ray_operator(client: &Client, namespace: &str) -> PortResult<Option<String>> {
    // The chart's name, and that of KubeRay's own manifests.
    let named = ListParams::default().labels("app.kubernetes.io/name in (kuberay-operator, kuberay)");
    let deployments: Api<Deployment> = Api::all(client.clone());
    let operators = match call(CALL, "list deployments", deployments.list(&named)).await {
        Ok(list) => list.items,
        Err(error) if error.kind == FailureKind::Forbidden => Vec::new(),
        Err(error) => return Err(error),
    };
    let elsewhere = operators.iter().filter(|one| one.namespace().as_deref() != Some(namespace));
    Ok(elsewhere.filter(|one| looks_after(one, namespace)).find_map(ResourceExt::namespace))
}

/// Whether an operator, by its arguments, looks after a namespace. One that reads a configuration file does not tell.
fn looks_after(operator: &Deployment, namespace: &str) -> bool {
    let containers = operator.spec.template.spec.iter().flat_map(|pod| &pod.containers);
    let words: Vec<&str> = containers
        .flat_map(|container| container.command.iter().chain(&container.args).flatten())
        .flat_map(|word| word.split('='))
        .map(|word| word.trim_start_matches('-'))
        .collect();
    if operator.spec.replicas == Some(0) || words.contains(&"config") {
        return false;
    }
    let watched = words.iter().skip_while(|word| **word != "watch-namespace").nth(1);
    watched.is_none_or(|watched| watched.is_empty() || watched.split(',').any(|one| one.trim() == namespace))
}

fn is_default(annotations: &std::collections::BTreeMap<String, String>, name: &str) -> bool {
    annotations.get(name).is_some_and(|value| value == "true")
}

fn storage_class(class: &StorageClass) -> StorageClassFact {
    StorageClassFact {
        name: class.name_any(),
        provisioner: class.provisioner.clone(),
        default: is_default(class.annotations(), "storageclass.kubernetes.io/is-default-class"),
    }
}

fn ingress_class(class: &IngressClass) -> IngressClassFact {
    IngressClassFact {
        name: class.name_any(),
        controller: class.spec.as_ref().and_then(|spec| spec.controller.clone()).unwrap_or_default(),
        default: is_default(class.annotations(), "ingressclass.kubernetes.io/is-default-class"),
    }
}

/// `used`: what others take of each node, by its name.
fn node(node: &Node, used: Option<&BTreeMap<String, UsedFact>>) -> NodeFact {
    let amounts = node.status.as_ref().and_then(|status| status.allocatable.clone()).unwrap_or_default();
    let amount = |name: &str| amounts.get(name).and_then(|quantity| quantity.0.parse::<Quantity>().ok());
    let gpus = amounts.iter().filter(|(name, _)| name.contains('/') && !name.starts_with("hugepages"));
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.clone()).unwrap_or_default();
    NodeFact {
        name: node.name_any(),
        cpu_millis: amount("cpu").map(|quantity| quantity.millis()).unwrap_or_default(),
        memory_bytes: amount("memory").map(|quantity| quantity.whole()).unwrap_or_default(),
        gpus: gpus.filter_map(|(name, quantity)| Some((name.clone(), quantity.0.parse().ok()?))).collect(),
        labels: node.labels().clone(),
        taints: taints
            .into_iter()
            .map(|taint| format!("{}={}:{}", taint.key, taint.value.unwrap_or_default(), taint.effect))
            .collect(),
        pods: amount("pods").map(|quantity| quantity.whole()),
        used: used.map(|used| used.get(&node.name_any()).cloned().unwrap_or_default()),
        closed: closed(node),
    }
}

fn closed(node: &Node) -> Option<Closed> {
    let cordoned = node.spec.as_ref().is_some_and(|spec| spec.unschedulable == Some(true));
    let conditions = node.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let mut ready = conditions.filter(|condition| condition.type_ == "Ready");
    let faulty = ready.any(|condition| condition.status != "True");
    if cordoned { Some(Closed::Cordoned) } else { faulty.then_some(Closed::NotReady) }
}

/// Which permissions are refused.
pub async fn refused(client: &Client, wanted: &[Permission]) -> PortResult<Vec<Permission>> {
    let answers = try_join_all(wanted.iter().map(|permission| allowed(client, permission))).await?;
    Ok(wanted.iter().zip(answers).filter(|(_, allowed)| !allowed).map(|(permission, _)| permission.clone()).collect())
}

async fn allowed(client: &Client, permission: &Permission) -> PortResult<bool> {
    let review = SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec {
            resource_attributes: Some(ResourceAttributes {
                verb: Some(permission.verb.clone()),
                group: Some(permission.group.clone()),
                resource: Some(permission.resource.clone()),
                namespace: permission.namespace.clone(),
                ..ResourceAttributes::default()
            }),
            ..SelfSubjectAccessReviewSpec::default()
        },
        ..SelfSubjectAccessReview::default()
    };
    let api: Api<SelfSubjectAccessReview> = Api::all(client.clone());
    let answer = call(CALL, "ask what you may do", api.create(&PostParams::default(), &review)).await?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operator_says_in_its_arguments_which_namespaces_it_looks_after() {
        let operator = |replicas: i32, arguments: &[&str]| -> Deployment {
            serde_json::from_value(json!({"metadata": {"name": "kuberay-operator", "namespace": "ray"}, "spec": {
                "replicas": replicas, "selector": {}, "template": {"spec": {"containers": [{"name": "main", "args": arguments}]}}}}))
            .unwrap()
        };
        for (replicas, arguments, expected) in [
            (1, &[][..], true),
            (1, &["--feature-gates=RayJob=true"], true),
            (1, &["--watch-namespace", "a,hub"], true),
            (1, &["--watch-namespace=hub"], true),
            (1, &["--watch-namespace="], true),
            (1, &["--watch-namespace=hub-b"], false),
            (1, &["--watch-namespace", "ray", "--qps=100"], false),
            (1, &["--config=/etc/config.yaml"], false),
            (0, &[], false),
        ] {
            assert_eq!(looks_after(&operator(replicas, arguments), "hub"), expected, "{arguments:?}");
        }
    }
}
