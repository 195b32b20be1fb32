//! helm's complaints in a person's words: which of helm's lines says why, and what kind of failure that is. The words
//! themselves are `health::messages`'. Must not look at anything but the text.
use crate::{
    health::{messages, text},
    problem::Problem,
    run::ports::{FailureKind, PortError},
};

/// Characters of a complaint that are looked at.
const LONGEST: usize = 20_000;

/// Why helm failed, from what it wrote.
pub fn explain(release: &str, err: &str, out: &str) -> PortError {
    let Some(words) = complaint(err).or_else(|| cancelled(out)) else { return silent(release) };
    let problem = own(&words).or_else(|| messages::from_message(&words)).unwrap_or_else(|| unknown(release));
    let kind = kind(&problem.code);
    PortError::new(kind, Problem { detail: Some(words), ..problem })
}

/// What only helm says.
fn own(words: &str) -> Option<Problem> {
    let lower = words.to_lowercase();
    let says = |known: &[&str]| known.iter().any(|known| lower.contains(known));
    if says(&["release: not found", "release not loaded"]) {
        return Some(Problem::new("release-missing", "there is no such helm release"));
    }
    if says(&["has been cancelled", "context canceled"]) {
        return Some(Problem::new("helm-stopped", "helm was stopped").hint("`hubwright resume` goes on").retry());
    }
    // With a cause before it the message is about that: a hook, a webhook, the cluster.
    if says(&["timed out waiting", "context deadline exceeded"]) && messages::from_message(words).is_none() {
        let problem = Problem::new("helm-timeout", "what helm waits for took too long");
        return Some(problem.hint("the findings about its pods say why; `hubwright resume` tries again").retry());
    }
    None
}

fn kind(code: &str) -> FailureKind {
    match code {
        "release-missing" => FailureKind::NotFound,
        "forbidden" => FailureKind::Forbidden,
        "not-logged-in" => FailureKind::Unauthorized,
        "release-pending" | "name-in-use" | "not-ours" | "apply-conflict" | "namespace-terminating" => {
            FailureKind::Conflict
        }
        "api-unreachable" | "chart-unreachable" | "webhook-not-ready" | "certificate-time" | "certificate-unknown" => {
            FailureKind::Unreachable
        }
        "hook-failed" | "helm-stopped" | "helm-timeout" | "helm-failed" => FailureKind::Other,
        _ => FailureKind::Refused,
    }
}

fn unknown(release: &str) -> Problem {
    Problem::new("helm-failed", format!("helm failed with `{release}`")).hint("`hubwright resume` tries again")
}

/// helm was killed, or nobody knows how it ended.
fn silent(release: &str) -> PortError {
    let problem = Problem::new("helm-ended", format!("helm ended without a word about `{release}`"));
    let hint =
        "it may have been killed, by lack of memory for example; `hubwright resume` looks at what it left and goes on";
    PortError::new(FailureKind::Other, problem.hint(hint).retry())
}

/// helm's last `Error:` and what follows it, cleaned. Version 4 writes log lines around it.
fn complaint(err: &str) -> Option<String> {
    let log = |line: &&str| line.starts_with("level=") || line.starts_with("time=");
    let lines: Vec<&str> = err.lines().filter(|line| !log(line)).collect();
    let start = lines.iter().rposition(|line| line.starts_with("Error:"))?;
    let words = text::clean(&text::cut(&lines.get(start..)?.join("\n"), LONGEST));
    let prefixes = ["Error:", "UPGRADE FAILED:", "INSTALLATION FAILED:"];
    let words = prefixes.iter().fold(words.trim(), |words, prefix| words.strip_prefix(prefix).unwrap_or(words).trim());
    (!words.is_empty()).then(|| words.to_owned())
}

/// On SIGINT and SIGTERM helm says so on standard output.
fn cancelled(out: &str) -> Option<String> {
    out.lines().rfind(|line| line.contains("has been cancelled")).map(text::line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_has_a_code_and_a_kind_to_decide_on() {
        for (err, code, kind) in [
            (
                "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
                "release-pending",
                FailureKind::Conflict,
            ),
            ("Error: uninstall: Release not loaded: hub: release: not found", "release-missing", FailureKind::NotFound),
            (
                "Error: looks like \"http://x\" is not a valid chart repository or cannot be reached: dial tcp: no such host",
                "chart-unreachable",
                FailureKind::Unreachable,
            ),
            (
                "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nhub:\n- x",
                "chart-values",
                FailureKind::Refused,
            ),
            (
                "Error: Kubernetes cluster unreachable: Get \"https://x\": getting credentials: exec: exit code 255",
                "not-logged-in",
                FailureKind::Unauthorized,
            ),
            (
                "Error: Kubernetes cluster unreachable: Get \"http://localhost:8080/version\": connection refused",
                "api-unreachable",
                FailureKind::Unreachable,
            ),
            (
                "Error: UPGRADE FAILED: deployments.apps \"x\" is forbidden: User \"ada\" cannot patch resource",
                "forbidden",
                FailureKind::Forbidden,
            ),
            (
                "Error: UPGRADE FAILED: pre-upgrade hooks failed: 1 error occurred: timed out waiting for the condition",
                "hook-failed",
                FailureKind::Other,
            ),
            ("Error: UPGRADE FAILED: timed out waiting for the condition", "helm-timeout", FailureKind::Other),
            ("Error: something new", "helm-failed", FailureKind::Other),
            ("level=INFO msg=x\nKilled", "helm-ended", FailureKind::Other),
        ] {
            let error = explain("hub", err, "");
            assert_eq!((error.problem.code.as_str(), error.kind), (code, kind), "{err}");
        }
    }

    #[test]
    fn log_lines_and_escapes_are_left_out_of_what_is_shown() {
        let err = "level=WARN msg=\"upgrade failed\"\nError: UPGRADE FAILED: \u{1b}[31mtoken=abcdefgh12\u{1b}[0m bad\nlevel=DEBUG msg=x";
        let detail = explain("hub", err, "").problem.detail.unwrap();
        assert!(detail.ends_with(" bad") && !detail.contains("abcdefgh12") && !detail.contains('\u{1b}'), "{detail}");
    }

    #[test]
    fn a_stopped_helm_says_so_on_standard_output() {
        assert_eq!(explain("hub", "", "Release hub has been cancelled.\n").problem.code, "helm-stopped");
    }
}
