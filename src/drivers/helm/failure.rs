//! helm's complaints in a person's words. One row per cause: what helm says, and what that means.
//! Must not look at anything but the words.
use crate::{
    health::text,
    problem::Problem,
    run::ports::{FailureKind, PortError},
};

/// One cause.
#[derive(Clone, Copy)]
struct Cause {
    /// helm says one of these, in small letters.
    says: &'static [&'static str],
    /// Code of the problem.
    code: &'static str,
    /// For decisions.
    kind: FailureKind,
    /// Completes "helm could not … `RELEASE`:".
    title: &'static str,
    /// What to do next.
    hint: &'static str,
    /// Whether trying again may help.
    retry: bool,
}

const fn cause(
    code: &'static str,
    kind: FailureKind,
    says: &'static [&'static str],
    title: &'static str,
    hint: &'static str,
) -> Cause {
    Cause { says, code, kind, title, hint, retry: false }
}

const fn again(cause: Cause) -> Cause {
    Cause { retry: true, ..cause }
}

use FailureKind::{Conflict, Forbidden, NotFound, Other, Refused, Unauthorized, Unreachable};

/// From the most telling words to the most common ones: the first row that fits counts.
const CAUSES: &[Cause] = &[
    again(cause(
        "release-pending",
        Conflict,
        &["another operation (install/upgrade/rollback) is in progress"],
        "an earlier install or upgrade of it was cut off, or still runs elsewhere",
        "if nobody else works on it, `hubwright resume` frees it",
    )),
    cause("release-missing", NotFound, &["release: not found", "release not loaded"], "there is no such release", ""),
    cause(
        "helm-stopped",
        Other,
        &["has been cancelled", "context canceled"],
        "it was stopped",
        "`hubwright resume` goes on",
    ),
    cause(
        "chart-missing",
        NotFound,
        &[
            "not found in http",
            "chart not found",
            "no chart version found",
            "no chart name found",
            "path \"",
            "improper constraint",
            ": not found",
        ],
        "there is no such chart or version in its repository",
        "check the repository and version; `helm show chart CHART --repo URL --version V` must find it",
    ),
    again(cause(
        "repository-unreachable",
        Unreachable,
        &[
            "is not a valid chart repository or cannot be reached",
            "failed to fetch",
            "failed to download",
            "could not download",
            "failed to do request",
            "failed to perform",
        ],
        "the chart's repository cannot be reached",
        "check network and proxy; without internet access name a folder with the charts as the repository",
    )),
    cause(
        "values-refused",
        Refused,
        &["values don't meet the specifications of the schema", "don't meet the schema"],
        "the chart refuses these values",
        "the answer that leads to the named value must change, or the value in the overrides",
    ),
    again(cause(
        "not-logged-in",
        Unauthorized,
        &["getting credentials", "unauthorized", "you must be logged in", "provide credentials"],
        "the cluster does not know you, or your login ran out",
        "log in again as your provider tells; `kubectl get nodes` must work",
    )),
    cause(
        "unknown-issuer",
        Unreachable,
        &["certificate signed by unknown authority", "x509: certificate is valid for"],
        "a certificate is signed by nobody that is trusted here",
        "a proxy that opens TLS must be trusted on this machine; the kubeconfig must hold the cluster's own authority",
    ),
    cause(
        "certificate-time",
        Unreachable,
        &["certificate has expired or is not yet valid"],
        "a certificate is not valid at this machine's time",
        "check the clock of this machine with `date`",
    ),
    again(cause(
        "namespace-terminating",
        Conflict,
        &["is being terminated"],
        "the namespace is still being removed",
        "wait until it is gone, then `hubwright resume`",
    )),
    cause(
        "quota-exceeded",
        Refused,
        &["exceeded quota", "failed quota"],
        "a quota of the namespace is used up or demands figures",
        "ask for less, or ask an administrator to raise the quota",
    ),
    cause(
        "pod-security",
        Refused,
        &["violates podsecurity"],
        "the namespace's safety mode does not allow what the chart needs",
        "see the label `pod-security.kubernetes.io/enforce` of the namespace",
    ),
    cause(
        "admission-denied",
        Refused,
        &["denied the request"],
        "a policy of the cluster refuses it",
        "ask whoever runs the policy that is named above",
    ),
    again(cause(
        "webhook-not-ready",
        Unreachable,
        &["failed calling webhook", "conversion webhook"],
        "a checker inside the cluster does not answer yet",
        "it may still be starting; if it stays so, look at the pods of the named webhook",
    )),
    again(cause(
        "kind-missing",
        Refused,
        &["no matches for kind", "resource mapping not found", "ensure crds are installed first"],
        "an add-on that defines one of its kinds is not installed",
        "the add-on of the named kind must be installed first",
    )),
    cause(
        "release-too-big",
        Refused,
        &["must have at most 1048576", "request entity too large", "too long: must have at most", "413"],
        "its record is too large for the cluster",
        "large files do not belong into values; CRDs belong into the chart's `crds` folder",
    ),
    cause(
        "immutable-field",
        Refused,
        &[
            "field is immutable",
            "updates to statefulset spec for fields other than",
            "spec is immutable after creation",
        ],
        "something that is there already cannot be changed in place",
        "delete the named object (its volume stays) and `hubwright resume`",
    ),
    cause(
        "owned-by-another",
        Conflict,
        &["invalid ownership metadata", "cannot re-use a name"],
        "an object of that name is there already, made by someone else",
        "remove the named object, or install into another namespace",
    ),
    cause(
        "field-conflict",
        Conflict,
        &["conflict with \"", "conflicts with \""],
        "someone changed a field by hand that the chart sets",
        "undo that change, or put it into the answers",
    ),
    cause(
        "forbidden",
        Forbidden,
        &["is forbidden", "forbidden:"],
        "your account is not allowed to",
        "ask an administrator of the cluster for the right that is named above",
    ),
    again(cause(
        "hook-failed",
        Other,
        &["hooks failed", "hook failed", "pre-install", "post-install", "pre-upgrade", "post-upgrade"],
        "a preparation step of the chart failed or took too long",
        "the findings about its job and pods say why",
    )),
    again(cause(
        "api-server-gone",
        Unreachable,
        &[
            "cluster unreachable",
            "connection refused",
            "i/o timeout",
            "no such host",
            "connection reset",
            "etcdserver",
            "tls handshake timeout",
            "eof",
        ],
        "the cluster cannot be reached",
        "check the network, VPN and proxy; `kubectl get nodes` must work",
    )),
    again(cause(
        "helm-timeout",
        Other,
        &["timed out waiting", "context deadline exceeded"],
        "it took too long",
        "the findings about its pods say why; `hubwright resume` tries again",
    )),
];

