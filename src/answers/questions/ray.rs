//! The Ray cluster and its worker pools. Must not know any chart's values.
use serde_json::json;

use crate::answers::{
    offers,
    question::{Kind, Question, Rows, lens},
    rules,
    tree::{Answers, Pool, TargetKind},
    versions,
};

fn ray(answers: &Answers) -> bool {
    answers.components.ray.unwrap_or(true)
}

pub(super) const QUESTIONS: &[Question<Answers>] = &[
    Question::new(
        "ray.name",
        "Cluster name",
        "name of the RayCluster; notebooks reach it at `ray://NAME-head-svc:10001`",
        Kind::Text,
        lens!(Answers, ray.name),
    ).only(TargetKind::Kubernetes)
    .when(ray)
    .or(|_, _| json!("ray-cluster"))
    .rule(rules::cluster_name),
    Question::new(
        "ray.image",
        "Ray image",
        "image of head and workers, without tag",
        Kind::Text,
        lens!(Answers, ray.image),
    ).only(TargetKind::Kubernetes)
    .when(ray)
    .or(|_, _| json!(versions::RAY_IMAGE))
    .rule(rules::image),
    Question::new(
        "ray.tag",
        "Ray tag",
        "tag of that image; Ray's version and Python must be the notebook's",
        Kind::Text,
        lens!(Answers, ray.tag),
    ).only(TargetKind::Kubernetes)
    .doc("Ray Client refuses another Ray version or another Python minor. `2.60.0-py313` is Ray 2.60.0 on Python 3.13.")
    .when(ray)
    .or(|_, _| json!(versions::RAY_TAG))
    .rule(rules::tag),
    Question::new("ray.head-cpu", "Head CPUs", "CPUs of the head", Kind::Quantity, lens!(Answers, ray.head_cpu))
        .when(ray)
        .or(|answers, _| super::by_target(answers, json!("1"), json!("2")))
        .rule(rules::cores),
    Question::new(
        "ray.head-memory",
        "Head memory",
        "memory of the head; Ray itself takes about 1 GiB",
        Kind::Quantity,
        lens!(Answers, ray.head_memory),
    )
    .doc("On this machine it is what Ray hands out to tasks and objects, and no limit of its own processes.")
    .when(ray)
    .or(|answers, _| super::by_target(answers, json!("4Gi"), json!("1Gi")))
    .rule(rules::bytes),
    Question::new(
        "ray.autoscaling",
        "Autoscaling",
        "let Ray start and stop workers between each pool's min and max",
        Kind::Bool,
        lens!(Answers, ray.autoscaling),
    ).only(TargetKind::Kubernetes)
    .doc("Without it each pool keeps its minimum and `max` does nothing.")
    .when(ray)
    .or(|answers, _| {
        json!(answers.ray.pools.iter().flatten().any(|pool| pool.max.unwrap_or(1) > pool.min.unwrap_or(1)))
    }),
    Question::new(
        "ray.token-auth",
        "Token",
        "ask a token of every client; notebooks get it by themselves",
        Kind::Bool,
        lens!(Answers, ray.token_auth),
    )
    .doc("Without a token everybody who reaches the head runs code in the cluster. Needs Ray 2.52 or newer.")
    .when(ray)
    .or(|_, _| json!(true)),
    Question::new(
        "ray.pools",
        "Worker pools",
        "groups of equal workers; none: the head works alone",
        Kind::Table(Rows::Pools(POOL)),
        lens!(Answers, ray.pools),
    )
    .when(ray)
    .doc("On this machine each worker is a further node of Ray beside the head, which works itself; `max` does nothing there.")
    .or(|answers, _| super::by_target(answers, json!([{"name": "small"}]), json!([]))),
];

pub(super) const POOL: &[Question<Pool>] = &[
    Question::new("name", "Pool", "name of the pool", Kind::Text, lens!(Pool, name)).required().rule(rules::label),
    Question::new("cpu", "CPUs", "CPUs of one worker", Kind::Quantity, lens!(Pool, cpu))
        .or(|_, _| json!("1"))
        .rule(rules::cores),
    Question::new("memory", "Memory", "memory of one worker", Kind::Quantity, lens!(Pool, memory))
        .or(|_, _| json!("4Gi"))
        .rule(rules::bytes),
    Question::new("gpus", "GPUs", "GPUs of one worker", Kind::Int { min: 0, max: 64 }, lens!(Pool, gpus))
        .or(|_, _| json!(0)),
    Question::new(
        "gpu-resource",
        "GPU resource",
        "what Kubernetes calls the GPUs",
        Kind::Text,
        lens!(Pool, gpu_resource),
    )
    .offers(offers::gpu_resources)
    .only(TargetKind::Kubernetes)
    .when(|pool| pool.gpus.is_some_and(|gpus| gpus > 0))
    .or(|_, facts| json!(facts.gpu_resource()))
    .rule(rules::resource),
    Question::new("min", "Min", "workers that always run", Kind::Int { min: 0, max: 10_000 }, lens!(Pool, min))
        .or(|_, _| json!(1)),
    Question::new("max", "Max", "workers at most", Kind::Int { min: 0, max: 10_000 }, lens!(Pool, max))
        .or(|pool, _| json!(pool.min.unwrap_or(1).max(1))),
    Question::new(
        "node-selector",
        "Node labels",
        "labels that a node must have",
        Kind::Map,
        lens!(Pool, node_selector),
    )
    .offers(offers::node_labels)
    .only(TargetKind::Kubernetes)
    .or(|_, _| json!({}))
    .rule(rules::labels),
    Question::new(
        "tolerations",
        "Tolerations",
        "taints of nodes that are no obstacle, as `key=value:Effect`",
        Kind::List,
        lens!(Pool, tolerations),
    )
    .offers(offers::taints)
    .only(TargetKind::Kubernetes)
    .or(|_, _| json!([]))
    .rule(rules::tolerations),
];
