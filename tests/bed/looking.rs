//! Looking without changing anything: at a deployment that is there, and at a cluster that wants a login first.
use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use kube::config::Kubeconfig;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    Case,
    bed::Bed,
    deployment::Deployment,
    walk::{SIZE, Walk},
};

/// The tests. Of a deployment, others look at theirs: [`looked_at`].
pub const CASES: &[Case] = &[("a_login_that_asks_has_the_terminal_meanwhile_and_gives_it_back", login_that_asks)];

/// Where there is no room for a line of a log.
const NARROW: (u16, u16) = (80, 24);

/// Somebody looks at what is there: its pods, one of them, its log, and what happened, which goes into a file.
pub fn looked_at(deployment: &Deployment) {
    let before = deployment.journal().len();
    let mut walk = Walk::begin(&deployment.wizard(&[]));
    walk.terminal.wait_for(&format!("namespace {}", deployment.namespace));
    let begun = walk.terminal.screen();
    assert!(!begun.contains("Go on answering"), "its draft is listed yet:\n{begun}");
    walk.choose(&format!("namespace {}", deployment.namespace));
    walk.terminal.wait_for("▸   watch");
    walk.terminal.press("Enter");
    walk.terminal.wait_for("Looking at");
    walk.terminal.wait_for("pods ready");
    let hub = hubs_page(&mut walk);
    log_of_the_pod(&mut walk);
    what_happened(&mut walk);
    walk.terminal.press("S");
    walk.terminal.wait_for("deployment.log saved");
    expect_log(&deployment.folder().join("deployment.log"), &hub);
    walk.leave("^C", 130);
    assert_eq!(deployment.journal().len(), before, "who looks has changed nothing");
}

/// Opens the page of the hub's pod; its name.
fn hubs_page(walk: &mut Walk) -> String {
    walk.terminal.wait_for(" hub-");
    walk.terminal.press("Home");
    walk.go_to(" hub-");
    let line = walk.selected();
    let name = line.split_whitespace().find(|word| word.starts_with("hub-")).expect("it stands there").to_owned();
    walk.terminal.press("Enter");
    for about in ["Containers", "Conditions", "Deployment hub"] {
        walk.terminal.wait_for(about);
    }
    name
}

/// Its log, cut and wrapped, and back to all pods.
fn log_of_the_pod(walk: &mut Walk) {
    walk.terminal.resize(NARROW);
    walk.terminal.press("l");
    walk.terminal.wait_for(" JupyterHub ");
    let cut = |screen: &vt100::Screen| screen.rows(0, NARROW.0).any(|row| row.trim_end().ends_with('…'));
    walk.terminal.wait_to_look("lines that are cut", cut);
    walk.terminal.press("w");
    walk.terminal.wait_to_look("whole lines", |screen| !cut(screen));
    walk.terminal.resize(SIZE);
    walk.terminal.press("Esc");
    walk.terminal.wait_for("pods ready");
}

/// What happened, only where it is about the hub, then about pods; following and not.
fn what_happened(walk: &mut Walk) {
    for (letters, elsewhere) in [("hub", "pod ray-"), ("ray", "pod hub-")] {
        walk.terminal.press("/ ^U");
        walk.terminal.type_text(letters);
        walk.terminal.press("Enter");
        walk.terminal.wait_for(&format!("filter: {letters}  "));
        walk.terminal.wait_without(elsewhere);
    }
    walk.terminal.press("Up");
    walk.terminal.wait_for("stays here, f follows");
    walk.terminal.press("f");
    walk.terminal.wait_without("stays here, f follows");
}

/// A saved log has all lines, whatever was shown of them, and is for its owner's eyes.
fn expect_log(path: &Path, hub: &str) {
    let log = fs::read_to_string(path).expect("it is there");
    assert!(log.contains(&format!("pod {hub}: ready")), "{log}");
    assert!(log.contains("pod ray-"), "what the filter hides is kept:\n{log}");
    assert!(!log.contains('\u{1b}'), "{log}");
    let mode = fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

/// Asks once, and where nobody can be asked it says so, as login programs do.
const PLUGIN: &str = r#"
if [ ! -e "$0.kept" ]; then
  [ -t 0 ] || { echo "log in first" >&2; exit 1; }
  printf "Word of the day: " >&2
  read -r word
  [ "$word" = sesame ] || exit 1
  : >"$0.kept"
fi
cat "$0.credential"
"#;

fn login_that_asks(_: &'static Bed) {
    let home = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hubwright"));
    command.env("KUBECONFIG", with_plugin(home.path())).env("HUBWRIGHT_STATE", home.path().join("state"));
    command.env("XDG_CONFIG_HOME", home.path().join("config"));
    let mut walk = Walk::begin(&command);
    walk.choose("New setup on Kubernetes");
    walk.terminal.wait_for("let the login plugin ask you here");
    walk.go_to("Seen there");
    walk.terminal.press("Enter");
    walk.terminal.wait_for("Word of the day:");
    assert!(!walk.terminal.look(vt100::Screen::alternate_screen), "it asks where a person sees what they type");
    assert_eq!(walk.terminal.left_behind(), Vec::<&str>::new());
    walk.terminal.type_text("sesame\n");
    walk.terminal.wait_for("seen ");
    assert!(walk.terminal.look(vt100::Screen::alternate_screen));
    // The keys are the program's again.
    walk.terminal.press("?");
    walk.terminal.wait_for("What can be done here");
    walk.leave("^C", 130);
}

/// A kubeconfig like the bed's, in which a program logs in.
fn with_plugin(folder: &Path) -> std::path::PathBuf {
    let kubeconfig = Kubeconfig::read().expect("the bed has one");
    let mut kubeconfig = serde_json::to_value(kubeconfig).expect("it is plain data");
    let user = kubeconfig.pointer_mut("/users/0/user").expect("it has a user");
    let token = user["token"].take();
    assert!(token.is_string(), "the bed's users have tokens");
    let script = folder.join("login");
    *user = json!({"exec": {
        "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": [&script], "interactiveMode": "IfAvailable",
    }});
    let credential: Value = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": token},
    });
    fs::write(&script, PLUGIN).unwrap();
    fs::write(folder.join("login.credential"), credential.to_string()).unwrap();
    let path = folder.join("kubeconfig");
    fs::write(&path, kubeconfig.to_string()).unwrap();
    path
}
