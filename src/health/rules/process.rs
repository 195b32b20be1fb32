//! A process of this machine is ready when it answers its probe. It is watched in the shape of a pod of its own name.
use super::{View, pods};
use crate::health::{pod, root, verdict::Verdict};

pub fn evaluate(view: View<'_>, name: &str) -> Verdict {
    let Some(process) = view.index.pod(name) else {
        let synced = view.index.on.pods.is_synced();
        return Verdict::progressing(if synced {
            format!("{name} is not started yet")
        } else {
            format!("looking for {name}")
        });
    };
    if process.is_ready() && !process.is_terminating() {
        return Verdict::ready();
    }
    if let Some(finding) = root::fold(pods::findings(view, &[], &[process])).into_iter().next() {
        return Verdict::Blocked(finding);
    }
    let why = pod::why_not_ready(view.index, process);
    Verdict::progressing(why.map_or_else(|| format!("{name} ends"), |why| format!("{name}: {why}")))
}
