//! Why a package tool failed, in a person's words: its end and its last lines, looked up in a table. The first line of the
//! table that fits says it, so what explains the most stands first. Must not look at anything but the words.
use std::path::Path;

use super::{job::Ended, os, python::Python};
use crate::{health::text, problem::Problem};

/// Where a tool was at work.
pub struct Place<'a> {
    /// `uv`, `pip`, `npm` …
    pub tool: &'a str,
    /// Where packages come from, as it may be shown.
    pub index: String,
    /// The Python at work.
    pub python: &'a Python,
    /// Folder of packages, where no index is asked.
    pub wheels: Option<&'a str>,
    /// The environment's folder.
    pub folder: &'a Path,
    /// The log.
    pub log: &'a Path,
}

/// A failure that is known by words in lower case, any of them.
struct Cause {
    says: &'static [&'static str],
    explain: fn(&Place<'_>, &Words) -> Problem,
}

/// What a tool said.
struct Words {
    /// In lower case, to be searched.
    lower: String,
    lines: Vec<String>,
}

const CAUSES: &[Cause] = &[
    Cause { says: &["no space left on device", "enospc", "disk quota exceeded", "edquot"], explain: no_space },
    Cause { says: &["read-only file system", "erofs", "permission denied", "eacces"], explain: not_writable },
    Cause { says: &["hash mismatch", "do not match the hashes", "eintegrity"], explain: changed },
    Cause { says: &["proxy authentication required", "proxy authorization required", "e407"], explain: proxy_refused },
    Cause {
        says: &["tunnel error", "cannot connect to proxy", "proxyerror", "tunneling socket could not"],
        explain: proxy_unreachable,
    },
    Cause {
        says: &[
            "invalid peer certificate",
            "certificate_verify_failed",
            "certificate verify failed",
            "unknownissuer",
            "self-signed certificate",
            "self signed certificate",
            "self_signed_cert",
            "unable_to_get_issuer_cert",
            "unable_to_verify_leaf",
            "unable to get local issuer",
            "cert_has_expired",
            "certificate has expired",
            "sslerror",
            "err_tls_cert",
        ],
        explain: certificate,
    },
    Cause {
        says: &[
            "dns error",
            "name or service not known",
            "temporary failure in name resolution",
            "enotfound",
            "eai_again",
            "getaddrinfo",
        ],
        explain: unknown_host,
    },
    Cause {
        says: &[
            "connection refused",
            "econnrefused",
            "no route to host",
            "ehostunreach",
            "network is unreachable",
            "enetunreach",
            "connection reset",
            "econnreset",
            "timed out",
            "etimedout",
            "err_socket_timeout",
            "connection closed before",
            "connection broken by",
            "error sending request",
        ],
        explain: unreachable,
    },
    Cause {
        says: &[
            "401 unauthorized",
            "403 forbidden",
            "e401",
            "e403",
            "401 client error",
            "403 client error",
            "(401)",
            "(403)",
        ],
        explain: refused,
    },
    Cause {
        says: &[
            "http status server error",
            "e500",
            "e502",
            "e503",
            "e504",
            "500 server error",
            "502 server error",
            "503 server error",
            "504 server error",
            "too many 50",
        ],
        explain: broken_index,
    },
    Cause {
        says: &["has no wheels with a matching", "has no usable wheels", "is not a supported wheel on this platform"],
        explain: no_wheel,
    },
    Cause {
        says: &[
            "resolutionimpossible",
            "conflicting dependencies",
            "are incompatible",
            "not compatible",
            "which depends on",
            "depends on",
        ],
        explain: conflict,
    },
    Cause {
        says: &[
            "was not found in the package registry",
            "was not found in the provided package locations",
            "there is no version of",
            "no matching distribution found",
            "could not find a version that satisfies",
            "e404",
            "etarget",
            "notarget",
            "enotcached",
            "network connectivity is disabled",
        ],
        explain: missing,
    },
    Cause { says: &["invalid json response body", "is not valid json"], explain: no_index },
    Cause {
        says: &["failed to build", "subprocess-exited-with-error", "metadata-generation-failed", "build backend"],
        explain: not_built,
    },
    Cause { says: &["version `glibc_"], explain: old_libc },
    Cause { says: &["no solution found"], explain: conflict },
];

/// Why it failed, and what to do.
pub fn explain(place: &Place<'_>, ended: &Ended) -> Problem {
    let words = Words { lower: ended.lines.join("\n").to_lowercase(), lines: ended.lines.clone() };
    let known = CAUSES.iter().find(|cause| cause.says.iter().any(|say| words.lower.contains(say)));
    let problem = match known {
        // It may have said why it made no progress.
        _ if ended.signal == Some(9) && !ended.still => killed(place),
        Some(cause) => (cause.explain)(place, &words),
        None if ended.still => still(place),
        None => unknown(place, &words),
    };
    let problem = problem.hint(format!("`{}` has every word of {}", place.log.display(), place.tool));
    let detail = last_words(&words.lines);
    if detail.is_empty() { problem } else { problem.detail(detail) }
}

