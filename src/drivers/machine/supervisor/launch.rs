//! How a process is started: its command and variables put together, its program looked for, its port tried, its words
//! led into a pipe. Must not know when that is due.
//!
//! It is started through a shim, this very program again: between fork and exec only unsafe code could ask the kernel to
//! end it with the supervisor, so the shim asks for it and then becomes the process.
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs, io,
    net::TcpListener,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tokio::net::unix::pipe::Receiver;

use super::strays;
use crate::{
    drivers::{
        machine::{layout::Layout, secrets},
        processes::Identity,
    },
    plan::graph::Process,
    problem::Problem,
};

/// Why a process is not started.
#[derive(Debug)]
pub struct Refused {
    /// One word, as Kubernetes has it.
    pub reason: &'static str,
    /// A sentence.
    pub message: String,
}

impl Refused {
    fn unusable(message: String) -> Self {
        Self { reason: "CreateContainerError", message }
    }
}

/// Starts the processes of a deployment.
pub struct Launcher {
    layout: Layout,
    /// Program and first arguments of the shim.
    shim: Vec<OsString>,
}

/// A process with everything put together.
#[derive(Debug)]
struct Ready {
    program: PathBuf,
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
}

impl Launcher {
    /// Starts the processes of a folder.
    pub const fn new(layout: Layout, shim: Vec<OsString>) -> Self {
        Self { layout, shim }
    }

    /// Starts a process. It says what it has to say into the pipe.
    pub fn start(
        &self,
        process: &Process,
        inherited: &BTreeMap<String, String>,
    ) -> Result<(Identity, Receiver), Refused> {
        let ready = self.ready(process, inherited)?;
        let taken = process.ports.iter().find(|port| is_taken(port.at));
        if let Some(port) = taken {
            return Err(Refused::unusable(format!("port {} is taken by another program", port.at)));
        }
        self.spawn(&ready).map_err(|error| Refused::unusable(format!("cannot start a process: {error}")))
    }

    fn ready(&self, process: &Process, inherited: &BTreeMap<String, String>) -> Result<Ready, Refused> {
        let (word, arguments) =
            process.command.split_first().ok_or_else(|| Refused::unusable("there is no command".to_owned()))?;
        let fill = |text: &String| self.fill(text, inherited);
        let word = fill(word);
        let mut environment = inherited.clone();
        if let Some(folder) = self.named(&word).as_deref().and_then(Path::parent) {
            // Programs of an environment find each other.
            let path = environment.entry("PATH".to_owned()).or_default();
            *path = format!("{}:{path}", folder.display());
        }
        environment.extend(process.environment.iter().map(|(name, text)| (name.clone(), fill(text))));
        environment.extend(self.secrets(process)?);
        environment.extend(strays::marks(self.layout.folder(), &process.name));
        let path = environment.get("PATH").map_or("", String::as_str);
        let program = self.find(&word, path).map_err(Refused::unusable)?;
        Ok(Ready { program, arguments: arguments.iter().map(fill).collect(), environment })
    }

    fn fill(&self, text: &str, inherited: &BTreeMap<String, String>) -> String {
        text.replace("{folder}", &self.layout.folder().to_string_lossy())
            .replace("{runtime}", &self.layout.runtime().to_string_lossy())
            .replace("{path}", inherited.get("PATH").map_or("", String::as_str))
    }

    fn secrets(&self, process: &Process) -> Result<Vec<(String, String)>, Refused> {
        let read = |(variable, (name, key)): (&String, &(String, String))| {
            let value = secrets::value(&self.layout, name, key)
                .map_err(|problem| Refused { reason: "CreateContainerConfigError", message: problem.title })?;
            Ok((variable.clone(), value))
        };
        process.secrets.iter().map(read).collect()
    }

    /// The path that a word with a slash stands for.
    fn named(&self, word: &str) -> Option<PathBuf> {
        word.contains('/').then(|| self.layout.folder().join(word))
    }

    fn find(&self, word: &str, path: &str) -> Result<PathBuf, String> {
        if let Some(program) = self.named(word) {
            return runnable(&program).map(|()| program);
        }
        let mut places = std::env::split_paths(path).filter(|folder| folder.is_absolute());
        places
            .find_map(|folder| Some(folder.join(word)).filter(|program| runnable(program).is_ok()))
            .ok_or_else(|| format!("there is no program `{word}` in `PATH`"))
    }

    fn spawn(&self, ready: &Ready) -> io::Result<(Identity, Receiver)> {
        let (reader, writer) = io::pipe()?;
        let (shim, first) = self.shim.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let child = Command::new(shim)
            .args(first)
            .arg(std::process::id().to_string())
            .arg(&ready.program)
            .args(&ready.arguments)
            .env_clear()
            .envs(&ready.environment)
            .current_dir(self.layout.folder())
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .spawn()?;
        // Its end is told by the kernel to whoever waits for any child.
        Ok((Identity::of(child.id()), Receiver::from_owned_fd(reader.into())?))
    }
}

/// Whether a file is there and may be executed, and if not, why.
fn runnable(program: &Path) -> Result<(), String> {
    let shown = program.display();
    match fs::metadata(program) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(format!("there is no program `{shown}`")),
        Err(error) => Err(format!("cannot look at the program `{shown}`: {error}")),
        Ok(found) if !found.is_file() => Err(format!("`{shown}` is no program")),
        Ok(found) if found.permissions().mode() & 0o111 == 0 => Err(format!("`{shown}` may not be executed")),
        Ok(_) => Ok(()),
    }
}

