//! Where to install. Must not know any driver.
use serde_json::{Value, json};

use crate::answers::{
    question::{Kind, Question, lens},
    rules,
    tree::Answers,
};

pub(super) const QUESTIONS: &[Question<Answers>] = &[
    Question::new(
        "target.kind",
        "Target",
        "what the hub is installed on",
        Kind::Choice(&[(
            "kubernetes",
            "a cluster that your kubeconfig reaches: AKS, EKS, GKE, Magnum, kubeadm, k3s …",
        )]),
        lens!(Answers, target.kind),
    )
    .or(|_, _| json!("kubernetes")),
    Question::new(
        "target.context",
        "Cluster",
        "context of the kubeconfig; without one the current context is used",
        Kind::Text,
        lens!(Answers, target.context),
    )
    .or(|_, facts| facts.current_context.clone().map_or(Value::Null, Value::from)),
    Question::new(
        "target.namespace",
        "Namespace",
        "namespace of the whole deployment; made if it is not there",
        Kind::Text,
        lens!(Answers, target.namespace),
    )
    .doc("One hub per namespace: the charts use fixed names. JupyterHub, Ray and Dask share it.")
    .or(|_, _| json!("hub"))
    .rule(rules::namespace),
];
