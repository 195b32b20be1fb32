//! Reports that a person keeps or pastes into an issue: what went wrong in a run, and what the rungs of a verification saw. The
//! same wording as everywhere. Must not hold a secret, nor names of hosts and contexts that the sentences do not say anyway.
use jiff::{Timestamp, tz::TimeZone};
use secrecy::{ExposeSecret, SecretString};

use super::message::{self, Sentence};
use crate::{
    answers::tree::TargetKind,
    problem::Problem,
    run::{
        event::{Event, EventKind, Outcome, RungResult},
        state::{Phase, RunState, StepState},
    },
};

/// Sentences of the log that a report ends with.
const LAST: usize = 30;
/// A secret that is as short as a word would hide words.
const SHORTEST_SECRET: usize = 4;

/// What went wrong, and where.
pub struct Case<'c> {
    /// Kind of target.
    pub target: TargetKind,
    /// Version of the API server, where there is one and it is known.
    pub server: Option<&'c str>,
    /// The run.
    pub run: &'c RunState,
    /// Why it could not begin, or what else is wrong.
    pub problems: &'c [Problem],
    /// The log's sentences as they were shown, oldest first; see [`said`] and [`fn@line`].
    pub log: Vec<String>,
    /// Secrets that were typed. They should be nowhere; they are taken out of all words all the same.
    pub secrets: Vec<&'c SecretString>,
}

impl Case<'_> {
    /// The report as lines of text.
    pub fn text(&self) -> String {
        let sections = [vec![self.head()], self.problems(), self.steps(), self.rungs(), self.log()];
        let text = sections.iter().flatten().filter(|section| !section.is_empty()).cloned().collect::<Vec<_>>();
        without(text.join("\n"), self.secrets.iter().copied())
    }

    /// The report of a verification: every rung with what it saw.
    pub fn verification<'r>(&self, rungs: impl Iterator<Item = &'r RungResult>) -> String {
        let told: String = rungs.map(|rung| rung_lines(rung) + "\n").collect();
        without(format!("{}\n{told}", self.head()), self.secrets.iter().copied())
    }

    fn head(&self) -> String {
        let target = match self.target {
            TargetKind::Kubernetes => "a Kubernetes cluster",
            TargetKind::ThisMachine => "this machine",
        };
        let server = self.server.map(|version| format!(", server {version}")).unwrap_or_default();
        let command = if self.run.command.is_empty() { "nothing was run" } else { &self.run.command };
        let ended = self.run.outcome.map_or("not ended", outcome);
        let version = env!("CARGO_PKG_VERSION");
        format!("hubwright {version}\ntarget     {target}{server}\ncommand    {command}: {ended}\n")
    }

    fn problems(&self) -> Vec<String> {
        self.problems.iter().map(message::error).collect()
    }

    fn steps(&self) -> Vec<String> {
        self.run.steps.iter().filter_map(step).collect()
    }

    fn rungs(&self) -> Vec<String> {
        let wrong = self.run.rungs.iter().filter(|rung| rung.problem.as_ref().is_some_and(is_cause));
        wrong.map(|rung| rung_lines(rung) + "\n").collect()
    }

    fn log(&self) -> Vec<String> {
        let from = self.log.len().saturating_sub(LAST);
        let last: Vec<&String> = self.log.iter().skip(from).collect();
        if last.is_empty() {
            return Vec::new();
        }
        vec![format!("the last {} lines of the log", last.len())]
            .into_iter()
            .chain(last.into_iter().map(|line| format!("  {line}")))
            .collect()
    }
}

/// A text without secrets that were typed: they should be nowhere, and are taken out of what others may read all the same.
pub fn without<'s>(text: String, secrets: impl Iterator<Item = &'s SecretString>) -> String {
    let secrets = secrets.map(ExposeSecret::expose_secret).filter(|secret| secret.len() >= SHORTEST_SECRET);
    secrets.fold(text, |text, secret| text.replace(secret, "[hidden]"))
}

