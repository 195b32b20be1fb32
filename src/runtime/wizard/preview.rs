//! The review: what an installation would do, checked against the target, beside what is deployed there. Changes nothing.
//! Must not know how it is shown.
use std::collections::BTreeSet;

use serde_json::Value;

use super::contacts::Contacts;
use crate::{
    answers::{commands, warn},
    drivers::{
        helm::{self, download},
        machine::{deployed as there, layout::Layout},
    },
    front::tui::wish::{FileView, Intent, Preview},
    plan::{
        deployed,
        graph::{Action, Environment, Plan, Release, SecretKind, SecretObject, SecretSource, Service, Step},
        render::{self, Body, PlanFile},
    },
    problem::Problem,
    run::ports::{FailureKind, Kubernetes, Machine, ObjectRef, Platform, PortError, PortResult},
    runtime::{asking, connecting::Place, deploying::Deployment, runs},
};

/// Checks and plans what is wanted. What keeps it from being planned at all is the error; what only keeps it from being done
/// is in the preview.
pub async fn preview(intent: &Intent, contacts: &Contacts) -> Result<Preview, Vec<Problem>> {
    // What the answers lack may be found there.
    let answers = intent.layers.merged();
    let target = runs::target(answers.target, answers.machine);
    let place = contacts.reach(&target).await.map_err(one)?;
    let mut deployment = Deployment::plan(place, intent.layers.clone()).await?;
    if !intent.verify {
        deployment.leave_out_verify();
    }
    let mut problems = deployment.obstacles().await.map_err(one)?;
    let helm = helm_for(&deployment.place).await;
    let missing = helm.as_ref().err().is_some_and(|problem| problem.code == helm::MISSING);
    let (warning, unusable) = match helm {
        Ok(warning) => (warning, None),
        Err(problem) => (None, Some(problem).filter(|_| !missing)),
    };
    problems.extend(unusable);
    problems.extend(asking::complete(&deployment, &intent.secrets).await.err().into_iter().flatten());
    let files = files(&deployment).await.map_err(|error| one(*error.problem))?;
    let Deployment { place, layers, spec, plan, .. } = deployment;
    Ok(Preview {
        place: place.as_object(),
        files,
        problems,
        warnings: warn::warnings(&spec).into_iter().chain(warning).collect(),
        helm: missing.then(|| format!("helm {} from {}", download::VERSION, download::SERVER)),
        commands: commands::foreign(&layers).iter().map(commands::Foreign::shown).collect(),
        plan,
    })
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}

/// What a person should know about the helm that would be used. Nothing on this machine needs one.
async fn helm_for(place: &Place) -> Result<Option<Problem>, Problem> {
    if place.context().is_none() {
        return Ok(None);
    }
    // helm is asked for its version, and may take its time.
    let found = tokio::task::spawn_blocking(|| helm::find(None)).await;
    found
        .unwrap_or_else(|_| Err(Problem::new("interrupted", "helm was not looked for to the end").retry()))
        .map(|found| found.warning)
}

/// The files of a plan with what is deployed in their place.
async fn files(deployment: &Deployment) -> PortResult<Vec<FileView>> {
    let (plan, layout) = (&deployment.plan, deployment.place.layout());
    let ports = deployment.place.forgetful_ports(Place::no_helm());
    let (mut guide, mut views) = (Vec::new(), Vec::new());
    for (step, file) in render::files_by_step(plan) {
        match (step, &ports.platform, layout) {
            (Some(step), Platform::Kubernetes(kubernetes), _) => {
                views.push(on_cluster(plan, step, file, kubernetes).await?);
            }
            (Some(step), Platform::Machine(machine), Some(layout)) => {
                views.push(on_machine(plan, step, file, machine.as_ref(), layout)?);
            }
            _ => guide.push(view(file, None)),
        }
    }
    views.extend(layout.into_iter().flat_map(|layout| no_longer(plan, layout)));
    if views.iter().any(|view| view.deployed.is_some()) {
        guide.iter_mut().for_each(|view| view.deployed = Some(view.text.clone()));
    }
    guide.append(&mut views);
    Ok(guide)
}

