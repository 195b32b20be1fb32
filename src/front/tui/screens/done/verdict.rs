//! How it stands at the end: in a sentence, what that means, and the one next key. Must not know where it is drawn.
use super::Done;
use crate::{
    front::{
        tui::{keys::Action, screens::verification::words, theme::Role},
        wizard::{shared::Shared, wish::Ended},
    },
    run::{
        event::{Outcome, RungOutcome},
        state::Phase,
    },
};

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was done yet.
    Nothing,
    /// It still goes on.
    Running,
    /// It was made, and its verification goes on.
    Climbing,
    /// Installed, and every rung is green.
    Verified,
    /// Installed; nobody verified it.
    Installed,
    /// Installed, and so many rungs are red.
    Red(usize),
    /// A step failed.
    Failed,
    /// The person stopped it.
    Interrupted,
    /// It could not begin.
    NotBegun,
    /// hubwright itself failed: nobody knows how far it came.
    Unknown,
}

/// How it stands after what was heard.
pub fn of(done: &Done, shared: &Shared) -> Verdict {
    let red = shared.run.ladder.count(RungOutcome::Failed);
    if shared.running && !shared.watching {
        return if done.proving || done.made.is_some() { Verdict::Climbing } else { Verdict::Running };
    }
    match done.made.as_ref().map(|made| made.outcome) {
        Some(None) if done.made.as_ref().is_some_and(Ended::is_defect) => Verdict::Unknown,
        None if shared.run.ladder.rungs.is_empty() => Verdict::Nothing,
        Some(None) => Verdict::NotBegun,
        Some(Some(Outcome::Failed)) => Verdict::Failed,
        Some(Some(Outcome::Interrupted)) => Verdict::Interrupted,
        None | Some(Some(Outcome::Done | Outcome::Unverified)) if red > 0 => Verdict::Red(red),
        None | Some(Some(Outcome::Done | Outcome::Unverified)) => proven(shared),
    }
}

fn proven(shared: &Shared) -> Verdict {
    let ladder = &shared.run.ladder;
    if ladder.over() && ladder.count(RungOutcome::Passed) > 0 { Verdict::Verified } else { Verdict::Installed }
}

impl Verdict {
    /// Whether `hubwright resume` goes on with it.
    pub const fn goes_on(self) -> bool {
        matches!(self, Self::Failed | Self::Interrupted | Self::Unknown)
    }

    /// Whether something is wrong.
    pub const fn is_bad(self) -> bool {
        matches!(self, Self::Red(_) | Self::Failed | Self::NotBegun | Self::Unknown)
    }

    /// The style of its sentence.
    pub const fn role(self) -> Role {
        match self {
            Self::Verified | Self::Installed => Role::Ok,
            Self::Red(_) | Self::Failed | Self::NotBegun | Self::Unknown => Role::Bad,
            Self::Nothing | Self::Running | Self::Climbing | Self::Interrupted => Role::Wait,
        }
    }

    /// It in a sentence.
    pub fn sentence(self, shared: &Shared) -> String {
        let what = &shared.run.ladder.deployment;
        let what = if what.is_empty() { "it" } else { what };
        match self {
            Self::Nothing => "nothing was installed yet".to_owned(),
            Self::Running | Self::Climbing if shared.stopping().is_some() => {
                format!("{what}: {}", shared.stopping().unwrap_or_default())
            }
            Self::Running => format!("{what} is still being worked on"),
            Self::Climbing => format!("{what} is there; being verified: {}", words::green(shared)),
            Self::Verified => format!("ok: {what} is there and verified"),
            Self::Installed => format!("ok: {what} is there; nobody verified it yet"),
            Self::Red(1) => format!("FAIL: {what} is there, but a rung of its verification is red"),
            Self::Red(red) => format!("FAIL: {what} is there, but {red} rungs of its verification are red"),
            Self::Failed => format!("FAIL: {what} is not finished{}", failed(shared)),
            Self::Interrupted => format!("stopped: {what} is not finished"),
            Self::NotBegun => "FAIL: it could not begin".to_owned(),
            Self::Unknown => format!("FAIL: how far {what} came is not known"),
        }
    }

    /// What it means, and the key that goes on from here.
    pub const fn next(self) -> Option<(&'static str, Action)> {
        match self {
            Self::Installed => Some(("`v` proves that notebooks reach Ray and Dask", Action::Verify)),
            Self::Red(_) => {
                Some(("what was installed stays and runs; `v` says what is wrong, and tries again", Action::Verify))
            }
            Self::Failed => {
                Some(("what was installed stays; mend the cause, then `r` goes on where it stopped", Action::Retry))
            }
            Self::Interrupted => Some(("what was installed stays; `r` goes on where it stopped", Action::Retry)),
            Self::NotBegun => Some(("nothing was changed; `o` shows why", Action::Report)),
            Self::Unknown => Some(("what is there stays as it is; `r` goes on, `o` says what failed", Action::Retry)),
            Self::Nothing | Self::Running => Some(("`Esc` goes back", Action::Back)),
            Self::Climbing => Some(("`v` shows the verification as it goes", Action::Verify)),
            Self::Verified => None,
        }
    }
}

fn failed(shared: &Shared) -> String {
    let failed = |phase: &Phase| matches!(phase, Phase::Failed(_));
    let step = shared.run.state.steps.iter().find(|step| failed(&step.phase));
    step.map(|step| format!(": {} failed", step.planned.title)).unwrap_or_default()
}
