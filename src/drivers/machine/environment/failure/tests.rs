//! Words of real tools that failed, and what they are called.
use super::*;

fn explained(tool: &str, wheels: Option<&str>, lines: &str) -> Problem {
    let python =
        Python { program: "/usr/bin/python3".into(), version: (3, 13, 0), venv: true, ensurepip: true, pip: true };
    let place = Place {
        tool,
        index: "https://mirror/simple".into(),
        python: &python,
        wheels,
        folder: Path::new("/srv/trial/env/one"),
        log: Path::new("/srv/trial/log/environment.log"),
    };
    explain(&place, &Ended { lines: lines.lines().map(str::to_owned).collect(), ..Ended::default() })
}

/// Program, words, and what they are called: of uv 0.13.9, pip 23.2 and npm 11, as they were said.
const SAID: &[(&str, &str, &str, &str)] = &[
    (
        "uv",
        "error: Request failed after 1 retry\n cause: tcp connect error\n cause: Connection refused (os error 111)",
        "index-unreachable",
        "refused",
    ),
    (
        "uv",
        "error: Request failed\n cause: client error (Connect)\n cause: dns error\n cause: failed to lookup address information: Name or service not known",
        "index-unreachable",
        "host name",
    ),
    (
        "uv",
        "error: Request failed\n cause: error sending request for url (x)\n cause: operation timed out",
        "index-unreachable",
        "does not answer",
    ),
    (
        "uv",
        "error: Failed to fetch: x\n cause: HTTP status client error (407 Proxy Authentication Required) for url (x)",
        "proxy-refused",
        "407",
    ),
    (
        "uv",
        " cause: client error (Connect)\n cause: tunnel error: proxy authorization required",
        "proxy-refused",
        "407",
    ),
    (
        "uv",
        " cause: tunnel error: failed to create underlying connection\n cause: Connection refused (os error 111)",
        "proxy-unreachable",
        "refuses",
    ),
    ("uv", " cause: invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))", "certificate-unknown", "trusts"),
    (
        "uv",
        "error: No solution found when resolving dependencies\n cause: Because idna was not found in the package registry and you require idna==3.11",
        "package-missing",
        "no `idna` for Python 3.13.0",
    ),
    (
        "uv",
        "error: No solution found when resolving dependencies\n cause: Because there is no version of six==9.99.0 and you require six==9.99.0",
        "package-missing",
        "no `six==9.99.0`",
    ),
    (
        "uv",
        "error: No solution found when resolving dependencies\n cause: Because ray==2.9.0 has no wheels with a matching Python ABI tag (e.g., `cp313`) and you require ray==2.9.0",
        "no-wheel",
        "`ray==2.9.0` has no build for Python 3.13.0 on",
    ),
    (
        "uv",
        "hint: An index URL (x) could not be queried due to a lack of valid authentication credentials (401 Unauthorized)",
        "index-refused",
        "login",
    ),
    ("uv", " cause: HTTP status server error (500 Internal Server Error) for url (x)", "index-failed", "of its own"),
    ("uv", " cause: Hash mismatch for `six==1.17.0`", "package-changed", "`six==1.17.0`"),
    ("uv", " cause: failed to write to file `x`: No space left on device (os error 28)", "no-space", "/srv/trial"),
    (
        "pip",
        "WARNING: Retrying after connection broken by 'NewConnectionError('x: Failed to establish a new connection: [Errno 111] Connection refused')'\nERROR: No matching distribution found for idna==3.11",
        "index-unreachable",
        "refused",
    ),
    (
        "pip",
        "WARNING: Retrying after connection broken by 'ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407 Proxy Authentication Required'))'\nERROR: No matching distribution found for idna==3.11",
        "proxy-refused",
        "407",
    ),
    (
        "pip",
        "Could not fetch URL x: There was a problem confirming the ssl certificate: SSLError(CERTIFICATE_VERIFY_FAILED)\nERROR: No matching distribution found for x",
        "certificate-unknown",
        "trusts",
    ),
    (
        "pip",
        "ERROR: Could not find a version that satisfies the requirement ray==2.9.0 (from versions: 2.31.0)\nERROR: No matching distribution found for ray==2.9.0",
        "package-missing",
        "no `ray==2.9.0`",
    ),
    (
        "pip",
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If\nsix==1.17.0 from https://x:",
        "package-changed",
        "`six==1.17.0`",
    ),
    ("npm", "npm error code ECONNREFUSED", "index-unreachable", "refused"),
    (
        "npm",
        "npm error code ENOTFOUND\nnpm error network request to x failed, reason: getaddrinfo ENOTFOUND x",
        "index-unreachable",
        "host name",
    ),
    (
        "npm",
        "npm error code E404\nnpm error 404  The requested resource 'winston@4.9.0' could not be found",
        "package-missing",
        "no `winston@4.9.0`",
    ),
    ("npm", "npm error code E407", "proxy-refused", "407"),
    ("npm", "npm error code DEPTH_ZERO_SELF_SIGNED_CERT", "certificate-unknown", "trusts"),
    (
        "npm",
        "npm error invalid json response body at x reason: Unexpected token '<'",
        "index-strange",
        "not a package index",
    ),
    (
        "npm",
        "npm warn tarball tarball data for ws@file:/x.tgz (sha512) seems to be corrupted.\nnpm error code EINTEGRITY",
        "package-changed",
        "`ws`",
    ),
    ("uv", "something new", "environment-failed", "something new"),
];

#[test]
fn every_failure_that_was_provoked_has_its_name() {
    for (tool, lines, code, title) in SAID {
        let problem = explained(tool, None, lines);
        assert_eq!(problem.code, *code, "{lines}");
        assert!(problem.title.contains(title), "{problem}");
        assert!(problem.hints.iter().any(|hint| hint.contains("environment.log")));
    }
}

#[test]
fn without_an_index_the_folder_is_named() {
    let problem = explained(
        "uv",
        Some("/media/wheels"),
        " cause: Because six was not found in the provided package locations and you require six==1",
    );
    assert!(problem.title.contains("the folder `/media/wheels` has no `six`"), "{problem}");
    assert_eq!(problem.at.as_deref(), Some("machine.wheels"));
}

#[test]
fn one_that_was_killed_or_stood_still_is_not_blamed_on_its_last_words() {
    let python = Python { program: "/p".into(), version: (3, 12, 0), venv: true, ensurepip: true, pip: true };
    let at = Path::new("/d");
    let place = Place { tool: "uv", index: "x".into(), python: &python, wheels: None, folder: at, log: at };
    let lines = vec!["Downloading ray (68.1MiB)".to_owned()];
    let killed = Ended { signal: Some(9), lines: lines.clone(), ..Ended::default() };
    assert_eq!(explain(&place, &killed).code, "out-of-memory");
    assert_eq!(explain(&place, &Ended { still: true, ..killed }).code, "no-progress");
}