fn view(file: PlanFile, deployed: Option<String>) -> FileView {
    let text = match file.body {
        Body::Text(text) => text,
        Body::Secret(secret) => secret_text(&secret, None),
    };
    FileView { path: file.path, text, deployed }
}

async fn on_cluster(plan: &Plan, step: &Step, file: PlanFile, kubernetes: &Kubernetes) -> PortResult<FileView> {
    Ok(match (&step.action, &file.body) {
        (Action::Release(release), _) => release_view(plan, release, file, kubernetes).await?,
        (Action::Apply { objects }, _) => {
            let found = objects_there(objects, kubernetes).await?;
            view(file, found)
        }
        (_, Body::Secret(secret)) => {
            let name = ObjectRef::new("v1", "Secret", &plan.namespace, &secret.name);
            let found = unless_refused(kubernetes.cluster.get(&name).await)?.flatten();
            let deployed = found.map(|found| secret_text(secret, Some(&keys(&found))));
            view(file, deployed)
        }
        _ => view(file, None),
    })
}

/// What somebody may not read is not known; the preflight says what they lack.
fn unless_refused<T>(found: PortResult<T>) -> PortResult<Option<T>> {
    match found {
        Err(PortError { kind: FailureKind::Forbidden, .. }) => Ok(None),
        found => found.map(Some),
    }
}

/// Chart and version are a part of what is deployed, though no value.
async fn release_view(plan: &Plan, release: &Release, file: PlanFile, kubernetes: &Kubernetes) -> PortResult<FileView> {
    let found = unless_refused(kubernetes.releases.installed(&plan.namespace, &release.name).await)?.flatten();
    let deployed = found.map(|found| {
        let failed = if found.status == "deployed" { String::new() } else { format!(", {}", found.status) };
        format!("# chart {}{failed}\n{}", found.chart, deployed::values(&found.values, &release.values))
    });
    let mut view = view(file, deployed);
    view.text.insert_str(0, &format!("# chart {}-{}\n", release.chart, release.version));
    Ok(view)
}

async fn objects_there(objects: &[Value], kubernetes: &Kubernetes) -> PortResult<Option<String>> {
    let mut documents = Vec::new();
    for object in objects {
        let found = unless_refused(kubernetes.cluster.get(&ObjectRef::of(object)).await)?.flatten();
        documents.extend(found.map(|found| deployed::object(&found, object)));
    }
    Ok((!documents.is_empty()).then(|| documents.join("---\n")))
}

/// Keys of a Secret; its values are let go.
fn keys(secret: &Value) -> BTreeSet<String> {
    let data = secret.get("data").and_then(Value::as_object);
    data.into_iter().flat_map(|data| data.keys().cloned()).collect()
}

/// A Secret for a person: where each value comes from. `there`: keys that the one in the cluster has.
fn secret_text(secret: &SecretObject, there: Option<&BTreeSet<String>>) -> String {
    let mut lines = vec![format!("# Secret {}: no value stands in any file", secret.name)];
    if let SecretKind::DockerConfig { server, username } = &secret.kind {
        lines.push(format!("# to log in at {server} as {username}"));
    }
    let opaque = secret.kind == SecretKind::Opaque;
    let known = |key: &String| there.is_none_or(|there| !opaque || there.contains(key));
    let said = secret.data.iter().filter(|(key, _)| known(key));
    lines.extend(said.map(|(key, source)| match source {
        SecretSource::Reference(reference) => format!("{key}: from {reference}"),
        SecretSource::Generated => format!("{key}: made up once, and kept"),
    }));
    let others = there.into_iter().flatten().filter(|key| opaque && !secret.data.contains_key(*key));
    lines.extend(others.map(|key| format!("{key}: is there")));
    lines.join("\n") + "\n"
}

