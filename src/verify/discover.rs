//! Finds out what a namespace holds, for a verification without the answers: what hubwright installed, and as far as
//! possible what somebody else did. Must not know how anything is proven.
use serde_json::Value;

use super::script::said;
use crate::{
    plan::{
        components::{
            GENERATED,
            jupyterhub::{CHECK_SERVICE, CHECK_USER},
            secrets::{CHECK_TOKEN, DASK_PASSWORD},
        },
        graph::{Checks, DaskCheck, HubCheck, RayCheck},
    },
    problem::Problem,
    run::ports::{Cluster, FailureKind, ObjectRef, Platform, PortError, PortResult, Ports},
};

/// Workers that a check asks Dask Gateway for.
const WORKERS: u32 = 2;
/// Secret of the jupyterhub chart, which may hold tokens of its `hub.services`.
const HUB_SECRET: &str = "hub";

/// What can be proven about a namespace. Parts that are not there are `None`. A hub without a service for the check gets no
/// token, so its notebook rungs are skipped with a word on how to add one; its profiles are not known, so the default one is used.
pub async fn discover(ports: &Ports, namespace: &str) -> PortResult<Checks> {
    if let Platform::Machine(_) = ports.platform {
        return Err(nothing_remembered(namespace));
    }
    let place = Place { cluster: ports.kubernetes()?.cluster.as_ref(), namespace };
    let hub = place.hub().await?;
    let dask = place.dask(hub.is_some()).await?;
    Ok(Checks { namespace: namespace.to_owned(), hub, ray: place.ray().await?, dask })
}

/// On this machine nothing but the answers says what is to be proven.
fn nothing_remembered(name: &str) -> PortError {
    let problem =
        Problem::new("not-remembered", format!("what `{name}` on this machine is made of is not known any more"));
    let hint = "name the answers that it was installed with: `hubwright verify PRESET`, or install again with them";
    PortError::new(FailureKind::NotFound, problem.hint(hint))
}

struct Place<'a> {
    cluster: &'a dyn Cluster,
    namespace: &'a str,
}

impl Place<'_> {
    async fn hub(&self) -> PortResult<Option<HubCheck>> {
        let proxy = ObjectRef::new("v1", "Service", self.namespace, super::rungs::hub::PROXY);
        let Some(proxy) = self.cluster.get(&proxy).await? else { return Ok(None) };
        let url = match super::public::written(&proxy) {
            Some(url) => Some(url),
            None => self.ingress().await?,
        };
        let (token, base) = (self.hub_token().await?, self.hub_base().await);
        Ok(Some(HubCheck { url, base, token, user: CHECK_USER.to_owned(), ..HubCheck::default() }))
    }

    /// The path under which the hub is served: what stands before `/hub/health` in its readiness probe.
    async fn hub_base(&self) -> String {
        let hub = ObjectRef::new("apps/v1", "Deployment", self.namespace, "hub");
        let hub = self.cluster.get(&hub).await.ok().flatten();
        hub.as_ref().and_then(base_path).unwrap_or_default()
    }

    /// The first Ingress host that leads to the hub's proxy.
    async fn ingress(&self) -> PortResult<Option<String>> {
        let kind = ObjectRef::new("networking.k8s.io/v1", "Ingress", self.namespace, "");
        let all = self.cluster.list(&kind, "").await?;
        Ok(all.iter().find(|ingress| leads_to(ingress, super::rungs::hub::PROXY)).and_then(ingress_url))
    }

    async fn hub_token(&self) -> PortResult<Option<(String, String)>> {
        let of_chart = format!("hub.services.{CHECK_SERVICE}.apiToken");
        for (secret, key) in [(GENERATED, CHECK_TOKEN), (HUB_SECRET, of_chart.as_str())] {
            if self.holds(secret, key).await? {
                return Ok(Some((secret.to_owned(), key.to_owned())));
            }
        }
        Ok(None)
    }

    async fn holds(&self, secret: &str, key: &str) -> PortResult<bool> {
        let object = ObjectRef::new("v1", "Secret", self.namespace, secret);
        let found = self.cluster.get(&object).await?;
        Ok(found.is_some_and(|secret| secret.get("data").and_then(|data| data.get(key)).is_some()))
    }

    async fn ray(&self) -> PortResult<Option<RayCheck>> {
        let kind = ObjectRef::new("ray.io/v1", "RayCluster", self.namespace, "");
        let clusters = match self.cluster.list(&kind, "").await {
            Err(error) if error.kind == FailureKind::NotFound => Vec::new(),
            other => other?,
        };
        Ok(clusters.iter().filter_map(ray_check).min_by(|one, other| one.cluster.cmp(&other.cluster)))
    }

    async fn dask(&self, hub: bool) -> PortResult<Option<DaskCheck>> {
        let kind = ObjectRef::new("v1", "Service", self.namespace, "");
        let services = self.cluster.list(&kind, "app.kubernetes.io/name=dask-gateway").await?;
        let proxy =
            services.iter().map(|service| said(service, "/metadata/name")).find(|name| name.starts_with("traefik-"));
        let Some(service) = proxy.map(str::to_owned) else { return Ok(None) };
        let own_login = !hub && self.holds(GENERATED, DASK_PASSWORD).await?;
        Ok(Some(DaskCheck {
            address: format!("http://{service}{}", self.dask_prefix().await),
            service,
            password: own_login.then(|| (GENERATED.to_owned(), DASK_PASSWORD.to_owned())),
            workers: WORKERS,
        }))
    }

    /// The path under which the gateway is served: that of its API's route in Traefik.
    async fn dask_prefix(&self) -> String {
        let kind = ObjectRef::new("traefik.io/v1alpha1", "IngressRoute", self.namespace, "");
        let routes = self.cluster.list(&kind, "app.kubernetes.io/name=dask-gateway").await.unwrap_or_default();
        let matches = routes.iter().filter_map(|route| route.pointer("/spec/routes/0/match")?.as_str());
        matches.filter_map(path_prefix).min_by_key(String::len).unwrap_or_default()
    }
}

