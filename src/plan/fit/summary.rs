//! Fit in a line or two: for the foot of a form, and for the plain mode. Must not know how it is shown.
use super::{Fit, Fitness, Known, Verdict};
use crate::answers::figures;

/// What everybody should read: first how it stands, then the worst that is to be said.
pub fn summary(fit: &Fit) -> Vec<String> {
    let first = match fit.known {
        Known::Nothing => format!("the target was not looked at; the answers ask for {}", asked(fit)),
        Known::Hidden => format!("nodes may not be seen; the answers ask for {}", asked(fit)),
        Known::Offered | Known::Free => counted(fit),
    };
    let worst = fit.verdicts.iter().find(|verdict| verdict.standing != Fitness::Fits);
    std::iter::once(first).chain(worst.map(Verdict::sentence)).collect()
}

/// `3.5 CPU and 12 GiB always, 40 CPU and 90 GiB at most`.
pub fn asked(fit: &Fit) -> String {
    let words = |cpu, memory| format!("{} CPU and {}", figures::cpu(cpu), figures::bytes(memory));
    let always = words(fit.always.cpu_millis, fit.always.memory);
    if fit.always == fit.most {
        return always;
    }
    format!("{always} always, {} at most", words(fit.most.cpu_millis, fit.most.memory))
}

fn counted(fit: &Fit) -> String {
    let count = |standing| fit.verdicts.iter().filter(|verdict| verdict.standing == standing).count();
    let things = |count: usize| {
        if count == 1 { "1 thing does not fit".to_owned() } else { format!("{count} things do not fit") }
    };
    let on = if fit.known == Known::Free { "" } else { " on empty nodes" };
    match (count(Fitness::No), count(Fitness::Warning)) {
        (0, 0) => format!("everything fits{on}"),
        (0, _) => format!("what always runs fits{on}, but not all that may run beside it"),
        (no, _) => things(no),
    }
}

impl Verdict {
    /// The sentence with what to do.
    pub fn sentence(&self) -> String {
        match &self.advice {
            Some(advice) => format!("{}: {advice}", self.words),
            None => self.words.clone(),
        }
    }
}
