//! Verification: the ladder as it climbs, with its evidence.
//!
//! ```text
//!  climbing   12 of 16 green, 1 red                                        1:04
//!  ~ check's server: Pulling image "quay.io/…"
//!  ✓ ok   0 hub's pods              pod hub-7c is ready · pod proxy-5d is …  0.1
//!  ✓ ok   2 hub's public address    JupyterHub 5.5.1 at https://hub.exampl…  0.4
//!▸ ✗ FAIL 2 login                   the login leads to another host than     0.2
//!                                   `github.com`
//!                                 → the callback must be registered with …
//!  ~ wait 6 a notebook              being tried                             0:12
//!  – skip 6 Ray from the notebook   not tried, because a notebook is not …
//!  · todo 6 Dask from the notebook
//! ```
mod draw;
#[cfg(test)]
mod tests;
pub mod words;

use crossterm::event::KeyCode;
use jiff::SignedDuration;
use ratatui::{Frame, layout::Rect};

use crate::{
    front::{
        tui::{
            keys::{self, Action, Binding, Key},
            screen::Screen,
            theme::Theme,
            window::moved,
        },
        wizard::{
            follow::ladder::{Ladder, Rung},
            reporting,
            shared::Shared,
            turn::{Overlay, Place, Turn},
            wish::{News, Wish},
        },
    },
    run::event::{EventKind, RungOutcome},
};

/// How long nothing was pressed when a screen may be left for another one without being asked.
pub const STILL: SignedDuration = SignedDuration::from_secs(5);
/// The keys.
const KEYS: &[Binding] = &[
    Binding::new(&[Key::Code(KeyCode::Enter)], Action::Enter, "evidence", "all that the rung tried and saw"),
    Binding::new(&[Key::Char('q')], Action::Next, "done", "what was made, and what to do next"),
    Binding::new(&[Key::Char('r')], Action::Retry, "retry rung", "try the rung again, with what it needs below"),
    Binding::new(&[Key::Char('R')], Action::RetryAll, "retry all", "climb the whole ladder again"),
    Binding::new(&[Key::Char('e')], Action::Edit, "edit answer", "change the answer behind it"),
    Binding::new(&[Key::Char('c')], Action::Copy, "copy command", "copy the command of its first hint"),
    Binding::new(&[Key::Char('o')], Action::Report, "report", "save all evidence as a text, and show it"),
    keys::UP,
    keys::DOWN,
    keys::PAGE_UP,
    keys::PAGE_DOWN,
    keys::FIRST,
    keys::LAST,
    Binding::new(&[Key::Char('p'), Key::Code(KeyCode::Tab)], Action::Problems, "next red", "the next rung that is red"),
    Binding::new(&[Key::Char('f')], Action::Follow, "follow", "go along with the climb again"),
    Binding::new(&[Key::Code(KeyCode::Esc)], Action::Back, "back", "the screen before; the climb goes on"),
];

/// The screen.
#[derive(Debug, Default)]
pub struct Verification {
    /// The rung that the person moved to; `None`: the climb is followed.
    selected: Option<String>,
    /// The run that was led here once.
    offered: Option<String>,
}

impl Verification {
    /// Where the cursor is: on what the person chose, else where something happens, else on what is wrong.
    fn at(&self, ladder: &Ladder) -> usize {
        let chosen = self.selected.as_ref();
        let chosen = chosen.and_then(|id| ladder.rungs.iter().position(|rung| rung.plan.rung == *id));
        let red = || ladder.rungs.iter().position(|rung| rung.is(RungOutcome::Failed));
        let last = || ladder.rungs.iter().rposition(|rung| rung.result().is_some());
        chosen.or_else(|| ladder.climbing().next()).or_else(red).or_else(last).unwrap_or_default()
    }

