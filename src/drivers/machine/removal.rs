//! How a deployment goes away from this machine: its own folders, by name, and never what a link leads to. Each call may
//! be made again after a crash. Must not know what is in the folders.
use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{layout::Layout, wanted::Wanted};
use crate::{drivers::processes, problem::Problem};

/// Removes everything but people's data (home directories, the hub's database, secrets: who installs again goes on with
/// the same logins and passwords); with `data` that, too. What tells that a deployment is there goes last.
pub fn everything(layout: &Layout, data: bool) -> Result<(), Problem> {
    if !layout.is_ours() {
        return not_ours(layout);
    }
    let made = [layout.config(), layout.logs(), layout.cache(), layout.runtime()];
    // In `/tmp`; else it is `run`, of which a part goes last.
    let shelter = Some(layout.shelter()).filter(|path| *path != layout.run());
    let kept = [layout.secrets(), layout.homes(), layout.data()];
    made.iter().chain(&shelter).chain(kept.iter().filter(|_| data)).try_for_each(|path| erase(path).map(drop))?;
    environment_names(layout).iter().try_for_each(|name| environment(layout, name))?;
    erase(&layout.environments())?;
    entries(&layout.run())
        .into_iter()
        .filter(|path| *path != layout.wanted())
        .try_for_each(|path| erase(&path).map(drop))?;
    erase(&layout.run())?;
    if !data {
        return Ok(());
    }
    layout.unmake().map_err(|error| left(layout.folder(), &error))
}

/// Removes environments but one, and but those that something runs from.
pub fn environments(layout: &Layout, but: &str) -> Result<(), Problem> {
    let wanted = Wanted::read(layout);
    let lines: Vec<Vec<u8>> = processes::all().into_iter().map(processes::command_line).collect();
    for name in environment_names(layout).iter().filter(|name| *name != but) {
        let path = format!("{}/", layout.env(name).display());
        let runs = lines.iter().any(|line| line.windows(path.len()).any(|part| part == path.as_bytes()));
        if !runs && !wanted.names(&format!("env/{name}/")) {
            environment(layout, name)?;
        }
    }
    Ok(())
}

/// Removes an environment: half-removed, it must not be called whole.
fn environment(layout: &Layout, name: &str) -> Result<(), Problem> {
    erase(&layout.env_complete(name))?;
    erase(&layout.env(name)).map(drop)
}

/// What is in a folder of ours; nothing of what is behind a link.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let is_own = fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir());
    let read = is_own.then(|| fs::read_dir(folder).ok()).flatten();
    read.into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Names of environments, whole or not.
pub fn environment_names(layout: &Layout) -> Vec<String> {
    let entries = entries(&layout.environments());
    let mut names: Vec<String> =
        entries.iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}

/// Removes a person's home directory; `false` if there was none.
pub fn home(layout: &Layout, user: &str) -> Result<bool, Problem> {
    let plain = !matches!(user, "" | "." | "..") && !user.contains(['/', '\0']);
    if plain { erase(&layout.homes().join(user)) } else { Ok(false) }
}

fn not_ours(layout: &Layout) -> Result<(), Problem> {
    let empty = fs::read_dir(layout.folder()).is_ok_and(|mut entries| entries.next().is_none());
    if empty || !layout.folder().exists() {
        return Ok(());
    }
    Err(Problem::new("folder-in-use", format!("`{}` is no folder of hubwright", layout.folder().display()))
        .hint("nothing was removed; check `machine.folder`")
        .at("machine.folder"))
}

/// Removes a file, a link, or a folder with what is in it. `false` if it was not there.
fn erase(path: &Path) -> Result<bool, Problem> {
    let removed = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => Err(error),
        Ok(found) if found.is_dir() => erase_folder(path),
        // A link goes, and what it leads to stays.
        Ok(_) => fs::remove_file(path),
    };
    removed.map(|()| true).map_err(|error| left(path, &error))
}

fn erase_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        // Some tools write-protect their own caches.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            open_up(path.to_owned());
            fs::remove_dir_all(path)
        }
        ended => ended,
    }
}

/// Lets the owner remove what is in a folder; what is not ours stays as it is and is named later.
fn open_up(folder: PathBuf) {
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        let _ = fs::set_permissions(&folder, fs::Permissions::from_mode(0o700));
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        folders.extend(
            entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()),
        );
    }
}

