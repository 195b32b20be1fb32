//! What is expected of environments. Must not know how one is made.
use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use hubwright::plan::graph::NodePackage;

use crate::{
    Case,
    workshop::{LOCK, Workshop, server},
};

/// All tests.
pub const CASES: &[Case] = &[
    ("whole_environment_with_uv_and_a_proxy", whole_environment_with_uv_and_a_proxy),
    ("pip_alone_does_it_where_uv_is_not_to_be_had", pip_alone_does_it_where_uv_is_not_to_be_had),
    ("node_comes_as_a_wheel_where_there_is_none", node_comes_as_a_wheel_where_there_is_none),
    ("a_folder_of_wheels_is_enough", a_folder_of_wheels_is_enough),
    ("killed_at_any_time_it_is_made_whole_by_the_next_run", killed_at_any_time_it_is_made_whole_by_the_next_run),
    ("another_file_than_the_tested_one_is_refused", another_file_than_the_tested_one_is_refused),
    ("what_the_person_adds_must_fit", what_the_person_adds_must_fit),
    ("an_index_that_does_not_work_is_named", an_index_that_does_not_work_is_named),
    ("a_disk_that_gets_full_is_named", a_disk_that_gets_full_is_named),
];

const MANIFEST: &str = r#"{"name":"proxy","version":"1.0.0","private":true,"dependencies":{"semver":"7.7.2"}}"#;
const NPM_LOCK: &str = r#"{"name":"proxy","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{
    "":{"name":"proxy","version":"1.0.0","dependencies":{"semver":"7.7.2"}},
    "node_modules/semver":{"version":"7.7.2","integrity":"sha512-RF0Fw+rO5AMf9MAyaRXI4AV0Ulj5lMHqVxxdSgiVbixSCXoEmmX/jk0CuJw4+3SqroYO9VoUh+HcuJivvtJemA==",
    "bin":{"semver":"bin/semver.js"}}}}"#;
const NODE: &str = include_str!("../../assets/local/node.lock");

fn with_proxy(mut workshop: Workshop) -> Workshop {
    workshop.environment.proxy = Some(NodePackage { manifest: MANIFEST.into(), lock: NPM_LOCK.into() });
    workshop.environment.node = NODE.into();
    workshop
}

fn whole_environment_with_uv_and_a_proxy() {
    let mut workshop = with_proxy(Workshop::new(LOCK));
    workshop.environment.packages = vec!["packaging".into()];
    let outcome = workshop.make();
    assert_eq!(outcome.problem, None);
    assert_eq!(workshop.python("import six, idna, packaging; print(six.__version__)"), "1.17.0");
    assert!(
        outcome.said.iter().any(|said| said.contains("Python packages") && said.ends_with("of 2")),
        "{:#?}",
        outcome.said
    );
    let semver =
        Command::new(workshop.path("bin/node")).arg(workshop.path("bin/semver")).args(["-r", ">=1", "1.2.3"]).output();
    assert_eq!(String::from_utf8_lossy(&semver.unwrap().stdout).trim(), "1.2.3");
    let log = workshop.layout().logs().join("environment.log");
    assert_eq!(fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&log).unwrap().contains("+ six==1.17.0"));
    // Nothing is left behind, neither of downloads nor in the person's home.
    assert!(!workshop.layout().cache().exists());
    let home: Vec<_> = fs::read_dir(workshop.home.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(home, ["trial"]);
    assert_eq!(workshop.make().said, [] as [String; 0], "what is whole is left alone");
}

/// An index without uv: the real one behind a folder of ours would have it, so pip gets the packages from a folder.
fn pip_alone_does_it_where_uv_is_not_to_be_had() {
    let wheels = wheels(LOCK);
    let mut workshop = Workshop::new(LOCK)
        .with("PIP_NO_INDEX", "1")
        .with("PIP_FIND_LINKS", wheels.path().to_str().unwrap())
        .with("PATH", "/usr/bin:/bin");
    workshop.environment.python = Some(any_python());
    let outcome = workshop.make();
    assert_eq!(outcome.problem, None);
    assert!(outcome.said.iter().any(|said| said.contains("going on with pip")), "{:#?}", outcome.said);
    assert_eq!(workshop.python("import six; print(six.__version__)"), "1.17.0");
}

fn node_comes_as_a_wheel_where_there_is_none() {
    let bin = tempfile::tempdir().unwrap();
    for name in ["sh", "env"] {
        std::os::unix::fs::symlink(format!("/usr/bin/{name}"), bin.path().join(name)).unwrap();
    }
    let mut workshop = with_proxy(Workshop::new(
        "six==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274",
    ))
    .with("PATH", bin.path().to_str().unwrap());
    workshop.environment.python = Some(any_python());
    assert_eq!(workshop.make().problem, None);
    assert!(fs::read_link(workshop.path("bin/node")).unwrap().starts_with(workshop.path("lib")));
    assert!(workshop.path("bin/semver").is_file());
}

