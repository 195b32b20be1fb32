//! Front ends: consume answers, plans and events, and print. Must not know any driver.
pub mod facts;
pub mod fold;
pub mod json;
pub mod message;
pub mod plain;
pub mod report;
mod settle;
pub mod status;
pub mod summary;
pub mod tui;
pub mod wizard;

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

/// Minutes and seconds: `0:07`, `12:30`, `1:02:03`; from two days on, days and hours: `3 d 4 h`.
pub fn clock(elapsed: Duration) -> String {
    let (hours, minutes, seconds) = (elapsed.as_secs() / 3600, elapsed.as_secs() / 60 % 60, elapsed.as_secs() % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        1..48 => format!("{hours}:{minutes:02}:{seconds:02}"),
        _ => format!("{} d {} h", hours / 24, hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_took_long_is_not_told_to_the_second() {
        let said = |seconds| clock(Duration::from_secs(seconds));
        assert_eq!([7, 750, 3723, 172_799].map(said), ["0:07", "12:30", "1:02:03", "47:59:59"]);
        assert_eq!([172_800, 28_022_508].map(said), ["2 d 0 h", "324 d 8 h"]);
    }
}
