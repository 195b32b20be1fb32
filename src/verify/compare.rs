//! PURE. Which versions must agree between a notebook and the clusters it talks to, and what to change where they do not.
//! Must not know how versions are found out.
use std::collections::BTreeMap;

use crate::problem::Problem;

/// Versions of a Ray cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RayVersions {
    /// Ray, `2.60.0`.
    pub ray: String,
    /// Python, `3.13.1`.
    pub python: String,
}

/// Packages of a Dask scheduler or worker by name; Python as `python`.
pub type Packages = BTreeMap<String, String>;

/// Versions of a Dask Gateway and of the clusters it makes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DaskVersions {
    /// The gateway's server.
    pub gateway: String,
    /// The scheduler's packages.
    pub scheduler: Packages,
}

/// Packages of a notebook by name; Python as `python`. A package that is not there is missing.
pub type NotebookVersions = Packages;

/// The packages that matter, in one line: `Python 3.13.1, dask 2026.3.0, …`.
pub fn show(packages: &Packages) -> String {
    let names = [
        ("python", "Python"),
        ("jupyterhub", "jupyterhub"),
        ("ray", "ray"),
        ("dask", "dask"),
        ("distributed", "distributed"),
        ("dask-gateway", "dask-gateway"),
    ];
    let shown =
        names.iter().filter_map(|(name, title)| packages.get(*name).map(|version| format!("{title} {version}")));
    shown.collect::<Vec<_>>().join(", ")
}

/// Ray Client asks for the identical Ray and the same Python minor on both sides.
pub fn ray(cluster: &RayVersions, notebook: &NotebookVersions) -> Result<(), Problem> {
    let Some(ray) = notebook.get("ray") else { return Err(missing("ray", &format!("ray[client]=={}", cluster.ray))) };
    let python = notebook.get("python").map_or("", String::as_str);
    let mut apart = Vec::new();
    if *ray != cluster.ray {
        apart.push(format!("Ray {ray} and {}", cluster.ray));
    }
    if minor(python) != minor(&cluster.python) {
        apart.push(format!("Python {python} and {}", cluster.python));
    }
    if apart.is_empty() {
        return Ok(());
    }
    let tag = format!("{}-py{}", cluster.ray, minor(python).replace('.', ""));
    Err(Problem::new(
        "ray-version-mismatch",
        format!("the notebook and the Ray cluster differ: {}; Ray Client refuses to connect", apart.join(", ")),
    )
    .hint(format!("give both the same: `ray.tag` like `{tag}`, and a notebook image with Python {} and `ray=={}` (`notebook.tag`, `notebook.packages`)", minor(python), cluster.ray))
    .at(if *ray == cluster.ray { "ray.tag" } else { "notebook.tag" }))
}

/// A node against its cluster. Ray refuses nodes of another Ray or Python by itself; should one have got in, tasks fail there.
pub fn ray_node(cluster: &RayVersions, node: &str, versions: &RayVersions) -> Result<(), Problem> {
    if cluster.ray == versions.ray && minor(&cluster.python) == minor(&versions.python) {
        return Ok(());
    }
    let (here, there) = (versions, cluster);
    let title = format!(
        "node {node} of the Ray cluster has Ray {} and Python {}, its head Ray {} and Python {}",
        here.ray, here.python, there.ray, there.python
    );
    Err(Problem::new("ray-version-mismatch", title)
        .hint("head and pools must run one image: set `ray.image` and `ray.tag`")
        .at("ray.tag"))
}

/// Client, scheduler and workers need the same `dask` and `distributed`, and the same Python minor. The gateway's client may
/// differ from its server: they speak plain REST, and [`gateway`] says so.
pub fn dask(cluster: &DaskVersions, notebook: &NotebookVersions) -> Result<(), Problem> {
    if !notebook.contains_key("dask-gateway") {
        return Err(missing("dask-gateway", &format!("dask-gateway=={}", cluster.gateway)));
    }
    let apart = differences("notebook", notebook, "scheduler", &cluster.scheduler);
    if apart.is_empty() {
        return Ok(());
    }
    Err(Problem::new("dask-version-mismatch", format!("the notebook and Dask differ: {}", apart.join("; ")))
        .hint("use one image for both: leave out `dask.image` and `dask.tag`, or give the notebook the same versions (`notebook.tag`, `notebook.packages`)")
        .at("notebook.tag"))
}

/// A word on a gateway's client and server that differ.
pub fn gateway(cluster: &DaskVersions, notebook: &NotebookVersions) -> Option<String> {
    let client = notebook.get("dask-gateway").filter(|client| **client != cluster.gateway)?;
    Some(format!(
        "dask-gateway {client} in the notebook, {} in the gateway: should anything fail, try the same",
        cluster.gateway
    ))
}

/// A worker against its scheduler.
pub fn dask_worker(scheduler: &Packages, worker: &str, packages: &Packages) -> Result<(), Problem> {
    let apart = differences(&format!("worker {worker}"), packages, "scheduler", scheduler);
    if apart.is_empty() {
        return Ok(());
    }
    Err(Problem::new("dask-version-mismatch", format!("Dask's own processes differ: {}", apart.join("; ")))
        .hint("scheduler and workers must run one image: set `dask.image` and `dask.tag`")
        .at("dask.tag"))
}

