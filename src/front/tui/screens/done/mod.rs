//! Done: what was made, how to get in, and what to do next; where it is not done, what that means and the one next key.
//!
//! ```text
//!  ok: prod/hub is installed and verified                                 7:42
//!
//!  Open it
//!  ▸ open the hub
//!      https://hub.example.org
//!    log in            with GitHub, as a member of lab
//!    password          ••••••••   `p` shows it this once
//!  Later
//!    change            `hubwright upgrade -n hub`
//!  Saved
//!    journal           /home/ada/.local/state/hubwright/prod--hub/journal.jsonl
//!  The same without asking
//!    hubwright install github -n hub --set login.organizations=lab
//!  What took how long
//!  » Ray cluster          ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓        3:40 decides
//! ```
mod draw;
mod entries;
#[cfg(test)]
mod tests;
mod verdict;

use std::path::PathBuf;

use crossterm::event::KeyCode;
use ratatui::{Frame, layout::Rect};
use tui_input::Input;

use self::{entries::Entry, verdict::Verdict};
use super::verification::STILL;
use crate::{
    front::{
        tui::{
            keys::{self, Action, Binding, Key},
            screen::{Edit, Screen},
            theme::Theme,
            window::moved,
        },
        wizard::{
            reporting,
            shared::Shared,
            turn::{Place, Turn},
            wish::{Ended, News, Wish},
        },
    },
    run::event::{EventKind, Outcome, command},
};

/// The keys.
const KEYS: &[Binding] = &[
    Binding::new(&[Key::Char('r')], Action::Retry, "go on", "go on where it stopped"),
    Binding::new(
        &[Key::Code(KeyCode::Enter), Key::Char(' ')],
        Action::Enter,
        "copy",
        "copy what is selected, or do it",
    ),
    Binding::new(&[Key::Char('c')], Action::Copy, "", "copy what is selected"),
    Binding::new(&[Key::Char('p')], Action::Detail, "password", "show the password that was made up, or hide it"),
    Binding::new(&[Key::Char('v')], Action::Verify, "verification", "the ladder with its evidence"),
    Binding::new(&[Key::Char('s')], Action::Save, "save as preset", "save the answers as a preset, for another time"),
    Binding::new(&[Key::Char('d')], Action::Timeline, "deployment", "its steps, parts and log"),
    Binding::new(&[Key::Char('o')], Action::Report, "report", "save a report of what went wrong, and show it"),
    keys::UP,
    keys::DOWN,
    keys::PAGE_UP,
    keys::PAGE_DOWN,
    keys::FIRST,
    keys::LAST,
    Binding::new(&[Key::Code(KeyCode::Esc)], Action::Back, "back", "the screen before"),
    Binding::new(&[Key::Char('q')], Action::Leave, "leave", "leave hubwright; what was installed goes on"),
];

/// The screen.
#[derive(Debug, Default)]
pub struct Done {
    /// What the run that changed something did: `install`; empty if there was none.
    command: String,
    /// What it said at its end.
    summary: Vec<String>,
    /// How long it took, in milliseconds.
    took_ms: u64,
    /// How it ended.
    made: Option<Ended>,
    /// Whether the last run only climbed the ladder: the ladder says itself what came of it.
    proving: bool,
    selected: usize,
    /// Whether the password is to be seen.
    shown: bool,
    /// The name that a preset is to get, while it is typed.
    name: Option<Input>,
}

impl Done {
    fn verdict(&self, shared: &Shared) -> Verdict {
        verdict::of(self, shared)
    }

    fn entries(&self, shared: &Shared) -> Vec<Entry> {
        entries::entries(self, shared)
    }

    fn current(&self, shared: &Shared) -> Option<Entry> {
        self.entries(shared).into_iter().filter(Entry::is_line).nth(self.selected)
    }

    fn step(&mut self, action: Action, shared: &Shared) {
        let last = self.entries(shared).iter().filter(|entry| entry.is_line()).count().saturating_sub(1);
        self.selected = moved(action, self.selected, last).unwrap_or(self.selected.min(last));
    }

    /// A password is never copied: what is copied is written to a file as well.
    fn copy(&self, shared: &Shared) -> Vec<Turn> {
        let copied = self.current(shared).and_then(|entry| entry.copies);
        copied.map(|text| Turn::Wish(Wish::Copy(text))).into_iter().collect()
    }

    fn enter_entry(&mut self, shared: &mut Shared) -> Vec<Turn> {
        match self.current(shared).and_then(|entry| entry.does) {
            Some(action) => self.act(action, shared),
            None => self.copy(shared),
        }
    }

    /// The folder of what was made: that of its files.
    fn folder(&self, shared: &Shared) -> Option<PathBuf> {
        let files = self.made.iter().flat_map(|made| &made.files);
        shared.folder.clone().or_else(|| files.into_iter().find_map(|(_, path)| path.parent().map(PathBuf::from)))
    }

    fn resume(&self, shared: &Shared) -> Vec<Turn> {
        let Some(folder) = self.folder(shared) else { return Vec::new() };
        vec![Turn::Wish(Wish::Resume(folder, shared.secrets.clone())), Turn::Go(Place::Deployment, None)]
    }

