//! `Ladder`: the verification as it climbs, folded from the events of a run: what is planned, what is tried, what was seen.
//! What is climbed again replaces what it was before; the other rungs stay. Must not know how it is drawn.
use jiff::Timestamp;

use crate::run::event::{Event, EventKind, RungOutcome, RungPlan, RungResult, command};

/// The rungs, in the order of the ladder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ladder {
    /// The rungs.
    pub rungs: Vec<Rung>,
    /// When the first rung of the last climb began.
    pub began: Option<Timestamp>,
    /// When its last rung ended.
    pub ended: Option<Timestamp>,
    /// The last words of the rung that is being tried: what it waits for.
    pub words: String,
    /// `CONTEXT/NAMESPACE`.
    pub deployment: String,
}

/// A rung.
#[derive(Debug, Clone, PartialEq)]
pub struct Rung {
    /// As planned.
    pub plan: RungPlan,
    /// Where it stands.
    pub state: RungState,
}

/// Where a rung stands.
#[derive(Debug, Clone, PartialEq)]
pub enum RungState {
    /// It comes later.
    Planned,
    /// It is being tried, since then.
    Climbing(Timestamp),
    /// It ended.
    Ended(Box<RungResult>),
}

impl Rung {
    /// Its result, if it has one.
    pub fn result(&self) -> Option<&RungResult> {
        match &self.state {
            RungState::Ended(result) => Some(result),
            RungState::Planned | RungState::Climbing(_) => None,
        }
    }

    /// Whether it ended like this.
    pub fn is(&self, outcome: RungOutcome) -> bool {
        self.result().is_some_and(|result| result.outcome == outcome)
    }
}

impl Ladder {
    /// Folds one event.
    pub fn apply(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted { command, deployment, .. } => self.start(command, deployment),
            EventKind::LadderPlanned { rungs } => self.plan(rungs),
            EventKind::RungStarted { rung, title } => self.begin(event.at, rung, title),
            EventKind::RungDone(result) => self.end(event.at, result),
            EventKind::Note { text } if self.climbing().next().is_some() => self.words.clone_from(text),
            EventKind::RunFinished { .. } => self.stop(event.at),
            _ => {}
        }
    }

    /// Rungs that ended like this.
    pub fn count(&self, outcome: RungOutcome) -> usize {
        self.rungs.iter().filter(|rung| rung.is(outcome)).count()
    }

    /// Places of the rungs that are being tried.
    pub fn climbing(&self) -> impl Iterator<Item = usize> {
        let climbs = |(_, rung): &(usize, &Rung)| matches!(rung.state, RungState::Climbing(_));
        self.rungs.iter().enumerate().filter(climbs).map(|(at, _)| at)
    }

    /// Whether every rung ended.
    pub fn over(&self) -> bool {
        !self.rungs.is_empty() && self.rungs.iter().all(|rung| rung.result().is_some())
    }

    /// Another climb of the same deployment keeps what is not climbed again.
    fn start(&mut self, command: &str, deployment: &str) {
        let same = command == command::VERIFY && self.deployment == deployment;
        if !same {
            self.rungs.clear();
        }
        deployment.clone_into(&mut self.deployment);
        (self.began, self.ended) = (None, None);
        self.words.clear();
    }

    fn plan(&mut self, plans: &[RungPlan]) {
        if plans.iter().any(|plan| self.find(&plan.rung).is_none()) {
            self.rungs.clear();
        }
        for plan in plans {
            self.set(plan, RungState::Planned);
        }
    }

    fn begin(&mut self, at: Timestamp, rung: &str, title: &str) {
        let height = self.find(rung).map_or(0, |known| known.plan.height);
        let plan = RungPlan { rung: rung.to_owned(), height, title: title.to_owned() };
        self.set(&plan, RungState::Climbing(at));
        self.began.get_or_insert(at);
        self.words.clear();
    }

    fn end(&mut self, at: Timestamp, result: &RungResult) {
        let RungResult { rung, height, title, .. } = result.clone();
        self.set(&RungPlan { rung, height, title }, RungState::Ended(Box::new(result.clone())));
        let at_rest = self.climbing().next().is_none();
        self.ended = at_rest.then_some(at);
    }

    /// What was being tried when a run ended was not.
    fn stop(&mut self, at: Timestamp) {
        for rung in &mut self.rungs {
            if matches!(rung.state, RungState::Climbing(_)) {
                rung.state = RungState::Planned;
            }
        }
        self.words.clear();
        self.ended = self.began.and(self.ended.or(Some(at)));
    }

    fn find(&mut self, id: &str) -> Option<&mut Rung> {
        self.rungs.iter_mut().find(|rung| rung.plan.rung == id)
    }

    /// A run of an older program did not say what it planned.
    fn set(&mut self, plan: &RungPlan, state: RungState) {
        match self.find(&plan.rung) {
            Some(rung) => *rung = Rung { plan: plan.clone(), state },
            None => self.rungs.push(Rung { plan: plan.clone(), state }),
        }
    }
}

#[cfg(test)]
#[expect(clippy::missing_panics_doc, reason = "a failed expectation is how a test fails")]
pub mod tests {
    //! Folded events, which tests of screens make in the same way.
    use super::*;
    use crate::{problem::Problem, run::event::FORMAT};

