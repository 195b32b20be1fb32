//! Ray as the checks speak to it: the client port by gRPC, the dashboard's port by HTTP.
//! Must not know the order of the rungs.
pub mod client;
pub mod dashboard;
pub mod jobs;
pub mod messages;

use secrecy::SecretString;

use super::{door::Door, scene::Scene, web::Web};
use crate::{plan::graph::RayCheck, problem::Problem};

/// Port of Ray Client.
pub const CLIENT_PORT: u16 = 10001;
/// Port of the dashboard and the jobs API.
pub const DASHBOARD_PORT: u16 = 8265;

/// The head's Service: the host of the address that notebooks use, or of KubeRay's name where that is an address of this machine.
pub fn service(check: &RayCheck) -> String {
    let rest = check.address.split_once("://").map_or(check.address.as_str(), |(_, rest)| rest);
    let host = rest.split([':', '.', '/']).next().unwrap_or(rest);
    let named = host.starts_with(|c: char| c.is_ascii_alphabetic()) && host != "localhost";
    if named { host.to_owned() } else { format!("{}-head-svc", check.cluster) }
}

/// The cluster's token, if the checks know one.
pub async fn token(scene: &Scene<'_>) -> Result<Option<SecretString>, Problem> {
    match scene.checks.ray.as_ref().and_then(|check| check.token.as_ref()) {
        Some(place) => scene.secret(place).await.map(Some),
        None => Ok(None),
    }
}

/// The dashboard with the cluster's token.
pub async fn web(scene: &Scene<'_>, door: &Door) -> Result<Web, Problem> {
    let web = Web::new(door)?;
    Ok(match token(scene).await? {
        Some(token) => web.authorized("Bearer", &token),
        None => web,
    })
}

/// Stops the jobs that still run.
pub async fn stop_jobs(scene: &Scene<'_>) -> Result<(), Problem> {
    let (Some(door), jobs) = (scene.found.ray_http.get(), scene.found.ray_jobs.take()) else { return Ok(()) };
    if jobs.is_empty() {
        return Ok(());
    }
    let web = web(scene, door).await?;
    for job in jobs {
        jobs::stop(&web, &job).await;
    }
    Ok(())
}
