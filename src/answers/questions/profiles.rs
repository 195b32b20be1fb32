//! Notebook profiles. Must not know any chart's values.
use serde_json::json;

use crate::answers::{
    offers,
    question::{Kind, Question, Rows, lens},
    rules,
    tree::{Answers, Profile, TargetKind},
};

fn no_limit(_: &Profile) -> String {
    "no limit".to_owned()
}

pub(super) const QUESTIONS: &[Question<Answers>] = &[Question::new(
    "profiles",
    "Profiles",
    "sizes that people choose from when they start a notebook; none: one size for all",
    Kind::Table(Rows::Profiles(PROFILE)),
    lens!(Answers, profiles),
)
.only(TargetKind::Kubernetes)
.doc("On this machine there are none: everybody's server has the whole machine.")
.when(|answers| answers.components.jupyterhub.unwrap_or(true))
.or(|_, _| json!([]))];

pub(super) const PROFILE: &[Question<Profile>] = &[
    Question::new("name", "Profile", "name that people see", Kind::Text, lens!(Profile, name))
        .required()
        .rule(rules::line),
    Question::new("description", "Description", "one line under the name", Kind::Text, lens!(Profile, description))
        .or(|_, _| json!(""))
        .rule(rules::line),
    Question::new("image", "Image", "image without tag; the notebook's if not said", Kind::Text, lens!(Profile, image))
        .unsaid(|_| "the notebook's".to_owned())
        .rule(rules::image),
    Question::new("tag", "Tag", "tag of that image", Kind::Text, lens!(Profile, tag))
        .when(|profile| profile.image.is_some())
        .required()
        .rule(rules::tag),
    Question::new("cpu", "CPUs", "CPUs at most", Kind::Quantity, lens!(Profile, cpu))
        .unsaid(no_limit)
        .rule(rules::cores),
    Question::new("memory", "Memory", "memory at most", Kind::Quantity, lens!(Profile, memory))
        .unsaid(no_limit)
        .rule(rules::bytes),
    Question::new("gpus", "GPUs", "GPUs", Kind::Int { min: 0, max: 64 }, lens!(Profile, gpus)).or(|_, _| json!(0)),
    Question::new(
        "gpu-resource",
        "GPU resource",
        "what Kubernetes calls the GPUs",
        Kind::Text,
        lens!(Profile, gpu_resource),
    )
    .offers(offers::gpu_resources)
    .when(|profile| profile.gpus.is_some_and(|gpus| gpus > 0))
    .or(|_, facts| json!(facts.gpu_resource()))
    .rule(rules::resource),
    Question::new(
        "shm",
        "Shared memory",
        "size of `/dev/shm`; counts against the memory",
        Kind::Quantity,
        lens!(Profile, shm),
    )
    .unsaid(|_| "the cluster's default".to_owned())
    .rule(rules::bytes),
    Question::new(
        "node-selector",
        "Node labels",
        "labels that a node must have",
        Kind::Map,
        lens!(Profile, node_selector),
    )
    .offers(offers::node_labels)
    .or(|_, _| json!({}))
    .rule(rules::labels),
    Question::new(
        "tolerations",
        "Tolerations",
        "taints of nodes that are no obstacle, as `key=value:Effect`",
        Kind::List,
        lens!(Profile, tolerations),
    )
    .offers(offers::taints)
    .or(|_, _| json!([]))
    .rule(rules::tolerations),
    Question::new(
        "default",
        "Default",
        "chosen unless the person picks another; the first one if none is",
        Kind::Bool,
        lens!(Profile, default),
    )
    .or(|_, _| json!(false)),
];
