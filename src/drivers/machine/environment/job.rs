//! One program of the work: started in a group of its own, its words heard line by line, ended when nobody waits for it
//! or when it makes no progress. Must not know what it does.
use std::{
    ffi::OsString,
    fs,
    io::{self, ErrorKind},
    os::{fd::OwnedFd, unix::process::ExitStatusExt},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::AsyncReadExt,
    net::unix::pipe,
    process::{Child, Command},
    time::Instant,
};

use super::{settings::Variables, words::Words};
use crate::{drivers::folder, problem::Problem};

/// How often a program is looked at.
const GLANCE: Duration = Duration::from_millis(500);
/// How long a program may neither say nor write anything. Tools give up on a silent server sooner, by themselves.
const STILL: Duration = Duration::from_mins(4);
/// How long words may follow the end of a program.
const AFTERWORDS: Duration = Duration::from_secs(2);
/// Lines that are kept in memory, from the end.
const KEPT: usize = 400;
/// Longest line, in bytes.
const LONGEST: usize = 16 << 10;

/// A program to be run.
pub struct Job<'a> {
    /// Absolute path.
    pub program: PathBuf,
    /// Arguments. Never a secret: everybody on the machine can read them.
    pub arguments: Vec<OsString>,
    /// All of its variables.
    pub variables: Variables,
    /// Where it runs.
    pub folder: &'a Path,
}

/// What is heard of a program while it runs.
pub enum Heard<'a> {
    /// It said something; cleaned.
    Line(&'a str),
    /// It goes on, and has written so many bytes.
    Written(u64),
}

/// Who is told.
pub type Listener<'a> = &'a mut (dyn FnMut(Heard<'_>) + Send);

/// How a program ended.
#[derive(Debug, Default)]
pub struct Ended {
    /// Whether it did what it was to do.
    pub success: bool,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Whether it was ended because it made no progress.
    pub still: bool,
    /// Its last lines, cleaned.
    pub lines: Vec<String>,
}

impl Job<'_> {
    /// Runs it to its end. Dropping the future ends it, and everything that it started.
    pub async fn run(self, words: &Words, heard: Listener<'_>) -> Result<Ended, Problem> {
        self.run_within(STILL, words, heard).await
    }

    /// The same, with another patience.
    pub async fn run_within(self, still: Duration, words: &Words, heard: Listener<'_>) -> Result<Ended, Problem> {
        let program = self.program.clone();
        let started = self.start().map_err(|error| unusable(&program, &error))?;
        started.follow(still, words, heard).await.map_err(|error| unusable(&program, &error))
    }

    fn start(self) -> io::Result<Started> {
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .envs(&self.variables)
            .current_dir(self.folder)
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .process_group(0)
            .kill_on_drop(true);
        let child = command.spawn()?;
        let group = Group(child.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)));
        let reader = pipe::Receiver::from_owned_fd(OwnedFd::from(reader))?;
        // With the command go our ends of the pipe for writing: reading ends with the programs.
        Ok(Started { child, group, reader })
    }
}

fn unusable(program: &Path, error: &io::Error) -> Problem {
    if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
        return folder::unwritable(program, error);
    }
    Problem::new("program-unusable", format!("cannot run `{}`: {error}", program.display()))
}

/// A group of processes, ended with this guard. The program leads it, so its number stays taken until the program was
/// waited for; after that only what it started can be in it.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.0 {
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

struct Started {
    child: Child,
    group: Group,
    reader: pipe::Receiver,
}

impl Started {
    async fn follow(mut self, still: Duration, words: &Words, heard: Listener<'_>) -> io::Result<Ended> {
        let pid = self.child.id().unwrap_or_default();
        let mut lines = Lines::default();
        let mut glance = tokio::time::interval(GLANCE.min(still));
        let (mut written, mut moved, mut open) = (0, Instant::now(), true);
        let mut part = vec![0; LONGEST];
        let mut is_still = false;
        let status = loop {
            tokio::select! {
                read = self.reader.read(&mut part), if open => {
                    let read = read.unwrap_or(0);
                    open = read > 0;
                    moved = if open { Instant::now() } else { moved };
                    lines.take(part.get(..read).unwrap_or_default(), words, heard);
                }
                status = self.child.wait() => break status?,
                _ = glance.tick() => {
                    let now = bytes_written(pid);
                    if now > written {
                        (written, moved) = (now, Instant::now());
                    }
                    heard(Heard::Written(written));
                    if moved.elapsed() >= still && !is_still {
                        is_still = true;
                        drop(std::mem::replace(&mut self.group, Group(None)));
                        self.child.start_kill()?;
                    }
                }
            }
        };
        drop(self.group);
        while open && let Ok(Ok(read)) = tokio::time::timeout(AFTERWORDS, self.reader.read(&mut part)).await {
            open = read > 0;
            lines.take(part.get(..read).unwrap_or_default(), words, heard);
        }
        Ok(lines.ended(status, is_still, words, heard))
    }
}

