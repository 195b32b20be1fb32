//! The trial preset through its days: killed while it is installed, verified, stopped, started, broken, upgraded, removed.
use std::{process::Stdio, time::Duration};

use hubwright::run::event::{EventKind, Outcome, RungOutcome};

use crate::{
    Case,
    here::{Here, list, until},
    said::run,
};

/// The tests. One deployment for all of it: its packages are installed once.
pub const CASES: &[Case] = &[("from_nothing_to_a_verified_hub_and_back", whole)];

/// How long parts may take to be ready again. Ray is slow on a small machine.
const READY: Duration = Duration::from_secs(300);

fn whole() {
    let here = Here::new("trial");
    killed_and_resumed(&here);
    nothing_listens_outside_of_loopback(&here);
    no_secret_is_told(&here);
    a_second_installation_changes_nothing(&here);
    a_process_that_dies_is_started_again(&here);
    a_killed_supervisor_takes_everything_along(&here);
    a_taken_port_is_named(&here);
    stopped_and_started(&here);
    data_outlives_the_program(&here);
    here.remove();
}

/// Killed while the packages are installed, and once more while the parts start.
fn killed_and_resumed(here: &Here) {
    let downloads = |event: &hubwright::run::event::Event| matches!(&event.kind, EventKind::Calling { step, .. } if step.as_str() == "environment");
    here.kill_when(here.install(&[]), downloads);
    let (code, said) = here.plainly(&["status"]);
    assert_eq!(code, Some(1), "half of an installation is not well: {said}");
    let starts = |event: &hubwright::run::event::Event| matches!(&event.kind, EventKind::Calling { call, .. } if call.starts_with("run "));
    here.kill_when(here.acting(&["resume"]), starts);

    let resumed = run(here.acting(&["resume"]));
    assert_eq!(resumed.outcome().map(|(outcome, _)| outcome), Some(Outcome::Done), "{}", resumed.complaints());
    assert_eq!(resumed.status.code(), Some(0));
    let rungs = resumed.rungs(RungOutcome::Passed);
    for proven in ["hub", "ray", "dask", "notebook"] {
        assert!(rungs.iter().any(|rung| rung.starts_with(proven)), "nothing of {proven} was proven: {rungs:?}");
    }
    assert_eq!(resumed.rungs(RungOutcome::Failed), Vec::<&str>::new());
    let homes = here.folder().join("homes");
    assert_eq!(list(&homes), Vec::<std::path::PathBuf>::new(), "the check leaves nothing behind");
}

fn nothing_listens_outside_of_loopback(here: &Here) {
    let open: Vec<String> =
        here.processes().into_iter().flat_map(listening).filter(|address| !address.starts_with("127.")).collect();
    assert_eq!(open, Vec::<String>::new());
}

/// Addresses at which a process waits for others.
fn listening(process: u32) -> Vec<String> {
    let sockets: Vec<String> = std::fs::read_dir(format!("/proc/{process}/fd"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            std::fs::read_link(entry.path())
                .ok()?
                .to_str()?
                .strip_prefix("socket:[")?
                .strip_suffix(']')
                .map(str::to_owned)
        })
        .collect();
    let four = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let six = std::fs::read_to_string("/proc/net/tcp6").unwrap_or_default();
    let listens = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        (fields.get(3) == Some(&"0A") && sockets.iter().any(|socket| fields.get(9) == Some(&socket.as_str())))
            .then(|| address(fields[1]))
    };
    four.lines().chain(six.lines()).filter_map(listens).collect()
}

/// `0100007F:1F90` as `127.0.0.1:8080`; of version 6 only the loopback and addresses of version 4 are told apart.
fn address(hex: &str) -> String {
    let (ip, port) = hex.split_once(':').unwrap();
    let byte = |at: usize| u8::from_str_radix(&ip[at..at + 2], 16).unwrap();
    let port = u16::from_str_radix(port, 16).unwrap();
    match ip.len() {
        8 => format!("{}.{}.{}.{}:{port}", byte(6), byte(4), byte(2), byte(0)),
        _ if ip == "00000000000000000000000001000000" => format!("127.0.0.1 (::1):{port}"),
        _ if ip.starts_with("0000000000000000FFFF0000") => {
            format!("{}.{}.{}.{}:{port}", byte(30), byte(28), byte(26), byte(24))
        }
        _ => format!("[{ip}]:{port}"),
    }
}

/// Not in what is remembered, in no log, in no argument list; in files of the owner alone.
fn no_secret_is_told(here: &Here) {
    let secrets = here.folder().join("secrets");
    for file in list(&secrets) {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o77, 0, "{}", file.display());
        let secret = std::fs::read_to_string(&file).unwrap();
        let places =
            [here.memory(), here.folder().join("log"), here.folder().join("config"), here.folder().join("run")];
        for told in places.iter().flat_map(|place| list(place)) {
            let text =
                std::fs::read(&told).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
            assert!(!text.contains(secret.trim()), "{} is told in {}", file.display(), told.display());
        }
        for process in here.processes() {
            let line = std::fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
            assert!(!line.contains(secret.trim()), "{} is an argument of {line}", file.display());
        }
    }
    assert!(list(&secrets).len() > 2, "there are secrets to look for");
}

