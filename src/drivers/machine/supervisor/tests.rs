//! The supervisor as a process of its own, with real programs below it, asked through the driver's way to it.
use std::{net::TcpListener, path::PathBuf};

use super::*;
use crate::{
    drivers::machine::{
        logs,
        seen::{SeenProcess, State},
        serving::Serving,
    },
    plan::graph::{Process, ServedPort},
    run::ports::Applied,
};

/// How long something may take on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(300);

/// This very test program, as it is started to be something else: what follows are the arguments.
fn as_program(entry: &str) -> Vec<OsString> {
    let module = module_path!().split_once("::").map_or("", |(_, module)| module);
    let program = std::env::current_exe().unwrap().into_os_string();
    let entry = format!("{module}::{entry}");
    let arguments = ["--ignored", "--exact", &entry, "--nocapture", "--"];
    std::iter::once(program).chain(arguments.map(OsString::from)).collect()
}

/// Arguments behind `--`; none where nobody started this as a program.
fn arguments() -> Vec<OsString> {
    std::env::args_os().skip_while(|argument| argument != "--").skip(1).collect()
}

#[test]
#[ignore = "no test: other tests start it as the supervisor"]
fn supervisor() {
    if let [_, folder] = arguments().as_slice() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        supervise_through(Path::new(folder), as_program("shim")).unwrap();
    }
}

#[test]
#[ignore = "no test: the supervisor of other tests starts it as its shim"]
fn shim() {
    let arguments = arguments();
    assert!(arguments.is_empty(), "{}", run_process(&arguments));
}

/// A deployment in a folder, which ends with the test.
struct Bench {
    _folder: tempfile::TempDir,
    layout: Layout,
    serving: Serving,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::at(folder.path().join("trial"));
        let serving = Serving::through(layout.clone(), as_program("supervisor"));
        Self { _folder: folder, layout, serving }
    }

    fn supervisor(&self) -> Identity {
        serde_json::from_str(&fs::read_to_string(self.layout.lock()).unwrap()).unwrap()
    }

    fn seen(&self, name: &str) -> Option<SeenProcess> {
        Seen::read(&self.layout)?.processes.into_iter().find(|seen| seen.name == name)
    }

    /// Waits until a process is as wanted.
    async fn until(&self, name: &str, wanted: impl Fn(&SeenProcess) -> bool) -> SeenProcess {
        let begun = Instant::now();
        loop {
            match self.seen(name) {
                Some(seen) if wanted(&seen) => return seen,
                seen => assert!(begun.elapsed() < PATIENCE, "{seen:#?}"),
            }
            tokio::time::sleep(TICK / 2).await;
        }
    }

    async fn running(&self, name: &str) -> Identity {
        process(&self.until(name, |seen| matches!(seen.state, State::Running { .. }) && seen.ready).await)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if !self.serving.is_supervised() {
            return;
        }
        self.supervisor().signal(rustix::process::Signal::TERM);
        let begun = Instant::now();
        while self.serving.is_supervised() && begun.elapsed() < PATIENCE {
            std::thread::sleep(TICK);
        }
        self.supervisor().signal(rustix::process::Signal::KILL);
    }
}

fn process(seen: &SeenProcess) -> Identity {
    match &seen.state {
        State::Running { process, .. } => *process,
        State::Waiting { .. } => panic!("it does not run: {seen:#?}"),
    }
}

fn script(name: &str, script: &str) -> Process {
    let command = ["sh", "-c", script].map(str::to_owned).to_vec();
    Process { name: name.to_owned(), command, ends_within: 1, ..Process::default() }
}

async fn gone(process: Identity) {
    let begun = Instant::now();
    while process.lives() {
        assert!(begun.elapsed() < PATIENCE, "process {} still runs", process.pid);
        tokio::time::sleep(TICK).await;
    }
}

async fn number(file: PathBuf) -> Identity {
    let begun = Instant::now();
    loop {
        match fs::read_to_string(&file).unwrap_or_default().trim().parse() {
            Ok(pid) => return Identity::of(pid),
            Err(_) => assert!(begun.elapsed() < PATIENCE, "{} was not written", file.display()),
        }
        tokio::time::sleep(TICK).await;
    }
}

