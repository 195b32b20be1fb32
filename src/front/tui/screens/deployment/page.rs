//! The page of one pod: what is wrong with it above what the cluster says of it, and its logs.
//!
//! ```text
//! ─▸Pod ray-big-worker-x7k2p ──────────────────────────────── l log  b log before ─
//!  ✗ 2 workers of pool "big" cannot be scheduled: each asks 130 GiB
//!  owner       RayCluster ray
//!  Containers
//!   ◔ ray-worker          Pending
//!  Conditions
//!   ✗ PodScheduled: no, 0/3 nodes are available: 3 Insufficient memory
//!  Events, newest first
//!   14:24:03  FailedScheduling ×14  0/3 nodes are available …
//! ```
//! Must not know how any of it was found out.
use jiff::{SignedDuration, Timestamp};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    pane::{heading, put},
    pods::sign,
};
use crate::{
    front::{
        message,
        tui::{
            keys::Action,
            text,
            theme::{Role, Theme},
            window::Scroll,
        },
        wizard::{
            pod::{self, PageLine},
            shared::Shared,
            turn::Turn,
            wish::{LogOf, PodPage, Wish},
        },
    },
    problem::Problem,
};

/// A pod that changes all the time is asked for this often.
const SOONEST: SignedDuration = SignedDuration::from_secs(1);
/// An answer that did not come for so long was lost.
const LOST: SignedDuration = SignedDuration::from_secs(60);
/// Longest line of a log that is shown, in columns; what is cut is marked.
const LONGEST: usize = 4_000;

/// The page.
#[derive(Debug, Clone)]
pub struct Page {
    /// Whose.
    pub name: String,
    about: Option<PodPage>,
    /// Why it could not be asked for the last time.
    failed: Option<Box<Problem>>,
    /// Log that is looked at; `None`: the page itself.
    log: Option<LogOf>,
    lines: Option<Result<Vec<String>, Box<Problem>>>,
    container: usize,
    asked: Timestamp,
    /// The answer is on its way: another question would take its place, and none would ever be answered.
    waiting: bool,
    /// It changed since it was asked for.
    stale: bool,
    /// First line that is shown; of a log, lines below what is shown.
    scroll: Scroll,
    wrap: bool,
}

impl Page {
    /// The page of a pod, and what has to be asked for.
    pub fn open(name: &str, now: Timestamp) -> (Self, Vec<Turn>) {
        let mut page = Self {
            name: name.to_owned(),
            about: None,
            failed: None,
            log: None,
            lines: None,
            container: 0,
            asked: now,
            waiting: false,
            stale: false,
            scroll: Scroll::default(),
            wrap: false,
        };
        let ask = page.ask(now);
        (page, ask)
    }

    /// Shows a log. `container`: empty for the first one.
    pub fn show_log(&mut self, container: &str, previous: bool) -> Vec<Turn> {
        let of = LogOf { pod: self.name.clone(), container: container.to_owned(), previous };
        (self.log, self.lines, self.scroll) = (Some(of.clone()), None, Scroll::default());
        vec![Turn::Wish(Wish::Logs(of))]
    }

    /// The log, or the one before the last restart; pressed again, the page.
    pub fn toggle_log(&mut self, previous: bool) -> Vec<Turn> {
        if self.log.as_ref().is_some_and(|of| of.previous == previous) {
            (self.log, self.scroll) = (None, Scroll::default());
            return Vec::new();
        }
        let container = self.container_name();
        self.show_log(&container, previous)
    }

    /// Asks again for what is shown.
    pub fn ask_again(&mut self, now: Timestamp) -> Vec<Turn> {
        match self.log.clone() {
            Some(of) => vec![Turn::Wish(Wish::Logs(of))],
            None => self.ask(now),
        }
    }

    /// Another container.
    pub fn next_container(&mut self, by: isize) -> Vec<Turn> {
        let all = self.about.as_ref().map_or(0, |page| page.containers.len());
        self.container = self.container.saturating_add_signed(by).min(all.saturating_sub(1));
        let Some(previous) = self.log.as_ref().map(|of| of.previous) else { return Vec::new() };
        let container = self.container_name();
        self.show_log(&container, previous)
    }

