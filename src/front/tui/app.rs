//! `App`: the screens together. Hands keys to overlay or screen, news to all, keeps the way back, and draws title, screen,
//! status line and keys. Must not know what a screen shows, nor who grants wishes.
mod chrome;
#[cfg(test)]
mod tests;

use std::{cell::Cell, collections::VecDeque};

use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;
use ratatui::{Frame, layout::Rect};

use super::{
    input,
    keys::{self, Action, Binding, EVERYWHERE, Key},
    overlay::{self, Answer, Open},
    screen::{Edit, Screen},
    screens::Screens,
    theme::Theme,
};
use crate::{
    front::wizard::{
        shared::Shared,
        turn::{Look, Overlay, Place, Turn},
        wish::{News, Source, Wish},
    },
    problem::Exit,
};

/// What is said where something would begin beside what runs.
const BUSY: &str = "something else still runs: wait for its end, or stop it with Ctrl-C first";
/// What is said where something unasked waits until the keys are free.
const WAITS: &str = "something to read: it is shown when this is closed";

/// The whole front end, without a terminal.
pub struct App {
    /// What all screens share.
    pub shared: Shared,
    theme: Theme,
    place: Place,
    trail: Vec<Place>,
    overlays: Vec<Open>,
    /// What nobody asked for, until the keys are free: it must not take keys that are meant for something else.
    unasked: VecDeque<Overlay>,
    status: Option<String>,
    /// Whether answers of the command line are still to come.
    opening: bool,
    screens: Screens,
    /// Where the keys stood in the last picture.
    footer: Cell<Rect>,
}

impl App {
    /// The front end at its first screen.
    pub fn new(shared: Shared, theme: Theme) -> Self {
        Self {
            shared,
            theme,
            place: Place::Welcome,
            trail: Vec::new(),
            overlays: Vec::new(),
            unasked: VecDeque::new(),
            status: None,
            opening: false,
            screens: Screens::default(),
            footer: Cell::default(),
        }
    }

    /// Where the person is.
    pub const fn place(&self) -> Place {
        self.place
    }

    /// What is wanted before anything was pressed, to begin at a screen.
    pub fn begin(&mut self, place: Place) -> Vec<Wish> {
        self.carry_out(vec![Turn::Wish(Wish::Beginnings), Turn::Go(place, None)])
    }

    /// The same with answers to begin with: they lead past the first screen.
    pub fn begin_with(&mut self, source: Source) -> Vec<Wish> {
        self.opening = true;
        let mut wishes = self.begin(Place::Welcome);
        wishes.extend(self.carry_out(vec![Turn::Wish(Wish::Open(source))]));
        wishes
    }

    /// Whether a clock stands on the screen, so that it is to be drawn once a second.
    pub fn ticks(&self) -> bool {
        self.shared.running || self.shared.look == Look::Looking || self.place == Place::Fit
    }

