//! The screen as a person sees and uses it: events and keys in, a picture and turns out.
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::{
    front::tui::{
        follow::tests::{event, pod, second, started},
        screen::{Overlay, Place},
        theme::Theme,
        wish::{ContainerLine, Ended, LogOf, PodPage, Source, Wish},
    },
    health::verdict::{Finding, LogPointer},
    problem::Problem,
    run::event::{EventKind, PodChange, Progress, Unit},
};

/// The screen with what it shares.
struct Seen {
    screen: Deployment,
    shared: Shared,
    wishes: Vec<Wish>,
    went: Vec<(Place, Option<String>)>,
}

impl Seen {
    fn new() -> Self {
        let shared = Shared::new(second(0), TimeZone::UTC);
        Self { screen: Deployment::default(), shared, wishes: Vec::new(), went: Vec::new() }
    }

    fn tell(&mut self, news: &News) {
        self.shared.hear(news);
        let turns = self.screen.news(news, &mut self.shared);
        self.carry_out(turns);
    }

    fn say(&mut self, at: i64, kind: EventKind) {
        self.shared.tick(second(at));
        self.tell(&News::Event(Box::new(event(at, kind))));
    }

    fn press(&mut self, action: Action) {
        let turns = self.screen.act(action, &mut self.shared);
        self.carry_out(turns);
    }

    /// Says yes to whatever is asked.
    fn carry_out(&mut self, turns: Vec<Turn>) {
        for turn in turns {
            match turn {
                Turn::Wish(wish) => {
                    self.shared.wished(&wish);
                    self.wishes.push(wish);
                }
                Turn::Go(place, at) => self.went.push((place, at)),
                Turn::Show(overlay) => {
                    if let Overlay::Confirm { then, .. } = *overlay {
                        self.carry_out(then);
                    }
                }
                Turn::Back | Turn::Say(_) => {}
            }
        }
    }

    fn picture(&self, width: u16, height: u16, theme: &Theme) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| self.screen.draw(frame, frame.area(), &self.shared, theme)).unwrap();
        // The test backend cannot print a screen without columns.
        if width == 0 { String::new() } else { terminal.backend().to_string() }
    }

    fn works(&self, action: Action) -> bool {
        self.screen.keys(&self.shared).iter().any(|binding| binding.does == action)
    }
}

fn change(name: &str, state: &str, owner: &str) -> EventKind {
    let stuck = state == "CrashLoopBackOff";
    let owner = owner.to_owned();
    EventKind::PodChanged(PodChange { state: state.to_owned(), owner, stuck, ..pod(name) })
}

fn stuck(step: &str) -> EventKind {
    let log = LogPointer {
        namespace: "hub".to_owned(),
        pod: "ray-big-1".to_owned(),
        container: "ray-worker".to_owned(),
        previous: true,
        file: None,
    };
    let finding = Finding::new("too-big", "Pod/ray-big-1", "each worker of pool `big` asks 130 GiB, no node has it")
        .detail("0/3 nodes are available: 3 Insufficient memory.")
        .edit("ray.pools[0].memory", "make it 90 GiB or less")
        .command("kubectl -n hub describe pod ray-big-1", "says more")
        .log(log);
    EventKind::StepBlocked { step: StepId::new(step), finding, deadline: second(700) }
}

/// A run that is stuck at its second step.
fn story() -> Seen {
    let mut seen = Seen::new();
    seen.carry_out(vec![Turn::Wish(Wish::Deploy(seen.shared.intent(true)))]);
    seen.wishes.clear();
    seen.say(0, started(&["operator", "ray", "verify"]));
    seen.say(1, EventKind::StepStarted { step: StepId::new("operator") });
    seen.say(32, EventKind::StepDone { step: StepId::new("operator"), changed: true, took_ms: 31_000, note: None });
    seen.say(33, EventKind::StepStarted { step: StepId::new("ray") });
    seen.say(34, change("operator-1", "Ready", "Deployment operator"));
    seen.say(40, change("ray-head", "Ready", "RayCluster ray"));
    seen.say(41, change("ray-big-1", "CrashLoopBackOff", "RayCluster ray"));
    seen.say(60, stuck("ray"));
    seen
}

fn end(seen: &mut Seen, outcome: Option<Outcome>, problems: Vec<Problem>) {
    let again = "hubwright resume -n hub".to_owned();
    let ended = Ended { outcome, problems, password: None, files: Vec::new(), again };
    seen.tell(&News::Ended(Box::new(ended)));
}

