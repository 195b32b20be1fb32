//! `hubwright render`: the folder that a careful person works from.
use std::{fs, os::unix::fs::PermissionsExt};

use super::commands::{GITHUB, command, hubwright, text};

#[test]
fn rendered_files_are_the_same_bytes_each_time_and_secrets_are_for_the_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let render = |name: &str| {
        let path = folder.path().join(name);
        let output = command(&["render", "-o", path.to_str().unwrap()])
            .args(GITHUB)
            .env("CLIENT_SECRET", "hunter2-canary")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        path
    };
    let (one, two) = (render("one"), render("two"));
    let mut secrets = 0;
    for path in walk(&one) {
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes, fs::read(two.join(path.strip_prefix(&one).unwrap())).unwrap(), "{}", path.display());
        let encoded = text(&bytes).contains("aHVudGVyMi1jYW5hcnk=");
        assert!(!text(&bytes).contains("hunter2-canary"));
        if encoded {
            secrets += 1;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
    assert_eq!(secrets, 1, "the client secret is in exactly one file");
    let again =
        command(&["render", "-o", one.to_str().unwrap()]).args(GITHUB).env("CLIENT_SECRET", "x").output().unwrap();
    assert_eq!(again.status.code(), Some(0), "a folder of ours may be written again");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn a_folder_of_somebody_else_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("precious"), "x").unwrap();
    let output = command(&["render", "trial-kubernetes", "-o", folder.path().to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("not empty"));
}

/// What stands in a preset would have been pasted into a shell as it is.
#[test]
fn commands_of_a_rendered_readme_are_one_word_where_an_answer_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let arguments = ["render", "trial-kubernetes", "--context", "my $(cluster)", "-o", out.to_str().unwrap()];
    assert_eq!(hubwright(&arguments).status.code(), Some(0));
    let readme = fs::read_to_string(out.join("README.md")).unwrap();
    assert!(readme.contains("--kube-context 'my $(cluster)' -n hub"), "{readme}");
    assert_eq!(readme.matches("my $(cluster)").count(), readme.matches("'my $(cluster)'").count());
    let wrong = hubwright(&["plan", "trial-kubernetes", "--set", "charts.jupyterhub=4.4.0; rm -rf x"]);
    assert!(text(&wrong.stderr).contains("not an exact version"), "{}", text(&wrong.stderr));
}

#[test]
fn a_secret_in_the_cluster_is_no_file_and_render_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let set = "login.password=secret:mine/key";
    let output = hubwright(&["render", "trial-kubernetes", "--set", set, "-o", out.to_str().unwrap()]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("`secret:mine/key`") && said.contains("env:NAME"), "{said}");
}

/// A values file of a component that is not wanted any more lay beside the others as if it were.
#[test]
fn files_of_an_earlier_rendering_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let render = |more: &[&str]| text(&hubwright(&[&["render", "trial-kubernetes", "-o", out], more].concat()).stderr);
    assert_eq!(render(&[]), "");
    let said = render(&["--set", "components.dask=false"]);
    assert!(said.contains("values/06-dask-gateway.yaml` is of an earlier"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}
