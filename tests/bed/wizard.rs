//! The whole way on a cluster, as a person goes it: the full screen, the keyboard, the real helm, real pods.
use crate::{
    Case,
    bed::Bed,
    deployment::Deployment,
    looking::looked_at,
    walk::{LONG, Walk},
};

/// The tests.
pub const CASES: &[Case] = &[
    ("from_nothing_through_every_section_left_and_resumed_to_a_verified_hub_and_looked_at", from_nothing),
    ("an_image_that_is_not_there_is_named_passed_over_tried_again_and_mended_in_place", image_mended),
];

/// What is asked where a name and a size is not the one that fits the bed: keys of questions, and answers.
const TYPED: &[(&str, &str)] = &[
    ("storage.size", "1Gi"),
    ("ray.head-cpu", "200m"),
    ("ray.head-memory", "1536Mi"),
    ("dask.scheduler-cpu", "100m"),
    ("dask.scheduler-memory", "512Mi"),
    ("dask.worker-cpu", "200m"),
    ("dask.worker-memory", "512Mi"),
    ("hub.cpu", "50m"),
    ("hub.memory", "512Mi"),
];

/// What Tab leads through on a cluster.
const SECTIONS: &[&str] =
    &["Components", "Notebook image", "Login", "Access and TLS", "Storage", "Ray", "Profiles", "Dask", "Extras", "Fit"];

fn from_nothing(bed: &'static Bed) {
    let deployment = Deployment::new(bed, "wizard", 4);
    let mut walk = Walk::begin(&deployment.wizard(&[]));
    walk.choose("New setup on Kubernetes");
    walk.terminal.wait_for("seen");
    walk.answer("target.namespace", &deployment.namespace);
    walk.answer("charts.repository", &Deployment::charts());
    walk.pick("login.method", "dummy");
    walk.pick("access.method", "none");
    for (question, text) in TYPED {
        walk.answer(question, text);
    }
    a_small_pool(&mut walk);
    walk.find("target.kind");
    walk.pass(SECTIONS);
    walk.review();
    walk.install();
    // The person leaves in the middle of it, and comes back.
    walk.terminal.wait_long_for("kuberay-operator-", LONG);
    walk.stop();
    walk.terminal.wait_long_for(", stopped", LONG);
    walk.leave("^C", 130);
    let mut walk = Walk::begin(&deployment.wizard(&[]));
    walk.choose("Go on installing");
    walk.watch_to_the_end();
    walk.terminal.wait_for("port-forward");
    walk.leave("q", 0);
    looked_at(&deployment);
    deployment.remove();
    deployment.expect_gone();
}

/// The row of a table, edited in place.
fn a_small_pool(walk: &mut Walk) {
    walk.find("ray.pools");
    walk.go_to("small");
    walk.terminal.press("Enter");
    walk.terminal.wait_for("/ Pool small");
    for (field, text) in [("CPUs", "200m"), ("Memory", "768Mi")] {
        walk.go_to(field);
        walk.type_over(text);
    }
    walk.terminal.press("Esc");
    walk.terminal.wait_without("/ Pool small");
}

fn image_mended(bed: &'static Bed) {
    let deployment = Deployment::new(bed, "image", 3);
    let from = format!("charts.repository={}", Deployment::charts());
    let place = format!("target.namespace={}", deployment.namespace);
    let words = ["setup", "trial-kubernetes", "--set", &from, "--set", &place, "--set", "dask.tag=2026.3.0", "--set"];
    let mut walk = Walk::begin(&deployment.wizard(&[&words[..], &["ray.tag=absent-1"]].concat()));
    walk.terminal.wait_for("preset trial-kubernetes");
    walk.terminal.wait_for("seen");
    walk.review();
    walk.install();
    expect_stuck(&walk);
    pass_over(&mut walk);
    try_again(&mut walk);
    stop_at_once(&mut walk);
    try_again(&mut walk);
    walk.terminal.press("p");
    walk.terminal.wait_for(", only");
    walk.terminal.press("e");
    walk.terminal.wait_for("Stop, and change");
    walk.terminal.press("y");
    walk.answer("ray.tag", "2.60.0-py313");
    // Nothing is installed beside what still ends.
    walk.terminal.wait_without("stopping");
    walk.review();
    walk.install();
    walk.watch_to_the_end();
    walk.terminal.wait_for("port-forward");
    walk.leave("q", 0);
    deployment.remove();
}

/// The image that is not there is named, with the answer behind it.
fn expect_stuck(walk: &Walk) {
    walk.terminal.wait_long_for("absent-1", LONG);
    walk.terminal.wait_long_for("change Ray: Ray tag", LONG);
}

/// What is stuck is not waited for: what needs it begins all the same, and the verification says what is missing.
fn pass_over(walk: &mut Walk) {
    walk.terminal.press("Tab Tab");
    walk.terminal.wait_for("▸What is wrong");
    walk.terminal.press("s");
    walk.terminal.wait_for("Do not wait for ray");
    walk.terminal.wait_for("the verification tells what is missing");
    walk.terminal.press("y");
    walk.terminal.wait_for("not waited for: skipped by hand");
    let led = walk.terminal.wait_long_for_any(&["`v` shows it", "climbing:"], LONG);
    if led != "climbing:" {
        walk.terminal.press("v");
    }
    walk.terminal.wait_long_for("not tried", LONG);
    walk.terminal.wait_long_for(" red, ", LONG);
    walk.terminal.wait_long_for("retry all", LONG);
    assert!(walk.terminal.screen().contains("FAIL: "), "{}", walk.terminal.screen());
    walk.terminal.press("Esc");
    walk.terminal.wait_for(", not verified");
}

/// Again, with the same answers: it is waited for again.
fn try_again(walk: &mut Walk) {
    walk.terminal.press("r");
    walk.terminal.wait_without("not verified");
    walk.terminal.wait_without(", stopped");
    expect_stuck(walk);
}

/// Stopped, and once more before it ended.
fn stop_at_once(walk: &mut Walk) {
    walk.terminal.press("^C");
    walk.terminal.wait_for("goes on where it stopped");
    // All in one: a run that has ended meanwhile would be left.
    walk.terminal.type_text("y\u{3}y");
    walk.terminal.wait_long_for(", stopped", LONG);
    walk.terminal.wait_for("goes on where it stopped; so does the key r");
}
