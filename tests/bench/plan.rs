//! Plan and render of every shipped preset within one process: read, complete, check, plan, the plan's text, every file.
//! Prints name, goal and result, parted by tabs. Must not touch files, clusters or the environment.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark prints, and ends where a preset is broken")]
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use hubwright::{
    answers::{
        facts::Facts,
        layers::{Layers, Origin},
        preset, resolve,
        shipped::{SHIPPED, Shipped},
    },
    plan::{self, render, show},
};

/// What shipped presets leave to the person: `PRESET KEY=VALUE` lines.
const ANSWERS: &str = include_str!("answers.txt");
/// Rounds that are not counted.
const WARM: usize = 20;
/// Rounds that are counted.
const TIMES: usize = 500;

fn main() {
    for preset in SHIPPED {
        let mut times = times(preset);
        times.sort_unstable();
        let shown = |part: usize| milliseconds(times.get(TIMES * part / 100).copied().unwrap_or_default());
        println!("plan + render `{}`, in process\t≤ 20 ms\tmedian {}, p95 {}", preset.name, shown(50), shown(95));
    }
}

fn times(preset: &Shipped) -> Vec<Duration> {
    let said: Vec<(&str, &str)> = ANSWERS
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(name, _)| *name == preset.name)
        .filter_map(|(_, answer)| answer.split_once('='))
        .collect();
    let rounds = (0..WARM + TIMES).map(|_| {
        let began = Instant::now();
        black_box(plan_and_render(black_box(preset), black_box(&said)));
        began.elapsed()
    });
    rounds.skip(WARM).collect()
}

fn plan_and_render(preset: &Shipped, said: &[(&str, &str)]) -> (String, Vec<render::PlanFile>) {
    let mut layers = Layers::new();
    layers.push(
        Origin::Preset(preset.name.to_owned()),
        preset::parse(preset.text, preset.name).expect("a shipped preset is read").answers,
    );
    for (key, value) in said {
        layers.set(Origin::Set, key, value).expect("answers.txt holds answers");
    }
    let spec = resolve::resolve(&layers.merged(), &Facts::default()).expect("answers.txt completes the preset");
    let plan = plan::build(&spec, &Facts::default());
    (show::text(&plan), render::files(&plan))
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
