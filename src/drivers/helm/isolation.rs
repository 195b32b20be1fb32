//! Keeps our helm apart from the person's: own cache, configuration and data, no plugins, no variable of helm's.
//! Must not know what helm is told.
use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

/// Which kubeconfig helm reads: the same that we read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kubeconfig {
    /// One file, named by `--kubeconfig`.
    File(PathBuf),
    /// Several files that are merged: only the variable `KUBECONFIG` can say that.
    List(OsString),
}

impl Kubeconfig {
    /// From `KUBECONFIG`, else `~/.kube/config`.
    pub fn from_environment() -> Self {
        let said = std::env::var_os("KUBECONFIG").unwrap_or_default();
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        Self::of(&said, &home)
    }

    /// helm runs in another folder: a relative path would mean another file there.
    fn of(said: &OsStr, home: &Path) -> Self {
        let files = std::env::split_paths(said).filter(|file| !file.as_os_str().is_empty());
        let files: Vec<PathBuf> = files.map(|file| std::path::absolute(&file).unwrap_or(file)).collect();
        match files.as_slice() {
            [] => Self::File(home.join(".kube/config")),
            [file] => Self::File(file.clone()),
            // Absolute forms of what was joined by colons can be joined by colons.
            files => Self::List(std::env::join_paths(files).unwrap_or_else(|_| said.to_owned())),
        }
    }

    /// The file for `--kubeconfig`.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(file),
            Self::List(_) => None,
        }
    }
}

/// helm's environment: ours without any `HELM_…` (a driver, a namespace or a token of another day), and own directories.
pub fn environment(kubeconfig: &Kubeconfig, folder: &Path) -> Vec<(OsString, OsString)> {
    let own = folder.join("helm");
    let directories = [
        ("HELM_CACHE_HOME", own.join("cache")),
        ("HELM_CONFIG_HOME", own.join("config")),
        ("HELM_DATA_HOME", own.join("data")),
        ("HELM_PLUGINS", own.join("no-plugins")),
    ];
    let kept = std::env::vars_os().filter(|(name, _)| {
        let name = name.to_string_lossy();
        !name.starts_with("HELM_") && name != "KUBECONFIG"
    });
    let list = match kubeconfig {
        Kubeconfig::List(list) => Some(("KUBECONFIG".into(), list.clone())),
        Kubeconfig::File(_) => None,
    };
    kept.chain(directories.map(|(name, path)| (name.into(), path.into()))).chain(list).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_is_named_and_several_stay_a_list() {
        let of = |said: &str| Kubeconfig::of(said.as_ref(), Path::new("/home/ada"));
        assert_eq!(of("").file(), Some(Path::new("/home/ada/.kube/config")));
        assert_eq!(of(":/etc/k:").file(), Some(Path::new("/etc/k")));
        assert_eq!(of("/a:/b"), Kubeconfig::List("/a:/b".into()));
    }

    #[test]
    fn helm_sees_its_own_directories_and_the_list_of_kubeconfigs() {
        let seen = environment(&Kubeconfig::List("/a:/b".into()), Path::new("/run"));
        let value = |name: &str| seen.iter().find(|(key, _)| key == name).map(|(_, value)| value.to_string_lossy());
        assert_eq!(value("HELM_CONFIG_HOME").unwrap(), "/run/helm/config");
        assert_eq!(value("KUBECONFIG").unwrap(), "/a:/b");
        let alone = environment(&Kubeconfig::File("/a".into()), Path::new("/run"));
        assert!(alone.iter().all(|(key, _)| key != "KUBECONFIG"));
    }
}
