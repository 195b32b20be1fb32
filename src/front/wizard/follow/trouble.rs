//! What is wrong, in one shape wherever it came from: a stuck step, a failed one, a look at a deployment, a run that could not
//! begin. Must not know how it is drawn.
use jiff::Timestamp;

use crate::{
    front::{message, wizard::wish::LogOf},
    health::{
        causes,
        verdict::{Finding, LogPointer, NextStep},
    },
    plan::graph::StepId,
    problem::Problem,
};

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Trouble {
    /// Steps that are stuck or failed for it.
    pub steps: Vec<StepId>,
    /// Why.
    pub cause: Cause,
    /// Since when, as far as that is known.
    pub since: Option<Timestamp>,
    /// When the step will fail unless it goes away.
    pub deadline: Option<Timestamp>,
}

/// Why something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Named by a health rule.
    Finding(Box<Finding>),
    /// Anything else.
    Problem(Box<Problem>),
}

impl Trouble {
    /// Of a finding.
    pub fn finding(finding: &Finding) -> Self {
        let cause = Cause::Finding(Box::new(finding.clone()));
        Self { steps: Vec::new(), cause, since: finding.since, deadline: None }
    }

    /// Of a problem.
    pub fn problem(problem: &Problem) -> Self {
        Self { steps: Vec::new(), cause: Cause::Problem(Box::new(problem.clone())), since: None, deadline: None }
    }

    /// That a step has.
    #[must_use]
    pub fn of(mut self, step: &StepId, since: Timestamp, deadline: Option<Timestamp>) -> Self {
        self.steps.push(step.clone());
        self.since.get_or_insert(since);
        self.deadline = deadline;
        self
    }

    /// Stable name of the cause.
    pub fn code(&self) -> &str {
        match &self.cause {
            Cause::Finding(finding) => &finding.code,
            Cause::Problem(problem) => &problem.code,
        }
    }

    /// What is wrong, as one sentence.
    pub fn title(&self) -> &str {
        match &self.cause {
            Cause::Finding(finding) => &finding.title,
            Cause::Problem(problem) => &problem.title,
        }
    }

    /// What it is about: `Pod/hub-1`, and how many more.
    pub fn subject(&self) -> Option<String> {
        match &self.cause {
            Cause::Finding(finding) if finding.count > 1 => {
                Some(format!("{} and {} more", finding.subject, finding.count - 1))
            }
            Cause::Finding(finding) => Some(finding.subject.clone()),
            Cause::Problem(_) => None,
        }
    }

    /// All that is known beyond the title, as all front ends say it.
    pub fn lines(&self) -> Vec<String> {
        match &self.cause {
            Cause::Finding(finding) => message::finding_lines(finding),
            Cause::Problem(problem) => message::problem_lines(problem),
        }
    }

    /// What to do, most useful first.
    pub fn hints(&self) -> Vec<String> {
        match &self.cause {
            Cause::Finding(finding) => finding.next.iter().map(ToString::to_string).collect(),
            Cause::Problem(problem) => problem.hints.clone(),
        }
    }

    /// The answer behind it.
    pub fn key(&self) -> Option<&str> {
        match &self.cause {
            Cause::Finding(finding) => finding.next.iter().find_map(|step| match step {
                NextStep::Edit { key, .. } => Some(key.as_str()),
                _ => None,
            }),
            Cause::Problem(problem) => problem.at.as_deref(),
        }
    }

    /// A command that helps.
    pub fn command(&self) -> Option<&str> {
        match &self.cause {
            Cause::Finding(finding) => finding.next.iter().find_map(|step| match step {
                NextStep::Command { command, .. } => Some(command.as_str()),
                _ => None,
            }),
            Cause::Problem(problem) => problem.hints.iter().find_map(|hint| quoted_command(hint)),
        }
    }

    /// Where the last words of what failed are.
    pub fn log(&self) -> Option<&LogPointer> {
        match &self.cause {
            Cause::Finding(finding) => finding.log.as_deref(),
            Cause::Problem(_) => None,
        }
    }

    /// The log that would tell more: the last words of what failed, else the log of the pod it is about.
    pub fn log_of(&self) -> Option<LogOf> {
        let pod = || Some(LogOf { pod: self.pod()?.to_owned(), ..LogOf::default() });
        let words =
            |log: &LogPointer| LogOf { pod: log.pod.clone(), container: log.container.clone(), previous: log.previous };
        self.log().map(words).or_else(pod)
    }

    /// The pod it is about, if it is about one.
    pub fn pod(&self) -> Option<&str> {
        let Cause::Finding(finding) = &self.cause else { return None };
        let subject = &finding.subject;
        subject.strip_prefix("Pod/").or_else(|| subject.strip_prefix("process "))
    }
}

/// Commands stand in backticks, as keys and paths do; only commands have several words.
fn quoted_command(hint: &str) -> Option<&str> {
    hint.split('`').skip(1).step_by(2).find(|quoted| quoted.contains(' '))
}

/// What is wrong, the root first; one cause that holds up several steps is told once.
pub fn folded(troubles: impl Iterator<Item = Trouble>) -> Vec<Trouble> {
    let mut folded: Vec<Trouble> = Vec::new();
    for trouble in troubles {
        match folded.iter_mut().find(|known| known.code() == trouble.code() && known.title() == trouble.title()) {
            Some(known) => join(known, trouble),
            None => folded.push(trouble),
        }
    }
    folded.sort_by_key(|trouble| (causes::rank(trouble.code()), trouble.since));
    folded
}

fn join(known: &mut Trouble, other: Trouble) {
    known.steps.extend(other.steps);
    known.since = [known.since, other.since].into_iter().flatten().min();
    known.deadline = [known.deadline, other.deadline].into_iter().flatten().min();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_stands_above_what_follows_from_it_and_is_told_once() {
        let crash = Trouble::finding(&Finding::new("crash-loop", "Pod/hub-1", "the hub crashes"));
        let disk =
            || Trouble::finding(&Finding::new("no-default-storage-class", "PersistentVolumeClaim/db", "no disk"));
        let at = |second| Timestamp::from_second(second).unwrap();
        let [hub, ray] = ["hub", "ray"].map(StepId::new);
        let all = [crash.of(&hub, at(1), None), disk().of(&ray, at(9), Some(at(99))), disk().of(&hub, at(5), None)];
        let folded = folded(all.into_iter());
        assert_eq!(folded.iter().map(Trouble::code).collect::<Vec<_>>(), ["no-default-storage-class", "crash-loop"]);
        assert_eq!((folded[0].steps.len(), folded[0].since, folded[0].deadline), (2, Some(at(5)), Some(at(99))));
        assert_eq!((folded[0].pod(), folded[1].pod()), (None, Some("hub-1")));
    }

    #[test]
    fn a_command_is_found_in_a_hint_and_a_key_is_none() {
        let problem =
            Problem::new("x", "x").hint("change `hub.cpu`, or run `kubectl -n hub get pods` and look").at("hub.cpu");
        let trouble = Trouble::problem(&problem);
        assert_eq!((trouble.command(), trouble.key()), (Some("kubectl -n hub get pods"), Some("hub.cpu")));
        assert_eq!(Trouble::problem(&Problem::new("x", "x").hint("change `hub.cpu`")).command(), None);
    }
}
