//! The accessible mode on a cluster: the whole way in lines, stopped in the middle and gone on with.
use crate::{
    Case,
    bed::Bed,
    deployment::Deployment,
    talk::{CHOICE, LIST, Talk},
    walk::LONG,
};

/// The tests.
pub const CASES: &[Case] = &[("a_preset_installed_in_lines_stopped_gone_on_with_and_verified", installed)];

/// What is said at the end of an installation that is verified.
const MADE: &str = "where secrets are:";

fn installed(bed: &'static Bed) {
    let deployment = Deployment::new(bed, "plain", 4);
    let from = format!("charts.repository={}", Deployment::charts());
    let place = format!("target.namespace={}", deployment.namespace);
    let words = ["setup", "--plain", "trial-kubernetes", "--set", &from, "--set", &place];
    let mut talk = Talk::begin(&deployment.wizard(&words));
    talk.terminal.wait_for("preset trial-kubernetes");
    to_the_review(&mut talk);
    talk.say(LIST, "steps");
    talk.terminal.wait_for("steps under one number run at the same time");
    talk.say(LIST, "install");
    talk.terminal.wait_for("1) install: begin now");
    talk.say(LIST, "install");
    talk.terminal.wait_long_for("kuberay-operator-", LONG);
    talk.terminal.press("^C");
    talk.say(LIST, "stop");
    talk.terminal.wait_long_for("what was installed stays as it is", LONG);
    talk.say(LIST, "try again");
    talk.terminal.wait_long_for(MADE, LONG);
    let said = talk.terminal.screen();
    for wanted in ["rungs green", "port-forward"] {
        assert!(said.contains(wanted), "`{wanted}` is not said:\n{said}");
    }
    talk.say(LIST, "leave");
    talk.ended(0);
    deployment.remove();
    deployment.expect_gone();
}

/// The target is given already; all that follows is the preset's.
fn to_the_review(talk: &mut Talk) {
    for (question, reply) in [(CHOICE, ""), ("Cluster:", ""), ("Name:", ""), (LIST, "review")] {
        talk.say(question, reply);
    }
    talk.terminal.wait_for("Review: what is not the default");
}
