//! A Job is ready when it is complete, even if it is removed afterwards; it has failed when Kubernetes says so.
use super::{View, found, pods};
use crate::health::{
    causes::{self, Owner, Subject},
    objects::{Condition, Job, Pod, Watched, condition},
    verdict::Verdict,
};

pub fn evaluate(view: View<'_>, name: &str) -> Verdict {
    match found(&view.index.on.jobs, name) {
        Ok(job) => rule(view, job),
        Err(_) if view.index.was_completed(name) => Verdict::noted("complete, and removed since"),
        Err(verdict) => verdict,
    }
}

pub fn rule(view: View<'_>, job: &Job) -> Verdict {
    let is = |kind: &str| condition(&job.status.conditions, kind).is_some_and(Condition::is_true);
    if is("Complete") || is("SuccessCriteriaMet") {
        return Verdict::ready();
    }
    let pods: Vec<&Pod> = view.index.pods_of(job.uid()).collect();
    let owner = Owner::new(job, &job.status.conditions);
    if is("Failed") || is("FailureTarget") {
        return Verdict::Failed(causes::failed_job(view, owner, &pods));
    }
    if job.spec.suspend {
        return Verdict::progressing("the Job is on hold (`spec.suspend`)");
    }
    let (wanted, ready) = (job.spec.completions.unwrap_or(1), job.status.succeeded);
    let unready = pods::Unready { owners: vec![owner], pods, leaving: Vec::new(), ready, wanted };
    match causes::of(view, Subject::Owner(owner)) {
        Some(finding) => Verdict::Blocked(finding),
        None => match pods::verdict(view, &unready) {
            Verdict::Progressing { what } => Verdict::Progressing { what: what.replacen("ready", "complete", 1) },
            other => other,
        },
    }
}
