//! What is allowed but unwise: warnings about a valid spec. Must not refuse anything; `resolve` does that.
use super::{
    spec::{Allow, Database, Exposure, Homes, Hub, Provider, Spec, Tls},
    versions,
};
use crate::problem::Problem;

/// Everything a careful person would be told before the installation.
pub fn warnings(spec: &Spec) -> Vec<Problem> {
    let hub = spec.hub.iter().flat_map(hub_warnings);
    let ray = spec.ray.iter().filter(|ray| !ray.token_auth).map(|_| {
        Problem::new("ray-without-token", "Ray asks no token: everybody who reaches its head runs code in the cluster")
            .at("ray.token-auth")
    });
    let idle =
        spec.ray.iter().filter(|ray| !ray.autoscaling && ray.pools.iter().any(|pool| pool.max > pool.min)).map(|_| {
            Problem::new(
                "max-without-autoscaling",
                "without autoscaling every pool keeps its minimum and `max` does nothing",
            )
            .at("ray.autoscaling")
        });
    hub.chain(ray).chain(idle).chain(spec.hub.iter().flat_map(|hub| differing(spec, hub))).collect()
}

/// Versions that the answers say already, and that do not go together: the installation would end with a red verification.
fn differing(spec: &Spec, hub: &Hub) -> Vec<Problem> {
    let warn = |code: &str, what: &str, (one, other): (&str, &str), key: &str| {
        let title = format!("notebooks get {what} {one} and the cluster has {other}: they do not work together");
        (one != other).then(|| Problem::new(code, title).at(key))
    };
    let python = |tag: &str| versions::python_of_tag(tag);
    let ray = spec.ray.iter().flat_map(|ray| {
        let version = versions::pinned(&hub.packages, "ray").zip(versions::of_ray_tag(&ray.image.tag));
        let pythons = python(&hub.notebook.tag).zip(python(&ray.image.tag));
        [
            version.and_then(|pair| warn("ray-versions-differ", "Ray", pair, "notebook.packages")),
            pythons.and_then(|(one, other)| warn("python-versions-differ", "Python", (&one, &other), "ray.tag")),
        ]
    });
    let dask = spec.dask.iter().filter(|dask| dask.image.repository == versions::DASK_IMAGE).map(|dask| {
        let version = versions::pinned(&hub.packages, "dask");
        version
            .and_then(|version| warn("dask-versions-differ", "Dask", (version, &dask.image.tag), "notebook.packages"))
    });
    ray.chain(dask).flatten().collect()
}

fn hub_warnings(hub: &Hub) -> Vec<Problem> {
    let exposed = hub.access.exposure != Exposure::ClusterIp;
    let oauth = !matches!(hub.login.provider, Provider::Dummy { .. });
    let mut warnings = Vec::new();
    let mut warn = |applies: bool, code: &str, title: &str, key: &str| {
        if applies {
            warnings.push(Problem::new(code, title).at(key));
        }
    };
    warn(
        !oauth && exposed,
        "dummy-login-exposed",
        "everybody who knows one password may log in at a reachable address",
        "login.method",
    );
    let all = matches!((&hub.login.provider, &hub.login.allow), (Provider::GitHub { url: None, .. }, Allow::All));
    warn(all, "everybody-on-github", "everybody with a GitHub account may log in", "login.allow");
    warn(
        oauth && hub.access.tls == Tls::Off,
        "login-without-tls",
        "passwords and tokens travel unencrypted: if a proxy of yours has the certificate, say `access.tls=offload`",
        "access.tls",
    );
    warn(
        hub.database == Database::SqliteMemory,
        "database-in-memory",
        "users and running servers are forgotten at each restart of the hub",
        "storage.database",
    );
    warn(
        hub.homes == Homes::None,
        "no-homes",
        "everything people write is gone when their server stops",
        "storage.homes",
    );
    warnings
}
