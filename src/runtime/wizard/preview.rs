//! The review: what an installation would do, checked against the target, beside what is deployed there. Changes nothing.
//! Must not know how it is shown.
mod files;

use super::contacts::Contacts;
use crate::{
    answers::{commands, facts::Facts, layers::Layers, warn},
    drivers::helm::{self, download},
    front::wizard::wish::{Intent, Preview},
    plan,
    problem::Problem,
    runtime::{answering, asking, connecting::Place, deploying::Deployment, lacking, runs},
};

/// Checks and plans what is wanted. What keeps it from being planned at all is the error; what only keeps it from being done
/// is in the preview.
/// Where the target cannot be asked, the plan follows from the answers alone.
pub async fn preview(intent: &Intent, contacts: &Contacts) -> Result<Preview, Vec<Problem>> {
    match checked(intent, contacts).await {
        Err(why) => unasked(intent, why),
        checked => checked,
    }
}

async fn checked(intent: &Intent, contacts: &Contacts) -> Result<Preview, Vec<Problem>> {
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
    let ports = deployment.place.forgetful_ports(Place::no_helm());
    let files = files::compared(&deployment.plan, &ports, deployment.place.layout()).await;
    let files = files.map_err(|error| one(*error.problem))?;
    let Deployment { layers, spec, plan, .. } = deployment;
    Ok(Preview {
        place: runs::as_object(&spec.target),
        files,
        problems,
        warnings: warn::warnings(&spec).into_iter().chain(warning).collect(),
        helm: missing.then(|| format!("helm {} from {}", download::VERSION, download::SERVER)),
        commands: foreign(&layers),
        plan,
        unasked: false,
    })
}

fn unasked(intent: &Intent, why: Vec<Problem>) -> Result<Preview, Vec<Problem>> {
    let layers = &intent.layers;
    let Ok(spec) = answering::spec(layers, &Facts::default()) else { return Err(why) };
    let plan = plan::build(&spec, &Facts::default());
    Ok(Preview {
        place: runs::as_object(&spec.target),
        files: files::planned(&plan),
        problems: why.into_iter().chain(lacking::secrets(layers)).collect(),
        warnings: warn::warnings(&spec),
        helm: None,
        commands: foreign(layers),
        plan,
        unasked: true,
    })
}

fn foreign(layers: &Layers) -> Vec<String> {
    commands::foreign(layers).iter().map(commands::Foreign::shown).collect()
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        answers::layers::Origin,
        front::wizard::wish::FileView,
        plan::{
            diff::Diff,
            graph::{Action, Plan},
        },
        run::ports::Platform,
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

    /// It was installed "into preview-of-a-test on this machine".
    #[tokio::test(flavor = "multi_thread")]
    async fn where_it_is_installed_is_worded_alike_whether_the_target_could_be_asked_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let intent = intent(folder.path(), &[]);
        let asked = preview(&intent, &Contacts::default()).await.unwrap().place;
        assert_eq!(unasked(&intent, Vec::new()).unwrap().place, asked);
        let at = folder.path().join("trial").display().to_string();
        assert_eq!(asked, format!("`preview-of-a-test` on this machine, in {at}"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_cluster_that_is_not_there_leaves_plan_and_files_and_what_this_machine_lacks() {
        let mut layers = Layers::new();
        layers.push_preset("trial-kubernetes", answering::load("trial-kubernetes").unwrap());
        let said = [
            ("target.context", "no-such-context-of-a-test"),
            ("login.method", "github"),
            ("login.client-id", "id"),
            ("login.client-secret", "env:HUBWRIGHT_TEST_UNSET"),
            ("login.allow", "all"),
            ("access.host", "hub.example.org"),
        ];
        said.iter().for_each(|(key, value)| layers.set(Origin::Typed, key, value).unwrap());
        let intent = Intent { layers, secrets: BTreeMap::new(), verify: true };
        let preview = preview(&intent, &Contacts::default()).await.unwrap();
        assert!(preview.unasked && !preview.plan.steps.is_empty());
        assert!(preview.files.iter().all(|file| file.deployed.is_none()));
        // What is said of the cluster is another thing where there is no kubeconfig at all, as on a fresh machine.
        let [cluster, secret] = &preview.problems[..] else { panic!("{:?}", preview.problems) };
        let title = &cluster.title;
        assert!(title.contains("no-such-context-of-a-test") || title.contains("kubeconfig"), "{title}");
        assert_eq!(secret.at.as_deref(), Some("login.client-secret"), "{:?}", preview.problems);
    }
}
