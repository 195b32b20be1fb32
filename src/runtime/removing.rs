//! `uninstall`: shows what goes and what stays, asks, removes.
//! Must not know in which order things go.
use std::{ops::ControlFlow, time::Duration};

use super::{
    Outcome,
    connecting::{self, Place},
    deploying::ANSWERS,
    obtaining, runs, showing, tell,
};
use crate::{
    cli::Uninstall,
    drivers::journal::FileJournal,
    front::plain::{Answer, confirm},
    problem::{Exit, Problem},
    run::{
        event::Outcome as Ended,
        executor::Options,
        uninstall::{self, Inventory},
    },
};

/// `hubwright uninstall`
pub async fn uninstall(args: &Uninstall) -> Outcome {
    let (context, namespace) = place(args)?;
    let place = Place::reach(context.as_deref(), &namespace).await.map_err(|problem| vec![problem])?;
    let helm = match obtaining::helm(&place, &args.acting).await? {
        ControlFlow::Continue(helm) => helm,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    let ports = place.ports(helm).map_err(|problem| vec![problem])?;
    let inventory = uninstall::inventory(&ports, &namespace).await.map_err(|error| vec![*error.problem])?;
    if inventory.is_empty(args.delete_data) {
        tell(&format!("there is no deployment in namespace {namespace}: nothing to remove"));
        return Ok(Exit::Done);
    }
    if !args.showing.json {
        tell(&list(&inventory, args.delete_data));
    }
    match answer(args, &namespace)? {
        Answer::Yes => {}
        Answer::No => {
            tell("nothing was changed");
            return Ok(Exit::Change);
        }
        Answer::Interrupted => return Ok(Exit::Interrupted),
    }
    let options = Options {
        run: ports.clock.now().strftime("%Y%m%d-%H%M%S").to_string(),
        holder: connecting::holder(),
        patience: Duration::ZERO,
        silence: connecting::SILENCE,
        summary: Vec::new(),
    };
    let ended = showing::show(args.showing, async |shown, cancel| {
        uninstall::remove(&inventory, args.delete_data, &ports, &options, shown, cancel).await
    })
    .await;
    drop(ports);
    if ended == Ended::Done {
        // The next installation begins a new story; the old one can still be read beside it.
        FileJournal::rotate(&place.folder).map_err(|problem| vec![problem])?;
        // What is gone is not offered any more; its answers can still be read, and be used again.
        let answers = place.folder.join(ANSWERS);
        let _ = std::fs::rename(&answers, answers.with_extension("removed.yaml"));
    }
    Ok(showing::exit(ended))
}

/// The place that was named, else the only one that is remembered.
fn place(args: &Uninstall) -> Result<(Option<String>, String), Vec<Problem>> {
    if let Some(namespace) = &args.place.namespace {
        return Ok((args.place.context.clone(), namespace.clone()));
    }
    let runs = runs::all(&args.place).map_err(|problem| vec![problem])?;
    if let [run] = runs.as_slice() {
        return Ok((Some(run.context.clone()), run.namespace.clone()));
    }
    Err(vec![runs::which("remove", &runs)])
}

fn list(inventory: &Inventory, delete_data: bool) -> String {
    inventory.lines(delete_data).join("\n")
}

fn answer(args: &Uninstall, namespace: &str) -> Result<Answer, Vec<Problem>> {
    if args.acting.yes {
        return Ok(Answer::Yes);
    }
    confirm(&format!("Remove the deployment in namespace {namespace}?"), "--yes").map_err(|problem| vec![problem])
}
