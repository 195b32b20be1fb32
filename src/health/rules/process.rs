//! A process of this machine is ready when it answers its probe. It is watched in the shape of a pod of its own name.
use super::{View, pods};
use crate::health::{causes, causes::Subject, pod, verdict::Verdict};

pub fn evaluate(view: View<'_>, name: &str) -> Verdict {
    let Some(process) = view.index.pod(name) else {
        return Verdict::progressing(format!("{name} is not started yet"));
    };
    if process.is_ready() {
        return pods::confirm(view, &[process]);
    }
    match causes::of(view, Subject::Pod(process)) {
        Some(finding) => Verdict::Blocked(finding),
        None => {
            let why = pod::why_not_ready(view.index, process).unwrap_or_else(|| "it does not answer yet".to_owned());
            Verdict::progressing(format!("{name}: {why}"))
        }
    }
}
