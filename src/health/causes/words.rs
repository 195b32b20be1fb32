//! What the last words of a program mean. One table: a new meaning is one row. For a process of this machine a meaning may
//! be the cause itself, with a name and next steps of its own. Must not know how words are read.
use std::net::SocketAddr;

use super::process::{self, quoted};
use crate::health::{
    text,
    verdict::{Finding, LogPointer},
};

/// Last lines of a log that are shown.
pub const LAST_WORDS: u32 = 20;
/// Most characters of them.
const LONGEST: usize = 2_000;

/// A meaning of words.
struct Meaning {
    /// Words in lower case: one of them must be in a line.
    says: &'static [&'static str],
    /// What they mean, wherever the program runs.
    means: &'static str,
    /// The cause that they name, where the program is a process of this machine.
    here: Option<Here>,
}

/// A cause on this machine.
struct Here {
    /// Stable kebab-case name.
    code: &'static str,
    /// One sentence.
    title: fn(&Said<'_>) -> String,
    /// What to do next, before a look into the log.
    next: fn(&Said<'_>, Finding) -> Finding,
}

const fn says(says: &'static [&'static str], means: &'static str) -> Meaning {
    Meaning { says, means, here: None }
}

impl Meaning {
    const fn here(
        self,
        code: &'static str,
        title: fn(&Said<'_>) -> String,
        next: fn(&Said<'_>, Finding) -> Finding,
    ) -> Self {
        Self { here: Some(Here { code, title, next }), ..self }
    }
}

/// A line of a process of this machine.
struct Said<'a> {
    /// The line, cleaned.
    line: &'a str,
    /// Lines before it that say what could not be listened on: Python itself leaves it out.
    bound: Option<&'a str>,
    /// Name of the process.
    name: &'a str,
    /// Name of the deployment.
    namespace: &'a str,
    /// Path of its log.
    file: &'a str,
}

/// The more specific before the more general: in a line the first that fits counts.
const MEANINGS: &[Meaning] = &[
    says(&["exec format error"], "the image is built for another processor"),
    says(&["no space left on device", "database or disk is full"], "a disk is full: the node's, or the volume's").here(
        "disk-full",
        |said| format!("`{}` cannot write: a disk is full", said.name),
        |said, finding| {
            let command = format!("df -h {} /tmp", quoted(said.folder()));
            finding.command(command, "see which one, and make room").edit("machine.folder", "or choose a folder with more room")
        },
    ),
    says(&["disk quota exceeded"], "its owner may not store more").here(
        "disk-full",
        |said| format!("`{}` cannot write: you may not store more on this disk", said.name),
        |_, finding| finding.edit("machine.folder", "choose a folder with more room"),
    ),
    says(&["database is locked"], "two hubs share one database file: only one may run").here(
        "database-locked",
        |said| format!("another program uses the database of `{}`", said.name),
        |said, finding| {
            let command = format!("fuser -v {}/data/*", quoted(said.folder()));
            finding.command(command, "see which one: a hub that was started by hand, or a backup")
        },
    ),
    says(
        &["found database schema version"],
        "its database was written by another version of JupyterHub: `jupyterhub upgrade-db` brings an older one up to date, a newer one needs the newer JupyterHub",
    )
    .here(
        "database-version",
        |said| format!("the database of `{}` was written by another version of JupyterHub", said.name),
        |said, finding| {
            let command = format!("cp -r {0}/data {0}/data.before", quoted(said.folder()));
            finding
                .command(command, "keep a copy first; then `jupyterhub upgrade-db` brings an older one up to date")
                .tell("a newer one, after a downgrade, needs the newer JupyterHub: install the newer hubwright again")
        },
    ),
    says(&["file is not a database", "database disk image is malformed"], "its database file is broken").here(
        "database-broken",
        |said| format!("the database file of `{}` is broken", said.name),
        |said, finding| {
            let command = format!("mv {0}/data {0}/data.broken", quoted(said.folder()));
            finding.command(command, "put a copy back, or begin with an empty one: homes stay, people log in again")
        },
    ),
    says(&["failed to connect to db:"], "it cannot open its database").here(
        "database-closed",
        |said| format!("`{}` cannot open its database", said.name),
        |said, finding| {
            let command = format!("fuser -v {}/data/*", quoted(said.folder()));
            finding.command(command, "see whether another program holds it").tell("or its folder is gone, or another user's")
        },
    ),
    says(&["cookie_secret_file can be read or written"], "the file with its cookie secret may be read by others").here(
        "cookie-secret",
        |said| format!("the file with the cookie secret of `{}` may be read by others", said.name),
        |said, finding| finding.command(format!("chmod -R go= {}/data", quoted(said.folder())), "let nobody else read it"),
    ),
    says(&["read-only file system"], "it writes where it may only read").here(
        "read-only",
        |said| format!("`{}` cannot write: its file system is read-only", said.name),
        |_, finding| finding.edit("machine.folder", "choose a folder that can be written to"),
    ),
    says(
        &["could not connect to server", "connection to server"],
        "its database does not answer: check `storage.database-url`",
    ),
    says(
        &["password authentication failed", "access denied for user"],
        "the database refused its password: check `storage.database-password`",
    ),
    says(&["listen eacces", "bind: permission denied"], "ports below 1024 are for the administrator").here(
        "port-denied",
        |said| match said.port() {
            Some(port) => format!("`{}` may not have port {port}: those below 1024 are for the administrator", said.name),
            None => format!("`{}` may not have its port: those below 1024 are for the administrator", said.name),
        },
        |_, finding| finding.edit("machine.port", "choose one from 1024 on"),
    ),
    says(&["permission denied"], "it may not read or write a file: the volume may belong to another user").here(
        "file-denied",
        |said| format!("`{}` may not use a file: {}", said.name, said.line.trim()),
        |said, finding| {
            let command = format!("find {} ! -user \"$USER\"", quoted(said.folder()));
            finding.command(command, "see which files are another user's, as after `sudo hubwright`")
        },
    ),
    says(
        &["no module named 'encodings'", "init_fs_encoding", "bad interpreter", "undefined symbol: py", "undefined symbol: _py"],
        "its Python packages were made for another Python",
    )
    .here(
        "python-changed",
        |said| format!("the Python that the programs of `{}` were made with is gone or another one now", said.name),
        |said, finding| made_anew(said, finding).edit("machine.python", "or name the Python that it was"),
    ),
    says(&["version `glibc", "version `glibcxx"], "it is made for a newer operating system").here(
        "system-too-old",
        |said| format!("`{}` is made for a newer operating system than this machine's", said.name),
        |_, finding| finding.tell("a system with a newer C library is needed: `ldd --version` shows which this one has"),
    ),
    says(&["error while loading shared libraries", "cannot open shared object file"], "it lacks a system library").here(
        "library-missing",
        |said| format!("`{}` lacks a library of the system: {}", said.name, said.line.trim()),
        |said, finding| made_anew(said, finding.tell("install the package of your system that has it")),
    ),
    says(
        &["af_unix path length cannot exceed", "af_unix path too long"],
        "the path of its sockets is too long: 107 bytes are the limit",
    )
    .here(
        "socket-path",
        |said| format!("the path of the sockets of `{}` is too long: 107 bytes are the limit", said.name),
        |_, finding| finding.edit("machine.folder", "choose a folder with a shorter path"),
    ),
    says(
        &["the amount of memory on this node available for tasks and actors", "object store memory", "memoryerror"],
        "it needs more memory than there is",
    )
    .here("memory-too-small", too_small, more_memory),
    says(&["cannot allocate memory", "std::bad_alloc", "heap out of memory"], "it was given no more memory")
        .here("memory-too-small", too_small, more_memory),
    says(&["timed out during startup"], "its own processes did not start in time").here(
        "ray-slow-start",
        |said| format!("the processes of `{}` did not start in time", said.name),
        |_, finding| finding.command("uptime", "see how busy this machine is; it starts again by itself"),
    ),
    says(&["certificate verify failed", "x509:"], "it does not trust a certificate"),
    says(
        &["name or service not known", "temporary failure in name resolution", "no such host"],
        "it cannot find a host by its name: DNS",
    ),
    says(
        &["bad config encountered", "traiterror", "unrecognized alias", "config option"],
        "it does not accept a value of its configuration",
    )
    .here(
        "bad-config",
        |said| {
            let words = said.line.split_once("initialization: ").map_or(said.line, |(_, words)| words);
            format!("`{}` does not accept its configuration: {}", said.name, words.trim())
        },
        |_, finding| finding.command("hubwright explain KEY", "see where an answer comes from, then change it"),
    ),
    says(&["connection refused"], "what it needs does not answer yet, or is at another address"),
    says(&["modulenotfounderror", "no module named", "cannot find module"], "its image lacks a Python package").here(
        "package-gone",
        |said| format!("the programs of `{}` are not whole: {}", said.name, said.line.trim()),
        made_anew,
    ),
    says(&["address already in use", "[errno 98]", "eaddrinuse"], "its port is taken by another program of the pod")
        .here("port-taken", port_taken, another_port),
    says(&["too many open files", "[errno 24]"], "it may not open more files").here(
        "too-many-files",
        |said| format!("`{}` may not open more files", said.name),
        |_, finding| finding.command("ulimit -n", "see how many you may open, and allow more: 65536 are plenty"),
    ),
    says(&["version mismatch"], "parts of it have different versions"),
];

fn too_small(said: &Said<'_>) -> String {
    format!("this machine has too little memory for `{}`", said.name)
}

fn more_memory(said: &Said<'_>, finding: Finding) -> Finding {
    let finding = finding.command("free -h", "see what is left, and close what else takes it");
    if said.name.starts_with("ray") { finding.edit("ray.head-memory", "or choose another amount") } else { finding }
}

fn port_taken(said: &Said<'_>) -> String {
    match said.port() {
        Some(port) => format!("port {port}, which `{}` needs, is taken by another program", said.name),
        None => format!("a port that `{}` needs is taken by another program", said.name),
    }
}

fn another_port(said: &Said<'_>, finding: Finding) -> Finding {
    process::another_port(finding, said.name, said.port())
}

impl<'a> Said<'a> {
    /// The port in the line: `127.0.0.1:24777`, `('127.0.0.1', 24777)`, `:::24777`, `port is 24777`.
    fn port(&self) -> Option<u16> {
        port_in(self.line).or_else(|| port_in(self.bound?))
    }

