//! The accessible mode in a real terminal, without any cluster: from the beginning to the review and back, with wrong answers,
//! on terminals that know no keys, and with nobody there. What is expected are words.
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::talk::{CHOICE, LIST, Talk};

/// What is said on the way out.
const KEPT: &str = "your answers are kept: `hubwright --plain` goes on with them";

/// A home of its own; its kubeconfig has two contexts, and nothing listens at either.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(TempDir::new().unwrap());
        let kubeconfig = "apiVersion: v1\nkind: Config\ncurrent-context: dead\n\
            clusters:\n- name: dead\n  cluster: {server: 'http://127.0.0.1:1'}\n\
            users:\n- name: dead\n  user: {token: none}\n\
            contexts:\n- name: dead\n  context: {cluster: dead, user: dead}\n\
            - name: other\n  context: {cluster: dead, user: dead}\n";
        fs::write(home.path().join("kubeconfig"), kubeconfig).unwrap();
        home
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hubwright"));
        command.args(words).env("HOME", self.path()).env("KUBECONFIG", self.path().join("kubeconfig"));
        command.env("HUBWRIGHT_STATE", self.path().join("state")).env("XDG_DATA_HOME", self.path().join("data"));
        command.env_remove("XDG_STATE_HOME").env_remove("XDG_CONFIG_HOME");
        command
    }

    fn draft(&self) -> String {
        fs::read_to_string(self.path().join("state/draft.yaml")).unwrap_or_default()
    }
}

#[test]
fn from_the_beginning_with_a_preset_to_the_review_and_out() {
    let home = Home::new();
    let mut talk = Talk::begin(home.command(&["--plain"]).env("NO_COLOR", "1"));
    talk.terminal.wait_for("New setup on Kubernetes: current context `dead`, 2 in all");
    talk.say(LIST, "no such thing");
    talk.terminal.wait_for("! type a number from 1 to");
    talk.say(LIST, "trial");
    talk.terminal.wait_for("preset trial");
    // Wrong, then right; back by Esc, and what was said is still there.
    talk.say(CHOICE, "this-machine");
    talk.say("Name:", "not a name");
    talk.terminal.wait_for("is not a namespace");
    talk.say("Name:", "plainly");
    talk.terminal.wait_for("2 of ");
    talk.wait_for_question(LIST);
    talk.press("Esc");
    talk.terminal.wait_for("now: plainly");
    talk.say("Name:", "");
    talk.say(LIST, "review");
    talk.terminal.wait_for("Review: what is not the default");
    talk.terminal.wait_for("hubwright install trial");
    talk.say(LIST, "steps");
    talk.terminal.wait_for("steps under one number run at the same time");
    talk.say(LIST, "fit");
    talk.terminal.wait_for("the answers ask for");
    talk.say(LIST, "save");
    talk.say("Name, or a file", "mine");
    talk.say("A few words", "My hub");
    talk.terminal.wait_for("The preset is saved");
    talk.say(LIST, "leave");
    talk.terminal.wait_for(KEPT);
    talk.ended(0);
    let presets = home.path().join(".config/hubwright/presets");
    let saved = fs::read_to_string(presets.join("mine.yaml")).unwrap();
    let schema = saved.lines().find_map(|line| line.strip_prefix("# yaml-language-server: $schema=")).unwrap();
    assert!(presets.join(schema).exists(), "an editor looks for {schema} beside it");
    assert!(home.draft().contains("plainly"), "{}", home.draft());
}

#[test]
fn ctrl_c_keeps_each_answer_and_the_next_time_asks_whether_to_go_on() {
    let home = Home::new();
    let mut talk = Talk::begin(&home.command(&["--plain"]));
    talk.say(LIST, "new setup on k");
    talk.say(CHOICE, "kubernetes");
    talk.terminal.wait_for("1) dead: the current context");
    talk.terminal.wait_for("2) other");
    talk.say("Cluster:", "2");
    talk.terminal.wait_for(": other");
    talk.wait_for_question("Name:");
    talk.terminal.press("^C");
    talk.terminal.wait_for(KEPT);
    talk.ended(130);
    let mut talk = Talk::begin(&home.command(&["--plain"]));
    talk.terminal.wait_for("1) Go on answering: namespace hub of other, kept just now");
    talk.say(LIST, "1");
    talk.terminal.wait_for("the unfinished setup");
    talk.say(CHOICE, "");
    talk.terminal.wait_for("now: other");
    talk.terminal.signal(Signal::TERM);
    talk.terminal.wait_for(KEPT);
    talk.ended(130);
}

/// The disk was full, and what had been said before it was kept.
#[test]
fn answers_that_cannot_be_kept_any_more_are_not_said_to_be() {
    let home = Home::new();
    let mut talk = Talk::begin_without_keys(&mut home.command(&["--plain"]));
    talk.say(LIST, "new setup on this");
    talk.say(CHOICE, "2");
    talk.terminal.wait_for("(target.namespace)");
    let draft = home.path().join("state/draft.yaml");
    fs::remove_file(&draft).unwrap();
    fs::create_dir(&draft).unwrap();
    talk.say("Name:", "lab");
    talk.terminal.wait_for("error: cannot write");
    talk.terminal.wait_for("2 of ");
    talk.terminal.press("^C");
    talk.ended(130);
    assert!(!talk.terminal.screen().contains(KEPT), "{}", talk.terminal.screen());
}

