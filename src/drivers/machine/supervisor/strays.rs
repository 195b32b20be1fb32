//! Processes that a deployment left behind: each carries the deployment's mark among its variables, as do those that it
//! starts. They are ended by number, and never anybody else's. Must not know when that is due.
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::Path,
    time::Duration,
};

use rustix::process::Signal;
use tokio::time::Instant;

use crate::drivers::processes::{self, Identity};

/// Names the deployment's folder.
pub const DEPLOYMENT: &str = "HUBWRIGHT_DEPLOYMENT";
/// Names the folder of what is put together for a deployment: a program that makes an environment.
pub const MAKES: &str = "HUBWRIGHT_MAKES";
/// Names the process.
const PROCESS: &str = "HUBWRIGHT_PROCESS";
/// What a hub and Dask Gateway give what they start for people.
const PEOPLES: [&[u8]; 2] = [b"JUPYTERHUB_USER=", b"DASK_GATEWAY_CLUSTER_NAME="];
/// How often one looks whether they have ended.
const GLANCE: Duration = Duration::from_millis(50);
/// How long the kernel may take for a SIGKILL.
const KILLED: Duration = Duration::from_secs(3);
/// While they end they may start others, which are found in the next round.
const ROUNDS: usize = 3;

/// Variables that mark a process.
pub fn marks(folder: &Path, process: &str) -> [(String, String); 2] {
    let folder = folder.to_string_lossy().into_owned();
    [(DEPLOYMENT.to_owned(), folder), (PROCESS.to_owned(), process.to_owned())]
}

/// Whose processes are looked for.
pub enum Whose<'a> {
    /// All of the deployment.
    Deployment,
    /// All of the deployment, and all that this process has below it, marked or not.
    DeploymentAndBelow,
    /// Those of one process.
    Process(&'a str),
    /// Those that make an environment, and outlived the run that started them.
    Makers,
}

/// Ends what is left of a deployment in a folder: asks, and after a time does not ask any more.
pub async fn end(folder: &Path, whose: Whose<'_>, within: Duration) {
    for _ in 0..ROUNDS {
        let found = find(folder, &whose);
        if found.is_empty() {
            return;
        }
        end_these(&found, within).await;
    }
}

/// Whether something runs in a deployment that people started: servers, clusters.
pub fn is_used(folder: &Path) -> bool {
    let peoples =
        |variables: &Vec<Vec<u8>>| PEOPLES.iter().any(|name| variables.iter().any(|one| one.starts_with(name)));
    let mut used = processes::all().into_iter().filter(|pid| is_marked(*pid, folder, &Whose::Deployment));
    used.any(|pid| peoples(&processes::environment(pid)))
}

/// Whether this very program was started from within a deployment, say in a terminal of a notebook.
pub fn is_within(folder: &Path) -> bool {
    std::env::var_os(DEPLOYMENT).is_some_and(|marked| marked == folder)
}

async fn end_these(found: &[Identity], within: Duration) {
    found.iter().for_each(|one| one.signal(Signal::TERM));
    if !are_gone(found, within).await {
        found.iter().for_each(|one| one.signal(Signal::KILL));
        are_gone(found, KILLED).await;
    }
}

async fn are_gone(found: &[Identity], within: Duration) -> bool {
    let end = Instant::now() + within;
    while found.iter().any(Identity::lives) {
        if Instant::now() >= end {
            return false;
        }
        tokio::time::sleep(GLANCE).await;
    }
    true
}

/// What is left. This process is spared, and whoever started it: a person may work within the deployment.
fn find(folder: &Path, whose: &Whose<'_>) -> Vec<Identity> {
    let parents: BTreeMap<u32, u32> =
        processes::all().into_iter().filter_map(|pid| Some((pid, processes::stat(pid)?.parent))).collect();
    let own = std::process::id();
    let spared: BTreeSet<u32> = line(&parents, own).collect();
    let is_below = |pid: u32| line(&parents, pid).any(|one| one == own);
    let is_meant = |pid: &u32| {
        let below = matches!(whose, Whose::DeploymentAndBelow) && is_below(*pid);
        !spared.contains(pid) && (below || is_marked(*pid, folder, whose))
    };
    let meant = parents.keys().copied().filter(is_meant).map(Identity::of);
    meant.filter(Identity::lives).collect()
}

/// A process, its parent, and so on.
fn line(parents: &BTreeMap<u32, u32>, pid: u32) -> impl Iterator<Item = u32> {
    // Numbers may have been given away while one looked: a circle must not last for ever.
    std::iter::successors(Some(pid), |pid| parents.get(pid).copied().filter(|parent| *parent > 0)).take(parents.len())
}

