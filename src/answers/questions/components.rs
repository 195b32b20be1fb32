//! What to install, and from where. Must not know any chart's values.
use serde_json::json;

use crate::answers::{
    question::{Kind, Question, lens},
    rules,
    tree::{Answers, TargetKind},
    versions,
};

fn ray(answers: &Answers) -> bool {
    answers.components.ray.unwrap_or(true)
}

pub(super) const QUESTIONS: &[Question<Answers>] = &[
    Question::new("components.jupyterhub", "JupyterHub", "notebooks for many people", Kind::Bool, lens!(Answers, components.jupyterhub))
        .or(|_, _| json!(true)),
    Question::new("components.ray", "Ray", "a Ray cluster that notebooks reach with `ray.init()`", Kind::Bool, lens!(Answers, components.ray))
        .or(|_, _| json!(true)),
    Question::new("components.dask", "Dask Gateway", "lets people start Dask clusters from a notebook", Kind::Bool, lens!(Answers, components.dask))
        .or(|_, _| json!(true)),
    Question::new(
        "charts.repository",
        "Chart mirror",
        "a helm repository (URL) or folder that holds every chart, in place of the public ones",
        Kind::Text,
        lens!(Answers, charts.repository),
    ).only(TargetKind::Kubernetes)
    .unsaid(|_| "none: the public ones".to_owned())
    .doc("For air-gapped sites: it must hold `jupyterhub`, `kuberay-operator`, `ray-cluster` and `dask-gateway` in the versions asked for.")
    .rule(rules::repository),
    Question::new("charts.jupyterhub", "JupyterHub chart", "version of the jupyterhub chart", Kind::Text, lens!(Answers, charts.jupyterhub)).only(TargetKind::Kubernetes)
        .or(|_, _| json!(versions::JUPYTERHUB_CHART))
        .rule(rules::version),
    Question::new("charts.kuberay", "KubeRay charts", "version of the kuberay-operator and ray-cluster charts", Kind::Text, lens!(Answers, charts.kuberay)).only(TargetKind::Kubernetes)
        .when(ray)
        .or(|_, _| json!(versions::KUBERAY_CHART))
        .rule(rules::version),
    Question::new("charts.dask-gateway", "Dask Gateway chart", "version of the dask-gateway chart", Kind::Text, lens!(Answers, charts.dask_gateway)).only(TargetKind::Kubernetes)
        .when(|answers| answers.components.dask.unwrap_or(true))
        .or(|_, _| json!(versions::DASK_GATEWAY_CHART))
        .rule(rules::version),
    Question::new(
        "charts.operator",
        "Install KubeRay",
        "install the KubeRay operator; `false` where the cluster already runs one that watches this namespace",
        Kind::Bool,
        lens!(Answers, charts.operator),
    ).only(TargetKind::Kubernetes)
    .when(ray)
    .or(|_, _| json!(true)),
];
