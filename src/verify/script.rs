//! Python that runs inside the cluster: parameters in front, and the facts it prints, one JSON line each behind a mark.
//! Must not know what the scripts do.
use serde_json::Value;

/// Stands before every line of facts.
const MARK: &str = "HUBWRIGHT ";

/// Parts of Python under each other, with `GIVEN` in front. JSON in a string literal, twice encoded: valid Python whatever it holds.
pub fn compose(given: &Value, parts: &[&str]) -> String {
    let literal = Value::String(given.to_string()).to_string();
    format!("import json\nGIVEN = json.loads({literal})\n{}", parts.join("\n"))
}

/// The facts in a script's output, in order. Other lines are left out.
pub fn facts(output: &str) -> Vec<Value> {
    let marked = output.lines().filter_map(|line| line.split_once(MARK).map(|(_, json)| json));
    marked.filter_map(|json| serde_json::from_str(json.trim()).ok()).collect()
}

/// Facts of one kind.
pub fn of_kind<'a>(facts: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    facts.iter().filter(move |fact| fact.get("kind").and_then(Value::as_str) == Some(kind))
}

/// A text in a fact or an object; empty if it is not there. Not cleaned.
pub fn said<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn facts_are_found_among_other_output() {
        let output = "2026-11-21 INFO worker\nHUBWRIGHT {\"kind\": \"cpu\", \"ok\": true}\r\nHUBWRIGHT {torn\n(pid=1) HUBWRIGHT {\"kind\": \"end\"}";
        let facts = facts(output);
        assert_eq!(facts, [json!({"kind": "cpu", "ok": true}), json!({"kind": "end"})]);
        assert_eq!(of_kind(&facts, "cpu").count(), 1);
    }

    #[test]
    fn parameters_survive_quotes_and_new_lines() {
        let script = compose(&json!({"address": "a\"'\\\n\u{1f600}"}), &["print(GIVEN)"]);
        assert_eq!(
            script,
            "import json\nGIVEN = json.loads(\"{\\\"address\\\":\\\"a\\\\\\\"'\\\\\\\\\\\\n\u{1f600}\\\"}\")\nprint(GIVEN)"
        );
    }
}
