//! What installs Python packages: uv where it is found or can be had as a wheel, else pip. Must not know what the packages
//! are for.
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::process::Command;

use super::{
    Shop,
    job::{Heard, Job},
    lock, python,
};
use crate::{
    problem::Problem,
    run::ports::{Progress, Unit},
};

/// The uv that is fetched where the machine has none, with its hashes.
const UV: &str = include_str!("../../../../assets/local/uv.lock");
/// Oldest uv whose flags and variables are those that are used here.
const OLDEST_UV: (u16, u16) = (0, 5);
/// How long uv may take to say its version.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program that installs packages.
pub enum Installer {
    /// uv, by its path.
    Uv(PathBuf),
    /// pip, as a module of a Python.
    Pip(Pip),
}

/// A pip, and whether it is the environment's own.
pub struct Pip {
    python: PathBuf,
    own: bool,
}

impl Installer {
    /// uv of `PATH` or of an interrupted run, else one that is fetched now; pip where there is none to be had.
    pub async fn find(shop: &Shop<'_>) -> Result<Self, Problem> {
        let fetched = shop.cache.join("tools/bin/uv");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let known = std::env::split_paths(&path).filter(|folder| folder.is_absolute()).map(|folder| folder.join("uv"));
        for program in known.chain([fetched.clone()]).filter(|program| program.is_file()) {
            if version(&program).await.is_some_and(|version| version >= OLDEST_UV) {
                return Ok(Self::Uv(program));
            }
        }
        let pip = Pip::find(shop).await?;
        match pip.fetch_uv(shop).await {
            Ok(()) if version(&fetched).await.is_some() => Ok(Self::Uv(fetched)),
            // An index without uv, or a machine without a wheel of it, may well have all the rest.
            Ok(()) => Ok(Self::Pip(pip)),
            Err(problem) if ["package-missing", "no-wheel", "package-changed"].contains(&problem.code.as_str()) => {
                shop.say(format!("going on with pip, as uv is not to be had: {}", problem.title));
                Ok(Self::Pip(pip))
            }
            Err(problem) => Err(problem),
        }
    }

    /// Installs exactly what a lock says, every file checked against its hashes, nothing built.
    pub async fn install_locked(&self, shop: &Shop<'_>, what: &str, lock: &str) -> Result<(), Problem> {
        let total = lock::requirements(lock).len();
        if total == 0 {
            return Ok(());
        }
        let file = shop.note("requirements.txt", lock)?;
        // The lock is whole. Older pips take an extra that a package asks for as one more requirement, without a hash.
        let arguments = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r"].map(OsString::from);
        self.install(shop, what, total, arguments.into_iter().chain([file.into()]).collect()).await
    }

    /// Installs what the person wants beside, without changing a version of the lock.
    pub async fn install_wanted(&self, shop: &Shop<'_>) -> Result<(), Problem> {
        let wanted = &shop.environment.packages;
        if let Some(odd) = wanted.iter().find(|one| one.trim_start().starts_with('-') || one.contains(['\n', '\r'])) {
            let odd = crate::health::text::brief(odd, 80);
            return Err(Problem::new("package-unclear", format!("`{odd}` is not the name of a package"))
                .hint("write packages as pip does: `polars`, `torch==2.9.1`"));
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let packages = shop.note("packages.txt", &(wanted.join("\n") + "\n"))?;
        let constraints = shop.note("constraints.txt", &lock::constraints(&shop.environment.requirements))?;
        let arguments = ["-r".into(), packages.into(), "-c".into(), constraints.into()];
        self.install(shop, "packages of your own", wanted.len(), arguments.into()).await
    }

    async fn install(
        &self,
        shop: &Shop<'_>,
        what: &str,
        total: usize,
        arguments: Vec<OsString>,
    ) -> Result<(), Problem> {
        shop.say(format!("fetching {what}"));
        let mut job = match self {
            Self::Uv(program) => uv(shop, program),
            Self::Pip(pip) => pip.job(shop),
        };
        job.arguments.extend(arguments);
        if let Some(wheels) = &shop.environment.wheels {
            job.arguments.extend(["--no-index".into(), "--find-links".into(), wheels.into()]);
        }
        let tool = self.name();
        let mut tracker = Tracker::new(shop, what, total);
        let ended = shop.job(tool, job, &mut |heard| tracker.hear(&heard)).await?;
        shop.done(&ended, tool)
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Uv(_) => "uv",
            Self::Pip(_) => "pip",
        }
    }
}

