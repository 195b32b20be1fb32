//! What is wrong before anything is installed, and what goes wrong while it is: named, with the way on, and nothing half-installed.
use std::{io::Write, net::TcpListener};

use crate::{Case, here::Here, said::run};

/// The tests.
pub const CASES: &[Case] = &[
    ("an_index_that_cannot_be_reached", index_unreachable),
    ("an_index_that_has_nothing", index_empty),
    ("a_python_that_is_too_old", python_too_old),
    ("a_folder_that_is_somebody_elses", foreign_folder),
    ("no_room", no_room),
];

/// Expects a failure with these words, and that nothing half-made counts as installed.
fn fails(here: &Here, words: &[&str], expected: &[&str]) {
    let failed = run(here.install(words));
    let said = failed.complaints();
    assert_eq!(failed.status.code(), Some(1), "{said}");
    for words in expected {
        assert!(said.contains(words), "`{words}` is missing in: {said}");
    }
    assert_eq!(here.processes(), Vec::<u32>::new());
    let complete = crate::here::list(&here.folder()).into_iter().filter(|path| path.ends_with(".complete")).count();
    assert_eq!(complete, 0, "nothing is called complete");
}

/// An index at a port of this machine, in place of the configured one.
fn with_index(here: Here, port: u16) -> Here {
    let index = format!("http://127.0.0.1:{port}/simple");
    here.environment("PIP_INDEX_URL", index.clone())
        .environment("UV_DEFAULT_INDEX", index)
        .environment("PIP_FIND_LINKS", "")
}

fn index_unreachable() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let here = with_index(Here::new("faults"), port);
    fails(&here, &[], &["index", "PIP_INDEX_URL"]);
}

/// Answers every question with "not found", as a mirror does that lacks a package.
fn index_empty() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    let here = with_index(Here::new("faults"), port);
    fails(&here, &[], &["index"]);
}

fn python_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("python3");
    std::fs::write(&old, "#!/bin/sh\nexec /bin/echo 'Python 3.9.2'\n").unwrap();
    std::fs::set_permissions(&old, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let here = Here::new("faults");
    fails(&here, &["--set", &format!("machine.python={}", old.display())], &["3.10"]);
}

fn foreign_folder() {
    let here = Here::new("faults");
    std::fs::create_dir_all(here.folder()).unwrap();
    let theirs = here.folder().join("thesis.txt");
    std::fs::write(&theirs, "years of work").unwrap();
    fails(&here, &[], &["machine.folder"]);
    assert_eq!(std::fs::read_to_string(&theirs).unwrap(), "years of work");
    std::fs::remove_file(theirs).unwrap();
}

/// A file system that is much too small.
fn no_room() {
    let as_root = ["--map-root-user", "--mount"];
    if !std::process::Command::new("unshare").args(as_root).arg("true").status().is_ok_and(|status| status.success()) {
        eprintln!("no_room: left out, as this system lets nobody mount a small disk");
        return;
    }
    let here = Here::new("faults");
    let small = here.place.path().join("small");
    std::fs::create_dir(&small).unwrap();
    let folder = format!("machine.folder={}", small.join("d").display());
    let install = here.install(&["--set", &folder]);
    let mut command = std::process::Command::new("unshare");
    let mount = r#"mount -t tmpfs -o size=64m small "$0" && exec "$@""#;
    command.args(as_root).args(["sh", "-c", mount]).arg(&small).arg(install.get_program());
    command.args(install.get_args());
    let variables = install.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let failed = run({
        command.envs(variables);
        command
    });
    let said = failed.complaints();
    assert_eq!(failed.status.code(), Some(1), "{said}");
    assert!(said.contains("free") && said.contains("machine.folder"), "{said}");
}
