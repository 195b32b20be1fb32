//! The lines of the welcome screen: which there are, in which order. Must not know how they look.
use std::path::{Path, PathBuf};

use crate::{
    answers::tree::TargetKind,
    front::wizard::{
        shared::Shared,
        wish::{Beginnings, PresetLine},
    },
};

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A group begins.
    Head(Group),
    /// Something that can be begun.
    Item(Item),
    /// There is nothing, and why.
    Nothing(&'static str),
}

/// A group of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// What was left unfinished.
    GoOn,
    /// Something new.
    Begin,
    /// What was made.
    Deployments,
    /// Answers of others, and own ones that were saved.
    Presets,
}

/// Something that can be begun, by what names it to the world: lists change, and what is selected stays selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A new setup.
    New(TargetKind),
    /// What goes on now.
    Running,
    /// A setup that was left unfinished.
    Draft(String),
    /// The installation in a folder that did not end.
    Resume(PathBuf),
    /// The deployment in a folder.
    Deployment(PathBuf),
    /// What can be done with it.
    Deed(PathBuf, Deed),
    /// A preset by name.
    Preset(String),
    /// A preset by a path that is to be typed.
    Path,
}

/// What can be done with a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Look on at it.
    Watch,
    /// Verify it.
    Verify,
    /// Change its answers.
    Change,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Watch, Self::Verify, Self::Change];
}

impl Row {
    /// What it begins.
    pub fn item(self) -> Option<Item> {
        match self {
            Self::Item(item) => Some(item),
            Self::Head(_) | Self::Nothing(_) => None,
        }
    }
}

impl Item {
    /// The group it stands in.
    pub const fn group(&self) -> Group {
        match self {
            Self::Running | Self::Draft(_) | Self::Resume(_) => Group::GoOn,
            Self::New(_) => Group::Begin,
            Self::Deployment(_) | Self::Deed(..) => Group::Deployments,
            Self::Preset(_) | Self::Path => Group::Presets,
        }
    }

    /// Whether it begins something that has to wait for the end of what goes on.
    pub const fn begins(&self) -> bool {
        !matches!(self, Self::Running | Self::Deployment(_))
    }

    /// The folder of the deployment it is about.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Resume(folder) | Self::Deployment(folder) | Self::Deed(folder, _) => Some(folder),
            Self::Running | Self::New(_) | Self::Draft(_) | Self::Preset(_) | Self::Path => None,
        }
    }
}

/// All lines. `filter`: what presets must hold; `open`: the deployment whose deeds are listed.
pub fn rows(shared: &Shared, filter: &str, open: Option<&Path>) -> Vec<Row> {
    let running = shared.busy().then_some(Item::Running);
    let Some(known) = &shared.beginnings else {
        return group(Group::GoOn, running).into_iter().chain(unknown()).collect();
    };
    let go_on = group(Group::GoOn, running.into_iter().chain(left(known)));
    let begin = [Row::Head(Group::Begin)].into_iter().chain(new(known));
    let made = deployments(known, open);
    let presets = presets(known, filter);
    go_on.into_iter().chain(begin).chain(made).chain(presets).collect()
}

/// Nobody answered yet: what is always there can be begun at once.
fn unknown() -> Vec<Row> {
    vec![
        Row::Head(Group::Begin),
        Row::Item(Item::New(TargetKind::ThisMachine)),
        Row::Item(Item::New(TargetKind::Kubernetes)),
        Row::Head(Group::Deployments),
        Row::Nothing("looking"),
        Row::Head(Group::Presets),
        Row::Nothing("looking"),
        Row::Item(Item::Path),
    ]
}

/// What was left unfinished.
fn left(known: &Beginnings) -> impl Iterator<Item = Item> {
    let drafts = known.drafts.iter().map(|draft| Item::Draft(draft.name.clone()));
    let unfinished = known.deployments.iter().filter(|line| line.unfinished);
    let runs = unfinished.map(|line| Item::Resume(line.folder.clone()));
    drafts.chain(runs)
}

/// A group with its heading; nothing where nothing is in it.
fn group(group: Group, items: impl IntoIterator<Item = Item>) -> Vec<Row> {
    let items: Vec<Row> = items.into_iter().map(Row::Item).collect();
    if items.is_empty() { items } else { [vec![Row::Head(group)], items].concat() }
}

/// Where a cluster is configured it is what most come for.
fn new(known: &Beginnings) -> [Row; 2] {
    let [first, second] = if known.contexts.is_empty() {
        [TargetKind::ThisMachine, TargetKind::Kubernetes]
    } else {
        [TargetKind::Kubernetes, TargetKind::ThisMachine]
    };
    [Row::Item(Item::New(first)), Row::Item(Item::New(second))]
}

fn deployments(known: &Beginnings, open: Option<&Path>) -> Vec<Row> {
    if known.deployments.is_empty() {
        return Vec::new();
    }
    let mut rows = vec![Row::Head(Group::Deployments)];
    for line in &known.deployments {
        rows.push(Row::Item(Item::Deployment(line.folder.clone())));
        if open == Some(line.folder.as_path()) {
            rows.extend(Deed::ALL.map(|deed| Row::Item(Item::Deed(line.folder.clone(), deed))));
        }
    }
    rows
}

fn presets(known: &Beginnings, filter: &str) -> Vec<Row> {
    let fitting = known.presets.iter().filter(|preset| holds(preset, filter));
    let mut rows = vec![Row::Head(Group::Presets)];
    rows.extend(fitting.map(|preset| Row::Item(Item::Preset(preset.name.clone()))));
    if rows.len() == 1 {
        rows.push(Row::Nothing(if filter.is_empty() { "none" } else { "none holds these letters" }));
    }
    rows.push(Row::Item(Item::Path));
    rows
}

/// Whether a preset holds every word of a filter, in any case.
fn holds(preset: &PresetLine, filter: &str) -> bool {
    let target = super::words::target(preset.target);
    let text = [&preset.name, &preset.title, &preset.description, target].join(" ").to_lowercase();
    filter.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// The first line of the next group; the last group leads to the first one.
pub fn next_group(items: &[Item], at: usize) -> usize {
    let Some(here) = items.get(at).map(Item::group) else { return 0 };
    items.iter().enumerate().skip(at).find(|(_, item)| item.group() != here).map_or(0, |(at, _)| at)
}

/// The first line of the group before.
pub fn group_before(items: &[Item], at: usize) -> usize {
    let starts: Vec<usize> = (0..items.len())
        .filter(|at| {
            at.checked_sub(1).and_then(|before| items.get(before)).map(Item::group) != items.get(*at).map(Item::group)
        })
        .collect();
    starts.iter().rev().find(|start| **start < at).or(starts.last()).copied().unwrap_or_default()
}
