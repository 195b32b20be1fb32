//! Installs a helm release: skips what is there already, takes up what an earlier run left, and looks at the cluster while
//! helm works, so that a stuck hook is named long before helm's own limit. Must not wait for readiness; `step` does.
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{
    Failure, Run,
    step::{Wait, interrupted},
};
use crate::{
    health::{rules, verdict::Verdict},
    plan::graph::{Expect, Release, Step},
    run::{
        event::EventKind,
        ports::{HelmRun, ReleaseState},
    },
};

/// How long a pending release must lie untouched before it counts as abandoned.
const ABANDONED: SignedDuration = SignedDuration::from_secs(60);

impl Run<'_> {
    pub(super) async fn release(
        &self,
        step: &Step,
        release: &Release,
        wait: &mut Wait<'_>,
    ) -> Result<bool, Box<Failure>> {
        let marker = format!("hubwright {}", release.digest());
        if let Some(child) = self.remembered.child_of(&step.id)
            && let Some(mut helm) = self.ports.helm.adopt(child).await
        {
            self.recorder.say(EventKind::Note { text: format!("helm of `{}` still runs; waiting for it", step.id) });
            // Whatever it ends with, the release's record tells more.
            let _ = self.attend(release, helm.as_mut(), wait).await;
        }
        if self.settled(step, release, &marker).await? {
            return Ok(false);
        }
        self.calling(step, format!("helm upgrade --install {}", release.name), release.digest())?;
        let mut helm = self.ports.helm.install(&self.plan.namespace, release, &marker).await?;
        let child = helm.child();
        self.recorder.say(EventKind::Child {
            step: step.id.clone(),
            pid: child.pid,
            started: child.started,
            host: child.host,
        });
        self.attend(release, helm.as_mut(), wait).await.map(|()| true)
    }

    /// Whether the release is there as planned. A pending one that nobody works on is unlocked.
    async fn settled(&self, step: &Step, release: &Release, marker: &str) -> Result<bool, Box<Failure>> {
        loop {
            let Some(state) = self.ports.releases.state(&self.plan.namespace, &release.name).await? else {
                return Ok(false);
            };
            if !state.status.starts_with("pending") {
                return Ok(state.status == "deployed" && state.description == marker);
            }
            if self.abandoned(&state) {
                self.calling(
                    step,
                    format!("unlock release {} revision {}", release.name, state.revision),
                    String::new(),
                )?;
                self.ports.releases.unlock(&self.plan.namespace, &release.name, state.revision).await?;
                return Ok(false);
            }
            self.recorder.say(EventKind::StepWaiting {
                step: step.id.clone(),
                what: format!(
                    "an earlier helm left release `{}` in {}; making sure that nobody works on it",
                    release.name, state.status
                ),
                deadline: self.ports.clock.now().checked_add(ABANDONED).unwrap_or(Timestamp::MAX),
            });
            tokio::select! {
                () = self.cancel.cancelled() => return Err(interrupted()),
                () = self.ports.clock.sleep(Duration::from_secs(5)) => {}
            }
        }
    }

    fn abandoned(&self, state: &ReleaseState) -> bool {
        let now = self.ports.clock.now();
        state.modified.is_none_or(|modified| now.duration_since(modified) > ABANDONED)
    }

    /// Waits for helm, and looks meanwhile at what its hooks made.
    async fn attend(&self, release: &Release, helm: &mut dyn HelmRun, wait: &mut Wait<'_>) -> Result<(), Box<Failure>> {
        let hooks = Expect::Release(release.name.clone());
        loop {
            let ended = {
                let end = helm.wait();
                tokio::select! {
                    ended = end => Some(ended),
                    () = self.cancel.cancelled() => None,
                    () = self.ports.clock.sleep(Duration::from_secs(1)) => None,
                }
            };
            if let Some(ended) = ended {
                self.unblock(wait);
                return ended.map_err(Into::into);
            }
            if self.cancel.is_cancelled() {
                helm.stop().await;
                return Err(interrupted());
            }
            if let Err(failure) = self.look_at_hooks(&hooks, wait).await {
                helm.stop().await;
                return Err(failure);
            }
        }
    }

    /// While helm works, its ordinary objects may well be unready; only a cause that a person must mend is said.
    async fn look_at_hooks(&self, hooks: &Expect, wait: &mut Wait<'_>) -> Result<(), Box<Failure>> {
        let now = self.ports.clock.now();
        let verdict = rules::evaluate(&self.world.index(), hooks, now);
        match verdict {
            Verdict::Blocked(finding) | Verdict::Failed(finding) => self.block(wait, finding, now).await,
            Verdict::Ready { .. } | Verdict::Progressing { .. } => {
                self.unblock(wait);
                Ok(())
            }
        }
    }
}
