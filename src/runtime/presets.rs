//! Presets that the person saved: a folder of their own, a file for each, found by name. Must not read what is in them.
use std::path::{Path, PathBuf};

use crate::{answers::preset_name, drivers::folder};

/// How their files end.
const ENDING: &str = "yaml";

/// Names of the person's own presets, sorted.
pub fn own() -> Vec<String> {
    let entries = folder::presets().ok().and_then(|folder| std::fs::read_dir(folder).ok());
    let mut names: Vec<String> =
        entries.into_iter().flatten().flatten().filter_map(|entry| name(&entry.path())).collect();
    names.sort();
    names
}

fn name(path: &Path) -> Option<String> {
    let ends = path.extension().is_some_and(|ending| ending == ENDING);
    let name = path.file_stem()?.to_str()?;
    (ends && preset_name::is_name(name)).then(|| name.to_owned())
}

/// The file of one of the person's own presets.
pub fn find(name: &str) -> Option<PathBuf> {
    file(name).filter(|path| path.is_file())
}

/// Where a preset of this name is kept, or will be; `None`: it is no name, but a path.
pub fn file(name: &str) -> Option<PathBuf> {
    Some(folder::presets().ok()?.join(format!("{name}.{ENDING}"))).filter(|_| preset_name::is_name(name))
}
