//! After something was done, or could not be: what came of it, what is wrong, and what can be done next.
//! Must not do any of it itself.
use std::collections::BTreeSet;

use secrecy::ExposeSecret;

use super::{
    At, Way, Wizard,
    menu::{Line, Picked, one_line},
    reading::{Reading, log_line},
};
use crate::{
    front::{
        message, summary,
        wizard::{
            follow::{Trouble, ladder::Rung},
            reporting,
            turn::Turn,
            wish::{LogOf, Wish},
        },
    },
    problem::Problem,
    run::event::{Outcome, RungOutcome, RungResult, command},
};

/// What can be done next.
enum Next {
    Retry,
    Verify(Vec<String>),
    Change(String),
    Log(LogOf),
    Read(Reading),
    Report,
    Review,
    Beginning,
    Leave,
}

impl Wizard<'_> {
    pub(super) fn ended(&mut self) -> Result<At, Problem> {
        self.tell_ended();
        if let Some(key) = self.then.take() {
            return self.change_answer(&key);
        }
        let mut told = false;
        loop {
            let lines = self.nexts();
            let next = match self.pick_on(lines, &mut told)? {
                Picked::One(next) => next,
                Picked::Back => Next::Beginning,
                Picked::Leave => Next::Leave,
            };
            match next {
                Next::Retry => return self.work(self.shared.retry()),
                Next::Verify(rungs) => {
                    return self.work(Wish::Verify { folder: self.shared.folder.clone(), rungs });
                }
                Next::Change(key) => return self.change_answer(&key),
                Next::Log(of) => self.tell_log(of)?,
                Next::Read(what) if self.read(what)? => {}
                Next::Report => {
                    let turns = reporting::problem(&self.shared).into_iter();
                    turns.filter(|turn| matches!(turn, Turn::Wish(_))).for_each(|turn| self.turn(turn));
                }
                Next::Review => return Ok(At::Review),
                Next::Beginning => return Ok(At::Beginning),
                Next::Read(_) | Next::Leave => return Ok(At::End(self.shared.exit())),
            }
        }
    }

    /// To the answer behind what is wrong, then to the review, which says what would change.
    pub(super) fn change_answer(&mut self, key: &str) -> Result<At, Problem> {
        if self.question(key)? == Way::Leave {
            return Ok(self.leave());
        }
        self.keep();
        Ok(At::Review)
    }

    fn outcome(&self) -> Option<Outcome> {
        self.shared.ended.as_ref().and_then(|ended| ended.outcome)
    }

    /// Rungs that are red.
    fn red(&self) -> Vec<&RungResult> {
        let results = self.shared.run.ladder.rungs.iter().filter_map(Rung::result);
        results.filter(|result| result.outcome == RungOutcome::Failed).collect()
    }

    fn tell_ended(&mut self) {
        let Some(ended) = self.shared.ended.clone() else { return };
        ended.problems.iter().for_each(|problem| self.tell(&message::error(problem)));
        match ended.outcome {
            Some(Outcome::Done | Outcome::Unverified) => self.tell_made(),
            Some(Outcome::Failed | Outcome::Interrupted) => {
                let titles: Vec<String> =
                    self.shared.run.troubles.iter().map(|trouble| one_line(trouble.title())).collect();
                titles.iter().for_each(|title| self.wrong(title));
                self.tell("what was installed stays as it is");
            }
            None => {
                let (words, means) = ended.without_outcome();
                self.tell(&format!("{words}; {means}"));
            }
        }
        let files = ended.files.iter().map(|(word, path)| format!("{word}: {}", path.display()));
        let again = (!ended.again.is_empty()).then(|| format!("from any shell: `{}`", ended.again));
        let lines: Vec<String> = files.chain(again).collect();
        lines.iter().for_each(|line| self.tell(line));
    }

    /// Addresses, logins and next steps were told by the run itself: here is what it does not know.
    fn tell_made(&mut self) {
        let password = self.shared.ended.as_mut().and_then(|ended| ended.password.take());
        if let Some((word, password)) = password {
            self.tell(&format!("\n{word}: {}   (shown this once)\n", password.expose_secret()));
            self.grant(Wish::PasswordSeen);
        }
        if self.shared.run.command() == command::VERIFY {
            return;
        }
        self.tell("where secrets are:");
        for (label, text) in summary::secrets(&self.shared.draft, reporting::target(&self.shared)) {
            self.tell(&format!("  {label}: {}", one_line(&text)));
        }
    }

    fn nexts(&self) -> Vec<Line<Next>> {
        let done = matches!(self.outcome(), Some(Outcome::Done));
        let climbed = self.shared.run.ladder.over();
        let again =
            (!done).then(|| Line::new(Next::Retry, "try again", "what is done stays done, what is missing is made"));
        let rungs = self.red().into_iter().map(|rung| {
            let words = format!("try rung {}, {}, again, with what it needs", rung.height, rung.title);
            Line::new(Next::Verify(vec![rung.rung.clone()]), &format!("rung {}", rung.rung), &words)
        });
        let verify = (done && !climbed)
            .then(|| Line::new(Next::Verify(Vec::new()), "verify", "prove that notebooks reach Ray and Dask"));
        let changes = self.keys().into_iter().map(|key| Line::change(key, Next::Change, "the answer behind it"));
        let report = (!done).then(|| Line::new(Next::Report, "report", "write down what went wrong, to pass it on"));
        let last = [
            Line::new(Next::Review, "review", "the answers: change them, save them as a preset, install again"),
            Line::new(Next::Beginning, "beginning", "something else"),
            Line::new(Next::Leave, "leave", "end hubwright; what was installed goes on"),
        ];
        let all = again.into_iter().chain(rungs).chain(verify).chain(changes).chain(self.logs());
        all.chain(self.readings(Next::Read)).chain(report).chain(last).collect()
    }

    /// Answers behind what is wrong, each once.
    fn keys(&self) -> Vec<String> {
        let problems = self.shared.ended.iter().flat_map(|ended| &ended.problems);
        let problems = problems.chain(self.red().into_iter().filter_map(|rung| rung.problem.as_ref()));
        let problems = problems.filter_map(|problem| problem.at.clone());
        let troubles = self.shared.run.troubles.iter().filter_map(|trouble| trouble.key().map(str::to_owned));
        self.answers(problems.chain(troubles))
    }

    /// Those keys that are keys of answers, each once.
    pub(super) fn answers(&self, keys: impl Iterator<Item = String>) -> Vec<String> {
        let mut answers = Vec::new();
        for key in keys.filter(|key| self.shared.draft.field(key).is_some()) {
            if !answers.contains(&key) {
                answers.push(key);
            }
        }
        answers
    }

    /// Logs that would tell more.
    fn logs(&self) -> Vec<Line<Next>> {
        // What is wrong in several ways has one log.
        let pointed: BTreeSet<LogOf> = self.shared.run.troubles.iter().filter_map(Trouble::log_of).collect();
        let line = |of: LogOf| {
            let name = format!("log {} {}", of.pod, of.container);
            log_line(of, &name, Next::Log)
        };
        pointed.into_iter().map(line).collect()
    }
}