    /// Wraps long lines, or cuts them.
    pub const fn wrap(&mut self) {
        self.wrap = !self.wrap;
    }

    /// Scrolls; a log is read from its end.
    pub fn scroll(&mut self, action: Action) {
        let action = if self.log.is_some() { turned(action) } else { action };
        self.scroll.go(action);
    }

    /// The pod changed, or is gone.
    pub const fn changed(&mut self) {
        self.stale = true;
    }

    /// Asks anew if the pod changed: once the answer to the question before is there, and not more often than makes sense.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Turn> {
        let pause = if self.waiting { LOST } else { SOONEST };
        if self.stale && now.duration_since(self.asked) >= pause { self.ask(now) } else { Vec::new() }
    }

    fn ask(&mut self, now: Timestamp) -> Vec<Turn> {
        (self.asked, self.waiting, self.stale) = (now, true, false);
        vec![Turn::Wish(Wish::Inspect(self.name.clone()))]
    }

    /// What the world found out about a pod. What was known of it stays where nothing more can be found out.
    pub fn learn(&mut self, of: &str, page: &Result<Box<PodPage>, Box<Problem>>) {
        if of != self.name {
            return;
        }
        self.waiting = false;
        self.failed = page.as_ref().err().cloned();
        if let Ok(page) = page {
            self.about = Some((**page).clone());
        }
    }

    /// The log that was asked for.
    pub fn read(&mut self, of: &LogOf, lines: &Result<Vec<String>, Box<Problem>>) {
        if self.log.as_ref() == Some(of) {
            self.lines = Some(lines.clone());
        }
    }

    /// The log that is shown, for a file: its name, and all lines that were read.
    pub fn kept(&self) -> Option<(String, String)> {
        let (Some(of), Some(Ok(lines))) = (&self.log, &self.lines) else { return None };
        let parts = [of.pod.as_str(), of.container.as_str(), if of.previous { "previous" } else { "" }];
        let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
        let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
        Some((
            name.chars().map(plain).collect::<String>() + ".log",
            lines.iter().map(|line| format!("{line}\n")).collect(),
        ))
    }

    fn container_name(&self) -> String {
        let container = self.about.as_ref().and_then(|page| page.containers.get(self.container));
        container.map(|container| container.name.clone()).unwrap_or_default()
    }

    /// Draws it.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
        heading(frame, area, &self.title(), true, theme);
        let body = Rect { y: area.y.saturating_add(1), height: area.height.saturating_sub(1), ..area };
        match &self.log {
            Some(_) => self.draw_log(frame, body, theme),
            None => self.draw_page(frame, body, shared, theme),
        }
    }

    fn title(&self) -> String {
        self.log.as_ref().map_or_else(|| self.name.clone(), pod::log_title)
    }

    fn draw_page(&self, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        let failed = self.failed.as_deref().map(message::error).unwrap_or_default();
        let failed = failed.lines().flat_map(|line| signed(theme.glyphs.bad, line, width, Role::Bad, theme));
        let mut all: Vec<Line<'static>> = failed.collect();
        match &self.about {
            Some(page) => {
                let lines = pod::page(page, &shared.zone).into_iter();
                all.extend(lines.flat_map(|line| drawn(line, self.container, width, theme)));
            }
            None if self.failed.is_none() => {
                let words = format!(" asking for {} {}", self.name, theme.glyphs.ellipsis);
                all.push(Line::styled(words, theme.style(Role::Quiet)));
            }
            None => {}
        }
        let top = self.scroll.top(all.len(), height);
        for (row, line) in all.into_iter().skip(top).take(height).enumerate() {
            put(frame, area, row, line);
        }
    }

    fn draw_log(&self, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        let lines = match &self.lines {
            None => vec![format!("asking {}", theme.glyphs.ellipsis)],
            Some(Ok(lines)) if lines.is_empty() => vec![pod::EMPTY_LOG.to_owned()],
            Some(Ok(lines)) => return self.draw_lines(frame, area, lines, theme),
            Some(Err(problem)) => message::error(problem).lines().map(str::to_owned).collect(),
        };
        let rows = lines.iter().flat_map(|line| text::wrap(line, width.saturating_sub(2)));
        for (row, line) in rows.take(height).enumerate() {
            put(frame, area, row, Line::styled(format!(" {line}"), theme.style(Role::Quiet)));
        }
    }

    /// The end of a log, or what is so many rows above it.
    fn draw_lines(&self, frame: &mut Frame<'_>, area: Rect, lines: &[String], theme: &Theme) {
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        let ellipsis = theme.glyphs.ellipsis;
        let wrapped = |line: &String| match text::cut(line, LONGEST, ellipsis) {
            line if line.is_empty() => vec![line],
            line => text::wrap(&line, width),
        };
        let rows: Vec<String> = if self.wrap { lines.iter().flat_map(wrapped).collect() } else { Vec::new() };
        let rows = if self.wrap { rows.as_slice() } else { lines };
        let below = self.scroll.top(rows.len(), height);
        let first = rows.len().saturating_sub(below + height);
        for (row, line) in rows.iter().skip(first).take(height).enumerate() {
            put(frame, area, row, Line::raw(text::cut(line, width, ellipsis)));
        }
    }
}