fn a_folder_of_wheels_is_enough() {
    let uv = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/local/uv.lock")).unwrap();
    let wheels = wheels(&format!("{LOCK}{uv}"));
    let packed = Command::new("npm").args(["pack", "semver@7.7.2"]).current_dir(wheels.path()).output().unwrap();
    assert!(packed.status.success(), "{packed:?}");
    // Whoever asked a server would fail.
    let mut workshop = with_proxy(Workshop::new(LOCK))
        .with("HTTPS_PROXY", "http://127.0.0.1:1")
        .with("HTTP_PROXY", "http://127.0.0.1:1");
    workshop.environment.wheels = Some(wheels.path().to_str().unwrap().to_owned());
    assert_eq!(workshop.make().problem, None);
    assert!(workshop.path("bin/semver").is_file());
    let mut lacking = Workshop::new(
        "colorama==0.4.6 --hash=sha256:4f1d9991f5acc0ca119f9d443620b77f9d6b33703e51011c16baf57afb285fc6\n",
    );
    lacking.environment.wheels.clone_from(&workshop.environment.wheels);
    let problem = lacking.fail();
    assert_eq!(
        (problem.code.as_str(), problem.at.as_deref()),
        ("package-missing", Some("machine.wheels")),
        "{problem:?}"
    );
    assert!(problem.title.contains("`colorama"), "{problem}");
}

fn killed_at_any_time_it_is_made_whole_by_the_next_run() {
    let workshop = with_proxy(Workshop::new(LOCK));
    let marks = ["pyvenv.cfg", "bin/python", "lib", "proxy/package.json", "proxy/node_modules"];
    for mark in marks {
        let mut child = workshop.start();
        while !workshop.path(mark).exists() {
            assert_eq!(child.try_wait().unwrap(), None, "it ended before `{mark}` was there");
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!workshop.path(".complete").exists(), "killed when `{mark}` was there");
    }
    assert_eq!(workshop.make().problem, None);
    assert_eq!(workshop.python("import six; print(six.__version__)"), "1.17.0");
}

fn another_file_than_the_tested_one_is_refused() {
    let problem = Workshop::new(&LOCK.replace("sha256:4721", "sha256:0000")).fail();
    assert_eq!(problem.code, "package-changed");
    assert!(problem.title.contains("six==1.17.0"), "{problem}");
    let mut workshop = with_proxy(Workshop::new(LOCK));
    workshop.environment.proxy.as_mut().unwrap().lock = NPM_LOCK.replace("sha512-RF0F", "sha512-AAAA");
    assert_eq!(workshop.fail().code, "package-changed");
}

fn what_the_person_adds_must_fit() {
    let mut workshop = Workshop::new(LOCK);
    workshop.environment.packages = vec!["six==1.16.0".into()];
    let problem = workshop.fail();
    assert_eq!(problem.code, "packages-conflict", "{problem:?}");
    workshop.environment.packages = vec!["--index-url=https://elsewhere".into()];
    assert_eq!(workshop.fail().code, "package-unclear");
}

/// Each of them with the tool that is met first: pip, which would fetch uv.
fn an_index_that_does_not_work_is_named() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let index = |port: u16| format!("http://ada:hunter2@127.0.0.1:{port}/simple");
    for (name, value, code) in [
        ("PIP_INDEX_URL", index(closed), "index-unreachable"),
        ("PIP_INDEX_URL", "https://no.such.host.invalid/simple".to_owned(), "index-unreachable"),
        ("PIP_INDEX_URL", index(server("404 Not Found", "")), "package-missing"),
        ("PIP_INDEX_URL", index(server("200 OK", "<html>please log in</html>")), "package-missing"),
        ("HTTPS_PROXY", format!("http://ada:hunter2@127.0.0.1:{closed}"), "proxy-unreachable"),
        (
            "HTTPS_PROXY",
            format!("http://ada:hunter2@127.0.0.1:{}", server("407 Proxy Authentication Required", "")),
            "proxy-refused",
        ),
    ] {
        let problem = Workshop::new(LOCK)
            .with(name, &value)
            .with("https_proxy", if name == "HTTPS_PROXY" { &value } else { "" })
            .fail();
        assert_eq!(problem.code, code, "{name}={value}: {problem:?}");
        assert!(!problem.hints.is_empty());
    }
}

/// A limit of file sizes stands for a disk: writing ends with an error in the middle of a file.
fn a_disk_that_gets_full_is_named() {
    let disk = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=30M", "tmpfs"]).arg(disk.path()).status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("a_disk_that_gets_full_is_named: left out, as mounting a small disk takes root");
        return;
    }
    let mut workshop = Workshop::new(LOCK);
    workshop.home = tempfile::tempdir_in(disk.path()).unwrap();
    let problem = workshop.make().problem;
    drop(workshop);
    Command::new("umount").arg(disk.path()).status().unwrap();
    let problem = problem.unwrap();
    assert_eq!((problem.code.as_str(), problem.at.as_deref()), ("no-space", Some("machine.folder")), "{problem:?}");
}

/// A folder with the wheels of a lock, for this machine's Python.
fn wheels(lock: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lock.txt");
    fs::write(&file, lock).unwrap();
    let python = any_python();
    let output = Command::new(python)
        .args(["-m", "pip", "download", "--no-deps", "-q", "-d"])
        .arg(folder.path())
        .arg("-r")
        .arg(&file)
        .output();
    let output = output.unwrap();
    assert!(output.status.success(), "{output:?}");
    folder
}

fn any_python() -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let python = runtime.block_on(hubwright::drivers::machine::environment::python::find(None)).unwrap();
    python.program.to_str().unwrap().to_owned()
}
