//! Which Python an environment is made of: the one that was named, else the newest fitting one in `PATH`. What was found
//! and cannot be used is explained. Must not install anything.
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::process::Command;

use super::os::{self, Family};
use crate::{health::text, problem::Problem};

/// Oldest Python that the hub's packages run on.
pub const OLDEST: (u16, u16) = (3, 10);
/// Newest Python that Ray has wheels for.
pub const NEWEST: (u16, u16) = (3, 14);
/// How long a Python may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a Python is asked: in one line, so that noise around it does no harm.
const QUESTION: &str = "\
import sys, sysconfig, importlib.util as util
has = lambda name: int(util.find_spec(name) is not None)
free = int(bool(sysconfig.get_config_var('Py_GIL_DISABLED')))
wide = int(sys.maxsize > 2**32)
print('hubwright', *sys.version_info[:3], sys.implementation.name, free, wide, *map(has, ['venv', 'ensurepip', 'pip']), sys.executable)";

/// A Python that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Python {
    /// Absolute path.
    pub program: PathBuf,
    /// Its version, as `(3, 12, 1)`.
    pub version: (u16, u16, u16),
    /// Whether it can make virtual environments.
    pub venv: bool,
    /// Whether it can put pip into one.
    pub ensurepip: bool,
    /// Whether it has a pip of its own.
    pub pip: bool,
}

impl Python {
    /// `3.12.1`.
    pub fn number(&self) -> String {
        let (major, minor, patch) = self.version;
        format!("{major}.{minor}.{patch}")
    }
}

/// A Python that was found and cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Refused {
    program: PathBuf,
    why: String,
}

/// Finds Python: `said` (a path, or a name in `PATH`), else the newest fitting one in `PATH`.
pub async fn find(said: Option<&str>) -> Result<Python, Problem> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    match said.filter(|said| !said.is_empty()) {
        Some(said) => named(said, &path).await,
        None => search(&path).await,
    }
}

async fn named(said: &str, path: &OsStr) -> Result<Python, Problem> {
    let program = match said.strip_prefix("~/").zip(std::env::var_os("HOME")) {
        Some((rest, home)) => Some(Path::new(&home).join(rest)),
        None if said.contains('/') => Some(PathBuf::from(said)),
        None => in_path(said, path).next(),
    };
    let wrong = |why: String| {
        install_hint(Problem::new("python-unusable", format!("`{said}` cannot be used as Python: {why}")))
            .at("machine.python")
    };
    let program =
        program.filter(|program| program.is_file()).ok_or_else(|| wrong("there is no such program".into()))?;
    ask(&program).await.map_err(|refused| wrong(refused.why))
}

async fn search(path: &OsStr) -> Result<Python, Problem> {
    let numbered = (OLDEST.1..=NEWEST.1).rev().map(|minor| format!("python3.{minor}"));
    let names = numbered.chain(["python3".to_owned(), "python".to_owned()]);
    let mut refused: Vec<Refused> = Vec::new();
    let mut without_venv = None;
    for name in names {
        for program in in_path(&name, path) {
            match ask(&program).await {
                // One that cannot make environments is taken only where there is no other.
                Ok(python) if python.venv => return Ok(python),
                Ok(python) => without_venv = without_venv.or(Some(python)),
                Err(one) => refused.push(one),
            }
        }
    }
    without_venv.ok_or_else(|| missing(&refused))
}

fn in_path(name: &str, path: &OsStr) -> impl Iterator<Item = PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect();
    let mut seen = Vec::new();
    folders.into_iter().map(move |folder| folder.join(name)).filter(move |program| {
        // `/bin` is `/usr/bin` on many systems: one program is asked once.
        let Ok(real) = program.canonicalize() else { return false };
        let new = real.is_file() && !seen.contains(&real);
        seen.push(real);
        new
    })
}