#[test]
fn at_80x24_it_says_what_happens_why_it_waits_and_what_to_do() {
    let seen = story();
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    for expected in [
        "Steps 1 of 3",
        "✓ ok    the operator",
        "0:31",
        "✗ STUCK the ray",
        "RayCluster ray  2, 1 ready, 1 stuck",
        "✗ ray-big-1",
        "✓ ray-head",
        "each worker of pool `big` asks 130 GiB, no node has it",
        "(in 10:40)",
        "e change ray.pools[0].memory",
        "c copy the command",
        "→ change the answer `ray.pools[0].memory`: make it 90 GiB or less",
        "2 of 3 pods ready",
        "one cell a pod",
    ] {
        assert!(picture.contains(expected), "{expected}\n{picture}");
    }
    let [worst, ready] = ["✗ ray-big-1", "✓ ray-head"].map(|row| picture.find(row).unwrap());
    assert!(worst < ready, "problems first\n{picture}");
    assert_eq!(seen.screen.title(&seen.shared), "Deploying prod/hub   1:00   1 of 3 steps");
}

#[test]
fn without_colour_and_without_unicode_all_is_said_as_well() {
    let picture = story().picture(80, 22, &Theme::PLAIN);
    assert!(picture.contains("x STUCK the ray") && picture.contains(">x STUCK"), "{picture}");
    assert!(picture.is_ascii(), "{picture}");
}

#[test]
fn raw_words_stand_below_and_in_full_on_a_larger_screen() {
    let picture = story().picture(120, 38, &Theme::COLOUR);
    let [plain, raw] =
        ["no node has it", "| 0/3 nodes are available: 3 Insufficient memory."].map(|text| picture.find(text));
    assert!(plain.unwrap() < raw.unwrap(), "{picture}");
}

#[test]
fn narrow_screens_show_one_pane_and_tab_turns() {
    let mut seen = story();
    assert!(seen.picture(70, 18, &Theme::COLOUR).contains("✓ ok    the operator"));
    seen.press(Action::Next);
    let picture = seen.picture(70, 18, &Theme::COLOUR);
    assert!(
        picture.contains("▸Pods") && picture.contains("✓ ray-head") && !picture.contains("ok    the operator"),
        "{picture}"
    );
}

#[test]
fn any_number_of_pods_is_drawn_at_any_size() {
    for pods in [0, 1, 300, 20_000] {
        let mut seen = story();
        for number in 0..pods {
            let state = ["Ready", "Pending", "CrashLoopBackOff", "Completed"][number % 4];
            seen.say(70, change(&format!("worker-{number}"), state, &format!("RayCluster {}", number % 3)));
        }
        let sizes = [(0, 0), (1, 1), (7, 3), (60, 14), (80, 22), (120, 38), (200, 58), (300, 2)];
        for (width, height) in sizes {
            for pane in 0..4 {
                let picture = seen.picture(width, height, if pane == 0 { &Theme::PLAIN } else { &Theme::COLOUR });
                assert!(width == 0 || picture.lines().count() == usize::from(height), "{picture}");
                seen.press(Action::Next);
            }
        }
        let picture = seen.picture(200, 58, &Theme::COLOUR);
        assert!(picture.contains(&format!("of {} pods ready", pods + 3)), "{picture}");
    }
}

#[test]
fn the_selected_pod_stays_selected_while_others_come_and_it_moves() {
    let mut seen = story();
    seen.press(Action::Next);
    seen.press(Action::Down);
    seen.press(Action::Down);
    let before = seen.screen.pods.pod(&seen.shared.run.pods);
    for number in 0..50 {
        seen.say(70, change(&format!("a-{number}"), "CrashLoopBackOff", "Deployment a"));
    }
    assert_eq!(before.as_deref(), Some("ray-head"));
    assert_eq!(seen.screen.pods.pod(&seen.shared.run.pods), before);
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(picture.contains("▸✓ ray-head"), "{picture}");
}

#[test]
fn only_pods_in_trouble_on_demand() {
    let mut seen = story();
    seen.press(Action::Problems);
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(picture.contains("ray-big-1") && !picture.contains("✓ ray-head"), "{picture}");
}

