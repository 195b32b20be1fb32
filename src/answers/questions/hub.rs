//! Small things about the hub. Must not know any chart's values.
use serde_json::json;

use crate::answers::{
    question::{Kind, Question, lens},
    rules,
    tree::{Answers, TargetKind},
};

fn hub(answers: &Answers) -> bool {
    answers.components.jupyterhub.unwrap_or(true)
}

fn culls(answers: &Answers) -> bool {
    hub(answers) && answers.cull.enabled.unwrap_or(true)
}

pub(super) const QUESTIONS: &[Question<Answers>] = &[
    Question::new("cull.enabled", "Stop idle servers", "stop servers that nobody uses", Kind::Bool, lens!(Answers, cull.enabled)).when(hub).or(|_, _| json!(true)),
    Question::new("cull.timeout", "Idle time", "seconds without activity until a server is stopped", Kind::Int { min: 60, max: 31_536_000 }, lens!(Answers, cull.timeout))
        .when(culls)
        .or(|_, _| json!(3600)),
    Question::new("cull.every", "Look every", "seconds between looks", Kind::Int { min: 10, max: 86_400 }, lens!(Answers, cull.every)).when(culls).or(|_, _| json!(600)),
    Question::new("hub.announcement", "Announcement", "a line on the hub's pages; HTML is allowed", Kind::Text, lens!(Answers, hub.announcement)).when(hub).rule(rules::line),
    Question::new("hub.network-policy", "Network policies", "limit what notebooks may reach; Ray and Dask are opened by themselves", Kind::Bool, lens!(Answers, hub.network_policy)).only(TargetKind::Kubernetes)
        .when(hub)
        .or(|_, _| json!(true)),
    Question::new("hub.pre-pull", "Pre-pull images", "download notebook images to every node before the hub starts", Kind::Bool, lens!(Answers, hub.pre_pull)).only(TargetKind::Kubernetes)
        .doc("The first login is fast then, but one node that cannot pull holds up the whole installation.")
        .when(hub)
        .or(|_, _| json!(true)),
    Question::new("hub.block-metadata", "Block cloud metadata", "keep notebooks from the cloud's metadata address with a privileged init container", Kind::Bool, lens!(Answers, hub.block_metadata)).only(TargetKind::Kubernetes)
        .doc("The network policy blocks it already where the cluster enforces policies. `false` where the namespace enforces a pod security level.")
        .when(hub)
        .or(|_, facts| json!(facts.pod_security.as_deref().is_none_or(|level| level == "privileged"))),
    Question::new("hub.cpu", "Notebook CPUs", "CPUs guaranteed to a notebook", Kind::Quantity, lens!(Answers, hub.cpu)).only(TargetKind::Kubernetes).when(hub).or(|_, _| json!("100m")).rule(rules::cores),
    Question::new("hub.memory", "Notebook memory", "memory guaranteed to a notebook", Kind::Quantity, lens!(Answers, hub.memory)).only(TargetKind::Kubernetes).when(hub).or(|_, _| json!("1Gi")).rule(rules::bytes),
];
