//! helm 3 and helm 4 as child processes against a real cluster, and their records there.
use std::{fs, path::Path, time::Duration};

use hubwright::{
    drivers::{
        helm::{self, HelmProgram, Kubeconfig},
        releases::ClusterReleases,
    },
    plan::{deployed, graph::Release},
    run::ports::{Cluster, FailureKind, Helm, ObjectRef, ReleaseState, Releases},
};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    Case,
    bed::{Bed, Namespace, until},
};

/// The tests.
pub const CASES: &[Case] = &[
    ("helm_3_installs_upgrades_and_removes", |bed| installs_upgrades_and_removes(bed, 3)),
    ("helm_4_installs_upgrades_and_removes", |bed| installs_upgrades_and_removes(bed, 4)),
    ("helm_3_that_was_killed_leaves_a_release_that_can_be_freed", |bed| killed(bed, 3)),
    ("helm_4_that_was_killed_leaves_a_release_that_can_be_freed", |bed| killed(bed, 4)),
    ("helm_that_is_asked_to_stop_notes_it_in_the_cluster", asked_to_stop),
    ("what_helm_complains_about_has_a_code", complaints),
];

const PATIENCE: Duration = Duration::from_secs(120);

/// A helm, a namespace and a chart of a test.
struct Scene {
    bed: &'static Bed,
    space: Namespace,
    helm: HelmProgram,
    folder: TempDir,
}

impl Scene {
    fn new(bed: &'static Bed, major: u32, name: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let found = helm::find(Some(&bed.helm(major))).unwrap();
        assert!(found.version.to_string().starts_with(&major.to_string()), "{}", found.version);
        let helm = HelmProgram::new(&found, &bed.connection.context, Kubeconfig::from_environment(), folder.path());
        let scene = Self { bed, space: bed.namespace(name), helm, folder };
        scene.template("settings.yaml", SETTINGS);
        fs::write(scene.folder.path().join("charts/tiny/Chart.yaml"), "apiVersion: v2\nname: tiny\nversion: 0.1.0\n")
            .unwrap();
        scene
    }

    fn template(&self, name: &str, text: &str) {
        let templates = self.folder.path().join("charts/tiny/templates");
        fs::create_dir_all(&templates).unwrap();
        fs::write(templates.join(name), text).unwrap();
    }

    fn release(&self, colour: &str) -> Release {
        Release {
            name: "tiny".to_owned(),
            chart: "tiny".to_owned(),
            repository: self.folder.path().join("charts").display().to_string(),
            version: "0.1.0".to_owned(),
            values: json!({"colour": colour, "size": {"n": 4, "half": 0.5, "none": null, "list": [{"b": 1, "a": "0x1"}]}}),
            skip_crds: false,
            patches: Vec::new(),
            timeout: Duration::from_secs(300),
        }
    }

    async fn install(&self, colour: &str, describe: &str) -> hubwright::run::ports::PortResult<()> {
        self.helm.install(&self.space.name, &self.release(colour), describe).await?.wait().await
    }

    async fn state(&self) -> Option<ReleaseState> {
        self.releases().state(&self.space.name, "tiny").await.unwrap()
    }

    fn releases(&self) -> ClusterReleases {
        ClusterReleases::new(self.bed.connection.client.clone())
    }

    async fn colour(&self) -> String {
        let settings = ObjectRef::new("v1", "ConfigMap", &self.space.name, "settings");
        self.bed.cluster().get(&settings).await.unwrap().unwrap()["data"]["colour"].as_str().unwrap().to_owned()
    }
}

const SETTINGS: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {colour: {{ .Values.colour | quote }}}\n";

/// A hook that never ends: helm waits for it, which gives time to do something to helm.
const HOOK: &str = r#"apiVersion: batch/v1
kind: Job
metadata: {name: endless, annotations: {"helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-delete-policy": before-hook-creation}}
spec:
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 0
      containers: [{name: main, image: "busybox:1", command: [sleep, "600"]}]
"#;

