//! By what one sees that a file was replaced, without reading it. Must not know what is in it.
use std::{fs, os::unix::fs::MetadataExt, path::Path, time::SystemTime};

/// A version of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    changed: SystemTime,
    length: u64,
    number: u64,
}

impl Stamp {
    /// The version that is there; `None` if there is no file.
    pub fn of(path: &Path) -> Option<Self> {
        let data = fs::metadata(path).ok()?;
        Some(Self { changed: data.modified().ok()?, length: data.len(), number: data.ino() })
    }
}
