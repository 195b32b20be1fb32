//! What a person can do about what is wrong, and the wishes that do it. Must not know how it is drawn.
use crate::{
    answers::{
        draft::{Draft, Field},
        questions,
    },
    front::wizard::{
        follow::Trouble,
        shared::Shared,
        turn::{Overlay, Place, Turn},
        wish::{Source, Wish},
    },
    plan::graph::StepId,
    run::{
        event::Outcome,
        state::{Phase, RunState},
    },
};

/// Keys with what they do about it, for the pane.
pub fn offers(trouble: &Trouble, shared: &Shared) -> Vec<(&'static str, String)> {
    let edit = trouble.key().map(|key| ("e", format!("change {}", label(key, &shared.draft))));
    let copy = trouble.command().map(|_| ("c", "copy the command".to_owned()));
    let logs = trouble.log_of().map(|_| ("l", "log".to_owned()));
    let skip = skippable(trouble.steps.first(), shared).map(|step| ("s", format!("skip {step}")));
    let again = can_retry(shared).then(|| ("r", "try again".to_owned()));
    let whole = Some(("Enter", "in full".to_owned()));
    [edit, again, copy, logs, skip, whole].into_iter().flatten().collect()
}

/// An answer as its question is called, after its section: `Target: Name`; of a row, with the row's name: `Memory of big`.
pub fn label(key: &str, draft: &Draft) -> String {
    let Some((table, row)) = key.split_once('[') else {
        return questions::titled(key).unwrap_or_else(|| key.to_owned());
    };
    let (row, column) = row.split_once(']').unwrap_or((row, ""));
    let Some((title, table_title)) = questions::column(table, column.trim_start_matches('.')) else {
        return key.to_owned();
    };
    let named = row.parse().ok().and_then(|row: usize| draft.rows(table).get(row)?.field("name").map(Field::text));
    match named.as_deref().unwrap_or(row) {
        "" => format!("{table_title}: {title}"),
        row => format!("{title} of {row}"),
    }
}

/// Whether the run ended so that another try makes sense.
pub fn can_retry(shared: &Shared) -> bool {
    let ended = shared.ended.as_ref().map(|ended| ended.outcome);
    !shared.running && !shared.watching && ended.is_some_and(|outcome| outcome != Some(Outcome::Done))
}

/// Again.
pub fn retry(shared: &Shared) -> Vec<Turn> {
    vec![Turn::Wish(shared.retry())]
}

/// To the answer behind it. What runs is stopped first; answers that are not open are opened, and `then` is to be gone to
/// once they are.
pub fn edit(key: Option<&str>, shared: &Shared) -> (Vec<Turn>, Option<String>) {
    let key = key.map(str::to_owned);
    let mut turns = Vec::new();
    if shared.running {
        turns.push(Turn::Wish(Wish::Cancel));
    }
    let then = shared.folder.as_ref().map(|_| key.clone().unwrap_or_default());
    turns.push(match &shared.folder {
        Some(folder) => Turn::Wish(Wish::Open(Source::Deployment(folder.clone()))),
        None => Turn::Go(Place::Questions, key.clone()),
    });
    if !shared.running || shared.watching {
        return (turns, then);
    }
    let answer = key.map_or_else(|| "the answers".to_owned(), |key| label(&key, &shared.draft));
    let overlay = Overlay::Confirm {
        title: format!("Stop, and change {answer}?"),
        lines: vec![
            "The run is stopped; nothing is rolled back: what is installed stays as it is.".to_owned(),
            "Installing again with the new answer goes on from there.".to_owned(),
        ],
        yes: "stop and change",
        then: turns,
    };
    (vec![Turn::Show(Box::new(overlay))], then)
}

/// The step, if its wait can be given up.
pub fn skippable<'s>(step: Option<&'s StepId>, shared: &Shared) -> Option<&'s StepId> {
    step.filter(|step| shared.running && !shared.watching && waits(&shared.run.state, step))
}

fn waits(state: &RunState, step: &StepId) -> bool {
    let found = state.steps.iter().find(|known| known.planned.id == *step);
    found.is_some_and(|known| matches!(known.phase, Phase::Running(_) | Phase::Blocked(_)))
}

/// Gives up the wait of a step, if that is meant.
pub fn skip(step: &StepId) -> Vec<Turn> {
    vec![Turn::Show(Box::new(Overlay::Confirm {
        title: format!("Do not wait for {step} any longer?"),
        lines: vec![
            "What was installed for it stays, and may get ready later.".to_owned(),
            "Steps that need it begin all the same; the verification tells what is missing.".to_owned(),
        ],
        yes: "skip it",
        then: vec![Turn::Wish(Wish::Skip(step.clone()))],
    }))]
}

/// Copies the command that helps.
pub fn copy(trouble: &Trouble) -> Vec<Turn> {
    match trouble.command() {
        Some(command) => vec![Turn::Wish(Wish::Copy(command.to_owned()))],
        None => vec![Turn::Say("no command helps here".to_owned())],
    }
}

/// To the ladder; a deployment that is looked at is climbed anew.
pub fn verify(shared: &Shared) -> Vec<Turn> {
    let go = Turn::Go(Place::Verification, None);
    if !shared.watching {
        return vec![go];
    }
    let folder = shared.folder.clone();
    // The look gives way by itself.
    vec![Turn::Wish(Wish::Verify { folder, rungs: Vec::new() }), go]
}

/// Back to where the person came from; a look ends with that.
pub fn leave(shared: &Shared) -> Vec<Turn> {
    if shared.running && !shared.watching {
        return vec![Turn::Say("it goes on; Ctrl-C stops it".to_owned())];
    }
    let cancel = shared.running.then_some(Turn::Wish(Wish::Cancel));
    cancel.into_iter().chain([Turn::Back]).collect()
}
