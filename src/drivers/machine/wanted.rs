//! What is to run: a file that the driver writes, whole or not at all, and the supervisor reads.
//! Must not know how a process is run.
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    os::unix::fs::OpenOptionsExt,
};

use serde::{Deserialize, Serialize};

use super::{layout::Layout, seen::Seen};
use crate::{drivers::folder, plan::graph::Process, problem::Problem, run::ports::Applied};

/// What is to run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Wanted {
    /// Grows with every change, so that one can wait until it was taken in.
    pub generation: u64,
    /// Harmless variables of the person who asked: a deployment that starts with the machine has no person's own.
    pub inherited: BTreeMap<String, String>,
    /// Processes, in the order in which they start.
    pub processes: Vec<Kept>,
}

/// A process that is to run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Kept {
    /// What it is.
    pub process: Process,
    /// How often somebody asked that it starts again.
    pub again: u64,
}

impl Wanted {
    /// What is to run; nothing where nothing was ever asked for, or where the file is spoiled.
    pub fn read(layout: &Layout) -> Self {
        Self::read_if_whole(layout).unwrap_or_default()
    }

    /// What is to run; `None` where there is no such file, or a spoiled one.
    pub fn read_if_whole(layout: &Layout) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(layout.wanted()).ok()?).ok()
    }

    /// Changes what is to run, one change at a time. What the change says, and the generation to wait for.
    pub fn change<T>(layout: &Layout, change: impl FnOnce(&mut Self) -> T) -> Result<(u64, T), Problem> {
        let _turn = turn(layout)?;
        let before = Self::read(layout);
        let mut after = before.clone();
        let said = change(&mut after);
        if after == before && layout.wanted().exists() {
            return Ok((before.generation, said));
        }
        // A spoiled file must not make a later generation look like one that was taken in long ago.
        let newest = before.generation.max(Seen::read(layout).map_or(0, |seen| seen.generation));
        after.generation = newest + 1;
        let text = serde_json::to_string_pretty(&after)
            .map_err(|error| Problem::new("defect", format!("cannot write down what is to run: {error}")))?;
        folder::write_private(&layout.wanted(), &text)?;
        Ok((after.generation, said))
    }

    /// Has processes run as described, beside those that run already.
    pub fn merge(&mut self, processes: &[Process]) -> Applied {
        let mut applied = Applied::Unchanged;
        for process in processes {
            match self.processes.iter_mut().find(|kept| kept.process.name == process.name) {
                Some(kept) if kept.process == *process => {}
                Some(kept) => {
                    kept.process = process.clone();
                    applied = Applied::Changed;
                }
                None => {
                    self.processes.push(Kept { process: process.clone(), again: 0 });
                    applied = if applied == Applied::Changed { applied } else { Applied::Created };
                }
            }
        }
        applied
    }

    /// Has processes start again, those of them that are there.
    pub fn restart(&mut self, names: &[String]) {
        self.processes.iter_mut().filter(|kept| names.contains(&kept.process.name)).for_each(|kept| kept.again += 1);
    }

    /// Whether a process that is to run names this text in its command or variables.
    pub fn names(&self, text: &str) -> bool {
        let words = |kept: &Kept| {
            kept.process.command.iter().chain(kept.process.environment.values()).any(|word| word.contains(text))
        };
        self.processes.iter().any(words)
    }

    /// Takes out every process that is not named. Names of those.
    pub fn keep_only(&mut self, names: &[String]) -> Vec<String> {
        let stays = |kept: &Kept| names.contains(&kept.process.name);
        let gone = self.processes.iter().filter(|kept| !stays(kept)).map(|kept| kept.process.name.clone()).collect();
        self.processes.retain(stays);
        gone
    }
}

/// Two commands of a person may be at work: they take turns.
fn turn(layout: &Layout) -> Result<File, Problem> {
    let path = layout.run().join("turn");
    let open = || {
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        file.lock()?;
        Ok(file)
    };
    open().map_err(|error| folder::unwritable(&path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(name: &str, revision: &str) -> Process {
        Process { name: name.to_owned(), revision: revision.to_owned(), ..Process::default() }
    }

    fn layout() -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::at(folder.path().to_owned());
        layout.make().unwrap();
        (folder, layout)
    }

    #[test]
    fn only_a_change_makes_a_new_generation() {
        let (_folder, layout) = layout();
        let serve = |processes: &[Process]| Wanted::change(&layout, |wanted| wanted.merge(processes)).unwrap();
        assert_eq!(serve(&[process("hub", "1"), process("proxy", "1")]), (1, Applied::Created));
        assert_eq!(serve(&[process("proxy", "1")]), (1, Applied::Unchanged));
        assert_eq!(serve(&[process("hub", "2"), process("ray-head", "1")]), (2, Applied::Changed));
        let names: Vec<String> = Wanted::read(&layout).processes.into_iter().map(|kept| kept.process.name).collect();
        assert_eq!(names, ["hub", "proxy", "ray-head"]);
        assert_eq!(
            Wanted::change(&layout, |wanted| wanted.keep_only(&["hub".into()])).unwrap().1,
            ["proxy", "ray-head"]
        );
    }

    #[test]
    fn a_restart_of_what_is_not_there_changes_nothing() {
        let (_folder, layout) = layout();
        Wanted::change(&layout, |wanted| wanted.merge(&[process("hub", "1")])).unwrap();
        assert_eq!(Wanted::change(&layout, |wanted| wanted.restart(&["ray-head".into()])).unwrap().0, 1);
        assert_eq!(Wanted::change(&layout, |wanted| wanted.restart(&["hub".into()])).unwrap().0, 2);
        assert_eq!(Wanted::read(&layout).processes[0].again, 1);
    }

    #[test]
    fn a_spoiled_file_is_made_anew_with_a_later_generation() {
        let (_folder, layout) = layout();
        Seen { generation: 7, ..Seen::default() }.write(&layout).unwrap();
        std::fs::write(layout.wanted(), "{\"generation\": 7, \"proc").unwrap();
        assert_eq!(
            Wanted::change(&layout, |wanted| wanted.merge(&[process("hub", "1")])).unwrap(),
            (8, Applied::Created)
        );
    }
}
