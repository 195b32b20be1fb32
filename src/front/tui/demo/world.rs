//! What is told in the story: presets, answers, a cluster, a run. Must not know screens.
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use crate::{
    answers::{
        facts::Facts,
        invalid::Invalid,
        layers::{Layers, Origin},
        preset, resolve, shipped,
        spec::Spec,
        tree::TargetKind,
    },
    front::{
        summary,
        wizard::wish::{Beginnings, DeploymentLine, DraftLine, Ended, FileView, Opened, PresetLine, Preview},
    },
    plan::{
        self,
        render::{self, Body, PlanFile},
    },
    problem::{Explain as _, Problem},
    run::event::{Event, EventKind, Outcome},
};

const PRESET: &str = "azuread-ingress";

/// What the person says beyond the preset. The groups are still missing where the story begins.
const ANSWERS: &[(&str, &str)] = &[
    ("target.context", "aks-prod"),
    ("login.tenant", "contoso.onmicrosoft.com"),
    ("login.client-id", "7c0b41de-9f6a-4b55-8a51-1d2f0c9b7e11"),
    ("login.client-secret", "env:AZURE_SECRET"),
    ("login.allow", "all"),
    ("login.admins", "ada@contoso.com"),
    ("access.host", "hub.example.org"),
    ("access.issuer", "letsencrypt"),
    ("ray.pools[0].name", "big"),
    ("ray.pools[0].cpu", "16"),
    ("ray.pools[0].memory", "130Gi"),
    ("profiles[+].name", "GPU notebook"),
    ("profiles[0].cpu", "4"),
    ("profiles[0].memory", "32Gi"),
    ("profiles[0].gpus", "1"),
];

/// The run, as its journal told it. What it says at its end follows from the answers, as after any run.
pub fn events() -> Result<Vec<Event>, Problem> {
    let told = include_str!("run.jsonl").lines().map(serde_json::from_str).collect::<Result<_, _>>();
    let mut events: Vec<Event> = told.map_err(|error| broken(&error))?;
    let said = summary::lines(&spec()?, &preview()?.plan.checks, true);
    for event in &mut events {
        if let EventKind::RunFinished { summary, .. } = &mut event.kind {
            summary.clone_from(&said);
        }
    }
    Ok(events)
}

/// The cluster.
pub fn facts() -> Result<Facts, Problem> {
    serde_json::from_str(include_str!("cluster.json")).map_err(|error| broken(&error))
}

/// What there is to begin with.
pub fn beginnings(now: Timestamp) -> Beginnings {
    Beginnings {
        contexts: ["aks-prod", "aks-test", "minikube"].map(str::to_owned).to_vec(),
        current: Some("aks-prod".to_owned()),
        kubeconfig: None,
        presets: shipped::SHIPPED.iter().filter_map(line).collect(),
        drafts: vec![DraftLine {
            name: "draft.yaml".to_owned(),
            words: "github on context aks-test".to_owned(),
            open: false,
            at: now.saturating_sub(SignedDuration::from_hours(20)).unwrap_or(now),
        }],
        deployments: vec![DeploymentLine {
            folder: PathBuf::from("/home/ada/.local/state/hubwright/aks-test--hub"),
            words: "namespace hub of aks-test".to_owned(),
            flags: "--context aks-test -n hub".to_owned(),
            unfinished: false,
            ended: "installed and verified on 2026-02-24".to_owned(),
        }],
        unreadable: Vec::new(),
    }
}

fn line(shipped: &shipped::Shipped) -> Option<PresetLine> {
    let preset = preset::parse(shipped.text, shipped.name).ok()?;
    Some(PresetLine {
        name: shipped.name.to_owned(),
        title: preset.title,
        description: preset.description,
        target: preset.answers.target.kind.unwrap_or(TargetKind::Kubernetes),
        own: false,
    })
}

/// The preset, and what the person said.
pub fn opened() -> Result<Opened, Problem> {
    Ok(Opened { layers: layers()?, title: format!("preset {PRESET}"), wrong: Vec::new() })
}

fn layers() -> Result<Layers, Problem> {
    let text = shipped::find(PRESET).map_or("", |shipped| shipped.text);
    let preset = preset::parse(text, PRESET).map_err(|wrong| first(&wrong))?;
    let mut layers = Layers::new();
    layers.push_preset(PRESET, preset);
    for (key, text) in ANSWERS {
        layers.set(Origin::Typed, key, text).map_err(|wrong| wrong.explain())?;
    }
    Ok(layers)
}

fn spec() -> Result<Spec, Problem> {
    resolve::resolve(&layers()?.merged(), &facts()?).map_err(|wrong| first(&wrong))
}

/// What would be done.
pub fn preview() -> Result<Preview, Problem> {
    let plan = plan::build(&spec()?, &facts()?);
    Ok(Preview {
        place: "into namespace hub of aks-prod".to_owned(),
        files: render::files(&plan).into_iter().map(view).collect(),
        plan,
        problems: Vec::new(),
        warnings: Vec::new(),
        helm: None,
        commands: Vec::new(),
        unasked: false,
    })
}

fn view(file: PlanFile) -> FileView {
    let text = match file.body {
        Body::Text(text) => text,
        Body::Secret(secret) => secret.data.keys().map(|key| format!("{key}: from where the answers say\n")).collect(),
    };
    FileView { path: file.path, text, deployed: None }
}

/// How the run ended.
pub fn ended() -> Ended {
    let folder = PathBuf::from("/home/ada/.local/state/hubwright/aks-prod--hub");
    Ended {
        outcome: Some(Outcome::Done),
        problems: Vec::new(),
        password: None,
        files: ["answers.yaml", "journal.jsonl"].map(|name| (name.to_owned(), folder.join(name))).to_vec(),
        again: "hubwright verify --context aks-prod -n hub".to_owned(),
    }
}

fn first(wrong: &[Invalid]) -> Problem {
    wrong.first().map_or_else(|| Problem::new("story", "the story is not complete"), Invalid::explain)
}

fn broken(error: &serde_json::Error) -> Problem {
    Problem::new("story", format!("the story cannot be read: {error}"))
}
