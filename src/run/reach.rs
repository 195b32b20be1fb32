//! Calls that outlast a silence of the cluster: an API server restarts, a VPN drops, and the run goes on.
//! Must not know what is called.
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::ports::{Clock, PortError, PortResult};
use crate::problem::Problem;

/// Code of the problem that the cluster does not answer.
pub const UNREACHABLE: &str = "api-unreachable";
/// Code of the problem that a login ran out: the person logs in again meanwhile, or a credential plugin finds its server
/// again after the network came back.
pub const LOGGED_OUT: &str = "not-logged-in";
/// Time between two attempts.
const AGAIN: Duration = Duration::from_secs(2);

/// How long calls are made again.
pub struct Reach<'a> {
    /// Tells when it was too long.
    pub clock: &'a dyn Clock,
    /// How long the cluster may stay silent.
    pub silence: Duration,
    /// Ends the attempts.
    pub cancel: &'a CancellationToken,
}

impl Reach<'_> {
    /// Calls the cluster, again while it does not answer or does not know us; what is called must be idempotent. Once it is silent, `said` is
    /// told why, and until when it is tried. `None`: cancelled.
    pub async fn call<'c, T>(
        &self,
        said: impl Fn(&Problem, Timestamp),
        call: impl Fn() -> BoxFuture<'c, PortResult<T>>,
    ) -> Option<PortResult<T>> {
        let deadline = after(self.clock.now(), self.silence);
        let mut silent = false;
        loop {
            let error = match call().await {
                Err(error) if passes(&error) => error,
                ended => return Some(ended),
            };
            if self.clock.now() > deadline {
                return Some(Err(error));
            }
            if !std::mem::replace(&mut silent, true) {
                said(&error.problem, deadline);
            }
            tokio::select! {
                () = self.cancel.cancelled() => return None,
                () = self.clock.sleep(AGAIN) => {}
            }
        }
    }
}

/// A wrong certificate or a proxy's login page does not go away by waiting.
fn passes(error: &PortError) -> bool {
    [UNREACHABLE, LOGGED_OUT].contains(&error.problem.code.as_str())
}

/// A moment after another.
pub fn after(now: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| now.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}