/// What a person would read of some events, one line each, oldest first.
pub fn said<'e>(events: impl Iterator<Item = &'e Event>, zone: &TimeZone) -> Vec<String> {
    events
        .filter_map(|event| {
            let sentence = message::sentence(&event.kind, zone)?;
            Some(line(event.at, &sentence, zone))
        })
        .collect()
}

/// A sentence as a line of the log.
pub fn line(at: Timestamp, sentence: &Sentence, zone: &TimeZone) -> String {
    format!("{} {}", message::time(at, zone), words(sentence))
}

/// All that a rung says: what it tried, what it saw, and what is wrong.
pub fn rung_lines(rung: &RungResult) -> String {
    let Some(sentence) = message::sentence(&EventKind::RungDone(rung.clone()), &TimeZone::UTC) else {
        return String::new();
    };
    let further = sentence.lines.iter().skip(1).map(|line| format!("\n       {line}"));
    words(&sentence) + &further.collect::<String>()
}

fn words(sentence: &Sentence) -> String {
    let about = if sentence.about.is_empty() { String::new() } else { format!("{}: ", sentence.about) };
    let text = sentence.lines.first().map_or("", String::as_str);
    format!("{:<5}  {about}{text}", sentence.word)
}

/// A rung that was not tried because of another one says nothing new.
fn is_cause(problem: &Problem) -> bool {
    problem.code != "lower-rung"
}

fn step(step: &StepState) -> Option<String> {
    let (word, text) = match &step.phase {
        Phase::Failed(problem) => ("failed", message::error(problem)),
        Phase::Blocked(finding) => ("stuck", message::finding(finding) + "\n"),
        _ => return None,
    };
    Some(format!("step `{}` {word}\n{text}", step.planned.id))
}

