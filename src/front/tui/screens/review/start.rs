//! The beginning of an installation: whether it may begin, and what a person agrees to.
use super::{Review, checked::Standing};
use crate::front::wizard::{
    review as words,
    shared::Shared,
    turn::{Overlay, Place, Turn},
    wish::Wish,
};

/// Why it cannot begin now; `None`: it can.
pub fn why_not(review: &Review, shared: &Shared) -> Option<String> {
    if shared.busy() {
        return Some("something runs already: see the deployment".to_owned());
    }
    let why = match review.checked.standing(shared) {
        Standing::Incomplete => "first say what is missing or wrong above",
        Standing::Checking => "it is being checked against the target",
        Standing::Failed => "first it has to be checked: `r` tries again",
        Standing::Checked => match review.checked.checked(shared).map(|preview| preview.problems.is_empty()) {
            Some(true) => return None,
            _ => "first mend what stands in the way",
        },
    };
    Some(why.to_owned())
}

/// Asks whether to begin, saying what exactly would be done; or says why it cannot.
pub fn turns(review: &Review, shared: &mut Shared) -> Vec<Turn> {
    if let Some(why) = why_not(review, shared) {
        return vec![Turn::Say(why)];
    }
    let Some(preview) = review.checked.checked(shared).cloned() else { return Vec::new() };
    let lines = words::agreement(&preview, &review.checked.diffs, shared.verify);
    let deploy = Turn::Wish(Wish::Deploy(shared.intent()));
    let then = vec![deploy, Turn::Go(Place::Deployment, None)];
    let title = format!("Install {}?", preview.place);
    let ask = Turn::Show(Box::new(Overlay::Confirm { title, lines, yes: "install", then }));
    // Kept whatever the answer is.
    shared.keep_draft().into_iter().chain([ask]).collect()
}
