//! Makes an environment: a virtual environment of Python in `env/NAME`, the hub's proxy in `env/NAME/proxy`, and links
//! to Node.js and the proxy beside Python in `env/NAME/bin`. Must not know what any of the packages is for.
//!
//! One that was interrupted is made anew: a package that was copied half-way cannot be told from a whole one. What was
//! downloaded by then is kept in the deployment's `cache` (or where `UV_CACHE_DIR`, `PIP_CACHE_DIR` and
//! `npm_config_cache` say, which are the person's own) and taken from there; it goes once the environment is whole.
mod failure;
mod installer;
mod job;
mod lock;
mod node;
mod os;
pub mod python;
mod settings;
mod words;

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use self::{
    installer::Installer,
    job::{Ended, Job},
    python::Python,
    settings::Settings,
    words::Words,
};
use super::{
    layout::Layout,
    supervisor::strays::{self, Whose},
};
use crate::{drivers::folder, plan::graph::Environment, problem::Problem, run::ports::Progress};

pub use os::has_musl;

/// How long a tool that was left behind may take to end.
const FAREWELL: Duration = Duration::from_secs(3);

/// Whoever wants to know how far it is.
pub type Said<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Whether an environment is there, whole, and what it was made with still is.
pub fn is_prepared(layout: &Layout, environment: &Environment) -> bool {
    let bin = layout.env(&environment.name).join("bin");
    // Python and Node.js may be links to programs of the machine, which may go with an upgrade of it.
    let programs = [Some("python"), environment.proxy.as_ref().map(|_| "node")];
    layout.env_complete(&environment.name).is_file()
        && programs.into_iter().flatten().all(|program| bin.join(program).is_file())
}

/// Makes an environment. Dropping the future ends every program that it started.
pub async fn prepare(layout: &Layout, environment: &Environment, said: Said<'_>) -> Result<(), Problem> {
    if is_prepared(layout, environment) {
        return Ok(());
    }
    said(Progress::of("looking for Python"));
    let python = python::find(environment.python.as_deref()).await?;
    layout.make()?;
    // A tool whose run was killed may still copy: what it writes must not get among the new files.
    strays::end(&layout.cache(), Whose::Makers, FAREWELL).await;
    let shop = Shop::open(layout, environment, python, said)?;
    shop.work().await?;
    shop.close()
}

/// Where an environment is made, and what with.
struct Shop<'a> {
    environment: &'a Environment,
    python: Python,
    settings: Settings,
    words: Words,
    said: Said<'a>,
    /// Folder of the environment.
    target: PathBuf,
    /// Folder for downloads and what is gone in the end.
    cache: PathBuf,
    complete: PathBuf,
}

impl<'a> Shop<'a> {
    /// Makes room: what an interrupted run left of this environment goes away.
    fn open(layout: &Layout, environment: &'a Environment, python: Python, said: Said<'a>) -> Result<Self, Problem> {
        let (target, cache) = (layout.env(&environment.name), layout.cache());
        let complete = layout.env_complete(&environment.name);
        for leftover in [&complete, &target, &cache.join("tmp")] {
            erase(leftover).map_err(|error| unwritable(leftover, &error))?;
        }
        for path in [&layout.environments(), &cache, &cache.join("tmp"), &target] {
            folder::make(path).map_err(|problem| in_machine_words(problem, path))?;
        }
        // uv and uv alone looks for settings of a project in the folders above; here it finds that there are none.
        let none = cache.join("uv.toml");
        folder::write_private(&none, "").map_err(|problem| in_machine_words(problem, &none))?;
        let settings = Settings::read(&cache);
        let words = Words::open(&layout.logs().join("environment.log"), settings.secrets(&environment.packages));
        Ok(Self { environment, python, settings, words, said, target, cache, complete })
    }

