//! Height 0: something is there. What a service is made of is ready: pods in a cluster, processes on this machine.
use crate::verify::{
    ray::service,
    rung::{Notes, Stop},
    rungs::hub::PROXY,
    scene::Scene,
};

/// The hub and its proxy.
pub async fn hub(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    scene.place.behind(scene, notes, "hub", "hub").await?;
    scene.place.behind(scene, notes, PROXY, "proxy").await
}

/// Ray's head.
pub async fn ray(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    scene.place.behind(scene, notes, &service(scene.ray()?), "ray").await
}

/// Dask Gateway's proxy.
pub async fn dask(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    scene.place.behind(scene, notes, &scene.dask()?.service, "dask").await
}
