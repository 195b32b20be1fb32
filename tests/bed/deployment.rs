//! A deployment as a person makes it: the program, a folder for its memory, the real helm; and what it said. Must not know what a
//! test expects of it.
use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hubwright::{
    answers::{
        layers::{Layers, Origin},
        preset, shipped,
    },
    cli::Setup,
    drivers::journal::FileJournal,
    front::wizard::wish::{Intent, News, Preview, Wish},
    problem::Problem,
    run::{
        event::{Event, Outcome},
        ports::{Cluster, Journal, ObjectRef},
    },
    runtime::wizard::grant::Granter,
};
use tempfile::TempDir;

use crate::{
    bed::{Bed, until},
    said::{Done, run},
};

/// How long objects may take to go.
const GONE: Duration = Duration::from_secs(120);

/// The node has room for one deployment at a time.
static ROOM: Mutex<()> = Mutex::new(());

/// A deployment of its own: a namespace that hubwright makes, and a folder for its memory.
pub struct Deployment {
    bed: &'static Bed,
    helm: u32,
    /// Where it is.
    pub namespace: String,
    /// Where hubwright remembers it.
    pub state: TempDir,
    environment: Vec<(&'static str, OsString)>,
    hosts: Option<PathBuf>,
    _room: MutexGuard<'static, ()>,
}

impl Deployment {
    /// Waits until the bed has room; `helm` is a major version.
    pub fn new(bed: &'static Bed, name: &str, helm: u32) -> Self {
        let room = ROOM.lock().unwrap_or_else(PoisonError::into_inner);
        let namespace = format!("e2e-{name}-{}", std::process::id());
        let state = TempDir::new().unwrap();
        Self { bed, helm, namespace, state, environment: Vec::new(), hosts: None, _room: room }
    }

    /// A variable for every command.
    pub fn environment(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// The commands look names up in this file, as if it were `/etc/hosts`.
    pub fn hosts(mut self, file: PathBuf) -> Self {
        self.hosts = Some(file);
        self
    }

    fn program(&self) -> Command {
        let program = env!("CARGO_BIN_EXE_hubwright");
        let Some(hosts) = &self.hosts else { return Command::new(program) };
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", r#"mount --bind "$0" /etc/hosts && exec "$@""#]).arg(hosts).arg(program);
        command
    }

    /// A command about this deployment.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = self.program();
        command.args(words).args(["--namespace", &self.namespace, "--yes", "--json"]).stdin(Stdio::null());
        command.env("HUBWRIGHT_STATE", self.state.path()).env("HUBWRIGHT_HELM", self.bed.helm(self.helm));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The full screen.
    pub fn wizard(&self, words: &[&str]) -> Command {
        let mut command = self.program();
        command.args(words).env("XDG_CONFIG_HOME", self.state.path().join("config"));
        command.env("HUBWRIGHT_STATE", self.state.path()).env("HUBWRIGHT_HELM", self.bed.helm(self.helm));
        command
    }

    /// `verify` by somebody who has the cluster, and no memory of how the deployment was made.
    pub fn verified_by_a_stranger(&self) -> Done {
        let elsewhere = TempDir::new().unwrap();
        let mut command = self.program();
        command.args(["verify", "--namespace", &self.namespace, "--json"]).stdin(Stdio::null());
        command.env("HUBWRIGHT_STATE", elsewhere.path());
        run(command)
    }

    /// Where the bed's charts are.
    pub fn charts() -> String {
        std::env::var("HUBWRIGHT_BED_CHARTS").expect("the bed says where its charts are")
    }

    /// Presets, and more words.
    pub fn install(&self, words: &[&str]) -> Command {
        let from = format!("charts.repository={}", Self::charts());
        self.command(&[&["install"], words, &["--set", &from]].concat())
    }

    /// What installing a shipped preset here, with these answers over it, would do now, as the wizard tells it.
    pub async fn preview(&self, name: &str, answers: &[(&str, &str)]) -> Result<Preview, Vec<Problem>> {
        let charts = std::env::var("HUBWRIGHT_BED_CHARTS").expect("the bed says where its charts are");
        let mut layers = Layers::new();
        let shipped = shipped::find(name).expect("a shipped preset");
        layers.push_preset(name, preset::parse(shipped.text, name).expect("a good preset"));
        let place = [("target.namespace", self.namespace.as_str()), ("charts.repository", charts.as_str())];
        for (key, value) in place.iter().chain(answers) {
            layers.set(Origin::Typed, key, value).expect("a good answer");
        }
        let (told, mut news) = tokio::sync::mpsc::channel(64);
        let intent = Intent { layers, secrets: BTreeMap::new(), verify: true };
        let mut granter = Granter::new(told, &Setup::default());
        granter.grant(Wish::Preview(Box::new(intent)));
        loop {
            match granter.hear(news.recv().await.expect("an answer")) {
                Some(News::Previewed(preview)) => return Ok(*preview),
                Some(News::Wrong(problems)) => return Err(problems),
                _ => {}
            }
        }
    }

    /// Takes it away with people's data, and expects that nothing is left.
    pub fn remove(&self) {
        let gone = run(self.command(&["uninstall", "--delete-data"]));
        assert_eq!(gone.outcome().map(|(outcome, _)| outcome), Some(Outcome::Done), "{}", gone.complaints());
    }

    /// Expects that its namespace, and whatever it had outside of it, is gone.
    pub fn expect_gone(&self) {
        self.bed.runtime.block_on(async {
            until(GONE, "the namespace is gone", async || (!self.is_there().await).then_some(())).await;
            let none = async || self.elsewhere().await.is_empty().then_some(());
            until(GONE, "nothing is left outside of it", none).await;
        });
    }

    /// The folder of its memory.
    pub fn folder(&self) -> PathBuf {
        let entries = std::fs::read_dir(self.state.path()).unwrap().map(|entry| entry.unwrap().path());
        entries.into_iter().find(|path| path.join("journal.jsonl").exists()).expect("it is remembered")
    }

    /// What is in the journal.
    pub fn journal(&self) -> Vec<Event> {
        let lines = FileJournal::open(&self.folder()).unwrap().lines().unwrap();
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
