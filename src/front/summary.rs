//! What a person does after a good installation, as lines: where the hub is, how to log in, what to type in a notebook.
//! Must not print, nor look at the cluster.
use crate::{
    answers::spec::{Exposure, Hub, Provider, Spec, Tls},
    plan::components,
};

/// The lines. `verified`: the run found out the hub's address by itself and says it.
pub fn lines(spec: &Spec, verified: bool) -> Vec<String> {
    let namespace = &spec.target.namespace;
    let hub = spec.hub.iter().flat_map(|hub| [open_hub(hub, namespace, verified), log_in(hub, namespace)]).flatten();
    let ray =
        spec.ray.iter().map(|ray| format!("Ray in a notebook: `ray.init()` reaches {}", components::ray::address(ray)));
    let dask = spec
        .dask
        .iter()
        .map(|_| "Dask in a notebook: `from dask_gateway import Gateway; Gateway().new_cluster()`".to_owned());
    let next =
        [format!("check again: `hubwright verify -n {namespace}`   remove: `hubwright uninstall -n {namespace}`")];
    hub.chain(ray).chain(dask).chain(next).collect()
}

fn open_hub(hub: &Hub, namespace: &str, verified: bool) -> Option<String> {
    let place = match (hub.access.url(), &hub.access.exposure) {
        (_, Exposure::ClusterIp) if hub.access.tls != Tls::Offload => {
            format!("`kubectl -n {namespace} port-forward service/proxy-public 8000:80`, then http://localhost:8000")
        }
        (Some(url), _) => url,
        (None, _) if verified => return None,
        (None, Exposure::LoadBalancer { .. }) => {
            format!("the address that `kubectl -n {namespace} get service proxy-public` shows")
        }
        (None, _) => format!("any node's address, port of `kubectl -n {namespace} get service proxy-public`"),
    };
    Some(format!("open the hub: {place}"))
}

fn log_in(hub: &Hub, namespace: &str) -> Option<String> {
    let Provider::Dummy { password } = &hub.login.provider else { return None };
    let secret = if components::secrets::is_generated(password) { components::GENERATED } else { components::SECRETS };
    Some(format!(
        "log in: any name, password from `kubectl -n {namespace} get secret {secret} -o jsonpath='{{.data.dummy-password}}' | base64 -d`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::{
        facts::Facts,
        layers::{Layers, Origin},
        resolve::resolve,
    };

    fn first(verified: bool, sets: &[(&str, &str)]) -> String {
        let mut layers = Layers::new();
        for (key, value) in [("login.method", "dummy")].iter().chain(sets) {
            layers.set(Origin::Set, key, value).unwrap();
        }
        lines(&resolve(&layers.merged(), &Facts::default()).unwrap(), verified).remove(0)
    }

    #[test]
    fn the_hubs_place_is_said_once_and_as_exactly_as_it_is_known() {
        assert!(first(true, &[("access.method", "none")]).contains("port-forward"));
        let node = [("access.method", "node-port"), ("access.node-port", "30080")];
        let named = [node.as_slice(), &[("access.host", "n1.example.org")]].concat();
        assert_eq!(first(true, &named), "open the hub: http://n1.example.org:30080");
        assert!(first(true, &node).starts_with("log in"), "the run says the address itself");
        assert!(first(false, &node).contains("any node's address"));
        assert!(first(false, &[("access.method", "load-balancer")]).contains("get service proxy-public"));
    }

    #[test]
    fn a_trial_password_is_read_from_where_it_is() {
        let mut layers = Layers::new();
        for (key, value) in [("login.method", "dummy"), ("login.password", "env:X"), ("access.method", "none")] {
            layers.set(Origin::Set, key, value).unwrap();
        }
        let lines = lines(&resolve(&layers.merged(), &Facts::default()).unwrap(), true);
        assert!(lines[1].contains("get secret hubwright-secrets"), "{lines:?}");
    }
}