    /// An event at a second.
    pub fn event(second: i64, kind: EventKind) -> Event {
        Event { v: FORMAT, seq: 1, at: Timestamp::from_second(second).unwrap(), kind }
    }

    /// A run begins.
    pub fn started(command: &str, deployment: &str) -> EventKind {
        EventKind::RunStarted {
            run: "20260101-120000".to_owned(),
            command: command.to_owned(),
            deployment: deployment.to_owned(),
            plan: String::new(),
            resumed: false,
            steps: Vec::new(),
        }
    }

    /// Rungs are planned: name, height, title.
    pub fn planned(rungs: &[(&str, u8, &str)]) -> EventKind {
        let plan = |(rung, height, title): &(&str, u8, &str)| RungPlan {
            rung: (*rung).to_owned(),
            height: *height,
            title: (*title).to_owned(),
        };
        EventKind::LadderPlanned { rungs: rungs.iter().map(plan).collect() }
    }

    /// A rung begins.
    pub fn begun(rung: &str, title: &str) -> EventKind {
        EventKind::RungStarted { rung: rung.to_owned(), title: title.to_owned() }
    }

    /// A rung ended: green without a problem.
    pub fn ended(plan: (&str, u8, &str), evidence: &[&str], problem: Option<Problem>) -> EventKind {
        let outcome = match &problem {
            None => RungOutcome::Passed,
            Some(problem) if problem.code == "lower-rung" => RungOutcome::Skipped,
            Some(_) => RungOutcome::Failed,
        };
        EventKind::RungDone(RungResult {
            rung: plan.0.to_owned(),
            height: plan.1,
            title: plan.2.to_owned(),
            outcome,
            tried: format!("tried {}", plan.2),
            evidence: evidence.iter().map(ToString::to_string).collect(),
            problem,
            took_ms: 1500,
        })
    }

    fn folded(kinds: impl IntoIterator<Item = EventKind>) -> Ladder {
        let mut ladder = Ladder::default();
        for (second, kind) in (0..).zip(kinds) {
            ladder.apply(&event(second, kind));
        }
        ladder
    }

    const PORT: (&str, u8, &str) = ("hub-port", 1, "hub's port");
    const LOGIN: (&str, u8, &str) = ("hub-login", 2, "login");

    #[test]
    fn a_rung_is_planned_then_climbed_then_ended() {
        let mut ladder = folded([started("install", "prod/hub"), planned(&[PORT, LOGIN])]);
        assert!(!ladder.over() && ladder.climbing().count() == 0);
        ladder.apply(&event(10, begun("hub-port", "hub's port")));
        ladder.apply(&event(11, EventKind::Note { text: "it waits".to_owned() }));
        assert_eq!((ladder.climbing().collect::<Vec<_>>(), ladder.words.as_str()), (vec![0], "it waits"));
        ladder.apply(&event(12, ended(PORT, &["answers"], None)));
        ladder.apply(&event(13, ended(LOGIN, &[], Some(Problem::new("login", "it leads elsewhere")))));
        assert!(ladder.over());
        assert_eq!((ladder.count(RungOutcome::Passed), ladder.count(RungOutcome::Failed)), (1, 1));
        assert_eq!((ladder.began, ladder.ended), (Timestamp::from_second(10).ok(), Timestamp::from_second(13).ok()));
    }

    #[test]
    fn another_try_of_one_rung_keeps_the_others() {
        let red = Some(Problem::new("login", "it leads elsewhere"));
        let first = [
            started("install", "prod/hub"),
            planned(&[PORT, LOGIN]),
            ended(PORT, &["answers"], None),
            ended(LOGIN, &[], red),
        ];
        let mut ladder = folded(first.into_iter().chain([started("verify", "prod/hub"), planned(&[LOGIN])]));
        assert!(ladder.rungs[0].is(RungOutcome::Passed));
        assert_eq!(ladder.rungs[1].state, RungState::Planned);
        ladder.apply(&event(20, ended(LOGIN, &["leads there"], None)));
        assert_eq!(ladder.count(RungOutcome::Passed), 2);
    }

    #[test]
    fn another_deployment_has_a_ladder_of_its_own() {
        let ladder = folded([
            started("install", "prod/hub"),
            planned(&[PORT, LOGIN]),
            ended(PORT, &[], None),
            started("verify", "prod/other"),
            planned(&[PORT]),
        ]);
        assert_eq!(ladder.rungs.len(), 1);
        assert_eq!(ladder.rungs[0].state, RungState::Planned);
    }

    #[test]
    fn what_a_run_left_half_way_was_not_tried() {
        let finished = EventKind::RunFinished {
            outcome: crate::run::event::Outcome::Interrupted,
            took_ms: 1,
            changed: false,
            summary: Vec::new(),
        };
        let ladder =
            folded([started("verify", "prod/hub"), planned(&[PORT]), begun("hub-port", "hub's port"), finished]);
        assert_eq!(ladder.rungs[0].state, RungState::Planned);
        assert!(ladder.ended.is_some());
    }

    #[test]
    fn a_journal_of_an_older_program_has_rungs_without_a_plan() {
        let ladder = folded([started("install", "prod/hub"), begun("hub-login", "login"), ended(LOGIN, &[], None)]);
        assert_eq!((ladder.rungs.len(), ladder.rungs[0].plan.height), (1, 2));
    }
}
