//! One step: its action, then the wait until what it made is ready. Must not know other steps.
use std::{pin::pin, time::Duration};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{
    Failure, Run,
    wait::{Blocked, Wait},
};
use crate::{
    health::{
        causes, rules,
        verdict::{Finding, Verdict},
    },
    plan::graph::{Action, Expect, Step},
    problem::Problem,
    run::{
        event::{EventKind, RungOutcome},
        ports::{Applied, ObjectRef},
        reach::after,
    },
};

/// Code of the problem of a verification that is not green.
pub const UNVERIFIED: &str = "unverified";
/// Time between two looks at what must be ready.
const LOOK: Duration = Duration::from_millis(250);

/// What a step that is done says.
pub struct Done {
    /// Whether anything changed.
    pub changed: bool,
    /// One line for a person.
    pub note: Option<String>,
    /// Whether it was waited for until it was ready; else a person gave that up.
    pub waited: bool,
}

/// What a look at the things that must be ready says.
enum Look {
    Ready,
    Waiting(String),
    Blocked(Finding),
    Failed(Finding),
}

impl Run<'_> {
    /// Does a step.
    pub(super) async fn step(&self, step: &Step) -> Result<Done, Box<Failure>> {
        let mut wait = Wait::new(step, self.ports.clock.now());
        let changed = match &step.action {
            Action::Apply { objects } => self.apply(&mut wait, objects).await?,
            Action::Secrets { secrets, readers } => self.secrets(step, secrets, readers).await?,
            Action::Release(release) => self.release(step, release, &mut wait).await?,
            Action::Environment(environment) => self.environment(environment, &mut wait).await?,
            Action::Service(service) => self.service(step, service).await?,
            Action::StartAtBoot => self.start_at_boot(step).await?,
            Action::Verify => return self.verify(step).await,
        };
        if changed {
            // What the watch knows may be older than the change: an upgrade would be called ready for what was there.
            self.pause(&mut wait).await?;
        }
        let waited = self.await_ready(&mut wait).await?;
        Ok(Done { changed, note: None, waited })
    }

    /// Records what is about to be changed; refuses where that cannot be recorded, and after a cancel.
    pub(super) fn calling(&self, step: &Step, call: String, digest: String) -> Result<(), Box<Failure>> {
        if self.cancel.is_cancelled() {
            return Err(self.interrupted());
        }
        self.recorder.say(EventKind::Calling { step: step.id.clone(), call, digest });
        self.recorder.broken().map_err(Failure::new)
    }

    async fn apply(&self, wait: &mut Wait<'_>, objects: &[serde_json::Value]) -> Result<bool, Box<Failure>> {
        let kubernetes = self.ports.kubernetes()?;
        let step = wait.step;
        let mut changed = false;
        for object in objects {
            let name = ObjectRef::of(object);
            self.until_gone(wait, &name).await?;
            self.calling(step, format!("apply {name}"), crate::plan::graph::digest(&object.to_string()))?;
            changed |= self.reach(step, || kubernetes.cluster.apply(object)).await? != Applied::Unchanged;
        }
        Ok(changed)
    }

    /// What is being removed takes a change with it: a namespace of yesterday must be gone before there can be a new one.
    async fn until_gone(&self, wait: &mut Wait<'_>, name: &ObjectRef) -> Result<(), Box<Failure>> {
        let kubernetes = self.ports.kubernetes()?;
        let step = wait.step;
        let going = |object: serde_json::Value| object.pointer("/metadata/deletionTimestamp").is_some();
        while self.reach(step, || kubernetes.cluster.get(name)).await?.is_some_and(going) {
            self.look(wait).await?;
            self.pause(wait).await?;
        }
        self.unblock(wait);
        Ok(())
    }

    async fn verify(&self, step: &Step) -> Result<Done, Box<Failure>> {
        if self.options.skips.has(&step.id) {
            return Ok(Done { changed: false, note: None, waited: false });
        }
        let emit = |kind: EventKind| self.recorder.say(kind);
        let given_up = self.cancel.child_token();
        let climb = crate::verify::climb(&self.plan.checks, self.ports, &emit, &given_up);
        let rungs = stopped_by(self.options.skips.until(&step.id), &given_up, climb).await;
        if self.cancel.is_cancelled() {
            return Err(self.interrupted());
        }
        if given_up.is_cancelled() {
            return Ok(Done { changed: false, note: None, waited: false });
        }
        let failed: Vec<&str> =
            rungs.iter().filter(|rung| rung.outcome == RungOutcome::Failed).map(|rung| rung.title.as_str()).collect();
        if failed.is_empty() {
            crate::verify::address(&rungs).into_iter().for_each(|address| drop(self.address.set(address.to_owned())));
            let passed = rungs.iter().filter(|rung| rung.outcome == RungOutcome::Passed).count();
            return Ok(Done { changed: false, note: Some(format!("{passed} rungs green")), waited: true });
        }
        Err(Failure::new(Problem::new(UNVERIFIED, format!("the verification is not green: {}", failed.join(", ")))))
    }

    /// Waits until everything a step expects is ready. `false`: a person gave that up.
    async fn await_ready(&self, wait: &mut Wait<'_>) -> Result<bool, Box<Failure>> {
        while !self.look(wait).await? {
            if self.options.skips.has(&wait.step.id) {
                self.unblock(wait);
                return Ok(false);
            }
            self.revive(wait).await?;
            self.pause(wait).await?;
        }
        Ok(true)
    }

    /// A moment between two looks; ends with a cancel, a deadline, or a cluster that stays silent.
    async fn pause(&self, wait: &mut Wait<'_>) -> Result<(), Box<Failure>> {
        let mut changed = pin!(self.world.changed());
        // Whatever changes from here on is noticed.
        changed.as_mut().enable();
        self.ports.clock.sleep(LOOK).await;
        tokio::select! {
            () = changed => {}
            ended = self.moment(Duration::from_secs(1)) => ended?,
        }
        self.in_time(wait)
    }

    /// Fails a wait that took too long. The installation inside the cluster goes on while it is silent, so nothing is
    /// called late while nobody can look.
    pub(super) fn in_time(&self, wait: &mut Wait<'_>) -> Result<(), Box<Failure>> {
        let now = self.ports.clock.now();
        let lost = self.world.lost_contact();
        wait.pass(now, lost.is_none());
        match lost {
            Some(why) if wait.silence.unsigned_abs() > self.options.silence => Err(Failure::new(silent(wait, &why))),
            None if now > wait.deadline => Err(self.too_late(wait)),
            _ => Ok(()),
        }
    }

    /// One look: says what changed since the last one. `true`: ready.
    async fn look(&self, wait: &mut Wait<'_>) -> Result<bool, Box<Failure>> {
        let now = self.ports.clock.now();
        let (look, pulling) = self.see(&wait.step.ready, now);
        if pulling {
            wait.downloading(now);
        }
        match look {
            Look::Ready => {
                self.unblock(wait);
                Ok(true)
            }
            Look::Waiting(what) => {
                self.unblock(wait);
                self.say_waiting(wait, what);
                Ok(false)
            }
            Look::Blocked(finding) => self.block(wait, finding, now).await.map(|()| false),
            Look::Failed(finding) => Err(self.failure(finding).await),
        }
    }

    fn see(&self, expects: &[Expect], now: Timestamp) -> (Look, bool) {
        let index = self.world.index();
        let verdicts: Vec<Verdict> =
            expects.iter().map(|expect| named(expect, rules::evaluate(&index, expect, now))).collect();
        let pulling = expects.iter().any(|expect| rules::pulling(&index, expect));
        (summarise(verdicts), pulling)
    }

    fn say_waiting(&self, wait: &mut Wait<'_>, what: String) {
        if wait.said != what {
            wait.said.clone_from(&what);
            self.recorder.say(EventKind::StepWaiting { step: wait.step.id.clone(), what, deadline: wait.deadline });
        }
    }

    /// Says a new cause; fails once a cause that only a person can mend has outlasted the patience.
    pub(super) async fn block(
        &self,
        wait: &mut Wait<'_>,
        finding: Finding,
        now: Timestamp,
    ) -> Result<(), Box<Failure>> {
        match &wait.blocked {
            Some(known) if known.cause == finding.code => {
                if now > after(known.since, self.options.patience) {
                    return Err(self.failure(finding).await);
                }
            }
            _ => {
                self.unblock(wait);
                let deadline = wait.deadline.min(after(now, self.options.patience));
                let cause = finding.code.clone();
                let finding = self.with_last_words(finding).await;
                wait.blocked = Some(Blocked { cause, finding: finding.clone(), since: now });
                self.recorder.say(EventKind::StepBlocked { step: wait.step.id.clone(), finding, deadline });
            }
        }
        Ok(())
    }

    pub(super) fn unblock(&self, wait: &mut Wait<'_>) {
        if let Some(Blocked { finding, .. }) = wait.blocked.take() {
            wait.said.clear();
            self.recorder.say(EventKind::StepUnblocked { step: wait.step.id.clone(), code: finding.code });
        }
    }

    /// What the program said last, where a finding points at a log.
    async fn with_last_words(&self, finding: Finding) -> Finding {
        let Some(log) = &finding.log else { return finding };
        let pod = ObjectRef::new("v1", "Pod", &log.namespace, &log.pod);
        match self.ports.workloads().logs(&pod, &log.container, log.previous, causes::LAST_WORDS).await {
            Ok(lines) => causes::with_last_words(finding, &lines),
            Err(_) => finding,
        }
    }

    /// A finding as the reason of a failed step.
    pub(super) async fn failure(&self, finding: Finding) -> Box<Failure> {
        let finding = self.with_last_words(finding).await;
        let mut problem = Problem::new(finding.code.clone(), finding.title.clone());
        problem.detail.clone_from(&finding.detail);
        problem.hints = finding.next.iter().map(ToString::to_string).collect();
        problem.at = finding.next.iter().find_map(|next| match next {
            crate::health::verdict::NextStep::Edit { key, .. } => Some(key.clone()),
            _ => None,
        });
        Box::new(Failure { problem, finding: Some(finding) })
    }

    fn too_late(&self, wait: &Wait<'_>) -> Box<Failure> {
        let minutes = wait.step.deadline.as_secs() / 60;
        let seen = Some(wait.said.as_str()).filter(|said| !said.is_empty()).unwrap_or("nothing was seen");
        let why = wait.blocked.as_ref().map_or(seen, |blocked| &blocked.finding.title);
        let problem =
            Problem::new("too-late", format!("`{}` was not ready within {minutes} minutes: {why}", wait.step.id));
        let hint = match &wait.step.action {
            Action::Environment(_) => {
                "`hubwright resume` goes on with what is there; a package index nearby (`PIP_INDEX_URL`) is faster"
                    .to_owned()
            }
            _ => format!("look with `{}`, then `hubwright resume`", self.ports.look(&self.plan.namespace)),
        };
        let finding = wait.blocked.as_ref().map(|blocked| blocked.finding.clone());
        Box::new(Failure { problem: problem.hint(hint).retry(), finding })
    }
}

