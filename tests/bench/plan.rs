//! Plan and render of every shipped preset within one process: read, complete, check, plan, the plan's text, every file. Then
//! the picture of fit of many pools on many nodes, as it is reckoned after each key press.
//! Prints name, goal and result, parted by tabs. Must not touch files, clusters or the environment.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark prints, and ends where a preset is broken")]
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use hubwright::{
    answers::{
        facts::{Facts, NodeFact, UsedFact},
        layers::{Layers, Origin},
        preset, resolve,
        shipped::{SHIPPED, Shipped},
    },
    plan::{self, fit, render, show},
};

/// What shipped presets leave to the person: `PRESET KEY=VALUE` lines.
const ANSWERS: &str = include_str!("answers.txt");
/// Rounds that are not counted.
const WARM: usize = 20;
/// Rounds that are counted.
const TIMES: usize = 500;

fn main() {
    for preset in SHIPPED {
        print(&format!("plan + render `{}`", preset.name), "≤ 20 ms", plans(preset));
    }
    print("fit of 50 pools of 10,000 workers on 500 nodes", "≤ 5 ms", fits());
}

fn print(what: &str, goal: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let shown = |part: usize| milliseconds(times.get(TIMES * part / 100).copied().unwrap_or_default());
    println!("{what}, in process\t{goal}\tmedian {}, p95 {}", shown(50), shown(95));
}

fn plans(preset: &Shipped) -> Vec<Duration> {
    let said: Vec<(&str, &str)> = ANSWERS
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(name, _)| *name == preset.name)
        .filter_map(|(_, answer)| answer.split_once('='))
        .collect();
    times(|| drop(black_box(plan_and_render(black_box(preset), black_box(&said)))))
}

fn times(work: impl Fn()) -> Vec<Duration> {
    let rounds = (0..WARM + TIMES).map(|_| {
        let began = Instant::now();
        work();
        began.elapsed()
    });
    rounds.skip(WARM).collect()
}

fn fits() -> Vec<Duration> {
    let pool = |index: u32| format!("{{name: p{index}, min: {index}, max: 10000, memory: {}Gi}}", 1 + index % 9);
    let mut layers = Layers::new();
    let pools: Vec<String> = (0..50).map(pool).collect();
    layers.set(Origin::Set, "ray.pools", &format!("[{}]", pools.join(", "))).expect("pools are pools");
    let node = |index: u64| NodeFact {
        name: format!("node-{index}"),
        cpu_millis: 16_000 + index % 7 * 1000,
        memory_bytes: 64 << 30,
        used: Some(UsedFact::default()),
        ..NodeFact::default()
    };
    let facts = Facts { nodes: (0..500).map(node).collect(), ..Facts::default() };
    let spec = resolve::sketch(&layers.merged(), &facts);
    times(|| drop(black_box(fit::of(black_box(&spec), black_box(&facts)))))
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
