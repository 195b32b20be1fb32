//! Every question, declared once. One file per section, one table here.
//! Must not know how questions are shown or asked. To add one: a line in its section's table and a field in `tree.rs`.
mod access;
mod components;
mod dask;
mod hub;
mod login;
mod machine;
mod notebook;
mod profiles;
mod ray;
mod storage;
mod target;

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    question::{Kind, Question, Rows},
    tree::{Answers, Pool, Profile, TargetKind},
};

/// A section: a page of the wizard, a heading of the reference.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Title.
    pub title: &'static str,
    /// What it is about, in one line.
    pub about: &'static str,
    /// Its questions, in the order in which they are asked.
    pub questions: &'static [Question<Answers>],
}

/// All sections, in the order in which they are asked.
pub const SECTIONS: &[Section] = &[
    Section {
        title: "Target",
        about: "where everything is installed, and under which name",
        questions: target::QUESTIONS,
    },
    Section {
        title: "This machine",
        about: "folder, address and ports of the deployment on this machine",
        questions: machine::QUESTIONS,
    },
    Section { title: "Components", about: "what is installed, and which charts", questions: components::QUESTIONS },
    Section { title: "Notebook image", about: "what people's notebooks run in", questions: notebook::QUESTIONS },
    Section { title: "Login", about: "who may come in, and who vouches for them", questions: login::QUESTIONS },
    Section {
        title: "Access and TLS",
        about: "the address that people type, and its certificate",
        questions: access::QUESTIONS,
    },
    Section {
        title: "Storage",
        about: "where people's files and the hub's database are kept",
        questions: storage::QUESTIONS,
    },
    Section { title: "Ray", about: "the Ray cluster and its worker pools", questions: ray::QUESTIONS },
    Section {
        title: "Profiles",
        about: "sizes that people choose from, GPUs included",
        questions: profiles::QUESTIONS,
    },
    Section { title: "Dask", about: "clusters that people start from a notebook", questions: dask::QUESTIONS },
    Section {
        title: "Extras",
        about: "idle servers, announcement, network and node settings",
        questions: hub::QUESTIONS,
    },
];

/// Questions about one row of `ray.pools`.
pub const POOL: &[Question<Pool>] = ray::POOL;
/// Questions about one row of `profiles`.
pub const PROFILE: &[Question<Profile>] = profiles::PROFILE;

/// What the answers are for, the default included.
pub fn target(answers: &Answers) -> TargetKind {
    answers.target.kind.unwrap_or(TargetKind::Kubernetes)
}

/// What people type to reach the hub of this machine, said or not; `None` where it must be said.
pub fn host_of_machine(answers: &Answers) -> Option<String> {
    answers.access.host.clone().or_else(|| access::own_host(answers))
}

/// One of two defaults, by target.
fn by_target(answers: &Answers, kubernetes: Value, machine: Value) -> Value {
    match target(answers) {
        TargetKind::Kubernetes => kubernetes,
        TargetKind::ThisMachine => machine,
    }
}

/// All questions, in order.
pub fn all() -> impl Iterator<Item = &'static Question<Answers>> {
    SECTIONS.iter().flat_map(|section| section.questions)
}

/// The question of a key.
pub fn find(key: &str) -> Option<&'static Question<Answers>> {
    all().find(|question| question.key == key)
}

/// The title of a question after that of its section: `Target: Name`.
pub fn titled(key: &str) -> Option<String> {
    SECTIONS.iter().find_map(|section| {
        let question = section.questions.iter().find(|question| question.key == key)?;
        Some(format!("{}: {}", section.title, question.title))
    })
}

/// The titles of a table's column, and of the table.
pub fn column(table: &str, name: &str) -> Option<(&'static str, &'static str)> {
    let table = find(table)?;
    let title = match table.kind {
        Kind::Table(Rows::Pools(columns)) => columns.iter().find(|column| column.key == name)?.title,
        Kind::Table(Rows::Profiles(columns)) => columns.iter().find(|column| column.key == name)?.title,
        _ => return None,
    };
    Some((title, table.title))
}

/// Every key that can be written, tables' fields as `ray.pools[].name`.
pub fn keys() -> Vec<String> {
    let plain = all().map(|question| question.key.to_owned());
    let pools = POOL.iter().map(|question| format!("ray.pools[].{}", question.key));
    let profiles = PROFILE.iter().map(|question| format!("profiles[].{}", question.key));
    plain.chain(pools).chain(profiles).collect()
}

/// The known key, or section, that looks most like a wrong one, if any is near.
pub fn nearest(wrong: &str) -> Option<String> {
    let score = |key: &String| strsim::jaro_winkler(key, wrong).max(last_part_score(key, wrong));
    let sections: BTreeSet<&str> = all().filter_map(|question| Some(question.key.split_once('.')?.0)).collect();
    keys()
        .into_iter()
        .chain(sections.into_iter().map(str::to_owned))
        .map(|key| (score(&key), key))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(score, _)| *score > 0.8)
        .map(|(_, key)| key)
}

/// A person often knows the last word of a key but not its section.
fn last_part_score(key: &str, wrong: &str) -> f64 {
    let last = |text: &str| text.rsplit('.').next().unwrap_or_default().to_owned();
    strsim::jaro_winkler(&last(key), &last(wrong)) * 0.9
}
