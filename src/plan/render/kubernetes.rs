//! The files for a cluster: charts' values, manifests, and a README with the commands of helm and kubectl.
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Body, PlanFile, quoted};
use crate::{
    answers::yaml,
    plan::graph::{Action, Expect, Plan, Release, SecretKind, SecretObject, SecretSource, Step},
};

/// What only a person needs.
pub fn guide(plan: &Plan) -> Vec<PlanFile> {
    vec![PlanFile { path: "README.md".to_owned(), body: Body::Text(readme(plan)) }]
}

/// The files of a step, which is the `number`th.
pub fn step_files(number: usize, step: &Step) -> Vec<PlanFile> {
    match &step.action {
        Action::Apply { objects } if objects.is_empty() => Vec::new(),
        Action::Apply { objects } => {
            vec![PlanFile { path: manifest(number, step), body: Body::Text(documents(objects)) }]
        }
        Action::Secrets { secrets, .. } => secrets
            .iter()
            .filter(|secret| !made_up(secret))
            .map(|secret| PlanFile { path: secret_path(number, secret), body: Body::Secret(secret.clone()) })
            .collect(),
        Action::Release(release) => {
            vec![PlanFile { path: values(number, release), body: Body::Text(document(&release.values)) }]
        }
        Action::Environment(_) | Action::Service(_) | Action::StartAtBoot | Action::Verify => Vec::new(),
    }
}

fn manifest(number: usize, step: &Step) -> String {
    format!("manifests/{number:02}-{}.yaml", step.id)
}

fn secret_path(number: usize, secret: &SecretObject) -> String {
    format!("manifests/{number:02}-{}.yaml", secret.name)
}

fn values(number: usize, release: &Release) -> String {
    format!("values/{number:02}-{}.yaml", release.name)
}

fn document(value: &Value) -> String {
    // A tree of texts, numbers and lists can always be written.
    yaml::write(value).unwrap_or_default()
}

fn documents(objects: &[Value]) -> String {
    objects.iter().map(document).collect::<Vec<_>>().join("---\n")
}

/// A Secret as a Kubernetes object. `values` holds the resolved value of every key.
pub fn secret_manifest(namespace: &str, secret: &SecretObject, values: &[(String, String)]) -> Value {
    let (kind, data): (&str, Vec<(String, String)>) = match &secret.kind {
        SecretKind::Opaque => ("Opaque", values.to_vec()),
        SecretKind::DockerConfig { server, username } => {
            let password = values.first().map_or("", |(_, value)| value.as_str());
            (
                "kubernetes.io/dockerconfigjson",
                vec![(".dockerconfigjson".to_owned(), docker_config(server, username, password))],
            )
        }
    };
    let data: serde_json::Map<String, Value> =
        data.into_iter().map(|(key, value)| (key, STANDARD.encode(value).into())).collect();
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": secret.name, "namespace": namespace, "labels": {"app.kubernetes.io/managed-by": "hubwright"}},
        "type": kind,
        "data": data,
    })
}

fn docker_config(server: &str, username: &str, password: &str) -> String {
    let auth = STANDARD.encode(format!("{username}:{password}"));
    let entry = json!({"username": username, "password": password, "auth": auth});
    json!({"auths": Value::Object(serde_json::Map::from_iter([(server.to_owned(), entry)]))}).to_string()
}

fn readme(plan: &Plan) -> String {
    let flag =
        |flag: &str| plan.context.as_deref().map(|context| format!(" {flag} {}", quoted(context))).unwrap_or_default();
    let (context, helm_context) = (flag("--context"), flag("--kube-context"));
    let mut text = format!(
        "# Deployment of `{}` by hand\n\nWhat `hubwright install` does with the same answers, as commands. Run them in this folder, in this order; steps under\n\
         one number may run at the same time. They work with helm 3 and helm 4. Files in `manifests/` may hold secrets: keep them 0600.\n",
        plan.namespace
    );
    for (index, layer) in plan.layers().iter().enumerate() {
        text.push_str(&format!("\n## {}\n", index + 1));
        for step in layer {
            let number = plan.steps.iter().position(|other| other.id == step.id).unwrap_or_default() + 1;
            text.push_str(&commands(plan, number, step, &context, &helm_context));
        }
    }
    text
}