fn on_machine(
    plan: &Plan,
    step: &Step,
    file: PlanFile,
    machine: &dyn Machine,
    layout: &Layout,
) -> PortResult<FileView> {
    let deployed = match &step.action {
        Action::Environment(environment) => environment_there(environment, &file, machine)?,
        Action::Service(service) if is_text(service, &file) => {
            let ours = service.files.iter().find(|text| text.path == file.path).map_or("", |text| text.text.as_str());
            there::text(layout, &file.path).map(|found| deployed::file(&found, ours))
        }
        Action::Service(_) => script_there(plan, &file, layout),
        _ => None,
    };
    Ok(view(file, deployed))
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
fn no_longer(plan: &Plan, layout: &Layout) -> Vec<FileView> {
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
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::{
        answers::layers::{Layers, Origin},
        plan::{diff::Diff, graph::TextFile},
        runtime::answering,
    };

    fn intent(folder: &std::path::Path, more: &[(&str, &str)]) -> Intent {
        let mut layers = Layers::new();
        layers.push_preset("trial", answering::load("trial").unwrap());
        let folder = folder.join("trial").display().to_string();
        let said =
            [("target.kind", "this-machine"), ("target.namespace", "preview-of-a-test"), ("machine.folder", &folder)];
        for (key, value) in said.iter().chain(more) {
            layers.set(Origin::Typed, key, value).unwrap();
        }
        Intent { layers, secrets: BTreeMap::new(), verify: true }
    }

    fn changed(preview: &Preview) -> Vec<(String, usize)> {
        let diff =
            |file: &FileView| Some((file.path.clone(), Diff::between(file.deployed.as_ref()?, &file.text).changed));
        preview.files.iter().filter_map(diff).filter(|(_, changed)| *changed > 0).collect()
    }

    /// Does what the steps do with files, without any process.
    async fn deploy(intent: &Intent, plan: &Plan) {
        let answers = intent.layers.merged();
        let place = Place::reach(&runs::target(answers.target, answers.machine)).await.unwrap();
        let ports = place.forgetful_ports(Place::no_helm());
        let Platform::Machine(machine) = &ports.platform else { panic!("this machine") };
        for step in &plan.steps {
            let Action::Service(service) = &step.action else { continue };
            service.files.iter().for_each(|file| assert!(machine.write(file).is_ok()));
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn on_this_machine_nothing_is_deployed_at_first_and_then_only_what_differs_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let first = preview(&intent(folder.path(), &[]), &Contacts::default()).await.unwrap();
        assert!(first.files.iter().all(|file| file.deployed.is_none()), "{:?}", changed(&first));
        assert!(first.place.contains("preview-of-a-test") && first.helm.is_none());
        deploy(&intent(folder.path(), &[]), &first.plan).await;
        let same = preview(&intent(folder.path(), &[]), &Contacts::default()).await.unwrap();
        assert_eq!(changed(&same), []);
        let configs = same.files.iter().filter(|file| file.path.starts_with("config/"));
        assert!(configs.clone().count() > 0 && configs.clone().all(|file| file.deployed.is_some()));
        let other = preview(&intent(folder.path(), &[("hub.announcement", "closed on Monday")]), &Contacts::default())
            .await
            .unwrap();
        let files: Vec<String> = changed(&other).into_iter().map(|(path, _)| path).collect();
        assert_eq!(files.len(), 1, "{files:?}");
    }

    #[test]
    fn a_secret_is_told_by_where_it_comes_from_and_compared_by_its_keys() {
        let data =
            [("token", SecretSource::Generated), ("password", SecretSource::Reference("env:PW".parse().unwrap()))];
        let data = data.map(|(key, source)| (key.to_owned(), source)).into();
        let secret = SecretObject { name: "hub".to_owned(), kind: SecretKind::Opaque, data };
        let ours = secret_text(&secret, None);
        assert!(ours.contains("password: from env:PW"), "{ours}");
        let found = json!({"data": {"token": "czNjcmV0", "password": "czNjcmV0"}});
        assert_eq!(secret_text(&secret, Some(&keys(&found))), ours);
        let other = secret_text(&secret, Some(&keys(&json!({"data": {"token": "czNjcmV0", "old": "czNjcmV0"}}))));
        assert!(!other.contains("password:") && other.contains("old: is there") && !other.contains("czNj"), "{other}");
    }

    #[test]
    fn a_text_file_is_told_from_a_script_by_its_service() {
        let service =
            Service { files: vec![TextFile { path: "config/a".into(), text: "x".into() }], ..Service::default() };
        let file = |path: &str| PlanFile { path: path.to_owned(), body: Body::Text(String::new()) };
        assert!(is_text(&service, &file("config/a")) && !is_text(&service, &file("run/hub.sh")));
    }
}
