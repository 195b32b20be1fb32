//! JSON front end: one event per line, exactly as it stands in the journal. `docs/reference/events.md` describes the lines.
//! Must not know what an event means.
use std::io::Write;

use super::Front;
use crate::run::event::Event;

/// Writes each event as one line of JSON.
pub struct Json<W: Write + Send> {
    out: W,
}

impl<W: Write + Send> Json<W> {
    /// Writes to `out`.
    pub const fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write + Send> Front for Json<W> {
    fn event(&mut self, event: &Event) {
        // A reader that went away (a closed pipe) must not end the run: the journal has every event.
        if serde_json::to_writer(&mut self.out, event).is_ok() {
            let _ = self.out.write_all(b"\n").and_then(|()| self.out.flush());
        }
    }

    fn tick(&mut self, _now: jiff::Timestamp) {}

    fn finish(&mut self) {}
}