/// Asks a program what it is. A shim of pyenv that leads nowhere fails here and is refused.
async fn ask(program: &Path) -> Result<Python, Refused> {
    let refuse = |why: String| Refused { program: program.to_owned(), why };
    let asked =
        Command::new(program).args(["-I", "-B", "-c", QUESTION]).stdin(Stdio::null()).kill_on_drop(true).output();
    let output = tokio::time::timeout(PATIENCE, asked)
        .await
        .map_err(|_| refuse(format!("it did not answer within {} s", PATIENCE.as_secs())))?
        .map_err(|error| refuse(error.to_string()))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let answer = said.lines().find_map(|line| line.strip_prefix("hubwright "));
    let Some(answer) = answer.filter(|_| output.status.success()) else {
        let words = text::brief(&String::from_utf8_lossy(&output.stderr), 200);
        return Err(refuse(if words.is_empty() { "it does not answer".into() } else { format!("it says `{words}`") }));
    };
    read(program, answer).map_err(refuse)
}

/// The answer to [`QUESTION`], or why the program cannot be used.
fn read(program: &Path, answer: &str) -> Result<Python, String> {
    let words: Vec<&str> = answer.splitn(10, ' ').collect();
    let &[major, minor, patch, kind, free, wide, venv, ensurepip, pip, itself] = words.as_slice() else {
        return Err("it does not answer like Python".into());
    };
    let number = |word: &str| word.parse::<u16>().map_err(|_| "it does not answer like Python".to_owned());
    let version = (number(major)?, number(minor)?, number(patch)?);
    let span = (version.0, version.1);
    let is = |word: &str| word == "1";
    let why = match () {
        () if kind != "cpython" => format!("it is {}, and Ray has packages for CPython only", text::brief(kind, 20)),
        () if span < OLDEST => format!("it is {major}.{minor}.{patch}; {} or newer is needed", dotted(OLDEST)),
        () if span > NEWEST => format!("it is {major}.{minor}.{patch}; Ray has packages up to {}", dotted(NEWEST)),
        () if is(free) => "it is a free-threaded build, which Ray has no packages for".into(),
        () if !is(wide) => "it is a 32-bit program, which Ray has no packages for".into(),
        () => {
            // What a shim of pyenv leads to changes with the folder; what it led to does not.
            let program = [Path::new(itself), program].into_iter().find(|path| path.is_absolute()).unwrap_or(program);
            let program = program.to_owned();
            return Ok(Python { program, version, venv: is(venv), ensurepip: is(ensurepip), pip: is(pip) });
        }
    };
    Err(why)
}

fn dotted((major, minor): (u16, u16)) -> String {
    format!("{major}.{minor}")
}

fn missing(refused: &[Refused]) -> Problem {
    let span = format!("{} to {}", dotted(OLDEST), dotted(NEWEST));
    let title = match refused.last() {
        None => format!("there is no Python in `PATH`; one from {span} is needed"),
        // The plain names are asked last, and say most.
        Some(one) => format!("no Python from {span} was found: `{}`: {}", one.program.display(), one.why),
    };
    let found = refused.iter().map(|one| format!("{}: {}", one.program.display(), one.why));
    let detail = found.collect::<Vec<_>>().join("\n");
    let problem = install_hint(Problem::new("no-python", title)).at("machine.python");
    if refused.len() > 1 { problem.detail(detail) } else { problem }
}

fn install_hint(problem: Problem) -> Problem {
    let problem = match os::family() {
        Family::Debian => problem.hint(
            "`sudo apt install python3 python3-venv`; where that is older than 3.10: `sudo apt install python3.11 python3.11-venv`, on older Ubuntu from the PPA `deadsnakes`",
        ),
        Family::Fedora => problem.hint("`sudo dnf install python3.12`"),
        Family::Other => problem.hint("install Python 3.12 with the packages of your system"),
    };
    problem
        .hint("without administrator's rights `uv python install 3.12` does it; name the program with `machine.python`")
}

