//! Saves answers as a preset. Somebody's work is never written over. Must not know screens.
use std::{
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use super::draft;
use crate::{
    answers::{
        facts::Facts,
        layers::Layers,
        preset::{self, Preset},
        shipped,
    },
    drivers::folder,
    health::text,
    problem::Problem,
    runtime::presets,
};

/// Where a preset of this name goes: names into the person's own folder, paths as they are.
pub fn path(name: &str) -> Result<PathBuf, Problem> {
    let name = name.trim();
    if shipped::find(name).is_some() {
        let problem = Problem::new("preset-shipped", format!("`{name}` is a preset that comes with hubwright"));
        return Err(problem.hint("choose another name, or a file such as `./mine.yaml`"));
    }
    if presets::is_name(name) {
        return presets::file(name).map_or_else(folder::presets, Ok);
    }
    let path = match name.strip_prefix("~/") {
        Some(rest) => std::env::home_dir().map(|home| home.join(rest)),
        None => Some(PathBuf::from(name)),
    };
    path.filter(|path| path.file_name().is_some()).ok_or_else(|| no_name(name))
}

fn no_name(name: &str) -> Problem {
    Problem::new("no-name", format!("`{}` is no name for a preset", text::line(name)))
        .hint("use letters, digits, `-` and `_`, or the path of a file such as `./mine.yaml`")
}

/// Writes a complete preset. `again`: it was written by this very program, and may be written anew.
pub fn save(path: &Path, title: String, layers: &Layers, again: bool) -> Result<(), Problem> {
    let preset = Preset { title, answers: draft::said(layers), ..Preset::default() };
    let text = preset::write(&preset, &Facts::default());
    let failed = |error: std::io::Error| unwritable(path, &error);
    if let Some(folder) = path.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    }
    if again {
        return folder::write_private(path, &text);
    }
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    // Half a preset would keep the next try from writing a whole one.
    let write = |mut file: std::fs::File| {
        file.write_all(text.as_bytes()).inspect_err(|_| std::mem::drop(std::fs::remove_file(path)))
    };
    file.and_then(write).map_err(failed)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Problem {
    let problem =
        |why: &dyn std::fmt::Display| Problem::new("cannot-write", format!("cannot write `{}`: {why}", path.display()));
    match error.kind() {
        std::io::ErrorKind::AlreadyExists => problem(&"it is there already").hint("choose another name"),
        _ => problem(error).hint("name a file in a folder that you may write to"),
    }
}