    /// Time goes by.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Wish> {
        self.shared.tick(now);
        let turns = self.screens.at_mut(self.place).tick(&self.shared);
        self.carry_out(turns)
    }

    /// What the terminal said: a key, a paste. Sizes are the drawing's.
    pub fn input(&mut self, input: &Input) -> Vec<Wish> {
        self.shared.touched = Some(self.shared.now);
        let turns = match input {
            // Some terminals tell of keys that are let go, too.
            Input::Key(key) if key.kind != KeyEventKind::Release => self.key(key),
            Input::Paste(text) => self.paste(text),
            Input::Mouse(mouse) => self.mouse(*mouse),
            _ => Vec::new(),
        };
        let wishes = self.carry_out(turns);
        self.show_unasked();
        wishes
    }

    /// What the world told.
    pub fn news(&mut self, news: &News) -> Vec<Wish> {
        let mut turns = self.shared.hear(news);
        if matches!(news, News::Opened(_)) && std::mem::take(&mut self.opening) {
            turns.extend([Turn::Wish(self.shared.look_at_target(false)), Turn::Go(Place::Questions, None)]);
        }
        self.opening &= !matches!(news, News::Wrong(_));
        for place in Place::ALL {
            turns.extend(self.screens.at_mut(place).news(news, &mut self.shared));
        }
        let unasked = turns.extract_if(.., |turn| matches!(turn, Turn::Show(_)));
        self.unasked
            .extend(unasked.filter_map(|turn| if let Turn::Show(overlay) = turn { Some(*overlay) } else { None }));
        let wishes = self.carry_out(turns);
        self.show_unasked();
        wishes
    }

    fn show_unasked(&mut self) {
        if self.overlays.is_empty() && !self.screen().typing() {
            self.overlays.extend(self.unasked.pop_front().map(Open::new));
        }
    }

    /// The program ends without being asked: answers are kept all the same.
    pub fn end(&mut self) -> Vec<Wish> {
        let turns = self.shared.keep_draft().into_iter().collect();
        self.carry_out(turns)
    }

    /// The mouse does what keys do, and nothing that they cannot.
    fn mouse(&mut self, mouse: MouseEvent) -> Vec<Turn> {
        let key = match mouse.kind {
            MouseEventKind::ScrollUp => Some(KeyCode::Up.into()),
            MouseEventKind::ScrollDown => Some(KeyCode::Down.into()),
            MouseEventKind::Down(MouseButton::Left) => self.key_under(mouse.column, mouse.row).map(Key::press),
            _ => None,
        };
        key.map(|key| self.key(&key)).unwrap_or_default()
    }

    fn key_under(&self, column: u16, row: u16) -> Option<Key> {
        let footer = self.footer.get();
        (row == footer.y).then(|| chrome::key_at(footer, &self.live_keys(), column)).flatten()
    }

    fn screen(&self) -> &dyn Screen {
        self.screens.at(self.place)
    }

    fn key(&mut self, key: &KeyEvent) -> Vec<Turn> {
        self.status = None;
        if let Some(open) = self.overlays.last() {
            let action = overlay::action(open, key);
            return action.map(|action| self.over(action)).unwrap_or_default();
        }
        if self.screen().typing() {
            return self.typed(key);
        }
        match keys::action(key, self.screen_keys().iter()) {
            Some(action) => self.act(action),
            None => input::request(key).map(|request| self.begin_typing(&Edit::Key(request))).unwrap_or_default(),
        }
    }

    fn begin_typing(&mut self, edit: &Edit) -> Vec<Turn> {
        self.screens.at_mut(self.place).begin(edit, &mut self.shared)
    }

    fn typed(&mut self, key: &KeyEvent) -> Vec<Turn> {
        if let Some(action) = keys::action(key, self.screen().typing_keys().iter()) {
            return self.act(action);
        }
        if let Some(request) = input::request(key) {
            self.screens.at_mut(self.place).edit(&Edit::Key(request), &mut self.shared);
        }
        Vec::new()
    }

    /// Pasted text goes into a field or nowhere: never is it taken for keys.
    fn paste(&mut self, text: &str) -> Vec<Turn> {
        let edit = Edit::Paste(input::pasted(text));
        if !self.overlays.is_empty() {
            return Vec::new();
        }
        if !self.screen().typing() {
            return self.begin_typing(&edit);
        }
        self.screens.at_mut(self.place).edit(&edit, &mut self.shared);
        Vec::new()
    }

    fn over(&mut self, action: Action) -> Vec<Turn> {
        match action {
            Action::Quit => {
                self.overlays.clear();
                return self.leaving(self.shared.interrupted());
            }
            Action::Suspend | Action::Redraw => return self.act(action),
            _ => {}
        }
        let keys = self.screen_keys();
        let Some(open) = self.overlays.last_mut() else { return Vec::new() };
        match overlay::act(open, action, &keys) {
            Answer::Stay => Vec::new(),
            Answer::Do(action) => {
                self.overlays.pop();
                self.act(action)
            }
            Answer::Close(turns) => {
                self.overlays.pop();
                turns
            }
        }
    }

    fn act(&mut self, action: Action) -> Vec<Turn> {
        match action {
            Action::Help => vec![Turn::Show(Box::new(Overlay::Help))],
            Action::Suspend => vec![Turn::Wish(Wish::Suspend)],
            Action::Redraw => vec![Turn::Wish(Wish::Redraw)],
            Action::Quit => self.leaving(self.shared.interrupted()),
            Action::Leave => self.leaving(self.shared.exit()),
            action => self.screens.at_mut(self.place).act(action, &mut self.shared),
        }
    }

    /// While something runs, leaving is asked for and says what remains.
    fn leaving(&mut self, exit: Exit) -> Vec<Turn> {
        // Who only looks on leaves nothing behind.
        if !self.shared.running || self.shared.watching {
            let stop = self.shared.running.then_some(Turn::Wish(Wish::Cancel));
            let keep = self.shared.keep_draft();
            return stop.into_iter().chain(keep).chain([Turn::Wish(Wish::Leave(exit))]).collect();
        }
        vec![Turn::Show(Box::new(overlay::stop(&self.shared)))]
    }

    fn carry_out(&mut self, turns: Vec<Turn>) -> Vec<Wish> {
        self.shared.forget_elsewhere();
        let mut wishes = Vec::new();
        let mut turns = VecDeque::from(self.unless_busy(turns));
        while let Some(turn) = turns.pop_front() {
            match turn {
                Turn::Wish(wish) => {
                    if self.shared.wished(&wish) {
                        Place::ALL.into_iter().for_each(|place| self.screens.at_mut(place).forget());
                    }
                    wishes.push(self.for_others(wish));
                }
                Turn::Go(place, at) => turns.extend(self.go(place, at.as_deref())),
                Turn::Back => turns.extend(self.back()),
                Turn::Show(overlay) => self.overlays.push(Open::new(*overlay)),
                Turn::Say(sentence) => self.status = Some(sentence),
            }
        }
        wishes
    }

    /// One thing runs at a time: what would begin beside it is not done, nor what goes with that; answers are kept all the same.
    fn unless_busy(&mut self, mut turns: Vec<Turn>) -> Vec<Turn> {
        let busy = self.shared.running && !self.shared.watching;
        if busy && turns.iter().any(|turn| matches!(turn, Turn::Wish(wish) if wish.begins())) {
            turns.retain(|turn| matches!(turn, Turn::Wish(Wish::KeepDraft(_))));
            turns.push(Turn::Say(BUSY.to_owned()));
        }
        turns
    }

    /// What leaves the program as a text holds no secret that was typed.
    fn for_others(&self, wish: Wish) -> Wish {
        match wish {
            Wish::Copy(text) => Wish::Copy(self.shared.without_secrets(text)),
            Wish::Keep { name, text } => Wish::Keep { name, text: self.shared.without_secrets(text) },
            wish => wish,
        }
    }

    fn go(&mut self, place: Place, at: Option<&str>) -> Vec<Turn> {
        if place != self.place {
            // What can be done on another screen is something else.
            self.overlays.retain(|open| !open.is_menu());
            self.trail.retain(|been| *been != place);
            self.trail.push(self.place);
            (self.place, self.shared.place) = (place, place);
        }
        self.screens.at_mut(place).enter(at, &mut self.shared)
    }

    fn back(&mut self) -> Vec<Turn> {
        let Some(place) = self.trail.pop() else { return self.leaving(self.shared.exit()) };
        (self.place, self.shared.place) = (place, place);
        self.screens.at_mut(place).again(&mut self.shared)
    }

    /// Draws everything.
    pub fn draw(&self, frame: &mut Frame<'_>) {
        let area = frame.area();
        if chrome::too_small(area) {
            return chrome::notice(frame, area);
        }
        let said = self.status.as_deref().or((!self.unasked.is_empty()).then_some(WAITS));
        let [title, body, status, footer] = chrome::areas(area, said.is_some());
        chrome::title(frame, title, &self.screen().title(&self.shared), &self.shared.right(), &self.theme);
        self.screen().draw(frame, body, &self.shared, &self.theme);
        if let Some(text) = said {
            chrome::status(frame, status, text, &self.theme);
        }
        self.footer.set(footer);
        chrome::footer(frame, footer, &self.live_keys(), &self.theme);
        self.draw_overlay(frame, body);
        chrome::spell(frame, &self.theme);
    }

    fn draw_overlay(&self, frame: &mut Frame<'_>, area: Rect) {
        if let Some(open) = self.overlays.last() {
            let about = self.screen().about(&self.shared);
            overlay::draw(frame, area, open, &self.screen_keys(), about.as_deref(), &self.theme);
        }
    }

    /// All keys that work on the screen while nothing lies over it.
    fn screen_keys(&self) -> Vec<Binding> {
        self.screen().keys(&self.shared).into_iter().chain(EVERYWHERE.iter().copied()).collect()
    }

    /// The keys that work now, as the footer shows them.
    fn live_keys(&self) -> Vec<Binding> {
        match self.overlays.last() {
            // What is open is all that there is to know.
            Some(open) => {
                let others = EVERYWHERE.iter().filter(|binding| binding.does != Action::Help);
                overlay::live(open).into_iter().chain(others.copied()).collect()
            }
            None if self.screen().typing() => self.screen().typing_keys(),
            None => self.screen_keys(),
        }
    }
}
