//! Installs a helm release: skips what is there already, takes up what an earlier run left, and looks at the cluster while
//! helm works, so that a stuck hook is named long before helm's own limit. Must not wait for readiness; `step` does.
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Failure, MARKER, Run, wait::Wait};
use crate::{
    health::{rules, verdict::Verdict},
    plan::graph::{Expect, Release, Step, digest},
    problem::Problem,
    run::{
        event::EventKind,
        ports::{HelmRun, ObjectRef},
        reach::{LOGGED_OUT, UNREACHABLE},
    },
};

/// Time until helm is tried again after it met another helm, or no cluster.
const AGAIN: Duration = Duration::from_secs(5);
/// Code of helm's refusal while another helm works on the release.
const PENDING: &str = "release-pending";
/// Refusals that go away by themselves, and how long that may take: an add-on's webhook that is starting; a kind whose
/// definition is there, but of which not every API server knows yet.
const HEALS: &[(&str, SignedDuration)] = &[
    ("webhook-not-ready", SignedDuration::from_mins(3)),
    ("crd-missing", SignedDuration::from_mins(1)),
    (LOGGED_OUT, SignedDuration::from_mins(3)),
];

/// Whether an object says everything that a part of it says.
fn holds(object: &Value, part: &Value) -> bool {
    match (object, part) {
        (Value::Object(object), Value::Object(part)) => {
            part.iter().all(|(key, part)| object.get(key).is_some_and(|object| holds(object, part)))
        }
        _ => object == part,
    }
}

/// Why helm failed last, and since when it does.
struct Trouble {
    code: String,
    since: Timestamp,
}

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
        let (mut changed, mut trouble) = (false, None);
        while !self.settled(step, release, &marker, ours).await? {
            changed = true;
            match self.upgrade(step, release, &marker, wait).await {
                Err(failure) if self.in_time(wait).is_ok() && self.passes(wait, &failure, &mut trouble) => {
                    ours = failure.problem.code != PENDING;
                    self.moment(AGAIN).await?;
                }
                ended => {
                    ended?;
                    break;
                }
            }
        }
        for part in &release.patches {
            changed |= self.patch(step, part).await?;
        }
        Ok(changed)
    }

    /// Merges a part into an object. What the server does not know it leaves out, and that is no change.
    async fn patch(&self, step: &Step, part: &Value) -> Result<bool, Box<Failure>> {
        let kubernetes = self.ports.kubernetes()?;
        let object = ObjectRef::of(part);
        let merged = async || -> Result<bool, Box<Failure>> {
            let found = self.reach(step, || kubernetes.cluster.get(&object)).await?;
            Ok(found.is_some_and(|found| holds(&found, part)))
        };
        if merged().await? {
            return Ok(false);
        }
        self.calling(step, format!("patch {object}"), digest(&part.to_string()))?;
        self.reach(step, || kubernetes.cluster.patch(&object, part)).await?;
        merged().await
    }

    /// Waits for the helm that an earlier run left behind, if it still works. `true`: what helm noted last is of a helm of
    /// ours, and that one has ended.
    async fn take_up(&self, step: &Step, release: &Release, wait: &mut Wait<'_>) -> bool {
        let Ok(kubernetes) = self.ports.kubernetes() else { return false };
        let remembered = self.remembered.child_of(&step.id);
        // One on another machine may live: nobody here can tell.
        let known = remembered.as_ref().is_some_and(|child| child.host == kubernetes.helm.host());
        // A run that is killed right after it started helm had no time to write down which.
        let Some(child) = kubernetes.helm.left_behind(&release.name).or(remembered) else { return false };
        let Some(mut helm) = kubernetes.helm.adopt(child).await else { return known };
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
        let kubernetes = self.ports.kubernetes()?;
        self.calling(step, format!("helm upgrade --install {}", release.name), release.digest())?;
        let mut helm = kubernetes.helm.install(&self.plan.namespace, release, marker).await?;
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

    /// Whether helm failed for something that goes away, and may still do so; said once. The next look at helm's record
    /// decides what to do.
    fn passes(&self, wait: &Wait<'_>, failure: &Failure, trouble: &mut Option<Trouble>) -> bool {
        let Problem { code, title, .. } = &failure.problem;
        let now = self.ports.clock.now();
        let known = trouble.take().filter(|known| known.code == *code);
        let (news, since) = known.map_or((true, now), |known| (false, known.since));
        *trouble = Some(Trouble { code: code.clone(), since });
        let heals = |(known, within): &(&str, SignedDuration)| known == code && now.duration_since(since) < *within;
        let passes = [UNREACHABLE, PENDING].contains(&code.as_str()) || HEALS.iter().any(heals);
        if passes && news {
            let what = format!("{title}; trying again");
            self.recorder.say(EventKind::StepWaiting { step: wait.step.id.clone(), what, deadline: wait.deadline });
        }
        passes
    }
}