fn left(path: &Path, error: &io::Error) -> Problem {
    Problem::new("cannot-remove", format!("cannot remove `{}`: {error}", path.display()))
        .hint("see whose it is and who uses it; then the same command goes on with what is left")
        .retry()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployed() -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::at(folder.path().join("trial"));
        layout.make().unwrap();
        for (path, file) in [
            (layout.env("one"), ".complete"),
            (layout.env("two"), ".complete"),
            (layout.homes().join("ada"), "thesis.tex"),
            (layout.data(), "hub.sqlite"),
            (layout.secrets().join("hub"), "token"),
        ] {
            fs::create_dir_all(&path).unwrap();
            fs::write(path.join(file), "words").unwrap();
        }
        (folder, layout)
    }

    #[test]
    fn data_stays_unless_it_is_to_go_as_well() {
        let (_folder, layout) = deployed();
        everything(&layout, false).unwrap();
        assert!(layout.homes().join("ada/thesis.tex").exists() && layout.secrets().join("hub/token").exists());
        assert!(!layout.environments().exists() && !layout.run().exists() && !layout.logs().exists());
        everything(&layout, true).unwrap();
        everything(&layout, true).unwrap();
        assert!(!layout.folder().exists());
    }

    #[test]
    fn what_a_link_leads_to_stays_and_so_does_what_a_person_put_there() {
        let (folder, layout) = deployed();
        let disk = folder.path().join("large-disk");
        fs::create_dir(&disk).unwrap();
        fs::write(disk.join("thesis.tex"), "words").unwrap();
        fs::remove_dir_all(layout.homes()).unwrap();
        std::os::unix::fs::symlink(&disk, layout.homes()).unwrap();
        std::os::unix::fs::symlink(&disk, layout.env("one").join("link")).unwrap();
        fs::write(layout.folder().join("notes.txt"), "words").unwrap();
        everything(&layout, true).unwrap();
        assert!(disk.join("thesis.tex").exists() && layout.folder().join("notes.txt").exists());
        assert!(!layout.homes().exists());
    }

    #[test]
    fn environments_behind_a_link_were_a_persons_own_and_were_removed() {
        let (folder, layout) = deployed();
        let own = folder.path().join("envs");
        fs::create_dir_all(own.join("thesis/bin")).unwrap();
        fs::remove_dir_all(layout.environments()).unwrap();
        std::os::unix::fs::symlink(&own, layout.environments()).unwrap();
        environments(&layout, "one").unwrap();
        everything(&layout, true).unwrap();
        assert!(own.join("thesis/bin").exists() && !layout.folder().exists());
    }

    #[test]
    fn a_folder_that_cannot_go_itself_made_every_removal_fail() {
        let (folder, layout) = deployed();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(layout.folder(), &link).unwrap();
        let linked = Layout::at(link);
        everything(&linked, true).unwrap();
        assert!(layout.folder().exists() && !layout.is_taken());
        everything(&linked, true).unwrap();
    }

    #[test]
    fn a_folder_without_our_mark_is_not_touched() {
        let (_folder, layout) = deployed();
        fs::remove_file(layout.folder().join(".hubwright")).unwrap();
        assert_eq!(everything(&layout, true).unwrap_err().code, "folder-in-use");
        assert!(layout.data().join("hub.sqlite").exists());
    }

    #[test]
    fn write_protected_caches_go_as_well() {
        let (_folder, layout) = deployed();
        let cache = layout.homes().join("ada/go/mod");
        fs::create_dir_all(&cache).unwrap();
        fs::write(cache.join("file"), "words").unwrap();
        fs::set_permissions(&cache, fs::Permissions::from_mode(0o500)).unwrap();
        assert!(home(&layout, "ada").unwrap());
        assert!(!home(&layout, "ada").unwrap());
        for elsewhere in ["..", "../data", "", "."] {
            assert!(!home(&layout, elsewhere).unwrap(), "{elsewhere}");
        }
        assert!(layout.homes().exists() && layout.data().exists());
    }

    #[test]
    fn environments_go_but_the_named_one_and_those_that_something_runs_from() {
        let (_folder, layout) = deployed();
        let command = vec!["{folder}/env/one/bin/hub".to_owned()];
        let process = crate::plan::graph::Process { name: "hub".to_owned(), command, ..Default::default() };
        Wanted::change(&layout, |wanted| wanted.merge(&[process])).unwrap();
        let server = layout.env("three").join("bin/server");
        fs::create_dir_all(server.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink("/bin/sleep", &server).unwrap();
        fs::create_dir_all(layout.env("four")).unwrap();
        let mut server = std::process::Command::new(server).arg("1000").spawn().unwrap();
        // The kernel has a program run before it can tell its name.
        while processes::command_line(server.id()).is_empty() {
            assert!(server.try_wait().unwrap().is_none(), "it ended by itself");
            std::thread::yield_now();
        }
        environments(&layout, "two").unwrap();
        let left = environment_names(&layout);
        server.kill().and_then(|()| server.wait()).unwrap();
        assert_eq!(left, ["one", "three", "two"]);
        Wanted::change(&layout, |wanted| wanted.keep_only(&[])).unwrap();
        environments(&layout, "two").unwrap();
        assert_eq!(environment_names(&layout), ["two"]);
    }
}