fn uv<'a>(shop: &'a Shop<'_>, program: &Path) -> Job<'a> {
    let mut arguments: Vec<OsString> =
        ["pip", "install", "--no-progress", "--color", "never", "--python"].map(Into::into).into();
    arguments.push(shop.interpreter().into());
    if shop.environment.wheels.is_some() {
        arguments.push("--offline".into());
    }
    Job { program: program.to_owned(), arguments, variables: shop.settings.uv(), folder: &shop.cache }
}

async fn version(uv: &Path) -> Option<(u16, u16)> {
    let asked = Command::new(uv).arg("--version").stdin(Stdio::null()).kill_on_drop(true).output();
    let output = tokio::time::timeout(PATIENCE, asked).await.ok()?.ok().filter(|output| output.status.success())?;
    read_version(&String::from_utf8_lossy(&output.stdout))
}

/// `uv 0.13.9 (x86_64-unknown-linux-gnu)`.
fn read_version(said: &str) -> Option<(u16, u16)> {
    let mut numbers = said.trim().strip_prefix("uv ")?.split(['.', ' ']);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

impl Pip {
    /// The environment's own, where Python can put one there, else that of the machine's Python.
    async fn find(shop: &Shop<'_>) -> Result<Self, Problem> {
        if shop.python.ensurepip {
            let arguments = ["-I", "-B", "-m", "ensurepip", "--upgrade"].map(Into::into).into();
            let variables = shop.settings.plain();
            let job = Job { program: shop.interpreter(), arguments, variables, folder: &shop.cache };
            let ended = shop.job("python -m ensurepip", job, &mut |_| {}).await?;
            shop.done(&ended, "python -m ensurepip")?;
            return Ok(Self { python: shop.interpreter(), own: true });
        }
        if shop.python.pip {
            return Ok(Self { python: shop.python.program.clone(), own: false });
        }
        Err(python::without_venv(&shop.python))
    }

    /// Fetches uv into a folder that nothing else is in.
    async fn fetch_uv(&self, shop: &Shop<'_>) -> Result<(), Problem> {
        let lock = shop.note("uv.txt", UV)?;
        let name = lock::requirements(UV).into_iter().next().unwrap_or_default().replace("==", " ");
        shop.say(format!("fetching {name}"));
        let mut job = self.command(shop);
        let target = shop.cache.join("tools");
        let arguments = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--upgrade", "--target"];
        job.arguments.extend(["install".into()]);
        job.arguments.extend(common());
        job.arguments.extend(arguments.map(OsString::from));
        job.arguments.extend([target.into(), "-r".into(), lock.into()]);
        if let Some(wheels) = &shop.environment.wheels {
            job.arguments.extend(["--no-index".into(), "--find-links".into(), wheels.into()]);
        }
        let mut tracker = Tracker::new(shop, &name, 1);
        let ended = shop.job("pip", job, &mut |heard| tracker.hear(&heard)).await?;
        shop.done(&ended, "pip")
    }

    fn job<'a>(&self, shop: &'a Shop<'_>) -> Job<'a> {
        let mut job = self.command(shop);
        if !self.own {
            job.arguments.extend(["--python".into(), shop.interpreter().into()]);
        }
        job.arguments.push("install".into());
        job.arguments.extend(common());
        job
    }

    fn command<'a>(&self, shop: &'a Shop<'_>) -> Job<'a> {
        let arguments = ["-I", "-B", "-m", "pip"].map(Into::into).into();
        Job { program: self.python.clone(), arguments, variables: shop.settings.pip(), folder: &shop.cache }
    }
}

fn common() -> impl Iterator<Item = OsString> {
    ["--no-input", "--no-color", "--disable-pip-version-check", "--progress-bar", "off", "--no-compile"]
        .into_iter()
        .chain(["--no-warn-script-location", "--retries", "2"])
        .map(Into::into)
}

/// Counts packages by what tools say and leave.
struct Tracker<'a> {
    shop: &'a Shop<'a>,
    what: &'a str,
    total: u64,
    done: u64,
    /// Packages on their way, with their sizes.
    now: Vec<String>,
    /// Where a new entry is a package that was fetched, and what was there before.
    unpacked: Option<PathBuf>,
    installing: bool,
}

