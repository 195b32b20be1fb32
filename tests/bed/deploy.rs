//! The whole of it, as a person does it: the program, a shipped preset, the real helm, real pods, a real notebook.
use std::{
    path::Path,
    process::{Command, ExitStatus, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hubwright::{
    drivers::journal::FileJournal,
    run::{
        event::{Event, EventKind, Outcome, RungOutcome, RungResult},
        ports::{Cluster, Journal, ObjectRef},
    },
};
use tempfile::TempDir;

use crate::{
    Case,
    bed::{Bed, until},
};

/// The tests.
pub const CASES: &[Case] = &[
    ("trial_preset_from_install_to_uninstall", from_install_to_uninstall),
    ("a_killed_install_is_resumed_to_its_end", killed_and_resumed),
];

/// How long objects may take to go.
const GONE: Duration = Duration::from_secs(120);
/// How long an installation may take until it does something that can be interrupted.
const BEGUN: Duration = Duration::from_secs(60);

/// The node has room for one deployment at a time.
static ROOM: Mutex<()> = Mutex::new(());

/// A deployment of its own: a namespace that hubwright makes, and a folder for its memory.
struct Deployment {
    bed: &'static Bed,
    namespace: String,
    state: TempDir,
    _room: MutexGuard<'static, ()>,
}

/// What a command did.
struct Done {
    status: ExitStatus,
    events: Vec<Event>,
    said: String,
}

impl Deployment {
    fn new(bed: &'static Bed, name: &str) -> Self {
        let room = ROOM.lock().unwrap_or_else(PoisonError::into_inner);
        let namespace = format!("e2e-{name}-{}", std::process::id());
        Self { bed, namespace, state: TempDir::new().unwrap(), _room: room }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hubwright"));
        command.args(words).args(["--namespace", &self.namespace, "--yes", "--json"]);
        command.env("HUBWRIGHT_STATE", self.state.path()).env("HUBWRIGHT_HELM", self.bed.helm(4)).stdin(Stdio::null());
        command
    }

    fn install(&self, more: &[&str]) -> Command {
        let charts = std::env::var("HUBWRIGHT_BED_CHARTS").expect("the bed says where its charts are");
        let from = format!("charts.repository={charts}");
        self.command(&[&["install", "trial-kubernetes", "--set", &from], more].concat())
    }

    fn journal(&self) -> Vec<Event> {
        let folder = std::fs::read_dir(self.state.path()).unwrap().next().unwrap().unwrap().path();
        let lines = FileJournal::open(&folder).unwrap().lines().unwrap();
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    async fn is_there(&self) -> bool {
        let namespace = ObjectRef::cluster("v1", "Namespace", &self.namespace);
        self.bed.cluster().get(&namespace).await.unwrap().is_some()
    }

    /// Objects without a namespace that belong to this deployment.
    async fn elsewhere(&self) -> Vec<String> {
        let mut left = Vec::new();
        for (version, kind) in [
            ("rbac.authorization.k8s.io/v1", "ClusterRole"),
            ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
            ("scheduling.k8s.io/v1", "PriorityClass"),
            ("v1", "PersistentVolume"),
        ] {
            let objects = self.bed.cluster().list(&ObjectRef::cluster(version, kind, ""), "").await.unwrap();
            let ours = objects.iter().filter(|object| {
                object["metadata"]["annotations"]["meta.helm.sh/release-namespace"] == *self.namespace
                    || object["spec"]["claimRef"]["namespace"] == *self.namespace
            });
            left.extend(ours.map(|object| format!("{kind}/{}", object["metadata"]["name"])));
        }
        left
    }
}

impl Drop for Deployment {
    /// What a failed test leaves, so that the next finds room: releases have objects outside of their namespace, too.
    fn drop(&mut self) {
        if self.bed.runtime.block_on(self.is_there()) {
            let _ = self.command(&["uninstall", "--delete-data"]).output();
            let namespace = ObjectRef::cluster("v1", "Namespace", &self.namespace);
            let _ = self.bed.runtime.block_on(self.bed.cluster().delete(&namespace));
        }
    }
}

fn run(mut command: Command) -> Done {
    let output = command.output().expect("the program starts");
    let events =
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    Done { status: output.status, events, said: String::from_utf8_lossy(&output.stderr).into_owned() }
}

impl Done {
    /// Outcome, and whether anything changed.
    fn outcome(&self) -> Option<(Outcome, bool)> {
        match self.events.last()?.kind {
            EventKind::RunFinished { outcome, changed, .. } => Some((outcome, changed)),
            _ => None,
        }
    }

    /// What went wrong, for the message of a failed expectation.
    fn complaints(&self) -> String {
        let failed = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::StepFailed { step, problem, .. } => Some(format!("{step}: {problem:?}")),
            EventKind::RungDone(rung) if rung.outcome != RungOutcome::Passed => Some(format!("{rung:?}")),
            _ => None,
        });
        format!("{}\n{}\n{}", self.status, failed.collect::<Vec<_>>().join("\n"), self.said)
    }

    fn rung(&self, name: &str) -> Option<&RungResult> {
        self.events.iter().find_map(|event| match &event.kind {
            EventKind::RungDone(rung) if rung.rung == name => Some(rung),
            _ => None,
        })
    }

    fn rungs(&self) -> Vec<&str> {
        let passed = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::RungDone(rung) if rung.outcome == RungOutcome::Passed => Some(rung.rung.as_str()),
            _ => None,
        });
        passed.collect()
    }
}

