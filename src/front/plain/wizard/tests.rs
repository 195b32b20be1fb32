//! The plain wizard with a scripted person: through to the installation, back and forth, and at random.
use std::collections::VecDeque;

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;
use crate::{
    answers::{facts::StorageClassFact, layers::Origin, preset, shipped},
    front::plain::Secret,
};

/// Esc, Ctrl-C.
const ESC: &str = "<esc>";
const CTRL_C: &str = "<ctrl-c>";

/// Says what is on a list, then Enter up to the review and there what is on another; presses Ctrl-C at their end.
#[derive(Default)]
struct Person {
    replies: VecDeque<String>,
    at_review: VecDeque<&'static str>,
    secret: &'static str,
    told: Vec<String>,
    asked: Vec<String>,
}

impl Asker for Person {
    fn tell(&mut self, text: &str) {
        self.told.push(text.to_owned());
    }

    fn line(&mut self, question: &str, initial: &str) -> Result<Reply, Problem> {
        self.asked.push(format!("{question} {initial}"));
        let reviewed = question == "Number or word:";
        let reply = self.replies.pop_front().or_else(|| match self.at_review.is_empty() {
            true => None,
            false if reviewed => self.at_review.pop_front().map(str::to_owned),
            false => Some(String::new()),
        });
        Ok(match reply.as_deref() {
            None | Some(CTRL_C) => Reply::Leave,
            Some(ESC) => Reply::Back,
            Some("") => Reply::Text(initial.to_owned()),
            Some(text) => Reply::Text(text.to_owned()),
        })
    }

    fn secret(&mut self, _title: &str, _key: &str) -> Result<Secret, Problem> {
        Ok(Secret::Typed(self.secret.to_owned().into()))
    }
}

#[derive(Default)]
struct World {
    kept: usize,
    looks: usize,
    gone: bool,
}

impl Host for World {
    fn look(&mut self, _layers: &Layers) -> Result<Facts, Problem> {
        self.looks += 1;
        if self.gone {
            return Err(Problem::new("gone", "the cluster does not answer"));
        }
        let class = StorageClassFact { name: "fast\u{1b}[2J".to_owned(), default: true, ..StorageClassFact::default() };
        Ok(Facts { storage_classes: vec![class], ..Facts::default() })
    }

    fn keep(&mut self, _layers: &Layers) -> Result<(), Problem> {
        self.kept += 1;
        Ok(())
    }

    fn save(&mut self, name: &str, _title: &str, _layers: &Layers) -> Result<PathBuf, Problem> {
        Ok(PathBuf::from(name))
    }
}

fn preset_draft(name: &str) -> Draft {
    let mut layers = Layers::new();
    layers.push_preset(name, preset::parse(shipped::find(name).unwrap().text, name).unwrap());
    Draft::new(layers)
}

fn says(replies: &[&str]) -> Person {
    Person { replies: replies.iter().map(|&reply| reply.to_owned()).collect(), secret: "hunter2", ..Person::default() }
}

fn go(draft: Draft, person: &mut Person, world: &mut World) -> (Ended, Draft) {
    let mut wizard = Wizard::new(draft, person, world);
    let ended = wizard.run().unwrap();
    (ended, wizard.draft)
}

#[test]
fn a_trial_is_installed_by_enter_alone() {
    let mut person = Person { at_review: ["install"].into(), ..Person::default() };
    let mut world = World::default();
    let (ended, draft) = go(preset_draft("trial"), &mut person, &mut world);
    let asked = person.asked.join("\n");
    let Ended::Install { layers, secrets } = ended else { panic!("{ended:?}\n{asked}\n{}", person.told.join("\n")) };
    assert!(secrets.is_empty() && draft.resolved().is_ok());
    assert_eq!(layers.merged(), preset_draft("trial").layers().merged(), "Enter changes nothing");
    assert!(world.kept > 5, "kept after every section: {}", world.kept);
    assert_eq!(world.looks, 1);
}

#[test]
fn everything_is_said_by_numbers_and_names() {
    let mut person = says(&["2", "lab", "2", "", "", "", "", "", ""]);
    let (ended, draft) = go(Draft::new(Layers::new()), &mut person, &mut World::default());
    assert!(matches!(ended, Ended::Left));
    let said = |key: &str| draft.field(key).unwrap().text();
    assert_eq!((said("target.kind"), said("target.namespace")), ("this-machine".into(), "lab".into()));
    assert!(!person.told.iter().any(|text| text.contains("(access.method)")), "no question of the other target");
    let told = person.told.join("\n");
    assert!(told.contains("1) kubernetes: ") && told.contains("2) this-machine: "), "{told}");
}

