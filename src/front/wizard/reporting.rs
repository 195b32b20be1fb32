//! Reports of what a wizard knows: kept in the deployment's folder, and shown. Must not word anything itself: that is
//! [`report`]'s.
use super::{
    shared::Shared,
    turn::{Overlay, Turn},
    wish::Wish,
};
use crate::{
    answers::{questions, tree::TargetKind},
    front::report::{self, Case},
};

/// What is known of the run, for a report.
pub fn case(shared: &Shared) -> Case<'_> {
    Case {
        target: target(shared),
        server: shared.draft.facts().server_version.as_deref(),
        run: &shared.run.state,
        problems: shared.ended.as_ref().map_or(&[], |ended| &ended.problems),
        log: shared.run.log.iter().map(|entry| report::line(entry.at, &entry.sentence, &shared.zone)).collect(),
        secrets: shared.secrets.values().collect(),
    }
}

/// The problem report: saved, and shown so that it can be copied.
pub fn problem(shared: &Shared) -> Vec<Turn> {
    keep("report.txt", case(shared).text())
}

/// A text is saved, and shown.
pub fn keep(name: &str, text: String) -> Vec<Turn> {
    let lines = text.lines().map(str::to_owned).collect();
    let shown = Overlay::Text { title: format!("Saved as {name}"), lines };
    vec![Turn::Wish(Wish::Keep { name: name.to_owned(), text }), Turn::Show(Box::new(shown))]
}

/// Kind of target of the answers.
pub fn target(shared: &Shared) -> TargetKind {
    questions::target(&shared.draft.layers().merged())
}

/// The flags that name the deployment on a command line.
pub fn flags(shared: &Shared) -> String {
    let known = shared.beginnings.iter().flat_map(|known| &known.deployments);
    let line = known.into_iter().find(|line| Some(&line.folder) == shared.folder.as_ref());
    line.map_or_else(|| target_flags(shared), |line| line.flags.clone())
}

fn target_flags(shared: &Shared) -> String {
    let answers = shared.draft.layers().merged();
    let target = &answers.target;
    let namespace = target.namespace.clone().unwrap_or_else(|| "hub".to_owned());
    crate::answers::shell::flags(questions::target(&answers), target.context.as_deref(), &namespace)
}
