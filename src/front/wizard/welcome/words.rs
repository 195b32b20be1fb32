//! What the lines of the welcome screen say. Must not know where they stand.
use jiff::Timestamp;

use super::rows::{Deed, Group, Item};
use crate::{
    answers::tree::TargetKind,
    front::wizard::{
        shared::Shared,
        wish::{Beginnings, DeploymentLine, PresetLine},
    },
    problem::NO_CLUSTER,
};

/// What this is.
pub const INTRODUCTION: [&str; 2] = [
    "Installs JupyterHub, Ray and Dask, and proves they work.",
    "Nothing is changed before you agree; answers are kept.",
];
/// The other way.
pub const PLAIN: &str = "`hubwright --plain` asks line by line, for screen readers.";

/// A line: what it is, and what is known of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// What it is.
    pub name: String,
    /// A word between; presets say their target there.
    pub kind: &'static str,
    /// What is known of it.
    pub about: String,
}

/// A group's heading.
pub const fn group(group: Group) -> &'static str {
    match group {
        Group::GoOn => "Go on with what was left",
        Group::Begin => "Begin",
        Group::Deployments => "Existing deployments",
        Group::Presets => "Presets: answers to begin with",
    }
}

/// A kind of target.
pub const fn target(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::Kubernetes => "Kubernetes",
        TargetKind::ThisMachine => "this machine",
    }
}

/// What Enter does.
pub const fn enter(item: Option<&Item>, open: bool) -> &'static str {
    match item {
        Some(Item::New(_)) => "begin",
        Some(Item::Running) => "back to it",
        Some(Item::Draft(_) | Item::Resume(_)) => "go on",
        Some(Item::Deployment(_)) if open => "close",
        Some(Item::Path) => "type a path",
        _ => "open",
    }
}

/// A line's words.
pub fn words(item: &Item, shared: &Shared) -> Words {
    let known = shared.beginnings.as_ref();
    match item {
        Item::New(TargetKind::ThisMachine) => named("New setup on this machine", "needs no cluster"),
        Item::New(TargetKind::Kubernetes) => named("New setup on Kubernetes", &contexts(known)),
        Item::Running => named("Back to what runs", &running(shared)),
        Item::Draft(name) => named("Go on answering", &draft(known, name, shared.now)),
        Item::Resume(folder) => named("Go on installing", &unfinished(known, folder)),
        Item::Deployment(folder) => {
            deployment(known, folder).map_or_else(Words::default, |line| named(&line.words, &line.ended))
        }
        Item::Deed(_, Deed::Watch) => named("  watch", "its status, and what is wrong"),
        Item::Deed(_, Deed::Verify) => named("  verify", "prove that Ray and Dask answer"),
        Item::Deed(_, Deed::Change) => named("  change", "its answers, then upgrade"),
        Item::Preset(name) => preset(known, name).map_or_else(Words::default, preset_words),
        Item::Path => named("another file", "a preset by its path, typed or pasted"),
    }
}

fn named(name: &str, about: &str) -> Words {
    Words { name: name.to_owned(), kind: "", about: about.to_owned() }
}

fn preset_words(preset: &PresetLine) -> Words {
    let about = if preset.own { format!("yours: {}", preset.title) } else { preset.title.clone() };
    Words { name: preset.name.clone(), kind: target(preset.target), about }
}

/// Which clusters are configured.
fn contexts(known: Option<&Beginnings>) -> String {
    let Some(known) = known else { return "looking for a kubeconfig".to_owned() };
    if known.kubeconfig.as_ref().is_some_and(|problem| problem.code != NO_CLUSTER) {
        return "the kubeconfig cannot be read".to_owned();
    }
    match (&known.current, known.contexts.len()) {
        (_, 0) => "no cluster is configured here".to_owned(),
        (Some(current), 1) => format!("context `{current}`"),
        (Some(current), all) => format!("current context `{current}`, {all} in all"),
        (None, 1) => "1 context".to_owned(),
        (None, all) => format!("{all} contexts, none is current"),
    }
}

