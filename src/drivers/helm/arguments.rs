//! What helm is told. Everything is explicit, nothing is secret: a process's arguments are visible to everybody on the
//! machine. Must not start anything.
//!
//! helm never waits for readiness here: version 4's `--wait` calls a RayCluster or a LoadBalancer ready at once, and
//! version 3's says nothing while it waits. `hookOnly` (4) and no `--wait` (3) end once hooks are done.
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::plan::{graph::Release, render};

/// Revisions of a release that helm keeps. Each is a Secret of up to 1 MB.
const HISTORY: &str = "5";

/// Where helm works.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Context of the kubeconfig.
    pub context: &'a str,
    /// The kubeconfig, if it is a single file.
    pub kubeconfig: Option<&'a Path>,
    /// Namespace.
    pub namespace: &'a str,
}

impl Target<'_> {
    fn arguments(&self) -> Vec<OsString> {
        let mut arguments = texts(&["--kube-context", self.context, "--namespace", self.namespace]);
        if let Some(file) = self.kubeconfig {
            arguments.extend(["--kubeconfig".into(), file.into()]);
        }
        arguments
    }
}

fn texts(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// `helm upgrade --install` for helm of this major version.
pub fn upgrade(target: &Target<'_>, release: &Release, describe: &str, values: &Path, major: u64) -> Vec<OsString> {
    let timeout = seconds(release);
    let mut arguments = texts(&["upgrade", "--install", &release.name]);
    arguments.extend(chart(release));
    arguments.extend(target.arguments());
    arguments.extend(["--values".into(), values.into()]);
    arguments.extend(texts(&["--version", &release.version, "--timeout", &timeout, "--history-max", HISTORY]));
    // Our marker: a later run recognises by it what made this revision.
    arguments.extend(texts(&["--description", describe]));
    // Values of an earlier release must not linger: the answers are the only input.
    arguments.push("--reset-values".into());
    if release.skip_crds {
        arguments.push("--skip-crds".into());
    }
    if major >= 4 {
        // By server-side apply it would refuse to touch a RayCluster once Ray's autoscaler has set a number of workers.
        arguments.extend(texts(&["--wait=hookOnly", "--server-side=false"]));
    }
    arguments
}

/// `helm uninstall`. Deletes in the background; whoever asked watches it.
pub fn uninstall(target: &Target<'_>, release: &str) -> Vec<OsString> {
    let mut arguments = texts(&["uninstall", release]);
    arguments.extend(target.arguments());
    arguments
}

fn seconds(release: &Release) -> String {
    format!("{}s", release.timeout.as_secs().max(1))
}

/// The chart, and where it is. In a folder it may lie unpacked or as the archive that `helm package` makes.
fn chart(release: &Release) -> Vec<OsString> {
    let arguments = render::chart_arguments(release);
    match arguments.as_slice() {
        [place] if !place.contains("://") => vec![in_folder(place, &release.version).into()],
        _ => arguments.into_iter().map(OsString::from).collect(),
    }
}

/// Absolute: helm runs in another folder.
fn in_folder(place: &str, version: &str) -> PathBuf {
    let archive = PathBuf::from(format!("{place}-{version}.tgz"));
    let chart = if !Path::new(place).exists() && archive.exists() { archive } else { place.into() };
    std::path::absolute(&chart).unwrap_or(chart)
}

/// The command as a person would type it.
pub fn command_line(context: &str, namespace: &str, release: &Release, file: &str) -> String {
    let chart = render::chart_arguments(release);
    let timeout = seconds(release);
    let mut words = vec!["helm", "upgrade", "--install", &release.name];
    words.extend(chart.iter().map(String::as_str));
    words.extend(["--kube-context", context, "-n", namespace, "--version", &release.version]);
    words.extend(["-f", file, "--timeout", &timeout]);
    if release.skip_crds {
        words.push("--skip-crds");
    }
    words.into_iter().map(render::quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn release() -> Release {
        Release {
            name: "hub".to_owned(),
            chart: "jupyterhub".to_owned(),
            repository: "https://hub.jupyter.org/helm-chart/".to_owned(),
            version: "4.3.1".to_owned(),
            values: json!({"hub": {"password": "hunter2"}}),
            skip_crds: true,
            patches: Vec::new(),
            timeout: Duration::from_secs(600),
        }
    }

    fn told(release: &Release, major: u64) -> String {
        let target = Target { context: "prod", kubeconfig: Some(Path::new("/k c")), namespace: "jupyter" };
        let arguments = upgrade(&target, release, "hubwright run 1", Path::new("/run/v.yaml"), major);
        arguments.iter().map(|word| format!("[{}]", word.to_string_lossy())).collect()
    }

    #[test]
    fn everything_is_explicit_and_no_value_is_an_argument() {
        let told = told(&release(), 3);
        for expected in [
            "[upgrade][--install][hub][jupyterhub][--repo][https://hub.jupyter.org/helm-chart/]",
            "[--kube-context][prod][--namespace][jupyter][--kubeconfig][/k c]",
            "[--values][/run/v.yaml][--version][4.3.1][--timeout][600s]",
            "[--description][hubwright run 1]",
            "[--skip-crds]",
        ] {
            assert!(told.contains(expected), "{expected} in {told}");
        }
        assert!(!told.contains("hunter2"));
    }

    #[test]
    fn helm_3_is_not_told_what_only_helm_4_knows_and_neither_waits() {
        assert!(!told(&release(), 3).contains("--wait") && !told(&release(), 3).contains("--server-side"));
        assert!(told(&release(), 4).contains("[--wait=hookOnly][--server-side=false]"));
    }

    #[test]
    fn charts_come_from_registries_folders_and_archives() {
        let folder = tempfile::tempdir().unwrap();
        let at = |repository: &str| {
            let release = Release { repository: repository.to_owned(), ..release() };
            chart(&release).into_iter().map(|word| word.into_string().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(at("oci://ghcr.io/charts/"), ["oci://ghcr.io/charts/jupyterhub"]);
        let place = folder.path().display().to_string();
        std::fs::write(folder.path().join("jupyterhub-4.3.1.tgz"), "").unwrap();
        assert_eq!(at(&place), [format!("{place}/jupyterhub-4.3.1.tgz")]);
        std::fs::create_dir(folder.path().join("jupyterhub")).unwrap();
        assert_eq!(at(&place), [format!("{place}/jupyterhub")]);
    }

    #[test]
    fn the_shown_command_survives_a_shell() {
        let line = command_line("my cluster's", "jupyter", &release(), "values.yaml");
        assert!(line.starts_with(
            "helm upgrade --install hub jupyterhub --repo https://hub.jupyter.org/helm-chart/ --kube-context 'my cluster'\\''s'"
        ), "{line}");
    }
}
