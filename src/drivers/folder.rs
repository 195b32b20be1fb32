//! The folder of a deployment on this machine: journal, helm's output, values while helm reads them.
//! One per cluster and namespace, for its owner only; and where hubwright keeps what belongs to no deployment.
//! Must not know what is in the files.
use std::{
    fs,
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use crate::problem::Problem;

/// What belongs to no deployment, such as a helm of our own: `XDG_DATA_HOME/hubwright`, else `~/.local/share/hubwright`.
pub fn data() -> Result<PathBuf, Problem> {
    absolute("XDG_DATA_HOME")
        .map(|path| path.join("hubwright"))
        .or_else(|| absolute("HOME").map(|path| path.join(".local/share/hubwright")))
        .ok_or_else(|| {
            Problem::new("no-home", "cannot tell where to keep programs: `HOME` is not set")
                .hint("set `XDG_DATA_HOME` to a folder of yours")
        })
}

/// Where a person keeps presets of their own: `XDG_CONFIG_HOME/hubwright/presets`, else `~/.config/hubwright/presets`.
pub fn presets() -> Result<PathBuf, Problem> {
    absolute("XDG_CONFIG_HOME")
        .or_else(|| absolute("HOME").map(|path| path.join(".config")))
        .map(|path| path.join("hubwright/presets"))
        .ok_or_else(|| {
            Problem::new("no-home", "cannot tell where presets of yours are: `HOME` is not set")
                .hint("set `XDG_CONFIG_HOME` to a folder of yours, or name a file")
        })
}

fn absolute(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// A path as a person writes it: `~` at its beginning is their home, as a shell has it.
pub fn expanded(path: &str) -> PathBuf {
    let rest = if path == "~" { Some("") } else { path.strip_prefix("~/") };
    rest.zip(absolute("HOME")).map_or_else(|| path.into(), |(rest, home)| home.join(rest))
}

/// Where all deployments' folders are: `HUBWRIGHT_STATE`, else `XDG_STATE_HOME/hubwright`, else `~/.local/state/hubwright`.
pub fn root() -> Result<PathBuf, Problem> {
    absolute("HUBWRIGHT_STATE")
        .or_else(|| absolute("XDG_STATE_HOME").map(|path| path.join("hubwright")))
        .or_else(|| absolute("HOME").map(|path| path.join(".local/state/hubwright")))
        .ok_or_else(|| {
            Problem::new("no-home", "cannot tell where to remember the run: `HOME` is not set")
                .hint("set `HUBWRIGHT_STATE` to a folder of yours")
        })
}

/// The folder of a deployment, whether it is there or not.
pub fn of(context: &str, namespace: &str) -> Result<PathBuf, Problem> {
    Ok(root()?.join(format!("{}--{}", safe(context), safe(namespace))))
}

/// The folder of a deployment on this machine, whether it is there or not. No cluster's folder has a name of this form.
pub fn of_machine(name: &str) -> Result<PathBuf, Problem> {
    Ok(root()?.join(format!("this-machine.{}", safe(name))))
}

/// Makes a folder for the owner only, unless it is there.
pub fn make(folder: &Path) -> Result<(), Problem> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| unwritable(folder, &error))
}

/// A name as one path component: letters, digits, `.`, `-` and `_`; other signs become `_` with a digest behind, as do
/// names with `--`, which parts context and namespace.
pub fn safe(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '_' }).take(80).collect();
    if plain == name && !name.starts_with('.') && !name.contains("--") && !name.is_empty() {
        return plain;
    }
    let digest = crate::plan::graph::digest(name);
    format!("{}-{}", plain.trim_start_matches('.'), digest.get(..8).unwrap_or_default())
}

/// Writes a file for the owner only, whole or not at all.
pub fn write_private(path: &Path, text: &str) -> Result<(), Problem> {
    let part = path.with_extension("part");
    let _ = fs::remove_file(&part);
    let write = || {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().map_err(|error| unwritable(path, &error))
}

/// Why a file of ours cannot be written, and what to do.
pub fn unwritable(path: &Path, error: &std::io::Error) -> Problem {
    let problem = Problem::new("cannot-write", format!("cannot write `{}`: {error}", path.display()));
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            problem.hint("free some space, then `hubwright resume`")
        }
        _ => problem.hint("set `HUBWRIGHT_STATE` to a folder that you may write to"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_path_component_and_different_deployments_never_share_one() {
        let names = ["prod", "a--b", "a", "arn:aws:eks:eu:1:cluster/x", "arn:aws:eks:eu:1:cluster_x", "..", "", "ä"];
        let safe: std::collections::BTreeSet<String> = names.iter().map(|name| safe(name)).collect();
        assert_eq!(safe.len(), names.len());
        assert!(safe.iter().all(|name| !name.contains('/') && !name.starts_with('.') && !name.is_empty()), "{safe:?}");
        assert_eq!(super::safe("prod"), "prod");
    }
}
