//! Failures of the Kubernetes API in a person's words. Most words are `health::messages`'; here stands what kind of
//! failure it is, and what only a client sees. Must never show a token or a whole object.
use std::{error::Error, time::Duration};

use kube::client::AuthError;

use crate::{
    health::{messages, text},
    problem::Problem,
    run::ports::{FailureKind, PortError},
};

/// A failed call. `doing` completes "cannot …".
pub fn explain(doing: &str, error: &kube::Error) -> PortError {
    if let Some(plugin) = causes(error).find_map(|cause| cause.downcast_ref::<AuthError>()) {
        return match plugin {
            AuthError::AuthExecStart(error) => no_plugin(doing, &error.to_string()),
            _ => unauthorized(doing, &plugin_words(plugin)),
        };
    }
    match error {
        kube::Error::Api(status) => refused(doing, status),
        kube::Error::RustlsTls(error) => unusable(doing, &chain(error)),
        // A login page of a proxy, or another kind of server.
        kube::Error::SerdeError(_) | kube::Error::FromUtf8(_) => strange(doing),
        other => unreachable(doing, &chain(other)),
    }
}

/// No answer within a limit.
pub fn silent(doing: &str, limit: Duration) -> PortError {
    let seconds = limit.as_secs();
    let title = format!("cannot {doing}: the cluster did not answer within {seconds} s");
    PortError::new(FailureKind::Unreachable, Problem::new("api-unreachable", title).hint(CONTACT).retry())
}

/// Code of a cluster that does not know us.
pub const NOT_LOGGED_IN: &str = "not-logged-in";

const CONTACT: &str = "check the network, VPN and proxy; `kubectl version` must work with the same kubeconfig";

/// The kind comes from the status, which cannot be mistaken; the words from the message.
fn refused(doing: &str, status: &kube::core::Status) -> PortError {
    let words = text::line(&status.message);
    let known = messages::from_message(&words);
    let code = known.as_ref().map(|problem| problem.code.as_str());
    let kind = match (status.code, code) {
        (401, _) => return unauthorized(doing, &words),
        (_, Some("namespace-terminating")) | (409, _) => FailureKind::Conflict,
        (403, Some("forbidden") | None) => FailureKind::Forbidden,
        (404, _) => FailureKind::NotFound,
        (429 | 500..=599, _) => FailureKind::Unreachable,
        _ => FailureKind::Refused,
    };
    let Some(known) = known else { return PortError::new(kind, plain(doing, kind).detail(words)) };
    PortError::new(kind, Problem { title: format!("cannot {doing}: {}", known.title), ..known })
}

/// Words for a refusal whose message is not known.
fn plain(doing: &str, kind: FailureKind) -> Problem {
    let (code, why) = match kind {
        FailureKind::Conflict => ("conflict", "somebody else changed it"),
        FailureKind::Forbidden => ("forbidden", "your account is not allowed to"),
        FailureKind::NotFound => ("not-found", "it is not there"),
        FailureKind::Unreachable => ("api-unreachable", "the cluster has trouble answering"),
        _ => ("refused", "the cluster refused it"),
    };
    let problem = Problem::new(code, format!("cannot {doing}: {why}"));
    match kind {
        FailureKind::Conflict => problem.retry(),
        FailureKind::Unreachable => problem.hint(CONTACT).retry(),
        FailureKind::Forbidden => problem.hint("ask an administrator of the cluster for this right"),
        _ => problem,
    }
}

/// The program that gives the credentials is not on this machine: logging in again would not help.
fn no_plugin(doing: &str, words: &str) -> PortError {
    let title = format!("cannot {doing}: the kubeconfig's credential plugin cannot be started");
    let hint = "install what your provider's kubeconfig needs (`kubelogin`, `gke-gcloud-auth-plugin`, `aws` …), in a folder of `PATH`; `kubectl get namespaces` must work";
    PortError::new(
        FailureKind::Unauthorized,
        Problem::new("no-credential-plugin", title).detail(text::line(words)).hint(hint),
    )
}

