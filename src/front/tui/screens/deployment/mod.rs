//! Deployment: what happens, why it waits, and what to do about it; also the same of a deployment that is only looked at.
//!
//! ```text
//!  hubwright   Deploying prod/hub   4:12   7 of 9 steps
//! ─▸Steps 7 of 9 ■■■■■■■◔□ ─────────────┬─ Pods 6, 2 stuck, 4 ready ───────────────
//!  ✓ ok    KubeRay operator        0:31 │ RayCluster ray  6, 2 stuck, 4 ready
//! ▸◔ wait  Ray cluster             3:40 │ ✗ ray-big-worker-x7k2p Pending       3:02
//!      2 of 4 pods ready                │ ✓ ray-head-5m2lq       Ready         0:40
//! ─ What is wrong ─────────────────────────────────────────────────────────────────
//!  ✗ 2 workers of pool "big" cannot be scheduled: each asks 130 GiB, no node has more
//!    Pod/ray-big-x7k2p · for 3:02 · fails at 14:31:07 (in 6:58) · holds up ray
//!    e change Memory of big   l log   s skip ray
//! ─ Log ───────────────────────────────────────────────────────────────────────────
//!  14:24:09 ok    pod ray-head-5m2lq: ready
//!  ▂▂▃▅▇█ 4 of 6 pods ready                              ✗✗■■■■  one cell a pod
//! ```
//! Must not know who carries out a run, nor word what happens.
mod acting;
mod doing;
mod findings;
mod keys;
mod log;
mod overview;
mod page;
mod pane;
mod pods;
mod steps;
mod strip;
#[cfg(test)]
mod tests;
pub mod timeline;

use ratatui::{Frame, layout::Rect};

use self::{keys::KEYS, log::LogPane, page::Page, pane::Pane};
use crate::{
    front::{
        clock,
        tui::{
            keys::{Action, Binding},
            screen::{Edit, Screen},
            theme::Theme,
            window::{Scroll, moved},
        },
        wizard::{follow::Trouble, shared::Shared, turn::Turn, wish::News},
    },
    plan::graph::StepId,
    run::{
        event::{Outcome, command},
        state::StepState,
    },
};

/// What is true of a run before its first event.
const NOTHING: &str = "nothing was changed yet";

/// The screen.
#[derive(Debug, Default)]
pub struct Deployment {
    pane: Pane,
    view: View,
    /// Selected step; `None`: the one that runs.
    steps: Option<usize>,
    pods: pods::Cursor,
    finding: usize,
    log: LogPane,
    /// Answers are being opened; this one is to be changed.
    opening: Option<String>,
}

/// What is shown.
#[derive(Debug, Default)]
enum View {
    /// The panes.
    #[default]
    Overview,
    /// One pod.
    Pod(Box<Page>),
    /// Steps on a time axis.
    Timeline(Scroll),
}

impl Screen for Deployment {
    fn title(&self, shared: &Shared) -> String {
        let run = &shared.run;
        let what = match (shared.watching, run.command()) {
            (true, _) if shared.running => "Looking at",
            (true, _) => "Looked at",
            (_, command::UNINSTALL) => "Removing",
            (_, command::VERIFY) => "Verifying",
            _ => "Deploying",
        };
        let Some(began) = run.state.started else {
            return if shared.watching { what.to_owned() } else { format!("{what}{}: {NOTHING}", ended(shared)) };
        };
        if shared.watching {
            return format!("{what} {}", run.deployment);
        }
        let elapsed = clock(steps::between(began, run.ended.unwrap_or(shared.now)));
        let (over, all) = steps::counted(run);
        let steps = if all == 0 { String::new() } else { format!("   {over} of {all} steps") };
        format!("{what} {}   {elapsed}{steps}{}", run.deployment, ended(shared))
    }

    fn keys(&self, shared: &Shared) -> Vec<Binding> {
        KEYS.iter().filter(|binding| self.works(binding.does, shared)).copied().collect()
    }

    fn typing(&self) -> bool {
        self.log.typing()
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        // Whoever goes on here did not agree to change an answer.
        self.opening = None;
        if self.log.typing() {
            return self.act_on_filter(action, shared);
        }
        if !self.works(action, shared) {
            return Vec::new();
        }
        match &mut self.view {
            View::Overview => self.act_on_panes(action, shared),
            View::Pod(_) => self.act_on_page(action, shared),
            View::Timeline(scroll) => {
                match action {
                    Action::Back | Action::Timeline => self.view = View::Overview,
                    action => scroll.go(action),
                }
                Vec::new()
            }
        }
    }

    fn edit(&mut self, edit: &Edit, shared: &mut Shared) {
        self.log.edit(edit, &shared.run.log);
    }