/// Whether somebody has this port of loopback already: its probe would take them for the process.
fn is_taken(port: u16) -> bool {
    let bound = TcpListener::bind(("127.0.0.1", port));
    port != 0 && bound.is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
}

/// The shim of this program. `/proc/self/exe` is this very file, also after another version took its place.
pub fn own_shim() -> Vec<OsString> {
    let linked = Path::new("/proc/self/exe");
    let program = if linked.exists() { linked.to_owned() } else { std::env::current_exe().unwrap_or_default() };
    vec![program.into(), "run-process".into()]
}

/// What the shim does: asks to end with the supervisor, then becomes the process. `arguments` are the supervisor's number,
/// the program and its arguments. Comes back only if that fails.
pub fn run_process(arguments: &[OsString]) -> Problem {
    let broken = |why: &str| Problem::new("not-started", why.to_owned());
    let [supervisor, program, arguments @ ..] = arguments else {
        return broken("expected the number of a process, and a command");
    };
    // A session of its own: no terminal's signals, and a group by which it is ended.
    let _ = rustix::process::setsid();
    if let Err(error) = end_with_parent() {
        return broken(&format!("cannot ask to end with the supervisor: {error}"));
    }
    let parent = rustix::process::getppid().map_or(0, |pid| pid.as_raw_nonzero().get());
    if supervisor.as_bytes() != parent.to_string().as_bytes() {
        return broken("the supervisor is gone");
    }
    let error = Command::new(program).args(arguments).exec();
    broken(&format!("cannot start `{}`: {error}", program.to_string_lossy()))
}

/// SIGTERM, not SIGKILL: Ray's head and the hub's proxy end their own children on it. What does not is ended by the next
/// supervisor.
#[cfg(target_os = "linux")]
fn end_with_parent() -> io::Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM))?)
}

#[cfg(not(target_os = "linux"))]
fn end_with_parent() -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::graph::ServedPort;

    fn launcher() -> (tempfile::TempDir, Launcher) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::at(folder.path().to_owned());
        layout.make().unwrap();
        (folder, Launcher::new(layout, own_shim()))
    }

    fn inherited() -> BTreeMap<String, String> {
        BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())])
    }

    fn process(command: &[&str]) -> Process {
        Process {
            name: "hub".to_owned(),
            command: command.iter().map(|&word| word.to_owned()).collect(),
            ..Process::default()
        }
    }

    fn refused(launcher: &Launcher, process: &Process) -> Refused {
        launcher.start(process, &inherited()).expect_err("it cannot be started")
    }

    #[test]
    fn texts_are_filled_in_and_a_program_of_the_folder_finds_its_neighbours() {
        let (folder, launcher) = launcher();
        let program = folder.path().join("env/one/bin/hub");
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        fs::write(&program, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        let mut process = process(&["env/one/bin/hub", "--config={folder}/config/hub.py"]);
        process.environment.insert("RAY_TMPDIR".to_owned(), "{runtime}/x".to_owned());
        process.secrets.insert("TOKEN".to_owned(), ("hub".to_owned(), "token".to_owned()));
        secrets::keep(&launcher.layout, "hub", &BTreeMap::from([("token".to_owned(), "s3cret".into())])).unwrap();
        let ready = launcher.ready(&process, &inherited()).ok().unwrap();
        assert_eq!(ready.program, program);
        assert_eq!(ready.arguments, [format!("--config={}/config/hub.py", folder.path().display())]);
        let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
        assert_eq!(ready.environment["PATH"], path);
        assert_eq!(ready.environment["TOKEN"], "s3cret");
        assert_eq!(ready.environment["RAY_TMPDIR"], format!("{}/x", launcher.layout.runtime().display()));
        assert_eq!(ready.environment["HUBWRIGHT_DEPLOYMENT"], folder.path().display().to_string());
    }

    #[test]
    fn what_cannot_be_started_says_why() {
        let (folder, launcher) = launcher();
        fs::write(folder.path().join("data/notes"), "words").unwrap();
        let message = |command: &[&str]| refused(&launcher, &process(command)).message;
        assert!(message(&[]).contains("no command"));
        assert!(message(&["env/no/bin/hub"]).contains("there is no program"));
        assert!(message(&["no-such-program"]).contains("in `PATH`"));
        assert!(message(&["data/notes"]).contains("may not be executed"));
        assert!(message(&["/tmp/"]).contains("is no program"));
        let mut keyless = process(&["sh"]);
        keyless.secrets.insert("TOKEN".to_owned(), ("hub".to_owned(), "token".to_owned()));
        assert_eq!(refused(&launcher, &keyless).reason, "CreateContainerConfigError");
    }

    #[test]
    fn a_port_that_somebody_else_has_is_named() {
        let (_folder, launcher) = launcher();
        let other = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = other.local_addr().unwrap().port();
        let process = Process { ports: vec![ServedPort { at, ..ServedPort::default() }], ..process(&["sh"]) };
        assert!(refused(&launcher, &process).message.contains(&format!("port {at} is taken")));
    }

    #[test]
    fn the_shim_starts_nothing_for_a_supervisor_that_is_gone() {
        let arguments = ["1000000000".into(), "/bin/true".into()];
        // It asks to end with its parent before it looks: here that is the test's runner.
        let said = std::thread::spawn(move || run_process(&arguments)).join().unwrap();
        assert_eq!(said.title, "the supervisor is gone");
    }
}
