//! The journal: lines in a file, on the disk before anything depends on them. One writer at a time.
//! Must not know what a line means.
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::folder;
use crate::{
    problem::Problem,
    run::ports::{FailureKind, Journal, PortError, PortResult},
};

/// Name of the file.
pub const NAME: &str = "journal.jsonl";
/// How long a lock is waited for that goes by itself.
const MOMENT: Duration = Duration::from_millis(400);

/// A journal in a file that this process alone may write.
pub struct FileJournal {
    path: PathBuf,
    file: Mutex<File>,
}

impl FileJournal {
    /// Opens (or begins) the journal of a folder, and keeps other processes of this machine from writing it.
    pub fn open(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join(NAME);
        let failed = |error: &std::io::Error| folder::unwritable(&path, error);
        let open = || OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&path);
        let mut file = open().map_err(|error| failed(&error))?;
        lock(&file).map_err(|error| taken(&path, error))?;
        cut_torn_line(&mut file).map_err(|error| failed(&error))?;
        // The entry in the folder must survive a power cut, too.
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(&error))?;
        Ok(Self { path, file: Mutex::new(file) })
    }

    /// Puts the journal of an ended run aside, so that the next run begins a new one. The three newest are kept.
    pub fn rotate(folder: &Path) -> Result<(), Problem> {
        // Whoever writes it keeps it: a renamed journal would let two runs work side by side.
        let writer = Self::open(folder)?;
        let path =
            |number: u32| folder.join(if number == 0 { NAME.to_owned() } else { format!("journal.{number}.jsonl") });
        for number in (0..3).rev() {
            if path(number).exists() {
                std::fs::rename(path(number), path(number + 1))
                    .map_err(|error| folder::unwritable(&path(number), &error))?;
            }
        }
        drop(writer);
        Ok(())
    }
}

/// A program that is being started by this one holds, for the moment until it runs, every file that is open here, also one
/// that was closed since: that is waited for.
fn lock(file: &File) -> Result<(), TryLockError> {
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if begun.elapsed() < MOMENT => std::thread::sleep(MOMENT / 20),
            ended => return ended,
        }
    }
}

fn taken(path: &Path, error: TryLockError) -> Problem {
    match error {
        TryLockError::WouldBlock => busy(path),
        TryLockError::Error(error) => folder::unwritable(path, &error),
    }
}

fn busy(path: &Path) -> Problem {
    Problem::new("run-in-progress", "another hubwright on this machine works on this deployment")
        .detail(format!("it holds {}", path.display()))
        .hint("wait for it, or end it with Ctrl-C there; then `hubwright resume`")
}

/// A line that a crash cut off was never promised: it goes, so that the next one starts on its own line.
fn cut_torn_line(file: &mut File) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole < bytes.len() {
        file.set_len(whole as u64)?;
        file.sync_all()?;
    }
    Ok(())
}

/// The lines of a journal that nobody writes at the moment, or that is not there.
pub fn read(folder: &Path) -> Vec<String> {
    split(&std::fs::read(folder.join(NAME)).unwrap_or_default())
}

/// A disk that lost power may hold anything in place of a line; the others count.
fn split(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
}

impl Journal for FileJournal {
    fn append(&self, line: &str) -> PortResult<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = file.metadata().map(|data| data.len()).ok();
        let written = file.write_all(format!("{line}\n").as_bytes());
        if let (Err(_), Some(whole)) = (&written, whole) {
            // What a full disk took of the line must not stand before the next one. If that fails, too, the next
            // opening cuts it.
            let _ = file.set_len(whole);
        }
        written.map_err(|error| PortError::new(FailureKind::Other, folder::unwritable(&self.path, &error)))
    }

    fn sync(&self) -> PortResult<()> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.sync_data().map_err(|error| PortError::new(FailureKind::Other, folder::unwritable(&self.path, &error)))
    }

    fn lines(&self) -> PortResult<Vec<String>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = Vec::new();
        let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut bytes));
        read.map_err(|error| {
            let problem = Problem::new("journal-unreadable", format!("cannot read `{}`: {error}", self.path.display()));
            PortError::new(
                FailureKind::Other,
                problem.hint("move the file away to begin anew; the cluster is looked at in any case"),
            )
        })?;
        Ok(split(&bytes))
    }

    fn path(&self) -> PathBuf {
        self.path.clone()
    }
}

/// Remembers nothing: for commands that change nothing worth resuming.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forgetful;

impl Journal for Forgetful {
    fn append(&self, _line: &str) -> PortResult<()> {
        Ok(())
    }

    fn sync(&self) -> PortResult<()> {
        Ok(())
    }

    fn lines(&self) -> PortResult<Vec<String>> {
        Ok(Vec::new())
    }

    fn path(&self) -> PathBuf {
        PathBuf::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_last_line_is_cut_before_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("journal.jsonl"), "one\ntw").unwrap();
        let journal = FileJournal::open(folder.path()).unwrap();
        journal.append("three").unwrap();
        assert_eq!(journal.lines().unwrap(), ["one", "three"]);
    }

    #[test]
    fn what_a_power_cut_made_of_a_line_spoils_no_other() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(NAME), b"one\n\xff\xfe\0\nthree\n").unwrap();
        let lines = FileJournal::open(folder.path()).unwrap().lines().unwrap();
        assert_eq!((lines[0].as_str(), lines[2].as_str(), lines.len()), ("one", "three", 3));
        assert_eq!(read(folder.path()), lines);
        assert!(read(&folder.path().join("elsewhere")).is_empty());
    }

    #[test]
    fn a_second_writer_is_refused_and_told_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let _first = FileJournal::open(folder.path()).unwrap();
        let problem = FileJournal::open(folder.path()).err().unwrap();
        assert_eq!(problem.code, "run-in-progress");
        assert!(problem.hints[0].contains("hubwright resume"));
    }

    #[test]
    fn a_journal_in_use_is_not_put_aside_and_an_ended_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let running = FileJournal::open(folder.path()).unwrap();
        running.append("one").unwrap();
        assert_eq!(FileJournal::rotate(folder.path()).unwrap_err().code, "run-in-progress");
        drop(running);
        FileJournal::rotate(folder.path()).unwrap();
        assert!(FileJournal::open(folder.path()).unwrap().lines().unwrap().is_empty());
        assert_eq!(std::fs::read_to_string(folder.path().join("journal.1.jsonl")).unwrap(), "one\n");
    }

    #[test]
    fn a_full_disk_is_said_before_anything_changes() {
        if Path::new("/dev/full").exists() {
            let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
            let journal = FileJournal { path: "/dev/full".into(), file: Mutex::new(file) };
            let error = journal.append("x").unwrap_err();
            assert!(error.problem.hints[0].contains("free some space"), "{error}");
        }
    }
}
