//! What each failure of a package tool is called, and what helps. Must not look for it.
use super::{super::os, Place, Words};
use crate::{health::text, problem::Problem};

pub(super) fn no_space(place: &Place<'_>, _: &Words) -> Problem {
    Problem::new("no-space", format!("no space is left where `{}` is", place.folder.display()))
        .hint("free some space, then `hubwright resume`")
        .hint("or name a folder on another disk as `machine.folder`")
        .at("machine.folder")
}

pub(super) fn not_writable(place: &Place<'_>, _: &Words) -> Problem {
    Problem::new("cannot-write", format!("{} may not write where `{}` is", place.tool, place.folder.display()))
        .hint("make the folder yours, or name another as `machine.folder`")
        .at("machine.folder")
}

pub(super) fn changed(place: &Place<'_>, words: &Words) -> Problem {
    let title =
        format!("what {} has as {} is not the file that was tested: its hash differs", source(place), words.package());
    Problem::new("package-changed", title)
        .hint("a proxy or mirror may have changed the file, or hold half of it: try from another network or index")
        .hint("nothing of it was installed")
}

pub(super) fn proxy_refused(_: &Place<'_>, _: &Words) -> Problem {
    Problem::new("proxy-refused", "the proxy between here and the package index asks for a login (407)")
        .hint("`export HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT`, then `hubwright resume`")
}

pub(super) fn proxy_unreachable(_: &Place<'_>, words: &Words) -> Problem {
    let why = if words.lower.contains("refused") { "it refuses the connection" } else { "it does not answer" };
    Problem::new("proxy-unreachable", format!("the proxy that `HTTPS_PROXY` names cannot be used: {why}"))
        .hint("correct or unset `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, then `hubwright resume`")
        .retry()
}

pub(super) fn certificate(place: &Place<'_>, words: &Words) -> Problem {
    let expired = words.lower.contains("expired") || words.lower.contains("notvalidyet");
    let why = if expired { "is out of date" } else { "comes from nobody that this machine trusts" };
    let problem = Problem::new("certificate-unknown", format!("the certificate of {} {why}", source(place)));
    let problem =
        if expired { problem.hint("see whether the clock of this machine is right: `date`") } else { problem };
    problem.hint("where a company's proxy looks into connections: `export PIP_CERT=/path/to/its-certificates.pem`, which is taken for npm, too")
}

pub(super) fn unknown_host(place: &Place<'_>, _: &Words) -> Problem {
    lost(place, "its host name is not known here")
}

pub(super) fn unreachable(place: &Place<'_>, words: &Words) -> Problem {
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

pub(super) fn refused(place: &Place<'_>, _: &Words) -> Problem {
    let problem = Problem::new(
        "index-refused",
        format!("the package index `{}` lets nobody in without a login, or not this one", place.index),
    );
    match place.tool {
        "npm" => problem.hint("`npm login` with that registry, then `hubwright resume`"),
        _ => problem.hint("`export PIP_INDEX_URL=https://USER:TOKEN@HOST/…`, or put the login into `~/.netrc`, then `hubwright resume`"),
    }
}

pub(super) fn broken_index(place: &Place<'_>, _: &Words) -> Problem {
    Problem::new("index-failed", format!("the package index `{}` has an error of its own", place.index))
        .hint("wait a little, then `hubwright resume`; another index: `export PIP_INDEX_URL=…`")
        .retry()
}

pub(super) fn no_wheel(place: &Place<'_>, words: &Words) -> Problem {
    let title = format!("{} has no build for Python {} on {}", words.package(), place.python.number(), os::platform());
    Problem::new("no-wheel", title)
        .hint("name another Python as `machine.python`: 3.12 has builds of all packages")
        .hint("machines with musl (Alpine) have no builds of Ray: use one with glibc")
        .at("machine.python")
}

pub(super) fn missing(place: &Place<'_>, words: &Words) -> Problem {
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

pub(super) fn no_index(place: &Place<'_>, _: &Words) -> Problem {
    Problem::new("index-strange", format!("what answers at `{}` is not a package index", place.index))
        .hint("a login page of the network may stand before it: open the address in a browser")
}

pub(super) fn not_built(place: &Place<'_>, words: &Words) -> Problem {
    let title = format!(
        "{} has no build for Python {} on {}, and could not be built here",
        words.package(),
        place.python.number(),
        os::platform()
    );
    Problem::new("package-build", title)
        .hint("leave it out, or choose a version that has builds; building takes compilers, often `build-essential`")
}

pub(super) fn old_libc(_: &Place<'_>, _: &Words) -> Problem {
    Problem::new("old-libc", "the C library of this machine is too old for the packages: glibc 2.28 or newer is needed")
        .hint("use a system from 2019 or later: Debian 10, Ubuntu 20.04, RHEL 8")
}

pub(super) fn conflict(_: &Place<'_>, words: &Words) -> Problem {
    let title = format!("{} does not fit the versions that hubwright installs", words.package());
    Problem::new("packages-conflict", title)
        .hint("leave the package out, or let its version open: what fits is chosen then")
}

pub(super) fn killed(place: &Place<'_>) -> Problem {
    Problem::new("out-of-memory", format!("{} was ended by the system, most likely because memory ran out", place.tool))
        .hint("end what needs much memory, or use a machine with 2 GB free; then `hubwright resume`")
        .retry()
}

pub(super) fn still(place: &Place<'_>) -> Problem {
    Problem::new("no-progress", format!("{} made no progress for minutes and was ended", place.tool))
        .hint(format!("see whether `{}` answers; then `hubwright resume`: what was fetched is kept", place.index))
        .retry()
}

pub(super) fn unknown(place: &Place<'_>, words: &Words) -> Problem {
    let line = words.lines.iter().rfind(|line| line.to_lowercase().contains("error")).or(words.lines.last());
    let said =
        line.map_or_else(|| "it said nothing".to_owned(), |line| format!("it said `{}`", text::brief(line, 160)));
    Problem::new("environment-failed", format!("{} failed: {said}", place.tool))
        .hint("`hubwright resume` tries again")
        .retry()
}
