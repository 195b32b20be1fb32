//! Front ends: consume answers, plans and events, and print. Must not know any driver.
pub mod facts;
pub mod fold;
pub mod json;
pub mod message;
pub mod plain;
pub mod report;
pub mod review;
mod settle;
pub mod status;
pub mod summary;
pub mod tui;

use std::time::Duration;

use crate::run::event::Event;

/// Shows the events of a run, in whatever way.
pub trait Front: Send {
    /// Shows one event.
    fn event(&mut self, event: &Event);
    /// Called about once a second, also when nothing happens: heartbeats and clocks.
    fn tick(&mut self, now: jiff::Timestamp);
    /// The run ended; takes down whatever is still drawn.
    fn finish(&mut self);
}

/// Minutes and seconds: `0:07`, `12:30`, `1:02:03`.
pub fn clock(elapsed: Duration) -> String {
    let (hours, minutes, seconds) = (elapsed.as_secs() / 3600, elapsed.as_secs() / 60 % 60, elapsed.as_secs() % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}
