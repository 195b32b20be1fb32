//! What is deployed, made comparable with what a plan says: the same order, only what the plan speaks of, and nothing that
//! could be a secret. What a plan says holds no secret, so whatever is deployed just so may be shown; anything else is hidden
//! where its name says that it is one. Must not know where it was read.
use serde_json::{Map, Value};

use crate::{answers::yaml, health::text};

/// Stands for what is not shown.
const HIDDEN: &str = "***";

/// Parts of names whose values are not shown, in lower case.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "apikey",
    "api_key",
    "api-key",
    "accesskey",
    "private",
    "cookie",
    "dockerconfig",
    "dsn",
];

/// Names under which only names of other things stand, whatever these are called.
const REFERENCES: &[&str] = &[
    "secretKeyRef",
    "secretRef",
    "configMapKeyRef",
    "imagePullSecrets",
    "existingSecret",
    "secretName",
    "tolerations",
    "nodeSelector",
    "matchLabels",
    "matchExpressions",
    "topologyKey",
    "labels",
];

/// Values of a release as YAML, in the order of ours.
pub fn values(found: &Value, ours: &Value) -> String {
    document(&like(found, Some(ours), Shown::Open, true))
}

/// An object of a cluster as YAML, reduced to what ours says.
pub fn object(found: &Value, ours: &Value) -> String {
    document(&like(found, Some(ours), Shown::Open, false))
}

/// A text file; of lines that ours does not have, nothing that looks like a secret.
pub fn file(found: &str, ours: &str) -> String {
    text::visible(&redacted(found, ours))
}

fn document(value: &Value) -> String {
    // A tree of texts, numbers and lists can always be written.
    text::visible(&yaml::write(value).unwrap_or_default())
}

/// How a value may be shown, by the names above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Open,
    /// Names of other things.
    Reference,
    Hidden,
}

impl Shown {
    fn below(self, key: &str, siblings: &Map<String, Value>) -> Self {
        // `{name: DB_PASSWORD, value: …}`, as containers have their variables.
        let name = siblings.get("name").and_then(Value::as_str).filter(|_| key == "value");
        match self {
            _ if REFERENCES.contains(&key) => Self::Reference,
            Self::Open if is_secret(key) || name.is_some_and(is_secret) => Self::Hidden,
            shown => shown,
        }
    }
}

fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SECRET.iter().any(|part| key.contains(part)) || ["auth", "auths"].contains(&key.as_str()) || ends_in_key(&key)
}

fn ends_in_key(name: &str) -> bool {
    name.ends_with("key") || name.ends_with("keys")
}

/// What was found in the order of ours, hidden where it must be. `others`: with what ours does not speak of.
fn like(found: &Value, ours: Option<&Value>, shown: Shown, others: bool) -> Value {
    match (found, ours) {
        (found, Some(ours)) if same(found, ours) => ours.clone(),
        (Value::Object(found), ours) => section(found, ours.and_then(Value::as_object), shown, others),
        (Value::Array(found), ours) => list(found, ours.and_then(Value::as_array), shown, others),
        (Value::String(_) | Value::Number(_), _) if shown == Shown::Hidden => HIDDEN.into(),
        (Value::String(text), ours) => redacted(text, ours.and_then(Value::as_str).unwrap_or_default()).into(),
        (other, _) => other.clone(),
    }
}

fn section(found: &Map<String, Value>, ours: Option<&Map<String, Value>>, shown: Shown, others: bool) -> Value {
    let none = Map::new();
    let ours = ours.unwrap_or(&none);
    let child =
        |(key, value): (&String, &Value)| (key.clone(), like(value, ours.get(key), shown.below(key, found), others));
    let ordered = ours.iter().filter_map(|(key, own)| match found.get(key) {
        Some(value) => Some(child((key, value))),
        // helm does not keep every null.
        None => own.is_null().then(|| (key.clone(), Value::Null)),
    });
    let rest = found.iter().filter(|(key, _)| others && !ours.contains_key(*key)).map(child);
    Value::Object(ordered.chain(rest).collect())
}

fn list(found: &[Value], ours: Option<&Vec<Value>>, shown: Shown, others: bool) -> Value {
    let ours = ours.map(Vec::as_slice).unwrap_or_default();
    let item = |(index, value): (usize, &Value)| {
        let own = ours.iter().find(|own| same(value, own)).or_else(|| ours.get(index));
        // A row that ours does not have at all is seen whole.
        like(value, own, shown, others || own.is_none())
    };
    found.iter().enumerate().map(item).collect()
}

/// Whether two values mean the same to helm: order of keys, nulls and ways to write a number do not matter.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let within = |a: &Map<String, Value>, b: &Map<String, Value>| {
                a.iter().all(|(key, value)| same(value, b.get(key).unwrap_or(&Value::Null)))
            };
            within(one, other) && within(other, one)
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (one, other) => one == other,
    }
}

