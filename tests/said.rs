//! What the program said and did, as tests read it: its events, its complaints, how it ended. Must not know where it is run.
use std::process::{Command, ExitStatus};

use hubwright::{
    problem::Problem,
    run::event::{Event, EventKind, Outcome, RungOutcome, RungResult},
};

/// What a command did.
pub struct Done {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed, line by line.
    pub events: Vec<Event>,
    said: String,
}

/// Runs it to its end.
pub fn run(mut command: Command) -> Done {
    let output = command.output().expect("the program starts");
    let events =
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    Done { status: output.status, events, said: String::from_utf8_lossy(&output.stderr).into_owned() }
}

impl Done {
    /// Outcome, and whether anything changed.
    pub fn outcome(&self) -> Option<(Outcome, bool)> {
        match self.events.last()?.kind {
            EventKind::RunFinished { outcome, changed, .. } => Some((outcome, changed)),
            _ => None,
        }
    }

    /// What went wrong, for the message of a failed expectation.
    pub fn complaints(&self) -> String {
        let failed = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::StepFailed { step, problem, .. } => Some(format!("{step}: {problem:?}")),
            EventKind::RungDone(rung) if rung.outcome != RungOutcome::Passed => Some(format!("{rung:?}")),
            _ => None,
        });
        format!("{}\n{}\n{}", self.status, failed.collect::<Vec<_>>().join("\n"), self.said)
    }

    fn rung(&self, name: &str) -> Option<&RungResult> {
        self.events.iter().find_map(|event| match &event.kind {
            EventKind::RungDone(rung) if rung.rung == name => Some(rung),
            _ => None,
        })
    }

    /// Expects that a rung is red, and for this cause.
    pub fn expect_cause(&self, rung: &str, code: &str) -> &Problem {
        let rung = self.rung(rung).expect("it was tried");
        let problem = rung.problem.as_ref().expect("a red rung says why");
        assert_eq!(problem.code, code, "{problem:?}");
        problem
    }

    /// Rungs that ended so.
    pub fn rungs(&self, outcome: RungOutcome) -> Vec<&str> {
        let ended = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::RungDone(rung) if rung.outcome == outcome => Some(rung.rung.as_str()),
            _ => None,
        });
        ended.collect()
    }
}
