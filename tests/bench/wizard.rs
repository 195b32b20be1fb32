//! The deployment screen within one process: a frame with 20,000 pods, and what an event costs while 1,000 a second arrive.
//! Prints name, goal and result, parted by tabs. Must not touch a terminal, files or clusters.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and ends where a frame cannot be drawn"
)]
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use hubwright::{
    front::{
        tui::{app::App, theme::Theme},
        wizard::{shared::Shared, turn::Place, wish::News},
    },
    plan::graph::StepId,
    run::event::{Event, EventKind, FORMAT, PlannedStep, PodChange},
};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Terminal, backend::TestBackend};

/// Pods in the namespace.
const PODS: usize = 20_000;
/// Events between two frames, when 1,000 a second arrive and 60 frames are drawn.
const BATCH: usize = 17;
/// Frames that are not counted.
const WARM: usize = 50;
/// Frames that are counted.
const FRAMES: usize = 2_000;

fn main() {
    for (width, height) in [(80, 24), (200, 60)] {
        let mut app = crowded();
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("memory can be drawn to");
        let (mut frames, mut events) = (Vec::new(), Vec::new());
        for round in 0..WARM + FRAMES {
            let began = Instant::now();
            (0..BATCH).for_each(|which| hear(&mut app, changed(round * BATCH + which)));
            let heard = began.elapsed();
            let began = Instant::now();
            terminal.draw(|frame| black_box(&app).draw(frame)).expect("memory can be drawn to");
            if round >= WARM {
                frames.push(began.elapsed());
                events.push(heard);
            }
        }
        println!(
            "frame of {width}×{height} with 20,000 pods, {BATCH} of them changed\tp99 ≤ 2 ms\t{}",
            quantiles(&mut frames)
        );
        println!("{BATCH} pod events with 20,000 pods at {width}×{height}\t–\t{}", quantiles(&mut events));
    }
}

/// A deployment screen with all pods and a step that waits.
fn crowded() -> App {
    let mut app = App::new(Shared::new(Timestamp::UNIX_EPOCH, TimeZone::UTC), Theme::COLOUR);
    let _ = app.begin(Place::Deployment);
    let step = |name: &str| PlannedStep { id: StepId::new(name), title: name.to_owned(), needs: Vec::new() };
    hear(
        &mut app,
        EventKind::RunStarted {
            run: "bench".to_owned(),
            command: "install".to_owned(),
            deployment: "bench/hub".to_owned(),
            plan: String::new(),
            resumed: false,
            steps: ["secrets", "ray", "jupyterhub", "verify"].map(step).to_vec(),
        },
    );
    (0..PODS).for_each(|number| hear(&mut app, changed(number)));
    app
}

/// Every pod goes through some states, in an order that looks like chance.
fn changed(number: usize) -> EventKind {
    let states = ["Pending", "Pulling", "Running", "Ready", "Ready", "Ready", "CrashLoopBackOff"];
    let state = states.get(number.wrapping_mul(2_654_435_761) / 97 % states.len()).copied().unwrap_or("Ready");
    let pod = serde_json::json!({
        "namespace": "hub", "name": format!("worker-{:05}", number * 7919 % PODS), "state": state,
        "ready": u32::from(state == "Ready"), "containers": 1, "restarts": 0, "owner": format!("RayCluster ray-{}", number % 7)
    });
    EventKind::PodChanged(serde_json::from_value::<PodChange>(pod).expect("that is a pod's line"))
}

fn hear(app: &mut App, kind: EventKind) {
    let event = Event { v: FORMAT, seq: 0, at: Timestamp::UNIX_EPOCH, kind };
    let _ = app.news(&News::Event(Box::new(event)));
}

fn quantiles(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 1000).copied().unwrap_or_default().as_secs_f64() * 1000.0;
    format!("median {:.2} ms, p99 {:.2} ms", at(500), at(990))
}
