//! A custom kind is ready when the server has accepted its names, established it and serves a version.
use super::{View, found};
use crate::health::{
    objects::{Condition, Holds, condition},
    verdict::{Finding, Verdict},
};

pub fn evaluate(view: View<'_>, name: &str) -> Verdict {
    let crd = match found(&view.index.on.crds, name) {
        Ok(crd) => crd,
        Err(verdict) => return verdict,
    };
    let names = condition(&crd.status.conditions, "NamesAccepted");
    if let Some(refused) = names.filter(|condition| condition.status == Holds::False) {
        return Verdict::Blocked(clash(name, refused));
    }
    let established = condition(&crd.status.conditions, "Established").is_some_and(Condition::is_true);
    let served = crd.spec.versions.iter().any(|version| version.served);
    if established && served && names.is_some_and(Condition::is_true) {
        return Verdict::ready();
    }
    Verdict::progressing(format!("the server is taking in the kind {name}"))
}

fn clash(name: &str, refused: &Condition) -> Finding {
    Finding::new("crd-name-clash", format!("CustomResourceDefinition/{name}"), "another custom kind has the same name")
        .detail(refused.words())
        .since(refused.last_transition_time)
        .command("kubectl get crd", "find the other one")
}
