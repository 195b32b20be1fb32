//! Why a package tool failed, in a person's words: its end and its last lines, looked up in a table. The first line of the
//! table that fits says it, so what explains the most stands first. Must not look at anything but the words.
mod causes;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::{job::Ended, python::Python};
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
    Cause { says: &["no space left on device", "enospc", "disk quota exceeded", "edquot"], explain: causes::no_space },
    Cause { says: &["read-only file system", "erofs", "permission denied", "eacces"], explain: causes::not_writable },
    Cause { says: &["hash mismatch", "do not match the hashes", "eintegrity"], explain: causes::changed },
    Cause {
        says: &["proxy authentication required", "proxy authorization required", "e407"],
        explain: causes::proxy_refused,
    },
    Cause {
        says: &["tunnel error", "cannot connect to proxy", "proxyerror", "tunneling socket could not"],
        explain: causes::proxy_unreachable,
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
        explain: causes::certificate,
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
        explain: causes::unknown_host,
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
        explain: causes::unreachable,
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
        explain: causes::refused,
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
        explain: causes::broken_index,
    },
    Cause {
        says: &["has no wheels with a matching", "has no usable wheels", "is not a supported wheel on this platform"],
        explain: causes::no_wheel,
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
        explain: causes::conflict,
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
        explain: causes::missing,
    },
    Cause { says: &["invalid json response body", "is not valid json"], explain: causes::no_index },
    Cause {
        says: &["failed to build", "subprocess-exited-with-error", "metadata-generation-failed", "build backend"],
        explain: causes::not_built,
    },
    Cause { says: &["version `glibc_"], explain: causes::old_libc },
    Cause { says: &["no solution found"], explain: causes::conflict },
];

/// Why it failed, and what to do.
pub fn explain(place: &Place<'_>, ended: &Ended) -> Problem {
    let words = Words { lower: ended.lines.join("\n").to_lowercase(), lines: ended.lines.clone() };
    let known = CAUSES.iter().find(|cause| cause.says.iter().any(|say| words.lower.contains(say)));
    let problem = match known {
        // It may have said why it made no progress.
        _ if ended.signal == Some(9) && !ended.still => causes::killed(place),
        Some(cause) => (cause.explain)(place, &words),
        None if ended.still => causes::still(place),
        None => causes::unknown(place, &words),
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
