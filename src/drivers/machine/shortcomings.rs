//! What would keep a plan from working on this machine, all of it at once and before anything is changed: Python, room,
//! memory, ports, the folder, the system. Must not change anything.
mod ports;

use std::{
    fs,
    path::{Path, PathBuf},
};

use rustix::fs::{Access, StatVfsMountFlags};

use super::{
    environment::{self, python},
    facts,
    layout::Layout,
};
use crate::{
    plan::graph::{Action, Environment, Plan, Process},
    problem::Problem,
};

/// What a new environment takes, its downloads included, in bytes.
const ROOM: u64 = 1_500_000_000;
/// What logs, the hub's database and a first notebook take.
const SOME_ROOM: u64 = 200_000_000;
/// Below this hub, Ray and a notebook do not start, in bytes; with 2 GB they work.
const MEMORY: u64 = 1_000_000_000;
/// Processors that Ray has packages for, as Rust calls them.
const PROCESSORS: &[&str] = &["x86_64", "aarch64"];

/// Everything that is wrong.
pub async fn find(layout: &Layout, plan: &Plan) -> Vec<Problem> {
    let environments = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Environment(environment) => Some(environment),
        _ => None,
    });
    let new: Vec<&Environment> =
        environments.filter(|environment| !environment::is_prepared(layout, environment)).collect();
    let mut found = Vec::new();
    found.extend(system());
    found.extend(folder(layout));
    for environment in &new {
        found.extend(python::find(environment.python.as_deref()).await.err());
        found.extend(wheels(environment));
    }
    found.extend(room(layout, !new.is_empty()));
    found.extend(memory(facts::memory().available, ports::is_running(layout)));
    found.extend(ports::taken(layout, &processes(plan)));
    found
}

fn processes(plan: &Plan) -> Vec<&Process> {
    let services = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Service(service) => Some(&service.processes),
        _ => None,
    });
    services.flatten().collect()
}

fn system() -> Option<Problem> {
    let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
    if system != "linux" || !PROCESSORS.contains(&processor) {
        let title = format!("this machine is {system} on {processor}; hub and Ray run on Linux on x86_64 or aarch64");
        return Some(
            Problem::new("machine-unfit", title).hint("use another machine, or a cluster: target `kubernetes`"),
        );
    }
    environment::has_musl().then(|| {
        Problem::new("machine-unfit", "the C library of this machine is musl, which Ray has no packages for")
            .hint("use a system with glibc: Debian, Ubuntu, Fedora, or a cluster: target `kubernetes`")
    })
}

/// What is wrong with the place where everything goes.
fn folder(layout: &Layout) -> Vec<Problem> {
    let folder = layout.folder();
    let stranger = !layout.is_ours() && layout.is_taken();
    let wrong = |title: String| {
        Problem::new("folder-unfit", title).hint("name another as `machine.folder`").at("machine.folder")
    };
    if stranger {
        return vec![
            Problem::new("folder-in-use", format!("`{}` holds files that are not hubwright's", folder.display()))
                .hint("name a folder that is empty or not there yet")
                .at("machine.folder"),
        ];
    }
    let place = existing(folder);
    if !place.is_dir() {
        return vec![wrong(format!("`{}` is not a folder", place.display()))];
    }
    let mut found = Vec::new();
    if rustix::fs::access(&place, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        found.push(wrong(format!("you may not write to `{}`", place.display())));
    }
    if let Ok(about) = rustix::fs::statvfs(&place) {
        if about.f_flag.contains(StatVfsMountFlags::RDONLY) {
            found.push(wrong(format!("the disk that `{}` is on can only be read", place.display())));
        }
        if about.f_flag.contains(StatVfsMountFlags::NOEXEC) {
            found.push(wrong(format!(
                "no programs may be started from the disk that `{}` is on (`noexec`)",
                place.display()
            )));
        }
    }
    if knows_no_links(&place) {
        found.push(wrong(format!(
            "the disk that `{}` is on knows no links or owners, as USB sticks do",
            place.display()
        )));
    }
    // Scripts of a virtual environment begin with the path of their Python, and a colon parts the folders of `PATH`.
    let plain = folder.to_str().is_some_and(|path| !path.contains([' ', '\t', '\n', '"', '\'', ':']));
    if !plain {
        found.push(wrong(format!(
            "the path `{}` has blanks, quotes or colons in it, which programs stumble over",
            folder.display()
        )));
    }
    found
}

/// FAT, exFAT and NTFS through FUSE, by their magic numbers.
fn knows_no_links(place: &Path) -> bool {
    const FAT: i64 = 0x4d44;
    const EXFAT: i64 = 0x2011_bab0;
    rustix::fs::statfs(place).is_ok_and(|about| [FAT, EXFAT].contains(&about.f_type))
}

