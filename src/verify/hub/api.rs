//! The hub's REST API as far as a check needs it: its version, our scopes, one user, that user's server.
use std::{future::Future, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::progress::{self, Spawned};
use crate::{
    health::text,
    problem::Problem,
    verify::{
        causes::hub as causes,
        web::{Reply, Web},
    },
};

/// Limit of calls that make the hub ask a spawner.
const CALL: Duration = Duration::from_secs(30);
/// How long a server may take to stop.
const STOPPING: Duration = Duration::from_secs(60);
/// How long the hub may put a start off because others start.
const CROWDED: Duration = Duration::from_secs(90);
/// How long the hub may take until it is up.
const STARTING: Duration = Duration::from_secs(60);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// What the check's service must be allowed to do with its one user.
const SCOPES: [&str; 3] = ["admin:users", "servers", "access:servers"];

/// The hub, as one user's keeper.
#[derive(Clone)]
pub struct Hub {
    /// The hub's address, its base path included, with the service's token.
    pub web: Web,
    /// The check's user.
    pub user: String,
}

/// Waits for the hub, then says its version. While it starts the proxy answers 404 or 503 by itself.
pub async fn version(web: &Web) -> Result<String, Problem> {
    let begun = Instant::now();
    loop {
        let reply = web.get("/hub/api/").await;
        match &reply {
            Ok(reply) if reply.ok() && !reply.text("/version").is_empty() => {
                return Ok(text::line(reply.text("/version")));
            }
            Ok(reply) if reply.ok() || !matches!(reply.status, 404 | 502 | 503) => {
                return Err(causes::not_a_hub(&web.place(), reply));
            }
            Ok(reply) if begun.elapsed() > STARTING => return Err(causes::starting(&web.place(), reply)),
            Err(problem) if begun.elapsed() > STARTING => return Err(problem.clone()),
            _ => tokio::time::sleep(PAUSE).await,
        }
    }
}

impl Hub {
    /// Fails unless the token is the hub's and may do what the check needs.
    pub async fn may_all(&self) -> Result<(), Problem> {
        let reply = self.web.get("/hub/api/user").await?;
        if !reply.ok() {
            return Err(causes::token_refused(&reply));
        }
        let has: Vec<&str> = reply
            .json
            .get("scopes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let missing: Vec<&str> = SCOPES.into_iter().filter(|scope| !self.has(&has, scope)).collect();
        if missing.is_empty() { Ok(()) } else { Err(causes::scopes_missing(&missing, &self.user)) }
    }

    fn has(&self, scopes: &[&str], wanted: &str) -> bool {
        let filtered = format!("{wanted}!user={}", self.user);
        scopes.iter().any(|scope| *scope == wanted || *scope == filtered)
    }

    /// Makes the user.
    pub async fn create_user(&self) -> Result<(), Problem> {
        let reply = self.web.post(&self.path(""), &json!({})).await?;
        if reply.ok() || reply.status == 409 { Ok(()) } else { Err(causes::refused("make the check's user", &reply)) }
    }

    /// Starts the user's server and follows its progress until it is ready; a client of the server.
    pub async fn start(&self, profile: Option<&str>, say: &(dyn Fn(&str) + Send + Sync)) -> Result<Web, Problem> {
        let reply = self.ask_for_server(profile).await?;
        let answer = match reply.status {
            201 | 202 | 500 => progress::follow(&self.web, &self.path("/server/progress"), say).await,
            _ => return Err(causes::refused("start the check's server", &reply)),
        };
        match answer? {
            Spawned::Ready(path) if path.is_empty() => Ok(self.web.clone().under(&format!("/user/{}/", self.user))),
            // The path as the hub says it begins at the root, the hub's own base path included.
            Spawned::Ready(path) => Ok(self.web.clone().at(&format!("{}/", path.trim_end_matches('/')))),
            Spawned::Failed(words) => Err(causes::spawn_failed(&words)),
        }
    }

    /// While many servers start, the hub puts further ones off with 429.
    async fn ask_for_server(&self, profile: Option<&str>) -> Result<Reply, Problem> {
        let options = profile.map_or_else(|| json!({}), |slug| json!({"profile": slug}));
        let begun = Instant::now();
        loop {
            let reply = self.web.call(Method::POST, &self.path("/server"), Some(&options), CALL).await?;
            if reply.status != 429 || begun.elapsed() > CROWDED {
                return Ok(reply);
            }
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
    }

    /// Stops the user's server, also one that is still starting, and waits until it is gone. Nothing to do without a user.
    pub async fn stop(&self) -> Result<(), Problem> {
        let begun = Instant::now();
        let mut asked = false;
        while begun.elapsed() < STOPPING {
            let user = self.web.call(Method::GET, &self.path(""), None, CALL).await?;
            if user.status == 404 || (user.ok() && idle(&user)) {
                return Ok(());
            }
            if !asked {
                let reply = self.web.call(Method::DELETE, &self.path("/server"), None, CALL).await?;
                asked = reply.ok() || reply.status == 404;
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(causes::server_stays(&self.user))
    }

    /// Removes the user with everything the hub knows of them.
    pub async fn remove_user(&self) -> Result<(), Problem> {
        self.stop().await?;
        let reply = self.web.call(Method::DELETE, &self.path(""), None, CALL).await?;
        if reply.ok() || reply.status == 404 { Ok(()) } else { Err(causes::refused("remove the check's user", &reply)) }
    }

    /// Calls the user's server until it answers: the proxy's route may be a moment late.
    pub async fn answers(&self, server: &Web) -> Result<(), Problem> {
        let last = patiently(Duration::from_secs(15), || server.get("api")).await?;
        if last.ok() { Ok(()) } else { Err(causes::server_refused(&last)) }
    }

    fn path(&self, rest: &str) -> String {
        format!("/hub/api/users/{}{rest}", self.user)
    }
}

fn idle(user: &Reply) -> bool {
    let none = user.json.get("servers").and_then(Value::as_object).is_none_or(serde_json::Map::is_empty);
    none && user.json.get("pending").is_none_or(Value::is_null)
}

/// Repeats a call until it is answered well or with a refusal that waiting will not change.
async fn patiently<F, A>(limit: Duration, call: F) -> Result<Reply, Problem>
where
    F: Fn() -> A,
    A: Future<Output = Result<Reply, Problem>>,
{
    let begun = Instant::now();
    loop {
        let reply = call().await;
        let wait = reply.as_ref().map_or(true, |reply| matches!(reply.status, 404 | 424 | 500..=504));
        if !wait || begun.elapsed() > limit {
            return reply;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
