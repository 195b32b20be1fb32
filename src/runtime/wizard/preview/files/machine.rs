//! What this machine has in the place of a plan's files: texts, environments, scripts of processes. Must not show a secret.
use std::collections::BTreeSet;

use crate::{
    drivers::machine::{deployed as there, layout::Layout},
    front::wizard::wish::FileView,
    plan::{
        deployed,
        graph::{Action, Environment, Plan, Service, Step},
        render::{self, Body, PlanFile},
    },
    run::ports::{Machine, PortResult},
};

/// A file with what this machine has in its place.
pub fn view(plan: &Plan, step: &Step, file: PlanFile, machine: &dyn Machine, layout: &Layout) -> PortResult<FileView> {
    let deployed = match &step.action {
        Action::Environment(environment) => environment_there(environment, &file, machine)?,
        Action::Service(service) if is_text(service, &file) => {
            let ours = service.files.iter().find(|text| text.path == file.path).map_or("", |text| text.text.as_str());
            there::text(layout, &file.path).map(|found| deployed::file(&found, ours))
        }
        Action::Service(_) => script_there(plan, &file, layout),
        _ => None,
    };
    Ok(super::view(file, deployed))
}

fn is_text(service: &Service, file: &PlanFile) -> bool {
    service.files.iter().any(|text| text.path == file.path)
}

/// An environment is never changed: it is there just so, or another one is made.
fn environment_there(environment: &Environment, file: &PlanFile, machine: &dyn Machine) -> PortResult<Option<String>> {
    let Body::Text(text) = &file.body else { return Ok(None) };
    Ok(machine.is_prepared(environment)?.then(|| text.clone()))
}

/// The script of the process of that name that is to run now.
fn script_there(plan: &Plan, file: &PlanFile, layout: &Layout) -> Option<String> {
    let scripts = there::processes(layout).into_iter().map(|process| render::script(plan, &process));
    scripts.into_iter().find(|script| script.path == file.path).and_then(|script| match script.body {
        Body::Text(found) => {
            let ours = if let Body::Text(ours) = &file.body { ours.as_str() } else { "" };
            Some(deployed::file(&found, ours))
        }
        Body::Secret(_) => None,
    })
}

/// Processes that run and that the answers do not have any more.
pub fn no_longer(plan: &Plan, layout: &Layout) -> Vec<FileView> {
    let services = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Service(service) => Some(&service.processes),
        _ => None,
    });
    let wanted: BTreeSet<&str> = services.flatten().map(|process| process.name.as_str()).collect();
    let others = there::processes(layout).into_iter().filter(|process| !wanted.contains(process.name.as_str()));
    let gone = others.map(|process| render::script(plan, &process)).filter_map(|script| match script.body {
        Body::Text(text) => {
            Some(FileView { path: script.path, text: String::new(), deployed: Some(deployed::file(&text, "")) })
        }
        Body::Secret(_) => None,
    });
    gone.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::graph::TextFile;

    #[test]
    fn a_text_file_is_told_from_a_script_by_its_service() {
        let service =
            Service { files: vec![TextFile { path: "config/a".into(), text: "x".into() }], ..Service::default() };
        let file = |path: &str| PlanFile { path: path.to_owned(), body: Body::Text(String::new()) };
        assert!(is_text(&service, &file("config/a")) && !is_text(&service, &file("run/hub.sh")));
    }
}
