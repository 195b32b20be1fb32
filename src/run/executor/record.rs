//! What helm noted about a release, and what a helm that was killed left there. helm refuses every change of a release that
//! it believes to be in the works, so what nobody works on has to be freed. Must not start an upgrade.
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Failure, Run};
use crate::{
    health::rules,
    plan::graph::{Release, Step},
    run::{
        event::EventKind,
        ports::{FailureKind, ReleaseState},
    },
};

/// How long the note of a helm of ours, which has ended, must lie untouched.
const OURS: SignedDuration = SignedDuration::from_secs(60);
/// How long the note of a helm that nobody knows must lie untouched, and no hook of it be at work. A living one touches it
/// with every hook.
const UNKNOWN: SignedDuration = SignedDuration::from_mins(5);
/// A note that is older than any clock is wrong.
const OLD: SignedDuration = SignedDuration::from_hours(24);
/// Time between two looks.
const LOOK: Duration = Duration::from_secs(5);

/// A note that may be abandoned.
struct Untouched {
    ours: bool,
    seen: Option<(u32, Option<Timestamp>)>,
    since: Timestamp,
}

impl Untouched {
    /// When the note counts as abandoned, if it is not touched until then.
    fn until(&mut self, state: &ReleaseState, now: Timestamp) -> Timestamp {
        let note = Some((state.revision, state.modified));
        if self.seen != note {
            self.seen = note;
            self.since = now;
        }
        let at = |from: Timestamp, after| from.checked_add(after).unwrap_or(Timestamp::MAX);
        let seen = at(self.since, if self.ours { OURS } else { UNKNOWN });
        // helm writes the time of its own machine: of ours we know the clock, of others only what we watched ourselves.
        let said = state.modified.map_or(seen, |modified| at(modified, if self.ours { OURS } else { OLD }));
        seen.min(said)
    }
}

impl Run<'_> {
    /// Whether the release is there as planned. What a killed helm left is put in order first. `ours`: the helm that noted
    /// something last was one of ours, and has ended.
    pub(super) async fn settled(
        &self,
        step: &Step,
        release: &Release,
        marker: &str,
        ours: bool,
    ) -> Result<bool, Box<Failure>> {
        let kubernetes = self.ports.kubernetes()?;
        let mut untouched = Untouched { ours, seen: None, since: self.ports.clock.now() };
        loop {
            let call = || kubernetes.releases.state(&self.plan.namespace, &release.name);
            let Some(state) = self.reach(step, call).await? else { return Ok(false) };
            match state.status.as_str() {
                "uninstalling" => self.finish_uninstall(step, release).await?,
                status if status.starts_with("pending") => self.pending(step, release, &state, &mut untouched).await?,
                status => return Ok(status == "deployed" && state.description == marker),
            }
        }
    }

    /// Frees a pending release once nobody works on it any more; until then a moment passes.
    async fn pending(
        &self,
        step: &Step,
        release: &Release,
        state: &ReleaseState,
        untouched: &mut Untouched,
    ) -> Result<(), Box<Failure>> {
        let seen = untouched.seen;
        let now = self.ports.clock.now();
        if !untouched.ours && rules::hook_runs(&self.world.index(), &release.name, now) {
            untouched.since = now;
        }
        let deadline = untouched.until(state, now);
        if now > deadline {
            return self.unlock(step, release, state).await;
        }
        if seen != untouched.seen {
            let what = format!(
                "an earlier helm left `{}` in {}; making sure that nobody works on it",
                release.name, state.status
            );
            self.recorder.say(EventKind::StepWaiting { step: step.id.clone(), what, deadline });
        }
        self.moment(LOOK).await
    }

    async fn unlock(&self, step: &Step, release: &Release, state: &ReleaseState) -> Result<(), Box<Failure>> {
        let kubernetes = self.ports.kubernetes()?;
        self.calling(step, format!("free release {} revision {}", release.name, state.revision), String::new())?;
        match kubernetes.releases.unlock(&self.plan.namespace, &release.name, state.revision).await {
            // Somebody touched it in this very moment: the next look tells.
            Err(error) if [FailureKind::Conflict, FailureKind::NotFound].contains(&error.kind) => Ok(()),
            // Nor was it freed; the next look waits for the cluster.
            Err(error) if error.kind == FailureKind::Unreachable => self.moment(LOOK).await,
            ended => ended.map_err(Into::into),
        }
    }

    /// helm upgrades nothing that is half gone.
    async fn finish_uninstall(&self, step: &Step, release: &Release) -> Result<(), Box<Failure>> {
        let kubernetes = self.ports.kubernetes()?;
        self.calling(step, format!("helm uninstall {}, which was cut off", release.name), String::new())?;
        self.reach(step, || kubernetes.helm.uninstall(&self.plan.namespace, &release.name)).await?;
        Ok(())
    }
}
