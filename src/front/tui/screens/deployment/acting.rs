//! What the keys do on this screen, once it is known that they do something now. Must not know which key was pressed.
use super::{Deployment, View, doing, findings, log, page::Page, pane::Pane, steps};
use crate::{
    front::{
        tui::{
            keys::Action,
            window::{Scroll, moved},
        },
        wizard::{
            follow::Trouble,
            reporting,
            shared::Shared,
            turn::{Overlay, Place, Turn},
            wish::{LogOf, Wish},
        },
    },
    run::event::EventKind,
};

impl Deployment {
    pub(super) fn act_on_filter(&mut self, action: Action, shared: &Shared) -> Vec<Turn> {
        match action {
            Action::Enter | Action::Next | Action::Previous => self.log.close_filter(true, &shared.run.log),
            Action::Back => self.log.close_filter(false, &shared.run.log),
            action => self.log.go(action, &shared.run.log),
        }
        Vec::new()
    }

    pub(super) fn act_on_panes(&mut self, action: Action, shared: &Shared) -> Vec<Turn> {
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
            Action::Timeline => self.view = View::Timeline(Scroll::default()),
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
                let to = moved(action, steps::chosen(self.steps, run), run.state.steps.len().saturating_sub(1));
                self.steps = to.or(self.steps);
            }
            Pane::Pods => self.pods.go(action, &run.pods),
            Pane::Findings => {
                let action = match action {
                    Action::Left => Action::Up,
                    Action::Right => Action::Down,
                    action => action,
                };
                let last = findings::troubles(shared).len().saturating_sub(1);
                self.finding = moved(action, self.finding.min(last), last).unwrap_or(self.finding);
            }
            Pane::Log => self.log.go(action, &run.log),
        }
    }

    fn turn_to(&mut self, by: isize, shared: &Shared) {
        let panes = Self::panes(shared);
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
        vec![Turn::Show(Box::new(Overlay::Text { title, lines }))]
    }

    fn open_page(&mut self, name: &str, shared: &Shared) -> Vec<Turn> {
        let (page, turns) = Page::open(name, shared.now);
        self.view = View::Pod(Box::new(page));
        turns
    }

    /// The log that would tell more.
    pub(super) fn log_of(&self, shared: &Shared) -> Option<LogOf> {
        if self.focused(shared) == Pane::Pods {
            return self.pods.pod(&shared.run.pods).map(|pod| LogOf { pod, ..LogOf::default() });
        }
        self.trouble(shared)?.log_of()
    }

    fn open_log(&mut self, shared: &Shared) -> Vec<Turn> {
        let Some(of) = self.log_of(shared) else { return Vec::new() };
        let mut turns = self.open_page(&of.pod, shared);
        if let View::Pod(page) = &mut self.view {
            turns.extend(page.show_log(&of.container, of.previous));
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
    pub(super) fn opened(&mut self) -> Vec<Turn> {
        let key = self.opening.take();
        key.map(|key| Turn::Go(Place::Questions, (!key.is_empty()).then_some(key))).into_iter().collect()
    }

    pub(super) fn act_on_page(&mut self, action: Action, shared: &Shared) -> Vec<Turn> {
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
            Action::Save => {
                let kept = page.kept().map(|(name, text)| Turn::Wish(Wish::Keep { name, text }));
                kept.into_iter().collect()
            }
            action => {
                page.scroll(action);
                Vec::new()
            }
        }
    }

    /// The page of a pod is to be asked for again when the pod changed, or is gone.
    pub(super) fn hear(&mut self, kind: &EventKind) {
        let View::Pod(page) = &mut self.view else { return };
        match kind {
            EventKind::PodChanged(pod) if pod.name == page.name => page.changed(),
            EventKind::PodGone { name, .. } if *name == page.name => page.changed(),
            _ => {}
        }
    }
}
