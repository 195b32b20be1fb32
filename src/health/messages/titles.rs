//! Sentences that take several words of a text. Must not know which text is meant.
use super::Said;

/// Who made an object that helm finds where it wants to put its own; helm names only what differs from what it expects.
pub(super) fn owner(said: &Said<'_>) -> String {
    match (said.owner("name"), said.owner("namespace")) {
        (Some(release), Some(namespace)) => format!("helm release `{release}` of namespace {namespace}"),
        (Some(release), None) => format!("helm release `{release}`"),
        (None, Some(namespace)) => format!("a helm release of the same name in namespace {namespace}"),
        (None, None) => "someone else".to_owned(),
    }
}

/// `exceeded quota: Q, requested: requests.cpu=4, used: requests.cpu=6, limited: requests.cpu=8`
pub(super) fn quota(said: &Said<'_>) -> String {
    let name = said.between("exceeded quota: ", ",").unwrap_or("?");
    let asked = said.between("requested: ", ", used");
    let used = said.between("used: ", ", limited");
    let limit = said.after("limited: ");
    match (asked, used, limit) {
        (Some(asked), Some(used), Some(limit)) => {
            format!("limit `{name}` of the namespace is reached: asked for {asked}, used {used}, allowed {limit}")
        }
        _ => format!("limit `{name}` of the namespace is reached"),
    }
}

/// `clusterroles.rbac… is forbidden: User "ada" cannot create resource "clusterroles" in API group "…" at the cluster scope`
pub(super) fn forbidden(said: &Said<'_>) -> String {
    let who = said.between("User \"", "\"").map(|user| format!(" (`{user}`)")).unwrap_or_default();
    let verb = said.between("cannot ", " resource").unwrap_or("do this with");
    let what = said.between("resource \"", "\"").unwrap_or("something");
    let whole = said.text.contains("at the cluster scope");
    let where_ = if whole {
        " for the whole cluster".to_owned()
    } else {
        said.between("in the namespace \"", "\"").map(|name| format!(" in namespace {name}")).unwrap_or_default()
    };
    format!("your account{who} may not {verb} {what}{where_}")
}
