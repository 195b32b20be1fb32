//! The notebook image and the registry it comes from. Must not know any chart's values.
use serde_json::{Value, json};

use crate::answers::{
    question::{Kind, Question, lens},
    rules,
    tree::Answers,
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
    Question::new("notebook.image", "Notebook image", "image of everybody's notebook, without tag", Kind::Text, lens!(Answers, notebook.image))
        .doc(
            "It must carry `jupyterhub` of the hub's major version, and for Ray and Dask the same Python minor and the same `ray`, `dask` and \
             `distributed` as the clusters. `hubwright verify` compares what really runs.",
        )
        .when(hub)
        .or(|_, _| json!(versions::NOTEBOOK_IMAGE))
        .rule(rules::image),
    Question::new("notebook.tag", "Notebook tag", "tag of that image", Kind::Text, lens!(Answers, notebook.tag))
        .when(hub)
        .or(|answers, _| if own_image(answers) { Value::Null } else { json!(versions::NOTEBOOK_TAG) })
        .required()
        .rule(rules::tag),
    Question::new(
        "notebook.packages",
        "Python packages",
        "requirements that each server makes sure of with pip when it starts",
        Kind::List,
        lens!(Answers, notebook.packages),
    )
    .doc(
        "For images that lack what Ray and Dask need. Costs some seconds at each start and a package index that pods can reach; an own image \
         with everything in it starts faster. Empty for an own image unless said otherwise.",
    )
    .when(hub)
    .or(|answers, _| if own_image(answers) { json!([]) } else { json!(versions::NOTEBOOK_PACKAGES) })
    .rule(rules::packages),
    Question::new(
        "registry.server",
        "Private registry",
        "host of a registry that asks for a login; none if all images are public",
        Kind::Text,
        lens!(Answers, registry.server),
    )
    .doc("Becomes a `kubernetes.io/dockerconfigjson` Secret that every chart uses.")
    .rule(rules::registry),
    Question::new("registry.username", "Registry user", "user name for that registry", Kind::Text, lens!(Answers, registry.username))
        .when(private)
        .required()
        .rule(rules::line),
    Question::new("registry.password", "Registry password", "password or token for that registry", Kind::Secret, lens!(Answers, registry.password))
        .when(private)
        .required(),
];