/// Words on their way to become lines.
#[derive(Default)]
struct Lines {
    pending: Vec<u8>,
    kept: Vec<String>,
}

impl Lines {
    fn take(&mut self, bytes: &[u8], words: &Words, heard: Listener<'_>) {
        for byte in bytes {
            match byte {
                b'\n' | b'\r' => self.line(words, heard),
                byte => {
                    self.pending.push(*byte);
                    if self.pending.len() >= LONGEST {
                        self.line(words, heard);
                    }
                }
            }
        }
    }

    fn line(&mut self, words: &Words, heard: Listener<'_>) {
        let raw = std::mem::take(&mut self.pending);
        if raw.is_empty() {
            return;
        }
        let line = words.keep(&String::from_utf8_lossy(&raw));
        heard(Heard::Line(&line));
        if self.kept.len() >= KEPT {
            self.kept.drain(..KEPT / 2);
        }
        self.kept.push(line);
    }

    fn ended(mut self, status: ExitStatus, still: bool, words: &Words, heard: Listener<'_>) -> Ended {
        self.line(words, heard);
        words.keep(&format!("# {status}"));
        Ended { success: status.success(), signal: status.signal(), still, lines: self.kept }
    }
}

/// What a process has written so far, files and pipes; 0 where nobody tells.
fn bytes_written(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/io")).unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix("wchar: ")?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell<'a>(script: &str, folder: &'a Path) -> Job<'a> {
        let arguments = vec!["-c".into(), script.into()];
        let variables = Variables::from([("PATH".into(), std::env::var_os("PATH").unwrap())]);
        Job { program: "/bin/sh".into(), arguments, variables, folder }
    }

    fn words(folder: &Path) -> Words {
        Words::open(&folder.join("log"), Vec::new())
    }

    #[tokio::test]
    async fn every_line_of_both_streams_is_heard_and_the_end_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut lines = Vec::new();
        let mut heard = |heard: Heard<'_>| {
            if let Heard::Line(line) = heard {
                lines.push(line.to_owned());
            }
        };
        let script = "echo one; echo two >&2; printf 'a\\rb'; exit 3";
        let ended = shell(script, folder.path()).run(&words(folder.path()), &mut heard).await.unwrap();
        assert_eq!((ended.success, ended.signal, ended.still), (false, None, false));
        assert_eq!(
            (lines.as_slice(), ended.lines.as_slice()),
            (["one", "two", "a", "b"].map(String::from).as_slice(), lines.as_slice())
        );
        let killed = shell("kill -9 $$", folder.path()).run(&words(folder.path()), &mut |_| {}).await.unwrap();
        assert_eq!((killed.success, killed.signal), (false, Some(9)));
    }

    #[tokio::test]
    async fn one_that_makes_no_progress_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let job = shell("sleep 600 & sleep 600", folder.path());
        let ended = job.run_within(Duration::from_millis(50), &words(folder.path()), &mut |_| {}).await.unwrap();
        assert!(ended.still && !ended.success);
    }

    #[tokio::test]
    async fn whoever_stops_waiting_ends_it_and_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let pids = folder.path().join("pids");
        let words = words(folder.path());
        let mut heard = |_: Heard<'_>| {};
        let running = shell("sleep 600 & echo $! $$ > part; mv part pids; wait", folder.path()).run(&words, &mut heard);
        let seen = async {
            while !pids.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! { _ = running => panic!("it ended"), () = seen => {} }
        let ended =
            |pid: &str| fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z"));
        let pids = fs::read_to_string(pids).unwrap();
        while !pids.split_whitespace().all(ended) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let job = Job { program: "/no/such/uv".into(), ..shell("", folder.path()) };
        let problem = job.run(&words(folder.path()), &mut |_| {}).await.unwrap_err();
        assert!(problem.code == "program-unusable" && problem.title.contains("/no/such/uv"), "{problem}");
    }
}