fn a_second_installation_changes_nothing(here: &Here) {
    let before = here.processes();
    let second = run(here.install(&["--no-verify"]));
    assert_eq!(second.outcome(), Some((Outcome::Done, false)), "{}", second.complaints());
    let after = here.processes();
    assert!(before.iter().any(|id| after.contains(id)), "processes go on");
    let (code, said) = here.plainly(&["status"]);
    assert_eq!(code, Some(0), "{said}");
    for part in ["hub", "proxy", "ray-head", "dask-gateway", &here.url()] {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
}

/// The process id of a part, if it runs.
fn pid(here: &Here, part: &str) -> Option<u64> {
    here.seen_of(part)["state"]["running"]["process"]["pid"].as_u64()
}

fn ready(here: &Here, part: &str) -> bool {
    here.seen_of(part)["ready"] == true
}

fn a_process_that_dies_is_started_again(here: &Here) {
    let before = pid(here, "hub").expect("the hub runs");
    kill(before);
    until(READY, "the hub runs again", || pid(here, "hub").filter(|now| *now != before && ready(here, "hub")));
    let (_, said) = here.plainly(&["status"]);
    assert!(said.contains("1 restart"), "{said}");
    let (code, log) = here.plainly(&["logs", "hub", "--previous"]);
    assert!(code == Some(0) && log.contains("JupyterHub"), "the log of the run before is kept: {log}");
}

fn a_killed_supervisor_takes_everything_along(here: &Here) {
    kill(here.seen()["supervisor"]["pid"].as_u64().expect("the supervisor says who it is"));
    let (code, said) = here.plainly(&["start"]);
    assert_eq!(code, Some(0), "{said}");
    let verified = run(here.command(&["verify"]));
    assert_eq!(verified.outcome().map(|(outcome, _)| outcome), Some(Outcome::Done), "{}", verified.complaints());
}

/// What somebody else has is named with the answer that changes it, before and after the installation.
fn a_taken_port_is_named(here: &Here) {
    assert_eq!(here.plainly(&["stop"]).0, Some(0));
    let taken = std::net::TcpListener::bind(("127.0.0.1", here.port)).unwrap();
    let refused = run(here.install(&["--no-verify"]));
    assert_eq!(refused.status.code(), Some(1), "{}", refused.complaints());
    let said = refused.complaints();
    assert!(said.contains(&format!("port {}", here.port)) && said.contains("machine.port"), "{said}");
    let mut start = std::process::Command::new(env!("CARGO_BIN_EXE_hubwright"));
    start.args(["start", "--this-machine", "-n", &here.name]).env("HUBWRIGHT_STATE", here.memory());
    let mut starting = start.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = || here.plainly(&["status"]).1;
    until(READY, "status names the port", || Some(status()).filter(|said| said.contains("machine.port")));
    drop(taken);
    assert!(starting.wait().unwrap().success(), "once the port is free all gets ready by itself: {}", status());
}

fn stopped_and_started(here: &Here) {
    let (code, said) = here.plainly(&["stop"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(here.processes(), Vec::<u32>::new(), "nothing runs any more");
    let (code, said) = here.plainly(&["status"]);
    assert!(code == Some(1) && said.contains("stopped"), "{said}");
    let red = run(here.command(&["verify"]));
    assert_eq!(red.outcome().map(|(outcome, _)| outcome), Some(Outcome::Unverified), "{}", red.complaints());
    for rung in ["hub-pods", "ray-pods", "dask-pods"] {
        let problem = red.expect_cause(rung, "deployment-stopped");
        assert!(problem.hints.iter().any(|hint| hint.contains("hubwright start")), "{problem:?}");
    }
    let (code, said) = here.plainly(&["start"]);
    assert_eq!(code, Some(0), "{said}");
}

fn data_outlives_the_program(here: &Here) {
    let work = here.folder().join("homes/ada/thesis.txt");
    std::fs::create_dir_all(work.parent().unwrap()).unwrap();
    std::fs::write(&work, "years of work").unwrap();
    let gone = run(here.acting(&["uninstall", "--keep-data"]));
    assert_eq!(gone.status.code(), Some(0), "{}", gone.complaints());
    assert_eq!(here.processes(), Vec::<u32>::new());
    assert_eq!(std::fs::read_to_string(&work).unwrap(), "years of work");
    assert!(!here.folder().join("env").exists() && !here.folder().join("run").exists());
}

fn kill(pid: u64) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}
