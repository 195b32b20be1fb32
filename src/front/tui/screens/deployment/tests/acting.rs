//! What the keys do about a run, a failure, a look.
use std::collections::BTreeMap;

use super::*;
use crate::answers::{
    draft::Draft,
    layers::{Layers, Origin},
};

#[test]
fn the_answer_behind_it_is_changed_after_the_run_was_stopped() {
    let mut seen = story();
    assert!(seen.works(Action::Edit));
    seen.press(Action::Edit);
    assert!(matches!(seen.wishes.as_slice(), [Wish::Cancel]), "{:?}", seen.wishes);
    assert_eq!(seen.went, [(Place::Questions, Some("ray.pools[0].memory".to_owned()))]);
}

#[test]
fn a_command_is_copied_and_a_wait_is_skipped() {
    let mut seen = story();
    seen.press(Action::Copy);
    seen.press(Action::Skip);
    let [Wish::Copy(command), Wish::Skip(step)] = seen.wishes.as_slice() else { panic!("{:?}", seen.wishes) };
    assert_eq!((command.as_str(), step.as_str()), ("kubectl -n hub describe pod ray-big-1", "ray"));
}

#[test]
fn a_failed_run_is_tried_again_with_the_answers_as_they_are() {
    let mut seen = story();
    assert!(!seen.works(Action::Retry));
    let problem = Problem::new("too-big", "it did not get ready in time").at("ray.pools[0].memory");
    seen.say(700, EventKind::StepFailed { step: StepId::new("ray"), problem, finding: None });
    seen.say(
        701,
        EventKind::RunFinished { outcome: Outcome::Failed, took_ms: 701_000, changed: true, summary: Vec::new() },
    );
    end(&mut seen, Some(Outcome::Failed), Vec::new());
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(picture.contains("not finished after 11:41; nothing was rolled back"), "{picture}");
    assert!(picture.contains("`hubwright resume -n hub` goes on") && picture.contains("r try again"), "{picture}");
    assert!(seen.works(Action::Retry) && !seen.works(Action::Skip));
    seen.press(Action::Edit);
    assert_eq!(seen.went, [(Place::Questions, Some("ray.pools[0].memory".to_owned()))]);
    assert!(seen.wishes.is_empty(), "nothing runs that would have to be stopped");
    seen.press(Action::Retry);
    assert!(matches!(seen.wishes.as_slice(), [Wish::Deploy(intent)] if intent.verify), "{:?}", seen.wishes);
    assert!(!seen.picture(80, 22, &Theme::COLOUR).contains("not finished"), "another run, another picture");
}

#[test]
fn what_keeps_a_run_from_beginning_is_shown_with_the_answer_to_change() {
    let mut seen = Seen::new();
    seen.carry_out(vec![Turn::Wish(Wish::Deploy(seen.shared.intent()))]);
    end(&mut seen, None, vec![Problem::new("no-rights", "you may not make namespaces").at("target.namespace")]);
    seen.screen.enter(None, &mut seen.shared);
    seen.press(Action::Next);
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(picture.contains("it could not begin") && picture.contains("e change Target: Name"), "{picture}");
    seen.press(Action::Edit);
    assert_eq!(seen.went, [(Place::Questions, Some("target.namespace".to_owned()))]);
}

#[test]
fn a_deployment_that_is_looked_at_has_no_steps_and_its_answers_are_opened() {
    let folder = std::path::PathBuf::from("/state/prod--hub");
    let mut seen = Seen::new();
    seen.carry_out(vec![Turn::Wish(Wish::Watch(folder.clone()))]);
    let EventKind::RunStarted { run, deployment, plan, .. } = started(&[]) else { unreachable!() };
    let command = "watch".to_owned();
    seen.say(0, EventKind::RunStarted { run, command, deployment, plan, resumed: false, steps: Vec::new() });
    seen.say(1, change("hub-1", "CrashLoopBackOff", "Deployment hub"));
    let finding = Finding::new("crash-loop", "Pod/hub-1", "the hub crashes").edit("hub.memory", "give it more");
    seen.say(2, EventKind::Findings { findings: vec![finding] });
    assert_eq!(seen.screen.title(&seen.shared), "Looking at prod/hub");
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(!picture.contains("Steps") && picture.contains("the hub crashes"), "{picture}");
    seen.wishes.clear();
    seen.press(Action::Edit);
    let [Wish::Cancel, Wish::Open(Source::Deployment(opened))] = seen.wishes.as_slice() else {
        panic!("{:?}", seen.wishes)
    };
    assert_eq!((opened, seen.went.len()), (&folder, 0));
    let opened = Opened { layers: crate::answers::layers::Layers::new(), title: String::new(), wrong: Vec::new() };
    seen.tell(&News::Opened(Box::new(opened)));
    assert_eq!(seen.went, [(Place::Questions, Some("hub.memory".to_owned()))]);
}