/// What goes on, by the command that would have begun it.
fn running(shared: &Shared) -> String {
    match shared.run.command() {
        "" => "it has just begun".to_owned(),
        command => format!("{command}, which goes on meanwhile"),
    }
}

/// An installation that did not end, and where it stands.
fn unfinished(known: Option<&Beginnings>, folder: &std::path::Path) -> String {
    deployment(known, folder).map(|line| format!("{}: {}", line.words, line.ended)).unwrap_or_default()
}

fn draft(known: Option<&Beginnings>, name: &str, now: Timestamp) -> String {
    let draft = known.and_then(|known| known.drafts.iter().find(|draft| draft.name == name));
    draft.map(|draft| format!("{}, kept {}", draft.words, age(draft.at, now))).unwrap_or_default()
}

fn deployment<'b>(known: Option<&'b Beginnings>, folder: &std::path::Path) -> Option<&'b DeploymentLine> {
    known?.deployments.iter().find(|line| line.folder == folder)
}

fn preset<'b>(known: Option<&'b Beginnings>, name: &str) -> Option<&'b PresetLine> {
    known?.presets.iter().find(|preset| preset.name == name)
}

/// How long ago something was.
pub fn age(at: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(at).as_mins();
    match minutes {
        ..1 => "just now".to_owned(),
        1..60 => format!("{minutes} min ago"),
        60..1440 => format!("{} h ago", minutes / 60),
        1440..2880 => "a day ago".to_owned(),
        _ => format!("{} days ago", minutes / 1440),
    }
}

/// More about a line, in sentences.
pub fn more(item: &Item, shared: &Shared) -> Vec<String> {
    let known = shared.beginnings.as_ref();
    match item {
        Item::New(TargetKind::ThisMachine) => owned(&[
            "JupyterHub, Ray and Dask run as processes of this machine, under your account: for trials, a workstation or a small group.",
        ]),
        Item::New(TargetKind::Kubernetes) => cluster(known),
        Item::Running => owned(&["Nothing else begins before it ends. Ctrl-C stops it, and says what remains."]),
        Item::Draft(name) if shared.has_open(name) => {
            owned(&["Back to the answers as they were left just now, secrets that were typed among them."])
        }
        Item::Draft(_) => {
            owned(&["The answers that were kept when hubwright was left. Of unfinished setups the last five are kept."])
        }
        Item::Resume(folder) => vec![
            format!("{}.", unfinished(known, folder)),
            "What is done stays done; what is missing is made. `e` changes the answers first.".to_owned(),
        ],
        Item::Deployment(folder) => deployment(known, folder)
            .map(|line| format!("{}. On the command line: `hubwright status {}`.", line.ended, line.flags))
            .into_iter()
            .collect(),
        Item::Deed(_, Deed::Watch) => owned(&["Looks on without changing anything."]),
        Item::Deed(_, Deed::Verify) => owned(&[
            "Climbs the ladder from the hub's address to a real notebook. What it makes for that, it takes away again.",
        ]),
        Item::Deed(_, Deed::Change) => {
            owned(&["Opens the answers of the last run; the review then shows what would change."])
        }
        Item::Preset(name) => preset(known, name)
            .map(|preset| format!("{}. {}", preset.title, preset.description).trim_end().to_owned())
            .into_iter()
            .collect(),
        Item::Path => owned(&["Presets that you save on the review are listed here by themselves."]),
    }
}

fn cluster(known: Option<&Beginnings>) -> Vec<String> {
    match known {
        Some(Beginnings { kubeconfig: Some(problem), .. }) => {
            let hints = problem.hints.iter().take(1).cloned();
            [problem.title.clone()].into_iter().chain(hints).collect()
        }
        Some(known) if known.contexts.is_empty() => owned(&[
            "hubwright reaches a cluster through a kubeconfig, as `kubectl` does: `KUBECONFIG` names it, or it is `~/.kube/config`.",
        ]),
        _ => owned(&[
            "Installs with helm into a namespace. The cluster is looked at first, so that contexts, storage and ingress classes and GPUs are chosen from lists.",
        ]),
    }
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(ToString::to_string).collect()
}