    /// The ladder; climbed now if it was left out.
    fn verification(shared: &Shared) -> Vec<Turn> {
        let go = Turn::Go(Place::Verification, None);
        if shared.run.ladder.began.is_some() || shared.running {
            return vec![go];
        }
        vec![Turn::Wish(Wish::Verify { folder: shared.folder.clone(), rungs: Vec::new() }), go]
    }

    fn named(&mut self, action: Action, shared: &Shared) -> Vec<Turn> {
        let Some(name) = self.name.take() else { return Vec::new() };
        let name = name.value().trim().to_owned();
        if action != Action::Enter || name.is_empty() {
            return Vec::new();
        }
        let title = if shared.about.is_empty() { format!("Answers of {name}") } else { shared.about.clone() };
        vec![Turn::Wish(Wish::SavePreset { name, title, layers: Box::new(shared.draft.layers().clone()), over: false })]
    }

    fn works(&self, action: Action, shared: &Shared) -> bool {
        let verdict = self.verdict(shared);
        match action {
            Action::Retry => verdict.goes_on() && !shared.running && self.folder(shared).is_some(),
            Action::Enter => self.current(shared).is_some_and(|entry| entry.does.is_some() || entry.copies.is_some()),
            Action::Copy => self.current(shared).is_some_and(|entry| entry.copies.is_some()),
            Action::Detail => self.made.as_ref().is_some_and(|made| made.password.is_some()),
            Action::Save => shared.draft.resolved().is_ok(),
            Action::Timeline => !shared.run.state.steps.is_empty(),
            Action::Report => verdict.is_bad(),
            _ => true,
        }
    }

    fn hear(&mut self, kind: &EventKind) {
        match kind {
            EventKind::RunStarted { command, .. } if command == command::VERIFY => self.proving = true,
            EventKind::RunStarted { command, .. } => *self = Self { command: command.clone(), ..Self::default() },
            EventKind::RunFinished { summary, took_ms, .. } if !self.proving => {
                (self.summary, self.took_ms) = (summary.clone(), *took_ms);
            }
            _ => {}
        }
    }

    /// Whoever looks on is led here when all is done. What follows on a run that was made known here is another climb.
    fn ended(&mut self, ended: &Ended, shared: &Shared) -> Vec<Turn> {
        let not_begun = self.command.is_empty() && ended.outcome.is_some();
        if self.proving || self.made.is_some() || shared.watching || not_begun {
            return Vec::new();
        }
        self.made = Some(ended.clone());
        self.selected = 0;
        let watches = matches!(shared.place, Place::Deployment | Place::Verification);
        match (ended.outcome == Some(Outcome::Done) && watches, shared.is_still(STILL)) {
            (true, true) => vec![Turn::Go(Place::Done, None)],
            (true, false) => {
                let key = if shared.place == Place::Deployment { "d" } else { "q" };
                vec![Turn::Say(format!("all done: `{key}` shows what was made"))]
            }
            (false, _) => Vec::new(),
        }
    }
}

impl Screen for Done {
    fn title(&self, shared: &Shared) -> String {
        let deployment = &shared.run.ladder.deployment;
        if deployment.is_empty() { "done".to_owned() } else { format!("done   {deployment}") }
    }

    fn keys(&self, shared: &Shared) -> Vec<Binding> {
        let does = self.current(shared).and_then(|entry| entry.does);
        let named = |binding: &Binding| match (binding.does, does) {
            (Action::Enter, Some(_)) => binding.named("do it"),
            _ => *binding,
        };
        KEYS.iter().filter(|binding| self.works(binding.does, shared)).map(named).collect()
    }

    fn typing(&self) -> bool {
        self.name.is_some()
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        if self.name.is_some() {
            return self.named(action, shared);
        }
        if !self.works(action, shared) {
            return Vec::new();
        }
        match action {
            Action::Enter => return self.enter_entry(shared),
            Action::Copy => return self.copy(shared),
            Action::Retry => return self.resume(shared),
            Action::Verify => return Self::verification(shared),
            Action::Timeline => return vec![Turn::Go(Place::Deployment, None)],
            Action::Report => return reporting::problem(shared),
            Action::Back => return vec![Turn::Back],
            Action::Detail => {
                self.shown = !self.shown;
                return self.shown.then_some(Turn::Wish(Wish::PasswordSeen)).into_iter().collect();
            }
            Action::Save => self.name = Some(Input::new(entries::preset_name(shared))),
            action => self.step(action, shared),
        }
        Vec::new()
    }

    fn edit(&mut self, edit: &Edit, _shared: &mut Shared) {
        if let Some(name) = &mut self.name {
            edit.change(name);
        }
    }

    fn news(&mut self, news: &News, shared: &mut Shared) -> Vec<Turn> {
        match news {
            News::Event(event) => {
                self.hear(&event.kind);
                Vec::new()
            }
            News::Ended(ended) => self.ended(ended, shared),
            _ => Vec::new(),
        }
    }

    fn forget(&mut self) {
        *self = Self::default();
    }

    /// Nobody who passes by sees the password.
    fn enter(&mut self, _at: Option<&str>, _shared: &mut Shared) -> Vec<Turn> {
        (self.selected, self.shown, self.name) = (0, false, None);
        Vec::new()
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
        draw::draw(self, frame, area, shared, theme);
    }
}