/// A Python without the module `venv`, or one that cannot put pip into an environment where that is needed.
pub fn without_venv(python: &Python) -> Problem {
    let title = format!(
        "`{}` is Python {}, but has not all that is needed to make an environment: `venv` and `ensurepip`",
        python.program.display(),
        python.number()
    );
    let problem = Problem::new("python-without-venv", title);
    let (major, minor, _) = python.version;
    let problem = match os::family() {
        Family::Debian => problem.hint(format!("`sudo apt install python{major}.{minor}-venv`")),
        Family::Fedora => problem.hint(format!("`sudo dnf install python{major}.{minor} python{major}.{minor}-libs`")),
        Family::Other => problem.hint("install the package of your system that has them, often `python3-venv`"),
    };
    problem.hint("or put `uv` into `PATH`: https://docs.astral.sh/uv/getting-started/installation").at("machine.python")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drivers::script;

    fn program(folder: &Path, name: &str, text: &str) -> PathBuf {
        script::program(&folder.join(name), text)
    }

    fn says(answer: &str) -> String {
        format!("echo noise; echo hubwright {answer} /opt/python/bin/python3")
    }

    #[tokio::test]
    async fn the_newest_fitting_one_is_taken_and_what_does_not_work_is_passed_by() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str, script: &str| program(folder.path(), name, script);
        of("python3.14", "echo 'pyenv: python3.14: command not found' >&2; exit 127");
        of("python3.13", &says("3 13 0 cpython 1 1 1 1 1"));
        of("python3.12", &says("3 12 4 cpython 0 1 0 0 0"));
        of("python3.11", &says("3 11 9 cpython 0 1 1 0 1"));
        of("python3", &says("3 10 1 cpython 0 1 1 1 1"));
        let python = search(folder.path().as_os_str()).await.unwrap();
        assert_eq!((python.number().as_str(), python.ensurepip, python.pip), ("3.11.9", false, true));
        assert_eq!(python.program, Path::new("/opt/python/bin/python3"), "what a shim leads to");
    }

    #[tokio::test]
    async fn what_was_found_and_refused_is_explained() {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), "python3.12", "exit 127");
        program(folder.path(), "python3", &says("3 9 2 cpython 0 1 1 1 1"));
        let problem = search(folder.path().as_os_str()).await.unwrap_err();
        assert_eq!((problem.code.as_str(), problem.at.as_deref()), ("no-python", Some("machine.python")));
        assert!(problem.title.contains("it is 3.9.2; 3.10 or newer is needed"), "{problem}");
        assert!(problem.detail.unwrap().contains("python3.12: it does not answer"));
        let empty = tempfile::tempdir().unwrap();
        assert!(search(empty.path().as_os_str()).await.unwrap_err().title.contains("no Python in `PATH`"));
    }

    #[tokio::test]
    async fn a_named_one_is_used_or_refused_and_no_other_taken_for_it() {
        let folder = tempfile::tempdir().unwrap();
        for (answer, expected) in [
            ("3 9 18 cpython 0 1 1 1 1", "3.10 or newer"),
            ("3 15 0 cpython 0 1 1 1 1", "up to 3.14"),
            ("3 11 9 pypy 0 1 1 1 1", "pypy"),
            ("3 13 0 cpython 1 1 1 1 1", "free-threaded"),
            ("3 12 0 cpython 0 0 1 1 1", "32-bit"),
            ("3", "does not answer like"),
        ] {
            let path = program(folder.path(), "python", &says(answer));
            let problem = find(path.to_str()).await.unwrap_err();
            assert!(problem.code == "python-unusable" && problem.title.contains(expected), "{problem}");
        }
        assert!(find(Some("/no/such/python")).await.unwrap_err().title.contains("no such program"));
    }

    #[tokio::test]
    async fn a_real_one_says_what_it_is() {
        let python = find(None).await.unwrap();
        assert!(python.program.is_absolute() && python.version >= (3, 10, 0), "{python:?}");
        assert_eq!(find(python.program.to_str()).await.unwrap(), python);
    }
}
