//! Carries out a plan through ports: events, journal, executor, resume, uninstall. Prints nothing and knows no driver.
pub mod asked;
pub mod event;
pub mod executor;
mod lease;
pub mod ports;
pub mod preflight;
mod reach;
pub mod recorder;
pub mod resume;
pub mod state;
pub mod timeline;
pub mod uninstall;
pub mod watching;

#[cfg(test)]
pub(crate) mod tests;
