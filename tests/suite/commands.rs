//! The program as a person types it, without any cluster: what it prints, where, and how it ends.
use std::{
    fs,
    os::unix::ffi::OsStrExt,
    process::{Command, Output},
};

/// What the program does with these arguments.
pub fn hubwright(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// Without any configuration of the machine that runs the tests.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hubwright"));
    command
        .args(arguments)
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("PATH", "/usr/bin:/bin")
        .env("KUBECONFIG", "/nonexistent");
    command
}

/// Bytes that it printed.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What makes the preset complete.
pub const GITHUB: &[&str] = &[
    "github",
    "--set",
    "login.client-id=abc",
    "--set",
    "login.client-secret=env:CLIENT_SECRET",
    "--set",
    "login.organizations=physics",
    "--set",
    "access.host=hub.example.org",
    "--set",
    "access.letsencrypt-email=ada@example.org",
];

#[test]
fn a_plan_shows_order_parallel_steps_callback_and_files() {
    let arguments: Vec<&str> = ["plan"].into_iter().chain(GITHUB.iter().copied()).collect();
    let output = hubwright(&arguments);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for part in [
        "callback URL to register with the login provider: https://hub.example.org/hub/oauth_callback",
        "at the same time",
        "chart jupyterhub 4.4.0",
        "values/",
        "manifests/",
    ] {
        assert!(shown.contains(part), "{part} is missing in:\n{shown}");
    }
}

#[test]
fn a_plan_for_this_machine_needs_no_cluster_and_says_what_it_does_not_use() {
    let people = ["--set", "login.method=github", "--set", "access.tls=offload"];
    let arguments =
        [&["plan"], GITHUB, &people, &["--set", "target.kind=this-machine", "--set", "access.host="]].concat();
    let output = hubwright(&arguments);
    let (shown, said) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{said}");
    for part in ["http://127.0.0.1:8000/hub/oauth_callback", "people are not kept apart", "on this machine"] {
        assert!(shown.contains(part), "{part} is missing in:\n{shown}");
    }
    assert!(said.contains("`access.tls` (--set)") && said.contains("hubwright explain access.tls"), "{said}");
    assert!(!said.contains("access.method"), "what a preset of a cluster says is ignored without a word: {said}");
    let output = hubwright(&["plan", "trial"]);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
}

#[test]
fn everything_that_is_missing_is_said_at_once_with_what_to_type() {
    let output = hubwright(&["plan", "azuread-ingress"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    for key in ["login.tenant", "login.client-id", "login.client-secret", "login.allow", "access.host", "access.issuer"]
    {
        assert!(said.contains(&format!("--set {key}=")), "{key} is missing in:\n{said}");
    }
}

#[test]
fn no_cluster_is_a_sentence_and_not_a_crash() {
    for arguments in
        [&["install", "trial-kubernetes", "--yes"][..], &["verify", "-n", "hub"], &["uninstall", "-n", "hub", "--yes"]]
    {
        let output = hubwright(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.starts_with("error: ") && said.contains("hint: ") && said.contains("KUBECONFIG"), "{said}");
        assert!(said.contains("`/nonexistent`"), "{said}");
    }
}

/// Such a variable was skipped, and its answer with it.
#[test]
fn a_variable_that_is_no_text_is_named_and_its_value_is_not_shown() {
    let value = std::ffi::OsStr::from_bytes(b"hunter2-canary\xff");
    let output = command(&["plan", "trial-kubernetes"]).env("HUBWRIGHT_RAY_TAG", value).output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("`HUBWRIGHT_RAY_TAG` holds bytes") && !said.contains("hunter2"), "{said}");
    let helm = command(&["plan", "trial-kubernetes"]).env("HUBWRIGHT_HELM", value).output().unwrap();
    assert_eq!(helm.status.code(), Some(0), "a path need not be a text: {}", text(&helm.stderr));
}

#[test]
fn impossible_answers_are_said_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.yaml");
    fs::write(&path, "schema: 1\nlogin:\n  method: github\n  allow: all\n  organizations: [physics]\n").unwrap();
    let output = hubwright(&["plan", path.to_str().unwrap()]);
    let expected = format!("error: {}:5: `login.organizations` has no effect", path.display());
    assert!(text(&output.stderr).contains(&expected), "{}", text(&output.stderr));
}

