//! What a person does next with a hub on this machine.
use crate::{
    answers::spec::{Hub, Provider},
    plan::components::{GENERATED, secrets},
};

/// Where the hub is, and how to log in.
pub fn hub(hub: &Hub) -> Vec<String> {
    let open = hub.access.url().map(|url| format!("open the hub: {url}"));
    open.into_iter().chain(log_in(hub)).collect()
}

/// Commands for later.
pub fn next(namespace: &str) -> Vec<String> {
    let command = |what: &str, verb: &str| format!("{what}: `hubwright {verb} -n {namespace}`");
    vec![
        [command("look", "status"), command("end", "stop"), command("begin again", "start")].join("   "),
        [command("check again", "verify"), command("change", "upgrade"), command("remove", "uninstall")].join("   "),
    ]
}

fn log_in(hub: &Hub) -> Option<String> {
    let Provider::Dummy { password } = &hub.login.provider else { return None };
    let place = if secrets::is_generated(password) {
        format!("was made up: `cat {{folder}}/secrets/{GENERATED}/{}`", secrets::DUMMY_PASSWORD)
    } else {
        format!("is the one of `{password}`")
    };
    Some(format!("log in: any name; the password {place}"))
}
