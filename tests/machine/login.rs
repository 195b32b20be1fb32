//! Logging in as people do, through the hub's own form and through a provider on loopback.
use std::process::{Child, Command, Stdio};

use hubwright::run::event::Outcome;

use crate::{
    Case,
    here::{Here, free_ports},
    said::run,
};

/// The tests. One deployment for all of it: its packages are installed once.
pub const CASES: &[Case] = &[("password_and_provider", password_and_provider)];

fn password_and_provider() {
    let here = Here::new("login");
    let first = run(here.install(&["--no-verify"]));
    assert_eq!(first.outcome(), Some((Outcome::Done, true)), "{}", first.complaints());
    assert_eq!(browse(&here, &["form", "ada", &here.password()]), "in as ada");
    assert_eq!(browse(&here, &["form", "ada", "wrong"]), "out: Invalid username or password");

    let provider = Provider::start(&here);
    let url = format!("login.url=http://127.0.0.1:{}", provider.port);
    let words = ["upgrade", "--set", "login.method=moodle", "--set", &url, "--set", "login.client-id=cid"];
    let more = ["--set", "login.client-secret=env:TEST_CLIENT_SECRET", "--set", "login.allow=users"];
    let upgrade = |users: &str| {
        let users = format!("login.users={users}");
        let mut command = here.acting(&[&words[..], &more, &["--set", &users]].concat());
        command.env("TEST_CLIENT_SECRET", "good");
        run(command)
    };
    let upgraded = upgrade("[student1]");
    assert_eq!(upgraded.outcome(), Some((Outcome::Done, true)), "{}", upgraded.complaints());
    assert_eq!(browse(&here, &["provider"]), "in as student1");
    let others = upgrade("[somebody]");
    assert_eq!(others.outcome(), Some((Outcome::Done, true)), "{}", others.complaints());
    assert!(browse(&here, &["provider"]).contains("not currently authorized"), "only those who were named get in");
    drop(provider);
    here.remove();
}

/// What a browser without a window ends with.
fn browse(here: &Here, words: &[&str]) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/machine/browser.py");
    let output = Command::new("python3").arg(script).arg(here.url()).args(words).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Something that speaks OAuth as Moodle's plugin does.
struct Provider {
    child: Child,
    port: u16,
}

impl Provider {
    fn start(here: &Here) -> Self {
        let port = free_ports(1);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/machine/provider.py");
        let callback = format!("{}/hub/oauth_callback", here.url());
        let mut child = Command::new("python3")
            .args([script, &port.to_string(), &callback])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut ready).unwrap();
        assert_eq!(ready.trim(), "ready");
        Self { child, port }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