/// What `work` ends with. It is asked to stop once `given_up` returns.
async fn stopped_by<T>(
    given_up: impl Future<Output = ()>,
    stop: &CancellationToken,
    work: impl Future<Output = T>,
) -> T {
    let mut work = pin!(work);
    tokio::select! {
        ended = &mut work => return ended,
        () = given_up => stop.cancel(),
    }
    work.await
}

/// "0 of 1 pod ready" says nothing beside another such line: which workload it is about stands before it.
fn named(expect: &Expect, verdict: Verdict) -> Verdict {
    match (expect, verdict) {
        (
            Expect::Deployment(name) | Expect::StatefulSet(name) | Expect::DaemonSet(name) | Expect::Job(name),
            Verdict::Progressing { what },
        ) => Verdict::progressing(format!("{name}: {what}")),
        (_, verdict) => verdict,
    }
}

/// The worst counts: failed, then blocked, then whatever is not ready.
fn summarise(verdicts: Vec<Verdict>) -> Look {
    let mut waiting = Vec::new();
    let mut blocked = None;
    for verdict in verdicts {
        match verdict {
            Verdict::Failed(finding) => return Look::Failed(finding),
            Verdict::Blocked(finding) => drop(blocked.get_or_insert(finding)),
            Verdict::Progressing { what } if !waiting.contains(&what) => waiting.push(what),
            Verdict::Progressing { .. } | Verdict::Ready { .. } => {}
        }
    }
    match blocked {
        Some(finding) => Look::Blocked(finding),
        None if waiting.is_empty() => Look::Ready,
        None => Look::Waiting(brief(&waiting)),
    }
}

/// The first two things that are waited for: a line that a person can take in at a glance.
fn brief(waiting: &[String]) -> String {
    let first = waiting.iter().take(2).map(String::as_str).collect::<Vec<_>>().join("; ");
    match waiting.len().saturating_sub(2) {
        0 => first,
        more => format!("{first}; and {more} more"),
    }
}

fn silent(wait: &Wait<'_>, why: &str) -> Problem {
    let minutes = wait.silence.as_secs() / 60;
    Problem::new("api-server-gone", format!("no contact with the cluster for {minutes} minutes: {why}"))
        .hint("check the network, VPN, proxy and your login; when `kubectl get nodes` works again, `hubwright resume` goes on")
        .retry()
}
