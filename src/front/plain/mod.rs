//! Plain front end: one line per change that lasts, for terminals, logs and screen readers. On a terminal a few indicatif bars show
//! what is waited for; without one a heartbeat each 60 s says that the program lives. Must not know any driver.
mod ask;
mod lines;
pub mod wizard;

pub use ask::{Answer, Secret, confirm, is_terminal, secret as ask_secret};
pub use lines::Lines;