#[test]
fn esc_goes_back_and_what_was_said_stays() {
    let mut person = says(&["this-machine", ESC, "", "lab", ESC, "not a name", "lab2", CTRL_C]);
    let (_, draft) = go(Draft::new(Layers::new()), &mut person, &mut World::default());
    assert_eq!(draft.field("target.kind").unwrap().text(), "this-machine");
    let told = person.told.join("\n");
    assert_eq!(draft.field("target.namespace").unwrap().text(), "lab2");
    assert!(told.contains("is not a namespace"), "{told}");
    assert_eq!(told.matches("(target.kind)").count(), 2, "{told}");
}

#[test]
fn a_typed_secret_is_told_and_kept_nowhere() {
    let draft = preset_draft("github");
    let login = draft.seat("login.client-secret").unwrap().0;
    let (mut person, mut world) = (says(&["1"]), World::default());
    let mut wizard = Wizard::new(draft, &mut person, &mut world);
    wizard.question("login.client-secret").unwrap();
    assert_eq!(wizard.secrets["login.client-secret"].expose_secret(), "hunter2");
    assert_eq!(wizard.draft.layers().origin("login.client-secret"), Origin::Typed);
    let _ = wizard.relevant(login);
    let all = format!("{:?}", wizard.draft);
    assert!(!all.contains("hunter2") && !format!("{:?}{:?}", person.told, person.asked).contains("hunter2"));
}

#[test]
fn a_table_is_edited_by_words() {
    let (mut person, mut world) = (
        says(&[
            "add", "big", "4", "8Gi", ESC, "10Gi", "", "", "", "", "", "copy 2", "up 3", "delete 1", "x 9", "down 1",
            "",
        ]),
        World::default(),
    );
    let mut wizard = Wizard::new(preset_draft("trial-kubernetes"), &mut person, &mut world);
    wizard.question("ray.pools").unwrap();
    let names: Vec<String> =
        wizard.draft.rows("ray.pools").iter().map(|row| row.field("name").unwrap().text()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.contains(&"big".to_owned()) && names.contains(&"big-2".to_owned()), "{names:?}");
    assert!(person.told.iter().any(|told| told.contains("there is no row `9`")));
}

#[test]
fn a_target_that_does_not_answer_stops_nobody() {
    let (mut person, mut world) = (says(&["", "", "", "2", "1", CTRL_C]), World { gone: true, ..World::default() });
    let (ended, _) = go(Draft::new(Layers::new()), &mut person, &mut world);
    assert!(matches!(ended, Ended::Left) && world.looks == 2);
    assert!(person.told.iter().any(|told| told.contains("the cluster does not answer")));
}

#[test]
fn without_a_terminal_everything_that_is_missing_is_named() {
    let problems = missing(&Draft::new(Layers::new()));
    let words: String = problems.iter().map(|problem| problem.hints.join(" ") + "\n").collect();
    assert_eq!(problems[0].code, "no-terminal");
    assert!(words.contains("--set login.method=") && words.contains("--set access.method="), "{words}");
}

#[test]
fn an_installation_that_lacks_something_leads_to_the_question() {
    let mut person = Person { at_review: ["install", CTRL_C].into(), ..says(&["1"]) };
    let (ended, _) = go(Draft::new(Layers::new()), &mut person, &mut World::default());
    assert!(matches!(ended, Ended::Left));
    let told = person.told.join("\n");
    let last = person.told.iter().rposition(|told| told.contains("(login.method)"));
    let refused = person.told.iter().position(|told| told.contains("missing or wrong yet"));
    assert!(refused.is_some() && last > refused, "{told}");
    assert!(told.contains("left open for now") && told.contains("answer is missing or wrong"), "{told}");
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
                1 => "add|copy 1|delete 1|up 2|down 1|install|save|2",
                // What a person says may come back in an answer: no boxes, no braille.
                2 => "[ -~äéßøłжя日本]{0,10}",
            ],
            0..120,
        ),
        on_machine in any::<bool>(),
    ) {
        let mut person = Person { replies: replies.into(), secret: "hunter2", ..Person::default() };
        let draft = preset_draft(if on_machine { "trial" } else { "moodle-gpu" });
        go(draft, &mut person, &mut World::default());
        let drawn = |letter: char| ('\u{2500}'..='\u{259f}').contains(&letter) || ('\u{2800}'..='\u{28ff}').contains(&letter);
        for told in &person.told {
            prop_assert!(!told.chars().any(|letter| (letter.is_control() && letter != '\n') || drawn(letter)), "{told:?}");
        }
    }
}
