//! Steps on one time axis, and which of them decided how long it all took. Pure; must not know how it is drawn.
use std::time::Duration;

use jiff::Timestamp;

use super::state::{RunState, StepState};
use crate::plan::graph::StepId;

/// When everything happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// When the first step began.
    pub began: Timestamp,
    /// When the last one ended; where one still runs, now.
    pub ended: Timestamp,
    /// The steps that began, in the order of the plan.
    pub bars: Vec<Bar>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// Which.
    pub step: StepId,
    /// Its title.
    pub title: String,
    /// When it began.
    pub began: Timestamp,
    /// When it ended, or now.
    pub ended: Timestamp,
    /// Whether it is on the critical path: had it been faster, all would have been done earlier.
    pub critical: bool,
}

impl Bar {
    /// How long it took.
    pub fn took(&self) -> Duration {
        between(self.began, self.ended)
    }
}

impl Timeline {
    /// The steps of a run; `None` where none has begun.
    pub fn of(state: &RunState, now: Timestamp) -> Option<Self> {
        let mut bars: Vec<Bar> = state.steps.iter().filter_map(|step| bar(step, now)).collect();
        let began = bars.iter().map(|bar| bar.began).min()?;
        let ended = bars.iter().map(|bar| bar.ended).max()?;
        for id in critical_path(state, &bars) {
            bars.iter_mut().filter(|bar| bar.step == id).for_each(|bar| bar.critical = true);
        }
        Some(Self { began, ended, bars })
    }

    /// How long it all took.
    pub fn took(&self) -> Duration {
        between(self.began, self.ended)
    }

    /// The critical path, first step first.
    pub fn critical(&self) -> Vec<&Bar> {
        let mut path: Vec<&Bar> = self.bars.iter().filter(|bar| bar.critical).collect();
        path.sort_by_key(|bar| bar.ended);
        path
    }
}

fn between(began: Timestamp, ended: Timestamp) -> Duration {
    Duration::try_from(ended.duration_since(began)).unwrap_or_default()
}

fn bar(step: &StepState, now: Timestamp) -> Option<Bar> {
    let began = step.started?;
    let ended = step.ended.unwrap_or(now).max(began);
    let planned = &step.planned;
    Some(Bar { step: planned.id.clone(), title: planned.title.clone(), began, ended, critical: false })
}

/// From the step that ended last back, always to the needed one that ended last.
fn critical_path(state: &RunState, bars: &[Bar]) -> Vec<StepId> {
    let last = |among: &dyn Fn(&Bar) -> bool| bars.iter().filter(|bar| among(bar)).max_by_key(|bar| bar.ended);
    let mut path: Vec<StepId> = Vec::new();
    let mut at = last(&|_| true);
    while let Some(bar) = at {
        path.push(bar.step.clone());
        let needs = state.steps.iter().find(|step| step.planned.id == bar.step).map(|step| &step.planned.needs);
        // A journal of somebody else might go round in circles.
        at = needs.and_then(|needs| last(&|bar| needs.contains(&bar.step) && !path.contains(&bar.step)));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{
        event::{Event, EventKind, FORMAT, PlannedStep},
        state::RunState,
    };

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// A step: id, needs, begin and end.
    type Told<'t> = (&'t str, &'t [&'t str], Option<(i64, Option<i64>)>);

    fn run(steps: &[Told<'_>]) -> RunState {
        let planned = steps.iter().map(|(id, needs, _)| PlannedStep {
            id: StepId::new(*id),
            title: id.to_uppercase(),
            needs: needs.iter().map(|need| StepId::new(*need)).collect(),
        });
        let mut state = RunState::default();
        let mut say = |at, kind| state.apply(&Event { v: FORMAT, seq: 1, at: second(at), kind });
        let [run, command, deployment, plan] = ["1", "install", "c/hub", ""].map(str::to_owned);
        say(0, EventKind::RunStarted { run, command, deployment, plan, resumed: false, steps: planned.collect() });
        for (id, _, times) in steps {
            let step = StepId::new(*id);
            let Some((began, ended)) = times else { continue };
            say(*began, EventKind::StepStarted { step: step.clone() });
            if let Some(ended) = ended {
                say(*ended, EventKind::StepDone { step, changed: true, took_ms: 0, note: None });
            }
        }
        state
    }

    fn path(timeline: &Timeline) -> Vec<&str> {
        timeline.critical().iter().map(|bar| bar.step.as_str()).collect()
    }

    #[test]
    fn the_critical_path_goes_back_by_what_was_waited_for_last() {
        let state = run(&[
            ("secrets", &[], Some((0, Some(1)))),
            ("operator", &["secrets"], Some((1, Some(30)))),
            ("hub", &["secrets"], Some((1, Some(50)))),
            ("ray", &["operator"], Some((30, Some(200)))),
            ("verify", &["ray", "hub"], Some((200, Some(260)))),
        ]);
        let timeline = Timeline::of(&state, second(999)).unwrap();
        assert_eq!(path(&timeline), ["secrets", "operator", "ray", "verify"]);
        assert_eq!((timeline.took().as_secs(), timeline.bars[3].took().as_secs()), (260, 170));
    }

    #[test]
    fn what_still_runs_ends_now_and_what_never_began_has_no_bar() {
        let state = run(&[("a", &[], Some((5, None))), ("b", &["a"], None)]);
        let timeline = Timeline::of(&state, second(65)).unwrap();
        assert_eq!((timeline.bars.len(), timeline.took().as_secs(), path(&timeline)), (1, 60, vec!["a"]));
        assert_eq!(Timeline::of(&run(&[("a", &[], None)]), second(1)), None);
    }

    #[test]
    fn steps_that_need_each_other_do_not_hang() {
        let state = run(&[("a", &["b"], Some((0, Some(1)))), ("b", &["a"], Some((0, Some(2))))]);
        assert_eq!(path(&Timeline::of(&state, second(9)).unwrap()), ["a", "b"]);
    }
}