#[test]
fn hostile_text_drives_no_terminal_and_breaks_no_frame() {
    let mut seen = story();
    let long = "日本語 \u{1b}[31mred\u{7} ".repeat(700);
    seen.say(61, EventKind::Note { text: long.clone() });
    seen.say(62, EventKind::StepWaiting { step: StepId::new("ray"), what: long.clone(), deadline: second(99) });
    seen.say(
        63,
        EventKind::PodChanged(PodChange {
            reason: Some(long.clone()),
            owner: long.clone(),
            state: long.clone(),
            ..pod(&long)
        }),
    );
    for action in [Action::Next, Action::Next, Action::Wrap, Action::Up, Action::Down] {
        for (width, height) in [(60, 14), (80, 22), (200, 58)] {
            let picture = seen.picture(width, height, &Theme::COLOUR);
            assert!(!picture.contains(['\u{1b}', '\u{7}']), "{picture:?}");
        }
        seen.press(action);
    }
}

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
fn a_pods_page_has_the_finding_above_the_raw_words_and_is_asked_for_once_a_second() {
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
    seen.tell(&News::Pod(Box::new(page)));
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    let order = [
        "the worker crashes",
        "| exit code 1",
        "node",
        "ray-worker Waiting, restarted 4 times",
        "Ready: ContainersNotReady",
    ];
    let places: Vec<Option<usize>> = order.iter().map(|text| picture.find(text)).collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{places:?}\n{picture}");
    seen.wishes.clear();
    for restarts in 0..50 {
        let EventKind::PodChanged(changed) = change("ray-big-1", "CrashLoopBackOff", "RayCluster ray") else { return };
        seen.say(100 + restarts / 25, EventKind::PodChanged(PodChange { restarts: 5, ..changed }));
    }
    assert_eq!(seen.wishes.len(), 2, "{:?}", seen.wishes);
}

#[test]
fn the_log_is_filtered_while_one_types_and_follows_its_end() {
    let mut seen = story();
    seen.press(Action::Filter);
    assert!(seen.screen.typing());
    seen.screen.edit(&Edit::Paste("HEAD".to_owned()), &mut seen.shared);
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(picture.contains("filter: HEAD_  1 lines") && picture.contains("pod ray-head: ready"), "{picture}");
    assert!(!picture.contains("pod operator-1: ready"), "{picture}");
    seen.press(Action::Enter);
    seen.say(90, change("ray-head-2", "Ready", "RayCluster ray"));
    assert!(seen.picture(80, 22, &Theme::COLOUR).contains("filter: HEAD  2 lines"));
    seen.press(Action::Filter);
    seen.press(Action::Back);
    seen.press(Action::Up);
    let stays = seen.picture(80, 22, &Theme::COLOUR);
    assert!(stays.contains("stays here"), "{stays}");
    for number in 0..40 {
        seen.say(91, EventKind::Note { text: format!("note {number}") });
    }
    assert!(!seen.picture(80, 22, &Theme::COLOUR).contains("note 39"));
    seen.press(Action::Follow);
    assert!(seen.picture(80, 22, &Theme::COLOUR).contains("note 39"));
    seen.press(Action::Save);
    let Some(Wish::Keep { text, .. }) = seen.wishes.last() else { panic!("{:?}", seen.wishes) };
    assert!(text.lines().any(|line| line.ends_with("note 0")) && text.contains("| 0/3 nodes are available"));
}

#[test]
fn progress_is_a_bar() {
    let mut seen = story();
    let progress = Progress::of("downloading packages").counted(50_000_000, Some(100_000_000), Unit::Bytes);
    seen.say(61, EventKind::StepUnblocked { step: StepId::new("ray"), code: "too-big".to_owned() });
    seen.say(62, EventKind::StepProgress { step: StepId::new("ray"), progress });
    let picture = seen.picture(200, 58, &Theme::COLOUR);
    assert!(picture.contains("▓▓▓▓▓▓░░░░░░ downloading packages, 50 MB of 100 MB"), "{picture}");
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
    seen.carry_out(vec![Turn::Wish(Wish::Deploy(seen.shared.intent(true)))]);
    end(&mut seen, None, vec![Problem::new("no-rights", "you may not make namespaces").at("target.namespace")]);
    seen.screen.enter(None, &mut seen.shared);
    seen.press(Action::Next);
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(picture.contains("it could not begin") && picture.contains("e change target.namespace"), "{picture}");
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
    let opened = crate::front::tui::wish::Opened {
        layers: crate::answers::layers::Layers::new(),
        title: String::new(),
        wrong: Vec::new(),
    };
    seen.tell(&News::Opened(Box::new(opened)));
    assert_eq!(seen.went, [(Place::Questions, Some("hub.memory".to_owned()))]);
}

#[test]
fn the_timeline_marks_what_decided_how_long_it_took() {
    let mut seen = story();
    seen.press(Action::Timeline);
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(
        picture.contains("! the operator") && picture.contains("! the ray") && picture.contains("0:31"),
        "{picture}"
    );
    assert!(!picture.contains("the verify"), "it has not begun");
    seen.press(Action::Back);
    assert!(seen.picture(80, 22, &Theme::COLOUR).contains("Steps"));
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
