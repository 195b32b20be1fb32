//! `plan` and `render`: shows and writes what an installation would do.
//! Must not change anything in a cluster.
use std::{
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use secrecy::ExposeSecret;

use super::{Outcome, answering, connecting::Place, lacking, looking, print, print_words, tell, trusting};
use crate::{
    answers::{
        facts::Facts,
        secret::SecretRef,
        spec::{Hub, Provider, Spec},
        warn, yaml,
    },
    cli,
    drivers::secrets,
    front::{facts, message, plain::Answer},
    plan::{
        self,
        graph::{Plan, SecretObject, SecretSource},
        render::Body,
        show,
    },
    problem::{Exit, Problem},
    run::{asked, preflight},
};

/// File that says that a folder was written by `render`.
const MARKER: &str = "README.md";

/// `hubwright plan`
pub fn plan(args: &cli::Plan) -> Outcome {
    let (_, spec) = answering::complete(&args.answering, &args.place)?;
    let plan = plan::build(&spec, &Facts::default());
    print_words(&format!("{}{}", head(&spec), show::text(&plan)))
}

/// `hubwright plan --probe`
pub async fn probe(args: &cli::Plan) -> Outcome {
    let (layers, early) = answering::complete(&args.answering, &args.place)?;
    let place = looking::reach(&early).await?;
    let looked = looking::look(&place, layers).await?;
    let place_facts = match place.context() {
        Some(context) => facts::cluster(context, &place.namespace, &looked.facts),
        None => facts::machine(&looked.facts),
    };
    let detected = facts::detected(&looked.detected());
    print_words(&format!("{place_facts}\n{detected}{}{}", head(&looked.spec), show::text(&looked.plan)))?;
    let ports = place.forgetful_ports(Place::no_helm());
    let mut problems =
        preflight::problems(&looked.plan, &looked.facts, &ports).await.map_err(|error| vec![*error.problem])?;
    problems.extend(lacking::anywhere(&looked.layers, &place.namespace, &ports).await);
    if problems.is_empty() { Ok(Exit::Done) } else { Err(problems) }
}

/// What a person should read before the plan: where the login leads, and warnings.
pub fn head(spec: &Spec) -> String {
    let own_form = |hub: &&Hub| matches!(hub.login.provider, Provider::Dummy { .. });
    let callback = spec.hub.as_ref().filter(|hub| !own_form(hub)).and_then(|hub| hub.login.callback.as_ref());
    let callback =
        callback.map(|url| format!("callback URL to register with the login provider: {url}\n")).unwrap_or_default();
    let warnings: String = warn::warnings(spec).iter().map(|problem| message::warning(problem) + "\n").collect();
    format!("{callback}{warnings}")
}

/// `hubwright render`
pub fn render(args: &cli::Render) -> Outcome {
    let (layers, spec) = answering::complete(&args.answering, &args.place)?;
    let plan = plan::build(&spec, &Facts::default());
    check_folder(&args.output)?;
    match trusting::allow_commands(&layers, args.yes)? {
        Answer::Yes => {}
        Answer::No => return Ok(Exit::Change),
        Answer::Interrupted => return Ok(Exit::Interrupted),
    }
    let written = write_all(&plan, &args.output).map_err(|problem| vec![problem])?;
    for path in left(&args.output, &written) {
        tell(&format!("warning: `{}` is of an earlier `render`, and no part of this one", path.display()));
    }
    print(&written.into_iter().map(|path| format!("{}\n", args.output.join(path).display())).collect::<String>())
}

/// Files of another origin are never written over.
fn check_folder(folder: &Path) -> Result<(), Vec<Problem>> {
    let Ok(mut entries) = std::fs::read_dir(folder) else { return Ok(()) };
    let ours = || folder.join(MARKER).is_file() && ["values", "config"].iter().any(|name| folder.join(name).is_dir());
    if entries.next().is_none() || ours() {
        return Ok(());
    }
    let problem = Problem::new(
        "folder-not-empty",
        format!("`{}` is not empty and was not written by `hubwright render`", folder.display()),
    );
    Err(vec![problem.hint("name another folder with `-o DIR`")])
}

/// Files of an earlier rendering that this one did not write: nobody should apply them by mistake.
fn left(folder: &Path, written: &[String]) -> Vec<PathBuf> {
    let below = |name: &str| std::fs::read_dir(folder.join(name)).into_iter().flatten().flatten();
    let files = ["manifests", "values", "config"].into_iter().flat_map(below).map(|entry| entry.path());
    let mut left: Vec<PathBuf> = files.filter(|path| !written.iter().any(|name| folder.join(name) == *path)).collect();
    left.sort();
    left
}

fn write_all(plan: &Plan, folder: &Path) -> Result<Vec<String>, Problem> {
    plan::render::files(plan)
        .into_iter()
        .map(|file| {
            let (text, mode) = match &file.body {
                Body::Text(text) => (text.clone(), 0o644),
                Body::Secret(secret) => (secret_manifest(plan, secret)?, 0o600),
            };
            write(&folder.join(&file.path), &text, mode).map(|()| file.path)
        })
        .collect()
}

fn secret_manifest(plan: &Plan, secret: &SecretObject) -> Result<String, Problem> {
    let values = secret.data.iter().map(|(key, source)| {
        let SecretSource::Reference(reference) = source else { return Ok((key.clone(), String::new())) };
        if let SecretRef::Kubernetes { .. } | SecretRef::Ask(_) = reference {
            return Err(not_here(secret, reference));
        }
        secrets::local(reference).map(|value| (key.clone(), value.expose_secret().to_owned()))
    });
    let values = values.collect::<Result<Vec<_>, _>>()?;
    let manifest = plan::render::secret_manifest(&plan.namespace, secret, &values);
    yaml::write(&manifest).map_err(|error| Problem::new("render", error.to_string()))
}

/// `render` asks neither a cluster nor a person.
fn not_here(secret: &SecretObject, reference: &SecretRef) -> Problem {
    let (code, why) = match reference {
        SecretRef::Ask(_) => (asked::NOT_SAID, "is typed when it is needed, and `render` asks nobody"),
        _ => ("secret-in-cluster", "is in the cluster, which `render` does not ask"),
    };
    Problem::new(code, format!("cannot write Secret `{}`: `{reference}` {why}", secret.name))
        .hint("for `render`, refer to the same secret with `env:NAME` or `file:/path`")
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), Problem> {
    let failed = |error: std::io::Error| {
        Problem::new("cannot-write", format!("cannot write `{}`: {error}", path.display()))
            .hint("name a folder that you may write to with `-o DIR`")
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    // A leftover with wider rights must not keep them.
    let _ = std::fs::remove_file(path);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}
