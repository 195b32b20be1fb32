//! The page of a pod: containers, conditions, events, logs, and how often it is asked for.
use super::*;

fn told(page: PodPage) -> News {
    News::Pod { of: page.name.clone(), page: Ok(Box::new(page)) }
}

fn crashing() -> PodPage {
    let container = ContainerLine {
        name: "ray-worker".to_owned(),
        state: "CrashLoopBackOff".to_owned(),
        restarts: 4,
        ..ContainerLine::default()
    };
    let event = EventLine {
        at: Some(second(50)),
        warning: true,
        reason: "BackOff".to_owned(),
        text: "restarting failed container".to_owned(),
        count: 9,
    };
    PodPage {
        name: "ray-big-1".to_owned(),
        facts: vec![("node".to_owned(), "n1".to_owned())],
        containers: vec![container],
        conditions: vec![("Ready".to_owned(), false, "ContainersNotReady".to_owned())],
        events: (0..40).map(|count| EventLine { count, ..event.clone() }).rev().collect(),
        findings: Vec::new(),
    }
}

/// The page of the pod in trouble, asked for.
fn opened() -> Seen {
    let mut seen = story();
    [Action::Next, Action::Down, Action::Enter].into_iter().for_each(|action| seen.press(action));
    seen
}

fn asked(seen: &Seen) -> usize {
    seen.wishes.iter().filter(|wish| matches!(wish, Wish::Inspect(_))).count()
}

#[test]
fn the_log_behind_a_finding_is_that_of_the_run_that_crashed() {
    let mut seen = story();
    seen.press(Action::Logs);
    let of = LogOf { pod: "ray-big-1".to_owned(), container: "ray-worker".to_owned(), previous: true };
    assert!(
        matches!(seen.wishes.as_slice(), [Wish::Inspect(_), Wish::Logs(asked)] if *asked == of),
        "{:?}",
        seen.wishes
    );
    assert!(seen.picture(80, 22, &Theme::COLOUR).contains("asking"));
    let lines = (0..500).map(|number| format!("line {number}")).collect();
    seen.tell(&News::Logs { of, lines: Ok(lines) });
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(picture.contains("log before the last restart") && picture.contains("line 499"), "{picture}");
    seen.press(Action::First);
    assert!(seen.picture(80, 22, &Theme::COLOUR).contains("line 0 "));
    seen.press(Action::Back);
    assert!(seen.picture(80, 22, &Theme::COLOUR).contains("Steps 1 of 3"));
}

#[test]
fn a_pods_page_has_the_finding_above_the_raw_words() {
    let mut seen = story();
    seen.press(Action::Next);
    seen.press(Action::Down);
    seen.press(Action::Enter);
    assert!(matches!(seen.wishes.as_slice(), [Wish::Inspect(name)] if name == "ray-big-1"), "{:?}", seen.wishes);
    let finding = Finding::new("crash-loop", "Pod/ray-big-1", "the worker crashes").detail("exit code 1");
    let container = ContainerLine {
        name: "ray-worker".to_owned(),
        state: "Waiting".to_owned(),
        restarts: 4,
        ..ContainerLine::default()
    };
    let page = PodPage {
        name: "ray-big-1".to_owned(),
        facts: vec![("node".to_owned(), "n1".to_owned())],
        containers: vec![container],
        conditions: vec![("Ready".to_owned(), false, "ContainersNotReady".to_owned())],
        events: Vec::new(),
        findings: vec![finding],
    };
    seen.tell(&told(page));
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    let order = [
        "the worker crashes",
        "| exit code 1",
        "node",
        "ray-worker Waiting, restarted 4 times",
        "Ready: no, ContainersNotReady",
    ];
    let places: Vec<Option<usize>> = order.iter().map(|text| picture.find(text)).collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{places:?}\n{picture}");
}

#[test]
fn however_often_a_pod_changes_a_question_is_answered_before_the_next_one_is_asked() {
    let mut seen = opened();
    let crash = || change("ray-big-1", "CrashLoopBackOff", "RayCluster ray");
    for at in 100..110 {
        (0..20).for_each(|_| seen.say(at, crash()));
    }
    assert_eq!(asked(&seen), 1, "another question would take the place of the one that is on its way");
    seen.tell(&told(crashing()));
    (0..20).for_each(|_| seen.say(110, crash()));
    assert_eq!(asked(&seen), 2, "what changed meanwhile is asked for");
    seen.tell(&told(crashing()));
    (0..20).for_each(|_| seen.say(110, crash()));
    assert_eq!(asked(&seen), 2, "not more often than once a second");
    seen.say(111, EventKind::Note { text: "a second passes".to_owned() });
    assert_eq!(asked(&seen), 3);
}

