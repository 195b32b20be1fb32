//! What is looked at before the first change: rights, and what the cluster or machine lacks. All that is wrong is named at once.
//! Must not change anything.
use super::{
    executor::MARKER,
    ports::{FailureKind, Kubernetes, ObjectRef, Permission, Platform, PortError, PortResult, Ports},
};
use crate::{
    answers::facts::Facts,
    plan::graph::{Action, Expect, Plan, Release, Step},
    problem::Problem,
};

/// Label of every object of ours.
const OURS: &str = "app.kubernetes.io/managed-by=hubwright";

/// Everything that would keep the plan from working.
pub async fn problems(plan: &Plan, facts: &Facts, ports: &Ports) -> PortResult<Vec<Problem>> {
    match &ports.platform {
        Platform::Kubernetes(kubernetes) => of_cluster(plan, facts, kubernetes).await,
        Platform::Machine(machine) => machine.shortcomings(plan).await,
    }
}

async fn of_cluster(plan: &Plan, facts: &Facts, kubernetes: &Kubernetes) -> PortResult<Vec<Problem>> {
    let wanted = permissions(plan);
    let refused = match kubernetes.cluster.refused(&wanted).await {
        // Some clusters do not tell; then the first refused call will.
        Err(PortError { kind: FailureKind::Forbidden, .. }) => Vec::new(),
        refused => refused?,
    };
    let rights = (!refused.is_empty()).then(|| missing_rights(plan, &refused));
    let stranger = match stranger(plan, kubernetes).await {
        Err(PortError { kind: FailureKind::Forbidden | FailureKind::NotFound, .. }) => None,
        stranger => stranger?,
    };
    Ok(rights.into_iter().chain(storage(plan, facts)).chain(ray(plan, facts)).chain(stranger).collect())
}

/// A release of somebody else that has a name of ours: an upgrade would turn it into what the answers say. What was made
/// by hand from rendered files has our Secrets beside it.
async fn stranger(plan: &Plan, kubernetes: &Kubernetes) -> PortResult<Option<Problem>> {
    let mut names = Vec::new();
    for step in &plan.steps {
        let Action::Release(release) = &step.action else { continue };
        let state = kubernetes.releases.state(&plan.namespace, &release.name).await?;
        if state.is_some_and(|state| state.status == "deployed" && !state.description.starts_with(MARKER)) {
            names.push(release.name.as_str());
        }
    }
    let secrets = ObjectRef::new("v1", "Secret", &plan.namespace, "");
    if names.is_empty() || !kubernetes.cluster.list(&secrets, OURS).await?.is_empty() {
        return Ok(None);
    }
    let (namespace, names) = (&plan.namespace, names.join("`, `"));
    Ok(Some(
        Problem::new(
            "release-not-ours",
            format!("somebody else's helm release `{names}` is in namespace `{namespace}`"),
        )
        .hint("choose another namespace with `-n`")
        .hint(format!(
            "to replace it, first `helm uninstall -n {namespace}` it; look at its claims before, they may go with it"
        )),
    ))
}

fn permissions(plan: &Plan) -> Vec<Permission> {
    let namespaced = |verb: &str, group: &str, resource: &str| Permission {
        verb: verb.to_owned(),
        group: group.to_owned(),
        resource: resource.to_owned(),
        namespace: Some(plan.namespace.clone()),
    };
    let everywhere =
        |verb: &str, group: &str, resource: &str| Permission { namespace: None, ..namespaced(verb, group, resource) };
    let mut wanted = vec![
        namespaced("create", "", "secrets"),
        namespaced("create", "", "services"),
        namespaced("create", "apps", "deployments"),
        namespaced("create", "rbac.authorization.k8s.io", "roles"),
        namespaced("watch", "", "pods"),
        namespaced("create", "coordination.k8s.io", "leases"),
    ];
    let creates_namespace =
        plan.steps.iter().any(|step| matches!(&step.action, Action::Apply { objects } if !objects.is_empty()));
    if creates_namespace {
        wanted.push(everywhere("create", "", "namespaces"));
    }
    if plan.steps.iter().any(|step| step.ready.iter().any(|expect| matches!(expect, Expect::Crd(_)))) {
        wanted.push(everywhere("create", "apiextensions.k8s.io", "customresourcedefinitions"));
    }
    if plan.checks.dask.is_some() {
        wanted.push(everywhere("create", "rbac.authorization.k8s.io", "clusterroles"));
    }
    wanted
}

