//! What package tools say: kept in the deployment's log and shown, without credentials and control characters.
//! Must not know what the words mean.
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use crate::health::text;

/// Length from which on the log is begun anew, in bytes.
const LONGEST: u64 = 4 << 20;

/// The log of package tools.
pub struct Words {
    path: PathBuf,
    /// `None` where it cannot be written: what makes that so stops the work soon enough, by name.
    file: Mutex<Option<File>>,
    secrets: Vec<String>,
}

impl Words {
    /// The log at a path, for its owner only. `secrets` are never written, whatever stands around them.
    pub fn open(path: &Path, secrets: Vec<String>) -> Self {
        Self { path: path.to_owned(), file: Mutex::new(open(path).ok()), secrets }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps a line, and gives it back as it may be shown.
    pub fn keep(&self, raw: &str) -> String {
        let line = text::line(&self.hide(raw));
        if let Some(file) = self.file.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            let _ = writeln!(file, "{line}");
        }
        line
    }

    fn hide(&self, raw: &str) -> String {
        self.secrets.iter().fold(raw.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
    }
}

fn open(path: &Path) -> io::Result<File> {
    let long = path.metadata().is_ok_and(|found| found.len() > LONGEST);
    OpenOptions::new().create(true).append(!long).write(true).truncate(long).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_log_is_for_its_owner_and_holds_no_secret_in_any_spelling() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("environment.log");
        let words = Words::open(&path, vec!["hunter2".into()]);
        let shown = words.keep("\u{1b}[31mGET https://ada:other@index/simple\u{1b}[0m with hunter2");
        assert_eq!(shown, "GET https://***@index/simple with ***");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{shown}\n"));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