impl<'a> Tracker<'a> {
    fn new(shop: &'a Shop<'_>, what: &'a str, total: usize) -> Self {
        let own = shop.settings.has_own_uv_cache();
        let unpacked = (!own).then(|| shop.cache.join("uv/archive-v0"));
        Self { shop, what, total: total as u64, done: 0, now: Vec::new(), unpacked, installing: false }
    }

    fn hear(&mut self, heard: &Heard<'_>) {
        match heard {
            Heard::Line(line) => self.line(line),
            Heard::Written(written) => self.written(*written),
        }
    }

    fn line(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some("Resolved" | "Prepared"), Some(number), Some("package" | "packages")) => {
                self.total = number.parse().unwrap_or(self.total);
                self.installing = line.starts_with("Prepared");
            }
            // uv: `Downloading ray (68.1MiB)`, pip: `Downloading ray-2.60.0-cp312-….whl (68.1 MB)`.
            (Some("Downloading"), Some(name), _) => {
                let size = line.rsplit_once('(').map_or("", |(_, size)| size.trim_end_matches(')'));
                self.now.push(format!("{} ({size})", package(name)));
            }
            (Some("Downloaded"), Some(name), _) => self.now.retain(|one| one.split(' ').next() != Some(name)),
            (Some("Collecting" | "Requirement"), ..) => {
                self.done = (self.done + 1).min(self.total);
                self.now.clear();
            }
            (Some("Installing"), Some("collected"), _) => self.installing = true,
            _ => {}
        }
    }

    fn written(&mut self, written: u64) {
        let verb = if self.installing { "installing" } else { "fetching" };
        let unpacked =
            self.unpacked.as_ref().and_then(|folder| fs::read_dir(folder).ok()).map(|entries| entries.count() as u64);
        let done = self.done.max(unpacked.unwrap_or(0)).min(self.total);
        let now =
            if self.now.is_empty() || self.installing { String::new() } else { format!(": {}", self.now.join(", ")) };
        let size = written / 1_000_000;
        let size = if size > 0 { format!(" ({size} MB so far)") } else { String::new() };
        let what = format!("{verb} {}{size}{now}", self.what);
        (self.shop.said)(Progress::of(what).counted(done, Some(self.total), Unit::Packages));
    }
}

/// `ray-2.60.0-cp312-….whl` is `ray`.
fn package(name: &str) -> &str {
    if name.contains(".whl") || name.contains(".tar.gz") { name.split('-').next().unwrap_or(name) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_uv_are_read_and_what_is_no_uv_is_not() {
        assert_eq!(read_version("uv 0.13.9 (x86_64-unknown-linux-gnu)\n"), Some((0, 13)));
        assert_eq!(read_version("uv 0.4.30"), Some((0, 4)));
        assert_eq!(read_version("uvicorn 0.30"), None);
    }

    #[test]
    fn the_uv_that_is_fetched_is_one_version_with_hashes() {
        assert_eq!(lock::requirements(UV).len(), 1);
        assert!(lock::requirements(UV)[0].starts_with("uv==") && UV.contains("--hash=sha256:"));
    }
}
