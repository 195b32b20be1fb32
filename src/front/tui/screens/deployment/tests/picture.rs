//! What is seen: steps, pods, what is wrong, at any size.
use super::*;

#[test]
fn at_80x24_it_says_what_happens_why_it_waits_and_what_to_do() {
    let seen = story();
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    for expected in [
        "Steps 1 of 3",
        "✓ ok    the operator",
        "0:31",
        "✗ STUCK the ray",
        "RayCluster ray  2, 1 stuck, 1 ready",
        "✗ ray-big-1",
        "✓ ray-head",
        "each worker of pool `big` asks 130 GiB, no node has it",
        "(in 10:40)",
        "e change ",
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
fn progress_is_a_bar() {
    let mut seen = story();
    let progress = Progress::of("downloading packages").counted(50_000_000, Some(100_000_000), Unit::Bytes);
    seen.say(61, EventKind::StepUnblocked { step: StepId::new("ray"), code: "too-big".to_owned() });
    seen.say(62, EventKind::StepProgress { step: StepId::new("ray"), progress });
    let picture = seen.picture(200, 58, &Theme::COLOUR);
    assert!(picture.contains("▓▓▓▓▓▓░░░░░░ downloading packages, 50 MB of 100 MB"), "{picture}");
}

#[test]
fn the_timeline_marks_what_decided_how_long_it_took() {
    let mut seen = story();
    seen.press(Action::Timeline);
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    assert!(
        picture.contains("» the operator") && picture.contains("» the ray") && picture.contains("0:31"),
        "{picture}"
    );
    assert!(picture.contains("» ▓ critical path"), "{picture}");
    assert!(!picture.contains("the verify"), "it has not begun");
    seen.press(Action::Back);
    assert!(seen.picture(80, 22, &Theme::COLOUR).contains("Steps"));
}
