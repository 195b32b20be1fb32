//! Who may log in with a provider's account, and how others are let in. The trial login says it with its password.
use crate::answers::{
    shell::quoted,
    spec::{Allow, Login, Provider},
};

/// Names that are listed; of more, their number.
const LISTED: usize = 4;

/// The lines.
pub fn people(login: &Login, namespace: &str) -> Vec<String> {
    let Some(provider) = provider(&login.provider) else { return Vec::new() };
    let administrators = match login.admins.as_slice() {
        [] => String::new(),
        [one] => format!("; {one} is administrator"),
        several => format!("; administrators: {}", listed(several, "and")),
    };
    let who = match &login.allow {
        Allow::All => "as anybody it knows".to_owned(),
        Allow::Users(names) => format!("as {}", listed(names, "or")),
        Allow::Groups(names) | Allow::Organizations(names) => format!("as a member of {}", listed(names, "or")),
    };
    let said = format!("log in: with {provider}, {who}{administrators}");
    [said].into_iter().chain(others(&login.allow, provider, namespace)).collect()
}

const fn provider(provider: &Provider) -> Option<&'static str> {
    match provider {
        Provider::AzureAd { .. } => Some("Microsoft Entra ID"),
        Provider::GitHub { .. } => Some("GitHub"),
        Provider::Moodle { .. } => Some("Moodle"),
        Provider::Dummy { .. } => None,
    }
}

/// The hub asks the provider who is a member of what; names of users stand in the answers.
fn others(allow: &Allow, provider: &str, namespace: &str) -> Option<String> {
    match allow {
        Allow::All => None,
        Allow::Users(names) => {
            let said = quoted(&format!("login.users={},NAME", names.join(",")));
            Some(format!("let others in: `hubwright upgrade -n {} --set {said}`", quoted(namespace)))
        }
        Allow::Groups(names) | Allow::Organizations(names) => {
            Some(format!("let others in: add them to {} at {provider}", listed(names, "or")))
        }
    }
}

fn listed(names: &[String], word: &str) -> String {
    match names {
        [] => "nobody".to_owned(),
        names if names.len() > LISTED => format!("one of {} names", names.len()),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}