/// A preset of somebody else could run anything on this machine in place of a password manager.
#[test]
fn a_presets_command_is_shown_and_not_run_before_the_person_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let (preset, trace) = (folder.path().join("theirs.yaml"), folder.path().join("trace"));
    let command_line = format!("sh -c 'touch {} && echo hunter2-canary'", trace.display());
    let login = format!("login: {{method: dummy, password: \"command:{command_line}\"}}");
    fs::write(&preset, format!("schema: 1\n{login}\naccess: {{method: none}}\n")).unwrap();
    let render = |more: &[&str]| {
        let output = folder.path().join("out");
        let arguments = ["render", preset.to_str().unwrap(), "-o", output.to_str().unwrap()];
        hubwright(&[&arguments, more].concat())
    };
    let refused = render(&[]);
    let said = text(&refused.stderr);
    assert_eq!((refused.status.code(), trace.exists()), (Some(1), false), "{said}");
    assert!(said.contains(&command_line) && said.contains("login.password") && said.contains("`--yes`"), "{said}");
    let taken = render(&["--yes"]);
    let said = text(&taken.stderr);
    assert_eq!((taken.status.code(), trace.exists()), (Some(0), true), "{said}");
    assert!(said.contains(&command_line) && !said.contains("hunter2-canary\n"), "{said}");
}

