//! Installs the TLS provider, parses the command line, picks a front end, returns the exit code.
fn main() {}
