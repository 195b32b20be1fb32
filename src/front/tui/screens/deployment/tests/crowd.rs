//! Three hundred pods: grouped, problems first, a cell each where there is room.
use super::*;

/// Steps that wait, and pods of five owners, every fiftieth of them in trouble.
fn crowd() -> Seen {
    let mut seen = Seen::new();
    seen.carry_out(vec![Turn::Wish(Wish::Deploy(seen.shared.intent()))]);
    seen.say(0, started(&["operator", "ray", "hub", "verify"]));
    for step in ["ray", "hub", "verify"] {
        seen.say(1, EventKind::StepStarted { step: StepId::new(step) });
    }
    let what = "Ray head: 0 of 1 pod ready: container ray-head is starting since a while".to_owned();
    seen.say(2, EventKind::StepWaiting { step: StepId::new("ray"), what, deadline: second(900) });
    seen.say(
        2,
        EventKind::Calling {
            step: StepId::new("hub"),
            call: "helm upgrade --install jupyterhub".to_owned(),
            digest: String::new(),
        },
    );
    seen.say(2, EventKind::RungStarted { rung: "hub-login".to_owned(), title: "login".to_owned() });
    for number in 0..300 {
        let state = match number % 50 {
            0 => "CrashLoopBackOff",
            1..10 => "Pending",
            _ => "Ready",
        };
        seen.say(75, change(&format!("worker-{number:03}"), state, &format!("RayCluster {}", number % 5)));
    }
    seen
}

fn lines(picture: &str) -> Vec<&str> {
    picture.lines().collect()
}

#[test]
fn problems_stand_above_what_is_ready_and_below_their_owner() {
    let seen = crowd();
    for (width, height) in [(80, 22), (120, 38)] {
        let picture = seen.picture(width, height, &Theme::COLOUR);
        assert!(picture.contains("Pods 300, 6 stuck, 54 waiting, 240"), "{picture}");
        let place = |text: &str| lines(&picture).iter().position(|line| line.contains(text));
        let (owner, stuck) = (place("RayCluster 0"), place("worker-000"));
        assert!(owner.is_some() && owner < stuck, "{picture}");
        assert!(place("worker-001").is_none() || stuck < place("worker-001"), "{picture}");
    }
}

#[test]
fn every_running_step_says_how_long_and_what_for() {
    let seen = crowd();
    let picture = seen.picture(80, 22, &Theme::COLOUR);
    for step in ["wait  the ray", "wait  the hub", "wait  the verify"] {
        let row = lines(&picture).into_iter().find(|line| line.contains(step)).unwrap_or_else(|| panic!("{picture}"));
        assert!(row.contains("1:14"), "{row}");
    }
    for reason in ["Ray head: 0 of 1 pod ready:", "at work: helm upgrade", "tries login"] {
        assert!(picture.contains(reason), "{reason}\n{picture}");
    }
}

#[test]
fn the_reason_of_the_step_that_is_looked_at_is_told_in_several_rows() {
    let mut seen = crowd();
    let before = seen.picture(80, 22, &Theme::COLOUR);
    assert!(!before.contains("since a while"), "{before}");
    seen.press(Action::Down);
    seen.press(Action::Down);
    seen.press(Action::Up);
    let chosen = seen.picture(80, 22, &Theme::COLOUR);
    assert!(chosen.contains("since a while"), "{chosen}");
}

#[test]
fn each_pod_has_a_cell_where_there_is_room_for_so_many() {
    let seen = crowd();
    let cells = |picture: &str, glyph: char| {
        let strip = picture.lines().skip_while(|line| !line.contains("pods ready")).skip(1);
        strip.flat_map(str::chars).filter(|letter| *letter == glyph).count()
    };
    for (width, height) in [(120, 38), (200, 58)] {
        let picture = seen.picture(width, height, &Theme::COLOUR);
        assert!(picture.contains("240 of 300 pods ready") && picture.contains("one cell a pod"), "{picture}");
        let counted = ['■', '□', '✗'].map(|glyph| cells(&picture, glyph));
        assert_eq!(counted, [240, 54, 6], "{picture}");
    }
    let small = seen.picture(80, 22, &Theme::COLOUR);
    assert!(small.contains("240 of 300 pods ready") && small.contains("one cell for"), "{small}");
}

#[test]
fn the_selected_pod_is_found_among_all_of_them() {
    let mut seen = crowd();
    seen.press(Action::Next);
    seen.press(Action::Last);
    for size in [(80, 22), (120, 38)] {
        let picture = seen.picture(size.0, size.1, &Theme::COLOUR);
        let row = lines(&picture).into_iter().find(|line| line.contains('▸') && line.contains("worker-"));
        assert!(row.is_some(), "{picture}");
    }
}
