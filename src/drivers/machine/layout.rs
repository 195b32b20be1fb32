//! Where everything of a deployment on this machine is: one folder of its own, and a short one for sockets.
//! Must not know what is in the files.
use std::{
    fs,
    io::Write,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Component, Path, PathBuf},
};

use crate::{drivers::folder, plan::graph::digest, problem::Problem};

/// Marks a folder as one of ours, so that nothing else is ever taken for it.
const MARK: &str = ".hubwright";
/// Longest path of the runtime folder, in bytes. Ray puts `/session_DATE_TIME_MICROSECONDS_PID/sockets/plasma_store.1`
/// below it, and a socket's path ends at 107 bytes.
const SHORT: usize = 37;
/// Name of the runtime folder.
const RUNTIME: &str = "ray";

/// The folders and files of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    folder: PathBuf,
}

impl Layout {
    /// The folder of a deployment: what the answers say, `~` allowed, else `XDG_DATA_HOME/hubwright/NAME`.
    pub fn of(name: &str, said: Option<&str>) -> Result<Self, Problem> {
        let Some(said) = said else { return Ok(Self::at(folder::data()?.join(name).components().collect())) };
        let path = match said.strip_prefix("~/") {
            Some(rest) => home()?.join(rest),
            None => PathBuf::from(said),
        };
        let plain = path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
        if path.is_absolute() && plain && path.components().count() > 1 {
            // Written in one way: processes are known by it, letter for letter.
            return Ok(Self::at(path.components().collect()));
        }
        Err(Problem::new("folder-unclear", format!("`{said}` is not the whole path of a folder"))
            .hint("write it from `/` or `~/` on, without `..`")
            .at("machine.folder"))
    }

    /// A folder that is known already.
    pub const fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The deployment's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Folder of all environments.
    pub fn environments(&self) -> PathBuf {
        self.folder.join("env")
    }

    /// Folder of an environment.
    pub fn env(&self, name: &str) -> PathBuf {
        self.environments().join(name)
    }

    /// Written last when an environment is made: without it, it is not whole.
    pub fn env_complete(&self, name: &str) -> PathBuf {
        self.env(name).join(".complete")
    }

    /// What package tools keep while an environment is made; gone once it is whole.
    pub fn cache(&self) -> PathBuf {
        self.folder.join("cache")
    }

    /// Files from the plan.
    pub fn config(&self) -> PathBuf {
        self.folder.join("config")
    }

    /// Secrets: a folder for each, a file for each key.
    pub fn secrets(&self) -> PathBuf {
        self.folder.join("secrets")
    }

    /// Home directories of the hub's users.
    pub fn homes(&self) -> PathBuf {
        self.folder.join("homes")
    }

