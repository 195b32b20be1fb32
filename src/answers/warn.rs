//! What is allowed but unwise: warnings about a valid spec, and about answers that lead to nothing. Must not refuse anything; `resolve` does that.
use std::ops::RangeInclusive;

use super::{
    layers::Layers,
    spec::{Access, Allow, Database, Homes, Hub, Machine, Provider, Spec, Tls},
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
    let key = if spec.target.machine().is_some() { "ray.pools" } else { "ray.autoscaling" };
    let idle =
        spec.ray.iter().filter(|ray| !ray.autoscaling && ray.pools.iter().any(|pool| pool.max > pool.min)).map(|_| {
            Problem::new(
                "max-without-autoscaling",
                "without autoscaling every pool keeps its minimum and `max` does nothing",
            )
            .at(key)
        });
    let machine = spec.target.machine().into_iter().flat_map(|machine| machine_warnings(machine, spec.hub.as_ref()));
    hub.chain(machine).chain(ray).chain(idle).chain(spec.hub.iter().flat_map(|hub| differing(spec, hub))).collect()
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
    let oauth = is_oauth(hub);
    let mut warnings = Vec::new();
    let mut warn = |applies: bool, code: &str, title: &str, key: &str| {
        if applies {
            warnings.push(Problem::new(code, title).at(key));
        }
    };
    warn(
        !oauth && hub.access.exposed(),
        "dummy-login-exposed",
        "everybody who knows one password may log in at a reachable address",
        "login.method",
    );
    let all = matches!((&hub.login.provider, &hub.login.allow), (Provider::GitHub { url: None, .. }, Allow::All));
    warn(all, "everybody-on-github", "everybody with a GitHub account may log in", "login.allow");
    warn(
        // What stays on this machine nobody reads on the way.
        oauth && hub.access.tls == Tls::Off && hub.access.listens().is_none(),
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

/// What was said for this very run and is not used: it is about another target.
pub fn unused(layers: &Layers) -> Vec<Problem> {
    let unused = layers.unused().into_iter().map(|(key, origin)| {
        let title =
            format!("`{key}` ({origin}) has no meaning on this target and is not used: see `hubwright explain {key}`");
        Problem::new("answer-not-used", title).at("target.kind")
    });
    unused.collect()
}

fn is_oauth(hub: &Hub) -> bool {
    !matches!(hub.login.provider, Provider::Dummy { .. })
}

/// Ports that Linux hands out to whatever asks for any, unless told otherwise.
const HANDED_OUT: RangeInclusive<u16> = 32768..=60999;

fn machine_warnings(machine: &Machine, hub: Option<&Hub>) -> Vec<Problem> {
    let (first, last) = machine.ports().into_inner();
    let handed_out = (last >= *HANDED_OUT.start() && first <= *HANDED_OUT.end()).then(|| {
        let title = format!(
            "the system hands out the ports {first} to {last} to others, too: one may be taken when a part starts"
        );
        Problem::new("ports-handed-out", title).at("machine.first-port")
    });
    let hub = hub.into_iter().flat_map(|hub| [shared_account(hub), elsewhere(&hub.access), low_port(&hub.access)]);
    hub.flatten().chain(handed_out).collect()
}

/// Servers of this machine are processes of one user: the hub that is nobody's but one's own is no danger.
fn shared_account(hub: &Hub) -> Option<Problem> {
    let others = is_oauth(hub) || hub.access.exposed();
    others.then(|| {
        let title = "on this machine people are not kept apart, let in only whom you would lend your account: everybody's \
                     notebook runs as the user who installs, and reads what that user may read";
        Problem::new("people-not-kept-apart", title).at("target.kind")
    })
}

/// A name of some other place leads nobody to loopback, unless a proxy passes it on.
fn elsewhere(access: &Access) -> Option<Problem> {
    let (host, listens) = (access.host.as_deref()?, access.listens()?);
    let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    (listens.ip().is_loopback() && access.tls != Tls::Offload && !here).then(|| {
        let title = format!(
            "`{host}` does not lead to the hub, which listens on {} alone: say `machine.behind-proxy=true` if a proxy of \
             yours passes it on, else give `machine.address` and a certificate",
            listens.ip()
        );
        Problem::new("host-leads-elsewhere", title).at("access.host")
    })
}

fn low_port(access: &Access) -> Option<Problem> {
    let port = access.listens()?.port();
    (port < 1024).then(|| {
        let title = format!("port {port} belongs to the system: most let only root listen on ports below 1024");
        Problem::new("port-of-the-system", title).at("machine.port")
    })
}
