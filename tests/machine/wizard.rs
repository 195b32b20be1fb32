//! The whole way on this machine, as a person goes it: the full screen, the keyboard, a real installation.
use std::net::TcpListener;

use hubwright::run::event::{EventKind, Outcome};
use rustix::process::Signal;

use crate::{
    Case,
    here::{Here, free_ports},
    walk::{LONG, Walk},
};

/// The tests. Each installs for real.
pub const CASES: &[Case] = &[
    ("from_nothing_through_every_section_hung_up_and_resumed", from_nothing),
    ("a_preset_and_a_port_that_is_taken_mended_in_place", port_taken),
];

fn from_nothing() {
    let here = Here::new("wizard");
    let mut walk = Walk::begin(&here.wizard(&[]));
    walk.choose("New setup on this machine");
    walk.terminal.wait_for("Target");
    walk.pick("login.method", "dummy");
    for (question, text) in here.answers() {
        walk.answer(question, &text);
    }
    walk.find("target.kind");
    walk.pass(&[
        "This machine",
        "Components",
        "Notebook image",
        "Login",
        "Access and TLS",
        "Ray",
        "Dask",
        "Extras",
        "Fit",
    ]);
    walk.review();
    walk.install();
    // The connection is lost in the middle of it, and the person comes back.
    walk.terminal.wait_long_for("of 6 steps", LONG);
    walk.terminal.signal(Signal::HUP);
    walk.ended(130);
    let last = here.journal().pop().map(|event| event.kind);
    assert!(matches!(last, Some(EventKind::RunFinished { outcome: Outcome::Interrupted, .. })), "{last:?}");

    let mut walk = Walk::begin(&here.wizard(&[]));
    walk.choose("Go on installing");
    walk.watch_to_the_end();
    walk.terminal.wait_for(&here.url());
    let shown = walk.terminal.screen();
    walk.leave("q", 0);
    assert!(!shown.contains(&here.password()), "a password stands on the screen unasked:\n{shown}");
    // What it was made of is no unfinished setup any more.
    let walk = Walk::begin(&here.wizard(&[]));
    walk.terminal.wait_for("Existing deployments");
    walk.terminal.wait_for(&format!("{} on this machine", here.name));
    let begun = walk.terminal.screen();
    assert!(!begun.contains("Go on answering"), "its draft is listed yet:\n{begun}");
    walk.leave("^C", 130);
    here.remove();
}

fn port_taken() {
    let here = Here::new("wizard");
    let mut walk = Walk::begin(&here.wizard(&["setup", "trial"]));
    walk.terminal.wait_for("preset trial");
    for (question, text) in here.answers() {
        walk.answer(question, &text);
    }
    walk.review();
    // Somebody takes the port after it was looked at.
    let taken = TcpListener::bind(("127.0.0.1", here.port)).unwrap();
    walk.install();
    walk.terminal.wait_long_for("is taken", LONG);
    drop(taken);
    let here = here.at_port(free_ports(1));
    walk.terminal.press("e");
    walk.terminal.wait_for("Port");
    walk.answer("machine.port", &here.port.to_string());
    walk.review();
    walk.install();
    walk.watch_to_the_end();
    walk.terminal.wait_for(&here.url());
    walk.leave("q", 0);
    here.remove();
}