fn redacted(found: &str, ours: &str) -> String {
    let known: std::collections::BTreeSet<&str> = ours.lines().collect();
    let line = |line: &str| if known.contains(line) { line.to_owned() } else { text::redact(line) };
    let lines: Vec<String> = found.lines().map(line).collect();
    let end = if found.ends_with('\n') { "\n" } else { "" };
    lines.join("\n") + end
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::diff::Diff;

    fn ours(value: &Value) -> String {
        values(value, value)
    }

    #[test]
    fn order_nulls_and_ways_to_write_a_number_are_no_difference() {
        let plan = json!({"hub": {"db": {"type": "sqlite-pvc"}, "cpu": null, "n": 4}, "list": [{"b": 1, "a": "x"}]});
        let found = json!({"list": [{"a": "x", "b": 1.0}], "hub": {"n": 4.0, "db": {"type": "sqlite-pvc"}}});
        assert!(Diff::between(&values(&found, &plan), &ours(&plan)).is_empty(), "{}", values(&found, &plan));
    }

    #[test]
    fn a_changed_value_is_one_line_and_what_is_there_beside_it_is_seen() {
        let plan = json!({"hub": {"replicas": 1, "db": {"type": "sqlite-pvc"}}});
        let found = json!({"extra": {"by": "hand"}, "hub": {"db": {"type": "sqlite-memory"}, "replicas": 1}});
        let diff = Diff::between(&values(&found, &plan), &ours(&plan));
        assert_eq!(diff.changed, 3, "{diff:?}");
        let text = format!("{diff:?}");
        assert!(text.contains("sqlite-memory") && text.contains("by: hand"), "{text}");
    }

    #[test]
    fn what_a_foreign_release_holds_of_secrets_is_hidden() {
        let found = json!({
            "proxy": {"secretToken": "s3cr3t-1"},
            "hub": {
                "config": {"GitHubOAuthenticator": {"client_secret": "s3cr3t-2", "client_id": "open"}},
                "cookieSecret": "s3cr3t-3",
                "services": {"dask": {"apiToken": "s3cr3t-4"}},
                "extraEnv": [{"name": "DB_PASSWORD", "value": "s3cr3t-5"}, {"name": "MODE", "value": "shown"}],
                "extraConfig": {"a": "c.X.password = 's3cr3t-6'\nc.Y = 1\n"},
                "db": {"url": "postgres://hub:s3cr3t-7@db/hub"},
            },
            "auth": {"jupyterhub": {"pin": 73_317_331}},
            "pulls": {"auths": {"r": {"b": ["s3cr3t-8"]}}},
        });
        let text = values(&found, &json!({}));
        assert!(!text.contains("s3cr3t") && !text.contains("73317331"), "{text}");
        for open in ["client_id: open", "value: shown", "c.Y = 1", "@db/hub"] {
            assert!(text.contains(open), "{open} in {text}");
        }
    }

    #[test]
    fn references_to_secrets_are_no_secrets() {
        let reference = json!({"password": {"valueFrom": {"secretKeyRef": {"name": "hub", "key": "admin-password"}}},
            "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}], "imagePullSecrets": [{"name": "mine"}]});
        let text = values(&reference, &json!({}));
        assert!(!text.contains(HIDDEN), "{text}");
    }

    #[test]
    fn a_secret_that_was_replaced_by_a_reference_is_still_seen_to_change() {
        let plan = json!({"proxy": {"secretToken": {"fromSecret": "hub"}}});
        let text = values(&json!({"proxy": {"secretToken": "s3cret"}}), &plan);
        assert!(!Diff::between(&text, &ours(&plan)).is_empty() && !text.contains("s3cret"), "{text}");
    }

    #[test]
    fn an_object_is_reduced_to_what_we_say() {
        let plan = json!({"kind": "Namespace", "metadata": {"name": "hub", "labels": {"ours": "1"}}});
        let found = json!({"kind": "Namespace", "status": {"phase": "Active"},
            "metadata": {"uid": "7", "labels": {"ours": "2", "theirs": "1"}, "name": "hub"}});
        assert_eq!(object(&found, &plan), object(&plan, &plan).replace('1', "2"));
    }

    #[test]
    fn a_file_keeps_its_lines_and_loses_what_drives_a_terminal() {
        let plan = "token = os.environ['TOKEN']\nport = 1\n";
        assert_eq!(file(plan, plan), plan);
        let found = file("token = os.environ['TOKEN']\nport = 2\npassword = 'hunter2'\n\u{1b}[31mred\n", plan);
        assert!(found.starts_with("token = os.environ['TOKEN']\nport = 2\n") && found.contains("\nred"), "{found}");
        assert!(!found.contains("hunter2") && !found.contains('\u{1b}'), "{found}");
    }
}
