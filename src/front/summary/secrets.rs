//! Where the secrets of a deployment are: references, never values. Must not read any of them.
use crate::{
    answers::{draft::Draft, question::Kind, tree::TargetKind},
    plan::components::{GENERATED, SECRETS},
};

/// Keys with their references, and where everything is kept: label and text of each line.
pub fn places(draft: &Draft, kind: TargetKind) -> Vec<(String, String)> {
    let fields = (0..draft.sections().len()).flat_map(|section| draft.fields(section));
    let said = fields.filter(|field| matches!(field.kind, Kind::Secret) && field.relevant && field.value.is_string());
    let said = said.map(|field| (field.key.clone(), field.text()));
    let kept = format!("`{SECRETS}` and `{GENERATED}`");
    let kept = match (draft.resolved(), kind) {
        (Ok(spec), TargetKind::Kubernetes) => format!("Secrets {kept} of namespace {}", spec.target.namespace),
        (_, TargetKind::Kubernetes) => format!("Secrets {kept} of its namespace"),
        (_, TargetKind::ThisMachine) => format!("folders {kept} below `secrets`, for your account alone"),
    };
    said.chain([("kept in".to_owned(), kept)]).collect()
}
