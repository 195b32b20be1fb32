//! The bed's stand-in charts make the same objects with the small default values that lie in them as with the real charts' own,
//! for each shipped preset of a cluster. The real ones are found at `../shared/data` from the project's root, or where `CHART_DATA` points.
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use hubwright::answers::{shipped::SHIPPED, yaml};
use k8s_openapi::ByteString;
use serde_json::Value;
use tempfile::TempDir;

use crate::{Case, bed::Bed};

/// The tests.
pub const CASES: &[Case] = &[
    ("helm_3_makes_the_same_objects_of_our_defaults_and_of_the_real_ones", |bed| same_objects(bed, 3)),
    ("helm_4_makes_the_same_objects_of_our_defaults_and_of_the_real_ones", |bed| same_objects(bed, 4)),
];

const CHARTS: &[&str] = &["jupyterhub", "kuberay-operator", "ray-cluster", "dask-gateway"];

/// What completes the shipped presets: lines of `PRESET KEY=VALUE`.
const ANSWERS: &str = include_str!("../bench/answers.txt");

/// Secrets that JupyterHub's chart would make up anew each time.
const TOLD: &str = r#"{"proxy": {"secretToken": "t"}, "hub": {"cookieSecret": "c", "config": {"CryptKeeper": {"keys": ["k"]}},
  "services": {"dask-gateway": {"apiToken": "d"}}}}"#;

/// Defaults of the real JupyterHub chart that neither a template nor the hub's code reads; the hub gets all values in a Secret.
const UNREAD: &[&str] = &[
    "/custom",
    "/global",
    "/prePuller/pause/image/pullSecrets",
    "/proxy/secretSync/image/pullSecrets",
    "/proxy/traefik/pdb",
    "/singleuser/networkTools/image/pullSecrets",
];

/// The charts, packaged in both ways.
struct Packaged {
    helm: PathBuf,
    folder: TempDir,
}

impl Packaged {
    fn new(helm: PathBuf) -> Self {
        let data = std::env::var_os("CHART_DATA")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
        assert!(data.is_dir(), "{} is not there; set `CHART_DATA` to the charts' default values", data.display());
        let packaged = Self { helm, folder: TempDir::new().unwrap() };
        packaged.package("real", &data);
        packaged.package("ours", Path::new("/nonexistent"));
        fs::write(packaged.folder.path().join("told.json"), TOLD).unwrap();
        packaged
    }

    fn package(&self, way: &str, data: &Path) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/testbed/charts/package");
        let mut command = Command::new(script);
        said(command.arg(self.folder.path().join(way)).env("HELM", &self.helm).env("CHART_DATA", data));
    }

    fn rendered(&self, way: &str, chart: &str, values: Option<&Path>) -> String {
        let packages = fs::read_dir(self.folder.path().join(way)).unwrap().map(|entry| entry.unwrap().path());
        let is_it = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(chart);
        let mut command = Command::new(&self.helm);
        command.args(["template", "release", "--namespace", "hub", "--kube-version", "1.36.0"]);
        command.arg(packages.into_iter().find(is_it).unwrap());
        if chart == "jupyterhub" {
            command.arg("--values").arg(self.folder.path().join("told.json"));
        }
        if let Some(values) = values {
            command.arg("--values").arg(values);
        }
        said(&mut command)
    }

    fn assert_same(&self, chart: &str, values: Option<&Path>) {
        let [real, ours] = ["real", "ours"].map(|way| self.rendered(way, chart, values));
        assert!(ours.contains("\nkind: "), "{chart} {values:?} makes nothing");
        let [real, ours] = [real, ours].map(|text| text.lines().flat_map(comparable).collect::<Vec<_>>());
        let different = real.iter().zip(&ours).find(|(real, ours)| real != ours);
        assert_eq!(different, None, "{chart} {values:?}");
        assert_eq!(real.len(), ours.len(), "{chart} {values:?}");
    }
}

/// What a command prints. Panics where it fails.
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The values files that hubwright writes for a shipped preset.
fn values_of(preset: &str, folder: &Path) -> Vec<PathBuf> {
    let answers = ANSWERS.lines().filter_map(|line| line.split_once(' ')).filter(|(name, _)| *name == preset);
    let mut command = Command::new(env!("CARGO_BIN_EXE_hubwright"));
    command.args(["render", preset, "-o"]).arg(folder).args(answers.map(|(_, answer)| format!("--set={answer}")));
    said(command.env("CLIENT_SECRET", "secret"));
    fs::read_dir(folder.join("values")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// A line as it is, unless it carries all values as text: helm 3 hands null on, helm 4 leaves it out, and both mean the same.
fn comparable(line: &str) -> Vec<String> {
    let text = line.trim_start();
    if let Some(all) = text.strip_prefix("values.yaml: ") {
        return values_of_the_hub(all);
    }
    if let Some(all) = text.strip_prefix("_values = json.loads(").and_then(|all| all.strip_suffix(')')) {
        let all: String = serde_json::from_str(all).unwrap();
        return leaves("", &serde_json::from_str(&all).unwrap());
    }
    // of what is compared anyway
    match text.split_once(": ") {
        Some((name @ ("checksum/secret" | "checksum/configmap"), _)) => vec![name.to_owned()],
        _ => vec![line.to_owned()],
    }
}

fn values_of_the_hub(encoded: &str) -> Vec<String> {
    let ByteString(text) = serde_json::from_str(encoded).unwrap();
    leaves("", &yaml::nodes(&String::from_utf8(text).unwrap()).unwrap().plain())
}

/// `/PLACE: VALUE` of everything that is not null and that somebody reads, in the order of the text.
fn leaves(place: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        _ if UNREAD.contains(&place) => Vec::new(),
        Value::Object(map) => {
            let inside: Vec<_> = map.iter().flat_map(|(key, value)| leaves(&format!("{place}/{key}"), value)).collect();
            if inside.is_empty() { vec![format!("{place}: {{}}")] } else { inside }
        }
        _ => vec![format!("{place}: {value}")],
    }
}

fn same_objects(bed: &'static Bed, major: u32) {
    let charts = Packaged::new(bed.helm(major));
    for chart in CHARTS {
        charts.assert_same(chart, None);
    }
    for preset in SHIPPED.iter().filter(|preset| preset.text.contains("\n  kind: kubernetes\n")) {
        let folder = TempDir::new().unwrap();
        for values in values_of(preset.name, folder.path()) {
            let file = values.file_stem().unwrap().to_str().unwrap();
            let (_, chart) = file.split_once('-').unwrap();
            charts.assert_same(chart, Some(&values));
        }
    }
}