/// Why helm failed, from what it wrote.
pub fn explain(release: &str, err: &str, out: &str) -> PortError {
    let words = complaint(err).or_else(|| cancelled(out));
    let Some(words) = words else { return unknown(release) };
    let lower = words.to_lowercase();
    let cause = CAUSES.iter().find(|cause| cause.says.iter().any(|says| lower.contains(says)));
    let title = format!("helm failed with `{release}`");
    let Some(cause) = cause else {
        let problem = Problem::new("helm-failed", title).detail(words);
        return PortError::new(Other, problem.hint("`hubwright resume` tries again"));
    };
    let mut problem = Problem::new(cause.code, format!("{title}: {}", cause.title)).detail(words);
    if !cause.hint.is_empty() {
        problem = problem.hint(cause.hint);
    }
    PortError::new(cause.kind, if cause.retry { problem.retry() } else { problem })
}

/// helm's last `Error:` and what follows it, as one clean line. Version 4 writes log lines around it.
fn complaint(err: &str) -> Option<String> {
    let lines: Vec<&str> =
        err.lines().filter(|line| !line.starts_with("level=") && !line.starts_with("time=")).collect();
    let start = lines.iter().rposition(|line| line.starts_with("Error:"))?;
    let words = lines.get(start..)?.join("\n");
    let words = text::line(words.trim_start_matches("Error:"));
    let known = ["UPGRADE FAILED:", "INSTALLATION FAILED:", "uninstallation completed with 1 error(s):"];
    let words = known.iter().fold(words.trim(), |words, prefix| words.strip_prefix(prefix).unwrap_or(words).trim());
    (!words.is_empty()).then(|| words.to_owned())
}

