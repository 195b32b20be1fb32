//! Logs that grow only so far: whole lines are appended, and what is too long is put aside. A full disk costs lines, never
//! the supervisor. Must not know what a line says.
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::net::unix::pipe::Receiver;

use crate::drivers::machine::logs::{self, Boundary};

/// Length at which a log is put aside, in bytes.
const LONGEST: u64 = 10 << 20;
/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// The log of a process, over all its runs.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    longest: u64,
    file: Option<File>,
    length: u64,
    /// The last byte was no line break.
    in_line: bool,
    /// Something could not be written.
    lost: bool,
}

impl Log {
    /// A log in a file, which is made with its first line.
    pub const fn new(path: PathBuf) -> Self {
        Self { path, longest: LONGEST, file: None, length: 0, in_line: false, lost: false }
    }

    /// Writes where one run ends and another begins.
    pub fn mark(&mut self, boundary: Boundary, words: &str) {
        let line = logs::boundary(boundary, words);
        let lead = if self.in_line { "\n" } else { "" };
        self.append(format!("{lead}{line}\n").as_bytes());
    }

    /// Appends what a process said.
    pub fn append(&mut self, bytes: &[u8]) {
        let lost = std::mem::take(&mut self.lost);
        let note = if lost { format!("{}\n", logs::LOST) } else { String::new() };
        let written = self.write(note.as_bytes()).and_then(|()| self.write(bytes));
        if written.is_err() {
            // Tried anew with the next words; until then they are all that is lost.
            self.lost = true;
            self.file = None;
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(last) = bytes.last() else { return Ok(()) };
        self.put_aside()?;
        let mut file = match self.file.take() {
            Some(file) => file,
            None => self.open()?,
        };
        file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        self.in_line = *last != b'\n';
        self.file = Some(file);
        Ok(())
    }

    fn open(&mut self) -> io::Result<File> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
        self.length = file.metadata()?.len();
        Ok(file)
    }

    /// Puts the file aside if it is too long, between two lines unless one of them has no end.
    fn put_aside(&mut self) -> io::Result<()> {
        let full = self.length >= self.longest && (!self.in_line || self.length >= 2 * self.longest);
        if full {
            fs::rename(&self.path, logs::aside(&self.path))?;
            (self.file, self.length) = (None, 0);
        }
        Ok(())
    }
}

/// What a process says, on its way into its log.
#[derive(Debug)]
pub struct Stream {
    pipe: Receiver,
    log: Arc<Mutex<Log>>,
}

impl Stream {
    /// Leads a pipe into a log.
    pub const fn new(pipe: Receiver, log: Arc<Mutex<Log>>) -> Self {
        Self { pipe, log }
    }

    /// Follows until everybody who could say something has ended.
    pub async fn follow(&self) {
        while self.pipe.readable().await.is_ok() && self.take(|bytes| self.pipe.try_read(bytes)) {}
    }

    /// Takes what was said until now. The kernel itself is asked: the runtime knows only what it was told in its last round.
    pub fn drain(&self) {
        self.take(|bytes| Ok(rustix::io::read(&self.pipe, bytes)?));
    }

    /// Takes what there is. Whether more may come.
    fn take(&self, read: impl Fn(&mut [u8]) -> io::Result<usize>) -> bool {
        let mut bytes = vec![0; CHUNK];
        loop {
            match read(&mut bytes) {
                Ok(0) => return false,
                Ok(length) => {
                    let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
                    log.append(bytes.get(..length).unwrap_or_default());
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }
}

/// Logs by process, and what fills them.
#[derive(Debug, Default)]
pub struct Logs {
    logs: std::collections::HashMap<String, Arc<Mutex<Log>>>,
    streams: std::collections::HashMap<u32, Arc<Stream>>,
}

impl Logs {
    /// A run begins.
    pub fn begin(&mut self, name: &str, path: &Path, pid: u32, pipe: Receiver, words: &str) {
        let log = self.logs.entry(name.to_owned()).or_insert_with(|| Arc::new(Mutex::new(Log::new(path.to_owned()))));
        log.lock().unwrap_or_else(PoisonError::into_inner).mark(Boundary::Begins, words);
        let stream = Arc::new(Stream::new(pipe, Arc::clone(log)));
        self.streams.insert(pid, Arc::clone(&stream));
        tokio::spawn(async move { stream.follow().await });
    }

    /// A run ended: what it still said comes before the mark.
    pub fn end(&mut self, pid: u32, words: &str) {
        let Some(stream) = self.streams.remove(&pid) else { return };
        stream.drain();
        stream.log.lock().unwrap_or_else(PoisonError::into_inner).mark(Boundary::Ended, words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(folder: &Path, longest: u64) -> Log {
        Log { longest, ..Log::new(folder.join("hub.log")) }
    }

    #[test]
    fn no_line_is_lost_or_cut_when_a_log_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = log(folder.path(), 100);
        for n in 0..12 {
            log.append(format!("the first half of line {n} ").as_bytes());
            log.append(b"and the second\n");
        }
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let (aside, now) = (read("hub.log.1"), read("hub.log"));
        let kept: Vec<&str> = aside.lines().chain(now.lines()).collect();
        assert!(kept.len() >= 4 && kept.len() < 12, "{kept:?}");
        for (line, n) in kept.iter().rev().zip((0..12).rev()) {
            assert_eq!(*line, format!("the first half of line {n} and the second"));
        }
    }

    #[test]
    fn a_disk_that_was_full_leaves_a_note_and_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("later");
        let mut log = log(&below, 100);
        log.append(b"nowhere to go\n");
        fs::create_dir(&below).unwrap();
        log.append(b"here again\n");
        assert_eq!(fs::read_to_string(below.join("hub.log")).unwrap(), format!("{}\nhere again\n", logs::LOST));
    }

    #[tokio::test]
    async fn last_words_come_before_the_mark_of_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.log");
        let (reader, mut writer) = io::pipe().unwrap();
        let mut logs = Logs::default();
        let pipe = Receiver::from_owned_fd(reader.into()).unwrap();
        logs.begin("hub", &path, 7, pipe, "hub");
        writer.write_all(b"no newline at the end").unwrap();
        logs.end(7, "exit code 1");
        let (found, previous) = (logs::last(&path, false, 9).unwrap(), logs::last(&path, true, 9).unwrap());
        assert_eq!((found.len(), previous), (0, vec!["no newline at the end".to_owned()]));
    }
}
