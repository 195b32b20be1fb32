//! An Ingress is ready when its class exists and every Service it leads to exists and has a ready pod. Its own address is
//! information only: many controllers never write it.
use super::{View, found, service};
use crate::health::{
    causes::{self, Subject},
    objects::Ingress,
    verdict::Verdict,
};

pub fn evaluate(view: View<'_>, name: &str) -> Verdict {
    match found(&view.index.on.ingresses, name) {
        Ok(ingress) => rule(view, ingress),
        Err(verdict) => verdict,
    }
}

pub fn rule(view: View<'_>, ingress: &Ingress) -> Verdict {
    if let Some(finding) = causes::of(view, Subject::Ingress(ingress)) {
        return Verdict::Blocked(finding);
    }
    let mut backends: Vec<&str> = ingress.backends().map(|backend| &*backend.name).collect();
    backends.sort_unstable();
    backends.dedup();
    let verdicts = backends.into_iter().map(|backend| service::evaluate(view, backend));
    verdicts.into_iter().find(|verdict| !verdict.is_ready()).unwrap_or_else(|| match ingress.status.address() {
        Some(address) => Verdict::noted(format!("at {address}")),
        None => Verdict::ready(),
    })
}