/// The folder, or what of its path is there.
fn existing(folder: &Path) -> PathBuf {
    folder.ancestors().find(|path| fs::symlink_metadata(path).is_ok()).unwrap_or(Path::new("/")).to_owned()
}

fn wheels(environment: &Environment) -> Option<Problem> {
    let wheels = environment.wheels.as_deref()?;
    let wrong = |why: &str| {
        Problem::new("wheels-missing", format!("`{wheels}` cannot be used as folder of packages: {why}"))
            .hint("copy the folder with all packages to this machine, and name it in full")
            .at("machine.wheels")
    };
    match fs::read_dir(wheels) {
        Err(error) => Some(wrong(&error.to_string())),
        Ok(mut entries) => entries.next().is_none().then(|| wrong("it is empty")),
    }
}

fn room(layout: &Layout, new: bool) -> Option<Problem> {
    let place = existing(layout.folder());
    let about = rustix::fs::statvfs(&place).ok()?;
    lacking(about.f_bavail.saturating_mul(about.f_frsize), if new { ROOM } else { SOME_ROOM }, &place)
}

fn lacking(free: u64, needed: u64, place: &Path) -> Option<Problem> {
    (free < needed).then(|| {
        let (free, needed) = (megabytes(free), megabytes(needed));
        Problem::new(
            "no-space",
            format!("{free} MB are free where `{}` is, and {needed} MB are needed", place.display()),
        )
        .hint("free some space, or name a folder on another disk as `machine.folder`")
        .at("machine.folder")
    })
}

/// A deployment that runs already has its memory.
fn memory(available: u64, running: bool) -> Option<Problem> {
    (available < MEMORY && available > 0 && !running).then(|| {
        let free = megabytes(available);
        Problem::new("no-memory", format!("{free} MB of memory are free; hub, Ray and a notebook need 2000 MB, and do not start with less than 1000"))
            .hint("end what needs much memory, or leave a component out")
    })
}

const fn megabytes(bytes: u64) -> u64 {
    bytes / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::graph::{Checks, ServedPort, Service, Step, StepId};

    fn plan(actions: Vec<Action>) -> Plan {
        let step = |action| Step {
            id: StepId::new("one"),
            title: String::new(),
            needs: Vec::new(),
            action,
            ready: Vec::new(),
            deadline: std::time::Duration::ZERO,
        };
        let steps = actions.into_iter().map(step).collect();
        Plan { context: None, namespace: "trial".into(), steps, checks: Checks::default() }
    }

    fn codes(found: &[Problem]) -> Vec<&str> {
        found.iter().map(|problem| problem.code.as_str()).collect()
    }

    #[tokio::test]
    async fn everything_that_is_wrong_is_said_at_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.tex"), "words").unwrap();
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let at = taken.local_addr().unwrap().port();
        let process = Process {
            name: "hub".into(),
            ports: vec![ServedPort { service: "hub".into(), port: 8081, at, address: None }],
            ..Process::default()
        };
        let environment = Environment {
            name: "one".into(),
            python: Some("/no/such".into()),
            wheels: Some("/no/such".into()),
            ..Environment::default()
        };
        let actions = vec![
            Action::Environment(environment),
            Action::Service(Service { processes: vec![process], ..Service::default() }),
        ];
        let found = find(&Layout::at(folder.path().to_owned()), &plan(actions)).await;
        assert_eq!(codes(&found), ["folder-in-use", "python-unusable", "wheels-missing", "port-taken"], "{found:#?}");
        assert!(found.iter().all(|problem| !problem.hints.is_empty() && problem.at.is_some()));
        let title = &found.last().unwrap().title;
        assert!(
            title.contains(&format!("port {at}")) && title.contains(&format!("(pid {})", std::process::id())),
            "{title}"
        );
    }

    #[test]
    fn folders_that_cannot_be_used_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let of = |path: PathBuf| super::folder(&Layout::at(path));
        assert!(of(file.join("trial"))[0].title.contains("is not a folder"));
        assert!(of(folder.path().join("my trial"))[0].title.contains("blanks"));
        assert!(of(folder.path().join("a:b"))[0].title.contains("colons"), "no environment can be made there");
        assert_eq!(of(folder.path().join("deep/down/trial")), []);
        assert!(of("/proc/trial".into()).iter().all(|problem| problem.code == "folder-unfit"));
    }

    #[test]
    fn room_and_memory_are_told_in_figures() {
        assert_eq!(lacking(ROOM, ROOM, Path::new("/srv")), None);
        let problem = lacking(3_000_000, ROOM, Path::new("/srv")).unwrap();
        assert_eq!(problem.title, "3 MB are free where `/srv` is, and 1500 MB are needed");
        assert!(memory(MEMORY - 1, false).unwrap().title.starts_with("999 MB"));
        assert_eq!((memory(MEMORY, false), memory(1, true)), (None, None));
    }
}
