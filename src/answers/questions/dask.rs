//! Dask Gateway. Must not know any chart's values.
use serde_json::{Value, json};

use crate::answers::{
    question::{Kind, Question, lens},
    rules,
    tree::{Answers, TargetKind},
    versions,
};

fn dask(answers: &Answers) -> bool {
    answers.components.dask.unwrap_or(true)
}

/// The notebook's own image serves Dask too, unless it is the plain one that gets its packages at start.
fn notebook_serves(answers: &Answers) -> bool {
    answers.components.jupyterhub.unwrap_or(true)
        && answers.notebook.image.as_deref().is_some_and(|image| image != versions::NOTEBOOK_IMAGE)
}

fn no_limit(_: &Answers) -> String {
    "no limit".to_owned()
}

pub(super) const QUESTIONS: &[Question<Answers>] = &[
    Question::new("dask.image", "Dask image", "image of schedulers and workers, without tag", Kind::Text, lens!(Answers, dask.image)).only(TargetKind::Kubernetes)
        .doc("An own notebook image serves here too: then versions are the same by construction. Without one, Dask Gateway's own image.")
        .when(dask)
        .or(|answers, _| if notebook_serves(answers) { json!(answers.notebook.image) } else { json!(versions::DASK_IMAGE) })
        .rule(rules::image),
    Question::new("dask.tag", "Dask tag", "tag of that image", Kind::Text, lens!(Answers, dask.tag)).only(TargetKind::Kubernetes)
        .when(dask)
        .or(|answers, _| match answers.dask.image.as_deref() {
            Some(versions::DASK_IMAGE) => json!(versions::DASK_TAG),
            image if image == answers.notebook.image.as_deref() => json!(answers.notebook.tag),
            _ => Value::Null,
        })
        .required()
        .rule(rules::tag),
    Question::new("dask.scheduler-cpu", "Scheduler CPUs", "CPUs of a cluster's scheduler", Kind::Quantity, lens!(Answers, dask.scheduler_cpu)).when(dask).or(|_, _| json!("1")).rule(rules::cores),
    Question::new("dask.scheduler-memory", "Scheduler memory", "memory of a cluster's scheduler", Kind::Quantity, lens!(Answers, dask.scheduler_memory))
        .when(dask)
        .or(|answers, _| super::by_target(answers, json!("2Gi"), json!("512Mi")))
        .rule(rules::bytes),
    Question::new("dask.worker-cpu", "Worker CPUs", "CPUs of one worker", Kind::Quantity, lens!(Answers, dask.worker_cpu)).when(dask).or(|_, _| json!("1")).rule(rules::cores),
    Question::new("dask.worker-memory", "Worker memory", "memory of one worker", Kind::Quantity, lens!(Answers, dask.worker_memory))
        .when(dask)
        .or(|answers, _| super::by_target(answers, json!("2Gi"), json!("512Mi")))
        .rule(rules::bytes),
    Question::new("dask.clusters-per-user", "Clusters per person", "clusters that one person may run at once; no limit if not said", Kind::Int { min: 1, max: 1000 }, lens!(Answers, dask.clusters_per_user))
        .unsaid(no_limit)
        .when(dask),
    Question::new("dask.cluster-cpu", "CPUs per cluster", "CPUs that one cluster may use; no limit if not said", Kind::Quantity, lens!(Answers, dask.cluster_cpu)).unsaid(no_limit).when(dask).rule(rules::cores),
    Question::new("dask.cluster-memory", "Memory per cluster", "memory that one cluster may use; no limit if not said", Kind::Quantity, lens!(Answers, dask.cluster_memory))
        .unsaid(no_limit)
        .when(dask)
        .rule(rules::bytes),
    Question::new("dask.cluster-workers", "Workers per cluster", "workers that one cluster may have; no limit if not said", Kind::Int { min: 1, max: 10_000 }, lens!(Answers, dask.cluster_workers))
        .unsaid(no_limit)
        .when(dask),
];
