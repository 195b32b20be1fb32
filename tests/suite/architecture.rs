//! The walls between rooms: who may use whom, which crate lives in which folder, and how every file opens.
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Room, and the rooms of this crate that it may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("problem", &[]),
    ("answers", &["answers", "health::text", "problem"]),
    ("health", &["answers", "health", "plan::graph", "problem"]),
    ("plan", &["answers", "health::text", "plan", "problem"]),
    ("run", &["answers", "health", "plan", "problem", "run", "verify"]),
    ("verify", &["answers", "health", "plan", "problem", "run::event", "run::ports", "verify"]),
    ("drivers", &["answers", "drivers", "health", "plan", "problem", "run::asked", "run::ports"]),
    // The first that fits counts: what both wizards know stands below them, and neither of them below the other.
    (
        "front/wizard",
        &[
            "answers",
            "front::clock",
            "front::message",
            "front::report",
            "front::settle",
            "front::wizard",
            "health",
            "plan",
            "problem",
            "run::event",
            "run::state",
            "run::timeline",
        ],
    ),
    (
        "front/plain",
        &[
            "answers",
            "front::Front",
            "front::clock",
            "front::fold",
            "front::message",
            "front::plain",
            "front::settle",
            "front::summary",
            "front::wizard",
            "health",
            "plan",
            "problem",
            "run::event",
            "run::state",
            "run::timeline",
        ],
    ),
    (
        "front/tui",
        &[
            "answers",
            "front::clock",
            "front::facts",
            "front::fold",
            "front::message",
            "front::report",
            "front::summary",
            "front::tui",
            "front::wizard",
            "health",
            "plan",
            "problem",
            "run::event",
            "run::state",
            "run::timeline",
        ],
    ),
    (
        "front",
        &["answers", "front", "health", "plan", "problem", "run::asked", "run::event", "run::state", "run::timeline"],
    ),
];

/// Crate, and the only places that may name it.
const CRATES: &[(&str, &[&str])] = &[
    ("kube", &["drivers/kube", "drivers/releases.rs"]),
    ("serde_saphyr", &["answers/yaml.rs"]),
    ("inquire", &["front/plain"]),
    ("indicatif", &["front/plain"]),
    ("ratatui", &["front/tui"]),
    ("crossterm", &["front/tui"]),
    ("reqwest", &["verify", "drivers"]),
    ("tonic", &["verify/ray"]),
    ("tokio_tungstenite", &["verify/hub"]),
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let nested = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    nested.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let name = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
    files(&root).iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// Code without its tests: those may look anywhere.
fn code<'a>(name: &str, text: &'a str) -> &'a str {
    if name.contains("/tests/") || name.ends_with("/tests.rs") {
        ""
    } else {
        text.split("#[cfg(test)]\nmod tests {").next().unwrap()
    }
}

/// Paths that a file names after `crate::`, groups unfolded: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn used(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let before = text[..at].chars().next_back();
        if !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            unfold("", &text[at + "crate::".len()..], &mut paths);
        }
    }
    paths
}

fn unfold(prefix: &str, rest: &str, paths: &mut Vec<String>) {
    if rest.is_empty() {
        return;
    }
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
    let path = format!("{prefix}{}", &rest[..end]);
    let Some(group) = rest[end..].strip_prefix('{') else { return paths.push(path.trim_end_matches(':').to_owned()) };
    let mut depth = 0;
    let mut start = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return unfold(&path, group[start..at].trim(), paths),
            '}' => depth -= 1,
            ',' if depth == 0 => {
                unfold(&path, group[start..at].trim(), paths);
                start = at + 1;
            }
            _ => {}
        }
    }
}

fn allowed(path: &str, rooms: &[&str]) -> bool {
    rooms.iter().any(|room| path == *room || path.starts_with(&format!("{room}::")))
}

