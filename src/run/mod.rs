//! Carries out a plan through ports: events, journal, executor, resume, uninstall. Prints nothing and knows no driver.
pub mod event;
pub mod ports;
