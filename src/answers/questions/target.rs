//! Where to install. Must not know any driver.
use serde_json::{Value, json};

use crate::answers::{
    offers,
    question::{Kind, Question, lens},
    rules,
    tree::{Answers, TargetKind},
};

pub(super) const QUESTIONS: &[Question<Answers>] = &[
    Question::new(
        "target.kind",
        "Target",
        "what the hub is installed on",
        Kind::Choice(&[
            ("kubernetes", "a cluster that your kubeconfig reaches: AKS, EKS, GKE, Magnum, kubeadm, k3s …"),
            ("this-machine", "this machine alone: a private environment, no cluster"),
        ]),
        lens!(Answers, target.kind),
    )
    .doc("What a preset says for the other target is ignored.")
    .or(|_, _| json!("kubernetes")),
    Question::new(
        "target.context",
        "Cluster",
        "context of the kubeconfig; without one the current context is used",
        Kind::Text,
        lens!(Answers, target.context),
    )
    .offers(offers::contexts)
    .unsaid(|_| "the current one".to_owned())
    .only(TargetKind::Kubernetes)
    .or(|_, facts| facts.current_context.clone().map_or(Value::Null, Value::from)),
    Question::new(
        "target.namespace",
        "Name",
        "name of the deployment; on Kubernetes its namespace, made if it is not there",
        Kind::Text,
        lens!(Answers, target.namespace),
    )
    .doc(
        "One hub per namespace: the charts use fixed names. JupyterHub, Ray and Dask share it. On this machine several \
         deployments need names, and ports, of their own.",
    )
    .or(|_, _| json!("hub"))
    .rule(rules::namespace),
];
