//! Deployment: what happens, why it waits, and what to do about it; also the same of a deployment that is only looked at.
//!
//! ```text
//!  hubwright   Deploying prod/hub   4:12   7 of 9 steps
//! ─▸Steps 7 of 9 ■■■■■■■◔□ ─────────────┬─ Pods 6, 4 ready, 2 stuck ───────────────
//!  ✓ ok    KubeRay operator        0:31 │ RayCluster ray  6, 4 ready, 2 stuck
//! ▸◔ wait  Ray cluster             3:40 │ ✗ ray-big-worker-x7k2p Pending       3:02
//!      2 of 4 pods ready                │ ✓ ray-head-5m2lq       Ready         0:40
//! ─ What is wrong ─────────────────────────────────────────────────────────────────
//!  ✗ 2 workers of pool "big" cannot be scheduled: each asks 130 GiB, no node has more
//!    for 3:02 · fails at 14:31:07 (in 6:58) · holds up ray · seen on Pod/ray-big-…
//!    e change ray.pools[1].memory   l log   s skip ray
//! ─ Log ───────────────────────────────────────────────────────────────────────────
//!  14:24:09 ok    pod ray-head-5m2lq: ready
//!  ▂▂▃▅▇█ 4 of 6 pods ready                              ✗✗■■■■  one cell a pod
//! ```
//! Must not know who carries out a run, nor word what happens.
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

use self::{
    keys::{KEYS, moved},
    log::LogPane,
    page::Page,
    pane::Pane,
};
use crate::{
    front::{
        clock,
        tui::{
            follow::Trouble,
            keys::{Action, Binding},
            reporting,
            screen::{Edit, Overlay, Place, Screen, Turn},
            shared::Shared,
            theme::Theme,
            wish::{News, Wish},
        },
    },
    plan::graph::StepId,
    run::{
        event::{EventKind, Outcome},
        state::StepState,
    },
};

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
    /// Steps on a time axis, from this one on.
    Timeline(usize),
}

impl Screen for Deployment {
    fn title(&self, shared: &Shared) -> String {
        let run = &shared.run;
        if shared.watching {
            return format!("Looking at {}", run.deployment);
        }
        let what = match run.command() {
            "uninstall" => "Removing",
            "verify" => "Verifying",
            _ => "Deploying",
        };
        let elapsed = run.state.started.map(|began| clock(steps::between(began, run.ended.unwrap_or(shared.now))));
        let (over, all) = steps::counted(run);
        format!("{what} {}   {}   {over} of {all} steps{}", run.deployment, elapsed.unwrap_or_default(), ended(shared))
    }

    fn keys(&self, shared: &Shared) -> Vec<Binding> {
        KEYS.iter().filter(|binding| self.works(binding.does, shared)).copied().collect()
    }