#[test]
fn every_key_of_the_table_can_be_pressed_anywhere() {
    for outcome in [None, Some(Outcome::Failed), Some(Outcome::Done)] {
        for binding in KEYS {
            let mut seen = story();
            if outcome.is_some() {
                end(&mut seen, outcome, Vec::new());
            }
            for _ in 0..6 {
                seen.press(binding.does);
                seen.picture(80, 22, &Theme::COLOUR);
                seen.press(Action::Next);
            }
        }
    }
    let at = Timestamp::UNIX_EPOCH;
    assert_eq!(steps::between(second(0), at).as_secs(), 0, "a clock that goes back is no panic");
}

#[test]
fn an_answer_is_called_as_its_question_and_a_row_by_its_name() {
    let mut draft = Draft::new(Layers::new());
    let named = |key: &str, draft: &Draft| doing::label(key, draft);
    assert_eq!(named("ray.pools[].memory", &draft), "Worker pools: Memory");
    assert_eq!(named("ray.pools[big].memory", &draft), "Memory of big");
    assert_eq!(named("target.namespace", &draft), "Target: Name");
    assert_eq!(named("no.such-key", &draft), "no.such-key");
    draft.say("ray.pools[+].name", "small").unwrap();
    draft.say("ray.pools[+].name", "big").unwrap();
    assert_eq!(named("ray.pools[1].memory", &draft), "Memory of big");
    assert_eq!(draft.numbered("ray.pools[big].memory"), "ray.pools[1].memory");
    assert_eq!(draft.numbered("ray.pools[other].memory"), "ray.pools[other].memory");
}

#[test]
fn the_key_of_a_finding_leads_to_the_row_of_its_pool() {
    let mut stage = Stage::at(Place::Deployment);
    stage.app.shared.draft.say("ray.pools[+].name", "small").unwrap();
    stage.app.shared.draft.say("ray.pools[+].name", "big").unwrap();
    let problem = Problem::new("too-big", "no node has that").at("ray.pools[big].memory");
    let ended = Ended { problems: vec![problem], ..Ended::default() };
    stage.news(News::Ended(Box::new(ended)));
    assert!(stage.seen((80, 24)).contains("e change Memory of big"), "{}", stage.seen((80, 24)));
    stage.keys("e");
    assert_eq!(stage.app.place(), Place::Questions);
    let seen = stage.seen((120, 40));
    assert!(
        seen.contains("big") && seen.lines().any(|line| line.contains("\u{25b8}") && line.contains("Memory")),
        "{seen}"
    );
}

#[test]
fn before_the_first_event_it_is_said_that_nothing_was_changed() {
    let mut seen = Seen::new();
    seen.carry_out(vec![Turn::Wish(Wish::Deploy(seen.shared.intent()))]);
    assert_eq!(seen.screen.title(&seen.shared), "Deploying: nothing was changed yet");
    end(&mut seen, Some(Outcome::Interrupted), Vec::new());
    assert_eq!(seen.screen.title(&seen.shared), "Deploying, stopped: nothing was changed yet");
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(picture.contains("stopped: nothing was changed yet") && !picture.contains("0 of 0"), "{picture}");
    assert!(!picture.contains("goes on where it stopped") && seen.works(Action::Retry), "{picture}");
}

fn look() -> Seen {
    let mut seen = Seen::new();
    seen.carry_out(vec![Turn::Wish(Wish::Watch("/state/prod--hub".into()))]);
    let EventKind::RunStarted { run, deployment, plan, .. } = started(&[]) else { unreachable!() };
    let command = "watch".to_owned();
    seen.say(0, EventKind::RunStarted { run, command, deployment, plan, resumed: false, steps: Vec::new() });
    seen
}

#[test]
fn a_look_is_worded_as_a_look() {
    let mut seen = look();
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(picture.contains("looking at prod/hub; nothing is changed") && !picture.contains("steps"), "{picture}");
    end(&mut seen, Some(Outcome::Done), Vec::new());
    assert_eq!(seen.screen.title(&seen.shared), "Looked at prod/hub");
    assert!(!seen.works(Action::Detail), "nothing was made");
    assert_eq!(seen.shared.run.again(), "hubwright status --context prod -n hub");
    end(&mut seen, None, vec![Problem::new("no-contact", "the cluster does not answer")]);
    assert!(seen.picture(80, 22, &Theme::COLOUR).contains("it cannot be looked at"));
}