#[test]
fn an_answer_that_never_came_is_asked_for_again() {
    let mut seen = opened();
    seen.say(100, change("ray-big-1", "CrashLoopBackOff", "RayCluster ray"));
    seen.say(200, EventKind::Note { text: "much later".to_owned() });
    assert_eq!(asked(&seen), 2);
}

#[test]
fn that_a_pod_is_gone_is_said_on_its_page_below_which_stays_what_was_known() {
    let mut seen = opened();
    seen.tell(&told(crashing()));
    let problem = Problem::new("no-such-part", "`ray-big-1` is not there any more");
    seen.tell(&News::Pod { of: "ray-big-1".to_owned(), page: Err(Box::new(problem)) });
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(picture.contains("`ray-big-1` is not there any more") && picture.contains("ray-worker"), "{picture}");
}

#[test]
fn keys_move_at_once_however_far_beyond_the_end_of_a_page_they_were_pressed() {
    let mut seen = opened();
    seen.tell(&told(crashing()));
    seen.picture(80, 22, &Theme::COLOUR);
    seen.press(Action::Last);
    let end = seen.picture(80, 22, &Theme::COLOUR);
    (0..30).for_each(|_| seen.press(Action::Down));
    assert_eq!(seen.picture(80, 22, &Theme::COLOUR), end);
    seen.press(Action::Up);
    assert_ne!(seen.picture(80, 22, &Theme::COLOUR), end, "one key back is seen");
}

#[test]
fn all_of_a_log_is_reached_wrapped_or_not() {
    let mut seen = opened();
    seen.press(Action::Logs);
    let Some(Wish::Logs(of)) = seen.wishes.last().cloned() else { panic!("{:?}", seen.wishes) };
    let lines: Vec<String> = (0..60).map(|number| format!("line {number} {}", "word ".repeat(40))).collect();
    seen.tell(&News::Logs { of, lines: Ok(lines) });
    for wrapped in [false, true] {
        if wrapped {
            seen.press(Action::Wrap);
        }
        seen.press(Action::Last);
        assert!(seen.picture(80, 22, &Theme::COLOUR).contains("line 59 "));
        seen.press(Action::First);
        let first = seen.picture(80, 22, &Theme::COLOUR);
        assert!(first.contains("line 0 "), "{first}");
        (0..30).for_each(|_| seen.press(Action::PageUp));
        seen.press(Action::Down);
        assert_ne!(seen.picture(80, 22, &Theme::COLOUR), first, "one key back is seen");
    }
}

#[test]
fn keys_lead_through_containers_conditions_events_and_both_logs_of_a_pod() {
    let mut stage = Stage::at(Place::Deployment);
    stage.app.shared.running = true;
    stage.event(started(&["ray"])).event(change("ray-big-1", "CrashLoopBackOff", "RayCluster ray"));
    stage.press(KeyCode::Tab).press(KeyCode::Down).press(KeyCode::Enter).news(told(crashing()));
    let size = (80, 24);
    for words in [
        "Containers",
        "ray-worker CrashLoopBackOff, restarted 4 times",
        "Conditions",
        "Ready: no",
        "BackOff (39 times)",
    ] {
        assert!(stage.seen(size).contains(words), "{words}\n{}", stage.seen(size));
    }
    for (key, previous, said) in [("l", false, "it starts"), ("b", true, "it crashed")] {
        stage.keys(key);
        let Some(Wish::Logs(of)) = stage.wishes.last().cloned() else { panic!("{:?}", stage.wishes) };
        assert_eq!((of.pod.as_str(), of.container.as_str(), of.previous), ("ray-big-1", "ray-worker", previous));
        stage.news(News::Logs { of, lines: Ok(vec![said.to_owned()]) });
        assert!(stage.seen(size).contains(said), "{}", stage.seen(size));
    }
    stage.keys("S");
    let Some(Wish::Keep { name, text }) = stage.wishes.last() else { panic!("{:?}", stage.wishes) };
    assert_eq!((name.as_str(), text.as_str()), ("ray-big-1-ray-worker-previous.log", "it crashed\n"));
    stage.keys("b");
    assert!(stage.seen(size).contains("Containers"), "pressed again, the page: {}", stage.seen(size));
}
