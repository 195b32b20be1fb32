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

/// The process that people reach, whose port is an answer of its own.
const PROXY: &str = "proxy";

/// A port that another program listens on.
struct Busy<'p> {
    port: u16,
    holder: String,
    wanted_by: &'p str,
}

/// Why a port is not to be had.
enum Refused<'p> {
    Busy(Busy<'p>),
    Otherwise(Problem),
}

/// What is wrong with the ports that processes want; all that others listen on is one problem. Those of our own processes that
/// run are ours.
pub fn taken(layout: &Layout, processes: &[&Process]) -> Vec<Problem> {
    let own = own(layout);
    let (mut tried, mut busy, mut found) = (BTreeSet::new(), Vec::<Busy<'_>>::new(), Vec::new());
    for (address, wanted_by) in processes.iter().flat_map(|process| wanted(process)) {
        if own.contains(&address.port()) || !tried.insert(address) {
            continue;
        }
        // One answer per port is enough, whatever addresses it is wanted on.
        match try_one(address, wanted_by) {
            Some(Refused::Busy(one)) if busy.iter().all(|known| known.port != one.port) => busy.push(one),
            Some(Refused::Otherwise(problem)) if !found.contains(&problem) => found.push(problem),
            _ => {}
        }
    }
    found.extend(all_busy(&busy));
    found
}

fn wanted(process: &Process) -> impl Iterator<Item = (SocketAddr, &str)> {
    addresses(process).into_iter().map(|address| (address, process.name.as_str()))
}

/// One problem, with one way out of it.
fn all_busy(busy: &[Busy<'_>]) -> Option<Problem> {
    let problem = match busy {
        [] => return None,
        [Busy { port, holder, wanted_by }] => {
            Problem::new("port-taken", format!("port {port} is taken by {holder}, and `{wanted_by}` needs it"))
        }
        several => {
            let ports: Vec<String> = several.iter().map(|one| one.port.to_string()).collect();
            let title = format!("{} ports that are needed are taken: {}", several.len(), ports.join(", "));
            Problem::new("port-taken", title).detail(holders(several))
        }
    };
    Some(elsewhere(problem, &busy.iter().map(|one| one.wanted_by).collect()))
}

/// Who has which ports, a line each.
fn holders(busy: &[Busy<'_>]) -> String {
    let names: BTreeSet<&str> = busy.iter().map(|one| one.holder.as_str()).collect();
    let line = |name: &&str| {
        let ports = busy.iter().filter(|one| one.holder == **name).map(|one| one.port.to_string());
        format!("{name} has {}", ports.collect::<Vec<_>>().join(", "))
    };
    names.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Adds what to do, and the answer that says which port the first of these processes takes.
fn elsewhere(problem: Problem, wanted_by: &BTreeSet<&str>) -> Problem {
    let proxy = wanted_by.contains(PROXY).then_some("machine.port");
    let others = wanted_by.iter().any(|name| *name != PROXY).then_some("machine.first-port");
    let keys: Vec<&str> = others.into_iter().chain(proxy).collect();
    let problem = problem.hint(format!("choose others with `{}`, or end what has them", keys.join("` and `")));
    keys.first().map_or(problem.clone(), |key| problem.at(*key))
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

fn try_one(address: SocketAddr, wanted_by: &str) -> Option<Refused<'_>> {
    let error = TcpListener::bind(address).err()?;
    let port = address.port();
    let for_it = |problem| elsewhere(problem, &BTreeSet::from([wanted_by]));
    Some(match error.kind() {
        ErrorKind::AddrInUse => {
            let holder = holder(port).unwrap_or_else(|| "another program".to_owned());
            Refused::Busy(Busy { port, holder, wanted_by })
        }
        ErrorKind::PermissionDenied if port < FIRST_FREE => {
            let title = format!("port {port} is the administrator's, and `{wanted_by}` needs it");
            Refused::Otherwise(for_it(Problem::new("port-reserved", title)))
        }
        ErrorKind::AddrNotAvailable => {
            let title = format!("this machine has no address `{}`", address.ip());
            let problem = Problem::new("address-missing", title).hint("`ip address` lists those that it has");
            Refused::Otherwise(problem.at("machine.address"))
        }
        _ => Refused::Otherwise(for_it(Problem::new("port-unusable", format!("port {port} cannot be used: {error}")))),
    })
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
    fn many_taken_ports_are_one_problem_that_lists_them() {
        let taken: Vec<TcpListener> = (0..15).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let ports: Vec<u16> = taken.iter().map(|one| one.local_addr().unwrap().port()).collect();
        let processes: Vec<Process> =
            ports.iter().map(|port| Process { name: format!("ray-{port}"), ..process(&["ray"], *port) }).collect();
        let (_folder, layout) = layout(&[]);
        let problems = super::taken(&layout, &processes.iter().collect::<Vec<_>>());
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert!(ports.iter().all(|port| problem.title.contains(&port.to_string())), "{}", problem.title);
        assert_eq!((problem.hints.len(), problem.at.as_deref()), (1, Some("machine.first-port")));
        let detail = problem.detail.as_deref().unwrap();
        assert!(detail.lines().count() == 1 && detail.contains(&format!("(pid {})", std::process::id())), "{detail}");
    }

    #[test]
    fn an_address_that_is_not_there_is_said_once() {
        let words = ["proxy", "--ip=192.0.2.7"];
        let mut two = process(&words, 39_998);
        two.ports.extend(process(&words, 39_999).ports);
        let (_folder, layout) = layout(&[]);
        let codes: Vec<String> = super::taken(&layout, &[&two]).into_iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["address-missing"]);
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