    /// What the services keep: the hub's database.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Folder of logs.
    pub fn logs(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Log of a process; what grew too long is beside it with `.1` behind its name.
    pub fn log(&self, process: &str) -> PathBuf {
        self.logs().join(format!("{process}.log"))
    }

    /// Home of the services, for what their programs leave there; people have others.
    pub fn services_home(&self) -> PathBuf {
        self.run().join("home")
    }

    /// What supervisor and driver tell each other.
    pub fn run(&self) -> PathBuf {
        self.folder.join("run")
    }

    /// What is to run: written by the driver.
    pub fn wanted(&self) -> PathBuf {
        self.run().join("wanted.json")
    }

    /// What runs: written by the supervisor.
    pub fn seen(&self) -> PathBuf {
        self.run().join("seen.json")
    }

    /// Held by the supervisor as long as it lives.
    pub fn lock(&self) -> PathBuf {
        self.run().join("lock")
    }

    /// A folder for what lives as long as the processes do, short enough for sockets. Ray opens it to everybody: who may
    /// get there, the folder above says.
    pub fn runtime(&self) -> PathBuf {
        self.shelter().join(RUNTIME)
    }

    /// The folder around the runtime folder, for the owner only: `run`, or one in `/tmp` if its path is too long.
    pub fn shelter(&self) -> PathBuf {
        let own = self.run();
        if own.join(RUNTIME).as_os_str().len() <= SHORT {
            return own;
        }
        let digest = digest(&self.folder.to_string_lossy());
        let user = rustix::process::getuid().as_raw();
        Path::new("/tmp").join(format!("hubwright-{user}-{}", digest.get(..8).unwrap_or_default()))
    }

    /// Whether the folder is one of ours.
    pub fn is_ours(&self) -> bool {
        self.folder.join(MARK).is_file()
    }

    /// Makes the deployment's folder, for the owner only. One that is there must be empty or ours.
    pub fn make(&self) -> Result<(), Problem> {
        if !self.is_ours() {
            self.refuse_strangers()?;
            folder::make(&self.folder)?;
            self.mark()?;
        }
        [self.config(), self.secrets(), self.homes(), self.data(), self.logs(), self.run(), self.services_home()]
            .iter()
            .try_for_each(|part| folder::make(part))
    }

    /// Whether there is anything in the folder.
    pub fn is_taken(&self) -> bool {
        fs::read_dir(&self.folder).is_ok_and(|mut entries| entries.next().is_some())
    }

    fn refuse_strangers(&self) -> Result<(), Problem> {
        if !self.is_taken() {
            return Ok(());
        }
        Err(Problem::new("folder-in-use", format!("`{}` holds files that are not hubwright's", self.folder.display()))
            .hint("name a folder that is empty or not there yet")
            .at("machine.folder"))
    }

    fn mark(&self) -> Result<(), Problem> {
        let path = self.folder.join(MARK);
        let write = || {
            let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
            file.write_all(b"a deployment of hubwright: what is in this folder is made and removed by it\n")?;
            file.sync_all()
        };
        write().map_err(|error| folder::unwritable(&path, &error))
    }

    /// Takes the mark and the folder itself away, if nothing is left in it. One that cannot go stays, empty: a link, the
    /// root of a disk, or a folder that somebody else made for us.
    pub fn unmake(&self) -> std::io::Result<()> {
        let left = fs::read_dir(&self.folder)?.flatten().any(|entry| entry.file_name() != MARK);
        if left {
            return Ok(());
        }
        fs::remove_file(self.folder.join(MARK))?;
        let _ = fs::remove_dir(&self.folder);
        Ok(())
    }

    /// Makes the runtime folder, and makes sure that the one around it is the owner's alone: anybody may make folders in
    /// `/tmp`. The folder around it.
    pub fn make_runtime(&self) -> Result<PathBuf, Problem> {
        let path = self.shelter();
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        let failed = |error: std::io::Error| folder::unwritable(&path, &error);
        match made {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => {}
        }
        let found = fs::symlink_metadata(&path).map_err(failed)?;
        if !found.is_dir() || found.uid() != rustix::process::getuid().as_raw() {
            return Err(Problem::new("folder-of-others", format!("`{}` belongs to somebody else", path.display()))
                .hint("remove it, or name another `machine.folder`"));
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        folder::make(&self.runtime())?;
        Ok(path)
    }
}

fn home() -> Result<PathBuf, Problem> {
    std::env::var_os("HOME").map(PathBuf::from).filter(|path| path.is_absolute()).ok_or_else(|| {
        Problem::new("no-home", "`~` means nothing here: `HOME` is not set").hint("write the whole path of the folder")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_named_in_full_or_not_at_all() {
        assert_eq!(Layout::of("trial", Some("/srv/trial")).unwrap().folder(), Path::new("/srv/trial"));
        assert!(Layout::of("trial", Some("~/trial")).unwrap().folder().ends_with("trial"));
        assert!(Layout::of("trial", None).unwrap().folder().ends_with("hubwright/trial"));
        assert_eq!(Layout::of("trial", Some("/srv//trial/")).unwrap().folder().as_os_str(), "/srv/trial");
        for unclear in ["trial", "./trial", "/srv/../etc", "/", ""] {
            assert_eq!(Layout::of("trial", Some(unclear)).unwrap_err().at.unwrap(), "machine.folder", "{unclear}");
        }
    }

    #[test]
    fn sockets_always_fit_and_deployments_never_share_their_folder() {
        let deep = |name: &str| Layout::at(format!("/home/somebody/.local/share/hubwright/{name}").into()).runtime();
        assert!(deep("one").as_os_str().len() <= SHORT);
        assert_ne!(deep("one"), deep("two"));
        assert_eq!(Layout::at("/srv/hub".into()).runtime(), Path::new("/srv/hub/run/ray"));
    }

    #[test]
    fn a_folder_of_somebody_elses_files_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.tex"), "words").unwrap();
        let layout = Layout::at(folder.path().to_owned());
        assert_eq!(layout.make().unwrap_err().code, "folder-in-use");
        fs::remove_file(folder.path().join("thesis.tex")).unwrap();
        layout.make().unwrap();
        layout.make().unwrap();
        assert!(layout.is_ours());
    }

    #[test]
    fn a_runtime_folder_that_is_a_link_is_not_trusted() {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let layout = Layout::at(folder.path().join("a-name-that-is-too-long-for-sockets-of-ray"));
        let shelter = layout.shelter();
        std::os::unix::fs::symlink(folder.path(), &shelter).unwrap();
        let refused = layout.make_runtime();
        fs::remove_file(&shelter).unwrap();
        assert_eq!(refused.unwrap_err().code, "folder-of-others");
        assert_eq!(layout.make_runtime().unwrap(), shelter);
        assert_eq!(fs::metadata(&shelter).unwrap().permissions().mode() & 0o777, 0o700);
        fs::remove_dir_all(&shelter).unwrap();
    }

    #[test]
    fn everybody_on_the_machine_could_reach_rays_sockets_in_tmp() {
        for folder in ["/home/somebody/.local/share/hubwright/trial", "/srv/hub"] {
            let layout = Layout::at(folder.into());
            let (runtime, shelter) = (layout.runtime(), layout.shelter());
            // Ray makes its folder 0777, so it must not be the one that we close.
            assert!(runtime.parent() == Some(&shelter) && shelter != Path::new("/tmp"), "{}", runtime.display());
        }
    }
}
