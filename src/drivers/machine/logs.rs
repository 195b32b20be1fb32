//! Logs as they are read: runs of a process stand one after the other in one file, with marks between them.
//! Must not know who writes them.
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use crate::health::text;

/// Begin and end of a line of ours.
const MARK: (&str, &str) = ("=== hubwright: ", " ===");
/// Stands where words were lost.
pub const LOST: &str = "=== hubwright: lines were lost here, they could not be written ===";
/// How much of a log's end is read, in bytes.
const READ: u64 = 2 << 20;

/// What a mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// A run begins.
    Begins,
    /// A run ended.
    Ended,
}

impl Boundary {
    const fn word(self) -> &'static str {
        match self {
            Self::Begins => "begins",
            Self::Ended => "ended",
        }
    }
}

/// A mark as a line.
pub fn boundary(boundary: Boundary, words: &str) -> String {
    format!("{}{}: {words}{}", MARK.0, boundary.word(), MARK.1)
}

fn boundary_of(line: &str) -> Option<Boundary> {
    let words = line.strip_prefix(MARK.0)?.strip_suffix(MARK.1)?;
    [Boundary::Begins, Boundary::Ended].into_iter().find(|one| words.starts_with(one.word()))
}

/// Where a log is put that grew too long.
pub fn aside(path: &Path) -> PathBuf {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".1");
    aside.into()
}

/// The last lines of the run that goes on, or of the one that ended last; cleaned. Nothing where there is no log.
pub fn last(path: &Path, previous: bool, lines: usize) -> io::Result<Vec<String>> {
    let mut whole = tail(path)?;
    if (whole.len() as u64) < READ {
        whole = tail(&aside(path))? + &whole;
    }
    let run = run(&whole, previous);
    let from = run.len().saturating_sub(lines);
    // Line by line: cleaning also cuts, and the last lines say most.
    Ok(run.into_iter().skip(from).map(text::clean).collect())
}

/// Lines of the run that goes on, or of the one that ended last.
fn run(log: &str, previous: bool) -> Vec<&str> {
    let (mut current, mut ended) = (Vec::new(), Vec::new());
    for line in log.lines() {
        match boundary_of(line) {
            // One that has no end was cut off with its supervisor.
            Some(Boundary::Begins) if current.is_empty() => {}
            Some(_) => ended = std::mem::take(&mut current),
            None => current.push(line),
        }
    }
    if previous { ended } else { current }
}

/// The end of a file as text.
fn tail(path: &Path) -> io::Result<String> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        opened => opened?,
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(READ)))?;
    let mut bytes = Vec::new();
    file.take(READ).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, previous: bool) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.log");
        std::fs::write(&path, text).unwrap();
        last(&path, previous, 2).unwrap()
    }

    #[test]
    fn runs_are_told_apart_and_the_last_one_that_ended_stays_readable() {
        let (begins, ended) = (boundary(Boundary::Begins, "hub"), boundary(Boundary::Ended, "exit code 1"));
        let waiting = format!("{begins}\none\n{ended}\n{begins}\ntwo\n\u{1b}[31mthree\nfour\n{ended}\n");
        assert_eq!(read(&waiting, true), ["three", "four"]);
        assert!(read(&waiting, false).is_empty());
        let again = format!("{waiting}{begins}\nfive\n");
        assert_eq!(
            (read(&again, true), read(&again, false)),
            (vec!["three".into(), "four".into()], vec!["five".into()])
        );
        let cut_off = format!("{begins}\none\n{begins}\ntwo\n");
        assert_eq!((read(&cut_off, true), read(&cut_off, false)), (vec!["one".into()], vec!["two".into()]));
        let silent = format!("{begins}\none\n{ended}\n{begins}\n{ended}\n");
        assert!(read(&silent, true).is_empty(), "the last run said nothing");
        assert!(last(Path::new("/no/such.log"), false, 5).unwrap().is_empty());
    }

    #[test]
    fn a_run_goes_on_in_the_file_that_was_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.log");
        std::fs::write(aside(&path), "one\ntwo\n").unwrap();
        std::fs::write(&path, "three\n").unwrap();
        assert_eq!(last(&path, false, 2).unwrap(), ["two", "three"]);
    }
}
