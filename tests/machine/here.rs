//! A deployment on this machine, as a person makes it: the program, a folder for its memory, a folder for what is installed.
//! Must not know what a test expects of it.
use std::{
    ffi::OsString,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use hubwright::run::event::Event;
use serde_json::Value;
use tempfile::TempDir;

use crate::said::{Done, run};

/// A deployment of its own, and ports that nobody else has.
pub struct Here {
    /// Its name.
    pub name: String,
    /// Port of the hub.
    pub port: u16,
    first_port: u16,
    /// Everything of it.
    pub place: TempDir,
    environment: Vec<(&'static str, OsString)>,
}

impl Here {
    /// A name that no other test uses.
    pub fn new(name: &str) -> Self {
        let first_port = free_ports(200);
        let place = TempDir::with_prefix("hw-").unwrap();
        Self { name: name.to_owned(), port: free_ports(1), first_port, place, environment: Vec::new() }
    }

    /// A variable for every command.
    pub fn environment(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// The folder of the deployment.
    pub fn folder(&self) -> PathBuf {
        self.place.path().join("d")
    }

    /// The folder of its runs.
    pub fn memory(&self) -> PathBuf {
        self.place.path().join("state")
    }

    fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hubwright"));
        command.env("HUBWRIGHT_STATE", self.memory()).env("XDG_DATA_HOME", self.place.path().join("data"));
        command.envs(self.environment.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
        command
    }

    /// A command about this deployment, whose events are read.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = self.program();
        command.args(words).args(["--this-machine", "--namespace", &self.name, "--json"]);
        command
    }

    /// The same for a command that changes something.
    pub fn acting(&self, words: &[&str]) -> Command {
        let mut command = self.command(words);
        command.arg("--yes");
        command
    }

    /// The full screen.
    pub fn wizard(&self, words: &[&str]) -> Command {
        let mut command = self.program();
        command.args(words).env("XDG_CONFIG_HOME", self.place.path().join("config")).env_remove("HUBWRIGHT_BED_WHEELS");
        // No cluster is offered.
        command.env("KUBECONFIG", self.place.path().join("no-kubeconfig"));
        command
    }

    /// What makes it a deployment of its own: keys of questions, and answers.
    pub fn answers(&self) -> Vec<(&'static str, String)> {
        let mut answers = vec![
            ("target.namespace", self.name.clone()),
            ("machine.folder", self.folder().display().to_string()),
            ("machine.port", self.port.to_string()),
            ("machine.first-port", self.first_port.to_string()),
        ];
        answers.extend(std::env::var("HUBWRIGHT_BED_WHEELS").ok().map(|wheels| ("machine.wheels", wheels)));
        answers
    }

    /// The same at another port.
    pub fn at_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// A command that speaks to a person: its exit code, and all that it said.
    pub fn plainly(&self, words: &[&str]) -> (Option<i32>, String) {
        let mut command = self.program();
        command.args(words).args(["--this-machine", "--namespace", &self.name]);
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        (output.status.code(), said)
    }

    /// The installation of the trial, with more words.
    pub fn install(&self, words: &[&str]) -> Command {
        let mut command = self.acting(&["install", "trial"]);
        for (key, value) in self.answers().iter().filter(|(key, _)| *key != "target.namespace") {
            command.args(["--set", &format!("{key}={value}")]);
        }
        command.env_remove("HUBWRIGHT_BED_WHEELS").args(words);
        command
    }

    /// Where people open the hub.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The made-up password of the trial.
    pub fn password(&self) -> String {
        std::fs::read_to_string(self.folder().join("secrets/hubwright-generated/dummy-password")).unwrap()
    }

    /// What the journal says.
    pub fn journal(&self) -> Vec<Event> {
        let folder = self.memory().join(format!("this-machine.{}", self.name));
        let text = std::fs::read_to_string(folder.join("journal.jsonl")).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// What the supervisor wrote down of a part.
    pub fn seen_of(&self, part: &str) -> Value {
        let seen = self.seen();
        let of_part = seen["processes"].as_array().into_iter().flatten().find(|one| one["name"] == part);
        of_part.cloned().unwrap_or_default()
    }

    /// What the supervisor wrote down.
    pub fn seen(&self) -> Value {
        let text = std::fs::read_to_string(self.folder().join("run/seen.json")).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Ids of all processes that belong to the deployment, whoever started them.
    pub fn processes(&self) -> Vec<u32> {
        let marker = format!("HUBWRIGHT_DEPLOYMENT={}", self.folder().display());
        let ids =
            std::fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        ids.filter(|id: &u32| {
            let environment = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == marker.as_bytes())
        })
        .collect()
    }

    /// Takes it away with people's data, and expects that nothing of it is left.
    pub fn remove(&self) {
        let gone = run(self.acting(&["uninstall", "--delete-data"]));
        assert_eq!(gone.status.code(), Some(0), "{}", gone.complaints());
        assert_eq!(self.processes(), Vec::<u32>::new());
        assert!(!self.folder().exists(), "{:?}", list(&self.folder()));
    }

    /// Runs a command and kills it as soon as the journal says that something began.
    pub fn kill_when(&self, mut command: Command, begun: impl Fn(&Event) -> bool) {
        let mut running = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let before = self.journal().len();
        until(Duration::from_secs(1800), "the moment to kill it", || {
            assert!(running.try_wait().unwrap().is_none(), "it ended before it could be killed");
            self.journal().iter().skip(before).any(&begun).then_some(())
        });
        running.kill().unwrap();
        running.wait().unwrap();
    }
}

impl Drop for Here {
    /// What a failed test leaves, so that the next finds its ports and its memory free.
    fn drop(&mut self) {
        if self.folder().exists() {
            let _: Done = run(self.acting(&["uninstall", "--delete-data"]));
        }
        for id in self.processes() {
            let id = rustix::process::Pid::from_raw(i32::try_from(id).unwrap());
            let _ = rustix::process::kill_process(id.unwrap(), rustix::process::Signal::KILL);
        }
    }
}

/// The first of so many ports in a row that nobody has, below those that the kernel gives away.
pub fn free_ports(count: u16) -> u16 {
    use std::sync::atomic::{AtomicU16, Ordering};
    static NEXT: AtomicU16 = AtomicU16::new(24_100);
    loop {
        let first = NEXT.fetch_add(count, Ordering::Relaxed);
        assert!(first < 32_000, "no ports are free");
        if (first..first + count).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return first;
        }
    }
}

/// Waits until something is there, looking ten times a second.
pub fn until<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < limit, "not within {limit:?}: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// All files below a folder.
pub fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) { list(&path) } else { vec![path] }
        })
        .collect()
}
