//! Answers about this machine that are impossible together: addresses without https, ports that meet.
//! Must not look at the machine: whether a port is free, or a file there, is found out before the installation.
use std::{net::IpAddr, ops::RangeInclusive};

use crate::answers::{
    invalid::Invalid,
    spec,
    tree::{Answers, Machine},
};

/// Ports that Ray gives to the servers of its clients (`ray.init("ray://…")`), and that nobody can move.
const RAY_CLIENTS: RangeInclusive<u16> = 23000..=23999;

/// Reports every impossible combination. `hub`: whether the hub is wanted.
pub(super) fn check(answers: &Answers, hub: bool, wrong: &mut Vec<Invalid>) {
    let machine = &answers.machine;
    if hub {
        check_https(machine, wrong);
    }
    if answers.components.ray != Some(false) {
        check_ray_ports(machine, hub, wrong);
        check_workers(answers, wrong);
    }
    check_overlap(machine, hub, wrong);
}

fn check_https(machine: &Machine, wrong: &mut Vec<Invalid>) {
    let address = machine.address.as_deref().unwrap_or_default();
    let far = address.parse::<IpAddr>().is_ok_and(|address| !address.is_loopback());
    let certificate = machine.certificate.is_some() || machine.key.is_some();
    if far && !certificate {
        wrong.push(
            Invalid::at(
                "machine.address",
                format!("needs https: other machines reach `{address}`, and passwords would travel unencrypted"),
            )
            .hint(
                "give `machine.certificate` and `machine.key`, or keep `127.0.0.1` and let a proxy of yours in front have \
                 https (`machine.behind-proxy=true`)",
            ),
        );
    }
    if machine.behind_proxy == Some(true) && certificate {
        wrong.push(
            Invalid::at(
                "machine.behind-proxy",
                "does not go with a certificate: the proxy has its own, and speaks http to the hub",
            )
            .hint("leave out `machine.certificate` and `machine.key`, or the proxy"),
        );
    }
}

/// The ports of the parts.
fn ports(machine: &Machine) -> RangeInclusive<u16> {
    spec::Machine { first_port: machine.first_port.unwrap_or_default(), ..spec::Machine::default() }.ports()
}

fn meet(one: &RangeInclusive<u16>, other: &RangeInclusive<u16>) -> bool {
    one.start() <= other.end() && other.start() <= one.end()
}

fn check_overlap(machine: &Machine, hub: bool, wrong: &mut Vec<Invalid>) {
    let ports = ports(machine);
    if let Some(port) = machine.port.filter(|port| hub && ports.contains(port)) {
        let (first, last) = ports.into_inner();
        wrong.push(
            Invalid::at("machine.port", format!("`{port}` is one of the ports {first} to {last} of the parts"))
                .hint("choose another one, or move those with `machine.first-port`"),
        );
    }
}

fn check_ray_ports(machine: &Machine, hub: bool, wrong: &mut Vec<Invalid>) {
    let taken =
        format!("meets the ports {} to {}, which Ray gives to its clients", RAY_CLIENTS.start(), RAY_CLIENTS.end());
    if meet(&ports(machine), &RAY_CLIENTS) {
        wrong.push(Invalid::at("machine.first-port", &taken).hint("choose one from 24000 on, or below 22800"));
    }
    if machine.port.is_some_and(|port| hub && RAY_CLIENTS.contains(&port)) {
        wrong.push(Invalid::at("machine.port", taken).hint("choose another one, such as 8000"));
    }
}

/// Each worker is a Ray node with ports of its own.
fn check_workers(answers: &Answers, wrong: &mut Vec<Invalid>) {
    let workers = answers.ray.pools.iter().flatten().filter_map(|pool| pool.min).fold(0, u32::saturating_add);
    let most = spec::Machine::MOST_WORKERS;
    if workers > most {
        wrong.push(
            Invalid::at(
                "ray.pools",
                format!("ask for {workers} workers, and on this machine there are at most {most}"),
            )
            .hint("take fewer and bigger ones: a worker with `cpu: 8` runs eight tasks at once"),
        );
    }
}
