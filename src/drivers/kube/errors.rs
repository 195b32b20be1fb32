//! Failures of the Kubernetes API in a person's words. Must never show a token or a whole object.
use std::{error::Error, time::Duration};

use crate::{
    health::text,
    problem::Problem,
    run::ports::{FailureKind, PortError},
};

/// A failed call. `doing` completes "cannot …".
pub fn explain(doing: &str, error: &kube::Error) -> PortError {
    match error {
        kube::Error::Api(status) => refused(doing, status),
        kube::Error::Auth(error) => unauthorized(doing, &chain(error)),
        other => unreachable(doing, &chain(other)),
    }
}

/// No answer within a limit.
pub fn silent(doing: &str, limit: Duration) -> PortError {
    let problem = Problem::new(
        "api-server-gone",
        format!("cannot {doing}: the cluster did not answer within {} s", limit.as_secs()),
    );
    PortError::new(FailureKind::Unreachable, problem.hint(CONTACT).retry())
}

const CONTACT: &str = "check the network, VPN and proxy; `kubectl get nodes` must work";

fn refused(doing: &str, status: &kube::core::Status) -> PortError {
    let words = text::line(&status.message);
    let problem = |code: &str, title: String| Problem::new(code, title).detail(words.clone());
    match status.code {
        401 => unauthorized(doing, &words),
        403 if words.contains("exceeded quota") => PortError::new(
            FailureKind::Refused,
            problem("quota-exceeded", format!("cannot {doing}: a quota of the namespace is used up")),
        ),
        403 if words.contains("is being terminated") => {
            let title = format!("cannot {doing}: the namespace is still being removed");
            PortError::new(
                FailureKind::Conflict,
                problem("namespace-terminating", title).hint("wait until it is gone, then `hubwright resume`").retry(),
            )
        }
        403 => PortError::new(
            FailureKind::Forbidden,
            problem("forbidden", format!("cannot {doing}: your account is not allowed to")).hint(ADMIN),
        ),
        404 => PortError::new(FailureKind::NotFound, problem("not-found", format!("cannot {doing}: it is not there"))),
        409 => PortError::new(
            FailureKind::Conflict,
            problem("conflict", format!("cannot {doing}: somebody else changed it")).retry(),
        ),
        429 | 500..=599 => PortError::new(
            FailureKind::Unreachable,
            problem("api-server-busy", format!("cannot {doing}: the cluster has trouble answering"))
                .hint(CONTACT)
                .retry(),
        ),
        _ => {
            PortError::new(FailureKind::Refused, problem("refused", format!("cannot {doing}: the cluster refused it")))
        }
    }
}

const ADMIN: &str = "ask an administrator of the cluster for the right that is named above";

fn unauthorized(doing: &str, words: &str) -> PortError {
    let problem =
        Problem::new("not-logged-in", format!("cannot {doing}: the cluster does not know you, or your login ran out"));
    let hint = "log in again as your provider tells (`az login`, `aws sso login`, `gcloud auth login` …); `kubectl get nodes` must work";
    PortError::new(FailureKind::Unauthorized, problem.detail(text::line(words)).hint(hint).retry())
}

fn unreachable(doing: &str, words: &str) -> PortError {
    let lower = words.to_ascii_lowercase();
    let (code, why, hint) = if lower.contains("unknownissuer") || lower.contains("unknown issuer") {
        (
            "unknown-issuer",
            "its certificate is signed by nobody that the kubeconfig trusts",
            "`certificate-authority` in the kubeconfig must be the cluster's own; a proxy that opens TLS must be trusted there, too",
        )
    } else if lower.contains("expired") || lower.contains("notvalidyet") {
        (
            "certificate-time",
            "its certificate is not valid at this machine's time",
            "check the clock of this machine with `date`, else the cluster's certificate is due",
        )
    } else if lower.contains("dns") || lower.contains("lookup") {
        ("name-unknown", "its name is not known here", CONTACT)
    } else if lower.contains("refused") {
        ("connection-refused", "nothing listens at its address", CONTACT)
    } else {
        ("api-server-gone", "it cannot be reached", CONTACT)
    };
    let problem = Problem::new(code, format!("cannot {doing}: {why}")).detail(text::line(words));
    PortError::new(FailureKind::Unreachable, problem.hint(hint).retry())
}

/// An error and all its causes: the last one says most.
fn chain(error: &dyn Error) -> String {
    let mut words = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push(error.to_string());
        cause = error.source();
    }
    words.dedup();
    words.join(": ")
}
