//! What is known of the target, in words, and when it is to be looked at again. Must not know who looks.
use crate::{
    answers::tree::{Target, TargetKind},
    front::{
        facts,
        tui::theme::{Role, Theme},
        wizard::{shared::Shared, turn::Look},
    },
};

/// What was said of the target, without what a look at it tells.
pub fn said(shared: &Shared) -> Target {
    shared.draft.layers().merged().target
}

/// The target in a few words, for the title line.
pub fn words(shared: &Shared) -> String {
    let value = |key: &str| shared.draft.field(key).map(|field| field.text()).unwrap_or_default();
    let on = match kind(shared) {
        TargetKind::ThisMachine => "this machine".to_owned(),
        TargetKind::Kubernetes if value("target.context").is_empty() => "the current cluster".to_owned(),
        TargetKind::Kubernetes => value("target.context"),
    };
    format!("{on} / {}", value("target.namespace"))
}

/// On what.
pub fn kind(shared: &Shared) -> TargetKind {
    let machine = shared.draft.field("target.kind").is_some_and(|field| field.value == "this-machine");
    if machine { TargetKind::ThisMachine } else { TargetKind::Kubernetes }
}

/// Whether a credential plugin wants to ask the person.
pub const fn asks(shared: &Shared) -> bool {
    matches!(shared.look, Look::Failed { asks: true, .. })
}

/// What is known, in lines with their roles; the first with a sign.
pub fn lines(shared: &Shared, theme: &Theme) -> Vec<(Role, String)> {
    let glyphs = theme.glyphs;
    match &shared.look {
        Look::Not => vec![(Role::Quiet, format!("{} not looked at yet", glyphs.idle))],
        Look::Looking => {
            vec![(Role::Wait, format!("{} looking {}", glyphs.wait, glyphs.ellipsis)), (Role::Quiet, GO_ON.to_owned())]
        }
        Look::Seen(at) => {
            let age = shared.now.duration_since(*at).as_secs().max(0);
            let age = if age < 90 { format!("{age} s") } else { format!("{} min", age / 60) };
            vec![(Role::Ok, format!("{} seen {age} ago", glyphs.ok)), (Role::Plain, seen(shared))]
        }
        Look::Failed { problem, asks } => {
            let next = ASK.iter().skip(usize::from(!*asks)).map(|next| (Role::Key, (*next).to_owned()));
            let said = format!("{} {}", glyphs.bad, problem.title);
            let hints = problem.hints.iter().map(|hint| (Role::Plain, format!("{} {hint}", glyphs.arrow)));
            [(Role::Bad, said)].into_iter().chain(hints).chain(next).collect()
        }
    }
}

/// Nothing waits for the look.
const GO_ON: &str = "go on meanwhile; what it finds will be offered";

/// What to do where a plugin wants to ask.
const ASK: [&str; 2] = ["Enter: let the login plugin ask you here", "r: look again"];

fn seen(shared: &Shared) -> String {
    let facts = shared.draft.facts();
    match (kind(shared), facts.server_version.as_deref()) {
        (TargetKind::Kubernetes, Some(version)) => format!("Kubernetes {version}, nodes {}", facts::nodes(facts)),
        (TargetKind::Kubernetes, None) => format!("nodes {}", facts::nodes(facts)),
        (TargetKind::ThisMachine, _) => {
            let machine = facts::nodes(facts);
            machine.split_once(": ").map_or_else(|| machine.clone(), |(_, has)| has.to_owned())
        }
    }
}