#[tokio::test]
async fn a_service_gets_ready_outlives_who_asked_and_ends_when_told() {
    let bench = Bench::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let command = ["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", "{folder}/config"];
    let mut command: Vec<String> = command.map(str::to_owned).to_vec();
    command.push(port.to_string());
    let web = Process {
        name: "web".to_owned(),
        command,
        probe: Probe::Http { port, path: "/".to_owned(), tls: false },
        ports: vec![ServedPort { service: "web".to_owned(), port: 80, at: port, address: None }],
        ends_within: 5,
        ..Process::default()
    };
    assert_eq!(bench.serving.serve(std::slice::from_ref(&web)).await.unwrap(), Applied::Created);
    let first = bench.running("web").await;
    assert_eq!(bench.serving.serve(&[web]).await.unwrap(), Applied::Unchanged);
    assert_eq!(process(&bench.seen("web").unwrap()), first);
    assert!(!bench.serving.start().await.unwrap(), "it runs already");
    bench.serving.stop().await.unwrap();
    assert!(!first.lives() && !bench.serving.is_supervised());
    assert!(TcpListener::bind(("127.0.0.1", port)).is_ok());
    assert!(bench.serving.start().await.unwrap());
    assert_ne!(bench.running("web").await, first);
}

#[tokio::test]
async fn only_what_changed_starts_again_and_what_is_not_named_ends() {
    let bench = Bench::new();
    let sleep =
        |name: &str, revision: &str| Process { revision: revision.to_owned(), ..script(name, "exec sleep 1000") };
    bench.serving.serve(&[sleep("proxy", "1"), sleep("hub", "1"), sleep("ray", "1")]).await.unwrap();
    let (proxy, hub, ray) = (bench.running("proxy").await, bench.running("hub").await, bench.running("ray").await);
    assert_eq!(bench.serving.serve(&[sleep("proxy", "1"), sleep("hub", "2")]).await.unwrap(), Applied::Changed);
    assert_ne!(bench.running("hub").await, hub);
    assert_eq!((bench.running("proxy").await, bench.running("ray").await), (proxy, ray));
    assert_eq!(bench.serving.keep_only(&["proxy".to_owned(), "hub".to_owned()]).await.unwrap(), ["ray"]);
    assert!(!ray.lives() && bench.seen("ray").is_none());
    bench.serving.restart(&["proxy".to_owned()]).await.unwrap();
    assert_ne!(bench.running("proxy").await, proxy);
}

#[tokio::test]
async fn a_killed_supervisor_takes_its_processes_along_and_the_next_one_what_they_left() {
    let bench = Bench::new();
    let left = bench.layout.data().join("left");
    // In a session of its own, as servers of people and schedulers of Dask are.
    let detached = format!("setsid sleep 1000 & echo $! > '{}'; exec sleep 1000", left.display());
    bench.serving.serve(&[script("hub", &detached)]).await.unwrap();
    let hub = bench.running("hub").await;
    let stray = number(left.clone()).await;
    let supervisor = bench.supervisor();
    supervisor.signal(rustix::process::Signal::KILL);
    gone(supervisor).await;
    gone(hub).await;
    assert!(stray.lives(), "nobody has looked for it yet");
    fs::remove_file(&left).unwrap();
    assert!(bench.serving.start().await.unwrap());
    let again = bench.running("hub").await;
    assert!(!stray.lives() && again.lives());
    let stray = number(left).await;
    bench.serving.stop().await.unwrap();
    assert!(!stray.lives() && !again.lives());
}

#[tokio::test]
async fn a_crash_is_told_with_its_last_words_and_started_again() {
    let bench = Bench::new();
    bench.serving.serve(&[script("hub", "echo 'no such table'; exit 3")]).await.unwrap();
    let seen = bench.until("hub", |seen| seen.restarts >= 2).await;
    let last = seen.last.unwrap();
    assert_eq!((last.code, last.signal, last.reason.as_str()), (3, None, "Error"));
    let words = logs::last(&bench.layout.log("hub"), true, 1).unwrap();
    assert_eq!(words, ["no such table"]);
}

