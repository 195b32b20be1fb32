//! Installs a helm release: skips what is there already, takes up what an earlier run left, and looks at the cluster while
//! helm works, so that a stuck hook is named long before helm's own limit. Must not wait for readiness; `step` does.
use std::time::Duration;

use super::{Failure, MARKER, Run, wait::Wait};
use crate::{
    health::{rules, verdict::Verdict},
    plan::graph::{Expect, Release, Step},
    run::{event::EventKind, ports::HelmRun, reach::UNREACHABLE},
};

/// Time until helm is tried again after it met another helm, or no cluster.
const AGAIN: Duration = Duration::from_secs(5);
/// Code of helm's refusal while another helm works on the release.
const PENDING: &str = "release-pending";

impl Run<'_> {
    /// Whether anything was changed.
    pub(super) async fn release(
        &self,
        step: &Step,
        release: &Release,
        wait: &mut Wait<'_>,
    ) -> Result<bool, Box<Failure>> {
        let marker = format!("{MARKER}{}", release.digest());
        let mut ours = self.take_up(step, release, wait).await;
        let mut changed = false;
        while !self.settled(step, release, &marker, ours).await? {
            changed = true;
            match self.upgrade(step, release, &marker, wait).await {
                Err(failure) if passes(&failure) && self.in_time(wait).is_ok() => {
                    ours = failure.problem.code != PENDING;
                    self.moment(AGAIN).await?;
                }
                ended => return ended.map(|()| true),
            }
        }
        Ok(changed)
    }

    /// Waits for the helm that an earlier run left behind, if it still works. `true`: what helm noted last is of a helm of
    /// ours, and that one has ended.
    async fn take_up(&self, step: &Step, release: &Release, wait: &mut Wait<'_>) -> bool {
        let remembered = self.remembered.child_of(&step.id);
        let known = remembered.is_some();
        // A run that is killed right after it started helm had no time to write down which.
        let Some(child) = self.ports.helm.left_behind(&release.name).or(remembered) else { return false };
        let Some(mut helm) = self.ports.helm.adopt(child).await else { return known };
        self.recorder.say(EventKind::Note { text: format!("helm of `{}` still runs; waiting for it", step.id) });
        // Whatever it ends with, the release's record tells more.
        let _ = self.attend(release, helm.as_mut(), wait).await;
        true
    }

    async fn upgrade(
        &self,
        step: &Step,
        release: &Release,
        marker: &str,
        wait: &mut Wait<'_>,
    ) -> Result<(), Box<Failure>> {
        self.calling(step, format!("helm upgrade --install {}", release.name), release.digest())?;
        let mut helm = self.ports.helm.install(&self.plan.namespace, release, marker).await?;
        let child = helm.child();
        self.recorder.say(EventKind::Child {
            step: step.id.clone(),
            pid: child.pid,
            started: child.started,
            host: child.host,
        });
        self.attend(release, helm.as_mut(), wait).await
    }

    /// Waits for helm, and looks meanwhile at what its hooks made.
    async fn attend(&self, release: &Release, helm: &mut dyn HelmRun, wait: &mut Wait<'_>) -> Result<(), Box<Failure>> {
        let hooks = Expect::Release(release.name.clone());
        "helm is still at work".clone_into(&mut wait.said);
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
            if let Err(failure) = self.glance(&hooks, wait).await {
                helm.stop().await;
                return Err(failure);
            }
        }
    }

    /// While helm works, its ordinary objects may well be unready; only a cause that a person must mend is said.
    async fn glance(&self, hooks: &Expect, wait: &mut Wait<'_>) -> Result<(), Box<Failure>> {
        if self.cancel.is_cancelled() {
            return Err(self.interrupted());
        }
        let now = self.ports.clock.now();
        let (verdict, pulling) = {
            let index = self.world.index();
            (rules::evaluate(&index, hooks, now), rules::pulling(&index, hooks))
        };
        if pulling {
            wait.downloading(now);
        }
        match verdict {
            Verdict::Blocked(finding) | Verdict::Failed(finding) => self.block(wait, finding, now).await?,
            Verdict::Ready { .. } | Verdict::Progressing { .. } => self.unblock(wait),
        }
        self.in_time(wait)
    }
}

/// Whether helm failed for something that goes away: the next look at its record decides what to do.
fn passes(failure: &Failure) -> bool {
    [UNREACHABLE, PENDING].contains(&failure.problem.code.as_str())
}
