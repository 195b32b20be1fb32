//! The tested set of versions, which go together, and what tags and requirements say about them.
//!
//! Ray Client asks for the identical Ray version and the same Python minor on both sides; Dask for the same `dask` and
//! `distributed`; JupyterHub for the same major. `hubwright verify` compares what really runs.

/// jupyterhub chart (Zero to JupyterHub); its hub is 5.5.
pub const JUPYTERHUB_CHART: &str = "4.4.0";
/// kuberay-operator and ray-cluster charts.
pub const KUBERAY_CHART: &str = "1.7.0";
/// dask-gateway chart and server.
pub const DASK_GATEWAY_CHART: &str = "2026.3.0";
/// Notebook image with Python 3.13, and a tag that exists upstream.
pub const NOTEBOOK_IMAGE: &str = "quay.io/jupyter/minimal-notebook";
/// See [`NOTEBOOK_IMAGE`].
pub const NOTEBOOK_TAG: &str = "python-3.13";
/// Ray.
pub const RAY: &str = "2.60.0";
/// Ray image.
pub const RAY_IMAGE: &str = "rayproject/ray";
/// Ray image of the notebook's Python.
pub const RAY_TAG: &str = "2.60.0-py313";
/// Dask Gateway's own image: Python 3.13, dask and distributed 2026.3.0.
pub const DASK_IMAGE: &str = "ghcr.io/dask/dask-gateway";
/// See [`DASK_IMAGE`].
pub const DASK_TAG: &str = "2026.3.0";
/// What a plain notebook image needs beside `JupyterHub` to reach Ray and Dask.
pub const NOTEBOOK_PACKAGES: [&str; 5] =
    ["jupyterhub>=5,<6", "ray[client]==2.60.0", "dask==2026.3.0", "distributed==2026.3.0", "dask-gateway==2026.3.0"];

/// Ray's version in a tag such as `2.60.0-py313`; `None` for tags of another shape.
pub fn of_ray_tag(tag: &str) -> Option<&str> {
    let version = tag.split('-').next()?;
    let numbers: Vec<_> = version.split('.').collect();
    let digits = numbers.iter().all(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()));
    (numbers.len() == 3 && digits).then_some(version)
}

/// Python's version in a tag such as `2.60.0-py313` of Ray or `python-3.13` of a notebook.
pub fn python_of_tag(tag: &str) -> Option<String> {
    if let Some(version) = tag.strip_prefix("python-") {
        return Some(version.split('.').take(2).collect::<Vec<_>>().join("."));
    }
    let digits = tag.split('-').find_map(|part| part.strip_prefix("py3"))?;
    digits.chars().all(|c| c.is_ascii_digit()).then(|| format!("3.{digits}"))
}

/// The version that requirements of pip pin a package to: `ray` in `ray[client]==2.60.0`.
pub fn pinned<'r>(requirements: &'r [String], package: &str) -> Option<&'r str> {
    requirements.iter().find_map(|requirement| {
        let (name, version) = requirement.split_once("==")?;
        let name = name.split('[').next().unwrap_or_default().trim();
        (name == package).then(|| version.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_requirements_tell_versions() {
        assert_eq!(
            (of_ray_tag("2.60.0-py313"), python_of_tag("2.60.0-py313").as_deref()),
            (Some("2.60.0"), Some("3.13"))
        );
        assert_eq!(
            (of_ray_tag("nightly-py310-gpu"), python_of_tag("nightly-py310-gpu").as_deref()),
            (None, Some("3.10"))
        );
        assert_eq!((python_of_tag("python-3.12.9").as_deref(), python_of_tag("latest")), (Some("3.12"), None));
        let requirements = ["jupyterhub>=5,<6", "ray[client]==2.60.0", "dask == 2026.3.0"].map(str::to_owned);
        assert_eq!((pinned(&requirements, "ray"), pinned(&requirements, "dask")), (Some("2.60.0"), Some("2026.3.0")));
        assert_eq!((pinned(&requirements, "jupyterhub"), pinned(&requirements, "ra")), (None, None));
    }
}
