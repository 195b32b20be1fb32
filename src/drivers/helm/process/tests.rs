//! How a process is held, found again and ended, with small programs in helm's place.
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::{
    drivers::{
        helm::{Kubeconfig, find::Found, find::Version},
        script,
    },
    run::ports::FailureKind,
};

/// A stand-in for helm: what is tested is how a process is held, not what helm does.
fn helm(folder: &Path, text: &str) -> HelmProgram {
    let program = script::program(&folder.join("program"), text);
    let found = Found { program, version: Version::parse("v4.3.1"), warning: None };
    HelmProgram::new(&found, "prod", Kubeconfig::File("/k".into()), folder)
}

fn start(helm: &HelmProgram) -> Running {
    let values = helm.folder.join("values.yaml");
    folder::write_private(&values, "a: 1").unwrap();
    Job { release: "hub", arguments: vec!["upgrade".into()], values: Some(values) }.start(helm).unwrap()
}

fn left(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !["program", "helm", "go"].contains(&name.as_str())).collect();
    names.sort();
    names
}

#[tokio::test]
async fn values_and_output_go_away_with_the_process_and_complaints_stay() {
    let folder = tempfile::tempdir().unwrap();
    let helm = helm(folder.path(), "echo 'password: hunter2'; echo 'Error: INSTALLATION FAILED: boom' >&2; exit 1");
    let error = start(&helm).wait().await.unwrap_err();
    assert!(error.problem.detail.as_deref().unwrap().contains("boom"), "{error:?}");
    assert_eq!(left(folder.path()), ["helm-hub.err"]);
}

#[tokio::test]
async fn files_are_for_the_owner_and_the_working_folder_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let helm = helm(folder.path(), "ls -A . >&2; env | grep ^HELM_ >&2; sleep 0.2; exit 1");
    let mut running = start(&helm);
    for name in left(folder.path()) {
        let mode = fs::metadata(folder.path().join(&name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    running.wait().await.unwrap_err();
    let seen = fs::read_to_string(folder.path().join("helm-hub.err")).unwrap();
    assert!(seen.starts_with("HELM_"), "{seen}");
}

#[tokio::test]
async fn a_later_run_finds_the_process_again_and_learns_how_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let helm = helm(folder.path(), "while [ ! -e ../../go ]; do sleep 0.05; done; echo 'STATUS: deployed'");
    let first = start(&helm);
    let who = first.child();
    // As after a crash: nobody holds the process any more.
    drop(first);
    assert_eq!(left_behind(folder.path(), "hub"), Some(who.clone()));
    assert_eq!(left_behind(folder.path(), "ray"), None);
    let mut second = Running::adopt(folder.path(), who.clone()).expect("it still runs");
    fs::write(folder.path().join("go"), "").unwrap();
    second.wait().await.unwrap();
    assert_eq!(left_behind(folder.path(), "hub"), None);
    assert!(Running::adopt(folder.path(), who).is_none());
    assert_eq!(left(folder.path()), ["helm-hub.err"]);
}

#[tokio::test]
async fn another_process_of_the_same_number_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let helm = helm(folder.path(), "exec sleep 30");
    let mut running = start(&helm);
    let stranger = ChildProcess { started: running.child().started + 1, ..running.child() };
    assert!(Running::adopt(folder.path(), stranger).is_none());
    running.stop().await;
    assert!(!lives(&running.who));
}

#[tokio::test]
async fn a_process_of_another_machine_with_the_same_home_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let helm = helm(folder.path(), "exec sleep 30");
    let mut running = start(&helm);
    let who = running.child();
    let note = Trace::note(folder.path(), who.pid);
    let elsewhere = fs::read_to_string(&note).unwrap().replace(&who.host, "elsewhere");
    fs::write(&note, elsewhere).unwrap();
    assert_eq!(left_behind(folder.path(), "hub"), None);
    assert!(Running::adopt(folder.path(), ChildProcess { host: "elsewhere".to_owned(), ..who }).is_none());
    assert!(note.exists() && folder.path().join("values.yaml").exists(), "it may still read them");
    running.stop().await;
}

#[tokio::test]
async fn a_helm_that_does_not_listen_is_killed_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let helm =
        helm(folder.path(), "trap '' TERM; sleep 60 & echo $! >child; mv child ../../grandchild; wait; sleep 60");
    let mut running = start(&helm);
    let note = folder.path().join("grandchild");
    while !note.exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let grandchild = identify(fs::read_to_string(&note).unwrap().trim().parse().unwrap());
    running.stop_within(Duration::from_millis(100)).await;
    assert!(!lives(&running.who));
    let gone = async {
        while lives(&grandchild) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.unwrap();
}

#[tokio::test]
async fn the_cause_is_found_in_megabytes_of_words() {
    let folder = tempfile::tempdir().unwrap();
    let talk = "yes 'level=INFO msg=\"noise\"' | head -c 5000000 >&2; echo >&2; echo 'Error: UPGRADE FAILED: exceeded quota: q' >&2";
    let helm = helm(folder.path(), &format!("{talk}; yes x | head -c 500000 >&2; exit 1"));
    let error = start(&helm).wait().await.unwrap_err();
    assert_eq!(error.problem.code, "quota-exceeded");
    assert!(error.problem.detail.unwrap().len() < 10_000);
}

#[tokio::test]
async fn who_does_not_know_the_end_says_so_and_that_trying_again_helps() {
    let folder = tempfile::tempdir().unwrap();
    let helm = helm(folder.path(), "sleep 0.2; kill -9 $$");
    let mut running = start(&helm);
    running.child = None;
    let error = running.wait().await.unwrap_err();
    assert_eq!((error.problem.code.as_str(), error.kind), ("helm-ended", FailureKind::Other));
    assert!(error.problem.retry);
}
