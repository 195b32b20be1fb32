//! The table of rungs: the ladder as data. One file per rung or pair of rungs beside it.
mod pods;

use std::time::Duration;

use super::{
    rung::{Rung, Track},
    scene::Service,
};
use crate::plan::graph::Checks;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn hub(checks: &Checks) -> bool {
    checks.hub.is_some()
}

fn ray(checks: &Checks) -> bool {
    checks.ray.is_some()
}

fn dask(checks: &Checks) -> bool {
    checks.dask.is_some()
}

/// Tracks that are climbed at the same time.
pub const TRACKS: &[Track] = &[
    Track {
        service: Service::Hub,
        clean: None,
        rungs: &[Rung {
            id: "hub-pods",
            height: 0,
            title: "hub's pods",
            wanted: hub,
            needs: &[],
            limit: seconds(300),
            run: |s, n| Box::pin(pods::hub(s, n)),
        }],
    },
    Track {
        service: Service::Ray,
        clean: None,
        rungs: &[Rung {
            id: "ray-pods",
            height: 0,
            title: "Ray's pods",
            wanted: ray,
            needs: &[],
            limit: seconds(300),
            run: |s, n| Box::pin(pods::ray(s, n)),
        }],
    },
    Track {
        service: Service::Dask,
        clean: None,
        rungs: &[Rung {
            id: "dask-pods",
            height: 0,
            title: "Dask Gateway's pods",
            wanted: dask,
            needs: &[],
            limit: seconds(300),
            run: |s, n| Box::pin(pods::dask(s, n)),
        }],
    },
];

/// What a real notebook proves, once the other tracks are done.
pub const NOTEBOOK: Track = Track { service: Service::Notebook, clean: None, rungs: &[] };
