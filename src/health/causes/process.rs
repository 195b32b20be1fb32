//! Processes of this machine: killed for memory, not to be started, ending again and again, silent. What their last words
//! mean is the business of `words`. Must not know how processes are started and watched.
use super::{Context, config, crash, log, named, probe};
use crate::health::{
    objects::{Pod, Watched},
    verdict::{Finding, NextStep},
};

/// Seconds after which a process that does not answer is a finding: the slowest, Ray's head, takes ten.
const SILENT: i64 = 120;

pub fn killed_for_memory(on: &Context<'_>) -> Option<Finding> {
    let process = on.process()?;
    let status = crash::killed_for_memory(process)?;
    let title = format!("`{}` was killed because this machine had no memory left", status.name);
    let finding = Finding::new("memory-exhausted", named(process), title).since(crash::ended_at(status));
    let finding = finding
        .log(crash::log_of(process, status))
        .command("free -h", "see what is left, and close what else takes it");
    Some(if process.name().starts_with("ray") { finding.edit("ray.head-memory", "or ask for less") } else { finding })
}

/// What the supervisor or the operating system says about a program that is not started.
struct Refusal {
    /// In lower case: one of them.
    says: &'static [&'static str],
    /// Follows the name of the process.
    title: &'static str,
    next: fn(Finding, &Pod) -> Finding,
}

const REFUSALS: &[Refusal] = &[
    Refusal {
        says: &["no such file", "there is no program", "is no program"],
        title: "its program is not there",
        next: made_anew,
    },
    Refusal {
        says: &["permission denied", "may not be executed"],
        title: "its program may not be run",
        next: |finding, _| {
            finding.edit("machine.folder", "choose a folder on a file system that is not mounted with `noexec`")
        },
    },
    Refusal { says: &["exec format error"], title: "its program is made for another processor", next: made_anew },
    Refusal {
        says: &["no space left"],
        title: "a disk is full",
        next: |finding, _| finding.command("df -h", "see which one, and make room"),
    },
    Refusal {
        says: &["temporarily unavailable"],
        title: "this machine starts no more processes",
        next: |finding, _| finding.command("ulimit -u", "see how many you may have, and end others"),
    },
    Refusal {
        says: &["too many open files"],
        title: "too many files are open",
        next: |finding, _| finding.command("ulimit -n", "see how many you may have, and allow more"),
    },
];

/// Programs are made again; people's data is elsewhere.
fn made_anew(finding: Finding, process: &Pod) -> Finding {
    let command = format!("hubwright upgrade -n {}", process.namespace());
    finding.command(command, "make its programs again where they are not whole")
}

/// The supervisor looks before it starts a program: some run on without their port, and another would answer for them.
pub fn port_taken(on: &Context<'_>) -> Option<Finding> {
    let process = on.process()?;
    let words = config::waiting(process)?;
    let port = words.strip_prefix("port ")?.strip_suffix(" is taken by another program")?.parse().ok()?;
    let title = format!("port {port}, which `{}` needs, is taken by another program", process.name());
    Some(another_port(Finding::new("port-taken", named(process), title), process.name(), Some(port)))
}

/// The hub's public port is the proxy's; all others are counted from the first.
pub fn another_port(finding: Finding, process: &str, port: Option<u16>) -> Finding {
    let whose = port.map_or_else(|| "ss -ltnp".to_owned(), |port| format!("ss -ltnp 'sport = :{port}'"));
    let finding = finding.command(whose, "see which program has it, and end that");
    let public = process.contains("proxy");
    let finding = if public { finding.edit("machine.port", "or choose another port for the hub") } else { finding };
    finding.edit("machine.first-port", "or choose other ports for the parts between themselves")
}

pub fn cannot_start(on: &Context<'_>) -> Option<Finding> {
    let process = on.process()?;
    let words = config::waiting(process)?;
    let lower = words.to_lowercase();
    let known = REFUSALS.iter().find(|refusal| refusal.says.iter().any(|words| lower.contains(words)));
    let why = known.map(|refusal| format!(": {}", refusal.title)).unwrap_or_default();
    let title = format!("`{}` cannot be started{why}", process.name());
    let finding = Finding::new("process-cannot-start", named(process), title).detail(words);
    Some(match known {
        Some(refusal) => (refusal.next)(finding, process),
        None => look(finding, process),
    })
}

pub fn ends(on: &Context<'_>) -> Option<Finding> {
    let process = on.process()?;
    let (status, end) = crash::crashed(process)?;
    let (how, times) = (crash::exit_words(end), status.restart_count);
    let title = format!("`{}` ends soon after it starts: {how} ({times} restarts)", status.name);
    let finding =
        Finding::new("process-ends", named(process), title).detail(end.message.as_deref().unwrap_or_default());
    let finding = finding.since(end.finished_at).log(crash::log_of(process, status));
    Some(look(if crash::was_killed(end) { by_whom(finding) } else { finding }, process))
}

/// A process that is not started again.
pub fn failed(on: &Context<'_>) -> Option<Finding> {
    let process = on.process().filter(|process| process.phase() == "Failed")?;
    let words = process.status.message.as_deref().unwrap_or_default();
    let ended = process.statuses().find_map(|status| Some((status, crash::last_end(status)?)));
    let how = ended.map(|(_, end)| format!(": {}", crash::exit_words(end))).unwrap_or_default();
    let title = format!("`{}` failed and is not started again{how}", process.name());
    let finding = Finding::new("process-failed", named(process), title).detail(words);
    let finding = finding.since(ended.and_then(|(_, end)| end.finished_at)).log(log(process, process.name(), false));
    Some(look(finding, process))
}

pub fn silent(on: &Context<'_>) -> Option<Finding> {
    let process = on.process()?;
    let status = process.statuses().find(|status| !status.ready && status.state.running.is_some())?;
    // One that answered until now, and is being ended or hangs, is silent since then.
    let turned = process.condition("Ready").and_then(|ready| ready.last_transition_time);
    let started = status.state.running.and_then(|running| running.started_at).max(turned);
    if !on.is_past(started, SILENT) {
        return None;
    }
    let at =
        process.container(&status.name).and_then(probe::place).map(|place| format!(" at {place}")).unwrap_or_default();
    let title = format!("`{}` runs, but does not answer{at}", status.name);
    let finding = Finding::new("process-silent", named(process), title).since(started);
    Some(look(finding.log(log(process, &status.name, false)), process))
}

/// Linux kills what it takes for the reason that memory ran out; so do people.
fn by_whom(finding: Finding) -> Finding {
    finding
        .command("journalctl -k -g 'killed process'", "see whether this machine ran out of memory, if nobody ended it")
}

/// Where more is to be read of a process.
fn look(finding: Finding, process: &Pod) -> Finding {
    let command = format!("hubwright logs {} -n {}", process.name(), process.namespace());
    let finding = finding.command(command, "read its last words in full");
    match process.log_file() {
        Some(file) => finding.command(format!("less {}", quoted(file)), "or look into its whole log"),
        None => finding,
    }
}

/// Whether this is such a step.
pub fn is_look(step: &NextStep) -> bool {
    let reads = |command: &str| command.starts_with("hubwright logs ") || command.starts_with("less ");
    matches!(step, NextStep::Command { command, .. } if reads(command))
}

/// A path as a shell takes it.
pub fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%".contains(c);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}
