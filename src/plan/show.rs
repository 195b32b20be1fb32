//! A plan as plain text: steps in order, what runs in parallel, and the files. Must not print.
use super::{
    graph::{Action, Plan, Step},
    render,
};

/// The text of `hubwright plan`.
pub fn text(plan: &Plan) -> String {
    let files: String = render::files(plan).iter().map(|file| format!("  {}\n", file.path)).collect();
    format!("{}\nfiles (`hubwright render … -o DIR` writes them)\n{files}", steps(plan))
}

/// The steps in order, as `hubwright install` shows them before it asks.
pub fn steps(plan: &Plan) -> String {
    let mut text = format!("{}\n", place(plan));
    for (index, layer) in plan.layers().iter().enumerate() {
        let parallel = if layer.len() > 1 { "   at the same time" } else { "" };
        text.push_str(&format!("\n{}.{parallel}\n", index + 1));
        for step in layer {
            text.push_str(&line(step));
        }
    }
    text
}

fn place(plan: &Plan) -> String {
    if plan.on_this_machine() {
        return format!("deployment {} on this machine", plan.namespace);
    }
    format!("namespace {} in {}", plan.namespace, plan.context.as_deref().unwrap_or("the current context"))
}

fn line(step: &Step) -> String {
    format!("  {:<18} {}{}\n", step.id.as_str(), what(step), after(step))
}

/// Which steps come before it, as the end of its line; empty for the first.
pub fn after(step: &Step) -> String {
    let needs: Vec<&str> = step.needs.iter().map(super::graph::StepId::as_str).collect();
    match step.action {
        _ if needs.is_empty() => String::new(),
        Action::Verify => "   after everything else".to_owned(),
        _ => format!("   after {}", needs.join(", ")),
    }
}

/// What a step does, in a line.
pub fn what(step: &Step) -> String {
    match &step.action {
        Action::Apply { objects } if objects.is_empty() => format!("{}: is there already", step.title),
        Action::Apply { .. } | Action::StartAtBoot => step.title.clone(),
        Action::Secrets { secrets, .. } => {
            let names: Vec<&str> = secrets.iter().map(|secret| secret.name.as_str()).collect();
            format!("{} {}", step.title, names.join(", "))
        }
        Action::Release(release) => format!("{}: chart {} {}", step.title, release.chart, release.version),
        Action::Environment(environment) => {
            let proxy = if environment.proxy.is_some() { ", and the hub's proxy" } else { "" };
            format!(
                "{}: {} Python packages{proxy}, in a folder of their own",
                step.title,
                render::packages(environment)
            )
        }
        Action::Service(service) => {
            let names: Vec<&str> = service.processes.iter().map(|process| process.name.as_str()).collect();
            let word = if names.len() == 1 { "process" } else { "processes" };
            format!("{}: {word} {}", step.title, names.join(", "))
        }
        Action::Verify => "Verification: from outside, and from a real notebook".to_owned(),
    }
}
