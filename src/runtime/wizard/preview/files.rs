//! The files of a plan as a person looks at them, each with what is deployed in its place. Changes nothing.
//! Must not know how a difference is shown.
mod cluster;
mod machine;
mod secret;

use crate::{
    drivers::machine::layout::Layout,
    front::wizard::wish::FileView,
    plan::{
        graph::Plan,
        render::{self, Body, PlanFile},
    },
    run::ports::{Platform, PortResult, Ports},
};

/// The files with what is deployed in their place.
pub async fn compared(plan: &Plan, ports: &Ports, layout: Option<&Layout>) -> PortResult<Vec<FileView>> {
    let (mut guide, mut views) = (Vec::new(), Vec::new());
    for (step, file) in render::files_by_step(plan) {
        match (step, &ports.platform, layout) {
            (Some(step), Platform::Kubernetes(kubernetes), _) => {
                views.push(cluster::view(plan, step, file, kubernetes).await?);
            }
            (Some(step), Platform::Machine(machine), Some(layout)) => {
                views.push(machine::view(plan, step, file, machine.as_ref(), layout)?);
            }
            _ => guide.push(view(file, None)),
        }
    }
    views.extend(layout.into_iter().flat_map(|layout| machine::no_longer(plan, layout)));
    if views.iter().any(|view| view.deployed.is_some()) {
        guide.iter_mut().for_each(|view| view.deployed = Some(view.text.clone()));
    }
    guide.append(&mut views);
    Ok(guide)
}

/// The files alone.
pub fn planned(plan: &Plan) -> Vec<FileView> {
    render::files(plan).into_iter().map(|file| view(file, None)).collect()
}

fn view(file: PlanFile, deployed: Option<String>) -> FileView {
    let text = match file.body {
        Body::Text(text) => text,
        Body::Secret(secret) => secret::text(&secret, None),
    };
    FileView { path: file.path, text, deployed }
}