fn commands(plan: &Plan, number: usize, step: &Step, context: &str, helm_context: &str) -> String {
    let command = match &step.action {
        Action::Apply { objects } if objects.is_empty() => return format!("\n{}: is there already.\n", step.title),
        Action::Apply { .. } => format!("kubectl{context} apply --server-side -f {}", manifest(number, step)),
        Action::Secrets { secrets, .. } => {
            let lines: Vec<String> =
                secrets.iter().map(|secret| secret_command(plan, number, secret, context)).collect();
            lines.join("\n")
        }
        Action::Release(release) => {
            let helm = helm(plan, release, &values(number, release), helm_context);
            let patches = release.patches.iter().map(|part| patch(part, context));
            std::iter::once(helm).chain(patches).collect::<Vec<_>>().join("\n")
        }
        // Of this machine, which has other files.
        Action::Environment(_) | Action::Service(_) | Action::StartAtBoot => return String::new(),
        Action::Verify => format!("hubwright verify{context} -n {}", plan.namespace),
    };
    let wait = wait_for(plan, step, context);
    format!("\n{}:\n\n```bash\n{command}\n{wait}```\n", step.title)
}

fn made_up(secret: &SecretObject) -> bool {
    secret.data.values().any(SecretSource::is_made_up)
}

/// `create`, not `apply`: what was made up once must stay as it is.
fn secret_command(plan: &Plan, number: usize, secret: &SecretObject, context: &str) -> String {
    if !made_up(secret) {
        return format!("kubectl{context} apply --server-side -f {}", secret_path(number, secret));
    }
    let values: String = secret
        .data
        .keys()
        .map(|key| format!(" \\\n  --from-file={key}=<(openssl rand -hex 32 | tr -d '\\n')"))
        .collect();
    let (namespace, name) = (&plan.namespace, &secret.name);
    format!(
        "kubectl{context} -n {namespace} create secret generic {name}{values}\n\
         kubectl{context} -n {namespace} label secret {name} app.kubernetes.io/managed-by=hubwright"
    )
}

fn wait_for(plan: &Plan, step: &Step, context: &str) -> String {
    step.ready
        .iter()
        .filter_map(|expect| match expect {
            Expect::Deployment(name) => Some(format!("rollout status deployment/{name}")),
            Expect::Crd(name) => Some(format!("wait --for=condition=Established crd/{name}")),
            Expect::RayCluster(name) => Some(format!("wait --for=condition=HeadPodReady raycluster/{name}")),
            _ => None,
        })
        .map(|wait| format!("kubectl{context} -n {} {wait} --timeout={}s\n", plan.namespace, step.deadline.as_secs()))
        .collect()
}

/// The helm command of a release; `file` holds its values.
fn helm(plan: &Plan, release: &Release, file: &str, context: &str) -> String {
    let chart = chart_arguments(release).iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    let crds = if release.skip_crds { " --skip-crds" } else { "" };
    format!(
        "helm upgrade --install {} {chart}{context} -n {} --version {} -f {file} --timeout {}s{crds}",
        release.name,
        plan.namespace,
        release.version,
        release.timeout.as_secs()
    )
}

fn patch(part: &Value, context: &str) -> String {
    let text = |pointer: &str| part.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (kind, name, namespace) = (text("/kind"), text("/metadata/name"), text("/metadata/namespace"));
    format!(
        "kubectl{context} -n {namespace} patch {} {name} --type=merge -p {}",
        kind.to_lowercase(),
        quoted(&part.to_string())
    )
}

/// How helm is told where a chart is: `CHART --repo URL`, `oci://…/CHART`, or a folder.
pub fn chart_arguments(release: &Release) -> Vec<String> {
    let repository = release.repository.trim_end_matches('/');
    if repository.starts_with("http://") || repository.starts_with("https://") {
        vec![release.chart.clone(), "--repo".to_owned(), release.repository.clone()]
    } else {
        vec![format!("{repository}/{}", release.chart)]
    }
}