fn unauthorized(doing: &str, words: &str) -> PortError {
    let title = format!("cannot {doing}: the cluster does not know you, or your login ran out");
    let hint = "log in again as your provider tells (`az login`, `aws sso login`, `gcloud auth login` …); `kubectl get namespaces` must work";
    let problem = Problem::new(NOT_LOGGED_IN, title).detail(text::line(words)).hint(hint);
    PortError::new(FailureKind::Unauthorized, problem.retry())
}

/// kube's own words would show the plugin's environment and its output, which may be a token.
fn plugin_words(error: &AuthError) -> String {
    match error {
        AuthError::AuthExecRun { out, .. } => {
            let said = String::from_utf8_lossy(&out.stderr);
            let said = if said.trim().is_empty() { "it said nothing" } else { said.as_ref() };
            format!("the kubeconfig's credential plugin failed ({}): {said}", out.status)
        }
        AuthError::AuthExecParse(_) | AuthError::ExecPluginFailed => {
            "the kubeconfig's credential plugin gave no credentials".to_owned()
        }
        AuthError::ReadTokenFile(error, path) => format!("cannot read the token in `{}`: {error}", path.display()),
        other => chain(other),
    }
}

fn unusable(doing: &str, words: &str) -> PortError {
    let title = format!("cannot {doing}: the certificate or key in the kubeconfig cannot be used");
    let problem = Problem::new("kubeconfig-broken", title).detail(text::line(words));
    PortError::new(FailureKind::Unauthorized, problem.hint("get a new kubeconfig from your cluster's provider"))
}

fn strange(doing: &str) -> PortError {
    let title = format!("cannot {doing}: what answers is not a Kubernetes API server");
    let hint = "a proxy or a login page of the network may stand between; `HTTPS_PROXY`, `NO_PROXY` and the kubeconfig's `server` lead there";
    PortError::new(FailureKind::Unreachable, Problem::new("not-kubernetes", title).hint(hint).retry())
}

/// What only a client sees, by words of rustls, hyper and the resolver.
const WAYS: &[(&[&str], &str, &str, &str)] = &[
    (
        &["causedasendentity"],
        "certificate-unknown",
        "its own certificate serves as authority, which is not secure enough for this program",
        "have the API server's certificate signed by a proper authority, and put that into the kubeconfig (kube-rs#1767)",
    ),
    (
        &["notvalidforname"],
        "certificate-name",
        "its certificate is for another name or address",
        "use the name that the certificate has as `server` in the kubeconfig, or set `tls-server-name` there",
    ),
    (
        &["unknownissuer", "unknown issuer", "badsignature"],
        "certificate-unknown",
        "its certificate is signed by nobody that the kubeconfig trusts",
        "the kubeconfig's `certificate-authority-data` must be the cluster's own, which is new where the cluster was made anew; a proxy that opens TLS must be trusted there, too",
    ),
    (
        &["expired", "notvalidyet", "not valid yet"],
        "certificate-time",
        "its certificate is not valid at this machine's time",
        "check the clock of this machine with `date -u`, else the cluster's certificate is due",
    ),
    (
        &["tunnel", "proxy"],
        "proxy-refused",
        "the proxy does not let us through",
        "check `HTTPS_PROXY`, its user and password, and whether the cluster belongs into `NO_PROXY`",
    ),
    (&["dns", "lookup", "name or service not known"], "api-unreachable", "its name is not known here", CONTACT),
    (&["refused"], "api-unreachable", "nothing listens at its address", CONTACT),
];

fn unreachable(doing: &str, words: &str) -> PortError {
    let lower = words.to_ascii_lowercase();
    let known = WAYS.iter().find(|(says, ..)| says.iter().any(|says| lower.contains(says)));
    let (code, why, hint) =
        known.map_or(("api-unreachable", "it cannot be reached", CONTACT), |(_, code, why, hint)| (*code, *why, *hint));
    let problem = Problem::new(code, format!("cannot {doing}: {why}")).detail(text::line(words));
    PortError::new(FailureKind::Unreachable, problem.hint(hint).retry())
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// An error and all its causes: the last one says most.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words: Vec<String> = causes(error).map(ToString::to_string).collect();
    words.dedup();
    words.join(": ")
}

