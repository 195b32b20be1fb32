//! Small programs for tests, in the place of real ones. Must not know what they stand for.
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Writes a shell script that can be run at once: never open for writing in this process, from which another test may start a
/// program in that moment, with the file still open in it.
#[expect(clippy::missing_panics_doc, reason = "a failed expectation is how a test fails")]
pub fn program(path: &Path, script: &str) -> PathBuf {
    let write = r#"printf '#!/bin/sh\n%s\n' "$1" >"$0" && chmod 700 "$0""#;
    assert!(Command::new("sh").args(["-c", write]).arg(path).arg(script).status().unwrap().success());
    path.to_path_buf()
}
