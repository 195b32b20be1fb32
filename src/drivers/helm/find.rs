//! Which helm to use: the one that was named, else the one in `PATH`, else the one that was downloaded before. Says so
//! where its version is known to fail. Must not download anything.
use std::{
    fmt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{health::text, problem::Problem};

/// Names the helm program.
const NAMED_BY: &str = "HUBWRIGHT_HELM";
/// Code of the problem that there is no helm.
pub const MISSING: &str = "no-helm";
/// How long helm may take to say its version.
const PATIENCE: Duration = Duration::from_secs(20);

/// A helm program that can be used.
#[derive(Debug, Clone)]
pub struct Found {
    /// Absolute path.
    pub program: PathBuf,
    /// Its version.
    pub version: Version,
    /// What a person should know about this version.
    pub warning: Option<Problem>,
}

/// Finds helm: `said` (`--helm PATH`), else `HUBWRIGHT_HELM`, else `PATH`, else what was downloaded. Blocks for as long as helm takes to answer.
pub fn find(said: Option<&Path>) -> Result<Found, Problem> {
    let named = said.map(Path::to_owned).or_else(|| std::env::var_os(NAMED_BY).map(PathBuf::from));
    let program = match named.filter(|path| !path.as_os_str().is_empty()) {
        Some(path) => std::path::absolute(&path).unwrap_or(path),
        None => in_path().or_else(super::download::downloaded).ok_or_else(missing)?,
    };
    let version = Version::parse(&ask(&program)?);
    if version.major() < 3 {
        return Err(unusable(
            &program,
            &format!("it is version {version}, and helm 2 works with a server in the cluster"),
        ));
    }
    let warning = version.trouble().map(|why| risky(&version, why));
    Ok(Found { program, version, warning })
}

fn in_path() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join("helm"))
        .find(|path| path.is_file())
}

fn missing() -> Problem {
    install_hints(Problem::new(MISSING, "helm is not installed on this machine, or not in `PATH`"))
}

fn unusable(program: &Path, why: &str) -> Problem {
    install_hints(Problem::new("helm-unusable", format!("`{}` cannot be used as helm: {why}", program.display())))
}

fn risky(version: &Version, why: &str) -> Problem {
    Problem::new("helm-version", format!("helm {version} is not a version that is known to work: {why}"))
        .hint("use helm 3.14 or later, or 4.1.2 or later, with `--helm PATH`")
}

/// The official ways, which verify what they download.
pub(super) fn install_hints(problem: Problem) -> Problem {
    problem
        .hint("install it as https://helm.sh/docs/intro/install tells: `brew install helm`, `snap install helm --classic`, or helm's own script, which verifies the checksum: `curl -fsSL https://raw.githubusercontent.com/helm/helm/main/scripts/get-helm-4 | bash`")
        .hint(format!("without internet access copy the program here and name it with `--helm PATH` or `{NAMED_BY}`"))
}

/// Asks a program for its version. Standard error is thrown away: helm warns there about kubeconfigs of wide rights.
fn ask(program: &Path) -> Result<String, Problem> {
    let failed = |why: &str| unusable(program, why);
    let mut child = Command::new(program)
        .args(["version", "--template", "{{.Version}}"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(&error.to_string()))?;
    let started = Instant::now();
    while child.try_wait().map_err(|error| failed(&error.to_string()))?.is_none() {
        if started.elapsed() > PATIENCE {
            let _ = child.kill().and_then(|()| child.wait());
            return Err(failed(&format!("it did not say its version within {} s", PATIENCE.as_secs())));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().map_err(|error| failed(&error.to_string()))?;
    let said = text::line(&String::from_utf8_lossy(&output.stdout));
    if output.status.success() && said.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(said);
    }
    Err(failed("it does not answer to `helm version`"))
}

/// A version of helm, `4.3.1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    numbers: [u64; 3],
    said: String,
}

impl Version {
    /// Reads `v4.3.1`, `3.22.0+gabc` and what distributions make of it; missing numbers are 0.
    pub fn parse(said: &str) -> Self {
        let plain = said.trim().trim_start_matches('v');
        let numbers = plain.split(|c: char| !c.is_ascii_digit()).take(3).map(|number| number.parse().unwrap_or(0));
        let mut read = [0; 3];
        read.iter_mut().zip(numbers).for_each(|(slot, number)| *slot = number);
        Self { numbers: read, said: plain.to_owned() }
    }

    /// 3 or 4: they differ in flags.
    pub const fn major(&self) -> u64 {
        let [major, ..] = self.numbers;
        major
    }

    /// Why this version should not be used, if it should not.
    pub fn trouble(&self) -> Option<&'static str> {
        match self.numbers {
            [3, minor, _] if minor < 14 => Some("it is older than what was tried"),
            // helm/helm#31896 and #31897: false failures under autoscalers, fixed in 4.1.2.
            [4, 0, _] | [4, 1, 0 | 1] => Some("its waiting for hooks fails at random, which 4.1.2 mended"),
            // helm/helm#32214, reverted in 4.2.2.
            [4, 2, 1] => Some("it hangs when something is deleted quickly, which 4.2.2 mended"),
            [3 | 4, ..] => None,
            _ => Some("it is newer than what was tried"),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drivers::script;

    #[test]
    fn versions_with_known_regressions_are_named() {
        for (said, good) in [
            ("v3.13.9", false),
            ("v3.14.0", true),
            ("v3.22.0", true),
            ("v4.0.5", false),
            ("v4.1.1", false),
            ("v4.1.2", true),
            ("v4.2.1", false),
            ("v4.2.2+g1234", true),
            ("4.3", true),
            ("v5.0.0-rc.1", false),
        ] {
            assert_eq!(Version::parse(said).trouble().is_none(), good, "{said}");
        }
    }

    fn program(folder: &Path, text: &str) -> PathBuf {
        script::program(&folder.join("helm"), text)
    }

    #[test]
    fn what_is_no_helm_is_refused_with_the_ways_to_get_one() {
        let folder = tempfile::tempdir().unwrap();
        for script in ["echo 'I am not helm'", "exit 1", "echo v2.17.0"] {
            let problem = find(Some(&program(folder.path(), script))).unwrap_err();
            assert_eq!(problem.code, "helm-unusable", "{script}");
            assert!(problem.hints.iter().any(|hint| hint.contains("--helm PATH")));
        }
        assert_eq!(find(Some(Path::new("/no/such/helm"))).unwrap_err().code, "helm-unusable");
    }

    #[test]
    fn a_risky_version_is_used_with_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let found = find(Some(&program(folder.path(), "echo noise >&2; echo v4.2.1"))).unwrap();
        assert_eq!(found.version.to_string(), "4.2.1");
        assert!(found.warning.unwrap().title.contains("4.2.2"));
    }
}
