//! Ports that somebody else has: tried by taking them for a moment, and who has them by what `/proc` tells. Must not know
//! what is served there.
use std::{
    collections::BTreeSet,
    fs,
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
};

use crate::{
    drivers::{
        machine::{layout::Layout, serving::Serving, wanted::Wanted},
        processes,
    },
    health::text,
    plan::graph::{Probe, Process},
    problem::Problem,
};

/// Ports from here on are for everybody; those below are the administrator's, unless the system says otherwise.
const FIRST_FREE: u16 = 1024;

/// A problem for each port that is not to be had. Those of our own processes that run are ours.
pub fn taken(layout: &Layout, processes: &[&Process]) -> Vec<Problem> {
    let own = own(layout);
    let mut tried = BTreeSet::new();
    let mut found = Vec::new();
    for process in processes {
        for address in addresses(process) {
            if own.contains(&address.port()) || !tried.insert(address) {
                continue;
            }
            // One answer per port is enough, whatever addresses it is wanted on.
            let known = |problem: &Problem| problem.title.contains(&format!("port {} ", address.port()));
            found.extend(try_one(address, &process.name).filter(|_| !found.iter().any(known)));
        }
    }
    found
}

/// Whether processes of this deployment run.
pub fn is_running(layout: &Layout) -> bool {
    !own(layout).is_empty()
}

/// Ports of processes that the deployment runs already, if its supervisor lives.
fn own(layout: &Layout) -> BTreeSet<u16> {
    if !Serving::new(layout.clone()).is_supervised() {
        return BTreeSet::new();
    }
    Wanted::read(layout).processes.iter().flat_map(|kept| ports(&kept.process)).collect()
}

fn ports(process: &Process) -> Vec<u16> {
    let probed = match process.probe {
        Probe::Tcp { port } | Probe::Http { port, .. } => port,
    };
    process.ports.iter().map(|served| served.at).chain([probed]).filter(|port| *port > 0).collect()
}

/// Where a process listens: on loopback, or on the addresses that its command names.
fn addresses(process: &Process) -> Vec<SocketAddr> {
    let words = process.command.iter().flat_map(|word| word.split('='));
    let named = words.filter_map(|word| word.parse::<IpAddr>().ok());
    let hosts: BTreeSet<IpAddr> = named.chain([IpAddr::from(Ipv4Addr::LOCALHOST)]).collect();
    ports(process).into_iter().flat_map(|port| hosts.iter().map(move |host| SocketAddr::new(*host, port))).collect()
}

fn try_one(address: SocketAddr, wanted_by: &str) -> Option<Problem> {
    let error = TcpListener::bind(address).err()?;
    let port = address.port();
    let problem = match error.kind() {
        ErrorKind::AddrInUse => {
            let holder = holder(port).unwrap_or_else(|| "another program".to_owned());
            Problem::new("port-taken", format!("port {port} is taken by {holder}, and `{wanted_by}` needs it"))
        }
        ErrorKind::PermissionDenied if port < FIRST_FREE => {
            Problem::new("port-reserved", format!("port {port} is the administrator's, and `{wanted_by}` needs it"))
        }
        ErrorKind::AddrNotAvailable => {
            return Some(
                Problem::new("address-missing", format!("this machine has no address `{}`", address.ip()))
                    .hint("`ip address` lists those that it has")
                    .at("machine.address"),
            );
        }
        _ => Problem::new("port-unusable", format!("port {port} cannot be used: {error}")),
    };
    let key = if wanted_by == "proxy" { "machine.port" } else { "machine.first-port" };
    Some(problem.hint(format!("choose others with `{key}`, or end what has it")).at(key))
}

/// `python3 (pid 123)`, where it may be seen.
fn holder(port: u16) -> Option<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| fs::read_to_string(path).unwrap_or_default());
    let sockets: BTreeSet<String> = tables.iter().flat_map(|table| listening(table, port)).collect();
    let pid = processes::all().into_iter().find(|pid| holds(*pid, &sockets))?;
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    Some(format!("{} (pid {pid})", text::brief(&name, 40)))
}

/// Inodes of sockets that listen on a port, as links below `/proc/PID/fd` name them.
fn listening(table: &str, port: u16) -> Vec<String> {
    const LISTEN: &str = "0A";
    let rows = table.lines().skip(1).filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
        let (_, number) = local.rsplit_once(':')?;
        (u16::from_str_radix(number, 16).ok()? == port && *state == LISTEN).then(|| format!("socket:[{inode}]"))
    });
    rows.collect()
}

fn holds(pid: u32, sockets: &BTreeSet<String>) -> bool {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    let mut links = entries.flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
    links.any(|link| sockets.contains(&*link.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::graph::ServedPort;

    fn process(command: &[&str], at: u16) -> Process {
        Process {
            name: "proxy".into(),
            command: command.iter().map(|word| (*word).to_owned()).collect(),
            ports: vec![ServedPort { service: String::new(), port: at, at, address: None }],
            ..Process::default()
        }
    }

    fn layout(processes: &[Process]) -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::at(folder.path().to_owned());
        layout.make().unwrap();
        let kept: Vec<_> = processes.iter().map(|process| serde_json::json!({ "process": process })).collect();
        fs::write(layout.wanted(), serde_json::json!({ "processes": kept }).to_string()).unwrap();
        (folder, layout)
    }

    #[test]
    fn ports_of_processes_that_run_are_our_own_and_of_those_that_ran_are_not() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let one = process(&["proxy"], taken.local_addr().unwrap().port());
        let (_folder, layout) = layout(std::slice::from_ref(&one));
        let lock = fs::File::create(layout.lock()).unwrap();
        let problems = super::taken(&layout, &[&one]);
        assert_eq!((problems.len(), problems[0].at.as_deref()), (1, Some("machine.port")));
        lock.lock().unwrap();
        assert_eq!(super::taken(&layout, &[&one]), []);
    }

    #[test]
    fn a_process_listens_on_loopback_and_where_its_command_says() {
        let of =
            |command: &[&str]| addresses(&process(command, 8000)).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(of(&["hub"]), ["127.0.0.1:8000"]);
        assert_eq!(of(&["proxy", "--ip=192.0.2.7"]), ["127.0.0.1:8000", "192.0.2.7:8000"]);
        let (_folder, layout) = layout(&[]);
        let problems = super::taken(
            &layout,
            &[&process(&["proxy", "--ip", "192.0.2.7"], 0), &process(&["x", "192.0.2.7"], 39_999)],
        );
        assert_eq!(problems[0].code, "address-missing", "{problems:?}");
    }
}
