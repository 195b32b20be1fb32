//! The wizard's composition root: brings the screens, the terminal and the world together.
//! Must not know what a screen shows.
mod contacts;
pub mod grant;
mod look;
mod plain;
mod preview;
mod ui;

use std::io::IsTerminal;

use super::{Outcome, answering};
use crate::{
    answers::{kept::Kept, layers::table_of, question::Kind, questions, shell::quoted},
    cli::Setup,
    problem::Problem,
};

/// `hubwright`, `hubwright setup`
pub async fn setup(args: &Setup) -> Outcome {
    // Lines are asked on standard error, as all commands do; screens are drawn on standard output.
    let shown = if args.appearance.plain { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() };
    if !(std::io::stdin().is_terminal() && shown) {
        return Err(without_terminal(args));
    }
    if args.appearance.plain {
        return plain::setup(args).await;
    }
    if look::is_dumb() {
        let problem = Problem::new("dumb-terminal", "this terminal (`TERM`) cannot show a full screen");
        return Err(vec![problem.hint(line_by_line(args))]);
    }
    ui::show(args).await
}

/// What asks the same where there can be no full screen.
fn line_by_line(args: &Setup) -> String {
    let words = words(args);
    let setup = if words.is_empty() { "" } else { " setup" };
    format!("`hubwright{setup}{words} --plain` asks the same questions line by line")
}

/// What was said on the command line, once more for another command; each word has a blank before it.
fn words(args: &Setup) -> String {
    let (place, presets) = (&args.place, args.answering.presets.iter().cloned());
    let sets = args.answering.set.iter().flat_map(|set| ["--set".to_owned(), shown(set)]);
    let here = place.this_machine.then(|| "--this-machine".to_owned());
    let context = place.context.iter().map(|name| format!("--context={name}"));
    let namespace = place.namespace.iter().map(|name| format!("--namespace={name}"));
    let words = presets.chain(sets).chain(here).chain(context).chain(namespace);
    words.map(|word| format!(" {}", quoted(&word))).collect()
}

/// An answer as it was said. What may be a secret in itself, and would be refused as such, is not said again.
fn shown(set: &str) -> String {
    let Some((key, value)) = set.split_once('=') else { return "KEY=VALUE".to_owned() };
    match questions::find(table_of(key.trim())).map(|question| question.kind) {
        Some(Kind::Secret) if Kept::of(value).is_none() => format!("{key}=…"),
        None => format!("{key}=…"),
        Some(_) => set.to_owned(),
    }
}

/// Nobody can be asked: everything that is missing is named, with the flag that says it.
fn without_terminal(args: &Setup) -> Vec<Problem> {
    let nobody = Problem::new("no-terminal", "there is no terminal, so nobody can be asked");
    match answering::complete(&args.answering, &args.place) {
        Ok(_) => {
            let words = words(args);
            vec![nobody.hint(format!("nothing is missing: `hubwright install{words} --yes` installs without asking"))]
        }
        Err(mut missing) => {
            let how = "say everything in presets, `HUBWRIGHT_…` variables or `--set`, then `hubwright install --yes`";
            missing.insert(0, nobody.hint(how));
            missing
        }
    }
}