fn missing_rights(plan: &Plan, refused: &[Permission]) -> Problem {
    let lines = refused.iter().map(|permission| {
        let group = if permission.group.is_empty() { String::new() } else { format!(".{}", permission.group) };
        let place = permission
            .namespace
            .as_ref()
            .map_or("in the whole cluster".to_owned(), |name| format!("in namespace {name}"));
        format!("{} {}{group} {place}", permission.verb, permission.resource)
    });
    Problem::new("forbidden", format!("your account lacks {} rights that the installation needs", refused.len()))
        .detail(lines.collect::<Vec<_>>().join("\n"))
        .hint(format!(
            "ask an administrator of the cluster for them: `kubectl create clusterrolebinding hubwright --clusterrole=cluster-admin --user=YOU`, or narrower ones for namespace `{}`",
            plan.namespace
        ))
}

fn storage(plan: &Plan, facts: &Facts) -> Option<Problem> {
    let values = plan.steps.iter().find_map(|step| match &step.action {
        Action::Release(release) if release.chart == "jupyterhub" => Some(&release.values),
        _ => None,
    })?;
    let homes = values.pointer("/singleuser/storage/type").is_some_and(|kind| kind == "dynamic");
    let database = values.pointer("/hub/db/type").is_some_and(|kind| kind == "sqlite-pvc");
    let said = |pointer: &str| values.pointer(pointer).is_some();
    let needs_default = (homes && !said("/singleuser/storage/dynamic/storageClass"))
        || (database && !said("/hub/db/pvc/storageClassName"));
    let known = facts.server_version.is_some() && !facts.unseen.contains("storageclasses");
    if !needs_default || !known || facts.storage_classes.iter().any(|class| class.default) {
        return None;
    }
    let names: Vec<String> = facts.storage_classes.iter().map(|class| format!("`{}`", class.name)).collect();
    let problem = Problem::new(
        "no-default-storage-class",
        "this cluster has no default kind of disk, so the hub's disk and home directories cannot be made",
    )
    .at("storage.class");
    Some(if names.is_empty() {
        problem.hint("install a storage provisioner first, or choose `storage.homes=none` and `storage.database=sqlite-memory` for a trial")
    } else {
        problem.hint(format!(
            "choose one with `--set storage.class=NAME --set storage.database-class=NAME`: {}",
            names.join(", ")
        ))
    })
}

fn ray(plan: &Plan, facts: &Facts) -> impl Iterator<Item = Problem> {
    old_crd(plan, facts).into_iter().chain(second_operator(plan, facts))
}

/// Two operators that look after the same Ray cluster undo each other's work.
fn second_operator(plan: &Plan, facts: &Facts) -> Option<Problem> {
    let is_operator = |release: &Release| release.chart == "kuberay-operator";
    let installs = |step: &Step| matches!(&step.action, Action::Release(release) if is_operator(release));
    let elsewhere = facts.ray_operator.as_ref().filter(|_| plan.steps.iter().any(installs))?;
    let title = format!("a KubeRay operator in namespace `{elsewhere}` already looks after Ray clusters here");
    let problem = Problem::new("second-ray-operator", title).at("charts.operator");
    Some(
        problem
            .detail("a second one would undo what the first one does")
            .hint("use that one: `--set charts.operator=false`")
            .hint("or have its administrator keep it to other namespaces (`watchNamespace` of its chart)"),
    )
}

/// helm never touches a CRD that is there, so one of an older operator would stay and the new operator would not start.
fn old_crd(plan: &Plan, facts: &Facts) -> Option<Problem> {
    let versions = &facts.ray_crd_versions;
    if plan.checks.ray.is_none() || versions.is_empty() || versions.iter().any(|version| version == "v1") {
        return None;
    }
    let problem = Problem::new("old-ray-crd", "the cluster's RayCluster definition is of an operator that is too old");
    Some(problem.detail(format!("it serves {}; v1 is needed", versions.join(", "))).hint(
        "an administrator must replace it: `kubectl replace -f` the CRDs of KubeRay 1.x; Ray clusters of the old operator must be gone first",
    ))
}
