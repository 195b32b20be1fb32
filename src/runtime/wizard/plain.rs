//! The plain wizard's way to the world, and what follows it: the same look, draft, presets and installation as for the screens and
//! for commands. Must not ask a question itself.
use std::{future::Future, path::PathBuf};

use tokio::{runtime::Handle, task::block_in_place};

use super::{
    contacts::Contacts,
    grant::{draft, looking, opening, saving},
    look,
};
use crate::{
    answers::{draft::Draft, facts::Facts, layers::Layers, tree::TargetKind},
    cli::{Setup, Showing},
    front::{
        message,
        plain::wizard::{self, Ended, Host, Looks},
        tui::wish::{News, Source},
    },
    problem::{Exit, Problem},
    runtime::{Outcome, installing, tell, width},
};

/// `hubwright --plain`, `hubwright setup --plain`
pub async fn setup(args: &Setup) -> Outcome {
    let (answers, draft) = begin(args)?;
    let looks = Looks { dumb: look::is_dumb(), width: width(std::io::stderr()) };
    let mut world = World { contacts: Contacts::default(), draft };
    match block_in_place(|| wizard::run(answers, looks, &mut world))? {
        Ended::Install { layers, secrets } => {
            let ended = installing::answered(*layers, secrets, Showing { plain: true, json: false }).await;
            if matches!(ended, Ok(Exit::Done)) {
                world.draft.forget();
            }
            ended
        }
        Ended::Saved(path) => {
            tell(&format!("saved as {}", path.display()));
            Ok(Exit::Done)
        }
        Ended::Left => {
            tell("your answers are kept: `hubwright --plain` goes on with them");
            Ok(Exit::Interrupted)
        }
    }
}

/// The answers of the command line; without any, those that were left unfinished, else none.
fn begin(args: &Setup) -> Result<(Draft, draft::Draft), Vec<Problem>> {
    let kept = draft::lines().into_iter().next().map(|line| line.name);
    let (source, kept) = match (args.answering.presets.first(), kept) {
        (Some(name), _) => (Source::Preset(name.clone()), draft::Draft::default()),
        (None, Some(name)) => (Source::Draft(name.clone()), draft::Draft::of(name)),
        (None, None) => (Source::Fresh(likely_target()), draft::Draft::default()),
    };
    let opened = opening::open(&source, args)?;
    if kept.is_kept() {
        tell("going on with the answers that were kept");
    }
    opened.wrong.iter().for_each(|problem| tell(&message::error(problem)));
    Ok((Draft::new(opened.layers), kept))
}

/// This machine, unless a cluster is configured; it can be changed with the first question.
fn likely_target() -> TargetKind {
    match crate::drivers::kube::contexts() {
        Ok((contexts, _)) if !contexts.is_empty() => TargetKind::Kubernetes,
        _ => TargetKind::ThisMachine,
    }
}

/// The world, for somebody who waits for it.
struct World {
    contacts: Contacts,
    draft: draft::Draft,
}

impl Host for World {
    fn look(&mut self, layers: &Layers) -> Result<Facts, Problem> {
        match waited(looking::look(&self.contacts, layers, true)) {
            News::Looked(facts) => Ok(*facts),
            News::NotLooked { problem, .. } => Err(*problem),
            _ => Ok(Facts::default()),
        }
    }

    fn keep(&mut self, layers: &Layers) -> Result<(), Problem> {
        self.draft.keep(layers)
    }

    fn save(&mut self, name: &str, title: &str, layers: &Layers) -> Result<PathBuf, Problem> {
        let path = saving::path(name)?;
        saving::save(name, &path, title.to_owned(), layers, false)?;
        Ok(path)
    }
}

fn waited<T>(work: impl Future<Output = T>) -> T {
    Handle::current().block_on(work)
}
