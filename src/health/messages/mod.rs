//! What helm and the API server say in an error, in a person's words. One table; a new message is one entry.
//! Must not know where the text came from.
mod table;
mod titles;

#[cfg(test)]
mod tests;

use table::MESSAGES;

use super::{
    text,
    verdict::{Finding, NextStep},
};
use crate::problem::Problem;

/// A message that is known.
struct Message {
    /// Stable kebab-case name.
    code: &'static str,
    /// Words in lower case: of one of the groups all must be in the text.
    says: &'static [&'static [&'static str]],
    /// One sentence.
    title: fn(&Said<'_>) -> String,
    /// What to do next.
    next: fn(&Said<'_>) -> Vec<NextStep>,
    /// Whether trying the same again may help.
    retry: bool,
}

/// A text and where it was said.
struct Said<'a> {
    /// The text, cleaned.
    text: &'a str,
    /// Namespace of the deployment, for commands; `NAMESPACE` if it is not known.
    namespace: &'a str,
}

impl<'a> Said<'a> {
    /// What stands between two words, the first time.
    fn between(&self, before: &str, after: &str) -> Option<&'a str> {
        let (inner, _) = self.text.split_once(before)?.1.split_once(after)?;
        Some(inner.trim()).filter(|inner| !inner.is_empty())
    }

    /// `b` in `key "meta.helm.sh/release-NAME" must equal "a": current value is "b"`.
    fn owner(&self, name: &str) -> Option<&'a str> {
        let (_, rest) = self.text.split_once(&format!("meta.helm.sh/release-{name}\" must equal"))?;
        let (_, value) = rest.split_once("current value is \"")?;
        value.split('"').next().filter(|value| !value.is_empty())
    }

    /// What follows a word, to the end of the line.
    fn after(&self, before: &str) -> Option<&'a str> {
        let rest = self.text.split_once(before)?.1.lines().next()?.trim();
        Some(rest).filter(|rest| !rest.is_empty())
    }
}

fn known(text: &str) -> Option<&'static Message> {
    let lower = text.to_lowercase();
    MESSAGES.iter().find(|message| message.says.iter().any(|words| words.iter().all(|word| lower.contains(word))))
}

/// Whether a code is one of these messages'.
pub(super) fn is_known(code: &str) -> bool {
    MESSAGES.iter().any(|message| message.code == code)
}

/// A failure's text as a problem; `None` if the text is not known. The text comes along, cleaned, as detail.
pub fn from_message(message: &str) -> Option<Problem> {
    let detail = text::clean(message);
    let known = known(&detail)?;
    let said = Said { text: &detail, namespace: "NAMESPACE" };
    let mut problem = Problem::new(known.code, text::brief(&(known.title)(&said), text::TITLE));
    for step in (known.next)(&said) {
        problem = add(problem, step);
    }
    problem.retry = known.retry;
    Some(problem.detail(detail))
}

fn add(problem: Problem, step: NextStep) -> Problem {
    match step {
        NextStep::Edit { key, why } if problem.at.is_none() => {
            problem.hint(format!("change the answer `{key}`: {why}")).at(key)
        }
        NextStep::Edit { key, why } => problem.hint(format!("change the answer `{key}`: {why}")),
        NextStep::Command { command, why } => problem.hint(format!("run `{command}`: {why}")),
        NextStep::Retry { why } | NextStep::Tell { why } => problem.hint(why),
    }
}

/// A refusal's text as a finding about an object; `None` if the text is not known.
pub(super) fn finding(message: &str, subject: &str, namespace: &str) -> Option<Finding> {
    let detail = text::clean(message);
    let known = known(&detail)?;
    let said = Said { text: &detail, namespace };
    let finding = Finding::new(known.code, subject, (known.title)(&said)).detail(&detail);
    Some((known.next)(&said).into_iter().fold(finding, Finding::then))
}
