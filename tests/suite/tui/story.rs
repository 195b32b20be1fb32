//! The pictures of the docs are the program's own, of today.
use std::{fs, path::Path};

use crate::commands::{hubwright, text};

#[test]
fn the_pictures_of_the_docs_are_what_the_program_draws() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("docs/images");
    let output = hubwright(&["screenshots", folder.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images");
    let drawn = pictures(&folder);
    assert_eq!(pictures(&docs), drawn, "`hubwright screenshots docs/images` draws them, and nothing else lies there");
    for name in drawn {
        let [kept, now] = [&docs, &folder].map(|folder| fs::read_to_string(folder.join(&name)).unwrap());
        assert!(kept == now, "{name} is not what the program draws: run `hubwright screenshots docs/images`");
    }
}

fn pictures(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}