#[test]
fn whoever_ends_a_look_is_not_told_that_all_is_done() {
    let mut stage = Stage::at(Place::Deployment);
    stage.app.shared.wished(&Wish::Watch("/state/prod--hub".into()));
    let EventKind::RunStarted { run, deployment, plan, .. } = started(&[]) else { unreachable!() };
    let command = "watch".to_owned();
    stage.event(EventKind::RunStarted { run, command, deployment, plan, resumed: false, steps: Vec::new() });
    let ended = Ended { outcome: Some(Outcome::Done), ..Ended::default() };
    stage.news(News::Ended(Box::new(ended)));
    assert_eq!(stage.app.place(), Place::Deployment, "{}", stage.seen((80, 24)));
}

#[test]
fn a_look_gives_way_to_its_verification() {
    let mut seen = look();
    seen.wishes.clear();
    seen.press(Action::Verify);
    assert!(matches!(seen.wishes.as_slice(), [Wish::Verify { folder: Some(_), .. }]), "{:?}", seen.wishes);
    assert_eq!(seen.shared.run.deployment, "prod/hub", "it is the same deployment");
}

#[test]
fn another_deployment_shows_nothing_of_the_one_before() {
    let mut seen = story();
    seen.press(Action::Filter);
    seen.screen.edit(&Edit::Paste("head".to_owned()), &mut seen.shared);
    seen.press(Action::Enter);
    seen.press(Action::Logs);
    seen.carry_out(vec![Turn::Wish(Wish::Verify { folder: Some("/state/other--hub".into()), rungs: Vec::new() })]);
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    for old in ["ray", "filter", "Steps", "prod/hub"] {
        assert!(!picture.contains(old), "{old}:\n{picture}");
    }
    seen.say(99, EventKind::Note { text: "a new line".to_owned() });
    assert!(seen.picture(80, 22, &Theme::COLOUR).contains("a new line"));
}

#[test]
fn whoever_did_not_agree_to_change_an_answer_is_not_led_to_it_later() {
    let mut stage = Stage::at(Place::Deployment);
    stage.app.shared.wished(&Wish::Resume("/state/prod--hub".into(), BTreeMap::new()));
    stage.event(started(&["ray"])).event(stuck("ray"));
    stage.keys("e").press(KeyCode::Esc).press(KeyCode::Down);
    let opened = Opened { layers: Layers::new(), title: String::new(), wrong: Vec::new() };
    stage.news(News::Opened(Box::new(opened)));
    assert_eq!(stage.app.place(), Place::Deployment);
}

#[test]
fn a_clean_stop_says_what_it_waits_for_and_that_it_can_be_cut_off() {
    let mut seen = story();
    seen.carry_out(vec![Turn::Wish(Wish::Cancel)]);
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(picture.contains("stopping: it waits for the ray; Ctrl-C once more ends it at once"), "{picture}");
    assert_eq!(seen.shared.right(), "stopping");
    let Overlay::Confirm { title, lines, .. } = crate::front::tui::overlay::stop(&seen.shared) else { unreachable!() };
    assert_eq!(title, "Stop at once?");
    assert!(lines.join(" ").contains("waits for the ray") && lines.join(" ").contains("cut off"), "{lines:?}");
    end(&mut seen, Some(Outcome::Interrupted), Vec::new());
    assert_eq!(seen.shared.right(), "");
    assert!(!seen.picture(80, 22, &Theme::COLOUR).contains("stopping"));
}

#[test]
fn another_try_of_a_resumed_run_resumes_it_with_what_was_typed_since() {
    let folder = std::path::PathBuf::from("/state/prod--hub");
    let mut layers = Layers::new();
    let answers = |key: &str, value: &str| {
        let mut one = Layers::new();
        one.set(Origin::Typed, key, value).unwrap();
        one.merged()
    };
    layers.push(Origin::Preset("the last run".to_owned()), answers("login.client-secret", "ask:login.client-secret"));
    let mut seen = Seen::new();
    let opened = Opened { layers, title: String::new(), wrong: Vec::new() };
    seen.tell(&News::Opened(Box::new(opened)));
    seen.carry_out(vec![Turn::Wish(Wish::Resume(folder.clone(), BTreeMap::new()))]);
    end(&mut seen, None, vec![Problem::new("secret-not-said", "the secret was not typed")]);
    let (label, secret) = seen.shared.draft.say_secret("login.client-secret", "s3cret-w0rd").unwrap();
    seen.shared.secrets.insert(label, secret);
    seen.wishes.clear();
    seen.press(Action::Retry);
    let [Wish::Resume(resumed, typed)] = seen.wishes.as_slice() else { panic!("{:?}", seen.wishes) };
    assert_eq!((resumed, typed.len()), (&folder, 1));
    end(&mut seen, None, Vec::new());
    seen.shared.draft.say("hub.announcement", "changed").unwrap();
    seen.wishes.clear();
    seen.press(Action::Retry);
    assert!(matches!(seen.wishes.as_slice(), [Wish::Deploy(_)]), "what was changed since counts: {:?}", seen.wishes);
}
