//! Tests through the public way in that need no cluster: architecture, commands, rendered values.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a failed expectation is how a test fails, and tests look at files"
)]

mod architecture;
mod charts;
mod commands;
mod machine;
mod plain;
mod render;
#[path = "../tui/talk.rs"]
mod talk;
#[expect(dead_code, reason = "other tests wait for other things")]
#[path = "../tui/terminal.rs"]
mod terminal;
mod tui;
mod wizard;
