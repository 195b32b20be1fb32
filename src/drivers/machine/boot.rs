//! A deployment that starts with the machine: a service of the person's own systemd, which needs no rights beyond theirs.
//! Must not know what the service runs.
use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use super::{layout::Layout, serving};
use crate::{drivers::folder, health::text, problem::Problem, run::ports::Applied};

/// The service of a deployment.
pub struct Service {
    name: String,
    layout: Layout,
    units: PathBuf,
}

impl Service {
    /// The service of a deployment, whether it is there or not.
    pub fn new(deployment: &str, layout: Layout) -> Result<Self, Problem> {
        let config = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let config = config.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".config")));
        let config = config.ok_or_else(|| {
            Problem::new("no-home", "cannot tell where services of yours are: `HOME` is not set")
                .hint("set `XDG_CONFIG_HOME`")
        })?;
        Ok(Self::within(deployment, layout, config.join("systemd/user")))
    }

    fn within(deployment: &str, layout: Layout, units: PathBuf) -> Self {
        Self { name: format!("hubwright-{deployment}.service"), layout, units }
    }

    /// Whether the deployment starts with the machine.
    pub fn is_there(&self) -> bool {
        self.link().symlink_metadata().is_ok()
    }

    /// Has it start with the machine. A running deployment goes on.
    pub fn enable(&self) -> Result<Applied, Problem> {
        let unit = self.unit(&serving::own_program());
        let same = fs::read_to_string(self.path()).is_ok_and(|found| found == unit);
        if same && self.is_there() {
            return linger().map(|()| Applied::Unchanged);
        }
        // Asked first: without it, a file would be left that nobody reads.
        systemctl(&["show-environment"])?;
        fs::create_dir_all(&self.units).map_err(|error| folder::unwritable(&self.units, &error))?;
        folder::write_private(&self.path(), &unit)?;
        systemctl(&["daemon-reload"])?;
        systemctl(&["enable", &self.name])?;
        linger()?;
        Ok(Applied::Created)
    }

    /// No longer. What of systemd does not answer is done without: its files are what counts at the next start.
    pub fn disable(&self) -> Result<Applied, Problem> {
        let mut applied = Applied::Unchanged;
        for path in [self.link(), self.path()] {
            match fs::remove_file(&path) {
                Ok(()) => applied = Applied::Changed,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(folder::unwritable(&path, &error)),
            }
        }
        if applied == Applied::Changed {
            let _ = systemctl(&["daemon-reload"]);
        }
        Ok(applied)
    }

    fn path(&self) -> PathBuf {
        self.units.join(&self.name)
    }

    /// By which systemd knows that it is wanted.
    fn link(&self) -> PathBuf {
        self.units.join("default.target.wants").join(&self.name)
    }

    /// A clean end is on purpose; the supervisor ends its processes itself, in their order.
    fn unit(&self, program: &Path) -> String {
        let (program, folder) = (quoted(program), quoted(self.layout.folder()));
        format!(
            "[Unit]\nDescription={name}, a deployment of hubwright\n\n[Service]\nExecStart={program} supervise --folder {folder}\n\
             Restart=on-failure\nRestartSec=5\nKillMode=mixed\nTimeoutStopSec=120\n\n[Install]\nWantedBy=default.target\n",
            name = self.name.trim_end_matches(".service"),
        )
    }
}

/// A path as systemd reads it: quotes, backslashes, `%` and `$` mean something to it.
fn quoted(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
    format!("\"{path}\"")
}

fn systemctl(arguments: &[&str]) -> Result<(), Problem> {
    run("systemctl", &[&["--user"], arguments].concat()).map_err(|why| {
        Problem::new("no-user-systemd", "systemd does not start services of yours on this machine")
            .detail(why)
            .hint("start it by hand with `hubwright start` after each start of the machine")
            .hint("or log in directly, not by `su` or `sudo`, and try again")
    })
}

/// Services of a person start with the machine only if they may linger; else with the first login.
fn linger() -> Result<(), Problem> {
    run("loginctl", &["enable-linger"]).map_err(|why| {
        Problem::new("no-linger", "the deployment would start only when you log in")
            .detail(why)
            .hint("`sudo loginctl enable-linger $USER` lets it start with the machine")
    })
}

fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(text::clean(&String::from_utf8_lossy(&output.stderr))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(folder: &Path) -> Service {
        Service::within("trial", Layout::at("/srv/my 100%/trial".into()), folder.join("user"))
    }

    #[test]
    fn paths_keep_their_meaning_in_the_unit() {
        let folder = tempfile::tempdir().unwrap();
        let unit = service(folder.path()).unit(Path::new("/opt/a \"b\"/hubwright"));
        let line = "ExecStart=\"/opt/a \\\"b\\\"/hubwright\" supervise --folder \"/srv/my 100%%/trial\"\n";
        assert!(unit.contains(line), "{unit}");
        assert!(unit.starts_with("[Unit]\nDescription=hubwright-trial,"), "{unit}");
    }

    #[test]
    fn what_is_there_goes_away_also_where_no_systemd_answers() {
        let folder = tempfile::tempdir().unwrap();
        let service = service(folder.path());
        assert_eq!(service.disable().unwrap(), Applied::Unchanged);
        fs::create_dir_all(service.link().parent().unwrap()).unwrap();
        fs::write(service.path(), service.unit(Path::new("/bin/hubwright"))).unwrap();
        std::os::unix::fs::symlink(service.path(), service.link()).unwrap();
        assert!(service.is_there());
        assert_eq!(service.disable().unwrap(), Applied::Changed);
        assert!(!service.is_there() && !service.path().exists());
    }
}