/// A log is scrolled from its end.
const fn turned(action: Action) -> Action {
    match action {
        Action::Up => Action::Down,
        Action::Down => Action::Up,
        Action::PageUp => Action::PageDown,
        Action::PageDown => Action::PageUp,
        Action::First => Action::Last,
        Action::Last => Action::First,
        action => action,
    }
}

/// A line of the page. `container`: the one whose log is opened.
fn drawn(line: PageLine<'_>, container: usize, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let glyphs = theme.glyphs;
    match line {
        PageLine::Wrong(words) => signed(glyphs.bad, words, width, Role::Bad, theme),
        PageLine::Hint(words) => signed(glyphs.arrow, &words, width, Role::Plain, theme),
        PageLine::Raw(words) => {
            let rows = text::wrap(words, width.saturating_sub(5)).into_iter();
            rows.map(|raw| Line::styled(format!("   | {raw}"), theme.style(Role::Quiet))).collect()
        }
        PageLine::Fact(word, fact) => fact_lines(word, fact, width, theme),
        PageLine::Head(title) => vec![Line::styled(format!(" {title}"), theme.style(Role::Title))],
        PageLine::Container(place, standing, words) => {
            let (sign, role) = sign(standing, theme);
            let cursor = if place == container { glyphs.cursor } else { " " };
            signed(sign, &format!("{cursor}{words}"), width, role, theme)
        }
        PageLine::Image(image) => signed(" ", &format!(" {image}"), width, Role::Quiet, theme),
        PageLine::Condition(true, words) => signed(glyphs.ok, &words, width, Role::Ok, theme),
        PageLine::Condition(false, words) => signed(glyphs.bad, &words, width, Role::Bad, theme),
        PageLine::Event(true, words) => signed(glyphs.attention, &words, width, Role::Bad, theme),
        PageLine::Event(false, words) => signed(glyphs.dot, &words, width, Role::Plain, theme),
    }
}

fn fact_lines(word: &str, fact: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let rows = text::wrap(fact, width.saturating_sub(14)).into_iter().enumerate();
    let word = |row| if row == 0 { text::pad(word, 11, theme.glyphs.ellipsis) } else { " ".repeat(11) };
    rows.map(|(row, line)| {
        Line::from_iter([Span::styled(format!(" {} ", word(row)), theme.style(Role::Quiet)), Span::raw(line)])
    })
    .collect()
}

fn signed(sign: &str, words: &str, width: usize, role: Role, theme: &Theme) -> Vec<Line<'static>> {
    let rows = text::wrap(words, width.saturating_sub(5)).into_iter().enumerate();
    rows.map(|(row, line)| {
        let sign = if row == 0 { sign } else { " " };
        Line::from_iter([Span::styled(format!(" {sign} "), theme.style(role)), Span::styled(line, theme.style(role))])
    })
    .collect()
}
