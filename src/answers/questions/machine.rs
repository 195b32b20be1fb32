//! How a deployment lives on this machine. Must not know how a process is started, nor look at the machine.
use std::net::IpAddr;

use serde_json::json;

use crate::answers::{
    question::{Kind, Question, lens},
    rules, spec,
    tree::{Answers, TargetKind},
};

fn hub(answers: &Answers) -> bool {
    answers.components.jupyterhub.unwrap_or(true)
}

/// The address that the hub listens on, the default included; `None`: not an address.
pub(super) fn address(answers: &Answers) -> Option<IpAddr> {
    answers.machine.address.as_deref().unwrap_or(LOOPBACK).parse().ok()
}

const LOOPBACK: &str = "127.0.0.1";

pub(super) const QUESTIONS: &[Question<Answers>] = &[
    Question::new(
        "machine.folder",
        "Folder",
        "absolute path of the folder that everything is in; `~/.local/share/hubwright/NAME` if not said",
        Kind::Text,
        lens!(Answers, machine.folder),
    )
    .doc("Programs, homes, the hub's database, logs. Nothing is written outside of it but the service of `machine.at-boot`.")
    .only(TargetKind::ThisMachine)
    .unsaid(|_| "automatic".to_owned())
    .rule(rules::folder),
    Question::new(
        "machine.address",
        "Address",
        "IP address that the hub listens on",
        Kind::Text,
        lens!(Answers, machine.address),
    )
    .doc("Another than loopback needs `machine.certificate`: passwords would travel unencrypted. `0.0.0.0` is all of the machine's.")
    .only(TargetKind::ThisMachine)
    .when(hub)
    .or(|_, _| json!(LOOPBACK))
    .rule(rules::address),
    Question::new(
        "machine.port",
        "Port",
        "port that the hub listens on",
        Kind::Int { min: 1, max: 65535 },
        lens!(Answers, machine.port),
    )
    .only(TargetKind::ThisMachine)
    .when(hub)
    .or(|_, _| json!(8000)),
    Question::new(
        "machine.certificate",
        "Certificate",
        "absolute path of a PEM file: the certificate for https, with its chain",
        Kind::Text,
        lens!(Answers, machine.certificate),
    )
    .doc("With one the hub speaks https. It must be for the name that people type, `access.host`.")
    .only(TargetKind::ThisMachine)
    .when(hub)
    .required_when(|answers| answers.machine.key.is_some())
    .unsaid(|_| "none: plain http".to_owned())
    .rule(rules::path),
    Question::new(
        "machine.key",
        "Key",
        "absolute path of a PEM file: the certificate's key, without a passphrase",
        Kind::Text,
        lens!(Answers, machine.key),
    )
    .only(TargetKind::ThisMachine)
    .when(hub)
    .required_when(|answers| answers.machine.certificate.is_some())
    .rule(rules::path),
    Question::new(
        "machine.behind-proxy",
        "Behind a proxy",
        "a proxy of yours on this machine has https for `access.host`, and speaks http to the hub",
        Kind::Bool,
        lens!(Answers, machine.behind_proxy),
    )
    .doc("It must pass on web sockets and `Host`, and set `X-Forwarded-Proto: https`.")
    .only(TargetKind::ThisMachine)
    .when(hub)
    .or(|_, _| json!(false)),
    Question::new(
        "machine.first-port",
        "Inner ports",
        "first of the 200 ports on loopback that the parts use between themselves",
        Kind::Int { min: 1024, max: 65_536 - spec::Machine::PORTS as i64 },
        lens!(Answers, machine.first_port),
    )
    .doc("Not 23000 to 23999, which Ray gives to its clients, and better not 32768 to 60999, which most systems hand out to whatever asks.")
    .only(TargetKind::ThisMachine)
    .or(|_, _| json!(24100)),
    Question::new(
        "machine.at-boot",
        "Start with the machine",
        "start again when the machine starts, as a systemd service of the user who installs",
        Kind::Bool,
        lens!(Answers, machine.at_boot),
    )
    .only(TargetKind::ThisMachine)
    .or(|_, _| json!(false)),
    Question::new(
        "machine.python",
        "Python",
        "absolute path of the Python program that the environment is made with; the newest fitting one if not said",
        Kind::Text,
        lens!(Answers, machine.python),
    )
    .unsaid(|_| "the newest fitting one".to_owned())
    .only(TargetKind::ThisMachine)
    .rule(rules::path),
    Question::new(
        "machine.wheels",
        "Wheels",
        "absolute path of a folder that holds every package as a wheel, where no package index is reached",
        Kind::Text,
        lens!(Answers, machine.wheels),
    )
    .unsaid(|_| "none: from the package index".to_owned())
    .only(TargetKind::ThisMachine)
    .rule(rules::path),
];