/// Only the major matters. A kernel with a Python of its own has no JupyterHub, and needs none: its server runs.
pub fn hub(hub: &str, notebook: &NotebookVersions) -> Result<(), Problem> {
    let Some(own) = notebook.get("jupyterhub") else { return Ok(()) };
    if major(own) == major(hub) {
        return Ok(());
    }
    Err(Problem::new(
        "hub-version-mismatch",
        format!("the hub is JupyterHub {hub}, the notebook's is {own}; logins may end in a redirect loop"),
    )
    .hint(format!("choose a notebook image with JupyterHub {} (tags `hub-{}.…`)", major(hub), major(hub)))
    .at("notebook.tag"))
}

fn differences(one: &str, left: &Packages, other: &str, right: &Packages) -> Vec<String> {
    let exact = ["dask", "distributed"].into_iter().filter_map(|name| {
        let (left, right) = (version(left, name), version(right, name));
        (left != right).then(|| format!("{name} {left} in the {one}, {right} in the {other}"))
    });
    let (ours, theirs) = (version(left, "python"), version(right, "python"));
    let python = (minor(ours) != minor(theirs)).then(|| format!("Python {ours} in the {one}, {theirs} in the {other}"));
    exact.chain(python).collect()
}

fn version<'a>(packages: &'a Packages, name: &str) -> &'a str {
    packages.get(name).map_or("missing", String::as_str)
}

fn missing(package: &str, requirement: &str) -> Problem {
    Problem::new("package-missing", format!("the notebook image has no Python package `{package}`"))
        .hint(format!("add `{requirement}` to `notebook.packages`, or choose an image that has it (`notebook.tag`)"))
        .at("notebook.packages")
}

/// `3.13` of `3.13.1`.
fn minor(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(pairs: &[(&str, &str)]) -> Packages {
        pairs.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
    }

    fn cluster() -> RayVersions {
        RayVersions { ray: "2.60.0".to_owned(), python: "3.13.1".to_owned() }
    }

    #[test]
    fn ray_wants_the_identical_ray_and_the_same_python_minor() {
        assert!(ray(&cluster(), &packages(&[("ray", "2.60.0"), ("python", "3.13.9")])).is_ok());
        let other = ray(&cluster(), &packages(&[("ray", "2.59.0"), ("python", "3.13.9")])).unwrap_err();
        assert_eq!((other.code.as_str(), other.at.as_deref()), ("ray-version-mismatch", Some("notebook.tag")));
        assert!(other.title.contains("Ray 2.59.0 and 2.60.0"), "{other}");
        let other = ray(&cluster(), &packages(&[("ray", "2.60.0"), ("python", "3.12.9")])).unwrap_err();
        assert_eq!(other.at.as_deref(), Some("ray.tag"));
        assert!(other.title.contains("Python 3.12.9 and 3.13.1"), "{other}");
        assert!(other.hints[0].contains("2.60.0-py312"), "{:?}", other.hints);
        let none = ray(&cluster(), &packages(&[("python", "3.13.1")])).unwrap_err();
        assert_eq!((none.code.as_str(), none.at.as_deref()), ("package-missing", Some("notebook.packages")));
    }

    #[test]
    fn a_node_of_another_ray_or_python_is_named() {
        let node = |ray: &str, python: &str| {
            ray_node(&cluster(), "10.0.0.2", &RayVersions { ray: ray.to_owned(), python: python.to_owned() })
        };
        assert!(node("2.60.0", "3.13.9").is_ok());
        for (ray, python) in [("2.60.0", "3.12.1"), ("2.59.0", "3.13.1")] {
            let other = node(ray, python).unwrap_err();
            assert_eq!((other.code.as_str(), other.at.as_deref()), ("ray-version-mismatch", Some("ray.tag")));
            assert!(other.title.contains("10.0.0.2"), "{other}");
        }
    }

    #[test]
    fn a_gateway_of_another_version_is_worth_a_word_only() {
        let cluster = DaskVersions { gateway: "2026.3.0".to_owned(), ..DaskVersions::default() };
        let notebook = |version: &str| packages(&[("dask-gateway", version)]);
        assert_eq!(gateway(&cluster, &notebook("2026.3.0")), None);
        assert!(gateway(&cluster, &notebook("2024.1.0")).unwrap().contains("2024.1.0 in the notebook"));
        assert!(dask(&cluster, &notebook("2024.1.0")).is_ok());
    }

    #[test]
    fn dask_wants_the_same_dask_distributed_and_python_minor() {
        let dask_of = |dask: &str, python: &str| {
            packages(&[("dask", dask), ("distributed", "2026.3.0"), ("python", python), ("dask-gateway", "2026.3.0")])
        };
        let cluster = DaskVersions { gateway: "2026.3.0".to_owned(), scheduler: dask_of("2026.3.0", "3.13.1") };
        assert!(dask(&cluster, &dask_of("2026.3.0", "3.13.5")).is_ok());
        let apart = dask(&cluster, &dask_of("2024.8.0", "3.12.1")).unwrap_err();
        assert!(apart.title.contains("dask 2024.8.0 in the notebook, 2026.3.0 in the scheduler"), "{apart}");
        assert!(apart.title.contains("Python 3.12.1 in the notebook"), "{apart}");
        let worker = dask_worker(&cluster.scheduler, "w1", &dask_of("2026.3.1", "3.13.1")).unwrap_err();
        assert_eq!(worker.at.as_deref(), Some("dask.tag"));
    }

    #[test]
    fn only_the_major_of_jupyterhub_matters() {
        assert!(hub("5.5.1", &packages(&[("jupyterhub", "5.2.0")])).is_ok());
        assert!(hub("5.5.1", &packages(&[("ray", "2.60.0")])).is_ok());
        let apart = hub("5.5.1", &packages(&[("jupyterhub", "6.1.0")])).unwrap_err();
        assert_eq!(apart.code, "hub-version-mismatch");
    }
}