    fn news(&mut self, news: &News, shared: &mut Shared) -> Vec<Turn> {
        match news {
            News::Event(event) => {
                self.log.hear(&shared.run.log);
                self.hear(&event.kind);
                Vec::new()
            }
            News::Pod { of, page } => {
                if let View::Pod(view) = &mut self.view {
                    view.learn(of, page);
                }
                Vec::new()
            }
            News::Logs { of, lines } => {
                if let View::Pod(view) = &mut self.view {
                    view.read(of, lines);
                }
                Vec::new()
            }
            News::Opened(_) => self.opened(),
            News::Ended(_) => {
                self.log.hear(&shared.run.log);
                self.finding = 0;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn forget(&mut self) {
        *self = Self::default();
    }

    fn tick(&mut self, shared: &Shared) -> Vec<Turn> {
        match &mut self.view {
            View::Pod(page) => page.tick(shared.now),
            View::Overview | View::Timeline(_) => Vec::new(),
        }
    }

    fn enter(&mut self, at: Option<&str>, shared: &mut Shared) -> Vec<Turn> {
        self.view = View::Overview;
        self.log.hear(&shared.run.log);
        let Some(name) = at else { return Vec::new() };
        if shared.run.state.pods.contains_key(name) {
            self.pane = Pane::Pods;
            self.pods.select(name);
        } else if let Some(place) = shared.run.state.steps.iter().position(|step| step.planned.id.as_str() == name) {
            (self.pane, self.steps) = (Pane::Steps, Some(place));
        }
        Vec::new()
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
        match &self.view {
            View::Overview => overview::draw(self, frame, area, shared, theme),
            View::Pod(page) => page.draw(frame, area, shared, theme),
            View::Timeline(scroll) => {
                if let Some(timeline) = shared.run.timeline(shared.now) {
                    timeline::draw(frame, area, &timeline, scroll, &shared.zone, theme);
                }
            }
        }
    }
}

/// How it ended, behind the title.
fn ended(shared: &Shared) -> &'static str {
    let Some(ended) = &shared.ended else { return "" };
    match ended.outcome {
        Some(Outcome::Done) => ", done",
        Some(Outcome::Failed) => ", failed",
        Some(Outcome::Unverified) => ", not verified",
        Some(Outcome::Interrupted) => ", stopped",
        None if ended.is_defect() => ", failed",
        None => ", not begun",
    }
}

impl Deployment {
    /// The panes that there are.
    fn panes(shared: &Shared) -> Vec<Pane> {
        let there = |pane: &Pane| match pane {
            Pane::Steps => !shared.run.state.steps.is_empty(),
            Pane::Findings => {
                !findings::troubles(shared).is_empty() || shared.ended.is_some() || shared.stopping().is_some()
            }
            Pane::Pods | Pane::Log => true,
        };
        Pane::ALL.into_iter().filter(there).collect()
    }

    /// The pane that has the keys.
    fn focused(&self, shared: &Shared) -> Pane {
        let panes = Self::panes(shared);
        if panes.contains(&self.pane) { self.pane } else { panes.first().copied().unwrap_or_default() }
    }

    fn step<'s>(&self, shared: &'s Shared) -> Option<&'s StepState> {
        shared.run.state.steps.get(steps::chosen(self.steps, &shared.run))
    }

    /// Which of the troubles is shown: that of the selected step or pod, else the one that was chosen.
    fn shown(&self, shared: &Shared) -> Option<usize> {
        let troubles = findings::troubles(shared);
        let of_selected = match self.focused(shared) {
            Pane::Steps => self
                .step(shared)
                .and_then(|step| troubles.iter().position(|trouble| trouble.steps.contains(&step.planned.id))),
            Pane::Pods => self
                .pods
                .pod(&shared.run.pods)
                .and_then(|pod| troubles.iter().position(|trouble| trouble.pod() == Some(pod.as_str()))),
            Pane::Findings | Pane::Log => None,
        };
        let last = troubles.len().checked_sub(1)?;
        Some(of_selected.unwrap_or(self.finding).min(last))
    }

    fn trouble(&self, shared: &Shared) -> Option<Trouble> {
        let place = self.shown(shared)?;
        findings::troubles(shared).get(place).map(|trouble| (**trouble).clone())
    }

    /// The step whose wait would be skipped.
    fn skipped(&self, shared: &Shared) -> Option<StepId> {
        let selected = self.step(shared).filter(|_| self.focused(shared) == Pane::Steps).map(|step| &step.planned.id);
        let trouble = self.trouble(shared);
        let step = selected.or_else(|| trouble.as_ref().and_then(|trouble| trouble.steps.first()));
        doing::skippable(step, shared).cloned()
    }

    /// Whether a key does anything now.
    fn works(&self, action: Action, shared: &Shared) -> bool {
        match &self.view {
            View::Overview => self.works_on_panes(action, shared),
            View::Pod(page) if action == Action::Save => page.kept().is_some(),
            View::Pod(_) => !matches!(
                action,
                Action::Next
                    | Action::Previous
                    | Action::Enter
                    | Action::Edit
                    | Action::Copy
                    | Action::Skip
                    | Action::Filter
                    | Action::Problems
                    | Action::Timeline
                    | Action::Verify
                    | Action::Detail
                    | Action::Report
                    | Action::Follow
            ),
            View::Timeline(_) => matches!(action, Action::Back | Action::Timeline) || moved(action, 0, 0).is_some(),
        }
    }

    fn works_on_panes(&self, action: Action, shared: &Shared) -> bool {
        let trouble = || self.trouble(shared);
        match action {
            Action::Edit => shared.watching || trouble().is_some_and(|trouble| trouble.key().is_some()),
            Action::Copy => trouble().is_some_and(|trouble| trouble.command().is_some()),
            Action::Logs => self.log_of(shared).is_some(),
            Action::Before => false,
            Action::Skip => self.skipped(shared).is_some(),
            Action::Retry => doing::can_retry(shared),
            Action::Timeline => shared.run.timeline(shared.now).is_some(),
            Action::Verify => shared.watching || !shared.run.ladder.rungs.is_empty(),
            Action::Detail => !shared.running && !shared.watching && shared.ended.is_some(),
            Action::Report => !shared.run.troubles.is_empty() || shared.ended.is_some(),
            Action::Follow | Action::Wrap => self.focused(shared) == Pane::Log,
            Action::Left | Action::Right => self.focused(shared) == Pane::Findings,
            _ => true,
        }
    }
}
