//! The table of rungs: the ladder as data. One file per service beside it.
mod dask;
mod gpu;
pub mod hub;
mod notebook;
mod parts;
mod ray;

use std::time::Duration;

use super::{
    ray::stop_jobs,
    rung::{Rung, Track},
};
use crate::plan::graph::Checks;

/// Id of the rung that tries the address that people use, and says it.
pub const HUB_ADDRESS: &str = "hub-address";

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn with_hub(checks: &Checks) -> bool {
    checks.hub.is_some()
}

fn with_ray(checks: &Checks) -> bool {
    checks.ray.is_some()
}

fn with_ray_gpu(checks: &Checks) -> bool {
    checks.ray.as_ref().is_some_and(|ray| ray.gpu)
}

fn with_dask(checks: &Checks) -> bool {
    checks.dask.is_some()
}

fn hub_and_ray(checks: &Checks) -> bool {
    with_hub(checks) && with_ray(checks)
}

fn hub_and_dask(checks: &Checks) -> bool {
    with_hub(checks) && with_dask(checks)
}

fn hub_with_gpu(checks: &Checks) -> bool {
    checks.hub.as_ref().is_some_and(|hub| hub.gpu_profile.is_some())
}

/// What rungs take from others where those are green, and can do without: the way through the address that people use.
pub const TAKES: &[(&str, &str)] = &[("hub-login", HUB_ADDRESS), ("notebook-server", HUB_ADDRESS)];

/// Tracks that are climbed at the same time.
#[rustfmt::skip]
pub const TRACKS: &[Track] = &[
    Track {
        clean: None,
        rungs: &[
            Rung { id: "hub-pods", height: 0, title: "hub's pods", wanted: with_hub, needs: &[], limit: seconds(300), run: |s, n| Box::pin(parts::hub(s, n)) },
            Rung { id: "hub-port", height: 1, title: "hub's port", wanted: with_hub, needs: &["hub-pods"], limit: seconds(30), run: |s, n| Box::pin(hub::port(s, n)) },
            Rung { id: "hub-http", height: 2, title: "hub", wanted: with_hub, needs: &["hub-port"], limit: seconds(90), run: |s, n| Box::pin(hub::http(s, n)) },
            Rung { id: HUB_ADDRESS, height: 2, title: "hub's public address", wanted: with_hub, needs: &["hub-http"], limit: seconds(150), run: |s, n| Box::pin(hub::address(s, n)) },
            Rung { id: "hub-login", height: 2, title: "login", wanted: with_hub, needs: &["hub-http"], limit: seconds(30), run: |s, n| Box::pin(hub::login(s, n)) },
        ],
    },
    Track {
        clean: Some(|s| Box::pin(stop_jobs(s))),
        rungs: &[
            Rung { id: "ray-pods", height: 0, title: "Ray's pods", wanted: with_ray, needs: &[], limit: seconds(300), run: |s, n| Box::pin(parts::ray(s, n)) },
            Rung { id: "ray-ports", height: 1, title: "Ray's ports", wanted: with_ray, needs: &["ray-pods"], limit: seconds(60), run: |s, n| Box::pin(ray::ports(s, n)) },
            Rung { id: "ray-http", height: 2, title: "Ray's dashboard", wanted: with_ray, needs: &["ray-ports"], limit: seconds(60), run: |s, n| Box::pin(ray::http(s, n)) },
            Rung { id: "ray-handshake", height: 3, title: "Ray Client", wanted: with_ray, needs: &["ray-http"], limit: seconds(150), run: |s, n| Box::pin(ray::handshake(s, n)) },
            Rung { id: "ray-tasks", height: 4, title: "Ray tasks", wanted: with_ray, needs: &["ray-handshake"], limit: seconds(630), run: |s, n| Box::pin(ray::tasks(s, n)) },
            Rung { id: "ray-gpu", height: 5, title: "Ray GPU", wanted: with_ray_gpu, needs: &["ray-tasks"], limit: seconds(660), run: |s, n| Box::pin(ray::gpu(s, n)) },
        ],
    },
    Track {
        clean: Some(|s| Box::pin(dask::clean(s))),
        rungs: &[
            Rung { id: "dask-pods", height: 0, title: "Dask Gateway's pods", wanted: with_dask, needs: &[], limit: seconds(300), run: |s, n| Box::pin(parts::dask(s, n)) },
            Rung { id: "dask-port", height: 1, title: "Dask Gateway's port", wanted: with_dask, needs: &["dask-pods"], limit: seconds(30), run: |s, n| Box::pin(dask::port(s, n)) },
            Rung { id: "dask-http", height: 2, title: "Dask Gateway", wanted: with_dask, needs: &["dask-port"], limit: seconds(90), run: |s, n| Box::pin(dask::http(s, n)) },
            Rung { id: "dask-cluster", height: 3, title: "Dask cluster", wanted: with_dask, needs: &["dask-http"], limit: seconds(180), run: |s, n| Box::pin(dask::cluster(s, n)) },
            Rung { id: "dask-workers", height: 4, title: "Dask workers", wanted: with_dask, needs: &["dask-cluster"], limit: seconds(180), run: |s, n| Box::pin(dask::workers(s, n)) },
        ],
    },
];

/// What a real notebook proves, once the other tracks are done.
#[rustfmt::skip]
pub const NOTEBOOK: Track = Track {
    clean: Some(|s| Box::pin(notebook::clean(s))),
    rungs: &[
        Rung { id: "notebook-server", height: 6, title: "a notebook", wanted: with_hub, needs: &["hub-http"], limit: seconds(570), run: |s, n| Box::pin(notebook::server(s, n)) },
        Rung { id: "notebook-versions", height: 6, title: "versions in the notebook", wanted: with_hub, needs: &["notebook-server"], limit: seconds(60), run: |s, n| Box::pin(notebook::versions(s, n)) },
        Rung { id: "notebook-ray", height: 6, title: "Ray from the notebook", wanted: hub_and_ray, needs: &["notebook-versions", "ray-tasks"], limit: seconds(180), run: |s, n| Box::pin(notebook::ray(s, n)) },
        Rung { id: "notebook-dask", height: 6, title: "Dask from the notebook", wanted: hub_and_dask, needs: &["notebook-versions", "dask-workers"], limit: seconds(300), run: |s, n| Box::pin(notebook::dask(s, n)) },
        Rung { id: "notebook-gpu", height: 6, title: "a GPU in the notebook", wanted: hub_with_gpu, needs: &["notebook-server"], limit: seconds(600), run: |s, n| Box::pin(notebook::gpu(s, n)) },
    ],
};
