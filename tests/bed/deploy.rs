//! The whole of it, as a person does it: the program, a shipped preset, the real helm, real pods, a real notebook.
use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use hubwright::{
    plan::diff::{Diff, Kind},
    run::event::{EventKind, Outcome, RungOutcome},
};

use crate::{Case, bed::Bed, deployment::Deployment, said::run};

/// The tests.
pub const CASES: &[Case] = &[
    ("trial_preset_from_install_to_uninstall", from_install_to_uninstall),
    ("a_killed_install_is_resumed_to_its_end", killed_and_resumed),
];

const TRIAL: &str = "trial-kubernetes";
/// How long an installation may take until it does something that can be interrupted.
const BEGUN: Duration = Duration::from_secs(300);

fn from_install_to_uninstall(bed: &'static Bed) {
    let deployment = Deployment::new(bed, "trial", 4);
    let first = run(deployment.install(&[TRIAL]));
    assert_eq!(first.outcome(), Some((Outcome::Done, true)), "{}", first.complaints());
    assert_eq!(first.status.code(), Some(0));
    let rungs = first.rungs(RungOutcome::Passed);
    for service in ["ray", "dask", "hub"] {
        assert!(rungs.iter().any(|rung| rung.starts_with(service)), "nothing of {service} was proven: {rungs:?}");
    }
    let second = run(deployment.install(&[TRIAL]));
    assert_eq!(second.outcome(), Some((Outcome::Done, false)), "{}", second.complaints());

    a_preview_tells_exactly_what_would_change(bed, &deployment);
    a_secret_that_is_not_in_the_cluster_is_missed_before_anything_changes(bed, &deployment);

    let alone = deployment.verified_by_a_stranger();
    assert_eq!(alone.outcome(), Some((Outcome::Done, false)), "{}", alone.complaints());
    assert_eq!(alone.rungs(RungOutcome::Passed).len(), rungs.len(), "{}", alone.complaints());

    another_ray_in_the_notebook_is_named(&deployment);

    deployment.remove();
    deployment.expect_gone();
}

/// Of what was just deployed nothing would change; of one other answer, its line.
fn a_preview_tells_exactly_what_would_change(bed: &'static Bed, deployment: &Deployment) {
    let changed = |answers: &[(&str, &str)]| {
        let preview =
            bed.runtime.block_on(deployment.preview(TRIAL, answers)).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        assert_eq!(preview.problems, []);
        let lines = preview.files.iter().flat_map(|file| {
            let there = file.deployed.as_ref().unwrap_or_else(|| panic!("nothing is deployed for {}", file.path));
            Diff::between(there, &file.text).hunks.into_iter().flat_map(|hunk| hunk.lines)
        });
        let changed = lines.filter(|line| line.kind != Kind::Context);
        changed.map(|line| (line.kind, line.text.trim().to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(changed(&[]), []);
    let size = |kind: Kind, size: &str| (kind, format!("capacity: {size}"));
    assert_eq!(changed(&[("storage.size", "2Gi")]), [size(Kind::Removed, "1Gi"), size(Kind::Added, "2Gi")]);
}

fn a_secret_that_is_not_in_the_cluster_is_missed_before_anything_changes(bed: &'static Bed, deployment: &Deployment) {
    let login = [
        ("login.method", "github"),
        ("login.client-id", "hub"),
        ("login.client-secret", "secret:nobody-made-it/secret"),
        ("login.allow", "all"),
        ("access.host", "hub.example.org"),
    ];
    let preview = bed.runtime.block_on(deployment.preview(TRIAL, &login)).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let found: Vec<_> = preview.problems.iter().map(|problem| (problem.code.as_str(), problem.at.as_deref())).collect();
    assert_eq!(found, [("secret-missing", Some("login.client-secret"))], "{:?}", preview.problems);
    assert!(preview.problems[0].title.contains("there is no such Secret"), "{:?}", preview.problems);
}

/// A notebook image whose Ray is not the cluster's: deployed, but not verified, and told before anything runs.
fn another_ray_in_the_notebook_is_named(deployment: &Deployment) {
    let red = run(deployment.install(&[TRIAL, "--set", "notebook.tag=mismatch-1"]));
    assert_eq!(red.outcome(), Some((Outcome::Unverified, true)), "{}", red.complaints());
    assert_eq!(red.status.code(), Some(3));
    let problem = red.expect_cause("notebook-ray", "ray-version-mismatch");
    assert!(problem.title.contains("2.60.0"), "{problem:?}");
}

fn killed_and_resumed(bed: &'static Bed) {
    let deployment = Deployment::new(bed, "killed", 3);
    let mut running = deployment.install(&[TRIAL]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while !helm_runs(deployment.state.path()) {
        assert!(began.elapsed() < BEGUN && running.try_wait().unwrap().is_none(), "helm was never started");
        std::thread::sleep(Duration::from_millis(20));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    let before = deployment.journal();
    assert!(!matches!(before.last().unwrap().kind, EventKind::RunFinished { .. }));

    let resumed = run(deployment.command(&["resume"]));
    assert_eq!(resumed.outcome(), Some((Outcome::Done, true)), "{}", resumed.complaints());
    let after = deployment.journal();
    assert_eq!(after[..before.len()], before, "what was journalled stays");
    let numbers: Vec<u64> = after.iter().map(|event| event.seq).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
}

/// Whether a helm process was noted in a deployment's folder.
fn helm_runs(state: &Path) -> bool {
    let folders = std::fs::read_dir(state).into_iter().flatten().flatten();
    let files = folders.flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().flatten());
    files.into_iter().any(|file| {
        let path = file.path();
        let name = file.file_name().to_string_lossy().into_owned();
        name.starts_with("helm-") && path.extension().is_some_and(|extension| extension == "json")
    })
}
