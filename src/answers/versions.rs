//! The tested set of versions, and which go together. Data only.
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