/// From the last `error` on, or the last lines: what a person would look at.
fn last_words(lines: &[String]) -> String {
    let is_error = |line: &String| {
        let lower = line.to_lowercase();
        lower.starts_with("error") || lower.starts_with("npm error")
    };
    let start = lines.iter().position(is_error).unwrap_or(lines.len().saturating_sub(8));
    let shown: Vec<&str> = lines.iter().skip(start).take(8).map(String::as_str).collect();
    text::clean(&shown.join("\n"))
}

impl Words {
    /// What stands behind one of these words on a line, up to a blank or a sign that ends it.
    fn behind(&self, starts: &[&str]) -> Option<String> {
        self.lines.iter().find_map(|line| {
            let rest = starts.iter().find_map(|start| line.split_once(start).map(|(_, rest)| rest))?;
            let rest = rest.trim_start_matches(['`', ' ', '\'', '"']);
            let word = rest.split([' ', '`', ',', '\'', '"', '(']).next()?.trim_end_matches(['.', ':']);
            (!word.is_empty()).then(|| text::brief(word, 80))
        })
    }

    /// The package that it is about, as tools name it; `a package` where they do not.
    fn package(&self) -> String {
        let starts = [
            "Hash mismatch for ",
            "tarball data for ",
            "there is no version of ",
            "No matching distribution found for ",
            "satisfies the requirement ",
            "Failed to build ",
            "Failed to download ",
            "The requested resource ",
            "No matching version found for ",
            "Failed building wheel for ",
            "Because only ",
            "Because ",
        ];
        let pip_hash = || {
            let at = self.lines.iter().position(|line| line.contains("DO NOT MATCH THE HASHES"))?;
            let line = self.lines.get(at + 1)?;
            line.split_whitespace().next().map(|word| text::brief(word, 80))
        };
        let found = pip_hash().or_else(|| starts.iter().find_map(|start| self.behind(&[start])));
        found.map_or_else(
            || "a package".to_owned(),
            |name| format!("`{}`", name.split("@file:").next().unwrap_or_default()),
        )
    }
}

fn no_space(place: &Place<'_>, _: &Words) -> Problem {
    Problem::new("no-space", format!("no space is left where `{}` is", place.folder.display()))
        .hint("free some space, then `hubwright resume`")
        .hint("or name a folder on another disk as `machine.folder`")
        .at("machine.folder")
}

fn not_writable(place: &Place<'_>, _: &Words) -> Problem {
    Problem::new("cannot-write", format!("{} may not write where `{}` is", place.tool, place.folder.display()))
        .hint("make the folder yours, or name another as `machine.folder`")
        .at("machine.folder")
}

fn changed(place: &Place<'_>, words: &Words) -> Problem {
    let title =
        format!("what {} has as {} is not the file that was tested: its hash differs", source(place), words.package());
    Problem::new("package-changed", title)
        .hint("a proxy or mirror may have changed the file, or hold half of it: try from another network or index")
        .hint("nothing of it was installed")
}

fn proxy_refused(_: &Place<'_>, _: &Words) -> Problem {
    Problem::new("proxy-refused", "the proxy between here and the package index asks for a login (407)")
        .hint("`export HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT`, then `hubwright resume`")
}

fn proxy_unreachable(_: &Place<'_>, words: &Words) -> Problem {
    let why = if words.lower.contains("refused") { "it refuses the connection" } else { "it does not answer" };
    Problem::new("proxy-unreachable", format!("the proxy that `HTTPS_PROXY` names cannot be used: {why}"))
        .hint("correct or unset `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, then `hubwright resume`")
        .retry()
}

fn certificate(place: &Place<'_>, words: &Words) -> Problem {
    let expired = words.lower.contains("expired") || words.lower.contains("notvalidyet");
    let why = if expired { "is out of date" } else { "comes from nobody that this machine trusts" };
    let problem = Problem::new("certificate-unknown", format!("the certificate of {} {why}", source(place)));
    let problem =
        if expired { problem.hint("see whether the clock of this machine is right: `date`") } else { problem };
    problem.hint("where a company's proxy looks into connections: `export PIP_CERT=/path/to/its-certificates.pem`, which is taken for npm, too")
}

fn unknown_host(place: &Place<'_>, _: &Words) -> Problem {
    lost(place, "its host name is not known here")
}

fn unreachable(place: &Place<'_>, words: &Words) -> Problem {
    let why = match () {
        () if words.lower.contains("refused") => "the connection was refused",
        () if words.lower.contains("reset") || words.lower.contains("closed before") => "the connection broke",
        () => "it does not answer",
    };
    lost(place, why)
}

/// The index, the registry or the folder.
fn source(place: &Place<'_>) -> String {
    match place.wheels {
        Some(wheels) => format!("the folder `{}`", text::brief(wheels, 200)),
        None => format!("`{}`", place.index),
    }
}

