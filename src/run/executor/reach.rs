//! Calls that outlast a silence of the cluster: an API server restarts, a VPN drops, and the run goes on.
//! Must not know what is called.
use std::time::Duration;

use futures::future::BoxFuture;

use super::{Failure, Run, wait::after};
use crate::{
    plan::graph::Step,
    run::{
        event::EventKind,
        ports::{FailureKind, PortError, PortResult},
    },
};

/// Code of the problem that the cluster does not answer.
pub const UNREACHABLE: &str = "api-unreachable";
/// Time between two attempts.
const AGAIN: Duration = Duration::from_secs(2);

impl Run<'_> {
    /// Calls the cluster, again while it does not answer. What is called must be idempotent.
    pub(super) async fn reach<'c, T>(
        &self,
        step: &Step,
        call: impl Fn() -> BoxFuture<'c, PortResult<T>>,
    ) -> Result<T, Box<Failure>> {
        let deadline = after(self.ports.clock.now(), self.options.silence);
        let mut said = false;
        loop {
            let error = match call().await {
                Err(error) if silent(&error) => error,
                ended => return ended.map_err(Into::into),
            };
            if self.ports.clock.now() > deadline {
                return Err(error.into());
            }
            if !std::mem::replace(&mut said, true) {
                let what = format!("{}; trying again", error.problem.title);
                self.recorder.say(EventKind::StepWaiting { step: step.id.clone(), what, deadline });
            }
            self.moment(AGAIN).await?;
        }
    }

    /// A pause that ends with a cancel.
    pub(super) async fn moment(&self, duration: Duration) -> Result<(), Box<Failure>> {
        tokio::select! {
            () = self.cancel.cancelled() => Err(self.interrupted()),
            () = self.ports.clock.sleep(duration) => Ok(()),
        }
    }
}

/// Nobody answered. A wrong certificate or a proxy's login page does not go away by waiting.
fn silent(error: &PortError) -> bool {
    error.kind == FailureKind::Unreachable && error.problem.code == UNREACHABLE
}