#[cfg(test)]
mod tests {
    use std::{os::unix::process::ExitStatusExt, process::Output};

    use serde_json::json;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;
    use crate::drivers::kube::client;

    fn api(code: u16, message: &str) -> PortError {
        let status = json!({"status": "Failure", "code": code, "message": message, "reason": "", "metadata": {}});
        explain("apply Secret/x", &kube::Error::Api(Box::new(serde_json::from_value(status).unwrap())))
    }

    #[test]
    fn the_status_decides_the_kind_and_the_message_the_words() {
        for (code, message, kind, problem) in [
            (
                403,
                "secrets is forbidden: User \"ada\" cannot create resource \"secrets\" in API group \"\" in the namespace \"x\"",
                FailureKind::Forbidden,
                "forbidden",
            ),
            (
                403,
                "pods \"x\" is forbidden: exceeded quota: q, requested: cpu=4, used: cpu=6, limited: cpu=8",
                FailureKind::Refused,
                "quota-exceeded",
            ),
            (
                403,
                "unable to create new content in namespace x because it is being terminated",
                FailureKind::Conflict,
                "namespace-terminating",
            ),
            (
                500,
                "Internal error occurred: failed calling webhook \"w\": connection refused",
                FailureKind::Unreachable,
                "webhook-not-ready",
            ),
            (400, "admission webhook \"p\" denied the request: no", FailureKind::Refused, "admission-denied"),
            (401, "Unauthorized", FailureKind::Unauthorized, "not-logged-in"),
            (409, "the object has been modified", FailureKind::Conflict, "conflict"),
            (404, "secrets \"x\" not found", FailureKind::NotFound, "not-found"),
            (422, "Secret \"x\" is invalid: metadata.name: bad", FailureKind::Refused, "refused"),
        ] {
            let error = api(code, message);
            assert_eq!((error.kind, error.problem.code.as_str()), (kind, problem), "{message}");
            assert!(error.problem.title.starts_with("cannot apply Secret/x: "), "{}", error.problem.title);
        }
    }

    #[test]
    fn a_failed_credential_plugin_shows_its_complaint_but_neither_output_nor_environment() {
        let output = Output {
            status: std::process::ExitStatus::from_raw(256),
            stdout: b"hunter2".to_vec(),
            stderr: b"\x1b[31msession expired\n".to_vec(),
        };
        let plugin = AuthError::AuthExecRun { cmd: "AWS_SECRET=hunter2 aws".to_owned(), out: Box::new(output) };
        let shown = explain("list pods", &kube::Error::Auth(plugin));
        let detail = shown.problem.detail.clone().unwrap();
        assert_eq!(shown.kind, FailureKind::Unauthorized);
        assert!(
            detail.contains("session expired") && !detail.contains("hunter2") && !detail.contains('\u{1b}'),
            "{detail}"
        );
    }

    async fn asked(url: String) -> PortError {
        let config = kube::Config::new(url.parse().unwrap());
        let error = client::build(config).unwrap().apiserver_version().await.unwrap_err();
        explain("ask", &error)
    }

    #[tokio::test]
    async fn a_closed_port_an_unknown_name_and_a_login_page_are_told_apart() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let page = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            // an answer before the question is none
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>").await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        });
        assert_eq!(asked(format!("http://{address}")).await.problem.code, "not-kubernetes");
        page.await.unwrap();
        let closed = asked(format!("http://{address}")).await;
        assert!(closed.problem.title.contains("nothing listens"), "{closed:?}");
        let unknown = asked("http://no-such-host.invalid".to_owned()).await;
        assert!(unknown.problem.title.contains("name is not known"), "{unknown:?}");
    }
}
