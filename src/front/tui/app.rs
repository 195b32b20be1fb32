//! `App`: the screens together. Hands keys to overlay or screen, news to all, keeps the way back, and draws title, screen,
//! status line and keys. Must not know what a screen shows, nor who grants wishes.
mod chrome;

use crossterm::event::{Event as Input, KeyEvent, KeyEventKind};
use jiff::Timestamp;
use ratatui::{Frame, layout::Rect};

use super::{
    input,
    keys::{self, Action, Binding, EVERYWHERE},
    overlay::{self, Answer, Open},
    screen::{Edit, Look, Overlay, Place, Screen, Turn},
    screens::Screens,
    shared::Shared,
    theme::Theme,
    wish::{News, Source, Wish},
};

/// The whole front end, without a terminal.
pub struct App {
    /// What all screens share.
    pub shared: Shared,
    theme: Theme,
    place: Place,
    trail: Vec<Place>,
    overlays: Vec<Open>,
    status: Option<String>,
    /// Whether answers of the command line are still to come.
    opening: bool,
    screens: Screens,
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
            status: None,
            opening: false,
            screens: Screens::default(),
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
            _ => Vec::new(),
        };
        self.carry_out(turns)
    }

    /// What the world told.
    pub fn news(&mut self, news: &News) -> Vec<Wish> {
        let mut turns = self.shared.hear(news);
        if matches!(news, News::Opened(_)) && std::mem::take(&mut self.opening) {
            turns.extend([self.shared.look_at_target(false), Turn::Go(Place::Questions, None)]);
        }
        self.opening &= !matches!(news, News::Wrong(_));
        for place in Place::ALL {
            turns.extend(self.screens.at_mut(place).news(news, &mut self.shared));
        }
        self.carry_out(turns)
    }

    /// The program ends without being asked: answers are kept all the same.
    pub fn end(&mut self) -> Vec<Wish> {
        let turns = self.shared.keep_draft().into_iter().collect();
        self.carry_out(turns)
    }

    fn screen(&self) -> &dyn Screen {
        self.screens.at(self.place)
    }

    fn key(&mut self, key: &KeyEvent) -> Vec<Turn> {
        self.status = None;
        if !self.overlays.is_empty() {
            let action = keys::action(key, overlay::KEYS.iter().chain(EVERYWHERE));
            return action.map(|action| self.over(action)).unwrap_or_default();
        }
        if self.screen().typing() {
            return self.typed(key);
        }
        let own = self.screen().keys(&self.shared);
        match keys::action(key, own.iter().chain(EVERYWHERE)) {
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
                return self.leaving();
            }
            Action::Suspend | Action::Redraw => return self.act(action),
            _ => {}
        }
        let Some(open) = self.overlays.last_mut() else { return Vec::new() };
        match overlay::act(open, action) {
            Answer::Stay => Vec::new(),
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
            Action::Quit => self.leaving(),
            action => self.screens.at_mut(self.place).act(action, &mut self.shared),
        }
    }

    /// While something runs, leaving is asked for and says what remains.
    fn leaving(&mut self) -> Vec<Turn> {
        // Who only looks on leaves nothing behind.
        if !self.shared.running || self.shared.watching {
            let stop = self.shared.running.then_some(Turn::Wish(Wish::Cancel));
            let keep = self.shared.keep_draft();
            return stop.into_iter().chain(keep).chain([Turn::Wish(Wish::Leave(self.shared.exit()))]).collect();
        }
        vec![Turn::Show(Box::new(overlay::stop(&self.shared)))]
    }

    fn carry_out(&mut self, turns: Vec<Turn>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let mut turns = std::collections::VecDeque::from(turns);
        while let Some(turn) = turns.pop_front() {
            match turn {
                Turn::Wish(wish) => {
                    if self.shared.wished(&wish) {
                        Place::ALL.into_iter().for_each(|place| self.screens.at_mut(place).forget());
                    }
                    wishes.push(wish);
                }
                Turn::Go(place, at) => turns.extend(self.go(place, at.as_deref())),
                Turn::Back => turns.extend(self.back()),
                Turn::Show(overlay) => self.overlays.push(Open::new(*overlay)),
                Turn::Say(sentence) => self.status = Some(sentence),
            }
        }
        wishes
    }

    fn go(&mut self, place: Place, at: Option<&str>) -> Vec<Turn> {
        if place != self.place {
            self.trail.retain(|been| *been != place);
            self.trail.push(self.place);
            (self.place, self.shared.place) = (place, place);
        }
        self.screens.at_mut(place).enter(at, &mut self.shared)
    }

    fn back(&mut self) -> Vec<Turn> {
        let Some(place) = self.trail.pop() else { return self.leaving() };
        (self.place, self.shared.place) = (place, place);
        self.screens.at_mut(place).again(&mut self.shared)
    }

    /// Draws everything.
    pub fn draw(&self, frame: &mut Frame<'_>) {
        let area = frame.area();
        if chrome::too_small(area) {
            return chrome::notice(frame, area);
        }
        let [title, body, status, footer] = chrome::areas(area, self.status.is_some());
        chrome::title(frame, title, &self.screen().title(&self.shared), &self.shared.right(), &self.theme);
        self.screen().draw(frame, body, &self.shared, &self.theme);
        if let Some(text) = &self.status {
            chrome::status(frame, status, text, &self.theme);
        }
        chrome::footer(frame, footer, &self.live_keys(), &self.theme);
        self.draw_overlay(frame, body);
        chrome::spell(frame, &self.theme);
    }

    fn draw_overlay(&self, frame: &mut Frame<'_>, area: Rect) {
        if let Some(open) = self.overlays.last() {
            let keys = self.screen().keys(&self.shared);
            overlay::draw(frame, area, open, &keys, &self.theme);
        }
    }

    /// The keys that work now, as the footer shows them.
    fn live_keys(&self) -> Vec<Binding> {
        let own = match self.overlays.last() {
            Some(open) => overlay::live(open),
            None if self.screen().typing() => return self.screen().typing_keys(),
            None => self.screen().keys(&self.shared),
        };
        own.into_iter().chain(EVERYWHERE.iter().copied()).collect()
    }
}