    fn typing(&self) -> bool {
        self.log.typing()
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        if self.log.typing() {
            return self.act_on_filter(action, shared);
        }
        if !self.works(action, shared) {
            return Vec::new();
        }
        match &mut self.view {
            View::Overview => self.act_on_panes(action, shared),
            View::Pod(_) => self.act_on_page(action, shared),
            View::Timeline(top) => {
                let all = shared.run.state.steps.len();
                match moved(action, *top, all) {
                    Some(to) => *top = to,
                    None => self.view = View::Overview,
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
                self.refresh(&event.kind, shared)
            }
            News::Pod(page) => {
                if let View::Pod(view) = &mut self.view {
                    view.learn(page);
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
            View::Timeline(top) => {
                if let Some(timeline) = shared.run.timeline(shared.now) {
                    timeline::draw(frame, area, &timeline, *top, &shared.zone, theme);
                }
            }
        }
    }
}

/// How it ended, behind the title.
fn ended(shared: &Shared) -> &'static str {
    match shared.ended.as_ref().map(|ended| ended.outcome) {
        None => "",
        Some(Some(Outcome::Done)) => ", done",
        Some(Some(Outcome::Failed)) => ", failed",
        Some(Some(Outcome::Unverified)) => ", not verified",
        Some(Some(Outcome::Interrupted)) => ", stopped",
        Some(None) => ", not begun",
    }
}

impl Deployment {
    /// The panes that there are.
    fn panes(&self, shared: &Shared) -> Vec<Pane> {
        let there = |pane: &Pane| match pane {
            Pane::Steps => !shared.run.state.steps.is_empty(),
            Pane::Findings => !findings::troubles(shared).is_empty() || shared.ended.is_some(),
            Pane::Pods | Pane::Log => true,
        };
        Pane::ALL.into_iter().filter(there).collect()
    }

    /// The pane that has the keys.
    fn focused(&self, shared: &Shared) -> Pane {
        let panes = self.panes(shared);
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
                    | Action::Save
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
            Action::Detail => !shared.running && shared.ended.is_some(),
            Action::Report => !shared.run.troubles.is_empty() || shared.ended.is_some(),
            Action::Follow | Action::Wrap => self.focused(shared) == Pane::Log,
            Action::Left | Action::Right => self.focused(shared) == Pane::Findings,
            _ => true,
        }
    }

    fn act_on_filter(&mut self, action: Action, shared: &Shared) -> Vec<Turn> {
        match action {
            Action::Enter | Action::Next | Action::Previous => self.log.close_filter(true, &shared.run.log),
            Action::Back => self.log.close_filter(false, &shared.run.log),
            action => self.log.go(action, &shared.run.log),
        }
        Vec::new()
    }

    fn act_on_panes(&mut self, action: Action, shared: &Shared) -> Vec<Turn> {
        match action {
            Action::Next => self.turn_to(1, shared),
            Action::Previous => self.turn_to(-1, shared),
            Action::Enter => return self.open(shared),
            Action::Back => return doing::leave(shared),
            Action::Edit => return self.change(shared),
            Action::Copy => return self.trouble(shared).iter().flat_map(doing::copy).collect(),
            Action::Logs => return self.open_log(shared),
            Action::Skip => return self.skipped(shared).iter().flat_map(doing::skip).collect(),
            Action::Retry => return doing::retry(shared),
            Action::Verify => return doing::verify(shared),
            Action::Detail => return vec![Turn::Go(Place::Done, None)],
            Action::Report => return reporting::problem(shared),
            Action::Timeline => self.view = View::Timeline(0),
            Action::Problems => self.pods.stuck = !self.pods.stuck,
            Action::Filter => {
                self.pane = Pane::Log;
                self.log.open_filter();
            }
            Action::Follow => self.log.follow(&shared.run.log),
            Action::Wrap => self.log.wrap(),
            Action::Save => {
                let (name, text) = ("deployment.log".to_owned(), log::text(shared));
                return vec![Turn::Wish(Wish::Keep { name, text })];
            }
            action => self.go(action, shared),
        }
        Vec::new()
    }

    /// Moves what is selected in the pane that has the keys.
    fn go(&mut self, action: Action, shared: &Shared) {
        let run = &shared.run;
        match self.focused(shared) {
            Pane::Steps => {
                let to = moved(action, steps::chosen(self.steps, run), run.state.steps.len());
                self.steps = to.or(self.steps);
            }
            Pane::Pods => self.pods.go(action, &run.pods),
            Pane::Findings => {
                let action = match action {
                    Action::Left => Action::Up,
                    Action::Right => Action::Down,
                    action => action,
                };
                let all = findings::troubles(shared).len();
                self.finding = moved(action, self.finding.min(all.saturating_sub(1)), all).unwrap_or(self.finding);
            }
            Pane::Log => self.log.go(action, &run.log),
        }
    }

    fn turn_to(&mut self, by: isize, shared: &Shared) {
        let panes = self.panes(shared);
        let at = panes.iter().position(|pane| *pane == self.focused(shared)).unwrap_or_default();
        let to = (at + panes.len()).saturating_add_signed(by) % panes.len().max(1);
        self.pane = panes.get(to).copied().unwrap_or_default();
    }

    /// Opens what is selected.
    fn open(&mut self, shared: &Shared) -> Vec<Turn> {
        let (title, lines) = match self.focused(shared) {
            Pane::Pods => {
                let Some(name) = self.pods.pod(&shared.run.pods) else { return Vec::new() };
                return self.open_page(&name, shared);
            }
            Pane::Steps => match self.step(shared) {
                Some(step) => (step.planned.title.clone(), steps::detail(step, shared)),
                None => return Vec::new(),
            },
            Pane::Findings => match self.trouble(shared) {
                Some(trouble) => {
                    let lines = [trouble.title().to_owned(), String::new()].into_iter().chain(trouble.lines());
                    ("What is wrong".to_owned(), lines.collect())
                }
                None => (
                    "How it ended".to_owned(),
                    shared.run.finished.iter().flat_map(|said| said.lines.clone()).collect(),
                ),
            },
            Pane::Log => match self.log.chosen(&shared.run.log) {
                Some(entry) => (entry.sentence.about.clone(), entry.sentence.lines.clone()),
                None => return Vec::new(),
            },
        };
        vec![Turn::Show(Box::new(Overlay::Text { title, lines, top: 0 }))]
    }

    fn open_page(&mut self, name: &str, shared: &Shared) -> Vec<Turn> {
        let (page, turns) = Page::open(name, shared.now);
        self.view = View::Pod(Box::new(page));
        turns
    }

    /// The log that would tell more: pod, container, and whether of the run before.
    fn log_of(&self, shared: &Shared) -> Option<(String, String, bool)> {
        if self.focused(shared) == Pane::Pods {
            return self.pods.pod(&shared.run.pods).map(|pod| (pod, String::new(), false));
        }
        let trouble = self.trouble(shared)?;
        let pointed = trouble.log().map(|log| (log.pod.clone(), log.container.clone(), log.previous));
        pointed.or_else(|| trouble.pod().map(|pod| (pod.to_owned(), String::new(), false)))
    }

    fn open_log(&mut self, shared: &Shared) -> Vec<Turn> {
        let Some((pod, container, previous)) = self.log_of(shared) else { return Vec::new() };
        let mut turns = self.open_page(&pod, shared);
        if let View::Pod(page) = &mut self.view {
            turns.extend(page.show_log(&container, previous));
        }
        turns
    }

    /// To the answer behind what is wrong; of a deployment that is looked at, to its answers.
    fn change(&mut self, shared: &Shared) -> Vec<Turn> {
        let trouble = self.trouble(shared);
        let (turns, opening) = doing::edit(trouble.as_ref().and_then(Trouble::key), shared);
        self.opening = opening;
        turns
    }

    /// Answers were opened because one of them is to be changed.
    fn opened(&mut self) -> Vec<Turn> {
        let key = self.opening.take();
        key.map(|key| Turn::Go(Place::Questions, (!key.is_empty()).then_some(key))).into_iter().collect()
    }

    fn act_on_page(&mut self, action: Action, shared: &Shared) -> Vec<Turn> {
        let View::Pod(page) = &mut self.view else { return Vec::new() };
        match action {
            Action::Back => {
                self.view = View::Overview;
                Vec::new()
            }
            Action::Logs => page.toggle_log(false),
            Action::Before => page.toggle_log(true),
            Action::Retry => page.ask_again(shared.now),
            Action::Left => page.next_container(-1),
            Action::Right => page.next_container(1),
            Action::Wrap => {
                page.wrap();
                Vec::new()
            }
            action => {
                page.scroll(action);
                Vec::new()
            }
        }
    }

    /// The page of a pod is asked for again when the pod changed.
    fn refresh(&mut self, kind: &EventKind, shared: &Shared) -> Vec<Turn> {
        let View::Pod(page) = &mut self.view else { return Vec::new() };
        if matches!(kind, EventKind::PodChanged(pod) if pod.name == page.name) {
            page.changed();
        }
        page.refresh(shared.now)
    }
}