    fn rung<'s>(&self, shared: &'s Shared) -> Option<&'s Rung> {
        let ladder = &shared.run.ladder;
        ladder.rungs.get(self.at(ladder))
    }

    fn step(&mut self, action: Action, ladder: &Ladder) {
        let (at, last) = (self.at(ladder), ladder.rungs.len().saturating_sub(1));
        let at = moved(action, at, last).unwrap_or_else(|| next_red(ladder, at));
        self.selected = ladder.rungs.get(at.min(last)).map(|rung| rung.plan.rung.clone());
    }

    /// Once all is green and nobody chose a rung, Enter goes on.
    fn goes_on(&self, shared: &Shared) -> bool {
        let ladder = &shared.run.ladder;
        self.selected.is_none() && is_over(shared) && ladder.count(RungOutcome::Failed) == 0
    }

    fn enter_rung(&self, shared: &Shared) -> Vec<Turn> {
        if self.goes_on(shared) {
            return vec![Turn::Go(Place::Done, None)];
        }
        let Some(rung) = self.rung(shared) else { return Vec::new() };
        let title = format!("Rung {}, {}", rung.plan.height, rung.plan.title);
        let lines = words::evidence(rung, &reporting::flags(shared));
        vec![Turn::Show(Box::new(Overlay::Text { title, lines }))]
    }

    fn retry(&mut self, rungs: Vec<String>, shared: &Shared) -> Vec<Turn> {
        self.selected = rungs.first().cloned();
        vec![Turn::Wish(Wish::Verify { folder: shared.folder.clone(), rungs })]
    }

    fn copy(&self, shared: &Shared) -> Vec<Turn> {
        let command = self.rung(shared).and_then(words::command);
        command.map(|command| Turn::Wish(Wish::Copy(command))).into_iter().collect()
    }

    fn edit_answer(&self, shared: &Shared) -> Vec<Turn> {
        let key = self.rung(shared).and_then(|rung| rung.result()?.problem.as_ref()?.at.clone());
        key.map(|key| Turn::Go(Place::Questions, Some(key))).into_iter().collect()
    }

    fn works(&self, action: Action, shared: &Shared) -> bool {
        let rung = self.rung(shared);
        match action {
            Action::Next => is_over(shared),
            Action::Retry => !shared.running && rung.is_some_and(|rung| rung.result().is_some()),
            Action::RetryAll => !shared.running,
            Action::Edit => !self.edit_answer(shared).is_empty(),
            Action::Copy => rung.and_then(words::command).is_some(),
            Action::Problems => shared.run.ladder.count(RungOutcome::Failed) > 0,
            Action::Follow => shared.running && self.selected.is_some(),
            Action::Back => true,
            _ => rung.is_some(),
        }
    }

    /// The first rung of an installation leads here, where the person looks on; whoever is at something is only told.
    fn offer(&mut self, shared: &Shared) -> Vec<Turn> {
        let run = Some(&shared.run.state.run);
        if self.offered.as_ref() == run || shared.place != Place::Deployment {
            return Vec::new();
        }
        self.offered = run.cloned();
        self.selected = None;
        if shared.is_still(STILL) {
            return vec![Turn::Go(Place::Verification, None)];
        }
        vec![Turn::Say("the verification begins: `v` shows it".to_owned())]
    }
}

/// Nothing runs, and there is something to show.
fn is_over(shared: &Shared) -> bool {
    !shared.running && !shared.run.ladder.rungs.is_empty()
}

fn next_red(ladder: &Ladder, at: usize) -> usize {
    let red = |from: usize| ladder.rungs.iter().enumerate().skip(from).find(|(_, rung)| rung.is(RungOutcome::Failed));
    red(at + 1).or_else(|| red(0)).map_or(at, |(at, _)| at)
}

impl Screen for Verification {
    fn title(&self, shared: &Shared) -> String {
        words::title(shared)
    }

    fn keys(&self, shared: &Shared) -> Vec<Binding> {
        let named = |binding: &Binding| match binding.does {
            Action::Enter if self.goes_on(shared) => binding.named("done"),
            Action::Next if self.goes_on(shared) => binding.named(""),
            _ => *binding,
        };
        KEYS.iter().filter(|binding| self.works(binding.does, shared)).map(named).collect()
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        if !self.works(action, shared) {
            return Vec::new();
        }
        match action {
            Action::Enter => self.enter_rung(shared),
            Action::Next => vec![Turn::Go(Place::Done, None)],
            Action::Back => vec![Turn::Back],
            Action::Retry => {
                let rung = self.rung(shared).map(|rung| rung.plan.rung.clone());
                self.retry(rung.into_iter().collect(), shared)
            }
            Action::RetryAll => self.retry(Vec::new(), shared),
            Action::Copy => self.copy(shared),
            Action::Edit => self.edit_answer(shared),
            Action::Report => {
                let rungs = shared.run.ladder.rungs.iter().filter_map(Rung::result);
                reporting::keep("verification.txt", reporting::case(shared).verification(rungs))
            }
            Action::Follow => {
                self.selected = None;
                Vec::new()
            }
            action => {
                self.step(action, &shared.run.ladder);
                Vec::new()
            }
        }
    }

    fn news(&mut self, news: &News, shared: &mut Shared) -> Vec<Turn> {
        match news {
            News::Event(event) if matches!(event.kind, EventKind::RungStarted { .. }) => self.offer(shared),
            _ => Vec::new(),
        }
    }

    fn forget(&mut self) {
        *self = Self::default();
    }

    fn enter(&mut self, at: Option<&str>, _shared: &mut Shared) -> Vec<Turn> {
        self.selected = at.map(str::to_owned);
        Vec::new()
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
        draw::draw(self.at(&shared.run.ladder), frame, area, shared, theme);
    }
}