/// How a run ended, in words.
pub const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Unverified => "deployed, but not verified",
        Outcome::Failed => "failed",
        Outcome::Interrupted => "interrupted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        health::verdict::Finding,
        plan::graph::StepId,
        run::event::{FORMAT, PlannedStep, RungOutcome},
    };

    fn events(kinds: Vec<EventKind>) -> Vec<Event> {
        let event = |(second, kind)| Event { v: FORMAT, seq: 1, at: Timestamp::from_second(second).unwrap(), kind };
        (0..).zip(kinds).map(event).collect()
    }

    fn begun() -> EventKind {
        let planned = |id: &str| PlannedStep { id: StepId::new(id), title: id.to_owned(), needs: Vec::new() };
        EventKind::RunStarted {
            run: "r".to_owned(),
            command: "install".to_owned(),
            deployment: "prod.example.org/hub".to_owned(),
            plan: String::new(),
            resumed: false,
            steps: ["secrets", "hub", "ray"].map(planned).into(),
        }
    }

    fn failed(step: &str, problem: Problem) -> EventKind {
        EventKind::StepFailed { step: StepId::new(step), problem, finding: None }
    }

    fn report(kinds: Vec<EventKind>, secrets: &[SecretString]) -> String {
        let (events, mut run) = (events(kinds), RunState::default());
        events.iter().for_each(|event| run.apply(event));
        let log = said(events.iter(), &TimeZone::UTC);
        let (target, server) = (TargetKind::Kubernetes, Some("v1.36.3"));
        Case { target, server, run: &run, problems: &[], log, secrets: secrets.iter().collect() }.text()
    }

    #[test]
    fn a_report_says_version_target_step_cause_and_last_words() {
        let refused = Problem::new("helm-failed", "helm refused the chart").detail("Error: no such value").hint("look");
        let finding = Finding::new("not-enough-memory", "Pod/ray-big-1", "no node has 130 GiB").detail("0/3 nodes");
        let blocked = EventKind::StepBlocked { step: StepId::new("ray"), finding, deadline: Timestamp::UNIX_EPOCH };
        let text = report(vec![begun(), blocked, failed("hub", refused)], &[]);
        let head =
            format!("hubwright {}\ntarget     a Kubernetes cluster, server v1.36.3\n", env!("CARGO_PKG_VERSION"));
        assert!(text.starts_with(&head), "{text}");
        assert!(text.contains("command    install: not ended\n"), "{text}");
        assert!(
            text.contains("step `hub` failed\nerror: helm refused the chart\n  | Error: no such value\n"),
            "{text}"
        );
        assert!(text.contains("step `ray` stuck\nerror: no node has 130 GiB\n"), "{text}");
        assert!(!text.contains("step `secrets`"), "{text}");
        assert!(text.contains("  00:00:02 FAIL   hub: helm refused the chart"), "{text}");
    }

    #[test]
    fn only_the_last_thirty_sentences_are_told() {
        let note = |number: i32| EventKind::Note { text: format!("note {number} of all") };
        let text = report((0..100).map(note).collect(), &[]);
        assert!(text.contains("the last 30 lines of the log"), "{text}");
        assert!(!text.contains("note 69 of all") && text.contains("note 70 of all"), "{text}");
    }

    #[test]
    fn a_secret_that_slipped_into_words_is_taken_out() {
        let problem = Problem::new("refused", "the provider refused s3cret-w0rd").detail("id=hub secret=s3cret-w0rd");
        let text = report(vec![begun(), failed("hub", problem)], &[SecretString::from("s3cret-w0rd")]);
        assert!(!text.contains("s3cret-w0rd") && text.contains("refused [hidden]"), "{text}");
    }

    #[test]
    fn a_run_that_could_not_begin_has_a_report_too() {
        let problems = [Problem::new("no-helm", "helm is not there").hint("install it")];
        let run = RunState::default();
        let target = TargetKind::ThisMachine;
        let text =
            Case { target, server: None, run: &run, problems: &problems, log: Vec::new(), secrets: Vec::new() }.text();
        assert!(text.contains("target     this machine\ncommand    nothing was run: not ended\n"), "{text}");
        assert!(text.contains("error: helm is not there\nhint: install it"), "{text}");
        assert!(!text.contains("log"), "{text}");
    }

    fn rung(outcome: RungOutcome, problem: Option<Problem>) -> RungResult {
        RungResult {
            rung: "hub-login".to_owned(),
            height: 2,
            title: "login".to_owned(),
            outcome,
            tried: "GET /hub/oauth_login".to_owned(),
            evidence: vec!["it leads to github.com".to_owned()],
            problem,
            took_ms: 2000,
        }
    }

    #[test]
    fn a_verification_is_told_rung_by_rung() {
        let red = Problem::new("login", "the login leads elsewhere").hint("`kubectl -n hub logs deploy/hub`");
        let rungs = [rung(RungOutcome::Passed, None), rung(RungOutcome::Failed, Some(red))];
        let run = RunState::default();
        let target = TargetKind::ThisMachine;
        let case = Case { target, server: None, run: &run, problems: &[], log: Vec::new(), secrets: Vec::new() };
        let text = case.verification(rungs.iter());
        assert!(text.starts_with("hubwright ") && text.contains("target     this machine\n"), "{text}");
        assert!(text.contains("ok     rung 2, login: it leads to github.com (2.0 s)"), "{text}");
        let told = "FAIL   rung 2, login: the login leads elsewhere\n       tried: GET /hub/oauth_login\n       seen: it leads to github.com\n       hint: `kubectl";
        assert!(text.contains(told), "{text}");
    }

    #[test]
    fn of_rungs_a_report_tells_those_that_are_the_cause() {
        let red = rung(RungOutcome::Failed, Some(Problem::new("login", "the login leads elsewhere")));
        let above = rung(RungOutcome::Skipped, Some(Problem::new("lower-rung", "not tried, because of login")));
        let above = RungResult { rung: "notebook-server".to_owned(), ..above };
        let text = report(vec![begun(), EventKind::RungDone(red), EventKind::RungDone(above)], &[]);
        let (before, _) = text.split_once("the last").unwrap();
        assert!(before.contains("the login leads elsewhere") && !before.contains("not tried"), "{before}");
    }
}
