//! The plain wizard with a scripted person: through to the installation, back and forth, and at random.
mod reading;
mod world;

use jiff::Timestamp;
use proptest::prelude::*;
use secrecy::ExposeSecret;

use self::world::{
    CTRL_C, ESC, Person, World, ended, happens, hub_is_stuck, interrupted, nothing, preset_draft, run_began, says,
};
use super::*;
use crate::{
    answers::{
        invalid::Invalid,
        layers::{Layers, Origin},
        tree::TargetKind,
    },
    front::wizard::wish::{Beginnings, DeploymentLine, DraftLine, Ended, PresetLine},
    plan::graph::StepId,
    run::event::{EventKind, Outcome, RungOutcome, RungPlan, RungResult},
};

/// From what the world opens on, until the person leaves.
fn go(person: &mut Person, world: &mut World) -> (Exit, Draft) {
    let mut wizard = Wizard::new(nothing(), person, world);
    let exit = wizard.run(Some(Source::Draft("draft.yaml".to_owned()))).unwrap();
    (exit, wizard.shared.draft)
}

/// From the beginning on.
fn begin(person: &mut Person, world: &mut World) -> Exit {
    Wizard::new(nothing(), person, world).run(None).unwrap()
}

fn at_review(replies: &[&'static str]) -> Person {
    Person { at_review: replies.iter().copied().collect(), secret: "hunter2", ..Person::default() }
}

#[test]
fn a_trial_is_installed_by_enter_and_two_agreements() {
    let mut person = at_review(&["install", "install", "leave"]);
    let mut world = World::preset("trial");
    let (exit, draft) = go(&mut person, &mut world);
    let told = person.told.join("\n");
    assert_eq!((exit, world.begun.as_slice()), (Exit::Done, ["deploy".to_owned()].as_slice()), "{told}");
    assert!(draft.resolved().is_ok());
    assert_eq!(world.kept, 0, "nothing was said that is to be kept");
    assert_eq!(
        draft.layers().of(|origin| *origin != Origin::Detected).merged(),
        preset_draft("trial").layers().merged()
    );
    assert!(told.contains("Afterwards it is verified") && told.contains("where secrets are"), "{told}");
    assert_eq!(world.looks, 1);
}

#[test]
fn everything_is_said_by_numbers_and_names() {
    let mut person = says(&["2", "lab", "2", "", "", "", "", "", ""]);
    let (exit, draft) = go(&mut person, &mut World::of(Layers::new()));
    assert_eq!(exit, Exit::Interrupted);
    let said = |key: &str| draft.field(key).unwrap().text();
    assert_eq!((said("target.kind"), said("target.namespace")), ("this-machine".into(), "lab".into()));
    assert!(!person.told.iter().any(|text| text.contains("(access.method)")), "no question of the other target");
    let told = person.told.join("\n");
    assert!(told.contains("1) kubernetes: ") && told.contains("2) this-machine: "), "{told}");
}

#[test]
fn esc_goes_back_and_what_was_said_stays() {
    let mut person = says(&["this-machine", ESC, "", "lab", ESC, "not a name", "lab2", CTRL_C]);
    let (_, draft) = go(&mut person, &mut World::of(Layers::new()));
    assert_eq!(draft.field("target.kind").unwrap().text(), "this-machine");
    let told = person.told.join("\n");
    assert_eq!(draft.field("target.namespace").unwrap().text(), "lab2");
    assert!(told.contains("is not a namespace"), "{told}");
    assert_eq!(told.matches("(target.kind)").count(), 2, "{told}");
}

/// Ctrl-C on a terminal without keys ends the program at once: only a finished section was kept.
#[test]
fn each_answer_is_kept_at_once() {
    let (mut person, mut world) = (says(&["this-machine", "lab"]), World::of(Layers::new()));
    let mut wizard = Wizard::new(nothing(), &mut person, &mut world);
    wizard.question("target.kind").unwrap();
    wizard.question("target.namespace").unwrap();
    assert_eq!(world.kept, 2);
    assert_eq!(world.layers.merged().target.namespace.as_deref(), Some("lab"));
}

#[test]
fn a_typed_secret_is_told_and_kept_nowhere() {
    let (mut person, mut world) = (says(&["1"]), World::preset("github"));
    let mut wizard = Wizard::new(nothing(), &mut person, &mut world);
    wizard.open(Source::Draft("draft.yaml".to_owned()));
    wizard.question("login.client-secret").unwrap();
    assert_eq!(wizard.shared.secrets["login.client-secret"].expose_secret(), "hunter2");
    assert_eq!(wizard.shared.draft.layers().origin("login.client-secret"), Origin::Typed);
    let all = format!("{:?}{:?}", wizard.shared.draft, world.layers);
    assert!(!all.contains("hunter2") && !format!("{:?}{:?}", person.told, person.asked).contains("hunter2"));
}

#[test]
fn a_table_is_edited_by_words() {
    let (mut person, mut world) = (
        says(&[
            "add", "big", "4", "8Gi", ESC, "10Gi", "", "", "", "", "", "copy 2", "up 3", "delete 1", "x 9", "down 1",
            "",
        ]),
        World::preset("trial-kubernetes"),
    );
    let mut wizard = Wizard::new(nothing(), &mut person, &mut world);
    wizard.open(Source::Draft("draft.yaml".to_owned()));
    wizard.question("ray.pools").unwrap();
    let names: Vec<String> =
        wizard.shared.draft.rows("ray.pools").iter().map(|row| row.field("name").unwrap().text()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.contains(&"big".to_owned()) && names.contains(&"big-2".to_owned()), "{names:?}");
    assert!(person.told.iter().any(|told| told.contains("there is no row `9`")));
}

#[test]
fn a_target_that_does_not_answer_stops_nobody() {
    let mut world = World { gone: true, ..World::of(Layers::new()) };
    let mut person = says(&["", "", "", "again", "go on", CTRL_C]);
    let (exit, _) = go(&mut person, &mut world);
    assert!(exit == Exit::Interrupted && world.looks == 2);
    assert!(person.told.iter().any(|told| told.contains("the cluster does not answer")));
}

#[test]
fn an_installation_that_lacks_something_leads_to_the_question() {
    let mut person = at_review(&["install", CTRL_C]);
    let (exit, _) = go(&mut person, &mut World::of(Layers::new()));
    assert_eq!(exit, Exit::Interrupted);
    let told = person.told.join("\n");
    let last = person.told.iter().rposition(|told| told.contains("(login.method)"));
    let refused = person.told.iter().position(|told| told.contains("missing or wrong yet"));
    assert!(refused.is_some() && last > refused, "{told}");
    assert!(told.contains("left open for now") && told.contains("answer is missing or wrong"), "{told}");
}

/// The wizard began with the draft, whatever else there was.
#[test]
fn what_was_left_unfinished_is_one_choice_among_all() {
    let mut world = World::preset("trial");
    let deployment = |name: &str, unfinished| DeploymentLine {
        folder: name.into(),
        words: format!("{name} on this machine"),
        flags: format!("-n {name}"),
        unfinished,
        ended: "install: failed".to_owned(),
    };
    let preset = PresetLine {
        name: "mine".to_owned(),
        title: "My hub".to_owned(),
        description: "small and cheap".to_owned(),
        target: TargetKind::ThisMachine,
        own: true,
    };
    world.beginnings = Beginnings {
        contexts: vec!["prod".to_owned(), "lab".to_owned()],
        current: Some("prod".to_owned()),
        presets: vec![preset],
        drafts: vec![DraftLine {
            name: "draft.yaml".to_owned(),
            words: "lab on this machine".to_owned(),
            open: false,
            at: Timestamp::UNIX_EPOCH,
        }],
        deployments: vec![deployment("left", true), deployment("there", false)],
        ..Beginnings::default()
    };
    let mut person = says(&["", "there", ESC, "there on this", "status", "back", "leave"]);
    assert_eq!(begin(&mut person, &mut world), Exit::Done);
    let told = person.told.join("\n");
    for line in [
        "1) Go on answering: lab on this machine, kept just now",
        "2) Go on installing: left on this machine: install: failed",
        "3) New setup on Kubernetes: current context `prod`, 2 in all",
        "6) there on this machine: install: failed",
        "7) mine: yours: My hub; for this machine",
        "     small and cheap",
        "1) watch: its status",
        "all is well",
    ] {
        assert!(told.contains(line), "no `{line}` in\n{told}");
    }
    assert_eq!((world.kept, world.begun.len()), (0, 0), "nothing is opened, kept or done unasked");
    // Contexts of the kubeconfig are offered before any cluster was looked at.
    let mut person = says(&["mine", "kubernetes", CTRL_C]);
    begin(&mut person, &mut world);
    let told = person.told.join("\n");
    assert!(world.looks == 0 && told.contains("1) prod: the current context") && told.contains("2) lab"), "{told}");
}

#[test]
fn a_preset_is_saved_and_the_review_goes_on() {
    let (mut person, mut world) = (says(&["save", "mine", "My hub", "leave"]), World::preset("trial"));
    let mut wizard = Wizard::new(nothing(), &mut person, &mut world);
    wizard.open(Source::Draft("draft.yaml".to_owned()));
    assert_eq!(wizard.review().unwrap(), At::End(Exit::Done));
    assert_eq!(world.saved, ["mine"]);
    assert!(person.told.iter().any(|told| told == "preset saved: mine"), "{:?}", person.told);
}

#[test]
fn the_command_shows_where_secrets_are() {
    let mut world = World::preset("github");
    world.layers.say("login.client-secret", "env:GITHUB_SECRET").unwrap();
    let mut person = says(&[CTRL_C]);
    let mut wizard = Wizard::new(nothing(), &mut person, &mut world);
    wizard.open(Source::Draft("draft.yaml".to_owned()));
    wizard.review().unwrap();
    let told = person.told.join("\n");
    assert!(told.contains("login.client-secret=env:GITHUB_SECRET"), "{told}");
    assert!(told.contains("Client secret: env:GITHUB_SECRET"), "{told}");
}

#[test]
fn the_review_tells_steps_files_changes_and_fit_in_words() {
    let mut world = World::preset("trial-kubernetes");
    let mut person = says(&["steps", "files", "README.md", "enough", "back", "changes", "fit", "leave"]);
    let mut wizard = Wizard::new(nothing(), &mut person, &mut world);
    wizard.open(Source::Draft("draft.yaml".to_owned()));
    wizard.review().unwrap();
    let told = person.told.join("\n");
    for words in ["steps under one number", "README.md: new", "files are new", "the answers ask for "] {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
}

#[test]
fn a_failure_is_tried_again_or_its_answer_changed() {
    let problem = Problem::new("secret-not-said", "the secret was not typed").at("login.password");
    let failed = Ended { problems: vec![problem], ..ended(None) };
    let mut world = World::preset("trial-kubernetes").ends(failed);
    world.layers.say("login.password", "ask:login.password").unwrap();
    let mut person = says(&["install", "install", "change login.password", "1", "install", "install", "leave"]);
    let mut wizard = Wizard::new(nothing(), &mut person, &mut world);
    wizard.open(Source::Draft("draft.yaml".to_owned()));
    let mut at = At::Review;
    while !matches!(at, At::End(_)) {
        at = if at == At::Ended { wizard.ended().unwrap() } else { wizard.review().unwrap() };
    }
    let told = person.told.join("\n");
    assert_eq!(world.begun, ["deploy", "deploy login.password"], "{told}");
    assert!(told.contains("it could not begin; nothing was changed") && !told.contains("hunter2"), "{told}");
}

#[test]
fn ctrl_c_asks_what_to_do_about_what_goes_on() {
    let mut world = World::preset("trial-kubernetes");
    world.heard =
        [happens(run_began()), happens(EventKind::StepStarted { step: StepId::new("hub") }), happens(hub_is_stuck())]
            .into();
    world.heard.extend([1, 2, 3].map(interrupted));
    let mut person = says(&["go on", "skip hub", "change hub.memory", "2Gi", "leave"]);
    let mut wizard = Wizard::new(nothing(), &mut person, &mut world);
    wizard.open(Source::Draft("draft.yaml".to_owned()));
    let intent = wizard.shared.intent();
    assert_eq!(wizard.work(Wish::Deploy(intent)).unwrap(), At::Ended);
    assert_eq!(wizard.ended().unwrap(), At::Review, "what is to be changed is asked at once");
    assert_eq!(wizard.shared.draft.field("hub.memory").unwrap().text(), "2Gi");
    let told = person.told.join("\n");
    assert_eq!(world.begun, ["deploy", "skip hub", "cancel"], "{told}");
    assert!(told.contains("! the hub crashes"), "{told}");
}

#[test]
fn a_row_and_a_yes_are_told_as_people_say_them() {
    let mut person = says(&["add", "", "", "", "", "", "", "", "", "", "delete 2", "", "1"]);
    let mut world = World::preset("trial-kubernetes");
    let mut wizard = Wizard::new(nothing(), &mut person, &mut world);
    wizard.open(Source::Draft("draft.yaml".to_owned()));
    wizard.question("ray.pools").unwrap();
    wizard.question("cull.enabled").unwrap();
    let told = person.told.join("\n");
    assert!(told.contains("now: 1 row, preset") && told.contains("(ray.pools[1].name)"), "{told}");
    let name = told.split("(ray.pools[1].name)").nth(1).unwrap();
    assert!(name.lines().any(|line| line == "  now: pool-2"), "nobody typed it:\n{told}");
    assert!(told.contains("  1) yes\n  2) no\n  now: yes") && !told.contains("true"), "{told}");
}

#[test]
fn a_red_rung_is_tried_again_alone() {
    let rung = RungResult {
        rung: "hub-login".to_owned(),
        height: 2,
        title: "login".to_owned(),
        outcome: RungOutcome::Failed,
        tried: "GET /hub/oauth_login".to_owned(),
        evidence: Vec::new(),
        problem: Some(Problem::new("login", "it leads elsewhere").at("login.method")),
        took_ms: 1,
    };
    let plan = RungPlan { rung: rung.rung.clone(), height: 2, title: rung.title.clone() };
    let mut world = World::preset("trial-kubernetes");
    world.heard = [happens(EventKind::LadderPlanned { rungs: vec![plan] }), happens(EventKind::RungDone(rung))].into();
    let mut world = world.ends(ended(Some(Outcome::Unverified)));
    let mut person = says(&["rung hub-login", "leave"]);
    let mut wizard = Wizard::new(nothing(), &mut person, &mut world);
    wizard.open(Source::Draft("draft.yaml".to_owned()));
    wizard.work(Wish::Verify { folder: None, rungs: Vec::new() }).unwrap();
    assert_eq!(wizard.ended().unwrap(), At::Ended);
    let told = person.told.join("\n");
    assert_eq!(world.begun, ["verify ", "verify hub-login"], "{told}");
    assert!(told.contains("change login.method: "), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_said_it_ends_and_draws_nothing(
        replies in prop::collection::vec(
            prop_oneof![
                4 => Just(String::new()),
                4 => "[0-9]",
                1 => Just(ESC.to_owned()),
                1 => "\\? ?[a-z]{0,3}",
                1 => Just("=".to_owned()),
                1 => "add|copy 1|delete 1|up 2|down 1|install|save|2|review|fit|steps|files|change|new setup on t",
                // What a person says may come back in an answer: no boxes, no braille.
                2 => "[ -~äéßøłжя日本]{0,10}",
            ],
            0..120,
        ),
        on_machine in any::<bool>(),
    ) {
        let mut person = Person { replies: replies.into(), secret: "hunter2", ..Person::default() };
        let mut world = World::preset(if on_machine { "trial" } else { "moodle-gpu" });
        begin(&mut person, &mut world);
        let drawn = |letter: char| ('\u{2500}'..='\u{259f}').contains(&letter) || ('\u{2800}'..='\u{28ff}').contains(&letter);
        for told in &person.told {
            prop_assert!(!told.chars().any(|letter| (letter.is_control() && letter != '\n') || drawn(letter)), "{told:?}");
        }
    }
}

#[test]
fn what_was_refused_is_left_open_or_said_in_a_line() {
    let said = [("login.method", "dummy"), ("login.admins", "ada"), ("login.admins", "-"), ("cull.timeout", "3600")];
    for (key, reply) in said {
        let (mut person, mut world) = (says(&["", reply]), World::preset("trial-kubernetes"));
        world.layers.set(Origin::Set, "login.admins", "ada").unwrap();
        let mut wizard = Wizard::new(nothing(), &mut person, &mut world);
        wizard.open(Source::Draft("draft.yaml".to_owned()));
        let wrong = Invalid::at(key, "is refused").hint("say another").place("mine.yaml", 3);
        wizard.shared.draft.refuse([wrong]);
        wizard.tell_review();
        wizard.question(key).unwrap();
        assert!(wizard.shared.draft.resolved().is_err(), "{key}: it was only looked at");
        wizard.question(key).unwrap();
        assert!(wizard.shared.draft.resolved().is_ok(), "{key} {reply}: {:?}", wizard.shared.draft.problems());
        let told = person.told.join("\n");
        assert!(told.contains("left open for now"), "{told}");
        assert!(told.contains(": is refused (said in mine.yaml, line 3): say another"), "{told}");
    }
}