/// `/services/dask-gateway` of ``PathPrefix(`/services/dask-gateway`)``; the root is no prefix.
fn path_prefix(rule: &str) -> Option<String> {
    let (_, rest) = rule.split_once("PathPrefix(`")?;
    let (path, _) = rest.split_once('`')?;
    Some(path.trim_end_matches('/').to_owned())
}

/// `/jupyter` of a hub whose container is asked at `/jupyter/hub/health`.
fn base_path(hub: &Value) -> Option<String> {
    let containers = hub.pointer("/spec/template/spec/containers")?.as_array()?;
    let mut probes =
        containers.iter().filter_map(|container| container.pointer("/readinessProbe/httpGet/path")?.as_str());
    let base = probes.find_map(|path| path.strip_suffix("/hub/health"))?;
    (base.is_empty() || base.starts_with('/')).then(|| base.to_owned())
}

fn leads_to(ingress: &Value, service: &str) -> bool {
    ingress.to_string().contains(&format!("\"name\":\"{service}\""))
}

fn ingress_url(ingress: &Value) -> Option<String> {
    let host = ingress.pointer("/spec/rules/0/host")?.as_str()?;
    let scheme = if ingress.pointer("/spec/tls/0").is_some() { "https" } else { "http" };
    Some(format!("{scheme}://{host}"))
}

fn ray_check(cluster: &Value) -> Option<RayCheck> {
    let name = cluster.pointer("/metadata/name")?.as_str()?.to_owned();
    let groups = cluster.pointer("/spec/workerGroupSpecs").and_then(Value::as_array).into_iter().flatten();
    let scales = cluster.pointer("/spec/enableInTreeAutoscaling") == Some(&Value::Bool(true));
    let workers: u64 = groups.clone().map(|group| workers(group, scales)).sum();
    Some(RayCheck {
        address: format!("ray://{}:{}", head_service(cluster, &name), super::ray::CLIENT_PORT),
        token: token(cluster),
        nodes: u32::try_from(1 + workers).unwrap_or(u32::MAX),
        gpu: groups.clone().any(has_gpu),
        cluster: name,
    })
}

/// Nodes that a group must have: what the autoscaler never goes below; without one, what is asked for.
fn workers(group: &Value, scales: bool) -> u64 {
    let number = |field: &str| group.get(field).and_then(Value::as_u64);
    let least = number("minReplicas");
    let replicas = if scales { least } else { number("replicas").max(least) };
    let hosts = number("numOfHosts").unwrap_or(1);
    if group.get("suspend") == Some(&Value::Bool(true)) { 0 } else { replicas.unwrap_or(0).saturating_mul(hosts) }
}

/// The head's Service: the operator says it, the cluster's own specification may name it.
fn head_service(cluster: &Value, name: &str) -> String {
    let told = said(cluster, "/status/head/serviceName");
    let named = said(cluster, "/spec/headGroupSpec/headService/metadata/name");
    match [told, named].into_iter().find(|service| !service.is_empty()) {
        Some(service) => service.to_owned(),
        None => format!("{name}-head-svc"),
    }
}

