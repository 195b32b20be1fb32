//! Saves answers as a preset. Somebody's work is never written over. Must not know screens.
use std::{
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use crate::{
    answers::{
        facts::Facts,
        layers::Layers,
        preset::{self, Preset},
        preset_name, schema,
        shell::quoted,
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
    if let Some(wrong) = preset_name::wrong(name) {
        let problem = Problem::new("no-name", format!("`{}` is no name for a preset", text::line(name)));
        return Err(problem.hint(wrong));
    }
    if preset_name::is_path(name) {
        return Ok(folder::expanded(name));
    }
    presets::file(name).map_or_else(folder::presets, Ok)
}

/// The command that begins with a preset of this name or path.
pub fn opens(name: &str) -> String {
    format!("hubwright setup {}", said(name))
}

/// A name as it is said to a shell, which would not know `~` in quotes.
fn said(name: &str) -> String {
    quoted(&folder::expanded(name.trim()).display().to_string())
}

/// What stands above the answers.
fn header(name: &str) -> String {
    let (version, said) = (env!("CARGO_PKG_VERSION"), said(name));
    format!(
        "# Saved by hubwright {version}. `hubwright setup {said}` opens it; where nothing is missing, `hubwright install {said}` \
         installs it.\n"
    )
}

/// Writes a complete preset. `over`: what is there may go.
pub fn save(name: &str, path: &Path, title: String, layers: &Layers, over: bool) -> Result<(), Problem> {
    let preset = Preset { title, answers: layers.said(), ..Preset::default() };
    let text = header(name) + &preset::write(&preset, &Facts::default());
    let failed = |error: std::io::Error| unwritable(path, &error);
    if let Some(folder) = path.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    }
    give_schema(path);
    if over {
        return folder::write_private(path, &text);
    }
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    // Half a preset would keep the next try from writing a whole one.
    let write = |mut file: std::fs::File| {
        file.write_all(text.as_bytes()).inspect_err(|_| std::mem::drop(std::fs::remove_file(path)))
    };
    file.and_then(write).map_err(failed)
}

/// What presets may hold, for editors: each names it beside itself. Without it a preset says the same, so nothing is told of
/// what goes wrong here; into folders of other things it is not written.
fn give_schema(path: &Path) {
    let own = folder::presets().ok().filter(|own| path.parent() == Some(own));
    if let (Some(own), Ok(text)) = (own, serde_json::to_string_pretty(&schema::schema())) {
        let _ = folder::write_private(&own.join(preset::SCHEMA_FILE), &text);
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Problem {
    let problem =
        |why: &dyn std::fmt::Display| Problem::new("cannot-write", format!("cannot write `{}`: {why}", path.display()));
    match error.kind() {
        std::io::ErrorKind::AlreadyExists => problem(&"it is there already").hint("choose another name"),
        _ => problem(error).hint("name a file in a folder that you may write to"),
    }
}
