//! Commands that contact nothing: presets, schema, questions, explain, save, completions, screenshots.
//! Must not know any driver but files.
use std::{io::Write, path::Path};

use clap::CommandFactory;

use super::{Outcome, answering, presets, print, print_words, tell};
use crate::{
    answers::{
        explain::{self, Explanation},
        facts::Facts,
        preset::{self, Preset},
        schema, shipped,
    },
    cli::{Answering, Cli, Explain, Place, Save},
    front::tui::demo,
    problem::{Exit, Explain as _, Problem},
};

/// `hubwright presets`
pub fn presets() -> Outcome {
    let names = shipped::SHIPPED.iter().map(|shipped| shipped.name.to_owned());
    let own = presets::own().into_iter().filter(|name| shipped::find(name).is_none());
    let names: Vec<String> = names.chain(own).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for name in names {
        match answering::load(&name) {
            Ok(preset) => {
                text.push_str(&format!("{name:width$}  {}\n{:width$}  {}\n", preset.title, "", preset.description));
            }
            // One of the person's own, with a slip in it, must not hide the others.
            Err(_) => {
                text.push_str(&format!("{name:width$}  something in it is wrong: `hubwright plan {name}` says what\n"));
            }
        }
    }
    print_words(&text)
}

/// `hubwright schema`
pub fn schema() -> Outcome {
    let text = serde_json::to_string_pretty(&schema::schema())
        .map_err(|error| vec![Problem::new("schema", error.to_string())])?;
    print(&(text + "\n"))
}

/// `hubwright questions`
pub fn questions() -> Outcome {
    print(&explain::reference())
}

/// `hubwright completions`
pub fn completions(shell: clap_complete::Shell) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "hubwright", &mut text);
    print(&String::from_utf8_lossy(&text))
}

/// `hubwright screenshots`
pub fn screenshots(folder: &Path) -> Outcome {
    let unwritable = |path: &Path, error: &std::io::Error| {
        vec![Problem::new("cannot-write", format!("cannot write `{}`: {error}", path.display()))]
    };
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    for scene in demo::SCENES {
        let picture = scene.picture().map_err(|problem| vec![problem])?;
        let path = folder.join(format!("{}.svg", scene.name));
        std::fs::write(&path, picture).map_err(|error| unwritable(&path, &error))?;
    }
    Ok(Exit::Done)
}

/// `hubwright explain`
pub fn explain(args: &Explain) -> Outcome {
    let answering = Answering { presets: args.presets.clone(), set: args.set.clone() };
    let layers = answering::layers(&answering, &Place::default())?;
    let explanation =
        explain::explain(&args.key, &layers, &Facts::default()).map_err(|invalid| vec![invalid.explain()])?;
    print_words(&page(&explanation))
}

fn page(explanation: &Explanation) -> String {
    let value = if explanation.value.is_null() { "not said".to_owned() } else { explain::shown(&explanation.value) };
    let mut lines = vec![format!("{}  {}", explanation.key, explanation.title)];
    lines.extend(explanation.text.iter().map(|text| format!("  {text}")));
    lines.push(format!("value:   {value}   ({})", explanation.origin));
    lines.extend(
        (!explanation.relevant).then(|| "         does not matter with the other answers as they are".to_owned()),
    );
    lines.push(format!("allowed: {}", explanation.kind.join("\n         ")));
    lines.push(format!("say it:  {}", explanation.ways.join("   ")));
    lines.join("\n") + "\n"
}

/// `hubwright save`
pub fn save(args: &Save) -> Outcome {
    let layers = answering::layers(&args.answering, &Place::default())?;
    let from = match args.answering.presets.last() {
        Some(name) => answering::load(name)?,
        None => Preset::default(),
    };
    let text = preset::write(&Preset { answers: layers.merged(), ..from }, &Facts::default());
    write_new(&args.output, &text).map_err(|problem| vec![problem])?;
    let path = args.output.display();
    tell(&format!("written to `{path}`: fill in what must be said, then `hubwright plan {path}`"));
    Ok(Exit::Done)
}

/// A preset is somebody's work: what is there already is never written over.
fn write_new(path: &Path, text: &str) -> Result<(), Problem> {
    let write = || {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
        // Half a preset would keep the next try from writing a whole one.
        file.write_all(text.as_bytes()).inspect_err(|_| drop(std::fs::remove_file(path)))
    };
    write().map_err(|error: std::io::Error| {
        let problem = |why: &dyn std::fmt::Display| {
            Problem::new("cannot-write", format!("cannot write `{}`: {why}", path.display()))
        };
        match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                problem(&"it is there already").hint("name another file with `-o FILE`, or remove this one first")
            }
            _ => problem(&error).hint("name a file in a folder that you may write to with `-o FILE`"),
        }
    })
}
