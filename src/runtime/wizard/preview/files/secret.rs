//! A Secret as a person may see it: its keys and where each value comes from. Must never show a value.
use std::collections::BTreeSet;

use serde_json::Value;

use crate::plan::graph::{SecretKind, SecretObject, SecretSource};

/// Keys of a Secret; its values are let go.
pub fn keys(secret: &Value) -> BTreeSet<String> {
    let data = secret.get("data").and_then(Value::as_object);
    data.into_iter().flat_map(|data| data.keys().cloned()).collect()
}

/// A Secret for a person: where each value comes from. `there`: keys that the one in the cluster has.
pub fn text(secret: &SecretObject, there: Option<&BTreeSet<String>>) -> String {
    let mut lines = vec![format!("# Secret {}: no value stands in any file", secret.name)];
    if let SecretKind::DockerConfig { server, username } = &secret.kind {
        lines.push(format!("# to log in at {server} as {username}"));
    }
    let opaque = secret.kind == SecretKind::Opaque;
    let known = |key: &String| there.is_none_or(|there| !opaque || there.contains(key));
    let said = secret.data.iter().filter(|(key, _)| known(key));
    lines.extend(said.map(|(key, source)| match source {
        SecretSource::Reference(reference) => format!("{key}: from {reference}"),
        SecretSource::Generated | SecretSource::Password => format!("{key}: made up once, and kept"),
    }));
    let others = there.into_iter().flatten().filter(|key| opaque && !secret.data.contains_key(*key));
    lines.extend(others.map(|key| format!("{key}: is there")));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_told_by_where_it_comes_from_and_compared_by_its_keys() {
        let data =
            [("token", SecretSource::Generated), ("password", SecretSource::Reference("env:PW".parse().unwrap()))];
        let data = data.map(|(key, source)| (key.to_owned(), source)).into();
        let secret = SecretObject { name: "hub".to_owned(), kind: SecretKind::Opaque, data };
        let ours = text(&secret, None);
        assert!(ours.contains("password: from env:PW"), "{ours}");
        let found = json!({"data": {"token": "czNjcmV0", "password": "czNjcmV0"}});
        assert_eq!(text(&secret, Some(&keys(&found))), ours);
        let other = text(&secret, Some(&keys(&json!({"data": {"token": "czNjcmV0", "old": "czNjcmV0"}}))));
        assert!(!other.contains("password:") && other.contains("old: is there") && !other.contains("czNj"), "{other}");
    }
}
