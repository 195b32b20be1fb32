//! From a kubeconfig to a client. Credential plugins may talk to the person once, before anything is drawn.
use std::time::Duration;

use kube::{
    Client, Config,
    config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig},
};

use super::{client, errors};
use crate::{
    health::text,
    problem::{NO_CLUSTER, Problem},
};

/// How long a person may take to log in.
const PERSON: Duration = Duration::from_secs(300);
/// How long a credential plugin may take that asks nobody.
const PLUGIN: Duration = Duration::from_secs(60);
/// Code of a credential plugin that does not end.
pub const SLOW_LOGIN: &str = "login-too-slow";
/// How many contexts are listed in a message.
const LISTED: usize = 8;

/// A client and where it leads.
#[derive(Clone)]
pub struct Connection {
    /// The client.
    pub client: Client,
    /// Name of the context.
    pub context: String,
}

/// Names of all contexts, and the current one.
pub fn contexts() -> Result<(Vec<String>, Option<String>), Problem> {
    let kubeconfig = read()?;
    let names = kubeconfig.contexts.iter().map(|context| context.name.clone()).collect();
    Ok((names, kubeconfig.current_context.filter(|name| !name.is_empty())))
}

/// Whether the person logging in would help.
pub fn wants_login(problem: &Problem) -> bool {
    [SLOW_LOGIN, errors::NOT_LOGGED_IN].contains(&problem.code.as_str())
}

/// Whether a program logs in to a context (`None`: the current one), which may want to ask the person.
pub fn has_plugin(context: Option<&str>) -> bool {
    let Ok(kubeconfig) = read() else { return false };
    let Ok(name) = choose(&kubeconfig, context) else { return false };
    let user = kubeconfig.contexts.iter().find(|known| known.name == name);
    let user = user.and_then(|known| known.context.as_ref()?.user.clone());
    let logs_in = kubeconfig.auth_infos.iter().filter(|known| Some(&known.name) == user.as_ref());
    logs_in.filter_map(|known| known.auth_info.as_ref()).any(|known| known.exec.is_some())
}

/// Connects to a context (`None`: the current one). `interactive`: credential plugins may ask the person now, once.
/// Later they are kept from the terminal: what they write would spoil what is drawn there.
pub async fn connect(context: Option<&str>, interactive: bool) -> Result<Connection, Problem> {
    let kubeconfig = read()?;
    let name = choose(&kubeconfig, context)?;
    let mut quiet = kubeconfig.clone();
    let plugins = quiet.auth_infos.iter_mut().filter_map(|auth| auth.auth_info.as_mut()?.exec.as_mut());
    let silenced = plugins.map(|exec| exec.interactive_mode = Some(ExecInteractiveMode::Never)).count();
    let asked = if interactive && silenced > 0 { Some(log_in(kubeconfig, &name, PERSON).await?) } else { None };
    // Where a plugin keeps nothing of what the person told it, the first answer has to do.
    let client = log_in(quiet, &name, PLUGIN).await.or_else(|problem| asked.ok_or(problem))?;
    Ok(Connection { client, context: name })
}

/// Credential plugins run here, and kube waits for them without giving way: on a thread of their own, with a limit.
async fn log_in(kubeconfig: Kubeconfig, context: &str, limit: Duration) -> Result<Client, Problem> {
    let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|error| broken(&error))?;
    let built = tokio::time::timeout(limit, tokio::task::spawn_blocking(move || client::build(config))).await;
    match built {
        Ok(Ok(Ok(client))) => Ok(client),
        Ok(Ok(Err(error))) => Err(*errors::explain("connect to the cluster", &error).problem),
        Ok(Err(_)) | Err(_) => {
            let problem = Problem::new(
                SLOW_LOGIN,
                format!("the kubeconfig's credential plugin did not end within {} s", limit.as_secs()),
            );
            Err(problem.hint("run `kubectl get nodes` once: it logs you in; then try again"))
        }
    }
}

fn read() -> Result<Kubeconfig, Problem> {
    let kubeconfig = Kubeconfig::read().map_err(|error| broken(&error))?;
    if kubeconfig.contexts.is_empty() {
        return Err(Problem::new(NO_CLUSTER, "the kubeconfig names no cluster").hint(HOW));
    }
    Ok(kubeconfig)
}

const HOW: &str = "set `KUBECONFIG` to the file that your cluster's provider gave you, or put it at `~/.kube/config`; `kubectl get nodes` must work";

fn broken(error: &kube::config::KubeconfigError) -> Problem {
    use kube::config::KubeconfigError as Broken;
    match error {
        Broken::ReadConfig(error, path) if error.kind() == std::io::ErrorKind::NotFound => {
            let title = format!("no cluster is configured: there is no kubeconfig at `{}`", path.display());
            Problem::new(NO_CLUSTER, title).hint(HOW)
        }
        Broken::ReadConfig(error, path) => {
            let title = format!("the kubeconfig `{}` cannot be read: {error}", path.display());
            Problem::new("kubeconfig-broken", title).hint(HOW)
        }
        Broken::FindPath => Problem::new(NO_CLUSTER, "no cluster is configured: there is no kubeconfig").hint(HOW),
        // The parser shows lines of the file, and a kubeconfig holds tokens: its words are not repeated.
        Broken::Parse(_) => Problem::new("kubeconfig-broken", "the kubeconfig is not valid YAML").hint(HOW),
        other => Problem::new(
            "kubeconfig-broken",
            format!("the kubeconfig cannot be used: {}", text::line(&other.to_string())),
        )
        .hint(HOW),
    }
}

fn choose(kubeconfig: &Kubeconfig, wanted: Option<&str>) -> Result<String, Problem> {
    let names: Vec<&str> = kubeconfig.contexts.iter().map(|context| context.name.as_str()).collect();
    let current = kubeconfig.current_context.as_deref().filter(|name| !name.is_empty());
    let Some(name) = wanted.or(current) else {
        let problem = Problem::new("no-context", "the kubeconfig has no current context");
        return Err(problem.hint(format!("choose one with `--context`: {}", nearest(&names, ""))));
    };
    if names.contains(&name) {
        return Ok(name.to_owned());
    }
    let title = format!("the kubeconfig has no context `{}`", text::line(name));
    let problem = Problem::new("no-such-context", title).at("target.context");
    Err(problem.hint(format!("it has {}", nearest(&names, name))))
}

/// Names, the most alike first; not all where there are many.
fn nearest(names: &[&str], wanted: &str) -> String {
    let mut sorted = names.to_vec();
    sorted.sort_by(|a, b| strsim::jaro_winkler(b, wanted).total_cmp(&strsim::jaro_winkler(a, wanted)));
    let listed: Vec<String> = sorted.iter().take(LISTED).map(|name| format!("`{}`", text::line(name))).collect();
    let more = sorted.len().saturating_sub(LISTED);
    if more == 0 { listed.join(", ") } else { format!("{} and {more} more", listed.join(", ")) }
}