/// The Secret that the head's `RAY_AUTH_TOKEN` comes from: by its own environment, or by what the operator puts there.
fn token(cluster: &Value) -> Option<(String, String)> {
    environment_token(cluster).or_else(|| operator_token(cluster))
}

fn environment_token(cluster: &Value) -> Option<(String, String)> {
    let environment = cluster.pointer("/spec/headGroupSpec/template/spec/containers/0/env")?.as_array()?;
    let variable = environment.iter().find(|variable| said(variable, "/name") == "RAY_AUTH_TOKEN")?;
    let source = variable.pointer("/valueFrom/secretKeyRef")?;
    Some((said(source, "/name").to_owned(), said(source, "/key").to_owned()))
}

/// `authOptions` of KubeRay: the operator makes a Secret of the cluster's name, unless another is named.
fn operator_token(cluster: &Value) -> Option<(String, String)> {
    let options = cluster.pointer("/spec/authOptions").filter(|options| said(options, "/mode") == "token")?;
    let secret = match said(options, "/secretName") {
        "" => said(cluster, "/metadata/name"),
        named => named,
    };
    Some((secret.to_owned(), "auth_token".to_owned()))
}

/// Whether a worker of a group that may have workers asks for GPUs.
fn has_gpu(group: &Value) -> bool {
    let most = group.get("maxReplicas").and_then(Value::as_u64).unwrap_or(1);
    let limits = group.pointer("/template/spec/containers/0/resources/limits").and_then(Value::as_object);
    most > 0 && limits.is_some_and(|limits| limits.keys().any(|name| name.ends_with("gpu") || name.contains("/mig-")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_ray_cluster_tells_its_nodes_token_and_gpus() {
        let env = json!([{"name": "RAY_AUTH_TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]);
        let gpu = json!({"spec": {"containers": [{"resources": {"limits": {"nvidia.com/gpu": "1"}}}]}});
        let cluster = json!({
            "metadata": {"name": "ray"},
            "spec": {
                "headGroupSpec": {"template": {"spec": {"containers": [{"env": env}]}}},
                "workerGroupSpecs": [{"minReplicas": 2, "maxReplicas": 4}, {"minReplicas": 0, "maxReplicas": 3, "template": gpu}],
            },
        });
        let check = ray_check(&cluster).unwrap();
        assert_eq!((check.nodes, check.gpu, check.token), (3, true, Some(("s".to_owned(), "k".to_owned()))));
        assert_eq!(check.address, "ray://ray-head-svc:10001");
    }

    #[test]
    fn a_cluster_without_autoscaler_has_what_is_asked_for() {
        let cluster = |scales: bool| {
            let groups = json!([{"minReplicas": 1, "replicas": 3, "numOfHosts": 2}, {"replicas": 4, "suspend": true}]);
            json!({"metadata": {"name": "ray"}, "spec": {"enableInTreeAutoscaling": scales, "workerGroupSpecs": groups}})
        };
        assert_eq!(ray_check(&cluster(false)).unwrap().nodes, 7);
        assert_eq!(ray_check(&cluster(true)).unwrap().nodes, 3);
    }

    #[test]
    fn the_operator_may_have_named_service_and_token() {
        let cluster = json!({
            "metadata": {"name": "ray"},
            "spec": {"authOptions": {"mode": "token"}},
            "status": {"head": {"serviceName": "ray-of-a-service-head-svc"}},
        });
        let check = ray_check(&cluster).unwrap();
        assert_eq!(check.address, "ray://ray-of-a-service-head-svc:10001");
        assert_eq!(crate::verify::ray::service(&check), "ray-of-a-service-head-svc");
        assert_eq!(check.token, Some(("ray".to_owned(), "auth_token".to_owned())));
        assert_eq!(token(&json!({"spec": {"authOptions": {"mode": "disabled"}}})), None);
    }

    #[test]
    fn the_hubs_base_path_comes_from_its_probe() {
        let hub = |path: &str| json!({"spec": {"template": {"spec": {"containers": [{"readinessProbe": {"httpGet": {"path": path}}}]}}}});
        assert_eq!(base_path(&hub("/jupyter/hub/health")).as_deref(), Some("/jupyter"));
        assert_eq!(base_path(&hub("/hub/health")).as_deref(), Some(""));
        assert_eq!((base_path(&hub("/healthz")), base_path(&json!({}))), (None, None));
    }

    #[test]
    fn the_gateways_path_comes_from_its_route() {
        assert_eq!(path_prefix("PathPrefix(`/services/dask-gateway/`)").as_deref(), Some("/services/dask-gateway"));
        assert_eq!(path_prefix("PathPrefix(`/`)").as_deref(), Some(""));
        assert_eq!(path_prefix("Host(`x`)"), None);
    }
}