    /// The deployment's folder: logs are one folder below it.
    fn folder(&self) -> &'a str {
        let above = |path: &'a str| path.rsplit_once('/').map_or(".", |(above, _)| above);
        above(above(self.file))
    }
}

/// The folder of programs is removed first: what is whole by its own account is left alone.
fn made_anew(said: &Said<'_>, finding: Finding) -> Finding {
    let command = format!("rm -r {}/env && hubwright upgrade -n {}", quoted(said.folder()), said.namespace);
    finding.command(command, "make the programs again; people's data is elsewhere")
}

fn port_in(line: &str) -> Option<u16> {
    let plain = line.replace("', ", ":").replace(['\'', '(', ')', '"'], " ");
    let of_word = |word: &str| {
        let word = word.split_once("://").map_or(word, |(_, rest)| rest).split('/').next()?;
        let word = word.trim_end_matches([':', ',', '.', ';']);
        let address = word.parse::<SocketAddr>().ok().map(|address| address.port());
        address.or_else(|| word.strip_prefix(":::")?.parse().ok())
    };
    let named = || plain.split_once("port is ")?.1.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
    plain.split_whitespace().rev().find_map(of_word).or_else(named)
}

/// Adds a program's last words to a finding, cleaned, and what they mean if that is known. `lines`: end of its log.
#[must_use]
pub fn with_last_words(mut finding: Finding, lines: &[String]) -> Finding {
    let from = lines.len().saturating_sub(LAST_WORDS as usize);
    let lines: Vec<String> = lines.iter().skip(from).map(|line| text::clean(line)).collect();
    let words = end_of(&lines);
    if words.is_empty() {
        return finding;
    }
    if let Some((line, meaning)) = meaning(&lines) {
        let bound = lines.iter().rev().find(|line| line.contains("Failed to bind")).map(String::as_str);
        finding = explained(finding, line, bound, meaning);
    }
    finding.detail = Some(match finding.detail {
        Some(detail) => format!("{detail}\nits last words:\n{words}"),
        None => format!("its last words:\n{words}"),
    });
    finding
}

/// As many whole lines from the end as a person reads: what matters stands last.
fn end_of(lines: &[String]) -> String {
    let mut room = LONGEST;
    let fitting = lines.iter().rev().take_while(|line| {
        let length = line.chars().count() + 1;
        let fits = length <= room;
        room = room.saturating_sub(length);
        fits
    });
    let from = lines.len() - fitting.count().max(1).min(lines.len());
    text::clean(&lines.get(from..).unwrap_or_default().join("\n"))
}

/// The last line with a known meaning tells.
fn meaning(lines: &[String]) -> Option<(&str, &'static Meaning)> {
    lines.iter().rev().find_map(|line| {
        let lower = line.to_lowercase();
        let known = MEANINGS.iter().find(|meaning| meaning.says.iter().any(|word| lower.contains(word)))?;
        Some((line.as_str(), known))
    })
}

fn explained(finding: Finding, line: &str, bound: Option<&str>, meaning: &Meaning) -> Finding {
    let place = finding.log.clone();
    let place = place.as_ref().and_then(|log| Some((log, log.file.as_deref()?)));
    match (&meaning.here, place) {
        (Some(here), Some((log, file))) => named(finding, here, &said(line, bound, log, file)),
        _ => finding.tell(format!("its last words mean: {}", meaning.means)),
    }
}

fn said<'a>(line: &'a str, bound: Option<&'a str>, log: &'a LogPointer, file: &'a str) -> Said<'a> {
    Said { line, bound, name: &log.container, namespace: &log.namespace, file }
}

/// The cause takes the place of "it ends", and what to do about it comes before a look into the log.
fn named(finding: Finding, here: &Here, said: &Said<'_>) -> Finding {
    let cause = Finding::new(here.code, &finding.subject, (here.title)(said));
    let cause = (here.next)(said, cause);
    let looks = finding.next.into_iter().filter(process::is_look);
    let next = cause.next.into_iter().chain(looks).collect();
    let detail =
        [Some(finding.title), finding.detail].into_iter().flatten().reduce(|one, other| format!("{one}\n{other}"));
    Finding { code: cause.code, title: cause.title, detail, next, ..finding }
}

#[cfg(test)]
mod tests;