#[test]
fn rooms_use_only_the_rooms_that_they_may() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let Some((_, rooms)) =
            ROOMS.iter().find(|(room, _)| name.starts_with(&format!("{room}/")) || name == format!("{room}.rs"))
        else {
            continue;
        };
        for path in used(code(&name, &text)).into_iter().filter(|path| !path.is_empty() && !allowed(path, rooms)) {
            wrong.push(format!("{name} uses crate::{path}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_that_touch_the_world_stay_in_their_place() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        for (library, places) in CRATES {
            let names = |line: &str| line.split("//").next().unwrap().contains(&format!("{library}::"));
            let inside = places.iter().any(|place| name.starts_with(place));
            if !inside
                && code(&name, &text).lines().any(|line| {
                    names(line)
                        && !line.contains(&format!("crate::{library}"))
                        && !line.contains(&format!("drivers::{library}"))
                })
            {
                wrong.push(format!("{name} names the crate {library}"));
            }
        }
    }
    wrong.retain(|line| !line.contains("runtime/"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(name, _)| name).collect();
    assert!(silent.is_empty(), "no `//!` at the top of {}", silent.join(", "));
}

#[test]
fn one_crypto_provider_is_in_the_tree() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    assert!(!lock.contains("name = \"aws-lc-rs\""), "two crypto providers in one program make kube's client panic");
}

/// Hints pointed at a page that nobody had written.
#[test]
fn pages_that_texts_point_at_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    for (name, text) in sources() {
        let named = text.match_indices("docs/").map(|(at, _)| &text[at..]);
        let pages = named.filter_map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || "/-_.".contains(c))).next());
        let pages = pages.filter(|page| is_page(Path::new(page)) && !root.join(page).exists());
        missing.extend(pages.map(|page| format!("{name}: {page}")));
    }
    for page in
        pages(&root.join("docs")).into_iter().chain(["README.md", "CONTRIBUTING.md"].map(|name| root.join(name)))
    {
        let text = fs::read_to_string(&page).unwrap();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        let links = links.filter(|link| !link.is_empty() && !link.contains("://"));
        missing.extend(
            links
                .filter(|link| !page.parent().unwrap().join(link).exists())
                .map(|link| format!("{}: {link}", page.display())),
        );
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let nested = entries.flat_map(|path| if path.is_dir() { pages(&path) } else { vec![path] });
    nested.filter(|path| is_page(path)).collect()
}

/// A cause named an answer that does not exist: nobody could have changed it.
#[test]
fn answers_that_problems_name_are_there() {
    let keys: Vec<String> = hubwright::answers::questions::keys();
    let known = |key: &str| keys.iter().any(|known| known == key || known.starts_with(&format!("{key}.")));
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let named =
            [".at(\"", ".edit(\"", " at: \""].into_iter().flat_map(|before| code(&name, &text).split(before).skip(1));
        let named = named.filter_map(|rest| rest.split('"').next()).filter(|key| !key.contains([' ', '{']));
        wrong.extend(named.filter(|key| !known(key)).map(|key| format!("{name}: {key}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_event_is_in_the_reference() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(root.join("src/run/event.rs")).unwrap();
    let reference = fs::read_to_string(root.join("docs/reference/events.md")).unwrap();
    let kinds = source.split("pub enum EventKind {").nth(1).unwrap().split("\n}\n").next().unwrap();
    let variants =
        kinds.lines().filter_map(|line| line.strip_prefix("    ").filter(|line| line.starts_with(char::is_uppercase)));
    let mut seen = 0;
    for variant in variants {
        let name = variant.split(|c: char| !c.is_alphanumeric()).next().unwrap();
        let kebab: String = name
            .chars()
            .flat_map(|c| if c.is_uppercase() { vec!['-', c.to_ascii_lowercase()] } else { vec![c] })
            .collect();
        assert!(reference.contains(&format!("| `{}` |", kebab.trim_start_matches('-'))), "{name} is not in events.md");
        seen += 1;
    }
    assert!(seen > 10, "{seen} kinds found");
}