fn lost(place: &Place<'_>, why: &str) -> Problem {
    let problem =
        Problem::new("index-unreachable", format!("the package index `{}` cannot be reached: {why}", place.index));
    let problem =
        problem.hint("look at the network of this machine, then `hubwright resume`; what was fetched is kept");
    let problem = match place.tool {
        "npm" => problem
            .hint("behind a proxy: `export HTTPS_PROXY=…`; with a registry inside: `npm config set registry URL`"),
        _ => problem.hint("behind a proxy: `export HTTPS_PROXY=…`; with an index inside: `export PIP_INDEX_URL=…`"),
    };
    problem.hint("without any index: name a folder with all packages as `machine.wheels`").retry()
}

fn refused(place: &Place<'_>, _: &Words) -> Problem {
    let problem = Problem::new(
        "index-refused",
        format!("the package index `{}` lets nobody in without a login, or not this one", place.index),
    );
    match place.tool {
        "npm" => problem.hint("`npm login` with that registry, then `hubwright resume`"),
        _ => problem.hint("`export PIP_INDEX_URL=https://USER:TOKEN@HOST/…`, or put the login into `~/.netrc`, then `hubwright resume`"),
    }
}

fn broken_index(place: &Place<'_>, _: &Words) -> Problem {
    Problem::new("index-failed", format!("the package index `{}` has an error of its own", place.index))
        .hint("wait a little, then `hubwright resume`; another index: `export PIP_INDEX_URL=…`")
        .retry()
}

fn no_wheel(place: &Place<'_>, words: &Words) -> Problem {
    let title = format!("{} has no build for Python {} on {}", words.package(), place.python.number(), os::platform());
    Problem::new("no-wheel", title)
        .hint("name another Python as `machine.python`: 3.12 has builds of all packages")
        .hint("machines with musl (Alpine) have no builds of Ray: use one with glibc")
        .at("machine.python")
}

fn missing(place: &Place<'_>, words: &Words) -> Problem {
    let package = words.package();
    let title = match place.tool {
        "npm" => format!("{} has no {package}", source(place)),
        _ => format!("{} has no {package} for Python {} on {}", source(place), place.python.number(), os::platform()),
    };
    let problem = Problem::new("package-missing", title);
    match place.wheels {
        Some(_) => problem.hint("put it there, as the other packages").at("machine.wheels"),
        None => problem
            .hint("a mirror may lack it, ask for a login, or be at another path: open its address and look for the package")
            .hint("another index: `export PIP_INDEX_URL=…`, for npm `npm config set registry URL`"),
    }
}

fn no_index(place: &Place<'_>, _: &Words) -> Problem {
    Problem::new("index-strange", format!("what answers at `{}` is not a package index", place.index))
        .hint("a login page of the network may stand before it: open the address in a browser")
}

fn not_built(place: &Place<'_>, words: &Words) -> Problem {
    let title = format!(
        "{} has no build for Python {} on {}, and could not be built here",
        words.package(),
        place.python.number(),
        os::platform()
    );
    Problem::new("package-build", title)
        .hint("leave it out, or choose a version that has builds; building takes compilers, often `build-essential`")
}

fn old_libc(_: &Place<'_>, _: &Words) -> Problem {
    Problem::new("old-libc", "the C library of this machine is too old for the packages: glibc 2.28 or newer is needed")
        .hint("use a system from 2019 or later: Debian 10, Ubuntu 20.04, RHEL 8")
}

fn conflict(_: &Place<'_>, words: &Words) -> Problem {
    let title = format!("{} does not fit the versions that hubwright installs", words.package());
    Problem::new("packages-conflict", title)
        .hint("leave the package out, or let its version open: what fits is chosen then")
}

fn killed(place: &Place<'_>) -> Problem {
    Problem::new("out-of-memory", format!("{} was ended by the system, most likely because memory ran out", place.tool))
        .hint("end what needs much memory, or use a machine with 2 GB free; then `hubwright resume`")
        .retry()
}

fn still(place: &Place<'_>) -> Problem {
    Problem::new("no-progress", format!("{} made no progress for minutes and was ended", place.tool))
        .hint(format!("see whether `{}` answers; then `hubwright resume`: what was fetched is kept", place.index))
        .retry()
}

fn unknown(place: &Place<'_>, words: &Words) -> Problem {
    let line = words.lines.iter().rfind(|line| line.to_lowercase().contains("error")).or(words.lines.last());
    let said =
        line.map_or_else(|| "it said nothing".to_owned(), |line| format!("it said `{}`", text::brief(line, 160)));
    Problem::new("environment-failed", format!("{} failed: {said}", place.tool))
        .hint("`hubwright resume` tries again")
        .retry()
}

#[cfg(test)]
mod tests {
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
        (
            "uv",
            " cause: invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
            "certificate-unknown",
            "trusts",
        ),
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
        (
            "uv",
            " cause: HTTP status server error (500 Internal Server Error) for url (x)",
            "index-failed",
            "of its own",
        ),
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
}