    async fn work(&self) -> Result<(), Problem> {
        let version = self.python.number();
        self.say(format!("making a virtual environment of Python {version}"));
        self.virtual_environment().await?;
        let installer = Installer::find(self).await?;
        installer.install_locked(self, "Python packages", &self.environment.requirements).await?;
        installer.install_wanted(self).await?;
        match &self.environment.proxy {
            Some(package) => node::install(self, &installer, package).await,
            None => Ok(()),
        }
    }

    /// Without pip: that works also where the system's Python comes without `ensurepip`.
    async fn virtual_environment(&self) -> Result<(), Problem> {
        if !self.python.venv {
            return Err(python::without_venv(&self.python));
        }
        let arguments = ["-I", "-B", "-m", "venv", "--without-pip"].map(Into::into).into_iter();
        let arguments = arguments.chain([self.target.clone().into_os_string()]).collect();
        let program = self.python.program.clone();
        let job = Job { program, arguments, variables: self.settings.plain(), folder: &self.cache };
        self.done(&self.job("python -m venv", job, &mut |_| {}).await?, "python -m venv")
    }

    /// Runs a program and has its words kept.
    async fn job(&self, name: &str, job: Job<'_>, heard: job::Listener<'_>) -> Result<Ended, Problem> {
        self.words.keep(&format!("# {name}"));
        job.run(&self.words, heard).await
    }

    /// What a program's end means.
    fn done(&self, ended: &Ended, tool: &str) -> Result<(), Problem> {
        if ended.success {
            return Ok(());
        }
        let place = failure::Place {
            tool,
            index: if tool == "npm" { self.settings.registry() } else { self.settings.index() },
            python: &self.python,
            wheels: self.environment.wheels.as_deref(),
            folder: &self.target,
            log: self.words.path(),
        };
        Err(failure::explain(&place, ended))
    }

    /// The environment's Python.
    fn interpreter(&self) -> PathBuf {
        self.target.join("bin/python")
    }

    fn say(&self, what: String) {
        self.words.keep(&format!("# {what}"));
        (self.said)(Progress::of(what));
    }

    /// Writes a file that a tool reads, for the owner only: requirements may hold credentials of an index.
    fn note(&self, name: &str, text: &str) -> Result<PathBuf, Problem> {
        let path = self.cache.join(name);
        folder::write_private(&path, text).map_err(|problem| in_machine_words(problem, &path))?;
        Ok(path)
    }

    /// Says that the environment is whole, once all of it is on the disk, and lets the downloads go.
    fn close(self) -> Result<(), Problem> {
        (self.said)(Progress::of("writing to the disk"));
        self.seal().map_err(|error| unwritable(&self.complete, &error))?;
        // What is left in the cache costs room, nothing else; the next environment takes it away.
        let _ = erase(&self.cache);
        Ok(())
    }

    fn seal(&self) -> io::Result<()> {
        // One call for tens of thousands of files; where it is not to be had, the mark's own sync has to do.
        let folder = fs::File::open(&self.target)?;
        let _ = rustix::fs::syncfs(&folder);
        let part = self.target.join(".complete.part");
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        writeln!(file, "Python {} of `{}`", self.python.number(), self.python.program.display())?;
        file.sync_all()?;
        fs::rename(&part, &self.complete)?;
        folder.sync_all()
    }
}

/// Removes a file or a folder, links themselves and not what they lead to; what is not there need not go.
fn erase(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Problem {
    in_machine_words(folder::unwritable(path, error), path)
}

/// A folder that cannot be written has another way out here than a run's own: another `machine.folder`.
fn in_machine_words(problem: Problem, path: &Path) -> Problem {
    let full = problem.hints.iter().any(|hint| hint.contains("free some space"));
    let problem = Problem { hints: Vec::new(), ..problem };
    let problem = if full {
        Problem { code: "no-space".into(), ..problem }
            .hint(format!("free some space where `{}` is, then `hubwright resume`", path.display()))
    } else {
        problem
    };
    problem.hint("or name a folder on another disk as `machine.folder`").at("machine.folder")
}
