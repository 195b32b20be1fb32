//! Secrets of a deployment on this machine: files for the owner only, a folder for each Secret, a file for each key.
//! Must never show a value.
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use futures::{FutureExt, future::BoxFuture};
use secrecy::{ExposeSecret, SecretString};

use super::layout::Layout;
use crate::{
    answers::secret::SecretRef,
    drivers::{folder, secrets},
    problem::Problem,
    run::ports::{FailureKind, PortError, PortResult, Secrets},
};

/// Secrets of this machine, and of a deployment on it.
pub struct MachineSecrets {
    layout: Layout,
}

impl MachineSecrets {
    /// Looks `secret:` references up in a deployment's folder.
    pub const fn new(layout: Layout) -> Self {
        Self { layout }
    }
}

impl Secrets for MachineSecrets {
    fn resolve<'a>(&'a self, _namespace: &'a str, reference: &'a SecretRef) -> BoxFuture<'a, PortResult<SecretString>> {
        let (layout, reference) = (self.layout.clone(), reference.clone());
        async move {
            let resolve = move || match &reference {
                SecretRef::Kubernetes { name, key } => value(&layout, name, key).map(SecretString::from),
                _ => secrets::local(&reference),
            };
            let gone = |_| Err(Problem::new("secret-missing", "the command that prints the secret was stopped"));
            let resolved = tokio::task::spawn_blocking(resolve).await.unwrap_or_else(gone);
            resolved.map_err(|problem| PortError::new(FailureKind::NotFound, problem))
        }
        .boxed()
    }

    fn generate(&self) -> PortResult<SecretString> {
        secrets::generate()
    }

    fn password(&self) -> PortResult<SecretString> {
        secrets::password()
    }
}

/// The values of a Secret by key; `None` if there is no such Secret.
pub fn all(layout: &Layout, name: &str) -> Result<Option<BTreeMap<String, SecretString>>, Problem> {
    let folder = place(layout, name)?;
    let keys = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(name, &error)),
        Ok(entries) => entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()),
    };
    // What a crash left half-written is no key.
    let keys = keys.filter(|key| !is_half_written(key));
    keys.map(|key| Ok((key.clone(), value(layout, name, &key)?.into()))).collect::<Result<_, _>>().map(Some)
}

/// One value of a Secret.
pub fn value(layout: &Layout, name: &str, key: &str) -> Result<String, Problem> {
    let path = place(layout, name)?.join(component(key)?);
    match fs::read_to_string(path) {
        Ok(value) => Ok(value),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Problem::new("secret-missing", format!("secret \"{name}\" not found, or without a key \"{key}\"")))
        }
        Err(error) => Err(unreadable(name, &error)),
    }
}

/// Keeps the values of a Secret, each whole or not at all; keys that it does not have any more go away last.
pub fn keep(layout: &Layout, name: &str, values: &BTreeMap<String, SecretString>) -> Result<(), Problem> {
    let folder = place(layout, name)?;
    folder::make(&folder)?;
    for (key, value) in values {
        folder::write_private(&folder.join(component(key)?), value.expose_secret())?;
    }
    let entries = fs::read_dir(&folder).map_err(|error| unreadable(name, &error))?;
    for entry in entries.flatten() {
        let known = entry.file_name().to_str().is_some_and(|key| values.contains_key(key));
        if !known {
            fs::remove_file(entry.path()).map_err(|error| folder::unwritable(&entry.path(), &error))?;
        }
    }
    Ok(())
}

fn place(layout: &Layout, name: &str) -> Result<PathBuf, Problem> {
    Ok(layout.secrets().join(component(name)?))
}

/// Whether a file was begun and not finished.
fn is_half_written(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "part")
}

/// A name that is one component of a path.
fn component(name: &str) -> Result<&str, Problem> {
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\0']) && !is_half_written(name);
    if plain {
        Ok(name)
    } else {
        Err(Problem::new("name-unusable", format!("`{name}` cannot be the name of a secret")))
    }
}

fn unreadable(name: &str, error: &io::Error) -> Problem {
    Problem::new("secret-missing", format!("cannot read the secret \"{name}\": {error}"))
        .hint("it must belong to you: the deployment is yours alone")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn layout() -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::at(folder.path().to_owned());
        layout.make().unwrap();
        (folder, layout)
    }

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, SecretString> {
        pairs.iter().map(|&(key, value)| (key.to_owned(), value.into())).collect()
    }

    fn kept(layout: &Layout) -> Vec<(String, String)> {
        let all = all(layout, "hub").unwrap().unwrap();
        all.into_iter().map(|(key, value)| (key, value.expose_secret().to_owned())).collect()
    }

    #[test]
    fn values_are_for_the_owner_only_and_replaced_as_a_whole() {
        let (_folder, layout) = layout();
        assert!(all(&layout, "hub").unwrap().is_none());
        keep(&layout, "hub", &values(&[("token", "a"), ("old", "b")])).unwrap();
        std::fs::write(layout.secrets().join("hub/token.part"), "half").unwrap();
        assert_eq!(kept(&layout).len(), 2);
        keep(&layout, "hub", &values(&[("token", "c\n")])).unwrap();
        assert_eq!(kept(&layout), [("token".to_owned(), "c\n".to_owned())]);
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(layout.secrets().join("hub")), mode(layout.secrets().join("hub/token"))), (0o700, 0o600));
    }

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        let (_folder, layout) = layout();
        for name in ["../config", "..", "a/b", "", ".hidden"] {
            assert_eq!(value(&layout, name, "key").unwrap_err().code, "name-unusable", "{name}");
            assert_eq!(value(&layout, "hub", name).unwrap_err().code, "name-unusable", "{name}");
        }
    }

    #[tokio::test]
    async fn references_are_found_in_the_folder_and_on_the_machine() {
        let (folder, layout) = layout();
        keep(&layout, "hub", &values(&[("token", "s3cret")])).unwrap();
        std::fs::write(folder.path().join("data/password"), "hunter2\n").unwrap();
        let secrets = MachineSecrets::new(layout);
        let file = format!("file:{}/data/password", folder.path().display());
        for (reference, expected) in [("secret:hub/token", "s3cret"), (file.as_str(), "hunter2")] {
            let reference = reference.parse().unwrap();
            assert_eq!(secrets.resolve("trial", &reference).await.unwrap().expose_secret(), expected);
        }
        let missing = secrets.resolve("trial", &"secret:hub/none".parse().unwrap()).await.unwrap_err();
        assert!(missing.problem.title.contains("\"none\"") && !missing.problem.title.contains("s3cret"));
    }
}