/// 2 would say that something unexpected happened.
#[test]
fn a_wrong_flag_is_for_the_person_to_change() {
    for arguments in [&["plan", "--no-such-flag"][..], &["instal"], &["render", "github"], &[]] {
        assert_eq!(hubwright(arguments).status.code(), Some(1), "{arguments:?}");
    }
    for arguments in [&["--help"][..], &["--version"], &["help", "plan"]] {
        assert_eq!(hubwright(arguments).status.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn who_begins_is_shown_the_presets_and_a_file_to_fill_in() {
    assert!(text(&hubwright(&["plan"]).stderr).contains("`hubwright presets`"));
    let said = text(&hubwright(&["plan", "github"]).stderr);
    assert!(said.contains("`hubwright save github -o mine.yaml`"), "{said}");
    // Without a terminal nobody can be asked: what is missing is named, with the flag that says it.
    let missing = text(&hubwright(&[]).stderr);
    assert!(missing.contains("--set login.method=") && missing.contains("`hubwright presets`"), "{missing}");
    let first_steps = text(&hubwright(&["--help"]).stdout);
    for command in ["hubwright plan trial ", "hubwright install trial ", "hubwright install trial-kubernetes "] {
        assert!(first_steps.contains(command), "{command} is missing in:\n{first_steps}");
    }
}

#[test]
fn a_preset_that_cannot_be_read_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large.yaml");
    fs::write(&large, "#".repeat(10 << 20)).unwrap();
    for (name, expected) in [
        (large.to_str().unwrap(), "larger than 1024 KiB"),
        (folder.path().to_str().unwrap(), "it is no file"),
        ("no-such", "there is no such file"),
        ("/dev/zero", "it is no file"),
    ] {
        let said = text(&hubwright(&["plan", name]).stderr);
        assert!(said.contains(expected) && said.contains(name), "{said}");
    }
}

#[test]
fn a_misspelt_preset_names_the_nearest() {
    let output = hubwright(&["plan", "trial-kubernets"]);
    assert!(text(&output.stderr).contains("`trial-kubernetes`"), "{}", text(&output.stderr));
}

#[test]
fn a_reader_that_goes_away_does_not_make_it_crash() {
    let script = format!("{} questions | head -1", env!("CARGO_BIN_EXE_hubwright"));
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert_eq!(text(&output.stdout), "# Questions\n");
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn nothing_to_resume_says_what_to_do_instead() {
    let output = hubwright(&["resume"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("hubwright install"), "{}", text(&output.stderr));
}

/// A remembered deployment whose journal begins with a run of a command.
fn remembered(state: &std::path::Path, command: &str, namespace: &str) {
    let folder = state.join(format!("prod--{namespace}"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("answers.yaml"),
        format!("schema: 1\ntitle: x\ntarget:\n  context: prod\n  namespace: {namespace}\n"),
    )
    .unwrap();
    let line = format!(
        r#"{{"v":1,"seq":1,"at":"2026-01-01T12:00:00Z","event":"run-started","run":"1","command":"{command}","deployment":"prod/{namespace}","plan":"","resumed":false,"steps":[]}}"#
    );
    fs::write(folder.join("journal.jsonl"), format!("{line}\n{{\"v\":1,\"se")).unwrap();
}

fn resume(state: &std::path::Path, arguments: &[&str]) -> (Option<i32>, String) {
    let arguments = [&["resume"], arguments].concat();
    let output = command(&arguments).env("HUBWRIGHT_STATE", state).output().unwrap();
    (output.status.code(), text(&output.stderr))
}

#[test]
fn a_removal_that_was_interrupted_is_not_resumed_as_an_installation() {
    let state = tempfile::tempdir().unwrap();
    remembered(state.path(), "uninstall", "hub");
    let (code, said) = resume(state.path(), &[]);
    assert_eq!(code, Some(1));
    assert!(
        said.contains("the interrupted run is a removal") && said.contains("hubwright uninstall --context prod -n hub"),
        "{said}"
    );
}

#[test]
fn of_several_interrupted_runs_one_has_to_be_named() {
    let state = tempfile::tempdir().unwrap();
    remembered(state.path(), "install", "physics");
    remembered(state.path(), "install", "biology");
    let (code, said) = resume(state.path(), &[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("--context prod -n physics") && said.contains("--context prod -n biology"), "{said}");
    let (_, said) = resume(state.path(), &["-n", "physics"]);
    assert!(!said.contains("several runs"), "a named one is taken up: {said}");
}

/// Each run showed one kind of mistake only, so a person mended one after the other.
#[test]
fn everything_that_is_wrong_is_said_at_once_wherever_it_was_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.yaml");
    fs::write(&path, "schema: 1\nlogin:\n  method: github\n  allow: everyone\n  client-idd: x\nray.tag: x\n").unwrap();
    let output = command(&["plan", path.to_str().unwrap(), "--set", "ray.head-memory=4", "--set", "cull.every"])
        .env("HUBWRIGHT_CULL_TIMEOUT", "soon")
        .output()
        .unwrap();
    let said = text(&output.stderr);
    for part in [
        "mine.yaml:4: `login.allow`",
        "mine.yaml:5: `login.client-idd` is no answer",
        "mine.yaml:6: `ray.tag` has a dot",
        "`ray.head-memory`",
        "`--set` expects",
        "HUBWRIGHT_CULL_TIMEOUT",
        "`login.client-secret` needs an answer",
        "`access.method` needs an answer",
    ] {
        assert!(said.contains(part), "{part} is missing in:\n{said}");
    }
    assert_eq!(said.matches("`login.allow`").count(), 1, "what cannot be read is not missing as well:\n{said}");
}

/// Its whole output was lost, and it ended well.
#[test]
fn a_full_disk_behind_standard_output_is_said() {
    for arguments in [&["schema"][..], &["plan", "trial-kubernetes"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains("cannot write to standard output"), "{}", text(&output.stderr));
    }
}

#[test]
fn standard_error_that_takes_nothing_does_not_make_it_crash() {
    let folder = tempfile::tempdir().unwrap();
    let preset = folder.path().join("theirs.yaml");
    fs::write(&preset, "schema: 1\nlogin: {method: dummy, password: 'command:echo x'}\naccess: {method: none}\n")
        .unwrap();
    let out = folder.path().join("out");
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let arguments = ["render", preset.to_str().unwrap(), "--yes", "-o", out.to_str().unwrap()];
    assert_eq!(command(&arguments).stderr(full).stdout(std::process::Stdio::null()).status().unwrap().code(), Some(0));
}

#[test]
fn an_argument_that_is_no_text_is_refused_and_not_shown_as_a_crash() {
    let output = command(&["plan"]).arg(std::ffi::OsStr::from_bytes(b"a\xffb.yaml")).output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error: "), "{said}");
}

#[test]
fn a_section_is_explained_by_its_answers() {
    let output = hubwright(&["explain", "access"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("is a section") && said.contains("`access.host`"), "{said}");
}

#[test]
fn of_several_deployments_the_one_to_verify_has_to_be_named() {
    let state = tempfile::tempdir().unwrap();
    remembered(state.path(), "install", "physics");
    remembered(state.path(), "install", "biology");
    let output = command(&["verify"]).env("HUBWRIGHT_STATE", state.path()).output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("which deployment to verify") && said.contains("-n physics"), "{said}");
}

/// It said "your login ran out", and logging in again did not help.
#[test]
fn a_credential_plugin_that_is_not_installed_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    let user =
        "exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, interactiveMode: IfAvailable}";
    let config = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{{name: a, context: {{cluster: a, user: a}}}}]\n\
         clusters: [{{name: a, cluster: {{server: 'https://127.0.0.1:1'}}}}]\nusers: [{{name: a, user: {{{user}}}}}]\n"
    );
    fs::write(&path, config).unwrap();
    let output = command(&["install", "trial-kubernetes", "--yes"]).env("KUBECONFIG", &path).output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("credential plugin cannot be started") && said.contains("`PATH`"), "{said}");
}

#[test]
fn a_preset_may_come_out_of_a_pipe() {
    let script = format!("{} save trial-kubernetes -o $0 && {0} plan <(cat $0)", env!("CARGO_BIN_EXE_hubwright"));
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("bash").args(["-c", &script]).arg(folder.path().join("mine.yaml")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_namespace_that_is_none_never_becomes_a_part_of_an_address() {
    for arguments in [&["verify", "-n", "../../x"][..], &["uninstall", "-n", "a b", "--yes"], &["verify", "-n", ""]] {
        let output = hubwright(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("is not a namespace"), "{said}");
    }
}

/// A deployment on this machine that is remembered, and its folder.
fn remembered_here(state: &std::path::Path, name: &str, folder: &std::path::Path) {
    let place = state.join(format!("this-machine.{name}"));
    fs::create_dir_all(&place).unwrap();
    fs::create_dir_all(folder.join("run")).unwrap();
    fs::write(folder.join(".hubwright"), "").unwrap();
    let answers = format!(
        "schema: 1\ntitle: x\ntarget:\n  kind: this-machine\n  namespace: {name}\nmachine:\n  folder: {}\n",
        folder.display()
    );
    fs::write(place.join("answers.yaml"), answers).unwrap();
}

fn install_here(state: &std::path::Path, name: &str, folder: &std::path::Path) -> String {
    let folder = format!("machine.folder={}", folder.display());
    let arguments = ["install", "trial", "--this-machine", "--yes", "-n", name, "--set", &folder];
    let output = command(&arguments).env("HUBWRIGHT_STATE", state).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    text(&output.stderr)
}

#[test]
fn a_deployment_with_another_folder_was_made_a_second_time_and_the_first_one_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    remembered_here(&state, "trial", &folder.path().join("one"));
    let said = install_here(&state, "trial", &folder.path().join("two"));
    assert!(said.contains("cannot be moved") && said.contains("hubwright uninstall --this-machine -n trial"), "{said}");
    assert!(!folder.path().join("two").exists());
}

#[test]
fn two_deployments_in_one_folder_ended_each_others_processes() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    remembered_here(&state, "trial", &folder.path().join("one"));
    std::os::unix::fs::symlink(folder.path().join("one"), folder.path().join("link")).unwrap();
    for other in ["one", "link"] {
        let said = install_here(&state, "other", &folder.path().join(other));
        assert!(said.contains("is the folder of `trial`"), "{said}");
    }
}

#[test]
fn a_restart_from_a_notebook_of_the_deployment_ended_itself_before_it_started_anything() {
    let folder = tempfile::tempdir().unwrap();
    let (state, place) = (folder.path().join("state"), folder.path().join("one"));
    remembered_here(&state, "trial", &place);
    let lock = fs::File::create(place.join("run/lock")).unwrap();
    lock.lock().unwrap();
    for verb in ["restart", "stop"] {
        let output =
            command(&[verb]).env("HUBWRIGHT_STATE", &state).env("HUBWRIGHT_DEPLOYMENT", &place).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("part of the deployment") && said.contains("outside of the notebooks"), "{said}");
    }
}
