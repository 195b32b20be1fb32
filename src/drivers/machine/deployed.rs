//! What is there of a deployment on this machine, to be held against a plan. Must not change anything.
use std::{
    fs,
    path::{Component, Path},
};

use super::{layout::Layout, wanted::Wanted};
use crate::plan::graph::Process;

/// Longest file that is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// The text of a file below the deployment's folder; `None` if there is no such file, or it is no text.
pub fn text(layout: &Layout, path: &str) -> Option<String> {
    let path = Path::new(path);
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    let path = layout.folder().join(path);
    let plain = inside && fs::symlink_metadata(&path).is_ok_and(|found| found.is_file() && found.len() <= LONGEST);
    plain.then(|| fs::read_to_string(path).ok()).flatten()
}

/// The processes that are to run, in the order in which they start.
pub fn processes(layout: &Layout) -> Vec<Process> {
    Wanted::read(layout).processes.into_iter().map(|kept| kept.process).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_within_the_folder_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::at(folder.path().join("trial"));
        layout.make().unwrap();
        fs::write(layout.config().join("hub.json"), "{}").unwrap();
        fs::write(folder.path().join("other"), "secret").unwrap();
        std::os::unix::fs::symlink(folder.path().join("other"), layout.config().join("link")).unwrap();
        assert_eq!(text(&layout, "config/hub.json").as_deref(), Some("{}"));
        for outside in ["../other", "config/link", "config", "config/none", "/etc/passwd"] {
            assert_eq!(text(&layout, outside), None, "{outside}");
        }
        assert_eq!(processes(&layout), []);
    }
}
