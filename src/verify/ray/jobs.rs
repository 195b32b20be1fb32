//! Ray's jobs API (port 8265): runs a script on the cluster and follows it. Jobs are not deleted: a deletion soon after the end
//! brings the job back as failed, and a person may want to see them.
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    health::text,
    problem::Problem,
    verify::{causes::ray as causes, script, web::Web},
};

/// What jobs of ours say about themselves, and the field they say it in.
const SUBMITTER: (&str, &str) = ("submitted_by", "hubwright verify");
/// Pause between two looks at a job.
const PAUSE: Duration = Duration::from_millis(500);

/// Jobs that were submitted and have not been seen to end.
#[derive(Debug, Default)]
pub struct Jobs(Mutex<Vec<String>>);

impl Jobs {
    fn add(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(id.to_owned());
    }

    fn ended(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| other != id);
    }

    /// Takes them all.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A job that runs.
pub struct Job<'a> {
    web: &'a Web,
    jobs: &'a Jobs,
    id: String,
    what: &'a str,
    begun: Instant,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// It runs or waits; the facts so far.
    Running(Vec<Value>),
    /// It ended well; its facts.
    Succeeded(Vec<Value>),
}

impl<'a> Job<'a> {
    /// Submits a script. No resource is asked for the script itself: with one that no node has, the job could not be stopped.
    pub async fn submit(web: &'a Web, jobs: &'a Jobs, what: &'a str, script: &str) -> Result<Self, Problem> {
        let packed = STANDARD.encode(script);
        let entrypoint = format!("python -c \"import base64;exec(base64.b64decode('{packed}'))\"");
        let (field, submitter) = SUBMITTER;
        let body = json!({"entrypoint": entrypoint, "metadata": {field: submitter}});
        let reply = web.post("/api/jobs/", &body).await?;
        let id = reply.text("/submission_id").to_owned();
        if !reply.ok() || id.is_empty() {
            return Err(causes::job_failed(what, &reply.summary(), ""));
        }
        jobs.add(&id);
        Ok(Self { web, jobs, id, what, begun: Instant::now() })
    }

    /// Looks at the job after a short pause.
    pub async fn look(&self) -> Result<Progress, Problem> {
        tokio::time::sleep(PAUSE).await;
        let reply = self.web.get(&format!("/api/jobs/{}", self.id)).await?;
        match reply.text("/status") {
            "SUCCEEDED" => {
                self.jobs.ended(&self.id);
                Ok(Progress::Succeeded(script::facts(&self.log().await?)))
            }
            "FAILED" | "STOPPED" => {
                self.jobs.ended(&self.id);
                let log = self.log().await.unwrap_or_default();
                Err(causes::job_failed(self.what, reply.text("/message"), last_lines(&log)))
            }
            _ => Ok(Progress::Running(script::facts(&self.log().await.unwrap_or_default()))),
        }
    }

    /// Waits for the end, at most `limit`; then stops the job. Facts are the job's in any case.
    pub async fn finish(&self, limit: Duration) -> Result<Vec<Value>, (Problem, Vec<Value>)> {
        let mut facts = Vec::new();
        while self.begun.elapsed() < limit {
            match self.look().await.map_err(|problem| (problem, facts.clone()))? {
                Progress::Succeeded(facts) => return Ok(facts),
                Progress::Running(so_far) => facts = so_far,
            }
        }
        self.stop().await;
        Err((causes::job_slow(self.what, limit.as_secs()), facts))
    }

    /// Stops the job.
    pub async fn stop(&self) {
        self.jobs.ended(&self.id);
        stop(self.web, &self.id).await;
    }

    async fn log(&self) -> Result<String, Problem> {
        Ok(self.web.get(&format!("/api/jobs/{}/logs", self.id)).await?.text("/logs").to_owned())
    }
}

/// Stops a job; no matter whether it ended in the meantime.
pub async fn stop(web: &Web, id: &str) {
    let _ = web.post(&format!("/api/jobs/{id}/stop"), &json!({})).await;
}

/// Stops jobs that an earlier check left running: one that was killed while it waited for a GPU. How many there were.
pub async fn stop_leftovers(web: &Web) -> usize {
    let Ok(reply) = web.get("/api/jobs/").await else { return 0 };
    let left = leftovers(&reply.json);
    for id in &left {
        stop(web, id).await;
    }
    left.len()
}

fn leftovers(jobs: &Value) -> Vec<&str> {
    let (field, submitter) = SUBMITTER;
    let jobs = jobs.as_array().into_iter().flatten();
    let ours = jobs.filter(|job| script::said(job, &format!("/metadata/{field}")) == submitter);
    let running = ours.filter(|job| matches!(script::said(job, "/status"), "PENDING" | "RUNNING"));
    running.filter_map(|job| job.get("submission_id")?.as_str()).collect()
}

fn last_lines(log: &str) -> &str {
    let start = log.rmatch_indices('\n').nth(8).map_or(0, |(at, _)| at + 1);
    log.get(start..).unwrap_or(log)
}

/// A fact's error, cleaned.
pub fn error(fact: &Value) -> String {
    text::line(script::said(fact, "/error"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Ray 2.60 lists them; the last came over Ray Client and has no submission.
    #[test]
    fn only_our_own_jobs_that_still_run_are_leftovers() {
        let job = |id: &str, status: &str, by: &str| json!({"type": "SUBMISSION", "submission_id": id, "status": status, "metadata": {"submitted_by": by}});
        let jobs = json!([
            job("raysubmit_1", "RUNNING", "hubwright verify"),
            job("raysubmit_2", "SUCCEEDED", "hubwright verify"),
            job("raysubmit_3", "RUNNING", "ada"),
            job("raysubmit_4", "PENDING", "hubwright verify"),
            {"type": "DRIVER", "job_id": "01000000", "submission_id": null, "status": "RUNNING", "metadata": {}},
        ]);
        assert_eq!(leftovers(&jobs), ["raysubmit_1", "raysubmit_4"]);
        assert!(leftovers(&Value::Null).is_empty());
    }
}