fn is_marked(pid: u32, folder: &Path, whose: &Whose<'_>) -> bool {
    let variables = processes::environment(pid);
    let has = |name: &str, value: &OsStr| {
        let wanted = [name.as_bytes(), b"=", value.as_bytes()].concat();
        variables.contains(&wanted)
    };
    match whose {
        Whose::Deployment | Whose::DeploymentAndBelow => has(DEPLOYMENT, folder.as_os_str()),
        Whose::Process(process) => has(PROCESS, OsStr::new(process)) && has(DEPLOYMENT, folder.as_os_str()),
        Whose::Makers => has(MAKES, folder.as_os_str()),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        os::unix::process::ExitStatusExt,
        process::{Child, Command},
    };

    use super::*;

    /// More than anything takes to end that listens.
    const LONG: Duration = Duration::from_secs(60);

    fn start(folder: &Path, name: &str, script: &str) -> Child {
        Command::new("sh").args(["-c", script]).envs(marks(folder, name)).spawn().unwrap()
    }

    /// Ends children that a test itself reaps: without that, their numbers would stay.
    async fn ended(folder: &Path, whose: Whose<'_>, mut children: Vec<Child>) -> Vec<Option<i32>> {
        end(folder, whose, LONG).await;
        let status = |child: &mut Child| child.try_wait().unwrap().and_then(|status| status.signal());
        let ended = children.iter_mut().map(status).collect();
        for child in &mut children {
            let _ = child.kill().and_then(|()| child.wait());
        }
        ended
    }

    #[tokio::test]
    async fn only_what_carries_the_mark_is_ended_and_who_does_not_listen_is_killed() {
        let (ours, others) = (Path::new("/no/such/ours"), Path::new("/no/such/ours-2"));
        let folder = tempfile::tempdir().unwrap();
        let deaf = folder.path().join("deaf");
        let script = format!("trap '' TERM; : >{}; while :; do sleep 0.1; done", deaf.display());
        let children = vec![
            start(ours, "hub", "exec sleep 30"),
            start(ours, "ray", &script),
            start(others, "hub", "exec sleep 30"),
        ];
        while !deaf.exists() {
            tokio::time::sleep(GLANCE).await;
        }
        end(ours, Whose::Process("hub"), LONG).await;
        // Below this process are the children of all tests: the mark alone counts here.
        end(ours, Whose::Process("ray"), Duration::from_millis(300)).await;
        let ended = ended(ours, Whose::Process("none"), children).await;
        assert_eq!(ended, [Some(15), Some(9), None]);
    }

    #[tokio::test]
    async fn a_tool_whose_run_was_killed_went_on_to_write_into_the_next_environment() {
        let folder = tempfile::tempdir().unwrap();
        let mut tool = Command::new("sleep").arg("30").env(MAKES, folder.path()).spawn().unwrap();
        end(folder.path(), Whose::Deployment, Duration::from_millis(300)).await;
        let before = tool.try_wait().unwrap();
        end(folder.path(), Whose::Makers, LONG).await;
        let after = tool.try_wait().unwrap().and_then(|status| status.signal());
        let _ = tool.kill().and_then(|()| tool.wait());
        assert_eq!((before, after), (None, Some(15)));
    }

    #[tokio::test]
    async fn an_older_supervisor_was_never_replaced_because_nobody_asked_whether_people_work() {
        let folder = tempfile::tempdir().unwrap();
        let mut hub = start(folder.path(), "hub", "exec sleep 30");
        let server = || {
            let mut server = Command::new("sleep");
            server.arg("30").envs(marks(folder.path(), "hub")).env("JUPYTERHUB_USER", "ada").spawn().unwrap()
        };
        while find(folder.path(), &Whose::Process("hub")).is_empty() {
            tokio::time::sleep(GLANCE).await;
        }
        let idle = is_used(folder.path());
        let mut server = server();
        while !processes::command_line(server.id()).starts_with(b"sleep") {
            tokio::time::sleep(GLANCE).await;
        }
        let used = (is_used(folder.path()), is_used(Path::new("/no/such")));
        for child in [&mut hub, &mut server] {
            child.kill().and_then(|()| child.wait()).unwrap();
        }
        assert_eq!((idle, used), (false, (true, false)));
    }

    #[tokio::test]
    async fn what_a_marked_process_started_is_found_after_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let mut child = start(folder.path(), "hub", "setsid sleep 30 & echo $! > \"$HUBWRIGHT_DEPLOYMENT/pid\"");
        child.wait().unwrap();
        let found = || find(folder.path(), &Whose::Process("hub"));
        let begun = Instant::now();
        while found().is_empty() && begun.elapsed() < Duration::from_secs(5) {
            tokio::time::sleep(GLANCE).await;
        }
        assert!(!found().is_empty());
        end(folder.path(), Whose::Process("hub"), Duration::from_secs(1)).await;
        assert!(found().is_empty());
    }
}