fn installs_upgrades_and_removes(bed: &'static Bed, major: u32) {
    let scene = Scene::new(bed, major, "drv-helm");
    bed.runtime.block_on(async {
        assert_eq!(scene.state().await, None);
        for (revision, colour) in [(1, "no"), (2, "0123")] {
            scene.install(colour, &format!("hubwright {colour}")).await.unwrap();
            // Texts that YAML would read as something else arrive as they are.
            assert_eq!(scene.colour().await, colour);
            let state = scene.state().await.unwrap();
            assert_eq!((state.revision, state.status.as_str()), (revision, "deployed"));
            assert_eq!(
                (state.description.as_str(), state.chart.as_str()),
                (format!("hubwright {colour}").as_str(), "tiny-0.1.0")
            );
            assert!(state.modified.is_some());
            let found = scene.releases().installed(&scene.space.name, "tiny").await.unwrap().unwrap();
            let ours = scene.release(colour).values;
            // Whatever helm makes of nulls, numbers and the order of keys.
            assert_eq!(deployed::values(&found.values, &ours), deployed::values(&ours, &ours));
            assert_eq!((found.chart.as_str(), found.status.as_str()), ("tiny-0.1.0", "deployed"));
        }
        assert!(scene.helm.uninstall(&scene.space.name, "tiny").await.unwrap());
        assert!(!scene.helm.uninstall(&scene.space.name, "tiny").await.unwrap());
    });
    assert_eq!(values_left(scene.folder.path()), 0);
}

fn values_left(folder: &Path) -> usize {
    fs::read_dir(folder)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().to_string_lossy().contains("values"))
        .count()
}

async fn pending(scene: &Scene) -> ReleaseState {
    let look = async || scene.state().await.filter(|state| state.status == "pending-install");
    until(PATIENCE, "the release is pending", look).await
}

fn killed(bed: &'static Bed, major: u32) {
    let scene = Scene::new(bed, major, "drv-killed");
    scene.template("hook.yaml", HOOK);
    bed.runtime.block_on(async {
        let mut run = scene.helm.install(&scene.space.name, &scene.release("red"), "x").await.unwrap();
        let state = pending(&scene).await;
        let pid = rustix::process::Pid::from_raw(run.child().pid.try_into().unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        assert_eq!(run.wait().await.unwrap_err().problem.code, "helm-ended");
        fs::remove_file(scene.folder.path().join("charts/tiny/templates/hook.yaml")).unwrap();
        let refused = scene.install("red", "x").await.unwrap_err();
        assert_eq!((refused.kind, refused.problem.code.as_str()), (FailureKind::Conflict, "release-pending"));
        scene.releases().unlock(&scene.space.name, "tiny", state.revision).await.unwrap();
        assert_eq!(scene.state().await.unwrap().status, "failed");
        scene.install("red", "again").await.unwrap();
        assert_eq!(scene.state().await.unwrap().status, "deployed");
        // What is not pending is left as it is.
        scene.releases().unlock(&scene.space.name, "tiny", 2).await.unwrap();
        assert_eq!(scene.state().await.unwrap().status, "deployed");
    });
}

fn asked_to_stop(bed: &'static Bed) {
    let scene = Scene::new(bed, 4, "drv-stop");
    scene.template("hook.yaml", HOOK);
    bed.runtime.block_on(async {
        let mut run = scene.helm.install(&scene.space.name, &scene.release("red"), "x").await.unwrap();
        pending(&scene).await;
        run.stop().await;
        assert!(scene.helm.adopt(run.child()).await.is_none(), "it still lives");
        assert_eq!(scene.state().await.unwrap().status, "failed");
    });
    assert_eq!(values_left(scene.folder.path()), 0);
}

fn complaints(bed: &'static Bed) {
    let scene = Scene::new(bed, 4, "drv-complaints");
    bed.runtime.block_on(async {
        scene.template("thing.yaml", "apiVersion: no.such/v1\nkind: Thing\nmetadata: {name: x}\n");
        assert_eq!(scene.install("red", "x").await.unwrap_err().problem.code, "crd-missing");
        let elsewhere = Release { repository: "http://127.0.0.1:9".to_owned(), ..scene.release("red") };
        let mut run = scene.helm.install(&scene.space.name, &elsewhere, "x").await.unwrap();
        let error = run.wait().await.unwrap_err();
        assert_eq!(
            (error.kind, error.problem.code.as_str()),
            (FailureKind::Unreachable, "chart-unreachable"),
            "{error:?}"
        );
    });
}
