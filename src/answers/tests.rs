//! Promises of the whole room, by subject. What is one file's own matter is tested in that file.
use super::{
    facts::Facts,
    invalid::Invalid,
    layers::{Layers, Origin},
    resolve::resolve,
    spec::Spec,
    tree::Answers,
};

mod input;
mod machine;
mod registry;
mod saying;

fn said(sets: &[(&str, &str)]) -> Answers {
    let mut layers = Layers::new();
    for (key, value) in sets {
        layers.set(Origin::Set, key, value).unwrap();
    }
    layers.merged()
}

fn resolved(sets: &[(&str, &str)]) -> Result<Spec, Vec<Invalid>> {
    resolve(&said(sets), &Facts::default())
}

/// Everything that a person would read about these errors.
fn words(wrong: &[Invalid]) -> String {
    let lines: Vec<_> = wrong.iter().map(|w| format!("{w} {}", w.hint.clone().unwrap_or_default())).collect();
    lines.join("\n")
}

const GITHUB: &[(&str, &str)] = &[
    ("login.method", "github"),
    ("login.client-id", "x"),
    ("login.client-secret", "env:X"),
    ("login.allow", "organizations"),
    ("login.organizations", "a"),
    ("access.method", "load-balancer"),
    ("access.host", "hub.example.org"),
];

fn with(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    GITHUB.iter().copied().chain(more.iter().copied()).collect()
}

fn refused(more: &[(&'static str, &'static str)]) -> Vec<String> {
    resolved(&with(more)).err().into_iter().flatten().filter_map(|wrong| wrong.key).collect()
}