fn from_install_to_uninstall(bed: &'static Bed) {
    let deployment = Deployment::new(bed, "trial");
    let first = run(deployment.install(&[]));
    assert_eq!(first.outcome(), Some((Outcome::Done, true)), "{}", first.complaints());
    assert_eq!(first.status.code(), Some(0));
    let rungs = first.rungs();
    for service in ["ray", "dask", "hub"] {
        assert!(rungs.iter().any(|rung| rung.starts_with(service)), "nothing of {service} was proven: {rungs:?}");
    }
    let second = run(deployment.install(&[]));
    assert_eq!(second.outcome(), Some((Outcome::Done, false)), "{}", second.complaints());

    another_ray_in_the_notebook_is_named(&deployment);

    let gone = run(deployment.command(&["uninstall", "--delete-data"]));
    assert_eq!(gone.outcome().map(|(outcome, _)| outcome), Some(Outcome::Done), "{}", gone.complaints());
    bed.runtime.block_on(async {
        until(GONE, "the namespace is gone", async || (!deployment.is_there().await).then_some(())).await;
        let none = async || deployment.elsewhere().await.is_empty().then_some(());
        until(GONE, "nothing is left outside of it", none).await;
    });
}

/// A notebook image whose Ray is not the cluster's: deployed, but not verified, and told before anything runs.
fn another_ray_in_the_notebook_is_named(deployment: &Deployment) {
    let red = run(deployment.install(&["--set", "notebook.tag=mismatch-1"]));
    assert_eq!(red.outcome(), Some((Outcome::Unverified, true)), "{}", red.complaints());
    assert_eq!(red.status.code(), Some(3));
    let rung = red.rung("notebook-ray").expect("Ray was tried from the notebook");
    let problem = rung.problem.as_ref().expect("a red rung says why");
    assert_eq!(problem.code, "ray-version-mismatch", "{problem:?}");
    assert!(problem.title.contains("2.60.0"), "{problem:?}");
}

fn killed_and_resumed(bed: &'static Bed) {
    let deployment = Deployment::new(bed, "killed");
    let mut running = deployment.install(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while !helm_runs(deployment.state.path()) {
        assert!(began.elapsed() < BEGUN && running.try_wait().unwrap().is_none(), "helm was never started");
        std::thread::sleep(Duration::from_millis(20));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    let before = deployment.journal();
    assert!(!matches!(before.last().unwrap().kind, EventKind::RunFinished { .. }));

    let resumed = run(deployment.command(&["resume"]));
    assert_eq!(resumed.outcome(), Some((Outcome::Done, true)), "{}", resumed.complaints());
    let after = deployment.journal();
    assert_eq!(after[..before.len()], before, "what was journalled stays");
    let numbers: Vec<u64> = after.iter().map(|event| event.seq).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
}

/// Whether a helm process was noted in a deployment's folder.
fn helm_runs(state: &Path) -> bool {
    let folders = std::fs::read_dir(state).into_iter().flatten().flatten();
    let files = folders.flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().flatten());
    files.into_iter().any(|file| {
        let path = file.path();
        let name = file.file_name().to_string_lossy().into_owned();
        name.starts_with("helm-") && path.extension().is_some_and(|extension| extension == "json")
    })
}