#[tokio::test]
async fn what_cannot_be_started_says_why_until_it_can() {
    let bench = Bench::new();
    let late = Process { command: vec!["env/one/bin/late".to_owned()], ..script("late", "") };
    bench.serving.serve(&[late]).await.unwrap();
    let refused =
        |seen: &SeenProcess| matches!(&seen.state, State::Waiting { reason, .. } if reason == "CreateContainerError");
    bench.until("late", refused).await;
    let program = bench.layout.env("one").join("bin/late");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    let script = "#!/bin/sh\necho \"$0 in $PWD\" > data/said\nexec sleep 1000\n";
    fs::write(&program, script).unwrap();
    std::process::Command::new("chmod").args(["700".into(), program.clone()]).status().unwrap();
    bench.running("late").await;
    let begun = Instant::now();
    let expected = format!("{} in {}\n", program.display(), bench.layout.folder().display());
    while fs::read_to_string(bench.layout.data().join("said")).unwrap_or_default() != expected {
        assert!(begun.elapsed() < PATIENCE, "it starts in the deployment's folder, by its whole path");
        tokio::time::sleep(TICK).await;
    }
}

#[tokio::test]
async fn who_does_not_listen_is_killed_and_a_second_supervisor_leaves_at_once() {
    let bench = Bench::new();
    bench.serving.serve(&[script("deaf", "trap '' TERM; while :; do sleep 0.1; done")]).await.unwrap();
    let deaf = bench.running("deaf").await;
    let first = bench.supervisor();
    let program = as_program("supervisor");
    let mut second = std::process::Command::new(&program[0]);
    second.args(&program[1..]).arg("--folder").arg(bench.layout.folder()).stdout(std::process::Stdio::null());
    assert!(second.status().unwrap().success());
    assert!(first.lives() && deaf.lives() && bench.supervisor() == first);
    bench.serving.stop().await.unwrap();
    assert!(!deaf.lives());
}

#[tokio::test]
async fn a_supervisor_that_cannot_start_says_what_it_said() {
    let bench = Bench::new();
    let program = ["sh", "-c", "echo 'no such option' >&2; exit 2"].map(OsString::from).to_vec();
    let serving = Serving::through(bench.layout.clone(), program);
    let problem = serving.serve(&[script("hub", "exec sleep 1000")]).await.unwrap_err();
    assert_eq!(problem.code, "supervisor-gone");
    assert!(problem.detail.unwrap().contains("no such option"));
}

#[tokio::test]
async fn a_supervisor_of_an_older_version_stayed_after_an_upgrade() {
    let bench = Bench::new();
    let hub = [script("hub", "exec sleep 1000")];
    bench.serving.serve(&hub).await.unwrap();
    bench.running("hub").await;
    let old = bench.supervisor();
    let age = || {
        let seen = Seen::read(&bench.layout).unwrap();
        Seen { version: "0.0.1".to_owned(), ..seen }.write(&bench.layout).unwrap();
    };
    age();
    let mut server = std::process::Command::new("sleep")
        .arg("1000")
        .envs(strays::marks(bench.layout.folder(), "hub"))
        .env("JUPYTERHUB_USER", "ada")
        .spawn()
        .unwrap();
    bench.serving.serve(&hub).await.unwrap();
    let while_used = (bench.supervisor(), server.try_wait().unwrap());
    server.kill().and_then(|()| server.wait()).unwrap();
    assert_eq!(while_used, (old, None), "nobody's work ends for it");
    age();
    bench.serving.serve(&hub).await.unwrap();
    bench.running("hub").await;
    assert!(!old.lives() && bench.supervisor() != old);
    assert_eq!(Seen::read(&bench.layout).unwrap().version, env!("CARGO_PKG_VERSION"));
}
