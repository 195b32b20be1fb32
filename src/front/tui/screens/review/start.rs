//! The beginning of an installation: whether it may begin, and what a person agrees to.
use super::{Review, Standing};
use crate::{
    front::tui::{
        screen::{Overlay, Place, Turn},
        shared::Shared,
        wish::{Preview, Wish},
    },
    plan::{diff, graph::Action},
};

/// Why it cannot begin now; `None`: it can.
pub fn why_not(review: &Review, shared: &Shared) -> Option<String> {
    if shared.running {
        return Some("something runs already: see the deployment".to_owned());
    }
    let why = match review.standing(shared) {
        Standing::Incomplete => "first say what is missing or wrong above",
        Standing::Checking => "it is being checked against the target",
        Standing::Failed => "first it has to be checked: `r` tries again",
        Standing::Checked => match shared.preview.as_ref().map(|preview| preview.problems.is_empty()) {
            Some(true) => return None,
            _ => "first mend what stands in the way",
        },
    };
    Some(why.to_owned())
}

/// How many steps it has.
pub fn steps(preview: &Preview, verify: bool) -> usize {
    preview.plan.steps.iter().filter(|step| verify || step.action != Action::Verify).count()
}

/// Asks whether to begin, saying what exactly would be done; or says why it cannot.
pub fn turns(review: &Review, shared: &mut Shared) -> Vec<Turn> {
    if let Some(why) = why_not(review, shared) {
        return vec![Turn::Say(why)];
    }
    let Some(preview) = shared.preview.clone() else { return Vec::new() };
    let lines = lines(review, &preview);
    let deploy = Turn::Wish(Wish::Deploy(shared.intent(review.verify)));
    let then = shared.keep_draft().into_iter().chain([deploy, Turn::Go(Place::Deployment, None)]).collect();
    let title = format!("Install {}?", preview.place);
    vec![Turn::Show(Box::new(Overlay::Confirm { title, lines, yes: "install", then }))]
}

fn lines(review: &Review, preview: &Preview) -> Vec<String> {
    let titles: Vec<&str> = preview
        .plan
        .steps
        .iter()
        .filter(|step| step.action != Action::Verify)
        .map(|step| step.title.as_str())
        .collect();
    let mut lines = vec![
        format!("{}.", titles.join(", ")),
        format!("Compared with what is deployed: {}.", diff::summary(review.checked.diffs.iter().map(Option::as_ref))),
    ];
    if preview.files.iter().all(|file| file.deployed.is_none()) {
        lines.truncate(1);
    }
    lines.extend(
        preview.helm.iter().map(|helm| format!("First {helm} is downloaded, checked, and kept for hubwright alone.")),
    );
    if !preview.commands.is_empty() {
        lines.push("To get secrets, these commands of presets are run on this machine:".to_owned());
        lines.extend(preview.commands.iter().map(|command| format!("  {command}")));
    }
    lines.extend(preview.warnings.iter().map(|warning| format!("! {}", warning.title)));
    lines.push(if review.verify {
        "Afterwards it is verified, from outside and from a real notebook.".to_owned()
    } else {
        "It is not verified afterwards; `hubwright verify` does that at any time.".to_owned()
    });
    lines
}
