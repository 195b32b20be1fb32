//! `uninstall`: shows what goes and what stays, asks, removes.
//! Must not know in which order things go.
use std::{ops::ControlFlow, path::Path, time::Duration};

use super::{
    Outcome,
    connecting::{self, Place},
    deploying::ANSWERS,
    naming::{self, Named},
    obtaining, runs, showing, tell,
};
use crate::{
    cli::Uninstall,
    drivers::journal::FileJournal,
    front::plain::{Answer, confirm},
    problem::{Exit, Problem},
    run::{
        asked::Typed,
        event::Outcome as Ended,
        executor::{Options, Skips},
        uninstall::{self, Inventory},
    },
};

/// `hubwright uninstall`
pub async fn uninstall(args: &Uninstall) -> Outcome {
    let place = named(args)?.reach().await?;
    let namespace = &place.namespace;
    let helm = match obtaining::helm(&place, &args.acting).await? {
        ControlFlow::Continue(helm) => helm,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    let ports = place.ports(helm, &Typed::new()).map_err(|problem| vec![problem])?;
    let inventory = uninstall::inventory(&ports, namespace).await.map_err(|error| vec![*error.problem])?;
    if inventory.is_empty(args.delete_data) {
        tell(&format!("there is nothing of {}: nothing to remove", place.words()));
        drop(ports);
        return forget(&place.folder).map(|()| Exit::Done).map_err(|problem| vec![problem]);
    }
    if !args.showing.json {
        tell(&list(&inventory, args.delete_data));
    }
    match answer(args, &place)? {
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
        skips: Skips::default(),
    };
    let ended = showing::show(args.showing, async |shown, cancel| {
        uninstall::remove(&inventory, args.delete_data, &ports, &options, shown, cancel).await
    })
    .await;
    drop(ports);
    if ended == Ended::Done {
        forget(&place.folder).map_err(|problem| vec![problem])?;
    }
    Ok(showing::exit(ended))
}

/// What is gone is not offered any more; its answers can still be read, and be used again.
fn forget(folder: &Path) -> Result<(), Problem> {
    if !folder.join(ANSWERS).exists() {
        return Ok(());
    }
    // The next installation begins a new story; the old one can still be read beside it.
    FileJournal::rotate(folder)?;
    let _ = std::fs::rename(folder.join(ANSWERS), folder.join(runs::REMOVED));
    Ok(())
}

/// The deployment that is there, else one that was removed: its data may have stayed.
fn named(args: &Uninstall) -> Result<Named, Vec<Problem>> {
    naming::named(&args.place, "remove").or_else(|problems| match runs::removed(&args.place) {
        Some(run) if args.delete_data => Ok(Named { target: run.target.clone(), run: Some(run) }),
        _ => Err(problems),
    })
}

fn list(inventory: &Inventory, delete_data: bool) -> String {
    inventory.lines(delete_data).join("\n")
}

fn answer(args: &Uninstall, place: &Place) -> Result<Answer, Vec<Problem>> {
    if args.acting.yes {
        return Ok(Answer::Yes);
    }
    confirm(&format!("Remove {}?", place.words()), "--yes").map_err(|problem| vec![problem])
}