/// On SIGINT and SIGTERM helm says so on standard output.
fn cancelled(out: &str) -> Option<String> {
    out.lines().rfind(|line| line.contains("has been cancelled")).map(text::line)
}

fn unknown(release: &str) -> PortError {
    let problem = Problem::new("helm-ended", format!("helm ended without a word about `{release}`"));
    let hint =
        "it may have been killed, by lack of memory for example; `hubwright resume` looks what it left and goes on";
    PortError::new(Other, problem.hint(hint).retry())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(err: &str) -> (String, FailureKind, bool) {
        let error = explain("hub", err, "");
        (error.problem.code.clone(), error.kind, error.problem.retry)
    }

    #[test]
    fn complaints_of_helm_have_a_cause() {
        for (err, expected, kind) in [
            (
                "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
                "release-pending",
                Conflict,
            ),
            ("Error: uninstall: Release not loaded: hub: release: not found", "release-missing", NotFound),
            (
                "Error: chart \"jupyterhub\" version \"9.9.9\" not found in https://hub.jupyter.org/helm-chart repository",
                "chart-missing",
                NotFound,
            ),
            (
                "Error: looks like \"http://x\" is not a valid chart repository or cannot be reached: Get \"http://x/index.yaml\": dial tcp: lookup x: no such host",
                "repository-unreachable",
                Unreachable,
            ),
            (
                "Error: values don't meet the specifications of the schema(s) in the following chart(s):\njupyterhub:\n- (root): Additional property x is not allowed",
                "values-refused",
                Refused,
            ),
            (
                "Error: Kubernetes cluster unreachable: Get \"https://x\": getting credentials: exec: executable aws failed with exit code 255",
                "not-logged-in",
                Unauthorized,
            ),
            (
                "Error: Kubernetes cluster unreachable: Get \"http://localhost:8080/version\": dial tcp 127.0.0.1:8080: connect: connection refused",
                "api-server-gone",
                Unreachable,
            ),
            (
                "Error: UPGRADE FAILED: deployments.apps \"x\" is forbidden: User \"ada\" cannot patch resource",
                "forbidden",
                Forbidden,
            ),
            ("Error: UPGRADE FAILED: pods \"x\" is forbidden: exceeded quota: small", "quota-exceeded", Refused),
            (
                "Error: Internal error occurred: failed calling webhook \"w\": Post \"https://x\": connection refused",
                "webhook-not-ready",
                Unreachable,
            ),
            ("Error: admission webhook \"p\" denied the request: no latest tag", "admission-denied", Refused),
            (
                "Error: unable to build kubernetes objects from release manifest: resource mapping not found for name: \"x\": no matches for kind \"IngressRoute\" in version \"traefik.io/v1alpha1\"",
                "kind-missing",
                Refused,
            ),
            (
                "Error: UPGRADE FAILED: pre-upgrade hooks failed: timed out waiting for the condition",
                "hook-failed",
                Other,
            ),
            (
                "Error: UPGRADE FAILED: Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1: .spec.replicas",
                "field-conflict",
                Conflict,
            ),
            (
                "Error: INSTALLATION FAILED: Unable to continue with install: Secret \"hub\" exists and cannot be imported: invalid ownership metadata",
                "owned-by-another",
                Conflict,
            ),
            ("Error: something new", "helm-failed", Other),
        ] {
            let (code, seen, _) = code(err);
            assert_eq!((code.as_str(), seen), (expected, kind), "{err}");
        }
    }

    #[test]
    fn log_lines_and_escapes_are_left_out_of_what_is_shown() {
        let err = "level=WARN msg=\"upgrade failed\"\nError: UPGRADE FAILED: \u{1b}[31mtoken=abcdefgh12\u{1b}[0m bad\nlevel=DEBUG msg=x";
        assert_eq!(explain("hub", err, "").problem.detail.as_deref(), Some("token=… bad"));
    }

    #[test]
    fn a_stopped_helm_says_so_on_standard_output() {
        let error = explain("hub", "", "Release hub has been cancelled.\n");
        assert_eq!(error.problem.code, "helm-stopped");
    }
}
