//! The notebook image and the registry it comes from. Must not know any chart's values.
use serde_json::{Value, json};

use crate::answers::{
    question::{Kind, Question, lens},
    rules,
    tree::{Answers, TargetKind},
    versions,
};

fn hub(answers: &Answers) -> bool {
    answers.components.jupyterhub.unwrap_or(true)
}

fn own_image(answers: &Answers) -> bool {
    answers.notebook.image.as_deref().is_some_and(|image| image != versions::NOTEBOOK_IMAGE)
}

fn private(answers: &Answers) -> bool {
    answers.registry.server.is_some()
}

pub(super) const QUESTIONS: &[Question<Answers>] = &[
    Question::new("notebook.image", "Notebook image", "image of everybody's notebook, without tag", Kind::Text, lens!(Answers, notebook.image)).only(TargetKind::Kubernetes)
        .doc(
            "It must carry `jupyterhub` of the hub's major version, and for Ray and Dask the same Python minor and the same `ray`, `dask` and \
             `distributed` as the clusters. `hubwright verify` compares what really runs.",
        )
        .when(hub)
        .or(|_, _| json!(versions::NOTEBOOK_IMAGE))
        .rule(rules::image),
    Question::new("notebook.tag", "Notebook tag", "tag of that image", Kind::Text, lens!(Answers, notebook.tag)).only(TargetKind::Kubernetes)
        .when(hub)
        .or(|answers, _| if own_image(answers) { Value::Null } else { json!(versions::NOTEBOOK_TAG) })
        .required()
        .rule(rules::tag),
    Question::new(
        "notebook.packages",
        "Python packages",
        "requirements of pip that notebooks need beside what is there",
        Kind::List,
        lens!(Answers, notebook.packages),
    )
    .doc(
        "On Kubernetes each server makes sure of them when it starts, for images that lack what Ray and Dask need. Costs some seconds at each \
         start and a package index that pods can reach; an own image with everything in it starts faster. Empty for an own image unless said \
         otherwise. On this machine the environment has Ray, Dask and JupyterHub already, and these come into it beside them.",
    )
    .when(hub)
    .or(|answers, _| if own_image(answers) || super::target(answers) == TargetKind::ThisMachine { json!([]) } else { json!(versions::NOTEBOOK_PACKAGES) })
    .rule(rules::packages),
    Question::new(
        "registry.server",
        "Private registry",
        "host of a registry that asks for a login; none if all images are public",
        Kind::Text,
        lens!(Answers, registry.server),
    ).only(TargetKind::Kubernetes)
    .unsaid(|_| "none: all images are public".to_owned())
    .doc("Becomes a `kubernetes.io/dockerconfigjson` Secret that every chart uses.")
    .rule(rules::registry),
    Question::new("registry.username", "Registry user", "user name for that registry", Kind::Text, lens!(Answers, registry.username)).only(TargetKind::Kubernetes)
        .when(private)
        .required()
        .rule(rules::line),
    Question::new("registry.password", "Registry password", "password or token for that registry", Kind::Secret, lens!(Answers, registry.password)).only(TargetKind::Kubernetes)
        .when(private)
        .required(),
];