/// Ctrl-C ended the program at once there, and with it all answers since the last whole page.
#[test]
fn a_terminal_without_keys_is_enough_and_ctrl_c_keeps_what_was_said() {
    let home = Home::new();
    let mut talk = Talk::begin_without_keys(&mut home.command(&["--plain"]));
    talk.terminal.wait_for("`<` is Esc");
    talk.say(LIST, "new setup on this");
    talk.say(CHOICE, "2");
    talk.terminal.wait_for("Target: this-machine");
    // An answer is kept before the next question is asked.
    talk.terminal.wait_for("(target.namespace)");
    talk.terminal.press("^C");
    talk.terminal.wait_for(KEPT);
    talk.ended(130);
    assert!(home.draft().contains("this-machine"), "{}", home.draft());
}

/// A preset that wants a secret, with everything else said.
const SECRET: [&str; 7] =
    ["setup", "github", "--plain", "--set", "login.client-id=hub", "--set", "access.host=h.example.org"];

fn to_the_secret(talk: &mut Talk) {
    for (question, reply) in [
        (CHOICE, "kubernetes"),
        ("Cluster:", ""),
        ("Name:", ""),
        (LIST, "go on"),
        (LIST, "review"),
        (LIST, "login"),
        (CHOICE, ""),
        ("Client ID:", ""),
        ("1, or where it is:", "1"),
    ] {
        talk.say(question, reply);
    }
}

fn expect_unseen(talk: &mut Talk, home: &Home) {
    talk.terminal.wait_for("Client secret: typed");
    assert!(!talk.terminal.screen().contains("hunter2"), "{}", talk.terminal.screen());
    talk.terminal.press("^C");
    talk.ended(130);
    assert!(!home.draft().contains("hunter2"));
}

/// A secret that was typed had another sign before it than all other answers.
#[test]
fn a_secret_that_is_typed_is_not_shown_and_asked_for_like_anything_else() {
    let home = Home::new();
    let mut talk = Talk::begin(&home.command(&SECRET));
    to_the_secret(&mut talk);
    talk.say("Client secret (login.client-secret):", "hunter2");
    talk.wait_for_question(":");
    expect_unseen(&mut talk, &home);
}

#[test]
fn a_secret_that_is_typed_without_keys_is_not_shown() {
    let home = Home::new();
    let mut talk = Talk::begin_without_keys(&mut home.command(&SECRET));
    to_the_secret(&mut talk);
    talk.wait_for_question("not shown:");
    talk.terminal.type_text("hunter2");
    talk.terminal.press("Enter");
    expect_unseen(&mut talk, &home);
}

/// What was said on the command line had to be found and said again.
#[test]
fn where_there_can_be_no_full_screen_the_whole_command_is_named_that_asks_in_lines() {
    let home = Home::new();
    for (words, hint) in [
        (&["--ascii"][..], "`hubwright --plain`"),
        (
            &["setup", "trial", "--set", "hub.announcement=it is here", "-n", "lab", "--set", "login.password=hunter2"],
            "`hubwright setup trial --set 'hub.announcement=it is here' --set 'login.password=…' --namespace=lab --plain`",
        ),
    ] {
        let talk = Talk::begin_without_keys(&mut home.command(words));
        talk.ended(1);
        let said = talk.terminal.screen();
        assert!(said.contains(hint) && !said.contains("hunter2"), "no {hint} in\n{said}");
    }
}

#[test]
fn a_signal_leaves_the_terminal_as_it_was() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let home = Home::new();
        let talk = Talk::begin(&home.command(&["--plain"]));
        talk.wait_for_question(LIST);
        talk.terminal.signal(signal);
        talk.ended(130);
        assert!(!talk.terminal.screen().contains(KEPT), "nothing was said yet");
    }
}

/// In a pipeline or a job nobody can answer.
#[test]
fn without_a_terminal_everything_that_is_missing_is_named_whatever_was_asked_for() {
    let home = Home::new();
    fs::create_dir_all(home.path().join("state")).unwrap();
    fs::write(home.path().join("state/draft.yaml"), "schema: 1\ntarget: {kind: this-machine}\n").unwrap();
    let mut said = Vec::new();
    for words in [&["setup"][..], &["--plain"], &["setup", "--plain"]] {
        let output = home.command(words).stdin(Stdio::null()).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        for key in ["login.method", "access.method"] {
            assert!(text.contains(&format!("--set {key}=")), "{words:?}: {key} is missing in:\n{text}");
        }
        assert!(output.stdout.is_empty() && !text.contains('\x1b'), "{text:?}");
        said.push(text);
    }
    assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "one wording: {said:?}");
}
